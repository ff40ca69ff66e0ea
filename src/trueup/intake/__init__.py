"""Room intake: every statement kept exactly once, and our reading of it. Knows nobody behind an account."""
