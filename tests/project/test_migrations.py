"""Migrations: up, down and up again on both databases with rows in every table, and which program may work on what."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, event, insert, inspect, make_url, text
from sqlalchemy.pool import NullPool

import matching.store.migrations
from matching.errors import Conflict, Invalid
from matching.store import open_database
from matching.store.backup import back_up
from matching.store.database import begin_as_told, prepare_sqlite
from matching.store.digests import digests
from matching.store.migrating import downgrade, downgrade_with_rows, print_sql, upgrade
from matching.store.revisions import (
    NEWEST,
    OLDEST_PROGRAM_TABLE,
    REVISION_TABLE,
    Present,
    check_exactly,
    check_may_work,
    present,
)
from matching.store.tables import Base
from tests.databases import KINDS, Databases
from tests.matching.store.test_row_level_security import row_of
from tests.service import START, Service

SCRIPTS = ScriptDirectory(str(Path(matching.store.migrations.__file__).parent))
REVISIONS = sorted(script.revision for script in SCRIPTS.walk_revisions())
RECORDS = {OLDEST_PROGRAM_TABLE, REVISION_TABLE}


@pytest.fixture(params=KINDS)
def owner_url(request: pytest.FixtureRequest, databases: Databases, tmp_path: Path) -> str:
    url = databases.fresh(request.param, tmp_path)
    return databases.owner_url(url) if request.param == "postgresql" else url


def _engine(url: str) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() == "postgresql":
        return create_engine(parsed.set(drivername="postgresql+psycopg"), poolclass=NullPool)
    engine = create_engine(parsed, poolclass=NullPool)
    event.listen(engine, "connect", prepare_sqlite)
    event.listen(engine, "begin", begin_as_told)
    return engine


def _tables(url: str) -> set[str]:
    return set(inspect(_engine(url)).get_table_names()) - RECORDS


def _fill(url: str) -> None:
    """A row in every table, with something in every column."""
    with _engine(url).begin() as connection:
        for table in Base.metadata.sorted_tables:
            connection.execute(insert(table).values(row_of(table, "north", "one")))


def _contents(url: str) -> dict[str, list[Any]]:
    with _engine(url).connect() as connection:
        names = sorted(Base.metadata.tables)
        return {name: [tuple(row) for row in connection.execute(text(f"SELECT * FROM {name}"))] for name in names}  # noqa: S608


def test_down_to_nothing_and_up_again(owner_url: str) -> None:
    assert _tables(owner_url) == set(Base.metadata.tables)
    downgrade(owner_url, "base")
    assert _tables(owner_url) == set()
    assert present(_engine(owner_url)) is None
    upgrade(owner_url)
    assert _tables(owner_url) == set(Base.metadata.tables)


@pytest.mark.parametrize("revision", REVISIONS[:-1])
def test_down_to_an_older_revision_and_up_again_keeps_every_row(owner_url: str, revision: str) -> None:
    _fill(owner_url)
    before = _contents(owner_url)
    assert all(before.values())
    downgrade_with_rows(owner_url, revision)
    assert present(_engine(owner_url)).revision == revision
    assert _contents(owner_url) == before
    upgrade(owner_url)
    assert _contents(owner_url) == before


def test_one_step_up_at_a_time_ends_where_all_at_once_does(owner_url: str) -> None:
    downgrade(owner_url, "base")
    for revision in REVISIONS:
        upgrade(owner_url, revision)
        oldest = SCRIPTS.get_revision(revision).module.oldest_program
        assert present(_engine(owner_url)) == Present(revision=revision, oldest_program=oldest)
    assert _differences(owner_url) == []


def test_the_newest_revision_is_what_the_tables_say(owner_url: str) -> None:
    assert _differences(owner_url) == []


def _differences(url: str) -> list[Any]:
    with _engine(url).connect() as connection:
        options = {
            "compare_type": True,
            "include_object": lambda _object, name, kind, *_: not (kind == "table" and name in RECORDS),
        }
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata))


def test_a_database_of_before_the_revision_had_its_own_table_is_carried_over(owner_url: str) -> None:
    """What a database of the first program holds: one record, and neither the other table nor what 0002 added."""
    downgrade(owner_url, "0001")
    with _engine(owner_url).begin() as connection:
        connection.execute(text(f"DROP TABLE {REVISION_TABLE}"))
    assert present(_engine(owner_url)) == Present(revision="0001", oldest_program="0001")
    upgrade(owner_url)
    assert present(_engine(owner_url)) == Present(revision=NEWEST, oldest_program="0001")
    assert _differences(owner_url) == []


def test_upgrading_twice_changes_nothing(owner_url: str) -> None:
    upgrade(owner_url)
    assert _tables(owner_url) == set(Base.metadata.tables)


def test_a_migration_that_fails_leaves_nothing_of_itself(owner_url: str) -> None:
    downgrade(owner_url, "0001")
    with _engine(owner_url).begin() as connection:
        connection.execute(text("CREATE INDEX ix_jobs_kind_state ON jobs (kind)"))
    before = present(_engine(owner_url))
    with pytest.raises(Exception, match="already exists"):
        upgrade(owner_url)
    assert present(_engine(owner_url)) == before


def test_going_down_to_nothing_is_refused_where_there_are_rows(owner_url: str) -> None:
    with pytest.raises(Invalid, match="not a revision"):
        downgrade_with_rows(owner_url, "base")
    assert _tables(owner_url) == set(Base.metadata.tables)


class TestWhoMayWork:
    @pytest.mark.parametrize(
        ("revision", "oldest", "program", "says"),
        [
            ("0002", "0001", "0002", None),
            ("0002", "0001", "0001", None),
            ("0003", "0001", "0002", None),
            ("0003", "0003", "0002", "of 0003 or newer"),
            ("0001", "0001", "0002", "this program needs 0002"),
        ],
        ids=["its own", "one behind", "two ahead", "contracted", "not migrated yet"],
    )
    def test_a_program_works_on_what_names_it_or_an_older_one(
        self, revision: str, oldest: str, program: str, says: str | None
    ) -> None:
        reason = Present(revision=revision, oldest_program=oldest).reason_against(program)
        assert (reason is None) if says is None else (reason is not None and says in reason)

    def test_a_database_without_tables_is_refused_with_what_to_do(self, tmp_path: Path) -> None:
        database = open_database(f"sqlite:///{tmp_path / 'empty.sqlite'}")
        with pytest.raises(Conflict, match="wellplaced migrate"):
            check_may_work(database.engine)
        database.close()

    def test_readiness_follows_the_database_while_the_service_runs(self, sqlite_service: Service) -> None:
        def say(revision: str, oldest: str) -> None:
            with sqlite_service.database.engine.begin() as connection:
                connection.execute(text(f"UPDATE {REVISION_TABLE} SET version_num = '{revision}'"))  # noqa: S608
                connection.execute(text(f"UPDATE {OLDEST_PROGRAM_TABLE} SET version_num = '{oldest}'"))  # noqa: S608

        def reason() -> str:
            return str(sqlite_service.client.get("/readyz").json().get("detail", ""))

        say("0009", NEWEST)
        assert "revision" not in reason()
        say("0009", "0009")
        assert "needs a program of 0009" in reason()

    def test_a_program_copies_no_rows_of_a_schema_that_it_does_not_know_whole(
        self, sqlite_service: Service, tmp_path: Path
    ) -> None:
        with sqlite_service.database.engine.begin() as connection:
            connection.execute(text(f"UPDATE {REVISION_TABLE} SET version_num = '0009'"))  # noqa: S608
        check_may_work(sqlite_service.database.engine)
        with pytest.raises(Conflict, match="newer program"):
            check_exactly(sqlite_service.database.engine)
        with pytest.raises(Conflict, match="newer program"):
            back_up(sqlite_service.database, tmp_path / "backup.tar", at=START)
        assert not list(tmp_path.glob("backup.tar*"))

    def test_the_service_cannot_write_who_may_work(self, databases: Databases, tmp_path: Path) -> None:
        database = open_database(databases.fresh("postgresql", tmp_path))
        for table in sorted(RECORDS):
            with database.engine.connect() as connection, pytest.raises(Exception, match="permission denied"):
                connection.execute(text(f"UPDATE {table} SET version_num = '0000'"))  # noqa: S608
        database.close()


class TestTheMigrationsThemselves:
    def test_the_program_knows_its_newest(self) -> None:
        assert SCRIPTS.get_current_head() == NEWEST

    def test_each_names_itself_or_an_older_program_and_never_one_older_than_the_last_did(self) -> None:
        named = [SCRIPTS.get_revision(revision).module.oldest_program for revision in REVISIONS]
        assert all(oldest <= revision for oldest, revision in zip(named, REVISIONS, strict=True))
        assert named == sorted(named)

    def test_one_that_lets_older_programs_work_only_adds(self, capsys: pytest.CaptureFixture[str]) -> None:
        for before, revision in pairwise(REVISIONS):
            if SCRIPTS.get_revision(revision).module.oldest_program == revision:
                continue
            print_sql(f"{before}:{revision}")
            own = [each for each in capsys.readouterr().out.split(";") if not any(name in each for name in RECORDS)]
            for taking_away in ("DROP ", "RENAME ", "SET NOT NULL", "ALTER COLUMN", "DELETE ", "TRUNCATE "):
                assert not any(taking_away in statement for statement in own), (revision, taking_away)

    def test_they_print_as_statements_from_nothing(self, capsys: pytest.CaptureFixture[str]) -> None:
        print_sql()
        printed = capsys.readouterr().out
        assert printed.index(f"CREATE TABLE IF NOT EXISTS {OLDEST_PROGRAM_TABLE}") < printed.index("GRANT SELECT")

    def test_printed_statements_make_the_same_database(
        self, databases: Databases, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        owner_url = databases.owner_url(databases.fresh("postgresql", tmp_path))
        downgrade(owner_url, "base")
        with _engine(owner_url).begin() as connection:
            for table in sorted(RECORDS):
                connection.execute(text(f"DROP TABLE {table}"))
        print_sql()
        with _engine(owner_url).connect() as connection:
            connection.connection.cursor().execute(capsys.readouterr().out)
        assert present(_engine(owner_url)) == Present(revision=NEWEST, oldest_program="0001")
        assert _differences(owner_url) == []


def test_a_backup_of_an_older_revision_is_restored_and_brought_up(
    service: Service, databases: Databases, tmp_path: Path
) -> None:
    from matching.store.backup import restore

    assert service.as_("eve").post("/v1/employers", {"name": "Hazel Bakery"}).status_code == 201
    back_up(service.database, tmp_path / "backup.tar", at=START)
    _as_of_older_revision(tmp_path / "backup.tar", tmp_path / "older.tar")
    url = f"sqlite:///{tmp_path / 'restored.sqlite'}"
    assert restore(tmp_path / "older.tar", url).revision == "0001"
    restored = open_database(url)
    assert present(restored.engine) == Present(revision=NEWEST, oldest_program="0001")
    assert digests(restored) == digests(service.database)
    restored.close()


def _as_of_older_revision(source: Path, target: Path) -> None:
    """The same file as the first program wrote it: of revision 0001, and without the last line."""
    content = source.read_bytes()
    last_line = 83
    older = content[:-last_line].replace(b'"revision": "0002"', b'"revision": "0001"')
    target.write_bytes(older.replace(b"wellplaced backup 2", b"wellplaced backup 1"))
