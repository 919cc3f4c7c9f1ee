"""All vacancies of one organisation at one moment, ready to answer, and who may see which of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from matching.documents import Documents
from matching.errors import NotFound
from matching.fit.part import Mask
from matching.growing import Growing
from matching.keys import Names, Numbering, key_of
from matching.model.vacancy import Vacancy, Visibility
from matching.pool import VacancyPool
from matching.retrieval import DocumentRows
from matching.shelf import Shelf
from matching.shortlisting import Shortlister


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Who may see a vacancy: its owner alone, its owner and a team, or everyone in the organisation."""

    visibility: Visibility
    owner_id: str | None = None
    team_id: str | None = None

    def includes(self, *, user_id: str, team_ids: frozenset[str]) -> bool:
        """Whether somebody with these teams may see it; as `permissions.can_see_vacancy` has it."""
        owns = self.owner_id is not None and self.owner_id == user_id
        match self.visibility:
            case Visibility.ORGANISATION:
                return True
            case Visibility.TEAM:
                return owns or (self.team_id is not None and self.team_id in team_ids)
            case Visibility.OWN_CASELOAD:
                return owns


EVERYONE: Final = Audience(visibility=Visibility.ORGANISATION)


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolChange:
    """A vacancy as it is from now on, and who may see it; without a vacancy it is no longer there (erased)."""

    vacancy_id: str
    vacancy: Vacancy | None
    audience: Audience = EVERYONE
    version: int = 0  # which version of the vacancy this is, where versions are kept


@dataclass(frozen=True, slots=True, kw_only=True)
class RowOfId:
    """The row of each vacancy by its id: those of a file, and what has changed since."""

    sealed: Numbering
    changed: Mapping[str, int | None] = field(default_factory=dict)
    count: int = 0

    def get(self, vacancy_id: str) -> int | None:
        """The row of a vacancy, `None` if it is not there."""
        if vacancy_id in self.changed:
            return self.changed[vacancy_id]
        return self.sealed.get(key_of(vacancy_id)) if len(self.sealed) else None

    def after(self, changes: Mapping[str, int | None]) -> RowOfId:
        """The rows once these vacancies have these rows, or none."""
        was = sum(self.get(vacancy_id) is not None for vacancy_id in changes)
        is_now = sum(row is not None for row in changes.values())
        return RowOfId(sealed=self.sealed, changed={**self.changed, **changes}, count=self.count + is_now - was)


@dataclass(frozen=True, kw_only=True, eq=False)
class Snapshot:
    """All vacancies up to a mark; nothing of it ever changes."""

    mark: int
    shortlister: Shortlister
    vacancy_ids: Names  # by row
    versions: Growing = field(repr=False)  # of each row, which version of the vacancy it is
    row_of_id: RowOfId = field(repr=False)
    audiences: tuple[Audience, ...] = field(repr=False)
    audience_of_row: Growing = field(repr=False)
    documents: Documents = field(repr=False)
    document_of_row: Growing = field(repr=False)
    shelf: Shelf | None = field(default=None, repr=False)  # where vacancies as values come from; else all are at hand

    @staticmethod
    def of(
        *,
        mark: int,
        pool: VacancyPool,
        vacancy_ids: Names,
        versions: Growing,
        row_of_id: RowOfId,
        audiences: tuple[Audience, ...],
        audience_of_row: Growing,
        documents: Documents,
        document_of_row: Growing,
        shelf: Shelf | None,
    ) -> Snapshot:
        """Put together what answers over a pool."""
        meaning = DocumentRows(index=documents.index, document_of_row=document_of_row.values)
        return Snapshot(
            mark=mark,
            shortlister=documents.means.shortlister(pool, meaning),
            vacancy_ids=vacancy_ids,
            versions=versions,
            row_of_id=row_of_id,
            audiences=audiences,
            audience_of_row=audience_of_row,
            documents=documents,
            document_of_row=document_of_row,
            shelf=shelf,
        )

    @property
    def pool(self) -> VacancyPool:
        """The vacancies in columns."""
        return self.shortlister.pool

    @property
    def count(self) -> int:
        """How many vacancies there are, open or not."""
        return self.row_of_id.count

    def visible_to(self, *, user_id: str, team_ids: Iterable[str] = ()) -> Mask:
        """Which rows somebody may see: what a shortlister takes as `visible`."""
        teams = frozenset(team_ids)
        may_see = np.array([each.includes(user_id=user_id, team_ids=teams) for each in self.audiences], np.bool_)
        visible: Mask = may_see[self.audience_of_row.values]
        return visible

    def row_of(self, vacancy_id: str) -> int | None:
        """The row of a vacancy, `None` if it is not there."""
        return self.row_of_id.get(vacancy_id)

    def ref_of(self, vacancy_id: str) -> str | None:
        """The reference of a vacancy, `None` if it is not there."""
        row = self.row_of(vacancy_id)
        return None if row is None else self.pool.refs[row]

    def id_of(self, ref: str) -> str:
        """The id of the vacancy with a reference; raises `NotFound` if there is none."""
        row = self.pool.row_of(ref)
        if row is None:
            raise NotFound(f"no vacancy here has the reference '{ref}'")
        return self.vacancy_ids[row]
