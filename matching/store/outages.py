"""What keeps a database or its disk from working for a while, told apart from mistakes of the program."""

from __future__ import annotations

import errno
import sqlite3
from enum import Enum
from typing import Final

from sqlalchemy.exc import DBAPIError, PendingRollbackError
from sqlalchemy.exc import TimeoutError as NoConnectionFree


class Outage(Enum):
    """What is the matter: it passes, and whoever asks again later is served without a restart."""

    NO_ROOM = "no_room"
    BUSY = "busy"
    AWAY = "away"


#: Of the low byte of a result code; https://sqlite.org/rescode.html.
_SQLITE: Final = {
    sqlite3.SQLITE_FULL: Outage.NO_ROOM,
    sqlite3.SQLITE_BUSY: Outage.BUSY,
    sqlite3.SQLITE_LOCKED: Outage.BUSY,
    sqlite3.SQLITE_IOERR: Outage.AWAY,
    sqlite3.SQLITE_CANTOPEN: Outage.AWAY,
    sqlite3.SQLITE_READONLY: Outage.AWAY,
    sqlite3.SQLITE_PROTOCOL: Outage.BUSY,
}
#: A write that a quota or a limit to the size of files cuts off is a full disk, by another name.
_SQLITE_WRITES: Final = frozenset(
    {
        sqlite3.SQLITE_IOERR_WRITE,
        sqlite3.SQLITE_IOERR_TRUNCATE,
        sqlite3.SQLITE_IOERR_SHMSIZE,
    }
)
#: By class or code; https://www.postgresql.org/docs/current/errcodes-appendix.html.
_POSTGRESQL: Final = {
    "53100": Outage.NO_ROOM,  # disk full
    "53": Outage.BUSY,  # out of memory or connections
    "40": Outage.BUSY,  # a deadlock, or transactions that could not be put in order
    "55P03": Outage.BUSY,  # a lock was not to be had in time
    "57014": Outage.BUSY,  # a statement took too long
    "57P": Outage.AWAY,  # being shut down, or not up yet
    "58": Outage.AWAY,  # its own files fail
    "08": Outage.AWAY,  # the connection
    "25006": Outage.AWAY,  # only reading is possible, as after a fail-over
}
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_FURTHEST = 8


def outage_of(error: BaseException | None) -> Outage | None:
    """What is out of order, if an error says so; `None` for every other error, which is then one of the program."""
    for _ in range(_FURTHEST):
        if error is None:
            return None
        if found := _of_one(error):
            return found
        error = getattr(error, "orig", None) or error.__cause__
    return None


def _of_one(error: BaseException) -> Outage | None:
    match error:
        case NoConnectionFree():
            return Outage.BUSY
        case PendingRollbackError():
            return Outage.AWAY  # what goes on after its connection was lost
        case sqlite3.Error():
            return _of_sqlite(error)
        case OSError():
            return Outage.NO_ROOM if error.errno in _NO_ROOM else None
        case DBAPIError() if error.connection_invalidated:
            return Outage.AWAY
        case _:
            return _of_postgresql(error)


def _of_sqlite(error: sqlite3.Error) -> Outage | None:
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return None
    return Outage.NO_ROOM if code in _SQLITE_WRITES else _SQLITE.get(code & 0xFF)


def _of_postgresql(error: BaseException) -> Outage | None:
    if type(error).__module__.partition(".")[0] != "psycopg":
        return None
    state = getattr(error, "sqlstate", None)
    if state is not None:
        return next((_POSTGRESQL[state[:length]] for length in (5, 3, 2) if state[:length] in _POSTGRESQL), None)
    # Without a code the server has said nothing: it was not reached, or is gone in the middle.
    return Outage.AWAY if type(error).__name__ in ("OperationalError", "InterfaceError", "ConnectionTimeout") else None
