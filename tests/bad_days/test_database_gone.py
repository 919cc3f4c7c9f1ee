"""The database is locked for long, or its file is moved away: who asks is told to come again, and then all goes on."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, TimeoutError

from matching.actions.jobs import MOST_ATTEMPTS, Task, Work, queue, run_due_jobs, run_round
from matching.store import open_database
from matching.store.outages import Outage, outage_of
from matching.store.verifying import faults
from tests.bad_days.trouble import is_plain, person_of, role, well
from tests.databases import Databases
from tests.service import NORTH, START, Service, start_service


@pytest.fixture
def service(databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """A service on SQLite that waits for a lock for a tenth of a second, and not for fifteen."""
    monkeypatch.setattr("matching.store.database.BUSY_MILLISECONDS", 100)
    started = start_service(databases.fresh("sqlite", tmp_path), tmp_path)
    yield started
    started.client.close()
    started.database.close()


def is_ready(service: Service, *, seconds: float = 10.0) -> bool:
    """Whether the service says that it is ready; at first it loads its index."""
    until = time.monotonic() + seconds
    while service.client.get("/readyz").status_code != 200:
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def path_of(service: Service) -> Path:
    return Path(str(service.database.engine.url.database))


@contextmanager
def locked(service: Service) -> Iterator[None]:
    """Another program holds the one lock for writers."""
    other = sqlite3.connect(path_of(service), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


@contextmanager
def away(service: Service) -> Iterator[None]:
    """The file of the database is somewhere else, as when its disk is not mounted; its log stays where it is."""
    path = path_of(service)
    elsewhere = path.with_name("elsewhere")
    path.rename(elsewhere)
    try:
        yield
    finally:
        # A file that were made in its place meanwhile would be written over here, and what it took be lost.
        assert not path.exists()
        elsewhere.rename(path)


class TestLocked:
    def test_who_writes_is_told_when_to_come_again_and_who_reads_is_served(self, service: Service) -> None:
        known = well(service.as_("eve").post("/v1/vacancies", role())).json()["id"]
        with locked(service):
            assert is_plain(service.as_("eve").post("/v1/vacancies", role("Late")), status=503)
            assert service.as_("eve").get(f"/v1/vacancies/{known}").status_code == 200
            assert is_ready(service)
        assert service.as_("eve").post("/v1/vacancies", role("Late")).status_code == 201

    def test_a_worker_waits_however_long_it_takes(self, service: Service) -> None:
        done: list[int] = []
        worker = replace(service.running.worker, works={"count": Work(handler=lambda _: done.append(1))}, daily=())
        with service.database.writing(NORTH) as store:
            queue(store, "count", "A", {}, START)
        with locked(service):
            for _ in range(MOST_ATTEMPTS + 1):
                run_round(worker, START)
        assert done == []
        run_due_jobs(worker, START)
        assert done == [1]

    def test_a_lock_that_comes_while_a_job_is_done_uses_up_no_attempt(self, service: Service) -> None:
        done: list[int] = []
        meets_lock = True

        def work(task: Task) -> None:
            if meets_lock:
                with locked(service), task.database.writing(NORTH) as store:
                    store.session.execute(text("UPDATE organisations SET name = 'never'"))
            done.append(1)

        worker = replace(service.running.worker, works={"count": Work(handler=work)}, daily=())
        with service.database.writing(NORTH) as store:
            queue(store, "count", "A", {}, START)
        for _ in range(3 * MOST_ATTEMPTS):
            run_round(worker, service.clock.at)
            service.clock.pass_(minutes=1)
        meets_lock = False
        run_due_jobs(worker, service.clock.at)
        assert done == [1]


class TestAway:
    def test_nothing_is_acknowledged_that_would_be_lost_and_readiness_says_why(self, service: Service) -> None:
        kept = well(service.as_("eve").post("/v1/vacancies", role())).json()["id"]
        with away(service):
            for _ in range(3):
                assert is_plain(service.as_("eve").post("/v1/vacancies", role("Late")), status=503)
            told = service.client.get("/readyz")
            assert (told.status_code, told.json()["detail"]) == (503, "The database does not answer.")
            assert int(told.headers["Retry-After"]) > 0
            assert service.client.get("/livez").status_code == 200
        assert is_ready(service)
        assert service.as_("eve").get(f"/v1/vacancies/{kept}").status_code == 200
        assert service.as_("eve").post("/v1/vacancies", role("Late")).status_code == 201
        assert list(faults(service.database)) == []

    def test_jobs_are_done_once_it_is_back(self, service: Service) -> None:
        person = person_of(service)
        well(service.as_("eve").post("/v1/vacancies", role()))
        with away(service):
            for _ in range(3):
                with pytest.raises(DBAPIError):
                    service.run_jobs()
        service.run_jobs()
        drawn = well(service.as_("ana").post("/v1/shortlists", {"participant_id": person}))
        assert drawn.json()["counts"]["open"] == 1

    def test_a_page_says_it_in_words(self, service: Service) -> None:
        with away(service):
            shown = service.as_("ana").client.get("/", headers={"Cookie": service.as_("ana").headers["Cookie"]})
        assert shown.status_code == 503
        assert "Wait a few seconds" in shown.text


class TestTold:
    """Which errors are an outage, and which are mistakes of the program."""

    def test_when_all_connections_are_out_it_is_busy(self, databases: Databases, tmp_path: Path) -> None:
        database = open_database(databases.fresh("sqlite", tmp_path), pool_size=1)
        database.engine.pool._max_overflow = 0  # type: ignore[attr-defined]
        database.engine.pool._timeout = 0.05  # type: ignore[attr-defined]
        with database.engine.connect(), pytest.raises(TimeoutError) as told, database.engine.connect():
            pass
        assert outage_of(told.value) is Outage.BUSY
        database.close()

    @pytest.mark.parametrize(
        ("state", "outage"),
        [
            (psycopg.errors.DiskFull, Outage.NO_ROOM),
            (psycopg.errors.TooManyConnections, Outage.BUSY),
            (psycopg.errors.DeadlockDetected, Outage.BUSY),
            (psycopg.errors.LockNotAvailable, Outage.BUSY),
            (psycopg.errors.AdminShutdown, Outage.AWAY),
            (psycopg.errors.CannotConnectNow, Outage.AWAY),
            (psycopg.errors.ReadOnlySqlTransaction, Outage.AWAY),
            (psycopg.OperationalError, Outage.AWAY),
            (psycopg.errors.UniqueViolation, None),
            (psycopg.errors.UndefinedTable, None),
            (psycopg.errors.InsufficientPrivilege, None),
        ],
    )
    def test_each_state_of_postgresql(self, state: Callable[[], Exception], outage: Outage | None) -> None:
        assert outage_of(state()) is outage

    @pytest.mark.parametrize("error", [ValueError(), KeyError("orig"), OSError(2, "no such file"), None])
    def test_a_mistake_is_no_outage(self, error: Exception | None) -> None:
        assert outage_of(error) is None
