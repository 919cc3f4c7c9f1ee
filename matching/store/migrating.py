"""Bring a database to a version of the schema."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, event, make_url
from sqlalchemy.pool import NullPool

from matching.store.database import begin_as_told, prepare_sqlite

_FOLDER = Path(__file__).with_name("migrations")


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database up to a revision, all of it or nothing."""
    with _connected(url) as connection:
        command.upgrade(_config(connection), revision)


def downgrade(url: str, revision: str) -> None:
    """Bring the database down to a revision, all of it or nothing."""
    with _connected(url) as connection:
        command.downgrade(_config(connection), revision)


def print_sql(revision: str = "head") -> None:
    """Print the statements that bring an empty PostgreSQL database to a revision."""
    command.upgrade(_config(None), revision, sql=True)


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    parsed = make_url(url)
    if parsed.get_backend_name() == "postgresql":
        engine = create_engine(parsed.set(drivername="postgresql+psycopg"), poolclass=NullPool)
    else:
        engine = create_engine(parsed, poolclass=NullPool)
        event.listen(engine, "connect", prepare_sqlite)
        event.listen(engine, "begin", begin_as_told)
        engine = engine.execution_options(begin="BEGIN IMMEDIATE")
    with engine.begin() as connection:
        yield connection


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.attributes["connection"] = connection
    return config
