"""The project's queries and decisions, kept beside it."""
