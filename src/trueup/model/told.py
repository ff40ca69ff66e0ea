"""What is raised for people to read. Knows the three things that they are told, not who tells them."""


class ToldError(Exception):
    """Something can't be done: what, what was expected, what to do. Subclasses say what it is about."""

    def __init__(self, what: str, expected: str = "", todo: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.expected = expected
        self.todo = todo
