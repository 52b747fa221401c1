"""The bundle: what a study learned, in one folder or zip file that can be carried away and used."""
