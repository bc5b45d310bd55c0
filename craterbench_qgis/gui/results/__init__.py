"""The gallery of matches: model, pictures, cells, filters, and the panel that holds them."""
