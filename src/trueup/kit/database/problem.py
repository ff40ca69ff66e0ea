"""What can be said of a database that can't be used. Knows the words, opens nothing, never holds a password."""

from trueup.model.told import ToldError


class DatabaseError(ToldError):
    """The database can't be used as it is: what, what was expected, what to do. Trying again changes nothing."""


class UnavailableError(DatabaseError):
    """The database can't be reached now, or went away; the same may work later. Nothing was acknowledged."""


class NotUniqueError(Exception):
    """A row would have a value that another has and may not share; `constraint` is the rule's name in the schema."""

    def __init__(self, constraint: str) -> None:
        super().__init__(constraint)
        self.constraint = constraint
