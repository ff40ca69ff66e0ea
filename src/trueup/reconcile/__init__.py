"""Reading exports into the canonical relations, and set differences between them."""
