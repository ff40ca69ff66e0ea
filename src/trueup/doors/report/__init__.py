"""How `check` answers: terminal, JSON, fault files and one HTML page. Knows no rule and finds nothing."""
