"""Files for who writes a paper: tables as documents and workbooks, figures with captions, all in one archive."""
