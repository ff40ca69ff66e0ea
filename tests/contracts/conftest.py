"""Commands and answers are tried on one kind of server (tests/one_server.py)."""

from one_server import postgres

__all__ = ["postgres"]
