"""Reviews of duplicates, read and written."""
