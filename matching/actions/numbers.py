"""The numbers that a manager is shown: of the teams that they lead, or, for an evaluator, of the whole organisation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from matching.actions.days import local_day
from matching.actions.events import record
from matching.fidelity import Measure, measures, median_days_to_first_meeting
from matching.model.people import Actor, Permission
from matching.permissions import check_any
from matching.store import Store
from matching.store.fidelity import fidelity_records

#: Long enough for jobs to be found, short enough to see what has changed.
WEEKS = 26


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """What the records say about some weeks, of some teams or (`team_ids` is `None`) of everybody."""

    first: date
    last: date
    team_ids: tuple[str, ...] | None
    people: int
    measures: tuple[Measure, ...]
    median_days_to_first_meeting: float | None


def read_numbers(*, by: Actor, at: datetime, reading: Store, store: Store) -> Numbers:
    """Work out the numbers of fidelity; they tell of no single person and of no single user."""
    check_any(by, Permission.PARTICIPANTS_READ_TEAM, Permission.HISTORY_READ)
    team_ids = None if by.can(Permission.HISTORY_READ) else by.team_ids
    last = local_day(at)
    first = last - timedelta(weeks=WEEKS) + timedelta(days=1)
    records = fidelity_records(reading, team_ids=team_ids, first=first, last=last)
    record(
        store,
        "numbers.read",
        by=by,
        at=at,
        of=("organisation", store.organisation_id),
        teams=None if team_ids is None else list(team_ids),
    )
    return Numbers(
        first=first,
        last=last,
        team_ids=team_ids,
        people=len(records.active),
        measures=measures(records),
        median_days_to_first_meeting=median_days_to_first_meeting(records),
    )
