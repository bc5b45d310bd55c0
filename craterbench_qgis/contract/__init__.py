"""What the plugin and the engine agree on; standard library only, Python 3.9."""
