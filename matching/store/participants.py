"""Participants: who they are, whose caseload they are on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, delete, func, or_, select, update

from matching.errors import Invalid, NotFound, Problem, Where
from matching.model.people import ParticipantStatus, SupportModel
from matching.store.nouns import Nouns, Page
from matching.store.tables import Alert, Contact, ContactBehalf, Participant, StandingRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A participant with the day since which nothing was done: no opportunity put to them, no contact made."""

    participant: Participant
    last_contact_on: date | None
    waiting_since: date


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseloadCount:
    """How many a specialist supports now."""

    specialist_id: str
    active: int
    paused: int
    seqf: int  # of the active ones


class Participants(Nouns):
    """Participants of the organisation. One who was erased is a row that counts point at, and is not found here."""

    def get(self, participant_id: str) -> Participant:
        """The participant with an id; raises `NotFound`, for one who was erased too."""
        return _not_erased(self._found(Participant, participant_id, "participant"))

    def locked(self, participant_id: str) -> Participant:
        """The same, kept from changes by others until the transaction ends."""
        return _not_erased(self._locked(Participant, participant_id, "participant"))

    def locked_even_erased(self, participant_id: str) -> Participant:
        """The same, for erasing: a second time must find the first."""
        return self._locked(Participant, participant_id, "participant")

    def with_ref(self, ref: str) -> Participant | None:
        """The participant with a reference."""
        return self.session.scalar(select(Participant).where(Participant.ref == ref))

    def with_ids(self, participant_ids: Collection[str]) -> dict[str, Participant]:
        """Participants by id, those of them that are here and not erased."""
        rows = self.session.scalars(
            select(Participant).where(
                Participant.id.in_(participant_ids), Participant.status != ParticipantStatus.ERASED
            )
        )
        return {row.id: row for row in rows}

    def on_caseload(
        self, *, specialist_id: str | None, team_ids: Sequence[str], statuses: Collection[ParticipantStatus]
    ) -> list[Participant]:
        """Participants of a specialist, or of teams, by id."""
        return list(
            self.session.scalars(
                select(Participant)
                .where(_whose(specialist_id, team_ids), Participant.status.in_(statuses))
                .order_by(Participant.id)
            )
        )

    def longest_waiting(
        self,
        *,
        specialist_id: str | None,
        team_ids: Sequence[str],
        statuses: Collection[ParticipantStatus],
        after: str | None,
        limit: int,
        supported_by: str | None = None,
    ) -> Page[Waiting]:
        """Participants in order of how long nothing was done for them, the longest first; never by anything else.

        `supported_by` leaves only those of one specialist among them.
        """
        contact, since, statement = _with_waiting()
        statement = statement.where(_whose(specialist_id, team_ids), Participant.status.in_(statuses))
        if supported_by is not None:
            statement = statement.where(Participant.specialist_id == supported_by)
        if after is not None:
            day, participant_id = _place(after)
            statement = statement.where(or_(since > day, and_(since == day, Participant.id > participant_id)))
        rows = self.session.execute(
            statement.add_columns(contact, since).order_by(since, Participant.id).limit(limit + 1)
        ).all()
        items = [
            Waiting(participant=participant, last_contact_on=contacted_on, waiting_since=waiting_since)
            for participant, contacted_on, waiting_since in rows[:limit]
        ]
        last = items[-1] if len(rows) > limit else None
        return Page(items=items, next_after=f"{last.waiting_since.isoformat()}.{last.participant.id}" if last else None)

    def waiting_since(self, participant_ids: Collection[str]) -> dict[str, date]:
        """Since when nothing was done for each of some participants."""
        _, since, statement = _with_waiting()
        rows = self.session.execute(statement.add_columns(since).where(Participant.id.in_(participant_ids)))
        return {participant.id: day for participant, day in rows}

    def waiting(self, participant: Participant) -> Waiting:
        """One participant with the day since which nothing was done."""
        contact, since, statement = _with_waiting()
        row = self.session.execute(statement.add_columns(contact, since).where(Participant.id == participant.id)).one()
        return Waiting(participant=participant, last_contact_on=row[1], waiting_since=row[2])

    def caseload_counts(self, *, specialist_id: str | None, team_ids: Sequence[str]) -> list[CaseloadCount]:
        """How many each specialist supports now."""
        active = Participant.status == ParticipantStatus.ACTIVE
        statement = (
            select(
                Participant.specialist_id,
                func.sum(case((active, 1), else_=0)),
                func.sum(case((Participant.status == ParticipantStatus.PAUSED, 1), else_=0)),
                func.sum(case((and_(active, Participant.model == SupportModel.SEQF), 1), else_=0)),
            )
            .where(_whose(specialist_id, team_ids), Participant.specialist_id.is_not(None))
            .group_by(Participant.specialist_id)
            .order_by(Participant.specialist_id)
        )
        return [
            CaseloadCount(specialist_id=owner, active=int(active_now), paused=int(paused), seqf=int(seqf))
            for owner, active_now, paused, seqf in self.session.execute(statement)
        ]

    def hand_over_alerts(self, participant_id: str, *, specialist_id: str) -> None:
        """Tell the new specialist what the one before has not seen yet."""
        self.session.execute(
            update(Alert)
            .where(Alert.participant_id == participant_id, Alert.seen_at.is_(None))
            .values(specialist_id=specialist_id)
        )

    def forget_standing(self, participant_id: str) -> None:
        """Forget what the first entries were, and what was not seen yet of what entered them."""
        self.session.execute(delete(StandingRow).where(StandingRow.participant_id == participant_id))
        self.session.execute(delete(Alert).where(Alert.participant_id == participant_id, Alert.seen_at.is_(None)))

    def who_left_before(self, day: date) -> list[str]:
        """Ids of those who left before a day and are not erased."""
        return list(
            self.session.scalars(
                select(Participant.id)
                .where(Participant.status == ParticipantStatus.LEFT, Participant.left_on < day)
                .order_by(Participant.id)
            )
        )


def _not_erased(participant: Participant) -> Participant:
    if participant.status is ParticipantStatus.ERASED:
        raise NotFound("There is no such participant.")
    return participant


def _whose(specialist_id: str | None, team_ids: Sequence[str]) -> ColumnElement[bool]:
    return or_(Participant.specialist_id == specialist_id, Participant.team_id.in_(team_ids))


def _with_waiting() -> tuple[Any, Any, Select[Any]]:
    """Participants joined to their last contact; the later of it, their last opportunity and their entry counts."""
    contacts = (
        select(ContactBehalf.participant_id, func.max(Contact.on).label("last_on"))
        .join(Contact, Contact.id == ContactBehalf.contact_id)
        .where(Contact.planned.is_(False))
        .group_by(ContactBehalf.participant_id)
        .subquery()
    )
    contact = contacts.c.last_on
    contacted = func.coalesce(contact, Participant.entered_on)
    told = func.coalesce(Participant.last_opportunity_on, Participant.entered_on)
    done = case((contacted > told, contacted), else_=told)
    since = case((done > Participant.entered_on, done), else_=Participant.entered_on)
    statement = select(Participant).outerjoin(contacts, contacts.c.participant_id == Participant.id)
    return contact, since, statement


def _place(cursor: str) -> tuple[date, str]:
    day, _, participant_id = cursor.partition(".")
    try:
        return date.fromisoformat(day), participant_id
    except ValueError:
        raise Invalid([Problem(Where(field="cursor"), "is not a cursor of this list")]) from None


def days_between(earlier: date, later: date) -> int:
    """Whole days from one day to another, and none before it."""
    return max(0, (later - earlier) // timedelta(days=1))
