"""Tools that know nothing of the field."""
