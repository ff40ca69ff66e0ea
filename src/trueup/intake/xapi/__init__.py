"""xAPI statements: what one must be, when two are the same, which a query asks for, what completion one says."""
