"""The report: one page that a researcher sends to a co-author, from the tables, figures and scores of a study."""
