"""The worker: one process beside those that answer requests, which encodes texts and does whatever else can wait."""

from __future__ import annotations

import logging
import math
import random
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

from matching.actions import alerts, imports, retention, vacancies, webhooks
from matching.actions.days import local_day
from matching.actions.index import (
    ALERTS,
    ENCODE,
    ENCODE_PROFILE,
    STANDING,
    WHOLE_POOL,
    enter,
    same_texts,
    text_digest,
    texts_of_profile,
)
from matching.actions.jobs import Task, Work, Worker, queue, queue_once, reason_of, run_round
from matching.actions.organisation_pool import BLOCK
from matching.documents import document_of
from matching.errors import Invalid, Where
from matching.interchange import read_profile, read_vacancy
from matching.store import Store
from matching.store.ageing import Ageing

_log = logging.getLogger(__name__)

#: Texts encoded between two commits, and so the most that a kill can lose.
_TEXTS_AT_ONCE = 256
#: Texts of a whole pool that are encoded before others have their turn.
TEXTS_A_TURN = 512
#: Between two looks for work: at least so long, and so many times what a look took.
_LEAST_PAUSE_SECONDS = 0.1
_PAUSE_PER_LOOK = 10.0
_MOST_PAUSE_SECONDS = 2.0
#: How old the statistics of the database may be.
_STATISTICS_SECONDS = 3600.0
#: The job of every day, under the day.
PAUSING: Final = "pause_unconfirmed"
#: After so long without a day of work the service was off, or the clock has leapt.
DOUBTFUL_GAP: Final = timedelta(days=7)


def encode_profiles(task: Task) -> None:
    """Make the vectors of what participants' latest profiles say, then have their standings made anew."""
    participant_ids = sorted({str(payload["participant_id"]) for payload in task.payloads})
    with task.database.reading(task.organisation_id) as store:
        texts = [text for each in participant_ids for text in _profile_texts(task, store, each)]
        wanted = {text_digest(text): text for text in texts}
        known = task.pools.vectors(store, wanted)
    made = _encoded(task, {digest: text for digest, text in wanted.items() if digest not in known})
    for participant_id in participant_ids:
        # One transaction each, so that none is locked while another is waited for.
        with task.database.writing(task.organisation_id) as store:
            # Locked and looked at again: whoever was erased meanwhile leaves no vector behind.
            store.pool.lock_participant(participant_id)
            said = {text_digest(text) for text in _profile_texts(task, store, participant_id)}
            task.pools.keep_vectors(store, {digest: made[digest] for digest in made.keys() & said})
            # A profile without a word for the encoder, of hours alone say, has a list all the same.
            if store.pool.latest_profile(participant_id):
                queue(store, STANDING, participant_id, {"participant_id": participant_id}, task.at)


def encode_vacancies(task: Task) -> None:
    """Make the vectors that vacancies need, then let those enter the pool whose texts are all there."""
    vacancy_ids = {str(payload["vacancy_id"]) for payload in task.payloads if "vacancy_id" in payload}
    with task.database.reading(task.organisation_id) as store:
        encoded = {each: version for each, (_, version) in store.pool.newest_versions(vacancy_ids).items()}
    _make_vectors(task, (text for version in encoded.values() for text in _texts_of(version.document)))
    if len(vacancy_ids) < len(task.payloads):
        _encode_whole_pool(task)
    waiting = set(encoded)
    with task.database.writing(task.organisation_id) as store:
        # Never waiting for a role that somebody is changing, who may be waiting for one that is held here.
        for vacancy_id, (vacancy, version) in store.pool.newest_versions_locked(encoded).items():
            in_pool = store.pool.version_of(vacancy_id)
            if in_pool is not None and in_pool.version >= version.version:
                waiting.remove(vacancy_id)
            elif same_texts(encoded[vacancy_id].document, version.document):
                enter(store, vacancy, version, task.at)
                waiting.remove(vacancy_id)
    for vacancy_id in sorted(waiting):
        # Changed, or being changed, while its texts were being encoded.
        with task.database.writing(task.organisation_id) as store:
            queue(store, ENCODE, f"vacancy:{vacancy_id}", {"vacancy_id": vacancy_id}, task.at)


def _encode_whole_pool(task: Task) -> None:
    """Make vectors that the pool lacks, as after a change of the encoder: some of them, the rest in another turn."""
    missing: list[str] = []
    with task.database.reading(task.organisation_id) as store:
        for texts in _texts_in_blocks(task, store):
            wanted = {text_digest(text): text for text in texts}
            known = task.pools.vectors(store, wanted)
            missing += [text for digest, text in wanted.items() if digest not in known]
            if len(missing) > TEXTS_A_TURN:
                break
    _make_vectors(task, missing[:TEXTS_A_TURN])
    if len(missing) > TEXTS_A_TURN:
        with task.database.writing(task.organisation_id) as store:
            queue(store, ENCODE, WHOLE_POOL, {}, task.at)


def _texts_in_blocks(task: Task, store: Store) -> Iterator[list[str]]:
    """All texts that the pool needs, some vacancies at a time: a million do not fit into memory."""
    yield list(task.pools.means.texts_needed)
    for block in store.pool.changes_in_blocks(0, up_to=store.pool.mark(), size=BLOCK):
        yield [text for entry in block if entry.document is not None for text in _texts_of(entry.document)]


