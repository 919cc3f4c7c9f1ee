"""The records that fidelity is asked of, gathered in a few queries: of some teams, or of the whole organisation."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select

from matching.fidelity import FACE_TO_FACE, ContactRecord, PersonRecord, Records, StartRecord
from matching.model.people import ParticipantStatus
from matching.store.store import Store
from matching.store.tables import (
    CheckIn,
    Consent,
    Contact,
    ContactBehalf,
    Participant,
    PlacementRow,
    ProfileVersion,
    ShortlistRow,
    User,
)

_LONDON = ZoneInfo("Europe/London")


def fidelity_records(store: Store, *, team_ids: Collection[str] | None, first: date, last: date) -> Records:
    """Gather what was recorded between two days; `team_ids` is `None` for the whole organisation."""
    people = select(Participant).where(Participant.status != ParticipantStatus.ERASED)
    if team_ids is not None:
        people = people.where(Participant.team_id.in_(team_ids))
    return Records(
        first=first,
        last=last,
        people=_people(store, people, first=first, last=last),
        contacts=_contacts(store, team_ids, first=first, last=last),
        starts=_starts(store, people, first=first, last=last),
    )


def _people(store: Store, people: Select[Any], *, first: date, last: date) -> list[PersonRecord]:
    session = store.session
    ids = people.with_only_columns(Participant.id)
    since = datetime.combine(first, time(), _LONDON)
    listed = set(
        session.scalars(
            select(ShortlistRow.participant_id).where(
                ShortlistRow.participant_id.in_(ids), ShortlistRow.drawn_at >= since
            )
        )
    )
    chosen = set(session.scalars(select(Consent.participant_id).where(Consent.participant_id.in_(ids))))
    changed = _by_id(
        session.execute(
            select(ProfileVersion.participant_id, func.max(ProfileVersion.written_at))
            .where(ProfileVersion.participant_id.in_(ids))
            .group_by(ProfileVersion.participant_id)
        ).all()
    )
    met = _by_id(
        session.execute(
            select(ContactBehalf.participant_id, func.min(Contact.on))
            .join(Contact, Contact.id == ContactBehalf.contact_id)
            .where(
                ContactBehalf.participant_id.in_(ids),
                Contact.mode.in_(FACE_TO_FACE),
                Contact.planned.is_(False),
                Contact.on <= last,
            )
            .group_by(ContactBehalf.participant_id)
        ).all()
    )
    return [
        PersonRecord(
            id=row.id,
            specialist_id=row.specialist_id,
            entered_on=row.entered_on,
            is_active=row.status == ParticipantStatus.ACTIVE,
            has_list=row.id in listed,
            has_choice=row.id in chosen,
            profile_changed_on=changed[row.id].astimezone(_LONDON).date() if row.id in changed else None,
            first_met_on=met.get(row.id),
        )
        for row in _rows(store, people)
    ]


def _by_id(rows: Iterable[Any]) -> dict[str, Any]:
    return {row[0]: row[1] for row in rows}


def _rows(store: Store, people: Select[Any]) -> list[Participant]:
    return list(store.session.scalars(people))


def _contacts(store: Store, team_ids: Collection[str] | None, *, first: date, last: date) -> list[ContactRecord]:
    session = store.session
    made = select(Contact).where(Contact.planned.is_(False), Contact.on >= first, Contact.on <= last)
    rows = list(session.scalars(made))
    if team_ids is not None:
        teams = set(team_ids)
        members = {user.id for user in session.scalars(select(User)) if teams & set(user.team_ids)}
        rows = [row for row in rows if row.by in members]
    for_somebody = set(
        session.scalars(
            select(ContactBehalf.contact_id).where(ContactBehalf.contact_id.in_(made.with_only_columns(Contact.id)))
        )
    )
    return [
        ContactRecord(
            employer_id=row.employer_id,
            on=row.on,
            mode=row.mode,
            for_somebody=row.id in for_somebody,
            names_wish=bool(row.serves.strip()),
        )
        for row in rows
    ]


def _starts(store: Store, people: Select[Any], *, first: date, last: date) -> list[StartRecord]:
    session = store.session
    rows = list(
        session.scalars(
            select(PlacementRow).where(
                PlacementRow.participant_id.in_(people.with_only_columns(Participant.id)),
                PlacementRow.started_on >= first,
                PlacementRow.started_on <= last,
            )
        )
    )
    checked = _by_id(
        session.execute(
            select(CheckIn.placement_id, func.min(CheckIn.on))
            .where(CheckIn.placement_id.in_([row.id for row in rows]))
            .group_by(CheckIn.placement_id)
        ).all()
    )
    return [
        StartRecord(
            employer_id=row.employer_id,
            job_title=row.job_title,
            started_on=row.started_on,
            permanent=row.permanent,
            support_plan_on=row.support_plan_on,
            benefits_advice_on=row.benefits_advice_on,
            first_check_in_on=checked.get(row.id),
        )
        for row in rows
    ]
