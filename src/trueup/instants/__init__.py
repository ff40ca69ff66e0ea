"""Raw text to instant, with the rule that was applied."""
