"""Before a night run draws: the texts of people and of the pool that have no vector yet are encoded."""

from __future__ import annotations

from datetime import datetime

from matching.actions.drawing import profiles_of, texts_missing
from matching.actions.jobs import Task, Worker
from matching.actions.organisation_pool import NotReady
from matching.actions.worker import TEXTS_A_TURN, encode_profiles, encode_vacancies
from matching.errors import MatchingError
from matching.store.shortlists import in_blocks
from matching.store.tables import Participant


def encode_first(worker: Worker, organisation_id: str, *, at: datetime) -> int:
    """Make what vectors are missing, as the worker does; returns for how many people. The pool is loaded then."""
    _complete_pool(worker, organisation_id, at)
    waiting = _waiting(worker, organisation_id)
    for some in in_blocks(waiting, 16):
        payloads = [{"participant_id": each} for each in some]
        encode_profiles(Task(organisation_id=organisation_id, payloads=payloads, at=at, worker=worker))
    return len(waiting)


def _complete_pool(worker: Worker, organisation_id: str, at: datetime) -> None:
    """Load the pool, after as many turns of encoding as it can need; raises `NotReady` if it lacks texts even then."""
    with worker.database.reading(organisation_id) as store:
        texts_at_most = 2 * store.pool.mark() + len(worker.pools.means.texts_needed)
    for _ in range(texts_at_most // TEXTS_A_TURN + 2):
        try:
            with worker.database.reading(organisation_id) as store:
                worker.pools.current(store)
            return
        except NotReady:
            encode_vacancies(Task(organisation_id=organisation_id, payloads=[{}], at=at, worker=worker))
    with worker.database.reading(organisation_id) as store:
        worker.pools.current(store)


def _waiting(worker: Worker, organisation_id: str) -> list[str]:
    """The people of whom some word has no vector; what the database has is taken in on the way."""
    found: list[str] = []
    with worker.database.reading(organisation_id) as store:
        people = store.alerts.matched(everyone=True)
        for start in range(0, len(people), 500):
            some: list[Participant] = people[start : start + 500]
            try:
                profiles = profiles_of(store, some)
            except MatchingError:
                profiles = {}  # one that cannot be read is named when the lists are drawn
            missing = set(texts_missing(store, worker.pools, profiles.values()))
            if missing:
                found += [
                    participant_id
                    for participant_id, profile in profiles.items()
                    if texts_missing(store, worker.pools, [profile])
                ]
    return found
