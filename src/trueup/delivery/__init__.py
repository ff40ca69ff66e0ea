"""Attempts, retries, budgets and runs."""
