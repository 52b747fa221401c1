"""The figures: each function reads tables and writes one figure as PDF and PNG, and as CSV the table that it draws.

`grades.figure1`, `agreement.figure2` and `figure5`, `trends.figure3` and `figure4`, `confusion.confusion`,
`forest.forest`, `curves.curves`. What cannot be drawn becomes a slip that says why, with the table's header alone.
"""
