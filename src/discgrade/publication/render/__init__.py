"""One table, four renderings: CSV with keys and full precision; Markdown, LaTeX and HTML to read."""
