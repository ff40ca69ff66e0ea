"""The review calendar: which cycle a completion counts for, and by when."""
