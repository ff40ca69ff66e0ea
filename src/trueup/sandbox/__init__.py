"""A believable company's logs, with planted faults and the truth about them."""
