"""Work to be done after the transaction that asked for it: one row a job, taken by one worker at a time."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from matching.store.ids import new_id
from matching.store.nouns import Nouns
from matching.store.tables import Job, Participant, VacancyRow

WAITING, RUNNING, DONE, FAILED = "waiting", "running", "done", "failed"
_LONGEST_REASON = 300
#: Clocks of machines that share a database may differ by so much.
_CLOCKS_DIFFER = timedelta(minutes=1)
#: No lease, and no wait of a job that was tried, reaches further: one that does is of a clock that was put back since.
_FURTHEST_LEASE = timedelta(minutes=5)
_FURTHEST_RETRY = timedelta(minutes=45)


class Jobs(Nouns):
    """The jobs of one organisation."""

    def queue(self, *, kind: str, key: str, payload: Mapping[str, Any], at: datetime, run_after: datetime) -> str:
        """Ask for work and return the job's id: a job of the same kind and key that still waits is the same job.

        The waiting job is held until this transaction ends, so that no worker can take it up, and miss what this
        transaction changes, in between.
        """
        values = {
            "id": new_id(at),
            "organisation_id": self.store.organisation_id,
            "kind": kind,
            "key": key,
            "payload": dict(payload),
            "state": WAITING,
            "attempts": 0,
            "run_after": run_after,
            "made_at": at,
        }
        return str(self.session.execute(_asking(is_postgresql=self._is_postgresql), values).scalar_one())

    def get(self, job_id: str) -> Job:
        """The job with an id; raises `NotFound`."""
        return self._found(Job, job_id, "job")

    def is_known(self, *, kind: str, key: str) -> bool:
        """Whether there is such a job, whatever became of it."""
        return self.session.scalar(select(Job.id).where(Job.kind == kind, Job.key == key).limit(1)) is not None

    def last_key(self, *, kind: str, before: str) -> str | None:
        """The last key, in the order of its letters, of a kind of job before another key."""
        statement = select(func.max(Job.key)).where(Job.kind == kind, Job.key < before)
        found: str | None = self.session.scalar(statement)
        return found

    def due(self, *, at: datetime) -> list[str]:
        """The kinds of which some job could be taken now."""
        return list(self.session.scalars(select(Job.kind).where(_due(at)).distinct()))

    def count_due(self, *, at: datetime) -> int:
        """How many jobs could be taken now."""
        return int(self.session.scalar(select(func.count()).select_from(Job).where(_due(at))) or 0)

    def take(
        self, *, kind: str, at: datetime, until: datetime, by: str, at_once: int = 1, newest_first: bool = False
    ) -> list[Job]:
        """Take some due jobs of a kind until a moment: nobody else gets them before it has passed.

        A job that was tried before comes alone, so that one bad job cannot hold others back.
        """
        place: Any = Job.id.desc() if newest_first else Job.id.asc()
        statement = (
            select(Job)
            .where(Job.kind == kind, _due(at))
            .order_by(*([place] if newest_first else [Job.run_after, place]))
            .with_for_update(skip_locked=True)
            .execution_options(populate_existing=True)
        )
        first = self.session.scalars(statement.limit(1)).first()
        if first is None:
            return []
        jobs = [first]
        if at_once > 1 and first.attempts == 0:
            others = statement.where(Job.attempts == 0, Job.id != first.id).limit(at_once - 1)
            jobs += self.session.scalars(others)
        for job in jobs:
            job.state, job.attempts = RUNNING, job.attempts + 1
            job.locked_by, job.locked_until = by, until
        self.session.flush()
        return jobs

    def hold(self, job_ids: Collection[str], *, by: str, until: datetime) -> int:
        """Keep jobs for longer; returns how many of them are still this worker's."""
        held = update(Job).where(Job.id.in_(job_ids), _is_held(by)).values(locked_until=until)
        return int(self._changed(held))

    def finish(self, job_ids: Collection[str], *, by: str, at: datetime) -> int:
        """Write down that jobs are done; one that was taken over meanwhile is left to its new worker."""
        done = update(Job).where(Job.id.in_(job_ids), _is_held(by))
        return int(
            self._changed(done.values(state=DONE, finished_at=at, locked_by=None, locked_until=None, error=None))
        )

    def give_up(self, job_id: str, *, by: str, at: datetime, reason: str) -> int:
        """Write down that a job failed for good."""
        failed = update(Job).where(Job.id == job_id, _is_held(by))
        return int(
            self._changed(
                failed.values(
                    state=FAILED, finished_at=at, locked_by=None, locked_until=None, error=reason[:_LONGEST_REASON]
                )
            )
        )

    def put_back(self, job_id: str, *, by: str, at: datetime, run_after: datetime, reason: str) -> int:
        """Let a job wait for another attempt, unless its work has been asked for again: then that job does it."""
        job = self._locked(Job, job_id, "job")
        if job.locked_by != by or job.state != RUNNING:
            return 0
        again = select(Job.id).where(Job.kind == job.kind, Job.key == job.key, Job.state == WAITING, Job.id != job.id)
        if self.session.scalar(again.limit(1)) is not None:
            return self.give_up(job_id, by=by, at=at, reason=f"{reason}; asked for again meanwhile")
        job.state, job.run_after, job.error = WAITING, run_after, reason[:_LONGEST_REASON]
        job.locked_by = job.locked_until = None
        self.session.flush()
        return 1

    def subject_of(self, job: Job) -> Participant | VacancyRow | None:
        """Whom or what a job is about, as far as it is about one."""
        participant_id, vacancy_id = job.payload.get("participant_id"), job.payload.get("vacancy_id")
        if participant_id is not None:
            return self._found(Participant, participant_id, "job")
        return None if vacancy_id is None else self._found(VacancyRow, vacancy_id, "job")

    @property
    def _is_postgresql(self) -> bool:
        return self.session.get_bind().dialect.name == "postgresql"

    def _changed(self, statement: Any) -> int:
        result: Any = self.session.execute(statement.execution_options(synchronize_session=False))
        return int(result.rowcount)


@cache
def _asking(*, is_postgresql: bool) -> Any:
    """The statement that asks for a job: made once, since a file of thousands asks thousands of times."""
    into: Any = postgresql.insert if is_postgresql else sqlite.insert
    statement = into(Job)
    sooner = case((statement.excluded.run_after < Job.run_after, statement.excluded.run_after), else_=Job.run_after)
    return statement.on_conflict_do_update(
        index_elements=[Job.organisation_id, Job.kind, Job.key],
        index_where=text("state = 'waiting'"),
        set_={"payload": statement.excluded.payload, "run_after": sooner},
    ).returning(Job.id)


def _due(at: datetime) -> ColumnElement[bool]:
    """Waiting long enough, or left lying by a worker that is gone.

    What was asked for, put back or taken while the clock was ahead is due at once: it would wait until the clock has
    caught up, for a year if it was a year.
    """
    from_ahead = or_(
        Job.made_at > at + _CLOCKS_DIFFER,
        and_(Job.attempts > 0, Job.run_after > at + _FURTHEST_RETRY),
    )
    return or_(
        and_(Job.state == WAITING, or_(Job.run_after <= at, from_ahead)),
        and_(Job.state == RUNNING, or_(Job.locked_until <= at, Job.locked_until > at + _FURTHEST_LEASE)),
    )


def _is_held(by: str) -> ColumnElement[bool]:
    return and_(Job.state == RUNNING, Job.locked_by == by)
