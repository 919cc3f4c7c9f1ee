"""What is done with shortlists: drawn up, read, drawn again from what was stored, and arranged by hand."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import orjson

from matching.actions.days import local_day
from matching.actions.drawing import (
    Viewer,
    as_bytes,
    check_may_be_matched,
    entries_json,
    matched_participants,
    method_json,
    profiles_of,
    sight_of,
    texts_missing,
    viewer_of,
)
from matching.actions.events import record
from matching.actions.facts import visible_vacancy
from matching.actions.index import profile_changed
from matching.actions.profiles import matching_profile
from matching.errors import Conflict, Invalid, NotFound, Problem, Stale, Where, suggestion
from matching.fit.part import Mask
from matching.interchange.withholding import WITHHELD, without_safety
from matching.interchange.writing import explanation_json, shortlist_json
from matching.model.finding import Aspect
from matching.model.people import Actor, Permission
from matching.model.shortlist import DecisionReason, Shortlist
from matching.negotiation import opens_for
from matching.permissions import (
    can_read_safety,
    can_see_vacancy,
    check_any,
    check_can_read_participant,
    check_can_write_participant,
)
from matching.screening import conflicts
from matching.shortlisting import COMPARED_REFS
from matching.store import Page, Store, new_id
from matching.store.tables import (
    DecisionRow,
    Employer,
    EntryChange,
    EntryRow,
    Participant,
    ShortlistRow,
    VacancyRow,
)

if TYPE_CHECKING:
    from matching.actions.index import LivePools
    from matching.explaining import Drawn
    from matching.live import Snapshot
    from matching.model.shortlist import Explanation

FIRST_ENTRIES: Final = 10
MOST_ENTRIES: Final = 50
#: Drawn and added together; a list is for reading.
MOST_ARRANGED: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """The words of a profile are still to be encoded: the job to wait for, after which the list can be drawn."""

    job_id: str


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactLimits:
    """What an employer said about being contacted, and when anybody last did."""

    contact_every_days: int | None
    no_contact_until: date | None
    last_contact_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Arranged:
    """One entry as people arranged it, with how it came there and what was decided about the role."""

    entry: EntryRow
    vacancy: VacancyRow
    employer: Employer
    limits: ContactLimits
    added: Mapping[str, Any] | None  # the entry as drawn for a role that was added by hand
    changes: Sequence[EntryChange]
    decisions: Sequence[DecisionRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortlistView:
    """A list as drawn, beside how people arranged it, as far as the asker may see."""

    row: ShortlistRow
    participant: Participant
    reads_safety: bool
    drawn: Sequence[Mapping[str, Any]]
    arranged: Sequence[Arranged]
    withheld: int  # entries about roles that were not told to the asker


@dataclass(frozen=True, slots=True, kw_only=True)
class ExcludedPage:
    """Some of the roles that were left out, how many there are by reason, and where the next page begins."""

    items: Sequence[Mapping[str, Any]]
    by_reason: Mapping[str, int]
    next_after: str | None


# Drawing


def draw_up_shortlist(
    *,
    participant_id: str,
    count: int = FIRST_ENTRIES,
    by: Actor,
    at: datetime,
    reading: Store,
    store: Store,
    pools: LivePools,
) -> ShortlistRow | Pending:
    """Draw a list up and keep it; while words of the profile are not encoded, ask for that and say so."""
    participant = _participant(participant_id, by=by, store=reading)
    check_may_be_matched(participant)
    profile = matching_profile(reading, participant)
    snapshot = pools.current(reading)
    if texts_missing(reading, pools, [profile]):
        return Pending(job_id=profile_changed(store, store.participants.locked(participant.id), at))
    viewer = viewer_of(by)
    drawn = snapshot.shortlister.drawn(
        profile,
        as_of=local_day(at),
        visible=sight_of(by, snapshot),
        profile_version=participant.profile_version,
    )
    entries = entries_json(drawn.entries(limit=count), drawn)
    return _keep(drawn, entries, snapshot=snapshot, viewer=viewer, participant=participant, by=by, at=at, store=store)


def _keep(
    drawn: Drawn,
    entries: Sequence[Mapping[str, Any]],
    *,
    snapshot: Snapshot,
    viewer: Viewer,
    participant: Participant,
    by: Actor,
    at: datetime,
    store: Store,
) -> ShortlistRow:
    """Store a list that was drawn; whoever lost the right to it meanwhile is refused here."""
    now = store.participants.locked(participant.id)
    check_can_read_participant(by, now)
    check_may_be_matched(now)
    counts = drawn.counts
    row = ShortlistRow(
        id=store.shortlists.next_id(now.id, at),
        participant_id=now.id,
        document_id=drawn.shortlist_id,
        profile_version=drawn.profile_version,
        as_of=drawn.as_of,
        pool_mark=snapshot.mark,
        viewer_id=viewer.user_id,
        viewer_team_ids=list(viewer.team_ids),
        method=method_json(drawn.method),
        counts={"open": counts.open, "listed": counts.listed, "excluded": counts.excluded},
        entries=as_bytes(entries),
        drawn_by=by.user_id,
        drawn_at=at,
        version=1,
    )
    store.shortlists.add(row)
    store.shortlists.add_entries(
        [
            EntryRow(
                id=new_id(at),
                shortlist_id=row.id,
                vacancy_id=snapshot.id_of(entry["vacancy_ref"]),
                vacancy_ref=entry["vacancy_ref"],
                position=entry["position"],
                place=entry["position"],
            )
            for entry in entries
        ]
    )
    record(
        store,
        "shortlist.drawn",
        by=by,
        at=at,
        of=("participant", now.id),
        shortlist=row.id,
        profile_version=row.profile_version,
        pool_mark=row.pool_mark,
        open=counts.open,
        listed=counts.listed,
        excluded=counts.excluded,
        entries=len(entries),
    )
    return row


# Reading


def read_shortlist(*, shortlist_id: str, by: Actor, at: datetime, reading: Store, store: Store) -> ShortlistView:
    """A list as drawn beside how people arranged it, with the history of both arranging and deciding."""
    row, participant = _shortlist(shortlist_id, by=by, store=reading)
    view = shortlist_view(row, participant, by=by, store=reading)
    record(store, "shortlist.read", by=by, at=at, of=("participant", participant.id), shortlist=row.id)
    return view


def shortlist_view(row: ShortlistRow, participant: Participant, *, by: Actor, store: Store) -> ShortlistView:
    """Put together what is shown of a list; for those who have been let in already."""
    entries = store.shortlists.entries(row.id)
    vacancies = {each.id: each for each in store.vacancies.some([entry.vacancy_id for entry in entries])}
    visible = {each.id for each in vacancies.values() if can_see_vacancy(by, each)}
    seen = [entry for entry in entries if entry.vacancy_id in visible]
    refs = {entry.vacancy_ref for entry in seen}
    reads_safety = can_read_safety(by, participant)
    written: list[Mapping[str, Any]] = orjson.loads(row.entries)
    drawn = [_as_read(each, reads_safety) for each in written if each["vacancy_ref"] in refs]
    return ShortlistView(
        row=row,
        participant=participant,
        reads_safety=reads_safety,
        drawn=drawn,
        arranged=_arranged(row, seen, vacancies, reads_safety=reads_safety, store=store),
        withheld=len(entries) - len(seen),
    )


def _arranged(
    row: ShortlistRow,
    entries: Sequence[EntryRow],
    vacancies: Mapping[str, VacancyRow],
    *,
    reads_safety: bool,
    store: Store,
) -> list[Arranged]:
    ids = [entry.vacancy_id for entry in entries]
    employers = store.shortlists.employers({vacancies[each].employer_id for each in ids})
    contacted = store.decisions.last_contacts(employers)
    changes, decisions = store.shortlists.changes(row.id), store.decisions.of(row.participant_id, vacancy_ids=ids)
    found = []
    for entry in entries:
        vacancy = vacancies[entry.vacancy_id]
        employer = employers[vacancy.employer_id]
        found.append(
            Arranged(
                entry=entry,
                vacancy=vacancy,
                employer=employer,
                limits=ContactLimits(
                    contact_every_days=employer.contact_every_days,
                    no_contact_until=employer.no_contact_until,
                    last_contact_on=contacted.get(employer.id),
                ),
                added=None if entry.finding is None else _added_as_read(entry.finding, reads_safety),
                changes=[each for each in changes if each.vacancy_id == entry.vacancy_id],
                decisions=[each for each in decisions if each.vacancy_id == entry.vacancy_id],
            )
        )
    return found


def find_shortlists(
    *, participant_id: str, after: str | None, limit: int, by: Actor, at: datetime, reading: Store, store: Store
) -> Page[ShortlistRow]:
    """The lists of a participant, the oldest first."""
    participant = _participant(participant_id, by=by, store=reading)
    page = reading.shortlists.page(participant_id=participant.id, after=after, limit=limit)
    record(store, "shortlists.read", by=by, at=at, of=("participant", participant.id), count=len(page.items))
    return page


# Drawn again from what was stored


def draw_again(
    *, shortlist_id: str, by: Actor, at: datetime, reading: Store, store: Store, pools: LivePools
) -> dict[str, Any]:
    """The whole document of a stored list, drawn again; raises `Conflict` rather than give another list.

    What was told to the viewer and not to the asker is left out of the answer, after the list was compared. How many
    people a concession opens a role for is counted over the participant alone, so that the document is always the same.
    """
    row, participant = _shortlist(shortlist_id, by=by, store=reading)
    again = _Again.of(row, participant, store=reading, pools=pools)
    drawn = again.drawn
    entries: list[Any] = orjson.loads(row.entries)
    if not entries and row.counts["listed"]:
        raise Conflict("This list was emptied when its time was past, so it cannot be drawn again.")
    document = shortlist_json(
        drawn.shortlist(limit=len(entries), opens_for=opens_for([drawn.near])), reads_profile=True
    )
    if as_bytes(document["entries"]) != row.entries or document["shortlist_id"] != row.document_id:
        raise Conflict("Drawn again, this list is not what was stored. It was not sent.")
    told = again.refs_told_to(by, pools.current(reading))
    for name in ("entries", "negotiate", "excluded"):
        document[name] = [each for each in document[name] if told(each["vacancy_ref"])]
    record(store, "shortlist.drawn_again", by=by, at=at, of=("participant", participant.id), shortlist=row.id)
    return _as_read(document, can_read_safety(by, participant))


def read_excluded(
    *,
    shortlist_id: str,
    aspect: Aspect | None = None,
    after: str | None = None,
    limit: int = 50,
    by: Actor,
    at: datetime,
    reading: Store,
    store: Store,
    pools: LivePools,
) -> ExcludedPage:
    """Roles that were left out and why, in order of reference; sentences are made for the page alone."""
    row, participant = _shortlist(shortlist_id, by=by, store=reading)
    again = _Again.of(row, participant, store=reading, pools=pools)
    told, reads_safety = again.told_to(by, pools.current(reading)), can_read_safety(by, participant)
    drawn = again.drawn
    seen = told[drawn.excluded]
    reasons = _reasons(drawn, reads_safety=reads_safety)
    wanted = seen if aspect is None else seen & reasons.get(aspect.value, np.zeros(len(seen), np.bool_))
    places = np.flatnonzero(wanted)
    shown = places[places >= _start(after)][: limit + 1].tolist()
    record(
        store,
        "shortlist.excluded_read",
        by=by,
        at=at,
        of=("participant", participant.id),
        shortlist=row.id,
        count=min(len(shown), limit),
    )
    return ExcludedPage(
        items=[_exclusion_json(drawn, place, reads_safety) for place in shown[:limit]],
        by_reason={name: int(count) for name in sorted(reasons) if (count := np.count_nonzero(reasons[name] & seen))},
        next_after=str(shown[limit]) if len(shown) > limit else None,
    )


def read_negotiation(
    *,
    shortlist_id: str,
    after: str | None = None,
    limit: int = 50,
    by: Actor,
    at: datetime,
    reading: Store,
    store: Store,
    pools: LivePools,
) -> Page[Mapping[str, Any]]:
    """Roles that one concession would open, best place first, and for how many of those whom the asker may see."""
    row, participant = _shortlist(shortlist_id, by=by, store=reading)
    again = _Again.of(row, participant, store=reading, pools=pools)
    others = [each for each in matched_participants(by, reading) if each.id != participant.id]
    near = again.drawn.near
    counts = again.snapshot.shortlister.opens_for(near, profiles_of(reading, others).values(), as_of=row.as_of)
    counts.update(near.openings)
    told, start = again.refs_told_to(by, pools.current(reading)), _start(after)
    misses = [each for each in again.drawn.negotiate(opens_for=counts) if told(each.vacancy_ref)]
    written = shortlist_json(again.with_only(negotiate=misses[start : start + limit]), reads_profile=True)["negotiate"]
    more = len(misses) > start + limit
    record(
        store,
        "shortlist.negotiation_read",
        by=by,
        at=at,
        of=("participant", participant.id),
        shortlist=row.id,
        count=len(written),
    )
    return Page(items=written, next_after=str(start + limit) if more else None)


def explain_absence(
    *,
    shortlist_id: str,
    vacancy_id: str | None = None,
    vacancy_ref: str | None = None,
    by: Actor,
    at: datetime,
    reading: Store,
    store: Store,
    pools: LivePools,
) -> dict[str, Any]:
    """Why a role is, or is not, on a list: asked of the pool from which it was drawn, else of the present one."""
    row, participant = _shortlist(shortlist_id, by=by, store=reading)
    now = pools.current(reading)
    ref = _ref_asked(vacancy_id, vacancy_ref, by=by, snapshot=now, store=reading)
    again = _Again.of(row, participant, store=reading, pools=pools)
    then = again.drawn.pool.row_of(ref)
    was_there = then is not None and bool(again.visible[then])
    if was_there:
        explanation = _explained(again, ref)
    else:
        explanation = now.shortlister.explain(again.drawn.profile, ref, as_of=local_day(at), visible=sight_of(by, now))
    entry = reading.shortlists.find_entry(row.id, now.id_of(ref))
    record(
        store,
        "shortlist.asked_why",
        by=by,
        at=at,
        of=("participant", participant.id),
        shortlist=row.id,
        vacancy=now.id_of(ref),
    )
    told = _as_read(explanation_json(explanation, reads_profile=True), can_read_safety(by, participant))
    return {
        **told,
        "vacancy_id": now.id_of(ref),
        "was_there": was_there,
        "drawn_place": None if entry is None else entry.position,
        "removed_by_hand": entry is not None and entry.removed_at is not None,
        "added_by_hand": entry is not None and entry.position is None,
    }


def _explained(again: _Again, ref: str) -> Explanation:
    return again.snapshot.shortlister.explain(again.drawn.profile, ref, as_of=again.drawn.as_of, visible=again.visible)


def _ref_asked(vacancy_id: str | None, vacancy_ref: str | None, *, by: Actor, snapshot: Snapshot, store: Store) -> str:
    """The reference of the role that is asked about; one that the asker may not see does not exist."""
    if (vacancy_id is None) == (vacancy_ref is None):
        raise Invalid([Problem(Where(field="vacancy_id"), "name either a vacancy_id or a vacancy_ref")])
    visible = sight_of(by, snapshot)
    if vacancy_id is not None:
        vacancy = visible_vacancy(vacancy_id, by=by, store=store)
        number = snapshot.row_of(vacancy.id)
        if number is None:
            raise Conflict("The words of this role are still being read. Ask again in a moment.")
        return snapshot.pool.refs[number]
    ref = vacancy_ref or ""
    number = snapshot.pool.row_of(ref)
    if number is None or not visible[number]:
        raise NotFound(f"No vacancy here has this reference{_near_refs(ref, snapshot, visible)}.")
    return ref


def _near_refs(ref: str, snapshot: Snapshot, visible: Mask) -> str:
    """Name a reference that was perhaps meant, among those near in order that the asker may see."""
    pool = snapshot.pool
    rows = pool.ordered_rows[visible[pool.ordered_rows]]
    if pool.gone is not None:
        rows = rows[~pool.gone[rows]]
    place = bisect_left(rows, ref, key=lambda number: pool.refs[number])
    return suggestion(
        ref, [pool.refs[number] for number in rows[max(place - COMPARED_REFS, 0) : place + COMPARED_REFS]]
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Again:
    """A stored list, drawn again by the method that made it, from the pool at its mark, through its viewer's eyes."""

    snapshot: Snapshot
    visible: Mask
    drawn: Drawn

    @staticmethod
    def of(row: ShortlistRow, participant: Participant, *, store: Store, pools: LivePools) -> _Again:
        """Draw a list again; raises `Conflict` where that cannot give the same list."""
        snapshot = pools.at(store, row.pool_mark)
        if method_json(snapshot.shortlister.method) != row.method:
            raise Conflict(
                "The method has changed since this list was drawn, so it cannot be drawn again. "
                "Its first entries are kept as they were."
            )
        profile = matching_profile(store, participant, row.profile_version)
        if texts_missing(store, pools, [profile]):
            raise Conflict("The words of this profile are still being read. Ask again in a moment.")
        visible = snapshot.visible_to(user_id=row.viewer_id, team_ids=row.viewer_team_ids)
        drawn = snapshot.shortlister.drawn(
            profile, as_of=row.as_of, visible=visible, profile_version=row.profile_version
        )
        return _Again(snapshot=snapshot, visible=visible, drawn=drawn)

    def told_to(self, by: Actor, now: Snapshot) -> Mask:
        """Which rows of this pool the asker may see today."""
        visible = sight_of(by, now)
        if now is self.snapshot:
            return visible
        present = [now.row_of(vacancy_id) for vacancy_id in self.snapshot.vacancy_ids]
        return np.array([number is not None and bool(visible[number]) for number in present], np.bool_)

    def refs_told_to(self, by: Actor, now: Snapshot) -> Callable[[str], bool]:
        """The same for the references of roles."""
        told = self.told_to(by, now)

        def is_told(ref: str) -> bool:
            number = self.drawn.pool.row_of(ref)
            return number is not None and bool(told[number])

        return is_told

    def with_only(self, **parts: Any) -> Shortlist:
        """A list with nothing in it but some part, to be written as every list is."""
        empty: dict[str, Any] = {"entries": (), "negotiate": (), "excluded": ()}
        return Shortlist(
            shortlist_id="",
            participant_ref="",
            profile_version=self.drawn.profile_version,
            as_of=self.drawn.as_of,
            method=self.drawn.method,
            counts=self.drawn.counts,
            **{**empty, **{name: tuple(part) for name, part in parts.items()}},
        )


