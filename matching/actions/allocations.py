"""Proposals of who is put forward for what: made for a caseload or a team, kept, and changed by hand with a reason.

A proposal decides nothing. Each pair of it becomes a decision one by one, as every decision does.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from embeddings.errors import NotYetEncoded
from matching.actions.arranging import Because
from matching.actions.days import local_day
from matching.actions.drawing import profiles_of, sight_of, texts_missing, viewer_of_user
from matching.actions.events import record
from matching.actions.facts import visible_vacancy
from matching.actions.reverse import days_waited
from matching.allocation import LeftOut, ListedRole, Waiting, allocate
from matching.errors import Conflict, NotFound, NotPermitted, Stale
from matching.fit.part import Mask
from matching.model.people import Actor, Permission
from matching.model.profile import VocationalProfile
from matching.model.shortlist import Choice
from matching.permissions import (
    can_read_participant,
    can_see_vacancy,
    can_write_participant,
    check,
    check_any,
    check_can_write_participant,
)
from matching.store import Page, Store, new_id
from matching.store.tables import Allocation, Participant

if TYPE_CHECKING:
    from matching.actions.index import LivePools
    from matching.snapshots import Snapshot

#: A role about which one of these is decided for a person is not proposed to them again.
_SETTLED: Final = frozenset({Choice.PUT_FORWARD, Choice.NOT_NOW, Choice.NOT_WANTED})
MOST_EDITS: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class AllocationView:
    """A proposal as far as the asker may see: pairs, who gets nothing, and how people changed it."""

    row: Allocation
    pairs: Sequence[Mapping[str, Any]]
    left_out: Sequence[Mapping[str, Any]]
    edits: Sequence[Mapping[str, Any]]


def propose_allocation(
    *,
    team_id: str | None = None,
    people_per_opening: int = 2,
    most_per_person: int = 1,
    by: Actor,
    at: datetime,
    reading: Store,
    store: Store,
    pools: LivePools,
) -> AllocationView:
    """Propose who is put forward for what this week: on one's own caseload, or in a team that one leads.

    A person's roles are those that both the asker and the person's specialist may see. People who are put forward for
    a role already take their places in it.
    """
    people = _people(team_id, by=by, store=reading)
    snapshot, today = pools.current(reading), local_day(at)
    profiles = profiles_of(reading, people)
    texts_missing(reading, pools, profiles.values())
    settled = {
        pair for pair, choice in reading.decisions.holding([each.id for each in people]).items() if choice in _SETTLED
    }
    free = _places_free(snapshot, today, people_per_opening, store=reading)
    specialists = reading.alerts.specialists({each.specialist_id for each in people if each.specialist_id})
    seen_by_asker = sight_of(by, snapshot)
    # Others take at most this many places, so a role that is free stands among so many of anybody's first.
    enough = len(people) * most_per_person
    waiting, unread = [], []
    for person in people:
        visible = seen_by_asker
        if person.specialist_id in specialists:
            visible = visible & viewer_of_user(specialists[person.specialist_id]).sees(snapshot)
        profile = profiles.get(person.id)
        try:
            roles = (
                None
                if profile is None
                else _roles(
                    person, profile, snapshot, today, visible=visible, free=free, settled=settled, enough=enough
                )
            )
        except NotYetEncoded:
            roles = None
        if roles is None:
            why = "The words of this profile are still being read."
            unread.append(LeftOut(participant_id=person.id, why=why))
        else:
            waiting.append(
                Waiting(participant_id=person.id, days_since_opportunity=days_waited(person, today), roles=roles)
            )
    try:
        proposed = allocate(waiting, openings=free, people_per_opening=1, most_per_person=most_per_person)
    except ValueError:
        raise Conflict("There are too many people for one proposal. Make one for each team.") from None
    row = Allocation(
        id=new_id(at),
        as_of=today,
        team_id=team_id,
        proposal={
            "people_per_opening": people_per_opening,
            "most_per_person": most_per_person,
            "pool_mark": snapshot.mark,
            "pairs": [asdict(each) for each in proposed.proposals],
            "left_out": [asdict(each) for each in (*proposed.left_out, *unread)],
        },
        edits=[],
        made_by=by.user_id,
        made_at=at,
        version=1,
    )
    store.alerts.add(row)
    record(store, "allocation.proposed", by=by, at=at, of=("allocation", row.id), people=len(people), team=team_id)
    return _view(row, by=by, at=at, reading=reading, store=store)


def read_allocation(*, allocation_id: str, by: Actor, at: datetime, reading: Store, store: Store) -> AllocationView:
    """A proposal, with those participants whom the asker may read."""
    row = _readable(allocation_id, by=by, store=reading)
    return _view(row, by=by, at=at, reading=reading, store=store)


def find_allocations(*, after: str | None, limit: int, by: Actor, store: Store) -> Page[Allocation]:
    """Proposals that the asker made or that are of their teams."""
    check_any(by, Permission.PARTICIPANTS_READ_OWN, Permission.PARTICIPANTS_READ_TEAM)
    return store.alerts.allocations(made_by=by.user_id, team_ids=by.team_ids, after=after, limit=limit)


def edit_allocation(
    *,
    allocation_id: str,
    participant_id: str,
    vacancy_id: str,
    added: bool,
    because: Because,
    version: int,
    by: Actor,
    at: datetime,
    store: Store,
) -> AllocationView:
    """Put one pair into a proposal or take one out, with a reason; what was proposed at first stays to be read."""
    _readable(allocation_id, by=by, store=store)
    participant = store.participants.get(participant_id)
    check_can_write_participant(by, participant)
    vacancy = visible_vacancy(vacancy_id, by=by, store=store)
    row = store.alerts.locked_allocation(allocation_id)
    if row.version != version:
        raise Stale("Somebody has changed this proposal since.", version=row.version)
    pair = (participant.id, vacancy.id)
    if added is (pair in _pairs(row)):
        raise Conflict("This pair is in the proposal already." if added else "This pair is not in the proposal.")
    if len(row.edits) >= MOST_EDITS:
        raise Conflict("This proposal was changed very often. Make a new one.")
    kind = "added" if added else "removed"
    edit = {
        "kind": kind,
        "participant_id": participant.id,
        "vacancy_id": vacancy.id,
        "reason": because.reason.value,
        "words": because.words,
        "by": by.user_id,
        "at": at.isoformat(),
    }
    row.edits = [*row.edits, edit]
    row.version += 1
    record(
        store,
        f"allocation.pair_{kind}",
        by=by,
        at=at,
        of=("participant", participant.id),
        allocation=row.id,
        vacancy=vacancy.id,
        reason=because.reason.value,
    )
    return _view(row, by=by, at=at, reading=store, store=store)


def _people(team_id: str | None, *, by: Actor, store: Store) -> list[Participant]:
    if team_id is None:
        check(by, Permission.PARTICIPANTS_WRITE_OWN)
        people = store.alerts.matched(specialist_id=by.user_id)
    else:
        check(by, Permission.PARTICIPANTS_WRITE_TEAM)
        if team_id not in by.team_ids:
            raise NotPermitted("Only who leads a team makes a proposal for it.")
        people = store.alerts.matched(team_ids=[team_id])
    return [each for each in people if can_write_participant(by, each)]


def _places_free(snapshot: Snapshot, today: date, people_per_opening: int, *, store: Store) -> dict[str, int]:
    """For each open role, for how many more people there is a place."""
    pool = snapshot.pool
    rows = np.flatnonzero(pool.is_open(on=today))
    openings = {snapshot.vacancy_ids[number]: pool.vacancies[number].openings for number in rows.tolist()}
    taken = store.decisions.put_forward_counts(openings)
    return {each: max(0, count * people_per_opening - taken.get(each, 0)) for each, count in openings.items()}


def _roles(
    person: Participant,
    profile: VocationalProfile,
    snapshot: Snapshot,
    today: date,
    *,
    visible: Mask,
    free: Mapping[str, int],
    settled: Collection[tuple[str, str]],
    enough: int,
) -> tuple[ListedRole, ...]:
    """A person's first roles with a place left, by score; no further ones could take part in a better proposal."""
    ordered = snapshot.shortlister.order(profile, as_of=today, visible=visible)
    roles: list[ListedRole] = []
    for place, position in enumerate(ordered.order, start=1):
        vacancy_id = snapshot.vacancy_ids[int(ordered.rows[position])]
        if free.get(vacancy_id, 0) and (person.id, vacancy_id) not in settled:
            roles.append(ListedRole(vacancy_id=vacancy_id, score=float(ordered.scores[position]), place=place))
        if len(roles) == enough:
            break
    return tuple(roles)


