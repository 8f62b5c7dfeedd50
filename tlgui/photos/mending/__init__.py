"""Files are moved to another class or to the bin, written down first, so that all of it can be undone."""
