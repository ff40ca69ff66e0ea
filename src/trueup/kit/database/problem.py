"""What can be said of a database that can't be used. Knows the words, opens nothing, never holds a password."""


class DatabaseError(Exception):
    """The database can't be used as it is: what, what was expected, what to do. Trying again changes nothing."""

    def __init__(self, what: str, expected: str = "", todo: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.expected = expected
        self.todo = todo


class UnavailableError(DatabaseError):
    """The database can't be reached now, or went away; the same may work later. Nothing was acknowledged."""
