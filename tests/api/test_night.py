"""`wellplaced night-run` as an operator runs it: killed and begun again, by one process or two, or on a cluster."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import select

from api import night
from api.night import run_one
from api.running import Running, open_running
from matching.settings import Settings
from matching.store import open_database
from matching.store.tables import Alert, EntryRow, ShortlistRow, StandingRow
from tests.api.test_commands import COMMAND
from tests.databases import Databases
from tests.matching.actions.roles import log, role, take_on
from tests.service import NORTH, furnish

PEOPLE = 130


@pytest.fixture(scope="module")
def county(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a database in which everybody's words are read; copied for every test."""
    folder = tmp_path_factory.mktemp("county")
    shutil.move(databases.fresh("sqlite", folder).removeprefix("sqlite:///"), folder / "wellplaced.sqlite")
    database = open_database(f"sqlite:///{folder}/wellplaced.sqlite")
    furnish(database)
    with database.writing(NORTH) as store:
        for number in range(30):
            log(store, role(f"R{number:02}", tasks=[f"thing {number}"]))
        for number in range(PEOPLE):
            take_on(store, f"P{number:03}", strengths=[f"thing {number % 17}"])
    database.close()
    running = open_running(settings_of(folder))
    from matching.actions.jobs import run_due_jobs
    from matching.actions.night_words import encode_first

    run_due_jobs(running.worker, at=datetime.now(UTC))
    encode_first(running.worker, NORTH, at=datetime.now(UTC))
    running.close()
    return folder


def settings_of(folder: Path) -> Settings:
    return Settings(
        database_url=f"sqlite:///{folder}/wellplaced.sqlite",
        data_dir=folder / "data",
        cache_dir=folder / "cache",
        encoder="hashing",
        secret_key="k" * 32,
    )


def url_of(folder: Path) -> str:
    """The folder's database: its SQLite file, unless the folder names another."""
    named = folder / "database-url"
    return named.read_text() if named.exists() else f"sqlite:///{folder}/wellplaced.sqlite"


def environment_of(folder: Path) -> dict[str, str]:
    return {
        **os.environ,
        "WELLPLACED_DATABASE_URL": url_of(folder),
        "WELLPLACED_DATA_DIR": str(folder / "data"),
        "WELLPLACED_CACHE_DIR": str(folder / "cache"),
        "WELLPLACED_ENCODER": "hashing",
        "WELLPLACED_SECRET_KEY": "k" * 32,
    }


@pytest.fixture
def folder(county: Path, tmp_path: Path) -> Path:
    """The county of this test alone."""
    return shutil.copytree(county, tmp_path / "county")


@pytest.fixture
def running(folder: Path) -> Iterator[Running]:
    opened = open_running(settings_of(folder))
    yield opened
    opened.close()


def kept(folder: Path) -> dict[str, list[Any]]:
    """All that a night leaves behind, without the ids and moments of the run."""
    database = open_database(url_of(folder))
    with database.reading(NORTH) as store:
        rows = list(store.session.scalars(select(ShortlistRow)))
        person = {row.id: row.participant_id for row in rows}
        found: dict[str, list[Any]] = {
            "lists": sorted((row.participant_id, row.document_id, row.pool_mark, row.entries) for row in rows),
            "places": sorted(
                (person[row.shortlist_id], row.place, row.vacancy_id) for row in store.session.scalars(select(EntryRow))
            ),
            "standings": sorted(
                (row.participant_id, row.as_of, row.pool_mark, row.least_score or 0.0, tuple(row.vacancy_ids))
                for row in store.session.scalars(select(StandingRow))
            ),
            "alerts": sorted((row.participant_id, row.vacancy_id) for row in store.session.scalars(select(Alert))),
        }
        assert store.audit.first_break() is None
    database.close()
    return found


