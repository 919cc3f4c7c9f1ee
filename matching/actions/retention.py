"""Forget what is past its time: counted first, then done; how long each kind is kept the organisation sets.

Defaults are in `matching/model/organisation.py`. Counting changes nothing, and what is then done is what was counted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from matching.actions.days import local_day
from matching.actions.erasure import erase, wipe_log
from matching.actions.events import record
from matching.actions.jobs import Task, service_actor
from matching.model.organisation import OrganisationSettings
from matching.model.people import ParticipantStatus
from matching.store import Store
from matching.store.ageing import Ageing

#: Answers to retried requests hold what was answered, names included, so that they go soon.
KEEP_ANSWERS_HOURS = 48


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """A kind of data: since when it is past its time, how many rows are, and how they go."""

    before: Callable[[OrganisationSettings, datetime], datetime]
    count: Callable[[Ageing, datetime], int]
    forget: Callable[[Ageing, datetime], int]


def _days(setting: str) -> Callable[[OrganisationSettings, datetime], datetime]:
    def before(settings: OrganisationSettings, at: datetime) -> datetime:
        days: int = getattr(settings, setting)
        return at - timedelta(days=days)

    return before


def _answers(_settings: OrganisationSettings, at: datetime) -> datetime:
    return at - timedelta(hours=KEEP_ANSWERS_HOURS)


# Versions before lists, which say which versions are needed; participants last, since with them goes what others hold.
_KINDS: Mapping[str, _Kind] = {
    "profile_versions": _Kind(
        before=_days("keep_profile_versions_days"),
        count=Ageing.count_profile_versions,
        forget=Ageing.forget_profile_versions,
    ),
    "profile_drafts": _Kind(before=_days("keep_drafts_days"), count=Ageing.count_drafts, forget=Ageing.forget_drafts),
    "shortlists": _Kind(
        before=_days("keep_shortlists_days"), count=Ageing.count_shortlists, forget=Ageing.forget_shortlists
    ),
    "allocations": _Kind(
        before=_days("keep_shortlists_days"), count=Ageing.count_allocations, forget=Ageing.forget_allocations
    ),
    "imported_files": _Kind(
        before=_days("keep_imported_files_days"), count=Ageing.count_files, forget=Ageing.forget_files
    ),
    "sessions": _Kind(before=_days("keep_traces_days"), count=Ageing.count_sessions, forget=Ageing.forget_sessions),
    "answers": _Kind(before=_answers, count=Ageing.count_answers, forget=Ageing.forget_answers),
    "jobs": _Kind(before=_days("keep_traces_days"), count=Ageing.count_jobs, forget=Ageing.forget_jobs),
    "webhook_deliveries": _Kind(
        before=_days("keep_traces_days"), count=Ageing.count_deliveries, forget=Ageing.forget_deliveries
    ),
}
PARTICIPANTS = "participants"


def past_their_time(*, store: Store, at: datetime) -> dict[str, int]:
    """Count what is past its time, by kind; nothing is changed."""
    settings = store.organisations.settings()
    ageing = Ageing(store)
    counts = {name: kind.count(ageing, kind.before(settings, at)) for name, kind in _KINDS.items()}
    return counts | {PARTICIPANTS: len(_who_left_long_ago(store, settings, at))}


def forget(*, store: Store, at: datetime) -> dict[str, int]:
    """Forget what is past its time, and say how much that was, by kind."""
    settings = store.organisations.settings()
    ageing = Ageing(store)
    by = service_actor(store.organisation_id)
    counts = {name: kind.forget(ageing, kind.before(settings, at)) for name, kind in _KINDS.items()}
    counts[PARTICIPANTS] = 0
    for participant_id in _who_left_long_ago(store, settings, at):
        participant = store.participants.locked_even_erased(participant_id)
        # Somebody may have come back since they were counted.
        if participant.status is ParticipantStatus.LEFT:
            erase(participant, by=by, at=at, store=store)
            counts[PARTICIPANTS] += 1
    if any(counts.values()):
        record(store, "retention.applied", by=by, at=at, of=("organisation", store.organisation_id), **counts)
    return counts


def forget_what_is_past_its_time(task: Task) -> None:
    """The daily job: the same, with attempts to sign in, which are of no organisation."""
    with task.database.writing(task.organisation_id) as store:
        keep_traces_days = store.organisations.settings().keep_traces_days
        forget(store=store, at=task.at)
    with task.database.directory_to_write() as directory:
        directory.clear_before(task.at - timedelta(days=keep_traces_days))
    wipe_log(task.database)


def _who_left_long_ago(store: Store, settings: OrganisationSettings, at: datetime) -> list[str]:
    return store.participants.who_left_before(local_day(at) - timedelta(days=settings.keep_participants_days))
