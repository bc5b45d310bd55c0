"""What the plugin knows without widgets: queries, match sets, layers, geometry on the body."""
