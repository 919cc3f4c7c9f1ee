"""Shortlists drawn up and kept, and read as they were drawn, beside how people arranged them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

import orjson

from matching.actions.days import local_day
from matching.actions.drawing import (
    Viewer,
    as_bytes,
    check_may_be_matched,
    entries_json,
    sight_of,
    texts_missing,
    viewer_of,
)
from matching.actions.events import record
from matching.actions.index import profile_changed
from matching.actions.profiles import matching_profile
from matching.errors import NotFound, Where
from matching.interchange import read_profile
from matching.interchange.withholding import without_safety
from matching.interchange.writing import method_json
from matching.model.adjustment import Need
from matching.model.people import Actor, Permission
from matching.model.sensory import SensoryDimension, SensoryTolerance
from matching.permissions import can_read_safety, can_see_vacancy, check_any, check_can_read_participant
from matching.store import Page, Store, new_id
from matching.store.tables import (
    DecisionRow,
    Employer,
    EntryChange,
    EntryRow,
    Participant,
    ShortlistRow,
    VacancyRow,
    VacancyVersion,
)

if TYPE_CHECKING:
    from matching.actions.index import LivePools
    from matching.explaining import Drawn
    from matching.snapshots import Snapshot

FIRST_ENTRIES: Final = 10
MOST_ENTRIES: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """The words of a profile are still to be encoded: the job to wait for, after which the list can be drawn."""

    job_id: str


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
class Needs:
    """What a reader of a list holds its roles against: where the person lives, what they need and what they bear."""

    home: str | None
    adjustments: Sequence[Need]
    sensory: Mapping[SensoryDimension, SensoryTolerance]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortlistView:
    """A list as drawn, beside how people arranged it, as far as the asker may see."""

    row: ShortlistRow
    participant: Participant
    reads_safety: bool
    drawn: Sequence[Mapping[str, Any]]
    arranged: Sequence[Arranged]
    withheld: int  # entries about roles that were not told to the asker


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
    participant = readable_participant(participant_id, by=by, store=reading)
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
    row, participant = readable_shortlist(shortlist_id, by=by, store=reading)
    view = shortlist_view(row, participant, by=by, store=reading)
    record(store, "shortlist.read", by=by, at=at, of=("participant", participant.id), shortlist=row.id)
    return view


def read_entry(
    *, shortlist_id: str, vacancy_id: str, by: Actor, at: datetime, reading: Store, store: Store
) -> ShortlistView:
    """The same list with one entry alone, removed or not; raises `NotFound` where the asker sees no such entry."""
    row, participant = readable_shortlist(shortlist_id, by=by, store=reading)
    view = shortlist_view(row, participant, by=by, store=reading)
    arranged = [each for each in view.arranged if each.vacancy.id == vacancy_id]
    if not arranged:
        raise NotFound("This role does not stand on this list.")
    record(
        store, "shortlist.read", by=by, at=at, of=("participant", participant.id), shortlist=row.id, vacancy=vacancy_id
    )
    refs = {each.entry.vacancy_ref for each in arranged}
    return replace(view, arranged=arranged, drawn=[each for each in view.drawn if each["vacancy_ref"] in refs])


def shortlist_view(row: ShortlistRow, participant: Participant, *, by: Actor, store: Store) -> ShortlistView:
    """Put together what is shown of a list; for those who have been let in already."""
    entries = store.shortlists.entries(row.id)
    vacancies = {each.id: each for each in store.vacancies.some([entry.vacancy_id for entry in entries])}
    visible = {each.id for each in vacancies.values() if can_see_vacancy(by, each)}
    seen = [entry for entry in entries if entry.vacancy_id in visible]
    refs = {entry.vacancy_ref for entry in seen}
    reads_safety = can_read_safety(by, participant)
    written: list[Mapping[str, Any]] = orjson.loads(row.entries)
    drawn = [as_read(each, reads_safety) for each in written if each["vacancy_ref"] in refs]
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
    participant = readable_participant(participant_id, by=by, store=reading)
    page = reading.shortlists.page(participant_id=participant.id, after=after, limit=limit)
    record(store, "shortlists.read", by=by, at=at, of=("participant", participant.id), count=len(page.items))
    return page


def find_newest_shortlists(
    *, participant_id: str, before: str | None, limit: int, by: Actor, at: datetime, reading: Store, store: Store
) -> Page[ShortlistRow]:
    """The lists of a participant, the newest first."""
    participant = readable_participant(participant_id, by=by, store=reading)
    page = reading.shortlists.newest(participant_id=participant.id, before=before, limit=limit)
    record(store, "shortlists.read", by=by, at=at, of=("participant", participant.id), count=len(page.items))
    return page


# What is read beside a list, by who was let in to it


def present_documents(view: ShortlistView, *, store: Store) -> Mapping[str, VacancyVersion]:
    """The roles of a list as they stand today, by their ids."""
    return store.vacancies.latest_of([each.vacancy for each in view.arranged])


def needs_behind(view: ShortlistView, *, store: Store) -> Needs:
    """What of the profile that a list was drawn for is needed to read it; nothing of what concerns safety."""
    document = store.profiles.version(view.participant.id, view.row.profile_version).document
    profile = read_profile({**document, "participant_ref": view.participant.ref}, Where())
    return Needs(home=profile.travel.home, adjustments=profile.adjustments, sensory=profile.sensory)


def as_read(written: Mapping[str, Any], reads_safety: bool) -> dict[str, Any]:
    """What was written, as far as the asker may read it."""
    return dict(written) if reads_safety else without_safety(written)


def _added_as_read(finding: Mapping[str, Any], reads_safety: bool) -> dict[str, Any]:
    return {**finding, "entry": as_read(finding["entry"], reads_safety)}


# Who may


def readable_participant(participant_id: str, *, by: Actor, store: Store) -> Participant:
    """The participant, for those who may read what is held on them."""
    check_any(by, Permission.PARTICIPANTS_READ_OWN, Permission.PARTICIPANTS_READ_TEAM)
    participant = store.participants.get(participant_id)
    check_can_read_participant(by, participant)
    return participant


def readable_shortlist(shortlist_id: str, *, by: Actor, store: Store) -> tuple[ShortlistRow, Participant]:
    """A list and whose it is, for those who may read what is held on them."""
    check_any(by, Permission.PARTICIPANTS_READ_OWN, Permission.PARTICIPANTS_READ_TEAM)
    row = store.shortlists.get(shortlist_id)
    participant = store.participants.get(row.participant_id)
    check_can_read_participant(by, participant)
    return row, participant
