"""Bring a database to a version of the schema."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, event, make_url, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from matching.errors import Conflict, Invalid
from matching.store.database import begin_as_told, prepare_sqlite

_FOLDER = Path(__file__).with_name("migrations")
#: A change of a table waits for whoever uses it, and all others then wait behind: so it gives up soon.
_LONGEST_WAIT_SECONDS = 5
#: Held by whoever migrates, so that two do it one after the other. Any number that nothing else here uses.
_MIGRATING = 7_164_001


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database up to a revision, all of it or nothing; raises `Conflict` if it is too busy."""
    with _connected(url) as connection:
        command.upgrade(_config(connection), revision)


def downgrade(url: str, revision: str) -> None:
    """Bring the database down to a revision, all of it or nothing; `base`, which takes every row away, is for tests."""
    with _connected(url) as connection:
        command.downgrade(_config(connection), revision)


def downgrade_with_rows(url: str, revision: str) -> None:
    """The same for a database that is in use: raises `Invalid` where no table would be left."""
    if not (revision.isdecimal() and len(revision) == 4):
        raise Invalid(f"'{revision}' is not a revision: those are numbers of four digits, such as 0001.")
    downgrade(url, revision)


def print_sql(revision: str = "head") -> None:
    """Print the statements for PostgreSQL: from nothing up to a revision, or with `0001:head` from one to another."""
    command.upgrade(_config(None), revision, sql=True)


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    parsed = make_url(url)
    is_postgresql = parsed.get_backend_name() == "postgresql"
    if is_postgresql:
        engine = create_engine(parsed.set(drivername="postgresql+psycopg"), poolclass=NullPool)
    else:
        engine = create_engine(parsed, poolclass=NullPool)
        event.listen(engine, "connect", prepare_sqlite)
        event.listen(engine, "begin", begin_as_told)
        engine = engine.execution_options(begin="BEGIN IMMEDIATE")
    try:
        with engine.begin() as connection:
            if is_postgresql:
                connection.execute(text(f"SELECT pg_advisory_xact_lock({_MIGRATING})"))
                connection.execute(text(f"SET LOCAL lock_timeout = '{_LONGEST_WAIT_SECONDS}s'"))
            yield connection
    except OperationalError as error:
        if type(error.orig).__name__ == "LockNotAvailable" or "database is locked" in str(error.orig):
            raise Conflict("The database is too busy to be changed. Nothing was changed; try again later.") from None
        raise


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.attributes["connection"] = connection
    return config
