"""Logs as lines of JSON that hold ids, codes and times alone: what is not on the list is dropped."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog

#: Everything that a line may hold. What a person said, is called or needs is not among it.
ALLOWED = frozenset(
    {
        "event",
        "level",
        "at",
        "request_id",
        "method",
        "route",
        "status",
        "milliseconds",
        "organisation_id",
        "user_id",
        "job_id",
        "job_ids",
        "kind",
        "vacancy_id",
        "vacancies",
        "recipe",
        "attempts",
        "error",
        "where",
        "count",
        "mark",
        "process",
        "port",
        "revision",
        "version",
        "reason",
    }
)


def set_up_logs(level: str) -> None:
    """Send our own lines, and those of the libraries, through one list of allowed keys to standard error."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
            _without_values,
            only_allowed,
            structlog.processors.JSONRenderer(sort_keys=True),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
    # Libraries put values into their messages (a statement's parameters, a path): theirs are told by name alone.
    logging.root.handlers = [_LibraryLines()]
    logging.root.setLevel(logging.WARNING)
    for name in _OWN:
        logging.getLogger(name).setLevel(level.upper())
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = True
    logging.getLogger("uvicorn.access").disabled = True


def only_allowed(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop every key that is not on the list."""
    return {name: value for name, value in line.items() if name in ALLOWED}


def _without_values(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Tell an exception by its type and its place in the code, never by its message: messages repeat values."""
    error = line.pop("exc_info", None)
    if isinstance(error, BaseException):
        line["error"] = type(error).__name__
        frames = traceback.extract_tb(error.__traceback__)[-6:]
        line["where"] = " < ".join(f"{_short(frame.filename)}:{frame.lineno}" for frame in reversed(frames))
    return line


def _short(path: str) -> str:
    return "/".join(path.replace("\\", "/").split("/")[-2:])


#: Packages whose messages are written by us, with values beside them and never in them.
_OWN = ("api", "embeddings", "evaluation", "matching")


class _LibraryLines(logging.Handler):
    """A line through the standard library: our own with its allowed values, another's by the package's name alone."""

    def emit(self, record: logging.LogRecord) -> None:
        """Pass it on; what was put into a message is left out."""
        error = record.exc_info[1] if record.exc_info else None
        own = record.name.partition(".")[0] in _OWN
        values = {name: value for name, value in vars(record).items() if own and name in ALLOWED}
        event = str(record.msg) if own else f"package {record.name}"
        structlog.get_logger().log(record.levelno, event, exc_info=error, **values)
