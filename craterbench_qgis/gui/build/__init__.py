"""The dialog that builds an index, and its job."""
