"""The queries of the project, to go back to."""
