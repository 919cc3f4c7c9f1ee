"""Lists arranged by hand: roles added, moved and taken off, each with a reason that stays to be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from matching.actions.days import local_day
from matching.actions.drawing import check_may_be_matched, entries_json, sight_of, texts_missing
from matching.actions.events import record
from matching.actions.facts import visible_vacancy
from matching.actions.profiles import matching_profile
from matching.actions.shortlists import readable_shortlist
from matching.errors import Conflict, Invalid, Problem, Stale, Where
from matching.interchange.writing import explanation_json
from matching.model.people import Actor
from matching.model.shortlist import DecisionReason
from matching.permissions import check_can_write_participant
from matching.store import Store, new_id
from matching.store.tables import EntryChange, EntryRow, Participant, ShortlistRow, VacancyRow

if TYPE_CHECKING:
    from matching.actions.index import LivePools

#: Drawn and added together; a list is for reading.
MOST_ARRANGED: Final = 100


class Direction(StrEnum):
    """One place nearer to the top, or further from it."""

    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, slots=True, kw_only=True)
class Because:
    """Why somebody arranged an entry: a code, and words where the code says too little."""

    reason: DecisionReason
    words: str = ""

    def __post_init__(self) -> None:
        if self.reason is DecisionReason.OTHER and not self.words:
            raise Invalid([Problem(Where(field="words"), "is needed where the reason is 'other'")])


def add_entry(
    *,
    shortlist_id: str,
    vacancy_id: str,
    place: int | None,
    because: Because,
    version: int,
    by: Actor,
    at: datetime,
    reading: Store,
    store: Store,
    pools: LivePools,
) -> ShortlistRow:
    """Add an open role by hand, at a place or last; one that is ruled out is marked as such, with its conflicts."""
    row, participant = readable_shortlist(shortlist_id, by=by, store=reading)
    check_can_write_participant(by, participant)
    check_may_be_matched(participant)
    vacancy = visible_vacancy(vacancy_id, by=by, store=reading)
    finding = _entry_by_hand(row, participant, vacancy, at=at, by=by, store=reading, pools=pools)
    row = _row_to_arrange(row.id, version=version, by=by, store=store)
    entries = _standing(row, store)
    known = store.shortlists.find_entry(row.id, vacancy.id)
    if known is not None and known.removed_at is None:
        raise Conflict("This role stands on this list already.")
    if len(entries) >= MOST_ARRANGED:
        raise Conflict(f"A list holds at most {MOST_ARRANGED} roles.")
    if known is None:
        entry = EntryRow(
            id=new_id(at),
            shortlist_id=row.id,
            vacancy_id=vacancy.id,
            vacancy_ref=vacancy.ref,
            position=None,
            place=len(entries) + 1,
            finding=finding,
        )
        store.shortlists.add(entry)
    else:
        entry = known
        entry.removed_at = None
        entry.finding = None if entry.position is not None else finding
    to_place = len(entries) + 1 if place is None else min(place, len(entries) + 1)
    entries.insert(to_place - 1, entry)
    _changed(row, entries, "added", entry, None, to_place, because, by=by, at=at, store=store)
    return row


def move_entry(
    *,
    shortlist_id: str,
    vacancy_id: str,
    to: int | Direction,
    because: Because,
    version: int,
    by: Actor,
    at: datetime,
    store: Store,
) -> ShortlistRow:
    """Move a role up or down by one, or to a place; beyond either end it stops there."""
    row = _row_to_arrange(shortlist_id, version=version, by=by, store=store)
    entry = _entry_to_arrange(row, vacancy_id, by=by, store=store)
    entries = _standing(row, store)
    from_place = entries.index(entry) + 1
    match to:
        case Direction.UP:
            to_place = from_place - 1
        case Direction.DOWN:
            to_place = from_place + 1
        case _:
            to_place = to
    to_place = min(max(to_place, 1), len(entries))
    entries.remove(entry)
    entries.insert(to_place - 1, entry)
    _changed(row, entries, "moved", entry, from_place, to_place, because, by=by, at=at, store=store)
    return row


def remove_entry(
    *,
    shortlist_id: str,
    vacancy_id: str,
    because: Because,
    version: int,
    by: Actor,
    at: datetime,
    store: Store,
) -> ShortlistRow:
    """Take a role off a list; that it was there, and why it went, stays to be read."""
    row = _row_to_arrange(shortlist_id, version=version, by=by, store=store)
    entry = _entry_to_arrange(row, vacancy_id, by=by, store=store)
    entries = _standing(row, store)
    from_place = entries.index(entry) + 1
    entries.remove(entry)
    entry.removed_at = at
    _changed(row, entries, "removed", entry, from_place, None, because, by=by, at=at, store=store)
    return row


def _row_to_arrange(shortlist_id: str, *, version: int, by: Actor, store: Store) -> ShortlistRow:
    row, participant = readable_shortlist(shortlist_id, by=by, store=store)
    check_can_write_participant(by, participant)
    row = store.shortlists.locked(row.id)
    if row.version != version:
        raise Stale("Somebody has arranged this list since.", version=row.version)
    return row


def _entry_to_arrange(row: ShortlistRow, vacancy_id: str, *, by: Actor, store: Store) -> EntryRow:
    entry = store.shortlists.entry(row.id, vacancy_id)
    visible_vacancy(vacancy_id, by=by, store=store)
    return entry


def _standing(row: ShortlistRow, store: Store) -> list[EntryRow]:
    return [entry for entry in store.shortlists.entries(row.id) if entry.removed_at is None]


def _changed(
    row: ShortlistRow,
    entries: Sequence[EntryRow],
    kind: str,
    entry: EntryRow,
    from_place: int | None,
    to_place: int | None,
    because: Because,
    *,
    by: Actor,
    at: datetime,
    store: Store,
) -> None:
    """Number the places anew and note how it came about."""
    for place, each in enumerate(entries, start=1):
        each.place = place
    row.version += 1
    store.shortlists.add(
        EntryChange(
            id=store.shortlists.next_change_id(row.id, at),
            shortlist_id=row.id,
            vacancy_id=entry.vacancy_id,
            kind=kind,
            from_place=from_place,
            to_place=to_place,
            reason=because.reason,
            words=because.words,
            by=by.user_id,
            at=at,
        )
    )
    record(
        store,
        f"shortlist.entry_{kind}",
        by=by,
        at=at,
        of=("participant", row.participant_id),
        shortlist=row.id,
        vacancy=entry.vacancy_id,
        from_place=from_place,
        to_place=to_place,
        reason=because.reason.value,
    )


def _entry_by_hand(
    row: ShortlistRow,
    participant: Participant,
    vacancy: VacancyRow,
    *,
    at: datetime,
    by: Actor,
    store: Store,
    pools: LivePools,
) -> dict[str, Any]:
    """What is known of a role that is added by hand: its entry today, or the conflicts that rule it out."""
    snapshot = pools.current(store)
    profile = matching_profile(store, participant, row.profile_version)
    number = snapshot.row_of(vacancy.id)
    if number is None or texts_missing(store, pools, [profile]):
        raise Conflict("The words of this role or profile are still being read. Try again in a moment.")
    as_of, visible = local_day(at), sight_of(by, snapshot)
    if not snapshot.pool.vacancies[number].is_open(on=as_of):
        raise Conflict("This role is not open.")
    ref = snapshot.pool.refs[number]
    drawn = snapshot.shortlister.drawn(profile, as_of=as_of, visible=visible, profile_version=row.profile_version)
    entry = drawn.entry_for(ref)
    if entry is not None:
        written = entries_json([entry], drawn)[0]
    else:
        explanation = snapshot.shortlister.explain(profile, ref, as_of=as_of, visible=visible)
        findings = explanation_json(explanation, reads_profile=True)["findings"]
        written = {"position": None, "vacancy_ref": ref, "findings": findings}
    return {"ruled_out": entry is None, "as_of": as_of.isoformat(), "pool_mark": snapshot.mark, "entry": written}
