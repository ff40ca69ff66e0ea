"""What is due at each target, leased call by call within what its vendor allows. Knows no vendor and no connector."""
