"""Contacts with employers, their answers, and job tasters."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, and_, delete, func, or_, select

from matching.errors import NotFound
from matching.model.placement import ContactMode
from matching.store.nouns import Nouns, Page
from matching.store.tables import Answer, Contact, ContactBehalf, Taster


class Contacts(Nouns):
    """Contacts with employers, their answers, and job tasters."""

    def get(self, contact_id: str) -> Contact:
        """The contact with an id; raises `NotFound`."""
        return self._found(Contact, contact_id, "contact")

    def locked(self, contact_id: str) -> Contact:
        """The same, kept from changes by others until the transaction ends."""
        return self._locked(Contact, contact_id, "contact")

    def with_employer(self, employer_id: str, *, after: str | None, limit: int) -> Page[Contact]:
        """Contacts with an employer as they were recorded."""
        return self._page(select(Contact).where(Contact.employer_id == employer_id), Contact, after=after, limit=limit)

    def for_participant(self, participant_id: str, *, after: str | None, limit: int) -> Page[Contact]:
        """Contacts on behalf of a participant as they were recorded."""
        statement = select(Contact).where(
            Contact.id.in_(select(ContactBehalf.contact_id).where(ContactBehalf.participant_id == participant_id))
        )
        return self._page(statement, Contact, after=after, limit=limit)

    def planned_for(self, participant_id: str, *, on: date) -> list[Contact]:
        """Contacts that are planned on behalf of a participant from a day on, the next first."""
        mine = select(ContactBehalf.contact_id).where(ContactBehalf.participant_id == participant_id)
        statement = select(Contact).where(Contact.id.in_(mine), Contact.planned, Contact.on >= on)
        return list(self.session.scalars(statement.order_by(Contact.on, Contact.id)))

    def newest_with_employer(self, employer_id: str, *, after: str | None, limit: int) -> Page[Contact]:
        """The same, the latest day first."""
        return self._newest(select(Contact).where(Contact.employer_id == employer_id), after=after, limit=limit)

    def newest_for_participant(self, participant_id: str, *, after: str | None, limit: int) -> Page[Contact]:
        """Contacts on behalf of a participant, the latest day first."""
        statement = select(Contact).where(
            Contact.id.in_(select(ContactBehalf.contact_id).where(ContactBehalf.participant_id == participant_id))
        )
        return self._newest(statement, after=after, limit=limit)

    def _newest(self, statement: Select[Any], *, after: str | None, limit: int) -> Page[Contact]:
        last = None if after is None else self.session.scalar(select(Contact).where(Contact.id == after))
        if last is not None:
            earlier = and_(Contact.on == last.on, Contact.id < last.id)
            statement = statement.where(or_(Contact.on < last.on, earlier))
        rows = list(self.session.scalars(statement.order_by(Contact.on.desc(), Contact.id.desc()).limit(limit + 1)))
        return Page(items=rows[:limit], next_after=rows[limit - 1].id if len(rows) > limit else None)

    def planned_by(self, user_id: str, *, limit: int) -> list[Contact]:
        """What a user has planned and not said to be made yet, the first day first."""
        statement = select(Contact).where(Contact.by == user_id, Contact.planned)
        return list(self.session.scalars(statement.order_by(Contact.on, Contact.id).limit(limit)))

    def near(self, employer_id: str, on: date, *, days: int, besides: str | None = None) -> list[Contact]:
        """Contacts with an employer, made or planned, from some days before a day on, by day."""
        statement = select(Contact).where(
            Contact.employer_id == employer_id, Contact.on > on - timedelta(days=days), Contact.id != (besides or "")
        )
        return list(self.session.scalars(statement.order_by(Contact.on, Contact.id)))

    def visits_to(self, employer_id: str) -> int:
        """How many visits anybody made to an employer."""
        made = select(func.count(Contact.id)).where(
            Contact.employer_id == employer_id, Contact.mode == ContactMode.VISIT, ~Contact.planned
        )
        return self.session.scalar(made) or 0

    def last_with(self, employer_id: str, *, on: date) -> Contact | None:
        """The latest contact that anybody made with an employer up to a day."""
        return self.session.scalar(
            select(Contact)
            .where(Contact.employer_id == employer_id, Contact.on <= on, ~Contact.planned)
            .order_by(Contact.on.desc(), Contact.id.desc())
            .limit(1)
        )

    def next_with(self, employer_id: str, *, on: date) -> Contact | None:
        """The next contact that anybody has planned with an employer."""
        return self.session.scalar(
            select(Contact)
            .where(Contact.employer_id == employer_id, Contact.on >= on, Contact.planned)
            .order_by(Contact.on, Contact.id)
            .limit(1)
        )

    def last_on(self, participant_ids: Sequence[str]) -> dict[str, date]:
        """For each participant the day of the last contact made on their behalf; nothing where there was none."""
        rows = self.session.execute(
            select(ContactBehalf.participant_id, func.max(Contact.on))
            .join(Contact, Contact.id == ContactBehalf.contact_id)
            .where(ContactBehalf.participant_id.in_(participant_ids), ~Contact.planned)
            .group_by(ContactBehalf.participant_id)
        )
        return {row[0]: row[1] for row in rows}

    def made_between(self, user_ids: Sequence[str], *, first: date, last: date) -> list[Contact]:
        """Contacts that some users made between two days, both included."""
        statement = select(Contact).where(
            Contact.by.in_(user_ids), Contact.on >= first, Contact.on <= last, ~Contact.planned
        )
        return list(self.session.scalars(statement.order_by(Contact.on, Contact.id)))

    def remove(self, contact: Contact) -> None:
        """Take back a contact that was only planned."""
        self.set_behalves(contact.id, ())
        self.session.delete(contact)
        self.session.flush()

    # On behalf of whom

    def behalves(self, contact_ids: Sequence[str]) -> dict[str, list[str]]:
        """For each contact the participants on whose behalf it was."""
        found: dict[str, list[str]] = {contact_id: [] for contact_id in contact_ids}
        rows = self.session.scalars(
            select(ContactBehalf)
            .where(ContactBehalf.contact_id.in_(contact_ids))
            .order_by(ContactBehalf.contact_id, ContactBehalf.participant_id)
        )
        for row in rows:
            found[row.contact_id].append(row.participant_id)
        return found

    def set_behalves(self, contact_id: str, participant_ids: Sequence[str]) -> None:
        """Write on whose behalf a contact is."""
        self.session.execute(delete(ContactBehalf).where(ContactBehalf.contact_id == contact_id))
        self.session.add_all(ContactBehalf(contact_id=contact_id, participant_id=each) for each in participant_ids)
        self.session.flush()

    # Answers

    def latest_answer(self, vacancy_id: str, *, about: str) -> Answer | None:
        """What an employer said last to a question about a vacancy."""
        return self.session.scalar(
            select(Answer)
            .where(Answer.vacancy_id == vacancy_id, Answer.about == about)
            .order_by(Answer.id.desc())
            .limit(1)
        )

    def answer(self, answer_id: str, *, vacancy_id: str) -> Answer:
        """An answer about a vacancy; raises `NotFound`."""
        answer = self._found(Answer, answer_id, "answer")
        if answer.vacancy_id != vacancy_id:
            raise NotFound("There is no such answer.")
        return answer

    def answers(self, vacancy_id: str, *, after: str | None, limit: int) -> Page[Answer]:
        """Every answer about a vacancy."""
        return self._page(select(Answer).where(Answer.vacancy_id == vacancy_id), Answer, after=after, limit=limit)

    # Tasters

    def taster(self, taster_id: str) -> Taster:
        """The taster with an id; raises `NotFound`."""
        return self._found(Taster, taster_id, "taster")

    def taster_locked(self, taster_id: str) -> Taster:
        """The same, kept from changes by others until the transaction ends."""
        return self._locked(Taster, taster_id, "taster")

    def tasters(self, participant_id: str, *, after: str | None, limit: int) -> Page[Taster]:
        """A participant's tasters and working interviews."""
        return self._page(
            select(Taster).where(Taster.participant_id == participant_id), Taster, after=after, limit=limit
        )
