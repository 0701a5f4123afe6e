"""Log lines as JSON objects, one per thing that happened, on standard error."""

from __future__ import annotations

import logging
import sys
from typing import Any, TextIO

import structlog

FIELDS: dict[str, str] = {
    "at": "when, UTC, ISO 8601",
    "level": "debug, info, warning, error",
    "event": "what happened, in snake case",
    "logger": "which room said it",
    "correlation_id": "the id all events and calls of one cause share",
    "trace_id": "W3C trace id, where the caller gave one",
    "consumer": "the API consumer that called",
    "company_id": "the legal entity concerned",
    "subject": "the case concerned",
    "system": "the external system concerned",
    "slot": "the log slot concerned",
    "owner": "the worker that speaks",
    "code": "the code of a problem or exception case",
    "kind": "which sort of the event",
    "method": "HTTP method",
    "route": "HTTP route template",
    "status": "HTTP status, or state of what the line is about",
    "milliseconds": "how long it took",
    "exception": "traceback of a fault",
}


_level = {"number": logging.INFO}


def debugging() -> bool:
    """Are debug lines written? Asked before a line is made up on a hot path."""
    return _level["number"] <= logging.DEBUG


def configure(level: str = "info", stream: TextIO | None = None, *, colours: bool = False) -> None:
    """Set up logging for a process. `colours` prints for a person at a terminal instead of JSON."""
    number = _level["number"] = logging.getLevelNamesMapping()[level.upper()]
    shape: Any = structlog.dev.ConsoleRenderer() if colours else structlog.processors.JSONRenderer(sort_keys=True)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
            structlog.processors.format_exc_info,
            shape,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(stream or sys.stderr),
        cache_logger_on_first_use=False,
    )
