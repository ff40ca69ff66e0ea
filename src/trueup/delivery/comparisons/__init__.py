"""What comparisons of source, ledger and target came to."""
