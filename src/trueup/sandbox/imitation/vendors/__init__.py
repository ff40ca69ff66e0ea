"""The systems that the imitation speaks like. Each has its routes, and what it holds; what it holds ends with it."""
