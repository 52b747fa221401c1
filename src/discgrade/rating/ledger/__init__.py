"""The ledger of a rating study: what raters do, kept for good, and what it comes to."""
