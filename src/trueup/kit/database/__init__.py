"""PostgreSQL for the rooms: our own server or a named one, statements, migrations, backups. Knows no table of theirs."""

from trueup.kit.database.migrations import Migration, Standing, migrate, migrations, standing
from trueup.kit.database.opening import DatabaseSettings, Opened, database_settings, opened
from trueup.kit.database.pool import Database, Statements, Transaction
from trueup.kit.database.problem import DatabaseError, NotUniqueError, UnavailableError
from trueup.kit.database.store import clock, is_empty, table_sizes

__all__ = [
    "Database",
    "DatabaseError",
    "DatabaseSettings",
    "Migration",
    "NotUniqueError",
    "Opened",
    "Standing",
    "Statements",
    "Transaction",
    "UnavailableError",
    "clock",
    "database_settings",
    "is_empty",
    "migrate",
    "migrations",
    "opened",
    "standing",
    "table_sizes",
]
