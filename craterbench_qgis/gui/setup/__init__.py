"""The page that makes, checks and repairs the engine's environment."""
