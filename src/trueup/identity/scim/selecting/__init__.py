"""Which resources a filter selects, and in which order. Room: identity."""
