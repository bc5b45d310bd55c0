"""Kinds of craters that the user names."""
