"""What was given up, until it is carried after all or somebody lets it go."""
