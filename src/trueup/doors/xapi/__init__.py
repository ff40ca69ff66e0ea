"""The xAPI door: about, and the statements resource of 1.0.3 and 2.0."""
