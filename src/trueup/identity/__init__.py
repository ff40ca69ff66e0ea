"""The person behind an account."""
