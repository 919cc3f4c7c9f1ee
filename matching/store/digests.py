"""Every organisation's rows as lines of JSON, table by table, and a digest of each: the same on both databases."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any

import orjson
from sqlalchemy import Connection, String, Table, select, text

from matching.store.database import Database
from matching.store.tables import Base, Organisation, Owned, SignInSession

_ROWS_AT_ONCE = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class TableDigest:
    """How many rows a table has, and the SHA-256 digest of their lines in the order of their keys."""

    rows: int
    sha256: str


def kept_tables() -> list[Table]:
    """Tables in an order in which rows can be written: what is pointed at comes first.

    Sessions, and what belongs to no organisation (attempts to sign in), are of the moment and are left out: nobody is
    signed in after a restore.
    """
    owned = {mapper.class_.__tablename__ for mapper in Base.registry.mappers if issubclass(mapper.class_, Owned)}
    kept = {Organisation.__tablename__, *owned} - {SignInSession.__tablename__}
    return [table for table in Base.metadata.sorted_tables if table.name in kept]


def digests(database: Database) -> dict[str, TableDigest]:
    """The digest of each table at one moment, by its name; equal rows have equal digests on either kind of database."""
    found = {}
    with one_moment(database) as (connection, organisation_ids):
        for table in kept_tables():
            counting = Counting()
            for line in lines(connection, table, organisation_ids):
                counting.add(line)
            found[str(table.name)] = counting.digest()
    return found


class Counting:
    """Counts lines and takes their digest as they go by."""

    def __init__(self) -> None:
        self._rows = 0
        self._sha256 = hashlib.sha256()

    def add(self, line: bytes) -> None:
        """Take a line in."""
        self._rows += 1
        self._sha256.update(line)

    def digest(self) -> TableDigest:
        """What was counted so far."""
        return TableDigest(rows=self._rows, sha256=self._sha256.hexdigest())


@contextmanager
def one_moment(database: Database) -> Iterator[tuple[Connection, list[str]]]:
    """A connection that sees one moment of the database, and every organisation of that moment."""
    engine = database.engine
    if database.is_postgresql:
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    with engine.connect() as connection:
        if database.is_postgresql:
            connection.execute(text("SELECT set_config('wellplaced.lookup', 'organisations', true)"))
        statement = select(Organisation.id).order_by(_in_one_order(connection, Organisation.__table__.c.id))
        yield connection, list(connection.scalars(statement))


def lines(connection: Connection, table: Table, organisation_ids: Sequence[str]) -> Iterator[bytes]:
    """The rows of a table, organisation by organisation in the order of their keys, each as a line of JSON."""
    owner = table.c.id if table.name == Organisation.__tablename__ else table.c.organisation_id
    keys = [_in_one_order(connection, column) for column in table.primary_key.columns]
    for organisation_id in organisation_ids:
        name_organisation(connection, organisation_id)
        statement = select(table).where(owner == organisation_id).order_by(*keys)
        result = connection.execution_options(yield_per=_ROWS_AT_ONCE).execute(statement)
        for row in result.mappings():
            # PostgreSQL does not keep the order of the keys inside a value: so they are put in one order.
            written = {str(name): _written(value) for name, value in row.items()}
            yield orjson.dumps(written, option=orjson.OPT_SORT_KEYS) + b"\n"


def name_organisation(connection: Connection, organisation_id: str) -> None:
    """Say for row-level security whose rows are meant, until the transaction ends."""
    if connection.dialect.name == "postgresql":
        connection.execute(
            text("SELECT set_config('wellplaced.organisation', :organisation, true)"),
            {"organisation": organisation_id},
        )


def _in_one_order(connection: Connection, column: Any) -> Any:
    """A key in the order of its bytes, as SQLite has it: PostgreSQL may have the order of some language."""
    is_text = connection.dialect.name == "postgresql" and isinstance(column.type, String)
    return column.collate("C") if is_text else column


def _written(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, Enum):
        return value.value
    return value
