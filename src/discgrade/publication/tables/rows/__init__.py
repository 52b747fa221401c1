"""What the rows of tables are made of: scores, facts, lines and captions."""
