"""Match sets as map layers."""
