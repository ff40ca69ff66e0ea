"""What is kept, read back as it was understood. Knows no door and no key."""
