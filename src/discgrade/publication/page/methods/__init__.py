"""The methods in words: what was done with whose data, as it was run, with works to cite as `[@key]`."""
