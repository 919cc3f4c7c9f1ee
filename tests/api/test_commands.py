"""The commands that run the service, against a real database file."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

COMMAND = str(Path(sys.executable).with_name("wellplaced"))
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run `wellplaced` with everything it keeps in a folder of the test."""
    environment = {
        **os.environ,
        "WELLPLACED_DATA_DIR": str(tmp_path / "data"),
        "WELLPLACED_CACHE_DIR": str(tmp_path / "cache"),
        "WELLPLACED_ENCODER": "hashing",
    }

    def running(*words: str, **settings: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [COMMAND, *words], env={**environment, **settings}, capture_output=True, text=True, check=False, timeout=120
        )

    return running


@pytest.fixture
def founded(run: Run) -> tuple[str, str]:
    """An organisation and a user who logs roles there: their ids."""
    assert run("migrate").returncode == 0
    made = run("user", "found", "The council", "--email", "sasha@example.org", "--name", "Sasha")
    organisation = made.stderr.split("has the id ")[1].split(".")[0]
    added = run(
        *("user", "add", "--organisation", organisation, "--email", "eve@example.org", "--name", "Eve"),
        *("--role", "employer_engagement"),
    )
    return organisation, added.stderr.split("has the id ")[1].split(".")[0]


def test_a_database_without_tables_says_what_to_do(run: Run) -> None:
    said = run("verify", WELLPLACED_DATABASE_URL="sqlite:////dev/shm/wellplaced-not-there.sqlite")
    assert said.returncode == 2
    assert "wellplaced migrate" in said.stderr
    assert "Traceback" not in said.stderr


def test_a_new_organisation_is_whole_and_has_a_link_for_its_administrator(run: Run, founded: tuple[str, str]) -> None:
    listed = run("user", "list").stdout.splitlines()
    assert [line.split("\t")[2] for line in sorted(listed, key=lambda line: line.split("\t")[2])] == [
        "eve@example.org",
        "sasha@example.org",
    ]
    assert run("verify").returncode == 0
    assert run("audit", "verify").stdout.split() == [founded[0], "whole"]


def test_the_key_is_made_once_and_nobody_else_reads_it(run: Run, founded: tuple[str, str], tmp_path: Path) -> None:
    assert (tmp_path / "data" / "secret.key").stat().st_mode & 0o777 == 0o600


def test_a_role_that_does_not_exist_is_refused_by_name(run: Run, founded: tuple[str, str]) -> None:
    refused = run(
        "user", "add", "--organisation", founded[0], "--email", "x@example.org", "--name", "X", "--role", "boss"
    )
    assert (refused.returncode, "boss" in refused.stderr) == (2, True)


def test_an_organisation_that_does_not_exist_is_refused(run: Run, founded: tuple[str, str]) -> None:
    assert run("user", "reset", "--organisation", "nobody", "--user", founded[1]).returncode == 2


def test_a_folder_is_tried_and_then_given_to_the_service(run: Run, founded: tuple[str, str], tmp_path: Path) -> None:
    folder = tmp_path / "adverts"
    folder.mkdir()
    (folder / "a.csv").write_text("vacancy_ref,title,employer\nx1,Baker,Hazel Bakery\n")
    (folder / "b.csv").write_text("vacancy_ref,title,employer\nx2,,Hazel Bakery\n")
    who = ("--organisation", founded[0], "--user", founded[1])
    tried = run("import", str(folder), *who)
    assert tried.returncode == 2
    assert "b.csv, row 2, title" in tried.stderr
    assert [line.split("\t")[2] for line in tried.stdout.splitlines()] == ["1 good", "0 good"]
    assert run("import", str(folder / "a.csv"), *who, "--apply").returncode == 0


def test_retention_counts_and_changes_nothing_until_told(run: Run, founded: tuple[str, str]) -> None:
    counted = run("retention")
    assert counted.returncode == 0
    assert "Nothing was changed" in counted.stderr
    assert run("retention", "--apply").returncode == 0


def test_backup_and_restore_on_an_empty_machine(run: Run, founded: tuple[str, str], tmp_path: Path) -> None:
    assert run("backup", str(tmp_path / "backup.tar")).returncode == 0
    elsewhere = {"WELLPLACED_DATA_DIR": str(tmp_path / "elsewhere")}
    assert run("restore", str(tmp_path / "backup.tar"), **elsewhere).returncode == 0
    assert run("verify", **elsewhere).returncode == 0
    assert run("user", "list", **elsewhere).stdout == run("user", "list").stdout
    assert run("restore", str(tmp_path / "backup.tar"), **elsewhere).returncode == 2


def test_a_backup_to_where_there_is_no_room_leaves_nothing_behind(run: Run, founded: tuple[str, str]) -> None:
    said = run("backup", "/dev/full/backup.tar")
    assert said.returncode != 0
    assert "Traceback" not in said.stderr


def test_the_statements_for_postgresql_force_row_level_security(run: Run) -> None:
    printed = run("migrate", "--sql").stdout
    assert "FORCE ROW LEVEL SECURITY" in printed
    assert "GRANT" in printed


def test_the_history_is_exported_for_evaluators_alone_and_noted(
    run: Run, founded: tuple[str, str], tmp_path: Path
) -> None:
    from evaluation.records.reading import read_history

    out = tmp_path / "history.zip"
    made = run("export", "history", "--organisation", founded[0], "--out", str(out))
    assert made.returncode == 0, made.stderr
    assert out.stat().st_mode & 0o777 == 0o600
    assert read_history(out).rows_read["participants"] == 0
    again = run("export", "history", "--organisation", founded[0], "--out", str(out))
    assert (again.returncode, "Traceback" in again.stderr) == (2, False)
    assert run("audit", "verify").stdout.split() == [founded[0], "whole"]


def test_an_export_of_nobody_leaves_no_file(run: Run, founded: tuple[str, str], tmp_path: Path) -> None:
    refused = run("export", "history", "--organisation", "nobody", "--out", str(tmp_path / "history.zip"))
    assert refused.returncode == 2
    assert not (tmp_path / "history.zip").exists()
