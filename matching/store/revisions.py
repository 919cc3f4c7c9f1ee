"""Which revision of the schema this program needs, and which one a database has; asked at every start, so quick."""

from __future__ import annotations

from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from matching.errors import Conflict

#: The newest of the files in `migrations/versions`; a test holds it to them.
NEWEST = "0001"


def present_revision(engine: Engine) -> str | None:
    """The revision of a database; none where there are no tables yet."""
    with engine.connect() as connection:
        if not engine.dialect.has_table(connection, "alembic_version"):
            return None
        revision: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
        return revision


def check_current(engine: Engine) -> None:
    """Refuse a database that does not answer or is not at the newest revision, and say what to do."""
    try:
        present = present_revision(engine)
    except DBAPIError as error:
        raise Conflict(f"The database cannot be opened ({type(error.orig).__name__}). Look at its address.") from None
    if present != NEWEST:
        stands = "is empty" if present is None else f"is at revision {present}"
        raise Conflict(f"The database {stands}, and this program needs {NEWEST}. Run `wellplaced migrate` first.")
