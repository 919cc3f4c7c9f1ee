"""Whom might this role suit: on whose own list it stands, those first who have gone longest without an opportunity."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from matching.actions.alerts import present_first_places
from matching.actions.days import local_day
from matching.actions.drawing import matched_participants, profiles_of, texts_missing
from matching.actions.events import record
from matching.actions.facts import visible_vacancy
from matching.errors import Conflict
from matching.interchange.withholding import without_safety
from matching.interchange.writing import explanation_json
from matching.model.people import Actor, Permission
from matching.permissions import can_read_participant, can_read_safety, check
from matching.store import Page, Store
from matching.store.participants import days_between
from matching.store.tables import Participant, User, VacancyRow

if TYPE_CHECKING:
    from matching.actions.index import LivePools
    from matching.snapshots import Snapshot

_READERS: Final = (Permission.PARTICIPANTS_READ_OWN, Permission.PARTICIPANTS_READ_TEAM)


@dataclass(frozen=True, slots=True, kw_only=True)
class Suited:
    """A participant on whose list the role stands: how long they wait, its place there, and its findings for them.

    `since` is when it first came onto a list that was drawn for them; none: it stands on the next that is drawn.
    """

    participant: Participant
    days_since_opportunity: int | None  # none: there was none so far
    place: int
    findings: Sequence[Mapping[str, Any]]
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SuitedPage:
    """Some of those whom a role might suit, and how many wait for their words to be read."""

    page: Page[Suited]
    waiting: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ToTalkTo:
    """A specialist on whose caseload the role might suit somebody, and how many."""

    specialist: User
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Interest:
    """What employer engagement learns: how many people of their teams a role might suit, and whom to talk to."""

    count: int
    specialists: Sequence[ToTalkTo]
    waiting: int


def whom_might_it_suit(
    *,
    vacancy_id: str,
    after: str | None = None,
    limit: int = 50,
    by: Actor,
    at: datetime,
    reading: Store,
    store: Store,
    pools: LivePools,
) -> SuitedPage | Interest:
    """The participants among whose first entries a role stands, never in order of how good anybody is.

    Who reads no participants learns only how many there are and whose specialists to talk to.
    """
    check(by, Permission.VACANCIES_READ)
    vacancy = visible_vacancy(vacancy_id, by=by, store=reading)
    snapshot, today = pools.current(reading), local_day(at)
    number = snapshot.row_of(vacancy.id)
    if number is None:
        raise Conflict("The words of this role are still being read. Ask again in a moment.")
    if by.can_any(_READERS):
        return _suited(
            vacancy, after, limit, by=by, at=at, today=today, reading=reading, store=store, pools=pools, now=snapshot
        )
    people = reading.alerts.matched(team_ids=by.team_ids)
    return _interest(vacancy, people, by=by, at=at, reading=reading, store=store, pools=pools, now=snapshot)


def whom_of_others(
    *, vacancy_id: str, by: Actor, at: datetime, reading: Store, store: Store, pools: LivePools
) -> Interest:
    """How many of the asker's teams, besides those whom they may read, a role might suit, and whom to talk to."""
    check(by, Permission.VACANCIES_READ)
    vacancy = visible_vacancy(vacancy_id, by=by, store=reading)
    people = [each for each in reading.alerts.matched(team_ids=by.team_ids) if not can_read_participant(by, each)]
    now = pools.current(reading)
    return _interest(vacancy, people, by=by, at=at, reading=reading, store=store, pools=pools, now=now)


def _interest(
    vacancy: VacancyRow,
    people: Sequence[Participant],
    *,
    by: Actor,
    at: datetime,
    reading: Store,
    store: Store,
    pools: LivePools,
    now: Snapshot,
) -> Interest:
    places, waiting = present_first_places(people, as_of=local_day(at), store=reading, pools=pools, snapshot=now)
    found = [each for each in people if vacancy.id in places.get(each.id, ())]
    counts = Counter(str(each.specialist_id) for each in found)
    specialists = reading.alerts.specialists(counts)
    record(store, "vacancy.interest_read", by=by, at=at, of=("vacancy", vacancy.id), count=len(found))
    return Interest(
        count=len(found),
        specialists=[
            ToTalkTo(specialist=specialists[each], count=counts[each])
            for each in sorted(counts, key=lambda each: (specialists[each].name, each))
        ],
        waiting=len(waiting),
    )


def _suited(
    vacancy: VacancyRow,
    after: str | None,
    limit: int,
    *,
    by: Actor,
    at: datetime,
    today: date,
    reading: Store,
    store: Store,
    pools: LivePools,
    now: Snapshot,
) -> SuitedPage:
    people = matched_participants(by, reading)
    places, waiting = present_first_places(people, as_of=today, store=reading, pools=pools, snapshot=now)
    found = sorted((each for each in people if vacancy.id in places.get(each.id, ())), key=longest_wait_first)
    ids = [each.id for each in found]
    start = ids.index(after) + 1 if after in ids else 0
    shown = found[start : start + limit]
    profiles = profiles_of(reading, shown)
    # Where somebody's first places had not to be drawn, this process may not have their words yet.
    texts_missing(reading, pools, profiles.values())
    since = reading.shortlists.first_holding(vacancy.id, [each.id for each in shown])
    # The findings of one role are the same whatever else is in the pool.
    ref = now.ref_of(vacancy.id)
    alone = now.shortlister.among([] if ref is None else [ref])
    suited = []
    for person in shown:
        explanation = alone.explain(profiles[person.id], str(ref), as_of=today)
        written = explanation_json(explanation, reads_profile=True)
        told = written if can_read_safety(by, person) else without_safety(written)
        suited.append(
            Suited(
                participant=person,
                days_since_opportunity=days_waited(person, today),
                place=places[person.id].index(vacancy.id) + 1,
                findings=told["findings"],
                since=since.get(person.id),
            )
        )
        record(store, "participant.suited_read", by=by, at=at, of=("participant", person.id), vacancy=vacancy.id)
    more = len(found) > start + limit
    return SuitedPage(page=Page(items=suited, next_after=shown[-1].id if more else None), waiting=len(waiting))


def days_waited(person: Participant, today: date) -> int | None:
    """Days since the last opportunity; nothing where there was none."""
    last = person.last_opportunity_on
    return None if last is None else days_between(last, today)


def longest_wait_first(person: Participant) -> tuple[bool, date, str]:
    """Who never had an opportunity comes first, by how long they have been here; then the longest since the last."""
    last = person.last_opportunity_on
    return last is not None, last or person.entered_on, person.id
