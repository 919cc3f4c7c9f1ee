"""The night run on PostgreSQL, killed and begun again; it keeps what it keeps on SQLite."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

from matching.store import open_database
from matching.store.backup import back_up, restore
from tests.api.test_night import command, county, folder, kept, kill_twice_and_finish, url_of
from tests.databases import Databases

__all__ = ["county", "folder"]  # fixtures of the tests on SQLite


def test_a_run_killed_on_postgresql_ends_as_one_on_sqlite_that_was_not(
    folder: Path, tmp_path: Path, databases: Databases
) -> None:
    whole = shutil.copytree(folder, tmp_path / "whole")
    assert command(whole, "--workers", "1").returncode == 0
    move_to_postgresql(folder, databases)
    kill_twice_and_finish(folder)
    assert kept(folder) == kept(whole)


def move_to_postgresql(folder: Path, databases: Databases) -> None:
    """Put the same rows into PostgreSQL, and have the folder name that."""
    database = open_database(url_of(folder))
    back_up(database, folder / "county.tar", at=datetime.now(UTC))
    database.close()
    url = databases.fresh("postgresql", folder)
    restore(folder / "county.tar", databases.owner_url(url))
    (folder / "database-url").write_text(url)
