"""A stored list drawn again: the whole of it, what was left out and why, and what one concession would open."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson

from matching.actions.days import local_day
from matching.actions.drawing import (
    as_bytes,
    matched_participants,
    profiles_of,
    sight_of,
    texts_missing,
)
from matching.actions.events import record
from matching.actions.facts import visible_vacancy
from matching.actions.profiles import matching_profile
from matching.actions.shortlists import as_read, readable_shortlist
from matching.errors import Conflict, Invalid, NotFound, Problem, Where, suggestion
from matching.fit.part import Mask
from matching.interchange.withholding import WITHHELD
from matching.interchange.writing import explanation_json, method_json, shortlist_json
from matching.model.finding import Aspect
from matching.model.people import Actor, Permission
from matching.model.shortlist import Shortlist
from matching.model.vacancy import VacancyStatus
from matching.negotiation import opens_for
from matching.permissions import can_read_safety, can_see_vacancy, check
from matching.screening import conflicts
from matching.shortlisting import COMPARED_REFS
from matching.store import Page, Store
from matching.store.tables import Participant, ShortlistRow, VacancyRow

if TYPE_CHECKING:
    from matching.actions.index import LivePools
    from matching.explaining import Drawn
    from matching.model.shortlist import Explanation
    from matching.snapshots import Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedRole:
    """A role as it is called, where a list has its reference alone."""

    id: str
    ref: str
    title: str
    employer: str
    status: VacancyStatus

    @staticmethod
    def of(vacancy: VacancyRow, employer_names: Mapping[str, str]) -> NamedRole:
        """The role as it stands."""
        return NamedRole(
            id=vacancy.id,
            ref=vacancy.ref,
            title=vacancy.title,
            employer=employer_names[vacancy.employer_id],
            status=vacancy.status,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ExcludedPage:
    """Some of the roles that were left out, how many there are by reason, and where the next page begins."""

    items: Sequence[Mapping[str, Any]]
    by_reason: Mapping[str, int]
    next_after: str | None


def draw_again(
    *, shortlist_id: str, by: Actor, at: datetime, reading: Store, store: Store, pools: LivePools
) -> dict[str, Any]:
    """The whole document of a stored list, drawn again; raises `Conflict` rather than give another list.

    What was told to the viewer and not to the asker is left out of the answer, after the list was compared. How many
    people a concession opens a role for is counted over the participant alone, so that the document is always the same.
    """
    row, participant = readable_shortlist(shortlist_id, by=by, store=reading)
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
    return as_read(document, can_read_safety(by, participant))


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
    row, participant = readable_shortlist(shortlist_id, by=by, store=reading)
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
    row, participant = readable_shortlist(shortlist_id, by=by, store=reading)
    again = _Again.of(row, participant, store=reading, pools=pools)
    others = [each for each in matched_participants(by, reading) if each.id != participant.id]
    drawn, told, start = again.drawn, again.refs_told_to(by, pools.current(reading)), _start(after)
    misses = [ref for ref in drawn.negotiation_order if told(ref)]
    page = misses[start : start + limit]
    # For how many people each opens a role is worked out for those that are shown alone: a team has hundreds of people.
    shown = drawn.near.of(page)
    counts = again.snapshot.shortlister.opens_for(shown, profiles_of(reading, others).values(), as_of=row.as_of)
    counts.update(shown.openings)
    people = {opening.vacancy_ref: counts[opening] for opening in shown.openings}
    listed = [
        replace(each, opens_for=people[each.vacancy_ref]) for each in drawn.negotiate(opens_for=Counter(), among=page)
    ]
    written = shortlist_json(again.with_only(negotiate=listed), reads_profile=True)["negotiate"]
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


def roles_with_refs(*, refs: Collection[str], by: Actor, store: Store) -> dict[str, NamedRole]:
    """What roles are called, by their references; those that the asker may not see are left out."""
    check(by, Permission.VACANCIES_READ)
    visible = [vacancy for vacancy in store.vacancies.with_refs(refs) if can_see_vacancy(by, vacancy)]
    names = store.vacancies.employer_names(visible)
    return {vacancy.ref: NamedRole.of(vacancy, names) for vacancy in visible}


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
    row, participant = readable_shortlist(shortlist_id, by=by, store=reading)
    now = pools.current(reading)
    ref = _ref_asked(vacancy_id, vacancy_ref, by=by, snapshot=now, store=reading)
    again = _Again.of(row, participant, store=reading, pools=pools)
    then = again.drawn.pool.row_of(ref)
    was_there = then is not None and bool(again.visible[then])
    if was_there:
        explanation, drawn = _explained(again, ref), again.drawn
    else:
        visible, as_of = sight_of(by, now), local_day(at)
        explanation = now.shortlister.explain(again.drawn.profile, ref, as_of=as_of, visible=visible)
        drawn = now.shortlister.drawn(again.drawn.profile, as_of=as_of, visible=visible)
    near = None if explanation.position is not None else drawn.near_miss_of(ref)
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
    told = as_read(explanation_json(explanation, reads_profile=True), can_read_safety(by, participant))
    return {
        **told,
        "vacancy_id": now.id_of(ref),
        "concession": None if near is None else near.concession,
        "would_rank": None if near is None else near.would_rank,
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
    return as_read(written, reads_safety)


def _start(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not cursor.isascii() or not cursor.isdecimal() or len(cursor) > 9:
        raise Invalid([Problem(Where(field="cursor"), "is not a cursor of this list")])
    return int(cursor)
