"""Work after the answer: ask for it in the transaction that needs it, and do it, once, in a worker.

A handler is a function of one `Task`. It may be run again for the same payload (a worker can be killed at any moment),
so whatever it does twice must be as if done once. What it raises is noted and tried again later.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embeddings.encoder import Encoder
from matching.actions.days import local_day
from matching.actions.holding import LONGEST_STILL, Pulse, end_process, held
from matching.errors import NotFound
from matching.model.people import Actor, Permission
from matching.permissions import can_read_participant, can_see_vacancy
from matching.settings import Settings
from matching.store import Database, Store
from matching.store.outages import outage_of
from matching.store.tables import Job, Participant

if TYPE_CHECKING:
    from matching.actions.index import LivePools

_log = logging.getLogger(__name__)

#: A worker that shows no sign of life for so long has lost its jobs to the others.
LEASE = timedelta(seconds=30)
_HEARTBEAT_SECONDS = 10.0
#: How often a job is tried at all, and how long it waits after the first, second … attempt.
MOST_ATTEMPTS = 5
WAITS = (timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30))
#: How long a job waits that met a full disk or a lost database: no attempt of its own, however often.
OUTAGE_WAIT = timedelta(seconds=30)
#: Under which name the service itself acts.
SERVICE = "service"


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What a handler is given: the payloads of one or several jobs of its kind, and what it may work with."""

    organisation_id: str
    payloads: Sequence[Mapping[str, Any]]
    at: datetime
    worker: Worker
    pulse: Pulse = field(default_factory=Pulse)

    @property
    def payload(self) -> Mapping[str, Any]:
        """The payload, for a kind whose jobs come one at a time."""
        (payload,) = self.payloads
        return payload

    @property
    def database(self) -> Database:
        """Where transactions are opened; keep those that write short."""
        return self.worker.database

    @property
    def pools(self) -> LivePools:
        """The pools of the worker's process."""
        return self.worker.pools

    @property
    def settings(self) -> Settings:
        """The settings of the service."""
        return self.worker.settings

    @property
    def by(self) -> Actor:
        """The service itself, as who acts in the audit record."""
        return service_actor(self.organisation_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A kind of work: who does it, how many jobs of one organisation together, and which of them first."""

    handler: Callable[[Task], None]
    at_once: int = 1
    newest_first: bool = False
    #: How long it may go on without a beat of the task's pulse.
    longest_still: timedelta = LONGEST_STILL
    #: Tells whoever waits that a job failed for good, in the transaction that says so.
    given_up: Callable[[Store, Mapping[str, Any]], None] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """What does the jobs of all organisations; `works` is in order of urgency."""

    name: str
    settings: Settings
    database: Database
    pools: LivePools
    encoder: Encoder
    works: Mapping[str, Work]
    clock: Callable[[], datetime]
    #: Work for every organisation once a day: it is queued under the day.
    daily: Sequence[Callable[[Store, datetime], None]] = ()
    #: Ends the process when a job hangs.
    end: Callable[[], None] = end_process
    _days: dict[str, str] = field(default_factory=dict)
    # Attempts that ended in an outage, by job, where that could not even be written down.
    _uncounted: Counter[str] = field(default_factory=Counter)


def service_actor(organisation_id: str) -> Actor:
    """The service itself: it may do whatever a job needs, in one organisation."""
    return Actor(organisation_id=organisation_id, user_id=SERVICE, permissions=frozenset(Permission))


def queue(
    store: Store,
    kind: str,
    key: str,
    payload: Mapping[str, Any],
    at: datetime,
    run_after: datetime | None = None,
) -> str:
    """Ask for work in the transaction of `store`, and return the job's id. Payloads hold ids and codes alone.

    A job of the same kind and key that still waits is the same job, with the newer payload.
    """
    return store.jobs.queue(kind=kind, key=key, payload=payload, at=at, run_after=run_after or at)


def queue_once(store: Store, kind: str, key: str, payload: Mapping[str, Any], at: datetime) -> None:
    """Ask for work unless it was ever asked for under this key."""
    if not store.jobs.is_known(kind=kind, key=key):
        queue(store, kind, key, payload, at)


def read_job(*, job_id: str, by: Actor, store: Store) -> Job:
    """A job that one may see: about a role, a participant or a file that one may see, or any for an administrator."""
    job = store.jobs.get(job_id)
    if by.can(Permission.ORGANISATION_MANAGE):
        return job
    subject = store.jobs.subject_of(job)
    if subject is None:
        allowed = "import_id" in job.payload and by.can(Permission.IMPORTS_RUN)
    elif isinstance(subject, Participant):
        allowed = can_read_participant(by, subject)
    else:
        allowed = can_see_vacancy(by, subject)
    if not allowed:
        raise NotFound("There is no such job.")
    return job


def run_due_jobs(worker: Worker, at: datetime) -> int:
    """Do everything that is due at a moment, and what follows from it, until nothing is left; returns how many."""
    count = 0
    while done := run_round(worker, at):
        count += done
    return count


def run_round(worker: Worker, at: datetime, stop: threading.Event | None = None) -> int:
    """Do some work of each organisation in turn, the most urgent first; returns how many jobs were taken."""
    with worker.database.directory() as directory:
        organisation_ids = directory.organisation_ids()
    taken = 0
    for organisation_id in organisation_ids:
        if stop is not None and stop.is_set():
            break
        try:
            _queue_daily(worker, organisation_id, at)
            taken += _run_most_urgent(worker, organisation_id, at)
        except Exception as error:
            # One organisation's trouble, such as a lost connection, must not keep the others waiting.
            _log.error("work of an organisation failed", extra={"reason": reason_of(error)})
    return taken


def _queue_daily(worker: Worker, organisation_id: str, at: datetime) -> None:
    today = local_day(at).isoformat()
    if not worker.daily or worker._days.get(organisation_id) == today:
        return
    with worker.database.writing(organisation_id) as store:
        for queue_work in worker.daily:
            queue_work(store, at)
    worker._days[organisation_id] = today


def _run_most_urgent(worker: Worker, organisation_id: str, at: datetime) -> int:
    """Take the most urgent jobs of an organisation and do them."""
    # Looked at first without the writers' lock, which on SQLite all share.
    with worker.database.reading(organisation_id) as store:
        due = set(store.jobs.due(at=at))
    kinds = [*(kind for kind in worker.works if kind in due), *sorted(due - worker.works.keys())]
    for kind in kinds:
        work = worker.works.get(kind)
        with worker.database.writing(organisation_id) as store:
            jobs = store.jobs.take(
                kind=kind,
                at=at,
                until=at + LEASE,
                by=worker.name,
                at_once=1 if work is None else work.at_once,
                newest_first=work is not None and work.newest_first,
            )
            for job in jobs:
                job.attempts -= worker._uncounted[job.id]
        for job in jobs:
            del worker._uncounted[job.id]
        if jobs:
            _run(worker, organisation_id, work, jobs, at)
            return len(jobs)
    return 0


def _run(worker: Worker, organisation_id: str, work: Work | None, jobs: Sequence[Job], at: datetime) -> None:
    ids = [job.id for job in jobs]
    if jobs[0].attempts > MOST_ATTEMPTS:
        # Its workers ended without a word each time: it may be what ends them.
        _give_up(worker, organisation_id, jobs[0], at, "its worker ended every time")
        return
    if work is None:
        _give_up(worker, organisation_id, jobs[0], at, "nobody does this kind of work")
        return
    task = Task(organisation_id=organisation_id, payloads=[job.payload for job in jobs], at=at, worker=worker)

    def hold() -> None:
        with worker.database.writing(organisation_id) as store:
            store.jobs.hold(ids, by=worker.name, until=worker.clock() + LEASE)

    try:
        still = work.longest_still
        with held(hold, task.pulse, every_seconds=_HEARTBEAT_SECONDS, longest_still=still, end=worker.end):
            work.handler(task)
        with worker.database.writing(organisation_id) as store:
            store.jobs.finish(ids, by=worker.name, at=at)
    except Exception as error:
        reason = reason_of(error)
        _log.warning("job failed", extra={"kind": jobs[0].kind, "job_ids": ids, "reason": reason})
        for job in jobs:
            if outage_of(error) is not None:
                _wait_for_end_of_outage(worker, organisation_id, job, at, reason)
            else:
                _try_again(worker, organisation_id, job, at, reason)


def _wait_for_end_of_outage(worker: Worker, organisation_id: str, job: Job, at: datetime, reason: str) -> None:
    """Let a job wait without counting the attempt: an outage of days must not use all of them up."""
    worker._uncounted[job.id] += 1
    with worker.database.writing(organisation_id) as store:
        store.jobs.put_back(job.id, by=worker.name, at=at, run_after=at + OUTAGE_WAIT, reason=reason)


def _try_again(worker: Worker, organisation_id: str, job: Job, at: datetime, reason: str) -> None:
    if job.attempts >= MOST_ATTEMPTS:
        _give_up(worker, organisation_id, job, at, reason)
        return
    run_after = at + WAITS[min(job.attempts, len(WAITS)) - 1]
    with worker.database.writing(organisation_id) as store:
        store.jobs.put_back(job.id, by=worker.name, at=at, run_after=run_after, reason=reason)


def _give_up(worker: Worker, organisation_id: str, job: Job, at: datetime, reason: str) -> None:
    _log.error("job given up", extra={"kind": job.kind, "job_ids": [job.id], "reason": reason})
    work = worker.works.get(job.kind)
    with worker.database.writing(organisation_id) as store:
        was_ours = store.jobs.give_up(job.id, by=worker.name, at=at, reason=reason)
        if was_ours and work is not None and work.given_up is not None:
            work.given_up(store, job.payload)


def reason_of(error: BaseException) -> str:
    """Where something went wrong and of what kind; never the message, which may repeat what somebody wrote."""
    place, last = "", error.__traceback__
    while last is not None:
        place, last = f"{Path(last.tb_frame.f_code.co_filename).stem}:{last.tb_lineno}", last.tb_next
    return f"{type(error).__name__} in {place}" if place else type(error).__name__
