"""One night run of an organisation at a time: held by the process itself, so that it ends with the process."""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import text

from matching.errors import Conflict
from matching.store import Database


@contextmanager
def alone(database: Database, organisation_id: str, *, folder: Path) -> Iterator[None]:
    """Hold an organisation's night until the block ends; raises `Conflict` where another process holds it.

    PostgreSQL keeps the lock for all machines, by the connection. On SQLite there is one machine: a file in `folder`.
    """
    digest = hashlib.sha256(f"night run of {organisation_id}".encode())
    held = (
        _on_server(database, int.from_bytes(digest.digest()[:8], "little", signed=True))
        if database.is_postgresql
        else _in_folder(folder / f"night-{digest.hexdigest()[:32]}.lock")
    )
    with held:
        yield


@contextmanager
def _on_server(database: Database, key: int) -> Iterator[None]:
    # Without a transaction of its own, which would stand open all night.
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": key}).scalar():
            _refuse()
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": key})


@contextmanager
def _in_folder(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            # Of this process alone: a lock by `flock` would live on in the processes that it forks.
            fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            _refuse()
        yield
    finally:
        os.close(handle)


def _refuse() -> None:
    raise Conflict("A night run of this organisation is going on.")
