"""What systems say of people, in two times."""
