"""The table of document vectors in PostgreSQL: made and dropped by its owner, under the same protection as all others.

It is a cache beside the schema and no part of it, since the extension may be missing: see decision 0020.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import Connection, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from matching.errors import Conflict
from matching.store.database import Database
from matching.store.protections import APPLICATION_ROLE

TABLE: Final = "document_vectors"
#: The first pgvector with `halfvec`: 11 bits of significand, which hold multiples of 2**-11 up to 1 without rounding.
LEAST_PGVECTOR: Final = (0, 7)

_OWN = "organisation_id = current_setting('wellplaced.organisation', true)"


def create_table(owner_url: str, *, dimension: int) -> bool:
    """Make the table, with the extension if it can be had; returns False if it is there already.

    Raises `Conflict` if the database is not PostgreSQL, lacks pgvector, or has a table of another dimension.
    """
    with _connected(owner_url) as connection:
        _have_extension(connection)
        present = dimension_of_table(connection)
        if present == dimension:
            return False
        if present is not None:
            raise Conflict(f"The vectors there have {present} components. Run `wellplaced vectors drop` first.")
        for statement in _statements(dimension):
            connection.execute(text(statement))
        return True


def drop_table(owner_url: str) -> bool:
    """Drop the table; returns False if there is none. The extension stays: others may use it."""
    with _connected(owner_url) as connection:
        there = dimension_of_table(connection) is not None
        connection.execute(text(f"DROP TABLE IF EXISTS {TABLE}"))
        return there


def check_table(database: Database, *, dimension: int) -> None:
    """Raise `Conflict`, which says what to do, unless the table is there with so many components."""
    if not database.is_postgresql:
        raise Conflict("WELLPLACED_VECTORS=pgvector needs a PostgreSQL database; this one is SQLite.")
    with database.engine.connect() as connection:
        present = dimension_of_table(connection)
    if present is None:
        raise Conflict("The database has no table of vectors. Run `wellplaced vectors create` first.")
    if present != dimension:
        raise Conflict(
            f"The vectors of the database have {present} components, and the encoder's {dimension}. "
            "Run `wellplaced vectors drop` and `wellplaced vectors create`."
        )


def dimension_of_table(connection: Connection) -> int | None:
    """How many components the vectors of the table have; `None` if there is no table."""
    found = connection.scalar(
        text(
            "SELECT format_type(atttypid, atttypmod) FROM pg_attribute "
            "WHERE attrelid = to_regclass(:table) AND attname = 'vector'"
        ),
        {"table": TABLE},
    )
    declared = re.search(r"halfvec\((\d+)\)", found or "")
    return int(declared[1]) if declared else None


def _statements(dimension: int) -> Iterator[str]:
    # Wide columns of fixed length first, so that nothing is lost to alignment: nine rows of 384 components a page.
    yield (
        f"CREATE TABLE {TABLE} ("
        "number bigint NOT NULL, recipe uuid NOT NULL, document uuid NOT NULL, organisation_id varchar(64) NOT NULL, "
        # Null once forgotten: the row stays, so that no other document is ever given its number.
        f"vector halfvec({dimension}), "
        "PRIMARY KEY (organisation_id, recipe, number), UNIQUE (organisation_id, recipe, document))"
    )
    yield f"ALTER TABLE {TABLE} ENABLE ROW LEVEL SECURITY"
    yield f"ALTER TABLE {TABLE} FORCE ROW LEVEL SECURITY"
    yield f"CREATE POLICY own_rows ON {TABLE} USING ({_OWN}) WITH CHECK ({_OWN})"
    yield f"GRANT SELECT, INSERT, UPDATE, DELETE ON {TABLE} TO {APPLICATION_ROLE}"


def _have_extension(connection: Connection) -> None:
    try:
        with connection.begin_nested():
            connection.execute(text("CREATE EXTENSION IF NOT EXISTS vector"))
    except DBAPIError as error:
        reason = type(error.orig).__name__
        raise Conflict(
            f"The extension pgvector cannot be had here ({reason}). Have it installed on the server, and have a "
            "superuser run `CREATE EXTENSION vector` in this database."
        ) from None
    version = str(connection.scalar(text("SELECT extversion FROM pg_extension WHERE extname = 'vector'")))
    if tuple(map(int, re.findall(r"\d+", version)))[:2] < LEAST_PGVECTOR:
        least = ".".join(map(str, LEAST_PGVECTOR))
        raise Conflict(f"The database has pgvector {version}, and {least} or newer is needed.")


@contextmanager
def _connected(owner_url: str) -> Iterator[Connection]:
    parsed = make_url(owner_url)
    if parsed.get_backend_name() != "postgresql":
        raise Conflict("Vectors are shared in PostgreSQL alone; this database is another.")
    engine = create_engine(parsed.set(drivername="postgresql+psycopg"), poolclass=NullPool, hide_parameters=True)
    with engine.begin() as connection:
        yield connection
