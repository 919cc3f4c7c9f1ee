"""A job is taken by one worker at a time, and comes back when that worker is gone."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count

import pytest
from sqlalchemy import text

from matching.store import Database, open_database
from matching.store.jobs import DONE, FAILED, RUNNING, WAITING
from tests.service import NORTH, SOUTH, START, furnish

LATER = START + timedelta(minutes=1)
_asked = count()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A database of two organisations."""
    opened = open_database(database_url)
    furnish(opened)
    yield opened
    opened.close()


def ask(database: Database, key: str, *, kind: str = "encode", after: datetime = START, **payload: object) -> str:
    """Queue a job, some milliseconds after the last, so that ids are in order."""
    at = START + timedelta(milliseconds=next(_asked))
    with database.writing(NORTH) as store:
        return store.jobs.queue(kind=kind, key=key, payload=payload, at=at, run_after=after)


def take(database: Database, *, by: str = "one", at: datetime = START, at_once: int = 1) -> list[str]:
    """Take jobs; returns their keys."""
    with database.writing(NORTH) as store:
        jobs = store.jobs.take(kind="encode", at=at, until=at + timedelta(seconds=30), by=by, at_once=at_once)
        return [job.key for job in jobs]


def states(database: Database) -> dict[str, str]:
    """The state of each job, by id."""
    with database.reading(NORTH) as store:
        return dict(store.session.execute(text("SELECT id, state FROM jobs")).all())


class TestQueue:
    def test_equal_jobs_that_wait_are_one_with_the_newer_payload_and_the_earlier_time(self, database: Database) -> None:
        ids = {ask(database, "A", after=LATER, number=1), ask(database, "A", after=START, number=2)}
        assert len(ids) == 1
        with database.reading(NORTH) as store:
            job = store.jobs.get(ids.pop())
        assert (job.payload, job.run_after) == ({"number": 2}, START)

    def test_a_job_that_runs_is_not_the_one_that_is_asked_for_now(self, database: Database) -> None:
        first = ask(database, "A")
        take(database)
        second = ask(database, "A")
        assert states(database) == {first: RUNNING, second: WAITING}

    def test_another_organisation_has_its_own_jobs(self, database: Database) -> None:
        ask(database, "A")
        with database.writing(SOUTH) as store:
            store.jobs.queue(kind="encode", key="A", payload={}, at=START, run_after=START)
            assert store.jobs.count_due(at=START) == 1
            assert len(store.jobs.take(kind="encode", at=START, until=LATER, by="one", at_once=9)) == 1
        assert take(database, at_once=9) == ["A"]

    def test_a_worker_does_not_take_up_a_job_that_a_transaction_is_asking_for_again(self, database: Database) -> None:
        # It would work from what was there before that transaction, and the second asking would be lost.
        ask(database, "A", number=1)
        asked, go_on = threading.Event(), threading.Event()

        def ask_again() -> None:
            with database.writing(NORTH) as store:
                store.jobs.queue(kind="encode", key="A", payload={"number": 2}, at=START, run_after=START)
                asked.set()
                go_on.wait(10)

        thread = threading.Thread(target=ask_again)
        thread.start()
        asked.wait(10)
        threading.Timer(0.3, go_on.set).start()
        with database.writing(NORTH) as store:
            (job,) = store.jobs.take(kind="encode", at=START, until=LATER, by="one")
            assert job.payload == {"number": 2}
        thread.join()


class TestTake:
    def test_workers_at_once_never_get_the_same_job(self, database: Database) -> None:
        for number in range(24):
            ask(database, f"{number:02}")
        taken: list[str] = []
        begin = threading.Barrier(6)

        def work(name: str) -> None:
            begin.wait()
            while got := take(database, by=name, at_once=2):
                taken.extend(got)

        threads = [threading.Thread(target=work, args=(f"worker {number}",)) for number in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(taken) == [f"{number:02}" for number in range(24)]

    def test_a_job_is_not_taken_before_its_time(self, database: Database) -> None:
        ask(database, "A", after=LATER)
        assert take(database) == []
        assert take(database, at=LATER) == ["A"]

    def test_the_job_of_a_killed_worker_is_taken_up_when_its_lease_has_ended(self, database: Database) -> None:
        ask(database, "A")
        take(database, by="killed")
        assert take(database, by="other", at=START + timedelta(seconds=29)) == []
        assert take(database, by="other", at=START + timedelta(seconds=30)) == ["A"]

    def test_a_sign_of_life_keeps_a_job(self, database: Database) -> None:
        job_id = ask(database, "A")
        take(database, by="slow")
        with database.writing(NORTH) as store:
            assert store.jobs.hold([job_id], by="slow", until=LATER) == 1
        assert take(database, by="other", at=START + timedelta(seconds=40)) == []

    def test_a_worker_that_lost_its_job_cannot_finish_it(self, database: Database) -> None:
        job_id = ask(database, "A")
        take(database, by="slow")
        take(database, by="other", at=LATER)
        with database.writing(NORTH) as store:
            assert store.jobs.finish([job_id], by="slow", at=LATER) == 0
            assert store.jobs.put_back(job_id, by="slow", at=LATER, run_after=LATER, reason="slow") == 0
            assert store.jobs.finish([job_id], by="other", at=LATER) == 1
        assert states(database) == {job_id: DONE}

    def test_a_job_that_was_tried_before_comes_alone(self, database: Database) -> None:
        bad = ask(database, "A")
        ask(database, "B")
        ask(database, "C")
        assert take(database) == ["A"]
        with database.writing(NORTH) as store:
            store.jobs.put_back(bad, by="one", at=START, run_after=START, reason="Trouble")
        assert take(database, at_once=9) == ["A"]
        assert take(database, at_once=9) == ["B", "C"]

    def test_newest_first_takes_what_was_asked_for_last(self, database: Database) -> None:
        for number, key in enumerate("ABC"):
            with database.writing(NORTH) as store:
                at = START + timedelta(seconds=number)
                store.jobs.queue(kind="encode", key=key, payload={}, at=at, run_after=at)
        with database.writing(NORTH) as store:
            jobs = store.jobs.take(kind="encode", at=LATER, until=LATER, by="one", at_once=2, newest_first=True)
            assert [job.key for job in jobs] == ["C", "B"]


class TestEnd:
    def test_a_job_put_back_whose_work_was_asked_for_again_leaves_it_to_that(self, database: Database) -> None:
        first = ask(database, "A")
        take(database)
        second = ask(database, "A")
        with database.writing(NORTH) as store:
            store.jobs.put_back(first, by="one", at=START, run_after=LATER, reason="Trouble")
        assert states(database) == {first: FAILED, second: WAITING}
