"""What an auditor asks: is every byte as recorded, and where does a number come from."""
