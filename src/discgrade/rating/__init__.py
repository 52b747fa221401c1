"""The raters' page: slice, region and grade of every disc, read blind in a browser, and the sheet that comes of it."""
