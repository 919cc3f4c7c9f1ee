"""Vacancies, their versions and the facts behind them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true, tuple_

from matching.errors import NotFound
from matching.model.fact import Standing
from matching.model.people import Actor
from matching.model.vacancy import VacancySource, VacancyStatus, Visibility
from matching.store.nouns import Nouns, Page
from matching.store.tables import Employer, User, VacancyFact, VacancyRow, VacancyVersion

#: Why a role was paused by nobody: no one had said for too long that it is still there.
UNCONFIRMED = "unconfirmed"
#: Roles that only somebody's word keeps alive: nothing public says when they are gone.
KEPT_BY_WORD = (VacancySource.UNADVERTISED, VacancySource.CARVED)


@dataclass(frozen=True, slots=True, kw_only=True)
class VacancyFilter:
    """Which vacancies are asked for; what is not stated does not matter."""

    status: VacancyStatus | None = None
    employer_id: str | None = None
    source: VacancySource | None = None
    owner_id: str | None = None
    search: str = ""
    #: Words of the title or of the employer's name; each must be there.
    words: tuple[str, ...] = ()
    #: Any of these.
    statuses: tuple[VacancyStatus, ...] = ()
    #: Only those that nothing public tells of.
    kept_by_word: bool = False
    #: Roles that nobody has confirmed since, whether they were paused for it or are about to be.
    unconfirmed_since: datetime | None = None


class Vacancies(Nouns):
    """Vacancies; who asks sees those that were told to them, and no sign of the others."""

    def get(self, vacancy_id: str) -> VacancyRow:
        """The vacancy with an id, whoever may see it; raises `NotFound`."""
        return self._found(VacancyRow, vacancy_id, "vacancy")

    def locked(self, vacancy_id: str) -> VacancyRow:
        """The same, kept from changes by others until the transaction ends."""
        return self._locked(VacancyRow, vacancy_id, "vacancy")

    def some(self, vacancy_ids: Collection[str]) -> list[VacancyRow]:
        """The vacancies with some ids, by id; an id that is nobody's is left out."""
        return list(
            self.session.scalars(select(VacancyRow).where(VacancyRow.id.in_(vacancy_ids)).order_by(VacancyRow.id))
        )

    def with_ref(self, ref: str) -> VacancyRow | None:
        """The vacancy with a reference."""
        return self.session.scalar(select(VacancyRow).where(VacancyRow.ref == ref))

    def with_refs(self, refs: Collection[str]) -> list[VacancyRow]:
        """The vacancies with some references, in no order."""
        return list(self.session.scalars(select(VacancyRow).where(VacancyRow.ref.in_(refs))))

    def with_external_ref(self, external_ref: str) -> VacancyRow | None:
        """The vacancy that was taken in under a reference of another system."""
        return self.session.scalar(select(VacancyRow).where(VacancyRow.external_ref == external_ref))

    def locked_some(self, vacancy_ids: Collection[str]) -> list[VacancyRow]:
        """Some vacancies, kept from changes by others: who changes several locks all of them first."""
        return self._locked_all(select(VacancyRow).where(VacancyRow.id.in_(vacancy_ids)))

    def locked_of_employer(self, employer_id: str) -> list[VacancyRow]:
        """Every vacancy of an employer, kept from changes by others."""
        return self._locked_all(select(VacancyRow).where(VacancyRow.employer_id == employer_id))

    def locked_unconfirmed(self, *, since: datetime, limit: int) -> list[VacancyRow]:
        """Open roles that only somebody's word keeps alive and that nobody has confirmed since; the oldest first."""
        statement = (
            select(VacancyRow)
            .where(
                VacancyRow.status == VacancyStatus.OPEN,
                VacancyRow.source.in_(KEPT_BY_WORD),
                VacancyRow.confirmed_at <= since,
            )
            .order_by(VacancyRow.confirmed_at, VacancyRow.id)
            .limit(limit)
            # What somebody is changing at this moment is looked at next time.
            .with_for_update(skip_locked=True)
            .execution_options(populate_existing=True)
        )
        return list(self.session.scalars(statement))

    def page(self, *, seen_by: Actor, only: VacancyFilter, after: str | None, limit: int) -> Page[VacancyRow]:
        """Vacancies that somebody may see."""
        return self._page(_filtered(seen_by, only), VacancyRow, after=after, limit=limit)

    def count(self, *, seen_by: Actor, only: VacancyFilter) -> int:
        """How many vacancies somebody may see."""
        found = _filtered(seen_by, only).subquery()
        return self.session.scalar(select(func.count()).select_from(found)) or 0

    def stretch(self, *, seen_by: Actor, only: VacancyFilter, start: int, limit: int) -> list[VacancyRow]:
        """Some of the vacancies that somebody may see: the newest first, or those longest without a confirmation."""
        first = VacancyRow.id.desc() if only.unconfirmed_since is None else VacancyRow.confirmed_at
        statement = _filtered(seen_by, only).order_by(first, VacancyRow.id).offset(start).limit(limit)
        return list(self.session.scalars(statement))

    def ids(self, *, seen_by: Actor, only: VacancyFilter) -> list[str]:
        """The ids of all vacancies that somebody may see, the newest first."""
        found = _filtered(seen_by, only).with_only_columns(VacancyRow.id).order_by(VacancyRow.id.desc())
        return list(self.session.scalars(found))

    def documents(self, vacancies: Sequence[VacancyRow]) -> dict[str, dict[str, Any]]:
        """What is known of some vacancies as they stand, by their ids."""
        statement = (
            select(VacancyVersion.vacancy_id, VacancyVersion.document)
            .join(VacancyRow, VacancyRow.id == VacancyVersion.vacancy_id)
            .where(
                VacancyVersion.version == VacancyRow.version,
                VacancyRow.id.in_([vacancy.id for vacancy in vacancies]),
            )
        )
        return dict(self.session.execute(statement).all())

    def employer_names(self, vacancies: Sequence[VacancyRow]) -> dict[str, str]:
        """The names of the employers of some vacancies, by their ids."""
        wanted = {vacancy.employer_id for vacancy in vacancies}
        statement = select(Employer.id, Employer.name).where(Employer.id.in_(wanted))
        return dict(self.session.execute(statement).all())

    def facts(self, vacancy_id: str) -> list[VacancyFact]:
        """Every fact that was ever recorded, in order of arrival."""
        return list(
            self.session.scalars(
                select(VacancyFact).where(VacancyFact.vacancy_id == vacancy_id).order_by(VacancyFact.number)
            )
        )

    def present_facts(self, vacancy_id: str) -> list[VacancyFact]:
        """The facts that hold, and those that stand beside them, by field."""
        return list(
            self.session.scalars(
                select(VacancyFact)
                .where(
                    VacancyFact.vacancy_id == vacancy_id,
                    VacancyFact.standing.in_((Standing.HOLDS, Standing.BESIDE)),
                )
                .order_by(VacancyFact.field, VacancyFact.number)
            )
        )

    def fact_page(self, vacancy_id: str, *, field: str | None, after: int, limit: int) -> Page[VacancyFact]:
        """The history of facts in order of arrival, from after a number on."""
        statement = select(VacancyFact).where(VacancyFact.vacancy_id == vacancy_id, VacancyFact.number > after)
        if field is not None:
            statement = statement.where(VacancyFact.field == field)
        rows = list(self.session.scalars(statement.order_by(VacancyFact.number).limit(limit + 1)))
        more = len(rows) > limit
        return Page(items=rows[:limit], next_after=str(rows[limit - 1].number) if more else None)

    def version(self, vacancy_id: str, version: int) -> VacancyVersion:
        """A vacancy as it stood; raises `NotFound`."""
        row = self.session.scalar(
            select(VacancyVersion).where(VacancyVersion.vacancy_id == vacancy_id, VacancyVersion.version == version)
        )
        if row is None:
            raise NotFound("There is no such version.")
        return row

    def latest(self, vacancy: VacancyRow) -> VacancyVersion:
        """A vacancy as it stands."""
        return self.version(vacancy.id, vacancy.version)

    def latest_of(self, vacancies: Collection[VacancyRow]) -> dict[str, VacancyVersion]:
        """Some vacancies as they stand, by their ids."""
        wanted = [(vacancy.id, vacancy.version) for vacancy in vacancies]
        rows = self.session.scalars(
            select(VacancyVersion).where(tuple_(VacancyVersion.vacancy_id, VacancyVersion.version).in_(wanted))
        )
        return {row.vacancy_id: row for row in rows}

    def version_page(self, vacancy_id: str, *, after: int, limit: int) -> Page[VacancyVersion]:
        """How a vacancy came to be what it is, from after a version on."""
        rows = list(
            self.session.scalars(
                select(VacancyVersion)
                .where(VacancyVersion.vacancy_id == vacancy_id, VacancyVersion.version > after)
                .order_by(VacancyVersion.version)
                .limit(limit + 1)
            )
        )
        more = len(rows) > limit
        return Page(items=rows[:limit], next_after=str(rows[limit - 1].version) if more else None)

    def user(self, user_id: str) -> User | None:
        """The user with an id, if it is somebody here who may still sign in."""
        return self.session.scalar(select(User).where(User.id == user_id, User.disabled_at.is_(None)))

    def _locked_all(self, statement: Select[Any]) -> list[VacancyRow]:
        # Always in one order, so that two who lock several never wait for each other.
        in_order = statement.order_by(VacancyRow.id).with_for_update().execution_options(populate_existing=True)
        return list(self.session.scalars(in_order))