def command(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [COMMAND, "night-run", *words],
        env=environment_of(folder),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


class TestCommand:
    def test_a_dry_run_says_what_is_due_and_changes_nothing(self, folder: Path) -> None:
        before = kept(folder)
        said = command(folder, "--dry-run", "--organisation", NORTH)
        assert said.returncode == 0
        assert orjson.loads(said.stdout)["due"] == PEOPLE
        assert kept(folder) == before

    def test_an_organisation_that_does_not_exist_is_refused(self, folder: Path) -> None:
        assert command(folder, "--organisation", "nobody").returncode == 2

    def test_a_cluster_that_does_not_answer_is_refused(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        pytest.importorskip("distributed")
        monkeypatch.setattr(night, "_CONNECT_SECONDS", 1)
        with pytest.raises(SystemExit) as ended, night.dask_cluster("tcp://127.0.0.1:9"):
            pass
        assert ended.value.code == 2
        assert "No scheduler" in capsys.readouterr().err

    def test_one_who_fails_is_named_by_id_alone_and_the_status_is_1(self, folder: Path) -> None:
        database = open_database(f"sqlite:///{folder}/wellplaced.sqlite")
        with database.writing(NORTH) as store:
            store.profiles.version("par-P007", 1).document = {"strengths": "a canary of theirs"}
        database.close()
        said = command(folder, "--workers", "1")
        assert said.returncode == 1
        summaries = [orjson.loads(line) for line in said.stdout.splitlines()]
        assert [(each["lists"], list(each["failed"])) for each in summaries] == [(PEOPLE - 1, ["par-P007"]), (0, [])]
        assert "canary" not in said.stdout + said.stderr


class TestRestart:
    def test_a_run_that_was_killed_at_any_batch_ends_as_one_that_was_not(self, folder: Path, tmp_path: Path) -> None:
        whole = shutil.copytree(folder, tmp_path / "whole")
        assert command(whole, "--workers", "2").returncode == 0
        kill_twice_and_finish(folder)
        assert kept(folder) == kept(whole)
        until = time.monotonic() + 10
        while still := orphans(folder):
            assert time.monotonic() < until, still
            time.sleep(0.1)


def kill_twice_and_finish(folder: Path) -> None:
    """Run the night three times: the first two end without a word while they write, the last goes on from there."""
    chance, stopped = random.Random(6), []
    while len(stopped) < 2:
        process = subprocess.Popen(
            [sys.executable, "-c", KILLED, str(chance.randint(0, 5))],
            env=environment_of(folder),
            start_new_session=True,
            stdout=subprocess.DEVNULL,
        )
        assert process.wait(120) == -signal.SIGKILL
        stopped.append(len(kept(folder)["lists"]))
    assert 0 < stopped[-1] < PEOPLE
    assert command(folder, "--workers", "2").returncode == 0


#: Runs the night in small batches, and ends itself without a word while one of them is being written.
KILLED = """
import os, signal, sys
from matching.actions import night, night_keeping
night.plan_night.__kwdefaults__["at_once"] = 10
left, really = [int(sys.argv[1])], night_keeping._keep_standings
def keep(*words, **more):
    if not left[0]:
        os.kill(os.getpid(), signal.SIGKILL)
    left[0] -= 1
    return really(*words, **more)
night_keeping._keep_standings = keep
from api.cli import main
sys.argv = ["wellplaced", "night-run", "--workers", "2"]
main()
"""


def orphans(folder: Path) -> list[str]:
    """Processes that live on with this county open."""
    found = []
    for each in Path("/proc").glob("[0-9]*/environ"):
        try:
            environment = each.read_bytes()
        except OSError:
            continue
        if f"WELLPLACED_DATA_DIR={folder}/data".encode() in environment:
            found.append(each.parent.name)
    return found


class TestExecutors:
    def test_one_process_and_two_keep_the_same(self, folder: Path, tmp_path: Path) -> None:
        found = []
        for workers in (1, 2):
            mine = shutil.copytree(folder, tmp_path / f"by-{workers}")
            opened = open_running(settings_of(mine))
            summary = run_one(opened, NORTH, at=datetime(2026, 11, 24, 2, tzinfo=UTC), workers=workers)
            opened.close()
            found.append((summary, kept(mine)))
        assert found[0] == found[1]
        assert found[0][0]["lists"] == PEOPLE

    def test_processes_that_begin_from_nothing_keep_the_same(
        self, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        at, found = datetime(2026, 11, 24, 2, tzinfo=UTC), []
        for name in ("forked", "spawned"):
            mine = shutil.copytree(folder, tmp_path / name)
            if name == "spawned":
                monkeypatch.setitem(sys.modules, "torch", sys)
            else:
                monkeypatch.delitem(sys.modules, "torch", raising=False)
            opened = open_running(settings_of(mine))
            run_one(opened, NORTH, at=at, workers=1)
            opened.close()
            found.append(kept(mine))
        assert found[0] == found[1]

    def test_a_cluster_of_two_workers_keeps_the_same(
        self, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        distributed = pytest.importorskip("distributed")
        alone = shutil.copytree(folder, tmp_path / "alone")
        assert command(alone, "--workers", "1").returncode == 0
        for name, value in environment_of(folder).items():
            monkeypatch.setenv(name, value)
        with distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
        ) as cluster:
            said = command(folder, "--organisation", NORTH, "--cluster", cluster.scheduler_address)
        assert said.returncode == 0, said.stderr
        assert kept(folder) == kept(alone)
