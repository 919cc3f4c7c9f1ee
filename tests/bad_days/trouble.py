"""Bad things to do to a running service, and how to see that nothing came of them."""

from __future__ import annotations

import hashlib
import io
import resource
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

from httpx import Response
from sqlalchemy import select, text

from matching.store import Database
from matching.store.tables import Base
from tests.service import Service

WISHES: dict[str, Any] = {"wanted_work": [{"label": "baking bread"}], "hours.max": 16, "travel.home": "ME14 1"}


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """Let no file of this process grow beyond a size, as on a disk without room; Python ignores the signal of it.

    What is printed meanwhile is put aside: it may go into a file too.
    """
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
            yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def everything(database: Database) -> dict[str, str]:
    """A digest of each table of a SQLite database, or one that its user sees all of."""
    with database.engine.connect() as connection:
        found = {}
        for table in Base.metadata.sorted_tables:
            rows = connection.execute(select(table).order_by(*table.primary_key.columns)).all()
            found[table.name] = f"{len(rows)} {hashlib.sha256(repr(rows).encode()).hexdigest()}"
        return found


def empty_the_log(database: Database) -> None:
    """Put SQLite's log into the database file, so that every next write needs room."""
    with database.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))


def log_of(database: Database) -> Path:
    """The file of SQLite's log."""
    return Path(f"{database.engine.url.database}-wal")


def role(title: str = "Bakery assistant", **more: Any) -> dict[str, Any]:
    """A role to log, with facts."""
    sent = {"title": title, "employer": "Hazel Bakery", "hours": {"min": 8, "max": 16}, "visibility": "organisation"}
    return {**sent, "tasks": ["weigh flour"], **more}


def wishes(on: str = "2026-11-01") -> dict[str, Any]:
    """A change of a profile."""
    told = [{"field": name, "value": value, "source": "participant", "said_on": on} for name, value in WISHES.items()]
    return {"changes": told}


def person_of(service: Service, ref: str = "P-1") -> str:
    """A participant of Ana's with wishes, whose words have been read."""
    taken_on = service.as_("ana").post("/v1/participants", {"ref": ref, "entered_on": "2026-11-01"})
    person = str(well(taken_on).json()["id"])
    well(service.as_("ana").change("PATCH", f"/v1/participants/{person}/profile", wishes(), version=0))
    service.run_jobs()
    return person


def well(answered: Response) -> Response:
    """An answer that must not be a problem."""
    assert answered.status_code < 300, f"{answered.request.url}: {answered.status_code} {answered.text[:500]}"
    return answered


def is_plain(answered: Response, *, status: int) -> bool:
    """Whether a refusal has the status, says when to ask again, and tells a person nothing of the inside."""
    inside = ("Traceback", "sqlite", "psycopg", "sqlalchemy", "OperationalError", "Errno", "/")
    detail = answered.json()["detail"]
    return (
        answered.status_code == status
        and answered.headers["Content-Type"] == "application/problem+json"
        and int(answered.headers["Retry-After"]) > 0
        and not any(word in detail for word in inside)
    )
