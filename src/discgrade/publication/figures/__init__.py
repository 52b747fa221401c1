"""The figures: each function reads tables and writes one figure as PDF and PNG, and as CSV the table that it draws.

`grades.figure1`, `agreement.agreement` (Figures 2 and 5), `trends.figure3` and `figure4`, `confusion.confusion`,
`forest.forest`, `curves.curves`, `flow.draw_flow`. What cannot be drawn becomes a slip that says why, with the table's
header alone. Next to each CSV a file says where its numbers were read (`records.cell_keys`).
"""
