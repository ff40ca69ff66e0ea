"""What sources say, kept exactly once."""
