"""The clock is put back by an hour or a day, or ahead by a year and back: nobody is locked out, and nothing is lost."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from api import rates
from api.rates import Rates
from matching.actions.jobs import Task, Work, Worker, queue, run_due_jobs
from matching.actions.sign_in import FAILURES_WITHIN, MOST_FAILURES, begin_sign_in, open_session
from matching.actions.worker import DAILY, WORKS
from matching.errors import NotSignedIn, TooMany
from matching.model.people import ParticipantStatus
from matching.passwords import hash_of
from matching.store.tables import Job, Participant
from matching.store.verifying import faults
from tests.bad_days.trouble import person_of, role, well
from tests.matching.actions.test_night import night
from tests.service import NORTH, START, Service

HOUR, DAY, YEAR = timedelta(hours=1), timedelta(days=1), timedelta(days=365)
PASSWORD = "a long sentence about bread"  # noqa: S105
LEAPS = pytest.mark.parametrize("leap", [HOUR, YEAR], ids=["hour", "year"])


def worker_of(service: Service, work: Callable[[Task], None] | Work, name: str = "one") -> Worker:
    """A worker for one kind of work."""
    work = work if isinstance(work, Work) else Work(handler=work)
    return replace(service.running.worker, name=name, works={"count": work}, daily=())


def ask(service: Service) -> str:
    """Queue a job."""
    with service.database.writing(NORTH) as store:
        return queue(store, "count", "A", {}, service.clock.at)


def state_of(service: Service, job_id: str) -> str:
    with service.database.reading(NORTH) as store:
        return store.jobs.get(job_id).state


@LEAPS
class TestJobs:
    """Each job is met by a clock that was ahead before and is right again."""

    def test_work_asked_for_by_a_clock_that_was_ahead_is_done_at_once(
        self, sqlite_service: Service, leap: timedelta
    ) -> None:
        sqlite_service.clock.at = START + leap
        job_id = ask(sqlite_service)
        run_due_jobs(worker_of(sqlite_service, lambda _: None), START)
        assert state_of(sqlite_service, job_id) == "done"

    def test_work_that_was_put_off_by_a_clock_that_was_ahead_is_tried_at_once(
        self, sqlite_service: Service, leap: timedelta
    ) -> None:
        def fail(_task: Task) -> None:
            raise ValueError

        job_id = ask(sqlite_service)
        run_due_jobs(worker_of(sqlite_service, fail), START + leap)
        assert state_of(sqlite_service, job_id) == "waiting"
        run_due_jobs(worker_of(sqlite_service, lambda _: None), START)
        assert state_of(sqlite_service, job_id) == "done"

    def test_work_of_a_worker_killed_while_the_clock_was_ahead_is_taken_up(
        self, sqlite_service: Service, leap: timedelta
    ) -> None:
        def killed(_task: Task) -> None:
            raise KeyboardInterrupt

        job_id = ask(sqlite_service)
        with pytest.raises(KeyboardInterrupt):
            run_due_jobs(worker_of(sqlite_service, killed), START + leap)
        run_due_jobs(worker_of(sqlite_service, lambda _: None, "two"), START)
        assert state_of(sqlite_service, job_id) == "done"

    def test_a_job_that_runs_while_the_clock_is_put_back_is_done_once(
        self, sqlite_service: Service, leap: timedelta, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("matching.actions.jobs._HEARTBEAT_SECONDS", 0.02)
        runs: list[int] = []
        sqlite_service.clock.at = START + leap
        others: list[int] = []

        def put_back(_task: Task) -> None:
            runs.append(1)
            sqlite_service.clock.at = START
            time.sleep(0.3)  # long enough for a sign of life by the new clock
            others.append(run_due_jobs(worker_of(sqlite_service, lambda _: runs.append(2), "two"), START))

        ask(sqlite_service)
        run_due_jobs(worker_of(sqlite_service, put_back), START + leap)
        assert (runs, others) == ([1], [0])


class TestDaily:
    def forgetful(self, service: Service) -> Worker:
        person_id = person_of(service)
        with service.database.writing(NORTH) as store:
            store.organisations.locked().settings = {"forget_daily": True, "keep_participants_days": 30}
            person = store.participants.locked(person_id)
            person.status, person.left_on = ParticipantStatus.LEFT, START.date() - timedelta(days=1)
        return replace(service.running.worker, works=WORKS, daily=DAILY, _days={})

    def remembered(self, service: Service) -> int:
        with service.database.reading(NORTH) as store:
            rows = store.session.scalars(select(Participant).where(Participant.erased_at.is_(None))).all()
            return len(rows)

    def test_a_leap_of_a_year_forgets_nobody_before_the_clock_is_right_again(self, sqlite_service: Service) -> None:
        worker = self.forgetful(sqlite_service)
        for at in (START, START + YEAR, START + YEAR + HOUR, START):
            run_due_jobs(worker, at)
        assert self.remembered(sqlite_service) == 1

    def test_a_year_that_goes_on_after_a_day_is_believed(self, sqlite_service: Service) -> None:
        worker = self.forgetful(sqlite_service)
        for at in (START, START + YEAR, START + YEAR + DAY):
            run_due_jobs(worker, at)
        assert self.remembered(sqlite_service) == 0

    def test_daily_work_is_not_repeated_when_a_day_comes_again(self, sqlite_service: Service) -> None:
        worker = replace(sqlite_service.running.worker, works=WORKS, daily=DAILY, _days={})
        for at in (START, START + DAY, START, START + DAY):
            run_due_jobs(worker, at)
        with sqlite_service.database.reading(NORTH) as store:
            days = store.session.scalars(select(Job.key).where(Job.kind == "pause_unconfirmed")).all()
        assert sorted(days) == ["2026-11-22", "2026-11-23"]


class TestSessions:
    def session_of(self, service: Service, name: str = "ana") -> dict[str, str]:
        with service.database.writing(NORTH) as store:
            user = store.users.locked(f"user-{name}")
            opened = open_session(user=user, at=service.clock.at, lasts=timedelta(hours=12), store=store)
        return {"Cookie": f"__Host-wellplaced={opened.cookie}"}

    def status(self, service: Service, session: dict[str, str]) -> int:
        return service.client.get("/v1/vacancies", headers=session).status_code

    def test_an_hour_back_signs_nobody_out(self, sqlite_service: Service) -> None:
        session = self.session_of(sqlite_service)
        sqlite_service.clock.pass_(hours=-1)
        assert self.status(sqlite_service, session) == 200

    @pytest.mark.parametrize("leap", [DAY, YEAR])
    def test_what_was_opened_by_a_clock_far_ahead_does_not_last_until_then(
        self, sqlite_service: Service, leap: timedelta
    ) -> None:
        sqlite_service.clock.at = START + leap
        session = self.session_of(sqlite_service)
        assert self.status(sqlite_service, session) == 200
        sqlite_service.clock.at = START
        assert self.status(sqlite_service, session) == 401

    def test_a_session_from_before_a_leap_ahead_is_good_again_after_it(self, sqlite_service: Service) -> None:
        session = self.session_of(sqlite_service)
        sqlite_service.clock.pass_(days=365)
        assert self.status(sqlite_service, session) == 401
        sqlite_service.clock.pass_(days=-365, minutes=1)
        assert self.status(sqlite_service, session) == 200


class TestSignIn:
    @pytest.fixture(autouse=True)
    def with_a_password(self, sqlite_service: Service) -> None:
        with sqlite_service.database.writing(NORTH) as store:
            store.users.locked("user-ana").password_hash = hash_of(PASSWORD)

    def sign_in(self, service: Service, password: str = PASSWORD) -> None:
        begin_sign_in(
            email="ana@example.org",
            password=password,
            at=service.clock.at,
            database=service.database,
            sealer=service.running.sealer,
        )

    def fail_often(self, service: Service) -> None:
        for _ in range(MOST_FAILURES):
            with pytest.raises(NotSignedIn):
                self.sign_in(service, "another sentence")

    def test_failures_of_a_clock_that_was_ahead_keep_nobody_out(self, sqlite_service: Service) -> None:
        sqlite_service.clock.at = START + YEAR
        self.fail_often(sqlite_service)
        sqlite_service.clock.at = START
        self.sign_in(sqlite_service)

    def test_a_success_of_a_clock_that_was_ahead_lets_nobody_guess(self, sqlite_service: Service) -> None:
        sqlite_service.clock.at = START + YEAR
        self.sign_in(sqlite_service)
        sqlite_service.clock.at = START
        self.fail_often(sqlite_service)
        with pytest.raises(TooMany) as told:
            self.sign_in(sqlite_service)
        assert 0 < told.value.seconds <= FAILURES_WITHIN.total_seconds()


class TestRates:
    @pytest.fixture
    def machine(self, monkeypatch: pytest.MonkeyPatch) -> list[float]:
        """Seconds by which the clock of the machine has been moved."""
        moved, real = [0.0], time.time
        monkeypatch.setattr(rates.time, "time", lambda: real() + moved[0])
        return moved

    @pytest.mark.parametrize("seconds", [-3600.0, -86_400.0, 31_536_000.0])
    def test_who_asks_often_when_the_clock_is_set_is_not_held_up_by_it(
        self, machine: list[float], seconds: float
    ) -> None:
        counted = Rates(requests_per_minute=5)
        for _ in range(5):
            counted.check("ana")
        with pytest.raises(TooMany):
            counted.check("ana")
        machine[0] += seconds
        counted.check("ana")

    def test_after_that_requests_are_counted_as_before(self, machine: list[float]) -> None:
        counted = Rates(requests_per_minute=5)
        machine[0] -= 3600
        for _ in range(5):
            counted.check("ana")
        with pytest.raises(TooMany) as told:
            counted.check("ana")
        assert 0 < told.value.seconds <= 61


class TestRecords:
    def test_whatever_the_clock_does_the_audit_record_and_the_database_hold(self, sqlite_service: Service) -> None:
        person = person_of(sqlite_service)
        for number, at in enumerate((START, START + YEAR, START, START + DAY, START + HOUR, START)):
            sqlite_service.clock.at = at
            well(sqlite_service.as_("eve").post("/v1/vacancies", role(f"Packer {number}")))
            sqlite_service.run_jobs()
            well(sqlite_service.as_("ana").post("/v1/shortlists", {"participant_id": person}))
        with sqlite_service.database.reading(NORTH) as store:
            assert store.audit.first_break() is None
        assert list(faults(sqlite_service.database)) == []

    def test_a_list_of_a_day_ahead_can_still_be_read_and_the_next_one_is_of_today(
        self, sqlite_service: Service
    ) -> None:
        person = person_of(sqlite_service)
        well(sqlite_service.as_("eve").post("/v1/vacancies", role()))
        sqlite_service.run_jobs()
        sqlite_service.clock.at = START + YEAR
        ahead = well(sqlite_service.as_("ana").post("/v1/shortlists", {"participant_id": person}))
        sqlite_service.clock.at = START
        today = well(sqlite_service.as_("ana").post("/v1/shortlists", {"participant_id": person}))
        assert today.json()["as_of"] == "2026-11-22"
        for each in (ahead, today):
            shown = well(sqlite_service.as_("ana").get(each.headers["Location"])).json()
            assert len(shown["drawn"]) == 1

    def test_a_key_of_before_is_known_after_the_clock_was_set(self, sqlite_service: Service) -> None:
        key = {"Idempotency-Key": "k-1"}
        first = well(sqlite_service.as_("eve").post("/v1/vacancies", role(), headers=key)).json()["id"]
        for at in (START + YEAR, START):
            sqlite_service.clock.at = at
            again = sqlite_service.as_("eve").post("/v1/vacancies", role(), headers=key)
            assert again.json()["id"] == first

    def test_a_night_of_a_year_ahead_does_not_spoil_the_next_one(self, sqlite_service: Service) -> None:
        person = person_of(sqlite_service)
        well(sqlite_service.as_("eve").post("/v1/vacancies", role()))
        sqlite_service.run_jobs()
        counts = []
        for at in (START, START + YEAR, START + DAY):
            sqlite_service.clock.at = at
            counts.append(night(sqlite_service)["lists"])
        assert counts == [1, 1, 1], person
