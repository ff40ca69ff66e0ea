"""How far each source was pulled."""