def _filtered(seen_by: Actor, only: VacancyFilter) -> Select[Any]:
    statement = select(VacancyRow).where(_visible(seen_by))
    if only.status is not None:
        statement = statement.where(VacancyRow.status == only.status)
    if only.employer_id is not None:
        statement = statement.where(VacancyRow.employer_id == only.employer_id)
    if only.source is not None:
        statement = statement.where(VacancyRow.source == only.source)
    if only.owner_id is not None:
        statement = statement.where(VacancyRow.owner_id == only.owner_id)
    if only.search:
        words = func.lower(VacancyRow.title).contains(only.search.lower(), autoescape=True)
        statement = statement.where(words)
    for word in only.words:
        # The name's key, as employers are compared, so that case matters in neither.
        employers = select(Employer.id).where(Employer.key.contains(word.casefold(), autoescape=True))
        in_title = func.lower(VacancyRow.title).contains(word.lower(), autoescape=True)
        statement = statement.where(or_(in_title, VacancyRow.employer_id.in_(employers)))
    if only.statuses:
        statement = statement.where(VacancyRow.status.in_(only.statuses))
    if only.kept_by_word:
        statement = statement.where(VacancyRow.source.in_(KEPT_BY_WORD))
    if only.unconfirmed_since is not None:
        statement = statement.where(
            VacancyRow.source.in_(KEPT_BY_WORD),
            VacancyRow.confirmed_at <= only.unconfirmed_since,
            or_(
                VacancyRow.status == VacancyStatus.OPEN,
                and_(VacancyRow.status == VacancyStatus.PAUSED, VacancyRow.paused_because == UNCONFIRMED),
            ),
        )
    return statement


def _visible(seen_by: Actor) -> ColumnElement[bool]:
    """The same rule as `can_see_vacancy`, as a condition."""
    told_team = (
        and_(VacancyRow.visibility == Visibility.TEAM, VacancyRow.team_id.in_(seen_by.team_ids))
        if seen_by.team_ids
        else ~true()
    )
    return or_(VacancyRow.visibility == Visibility.ORGANISATION, VacancyRow.owner_id == seen_by.user_id, told_team)