def _reasons(drawn: Drawn, *, reads_safety: bool) -> dict[str, Mask]:
    """For each aspect, named as the reader may know it, which of the roles that were left out it is in the way of."""
    rows = drawn.excluded
    ascending = np.sort(rows)
    conflict = conflicts(drawn.ordered.parts, drawn.pool.jobs(ascending))[:, np.searchsorted(ascending, rows)]
    found: dict[str, Mask] = {}
    for part, blocked in zip(drawn.ordered.parts, conflict, strict=True):
        name = WITHHELD if part.aspect is Aspect.EMPLOYER and not reads_safety else part.aspect.value
        found[name] = found.get(name, np.zeros(len(rows), np.bool_)) | blocked
    return found


def _exclusion_json(drawn: Drawn, place: int, reads_safety: bool) -> dict[str, Any]:
    exclusion = drawn.exclusions(start=place, count=1)[0]
    written = {
        "vacancy_ref": exclusion.vacancy_ref,
        "because": [
            {"aspect": finding.aspect.value, "part": finding.part, "sentence": finding.sentence}
            for finding in exclusion.because
        ],
    }
    return _as_read(written, reads_safety)


def _start(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not cursor.isascii() or not cursor.isdecimal() or len(cursor) > 9:
        raise Invalid([Problem(Where(field="cursor"), "is not a cursor of this list")])
    return int(cursor)


def _as_read(written: Mapping[str, Any], reads_safety: bool) -> dict[str, Any]:
    return dict(written) if reads_safety else without_safety(written)


def _added_as_read(finding: Mapping[str, Any], reads_safety: bool) -> dict[str, Any]:
    return {**finding, "entry": _as_read(finding["entry"], reads_safety)}


# Arranging


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
    row, participant = _shortlist(shortlist_id, by=by, store=reading)
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
    row, participant = _shortlist(shortlist_id, by=by, store=store)
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


# Who may


def _participant(participant_id: str, *, by: Actor, store: Store) -> Participant:
    check_any(by, Permission.PARTICIPANTS_READ_OWN, Permission.PARTICIPANTS_READ_TEAM)
    participant = store.participants.get(participant_id)
    check_can_read_participant(by, participant)
    return participant


def _shortlist(shortlist_id: str, *, by: Actor, store: Store) -> tuple[ShortlistRow, Participant]:
    check_any(by, Permission.PARTICIPANTS_READ_OWN, Permission.PARTICIPANTS_READ_TEAM)
    row = store.shortlists.get(shortlist_id)
    participant = store.participants.get(row.participant_id)
    check_can_read_participant(by, participant)
    return row, participant
