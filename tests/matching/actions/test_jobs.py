"""Work is done once, tried again when it fails, and never ends the worker."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from matching.actions import jobs as actions
from matching.actions.jobs import LEASE, MOST_ATTEMPTS, SERVICE, Task, Work, Worker, queue, queue_once, run_due_jobs
from matching.store.tables import Job
from tests.service import NORTH, SOUTH, START, Service


def worker_of(service: Service, *, name: str = "one", **works: Work | Callable[[Task], None]) -> Worker:
    """A worker that does other kinds of work, in this order of urgency."""
    table = {kind: work if isinstance(work, Work) else Work(handler=work) for kind, work in works.items()}
    return replace(service.running.worker, name=name, works=table, daily=())


def ask(service: Service, kind: str, key: str = "A", /, *, organisation_id: str = NORTH, **payload: object) -> str:
    """Queue a job."""
    with service.database.writing(organisation_id) as store:
        return queue(store, kind, key, payload, service.clock.at)


def job(service: Service, job_id: str) -> Job:
    """A job as it is now."""
    with service.database.reading(NORTH) as store:
        return store.jobs.get(job_id)


def fail(_task: Task) -> None:
    raise ValueError("what somebody wrote")


class TestRun:
    def test_a_job_is_done_once_with_its_payload(self, service: Service) -> None:
        seen: list[Task] = []
        job_id = ask(service, "count", number=7)
        worker = worker_of(service, count=seen.append)
        assert (run_due_jobs(worker, START), run_due_jobs(worker, START)) == (1, 0)
        assert [(task.organisation_id, task.payload, task.by.user_id) for task in seen] == [
            (NORTH, {"number": 7}, SERVICE)
        ]
        assert (job(service, job_id).state, job(service, job_id).finished_at) == ("done", START)

    def test_what_a_job_asks_for_is_done_too(self, sqlite_service: Service) -> None:
        done: list[str] = []

        def first(task: Task) -> None:
            done.append("first")
            with task.database.writing(task.organisation_id) as store:
                queue(store, "second", "A", {}, task.at)

        ask(sqlite_service, "first")
        run_due_jobs(worker_of(sqlite_service, first=first, second=lambda _: done.append("second")), START)
        assert done == ["first", "second"]

    def test_a_job_asked_for_again_while_it_runs_is_done_again(self, sqlite_service: Service) -> None:
        runs: list[int] = []

        def count(task: Task) -> None:
            runs.append(1)
            if len(runs) == 1:
                ask(sqlite_service, "count")

        ask(sqlite_service, "count")
        run_due_jobs(worker_of(sqlite_service, count=count), START)
        assert len(runs) == 2

    def test_the_most_urgent_kind_comes_first_and_organisations_take_turns(self, sqlite_service: Service) -> None:
        done: list[tuple[str, str]] = []

        def note(task: Task) -> None:
            done.append((task.organisation_id, task.payload["kind"]))

        for kind in ("late", "soon"):
            ask(sqlite_service, kind, kind=kind)
        ask(sqlite_service, "late", organisation_id=SOUTH, kind="late")
        run_due_jobs(worker_of(sqlite_service, soon=note, late=note), START)
        assert done == [(NORTH, "soon"), (SOUTH, "late"), (NORTH, "late")]

    def test_jobs_of_a_kind_that_comes_together_are_one_task(self, sqlite_service: Service) -> None:
        sizes: list[int] = []
        for number in range(5):
            ask(sqlite_service, "count", str(number))
        together = Work(handler=lambda task: sizes.append(len(task.payloads)), at_once=3)
        run_due_jobs(worker_of(sqlite_service, count=together), START)
        assert sizes == [3, 2]

    def test_a_transaction_that_is_rolled_back_asks_for_nothing(self, service: Service) -> None:
        def fail_to_ask() -> None:
            with service.database.writing(NORTH) as store:
                queue(store, "count", "A", {}, START)
                raise KeyError

        with pytest.raises(KeyError):
            fail_to_ask()
        assert run_due_jobs(worker_of(service, count=fail), START) == 0

    def test_two_workers_share_the_work_and_do_none_of_it_twice(self, service: Service) -> None:
        done: list[str] = []
        for number in range(20):
            ask(service, "count", f"{number:02}", key=f"{number:02}")

        def count(task: Task) -> None:
            done.append(task.payload["key"])
            time.sleep(0.002)

        threads = [
            threading.Thread(target=run_due_jobs, args=(worker_of(service, name=name, count=count), START))
            for name in ("one", "two", "three")
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(done) == [f"{number:02}" for number in range(20)]


class TestFailure:
    def test_a_failed_job_is_tried_again_later_and_at_last_given_up(self, service: Service) -> None:
        job_id, worker = ask(service, "count"), worker_of(service, count=fail)
        tried_at = []
        while job(service, job_id).state == "waiting":
            tried_at.append(service.clock.at - START)
            assert run_due_jobs(worker, service.clock.at) == 1
            assert run_due_jobs(worker, service.clock.at) == 0
            service.clock.at = max(service.clock.at, job(service, job_id).run_after)
        minutes = [0, 10 / 60, 70 / 60, 370 / 60, 2170 / 60]
        assert tried_at == [timedelta(minutes=each) for each in minutes]
        assert (job(service, job_id).state, job(service, job_id).attempts) == ("failed", MOST_ATTEMPTS)

    def test_the_reason_says_where_and_nothing_of_what_was_written(self, sqlite_service: Service) -> None:
        job_id = ask(sqlite_service, "count")
        run_due_jobs(worker_of(sqlite_service, count=fail), START)
        reason = job(sqlite_service, job_id).error
        assert reason is not None
        assert reason.startswith("ValueError in test_jobs:")
        assert "somebody" not in reason

    def test_one_bad_job_does_not_hold_up_those_beside_it(self, sqlite_service: Service) -> None:
        done: list[str] = []

        def count(task: Task) -> None:
            if any(payload["key"] == "B" for payload in task.payloads):
                raise ValueError
            done.extend(payload["key"] for payload in task.payloads)

        ids = {key: ask(sqlite_service, "count", key, key=key) for key in "ABC"}
        worker = worker_of(sqlite_service, count=Work(handler=count, at_once=9))
        run_due_jobs(worker, START)
        run_due_jobs(worker, START + timedelta(seconds=10))
        assert sorted(done) == ["A", "C"]
        assert job(sqlite_service, ids["B"]).state == "waiting"

    def test_work_that_nobody_does_is_given_up_at_once(self, sqlite_service: Service) -> None:
        job_id = ask(sqlite_service, "unheard_of")
        run_due_jobs(worker_of(sqlite_service), START)
        assert (job(sqlite_service, job_id).state, job(sqlite_service, job_id).error) == (
            "failed",
            "nobody does this kind of work",
        )

    def test_a_job_whose_worker_was_killed_is_done_by_another(self, service: Service) -> None:
        class Killed(BaseException):
            pass

        def die(_task: Task) -> None:
            raise Killed

        job_id = ask(service, "count")
        with pytest.raises(Killed):
            run_due_jobs(worker_of(service, name="killed", count=die), START)
        done: list[Task] = []
        other = worker_of(service, name="other", count=done.append)
        assert run_due_jobs(other, START + LEASE / 2) == 0
        assert run_due_jobs(other, START + LEASE) == 1
        assert (len(done), job(service, job_id).state) == (1, "done")

    def test_a_job_that_ends_every_worker_is_given_up(self, sqlite_service: Service) -> None:
        class Killed(BaseException):
            pass

        def die(_task: Task) -> None:
            raise Killed

        job_id, worker = ask(sqlite_service, "count"), worker_of(sqlite_service, count=die)
        for number in range(MOST_ATTEMPTS):
            with pytest.raises(Killed):
                run_due_jobs(worker, START + number * LEASE)
        run_due_jobs(worker, START + MOST_ATTEMPTS * LEASE)
        assert (job(sqlite_service, job_id).state, job(sqlite_service, job_id).error) == (
            "failed",
            "its worker ended every time",
        )

    def test_a_worker_that_works_for_long_gives_signs_of_life(
        self, service: Service, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(actions, "_HEARTBEAT_SECONDS", 0.02)
        job_id = ask(service, "count")

        def work_long(_task: Task) -> None:
            service.clock.pass_(seconds=25)
            until = time.monotonic() + 10
            while job(service, job_id).locked_until != START + timedelta(seconds=25) + LEASE:
                assert time.monotonic() < until
                time.sleep(0.02)

        assert run_due_jobs(worker_of(service, count=work_long), START) == 1
        assert job(service, job_id).state == "done"

    def test_trouble_in_one_organisation_keeps_no_other_waiting(
        self, sqlite_service: Service, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        done: list[str] = []
        take = actions._run_most_urgent

        def break_down(worker: Worker, organisation_id: str, at: object) -> int:
            if organisation_id == NORTH:
                raise ConnectionError
            return take(worker, organisation_id, START)

        monkeypatch.setattr(actions, "_run_most_urgent", break_down)
        ask(sqlite_service, "count", organisation_id=SOUTH)
        run_due_jobs(worker_of(sqlite_service, count=lambda task: done.append(task.organisation_id)), START)
        assert done == [SOUTH]


class TestDaily:
    def test_daily_work_is_asked_for_once_a_day_by_however_many_workers(self, service: Service) -> None:
        done: list[str] = []

        def daily(store, at) -> None:
            queue_once(store, "count", at.date().isoformat(), {}, at)

        workers = [
            replace(worker_of(service, name=name, count=lambda task: done.append(task.organisation_id)), daily=(daily,))
            for name in ("one", "two")
        ]
        workers = [replace(worker, _days={}) for worker in workers]
        for hours in (0, 1, 24):
            for worker in workers:
                run_due_jobs(worker, START + timedelta(hours=hours))
        assert sorted(done) == [NORTH, NORTH, SOUTH, SOUTH]

    def test_what_the_service_does_daily_all_succeeds(self, service: Service) -> None:
        with service.database.writing(NORTH) as store:
            store.organisations.locked().settings = {"forget_daily": True}
        service.run_jobs()
        with service.database.reading(NORTH) as store:
            rows = store.session.execute(select(Job.kind, Job.state).order_by(Job.kind)).all()
        assert [tuple(row) for row in rows] == [
            ("alerts", "done"),
            ("pause_unconfirmed", "done"),
            ("retention", "done"),
        ]
