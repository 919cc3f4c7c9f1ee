"""Which program may work on which revision of the schema; asked at every start and by `/readyz`, so quick.

A migration first only adds: then it names an older program that may still work on it, and both may run at once. What
nothing needs any more is taken away by a later one, which names no program older than itself.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from matching.errors import Conflict

#: The newest of the files in `migrations/versions`; a test holds it to them.
NEWEST = "0002"
#: Holds the revision of the schema, in one row.
REVISION_TABLE = "schema_revision"
#: Holds the oldest program that may work on the schema, in one row. Programs of before 0002 look here alone, and hold
#: it to be the revision: so the name stays.
OLDEST_PROGRAM_TABLE = "alembic_version"


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """The revision of a database, and the oldest program (by its newest revision) that may work on it."""

    revision: str
    oldest_program: str

    def reason_against(self, program: str = NEWEST) -> str | None:
        """Why a program must not work on this database; `None` if it may. Revisions are numbers of four digits."""
        if self.revision < program:
            return f"The database is at revision {self.revision}, and this program needs {program}."
        if program < self.oldest_program:
            needed = f"which needs a program of {self.oldest_program} or newer"
            return f"The database is at revision {self.revision}, {needed}; this one is of {program}."
        return None


def present(engine: Engine) -> Present | None:
    """The revision of a database and who may work on it; none where there are no tables yet."""
    with engine.connect() as connection:
        oldest = _only_row(connection, OLDEST_PROGRAM_TABLE)
        revision = _only_row(connection, REVISION_TABLE)
    if oldest is None:
        return None
    # Before 0002 the one table held both.
    return Present(revision=revision or oldest, oldest_program=oldest)


def check_may_work(engine: Engine) -> None:
    """Refuse a database that does not answer, or that this program must not work on, and say what to do."""
    found = _found(engine)
    if found is None:
        raise Conflict(f"The database is empty, and this program needs {NEWEST}. Run `wellplaced migrate` first.")
    reason = found.reason_against()
    if reason is not None:
        older = found.revision < NEWEST
        raise Conflict(f"{reason} {'Run `wellplaced migrate` first.' if older else 'Install the newer program.'}")


def check_exactly(engine: Engine) -> None:
    """Refuse a database of any other revision: what copies rows must know every table and column."""
    check_may_work(engine)
    found = _found(engine)
    if found is not None and found.revision != NEWEST:
        raise Conflict(
            f"The database is at revision {found.revision}, and this program knows {NEWEST}: it would leave out what "
            "it does not know. Do this with the newer program."
        )


def _found(engine: Engine) -> Present | None:
    try:
        return present(engine)
    except DBAPIError as error:
        raise Conflict(f"The database cannot be opened ({type(error.orig).__name__}). Look at its address.") from None


def _only_row(connection: Connection, table: str) -> str | None:
    if not connection.dialect.has_table(connection, table):
        return None
    revision: str | None = connection.execute(text(f"SELECT version_num FROM {table}")).scalar_one_or_none()  # noqa: S608
    return revision
