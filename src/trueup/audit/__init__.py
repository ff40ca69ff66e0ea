"""The audit room: an append-only Merkle log that anybody can verify. Knows no completion, no person, no delivery."""
