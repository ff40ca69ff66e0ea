"""Which person an account belongs to, where no exact identifier decides: scored, ranked, and gated.

`match` gives a link of an account to its best candidate, or to nobody; a link is automatic only where a gate of the
policy holds and none of its vetoes. Splink (Fellegi-Sunter) scores; normalisation, keys, assignment and gates are ours.
"""
