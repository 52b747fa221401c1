"""Groups of settings: what the config file holds under one key each."""
