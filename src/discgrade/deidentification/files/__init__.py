"""One file of the source: what it holds, cleaned, described, and put into the folder of exported files."""
