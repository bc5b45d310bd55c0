"""Training of the descriptor of kind: relief and looks of a crater, read from one picture."""
