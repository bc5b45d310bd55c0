"""The one door through which the engine opens files that may come from strangers."""
