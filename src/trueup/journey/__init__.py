"""The only place where rooms meet: one file per leg."""
