"""The server of the raters' page: who may ask, what is answered, and what is kept before it is acknowledged."""
