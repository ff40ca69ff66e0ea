"""Which record is which person's: what was decided, and the links that follow from it."""