def _make_vectors(task: Task, texts: Iterable[str]) -> None:
    """Encode texts that have no vector, each once, and keep what is made batch by batch."""
    wanted = {text_digest(text): text for text in texts}
    with task.database.reading(task.organisation_id) as store:
        known = task.pools.vectors(store, wanted)
    # Texts of like length share batches, which then hold little padding.
    missing = sorted((digest for digest in wanted if digest not in known), key=lambda digest: len(wanted[digest]))
    for start in range(0, len(missing), _TEXTS_AT_ONCE):
        made = _encoded(task, {digest: wanted[digest] for digest in missing[start : start + _TEXTS_AT_ONCE]})
        with task.database.writing(task.organisation_id) as store:
            task.pools.keep_vectors(store, made)
        task.pulse.beat()


def _encoded(task: Task, texts: Mapping[str, str]) -> dict[str, Any]:
    """The vector of each text, by digest."""
    if not texts:
        return {}
    return dict(zip(texts, task.worker.encoder.encode(list(texts.values())), strict=True))


def _profile_texts(task: Task, store: Store, participant_id: str) -> list[str]:
    document = store.pool.latest_profile(participant_id)
    if not document:
        return []
    profile = read_profile({"participant_ref": participant_id, **document}, Where("profile"))
    return texts_of_profile(profile, task.pools.means)


def _texts_of(document: Mapping[str, Any]) -> Sequence[str]:
    try:
        return document_of(read_vacancy(document, Where("vacancy")))
    except Invalid:
        return ()


def pause_unless_put_off(task: Task) -> None:
    """Pause unadvertised roles that nobody has confirmed for too long, unless the day is in doubt."""
    if task.payload.get("put_off"):
        _log.error("the day is long after the last one: nothing is paused or forgotten today; look at the clock")
        return
    vacancies.pause_unconfirmed_roles(task)


#: All kinds of work, the most urgent first: somebody may be waiting for a first list.
WORKS: Final[Mapping[str, Work]] = MappingProxyType(
    {
        ENCODE_PROFILE: Work(handler=encode_profiles, at_once=16),
        # The newest first: a role logged after a visit need not wait for a file of thousands.
        ENCODE: Work(handler=encode_vacancies, at_once=32, newest_first=True),
        "webhook": Work(handler=webhooks.deliver),
        STANDING: Work(handler=alerts.renew_standing),
        # Many roles in one look at each participant: a file of thousands would take hours one by one.
        ALERTS: Work(handler=alerts.tell_whom_it_enters, at_once=100),
        PAUSING: Work(handler=pause_unless_put_off),
        imports.TAKE_IN: Work(handler=imports.take_rows_in, given_up=imports.tell_given_up),
        "retention": Work(handler=retention.forget_what_is_past_its_time),
    }
)


def queue_pausing(store: Store, at: datetime) -> None:
    """Have unadvertised roles paused that nobody has confirmed for too long; the job is also the mark of the day."""
    put_off = {"put_off": True} if is_in_doubt(store, at) else {}
    queue_once(store, PAUSING, local_day(at).isoformat(), put_off, at)


def queue_retention(store: Store, at: datetime) -> None:
    """Have what is past its time forgotten, in an organisation that has switched this on."""
    if store.organisations.settings().forget_daily and not is_in_doubt(store, at):
        queue_once(store, "retention", local_day(at).isoformat(), {}, at)


def forget_done_jobs(store: Store, at: datetime) -> None:
    """Delete jobs that were done long ago."""
    if not is_in_doubt(store, at):
        Ageing(store).forget_jobs(at - timedelta(days=store.organisations.settings().keep_traces_days))


def is_in_doubt(store: Store, at: datetime) -> bool:
    """Whether today is so long after the last day of work that the clock may have leapt ahead.

    What is forgotten by a clock that is a year ahead does not come back with the clock. So a day is lost instead: the
    next one is then as sure as any.
    """
    last = store.jobs.last_key(kind=PAUSING, before=local_day(at).isoformat())
    return last is not None and local_day(at) - date.fromisoformat(last) > DOUBTFUL_GAP


DAILY: Final = (queue_pausing, alerts.queue_daily_look, queue_retention, forget_done_jobs)


def run_worker(worker: Worker, *, stop: threading.Event, clock: Callable[[], datetime]) -> None:
    """Do work as it comes until told to stop; whatever goes wrong with a job, the worker goes on."""
    threading.Thread(target=_warm_up, args=(worker,), name="warming up", daemon=True).start()
    worker.pools.begin_loading()
    refreshed = -math.inf
    while not stop.is_set():
        began = time.monotonic()
        if began - refreshed >= _STATISTICS_SECONDS:
            refreshed = began
            _refresh_statistics(worker)
        try:
            taken = run_round(worker, clock(), stop)
        except Exception as error:
            _log.error("no work could be looked for", extra={"reason": reason_of(error)})
            taken = 0
        if not taken:
            look = time.monotonic() - began
            pause = min(max(_LEAST_PAUSE_SECONDS, look * _PAUSE_PER_LOOK), _MOST_PAUSE_SECONDS)
            stop.wait(pause * random.uniform(0.75, 1.25))  # noqa: S311 - so that several workers do not look in step


def _refresh_statistics(worker: Worker) -> None:
    try:
        worker.database.refresh_statistics()
    except Exception as error:
        # What is asked is still answered, only later.
        _log.warning("the statistics of the database are old", extra={"reason": reason_of(error)})


def _warm_up(worker: Worker) -> None:
    """Load the encoder before the first text comes; some ten seconds that nobody need wait for."""
    try:
        worker.encoder.encode(["kitchen assistant"])
        _log.info("the encoder is ready")
    except Exception as error:
        _log.error("the encoder cannot be used", extra={"reason": reason_of(error)})
