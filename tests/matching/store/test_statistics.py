"""SQLite looks rows up by their ids, and not through all rows of the organisation, once it has counted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from matching.store import Database, open_database
from tests.databases import Databases
from tests.matching.actions.roles import log, role
from tests.service import NORTH, furnish

ROLES = 300
ASKED = [f"vac-R{number}" for number in range(20)]


def plan_of_looking_up(database: Database) -> str:
    """How the database finds twenty vacancies by their ids."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        asked.append((statement, values))

    event.listen(database.engine, "before_cursor_execute", note)
    with database.reading(NORTH) as store:
        assert len(store.vacancies.some(ASKED)) == len(ASKED)
    event.remove(database.engine, "before_cursor_execute", note)
    (statement, values), *_ = [each for each in asked if "FROM vacancies" in each[0]]
    with database.engine.connect() as connection:
        found = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        return "\n".join(row[3] for row in found)


@pytest.fixture(scope="module")
def url(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database with some hundred roles of one organisation."""
    made = databases.fresh("sqlite", Path(tmp_path_factory.mktemp("statistics")))
    database = open_database(made)
    furnish(database)
    with database.writing(NORTH) as store:
        for number in range(ROLES):
            log(store, role(f"R{number}"))
    database.close()
    return made


def test_ids_are_looked_up_one_by_one_once_the_rows_are_counted(url: str) -> None:
    database = open_database(url)
    database.refresh_statistics()
    database.engine.dispose()  # counts are read by new connections
    assert "(id=?)" in plan_of_looking_up(database)
    database.close()


def test_a_connection_is_made_anew_in_time_to_read_the_counts(url: str) -> None:
    database = open_database(url)
    assert 0 < database.engine.pool._recycle <= 3600
    database.close()


def test_postgresql_which_counts_by_itself_is_asked_for_nothing(databases: Databases, tmp_path: Path) -> None:
    database = open_database(databases.fresh("postgresql", tmp_path))
    asked: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *said: asked.append(said[2]))
    database.refresh_statistics()
    database.close()
    assert asked == []
