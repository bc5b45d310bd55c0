"""The tab that opens, builds and keeps indexes."""