def _pairs(row: Allocation) -> dict[tuple[str, str], dict[str, Any]]:
    """The pairs as they stand, after every edit."""
    pairs = {(each["participant_id"], each["vacancy_id"]): {**each, "added": False} for each in row.proposal["pairs"]}
    for edit in row.edits:
        pair = (edit["participant_id"], edit["vacancy_id"])
        if edit["kind"] == "removed":
            pairs.pop(pair, None)
        else:
            pairs[pair] = {
                "participant_id": pair[0],
                "vacancy_id": pair[1],
                "place": None,
                "why": "Added by hand.",
                "added": True,
            }
    return pairs


def _readable(allocation_id: str, *, by: Actor, store: Store) -> Allocation:
    check_any(by, Permission.PARTICIPANTS_READ_OWN, Permission.PARTICIPANTS_READ_TEAM)
    row = store.alerts.allocation(allocation_id)
    if row.made_by != by.user_id and row.team_id not in by.team_ids:
        raise NotFound("There is no such proposal.")
    return row


def _view(row: Allocation, *, by: Actor, at: datetime, reading: Store, store: Store) -> AllocationView:
    pairs = _pairs(row)
    named = [*pairs.values(), *row.proposal["left_out"], *row.edits]
    people = reading.participants.with_ids({each["participant_id"] for each in named})
    readable = {each.id for each in people.values() if can_read_participant(by, each)}
    vacancies = reading.vacancies.some({each["vacancy_id"] for each in (*pairs.values(), *row.edits)})
    told = {each.id for each in vacancies if can_see_vacancy(by, each)}
    shown = [each for each in pairs.values() if each["participant_id"] in readable and each["vacancy_id"] in told]
    for participant_id in sorted({each["participant_id"] for each in named} & readable):
        record(store, "allocation.read", by=by, at=at, of=("participant", participant_id), allocation=row.id)
    return AllocationView(
        row=row,
        pairs=shown,
        left_out=[each for each in row.proposal["left_out"] if each["participant_id"] in readable],
        edits=[each for each in row.edits if each["participant_id"] in readable and each["vacancy_id"] in told],
    )
