"""Purpose, basis, pseudonyms, retention."""
