"""What a person does at targets that nobody can write to."""
