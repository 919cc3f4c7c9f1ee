"""All that is held on one participant, for who asks to see it.

Left out: no-go areas and avoided employers, which never leave in an export; names of other people; notes of contacts
that were made on behalf of others too, since they may tell of those.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any

import orjson

from matching.actions.events import record
from matching.interchange.withholding import without_safety
from matching.model.people import Actor
from matching.permissions import can_see_vacancy, check_can_read_participant
from matching.store import Store, new_id
from matching.store.holdings import Holdings, columns_of
from matching.store.shortlists import in_blocks
from matching.store.tables import AuditRow, Contact, EntryRow, Export, Participant, ShortlistRow

#: Columns that hold another person's name, what concerns safety, or nothing about the participant.
_LEFT_OUT = frozenset(
    {"organisation_id", "participant_id", "safety", "person_met", "viewer_team_ids", "hiring_authority"}
)
_WORDS_OF_CONTACT = ("notes", "serves", "over_limit_because")


def export_participant(*, participant_id: str, by: Actor, at: datetime, store: Store) -> dict[str, Any]:
    """Everything that is held on a participant, by kind, with who has read it; who asked is noted."""
    participant = store.participants.get(participant_id)
    check_can_read_participant(by, participant)
    holdings = Holdings(store)
    found = holdings.of(participant.id)
    shared = holdings.contacts_for_others_too(participant.id)
    held: dict[str, Any] = {kind: [_told(row) for row in rows] for kind, rows in found.items()}
    held["shortlists"] = [_shortlist(row) for row in found["shortlists"]]
    held["entries"] = [_entry(row) for row in found["entries"]]
    held["contacts"] = [_contact(row, for_others_too=row.id in shared) for row in found["contacts"]]
    held["audit"] = [_event(row) for row in holdings.audit_events(participant.id)]
    row_count = sum(len(rows) for rows in held.values())
    store.session.add(
        Export(
            id=new_id(at),
            kind="participant",
            form="json",
            filters={"participant_id": participant.id},
            row_count=row_count,
            by=by.user_id,
            at=at,
        )
    )
    record(store, "participant.exported", by=by, at=at, of=("participant", participant.id), rows=row_count)
    return {"exported_at": at.isoformat(), "participant": _participant(participant), **held}


def names_in(held: Mapping[str, Any], *, by: Actor, store: Store) -> dict[str, str]:
    """What the ids in an export stand for, to read it by: colleagues, employers, and roles that the asker may see."""
    ids = {
        value
        for kind, rows in held.items()
        if isinstance(rows, list) and kind != "audit"
        for row in rows
        for value in row.values()
        if isinstance(value, str)
    } | {event["who"] for event in held["audit"]}
    if held["participant"]["specialist_id"]:
        ids.add(held["participant"]["specialist_id"])
    roles = [row for some in in_blocks(ids) for row in store.vacancies.some(some) if can_see_vacancy(by, row)]
    employers = [row for some in in_blocks(ids) for row in store.shortlists.employers(some).values()]
    users = {name: called for some in in_blocks(ids) for name, called in store.users.names(some).items()}
    teams = store.organisations.team_names()
    titles = {name: row.title for row in roles for name in (row.id, row.ref)}
    return users | teams | titles | {row.id: row.name for row in employers}


def _participant(participant: Participant) -> dict[str, Any]:
    return _plain(columns_of(participant)) | {"id": participant.id}


def _told(row: Any) -> dict[str, Any]:
    return _plain(columns_of(row))


def _shortlist(row: ShortlistRow) -> dict[str, Any]:
    told = _plain({name: value for name, value in columns_of(row).items() if name != "entries"})
    return told | {"entries": [without_safety(entry) for entry in orjson.loads(row.entries or b"[]")]}


def _entry(row: EntryRow) -> dict[str, Any]:
    if row.finding is None:
        return _told(row)
    # What was known of a role when it was added by hand stands a step further in.
    return _told(row) | {"finding": {**row.finding, "entry": without_safety(row.finding["entry"])}}


def _contact(row: Contact, *, for_others_too: bool) -> dict[str, Any]:
    told = _told(row)
    return {name: value for name, value in told.items() if not (for_others_too and name in _WORDS_OF_CONTACT)}


def _event(row: AuditRow) -> dict[str, Any]:
    told = {"at": row.at, "who": row.who, "action": row.action}
    # An event about a list of people names the others on it.
    return _plain(told | ({"detail": row.detail} if row.subject_kind == "participant" else {}))


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _value(value) for name, value in values.items() if name not in _LEFT_OUT}


def _value(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value
