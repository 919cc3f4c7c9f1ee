"""What helps whoever logs a role: which facts to ask first, and the names of the employers that are known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from matching.actions.events import record
from matching.model.people import Actor, ParticipantStatus, Permission
from matching.permissions import check
from matching.store import Store

#: Asked first where nobody waits, or where two are needed as often.
USUAL_FIRST: Final = (
    "hours",
    "pattern",
    "location.postcode",
    "pay",
    "adjustments.place.quiet_room",
    "sensory.noise",
    "adjustments.time.flex_start",
    "adjustments.sup.buddy",
    "adjustments.sens.headphones",
    "physical.lift_kg",
    "sensory.social_demand",
    "adjustments.comm.written_instructions",
)
#: Of those who have waited longest, so many are looked at: enough for an order, whatever the size of the team.
_MOST_PEOPLE = 200
_WEIGHTS: Final = {"essential": 3, "important": 2, "helpful": 1}
_ANSWERS: Final = {
    "hours": "hours",
    "availability": "pattern",
    "shift": "pattern",
    "travel": "location.postcode",
    "remote": "location.remote",
    "pay_floor": "pay",
}
_OF_THE_BODY: Final = {
    "lift_max_kg": "physical.lift_kg",
    "stand_max_minutes": "physical.stand_minutes",
    "walk_max_minutes": "physical.walk_minutes",
    "climb": "physical.climb",
}


def facts_to_ask_first(*, by: Actor, at: datetime, reading: Store, store: Store) -> tuple[str, ...]:
    """Fields of a role that does not exist yet, the one first that most people who wait would need to know.

    Counted over those who have waited longest, on the asker's caseload or in their teams; nothing but the order is
    told. Checks, regulated work, settings and places to keep away from are left out of the count: even an order might
    tell something of a person there.
    """
    check(by, Permission.VACANCIES_WRITE)
    own, team = by.can(Permission.PARTICIPANTS_READ_OWN), by.can(Permission.PARTICIPANTS_READ_TEAM)
    waiting = reading.participants.longest_waiting(
        specialist_id=by.user_id if own else None,
        team_ids=by.team_ids if team or not own else (),
        statuses=(ParticipantStatus.ACTIVE,),
        after=None,
        limit=_MOST_PEOPLE,
    )
    people = [
        each.participant
        for each in waiting.items
        if each.participant.profile_version > 0 and not each.participant.objects_to_matching
    ]
    counts: Counter[str] = Counter()
    for profile, _ in reading.alerts.documents(people).values():
        counts.update(dict(_needed(profile.document)))
    if people:
        of = ("organisation", by.organisation_id)
        record(store, "questions.ordered", by=by, at=at, of=of, people=len(people))
    usual = {field: place for place, field in enumerate(USUAL_FIRST)}
    return tuple(sorted({*counts, *USUAL_FIRST}, key=lambda each: (-counts[each], usual.get(each, len(usual)), each)))


def employer_names(*, most: int, by: Actor, store: Store) -> list[str]:
    """The names of the employers that are known, in order of the alphabet."""
    check(by, Permission.EMPLOYERS_READ)
    return store.employers.names(limit=most)


def _needed(profile: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """The fields of a role that a profile asks about, each once, and how much weight it has there."""
    needed: Counter[str] = Counter()
    for name, field in _ANSWERS.items():
        if _says_something(profile.get(name)):
            needed[field] = 1
    for name, field in _OF_THE_BODY.items():
        if _says_something((profile.get("physical") or {}).get(name)):
            needed[field] = 2
    for need in profile.get("adjustments") or ():
        needed[f"adjustments.{need['slug']}"] = _WEIGHTS.get(need.get("importance", "important"), 1)
    for dimension, borne in (profile.get("sensory") or {}).items():
        if borne.get("direction", "avoid") != "neutral":
            needed[f"sensory.{dimension}"] = 2 if borne.get("hard") else 1
    yield from needed.items()


def _says_something(value: object) -> bool:
    if isinstance(value, Mapping):
        return any(_says_something(member) for name, member in value.items() if name not in ("hard", "no_go"))
    return value not in (None, "unknown", [], "")
