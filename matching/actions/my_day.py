"""What a specialist's day asks for: what would help those who wait longest, and the check-ins that are due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from matching.actions.days import local_day
from matching.actions.events import record
from matching.actions.participants import Caseload, caseload
from matching.model.people import Actor, ParticipantStatus, Permission
from matching.permissions import check
from matching.store import Store
from matching.store.participants import Waiting, days_between
from matching.store.tables import Employer, Participant, PlacementRow

#: The first check-in follows a start within so many days.
FIRST_WITHIN_DAYS: Final = 3
#: Every other follows the one before: (that one was so many days after the start or later, within so many days).
#: Weekly in the first month and monthly from then on, as full fidelity of in-work support asks.
FOLLOWED_WITHIN: Final = ((0, 7), (28, 31))
#: A check-in is told of some days before it is due, so that it can be arranged.
TOLD_AHEAD_DAYS: Final = 2

_SUPPORTED = (ParticipantStatus.ACTIVE, ParticipantStatus.PAUSED)


class NextStep(StrEnum):
    """What would help somebody next: they wait for the first of these that is not done."""

    START_PROFILE = "start_profile"
    DRAW_LIST = "draw_list"
    MAKE_CONTACT = "make_contact"


@dataclass(frozen=True, slots=True, kw_only=True)
class Helped:
    """Somebody who waits: for how many days nothing was done for them, and what would help next."""

    waiting: Waiting
    days: int
    next_step: NextStep


@dataclass(frozen=True, slots=True, kw_only=True)
class DueCheckIn:
    """A job that somebody is in, the day by which a check-in is due, and the last one; none: there was none yet."""

    participant: Participant
    placement: PlacementRow
    employer: Employer
    due_on: date
    last_on: date | None
    last_found_in_work: bool = True


def waiting_longest(*, of: Caseload, limit: int, by: Actor, at: datetime, store: Store) -> list[Helped]:
    """Those who have gone longest without an opportunity or an employer contact, with what would help them next."""
    page = caseload(of=of, statuses=(ParticipantStatus.ACTIVE,), after=None, limit=limit, by=by, at=at, store=store)
    drawn = {
        row.participant_id: row.profile_version
        for row in store.shortlists.latest([each.participant.id for each in page.items])
    }
    return [
        Helped(
            waiting=each,
            days=days_between(each.waiting_since, local_day(at)),
            next_step=_next_step(each.participant, drawn.get(each.participant.id)),
        )
        for each in page.items
    ]


def _next_step(participant: Participant, drawn_from: int | None) -> NextStep:
    """The first step that is missing; who objects to matching is served by contacts alone."""
    if participant.objects_to_matching:
        return NextStep.MAKE_CONTACT
    if participant.profile_version == 0:
        return NextStep.START_PROFILE
    return NextStep.MAKE_CONTACT if drawn_from == participant.profile_version else NextStep.DRAW_LIST


def next_check_in(*, started_on: date, last_on: date | None) -> date:
    """The day by which the next check-in is due.

    >>> start = date(2026, 3, 2)
    >>> [next_check_in(started_on=start, last_on=last).isoformat() for last in (None, date(2026, 3, 4))]
    ['2026-03-05', '2026-03-11']
    >>> next_check_in(started_on=start, last_on=date(2026, 3, 30)).isoformat()
    '2026-04-30'
    """
    if last_on is None:
        return started_on + timedelta(days=FIRST_WITHIN_DAYS)
    gone = (last_on - started_on).days
    within = next(days for since, days in reversed(FOLLOWED_WITHIN) if gone >= since or since == 0)
    return last_on + timedelta(days=within)


def check_ins_due(*, by: Actor, at: datetime, reading: Store, store: Store) -> list[DueCheckIn]:
    """Check-ins that are due with people on the asker's caseload, those that are due longest first."""
    check(by, Permission.PARTICIPANTS_READ_OWN)
    people = {
        each.id: each
        for each in reading.participants.on_caseload(specialist_id=by.user_id, team_ids=(), statuses=_SUPPORTED)
    }
    jobs = reading.placements.running_of(list(people))
    last = {each.placement_id: each for each in reading.placements.check_ins([job.id for job in jobs])}
    employers = reading.shortlists.employers({job.employer_id for job in jobs})
    told_until = local_day(at) + timedelta(days=TOLD_AHEAD_DAYS)
    due = []
    for job in jobs:
        check_in = last.get(job.id)
        due_on = next_check_in(started_on=job.started_on, last_on=check_in.on if check_in is not None else None)
        if due_on <= told_until:
            due.append(
                DueCheckIn(
                    participant=people[job.participant_id],
                    placement=job,
                    employer=employers[job.employer_id],
                    due_on=due_on,
                    last_on=check_in.on if check_in is not None else None,
                    last_found_in_work=check_in is None or check_in.still_in_work,
                )
            )
    for participant_id in sorted({each.participant.id for each in due}):
        record(store, "check_ins.read", by=by, at=at, of=("participant", participant_id))
    return sorted(due, key=lambda each: (each.due_on, each.placement.id))
