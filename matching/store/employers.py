"""Employers and their workplaces."""

from __future__ import annotations

from sqlalchemy import select

from matching.errors import NotFound
from matching.model.vacancy import normalised_employer
from matching.store.nouns import Nouns, Page
from matching.store.tables import Employer, Workplace


class Employers(Nouns):
    """Employers of the organisation; two spellings that compare alike are one employer."""

    def get(self, employer_id: str) -> Employer:
        """The employer with an id; raises `NotFound`."""
        return self._found(Employer, employer_id, "employer")

    def locked(self, employer_id: str) -> Employer:
        """The same, kept from changes by others until the transaction ends."""
        return self._locked(Employer, employer_id, "employer")

    def named(self, name: str) -> Employer | None:
        """The employer with a name, however it is spelt."""
        return self.session.scalar(select(Employer).where(Employer.key == normalised_employer(name)))

    def page(self, *, search: str, after: str | None, limit: int) -> Page[Employer]:
        """Employers whose name holds some words."""
        statement = select(Employer)
        if search:
            statement = statement.where(Employer.key.contains(normalised_employer(search), autoescape=True))
        return self._page(statement, Employer, after=after, limit=limit)

    def names(self, *, limit: int) -> list[str]:
        """The names of employers, in order of the alphabet."""
        return list(self.session.scalars(select(Employer.name).order_by(Employer.key).limit(limit)))

    def by_name(self, *, search: str, after: str | None, limit: int) -> Page[Employer]:
        """The same in the order of their names, from after the employer with an id on."""
        statement = select(Employer)
        if search:
            statement = statement.where(Employer.key.contains(normalised_employer(search), autoescape=True))
        last = None if after is None else self.session.scalar(select(Employer).where(Employer.id == after))
        if last is not None:
            statement = statement.where(Employer.key > last.key)
        rows = list(self.session.scalars(statement.order_by(Employer.key).limit(limit + 1)))
        return Page(items=rows[:limit], next_after=rows[limit - 1].id if len(rows) > limit else None)

    def workplace(self, workplace_id: str, *, employer_id: str) -> Workplace:
        """A workplace of an employer; raises `NotFound`."""
        workplace = self._found(Workplace, workplace_id, "workplace")
        if workplace.employer_id != employer_id:
            raise NotFound("There is no such workplace.")
        return workplace

    def workplaces(self, employer_id: str) -> list[Workplace]:
        """Where an employer's people work."""
        return list(
            self.session.scalars(
                select(Workplace).where(Workplace.employer_id == employer_id).order_by(Workplace.name, Workplace.id)
            )
        )
