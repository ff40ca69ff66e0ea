"""Log lines: one JSON object an event on stderr, with what is bound once. Knows no event.

    log = logger()
    log.info("request.answered", status=200)

Names of events are fault codes or audit events; values are keys, counts and times, never names, mails or scores.
"""

import logging
import sys
from typing import Any

import structlog
from structlog.contextvars import merge_contextvars


def configure(level: str = "info", *, pretty: bool = False) -> None:
    """Where and how lines are written: JSON, or for a person's eyes."""
    last: Any = structlog.dev.ConsoleRenderer() if pretty else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
            structlog.processors.StackInfoRenderer(),
            structlog.processors.format_exc_info,
            last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )


def logger() -> structlog.typing.FilteringBoundLogger:
    """The logger; what is bound to the context stands in every line."""
    found: structlog.typing.FilteringBoundLogger = structlog.get_logger()
    return found
