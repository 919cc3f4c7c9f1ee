"""Migrations: up, down and up again on both databases, and no difference between their end and the tables."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, make_url
from sqlalchemy.pool import NullPool

import matching.store.migrations
from matching.errors import Conflict
from matching.store import open_database
from matching.store.migrating import downgrade, upgrade
from matching.store.revisions import NEWEST, check_current
from matching.store.tables import Base
from tests.databases import KINDS, Databases


@pytest.fixture(params=KINDS)
def owner_url(request: pytest.FixtureRequest, databases: Databases, tmp_path: Path) -> str:
    url = databases.fresh(request.param, tmp_path)
    return databases.owner_url(url) if request.param == "postgresql" else url


def _tables(url: str) -> set[str]:
    engine = create_engine(_with_driver(url), poolclass=NullPool)
    return set(inspect(engine).get_table_names()) - {"alembic_version"}


def _with_driver(url: str) -> str:
    parsed = make_url(url)
    if parsed.get_backend_name() == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    return parsed.render_as_string(hide_password=False)


def test_down_to_nothing_and_up_again(owner_url: str) -> None:
    assert _tables(owner_url) == set(Base.metadata.tables)
    downgrade(owner_url, "base")
    assert _tables(owner_url) == set()
    upgrade(owner_url)
    assert _tables(owner_url) == set(Base.metadata.tables)


def test_the_newest_revision_is_what_the_tables_say(owner_url: str) -> None:
    engine = create_engine(_with_driver(owner_url), poolclass=NullPool)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_a_database_without_tables_is_refused_with_what_to_do(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'empty.sqlite'}")
    with pytest.raises(Conflict, match="wellplaced migrate"):
        check_current(database.engine)
    database.close()


def test_the_program_knows_its_newest_migration() -> None:
    folder = Path(matching.store.migrations.__file__).parent
    assert ScriptDirectory(str(folder)).get_current_head() == NEWEST


def test_upgrading_twice_changes_nothing(owner_url: str) -> None:
    upgrade(owner_url)
    assert _tables(owner_url) == set(Base.metadata.tables)
