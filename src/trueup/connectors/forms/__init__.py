"""Forms that several connectors share: rows, tokens, names, events. Knows no one vendor, but Frappe, which three speak to."""
