"""Decisions on roles, with their history."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import func, select, update

from matching.model.shortlist import Choice
from matching.store.ids import id_after
from matching.store.nouns import Nouns, Page
from matching.store.shortlists import in_blocks
from matching.store.tables import Contact, DecisionRow, PlacementRow, Taster


class Decisions(Nouns):
    """Decisions of the organisation; of one role for one participant the latest holds."""

    def next_id(self, participant_id: str, at: datetime) -> str:
        """An id behind all decisions for a participant; hold the participant meanwhile."""
        last = select(func.max(DecisionRow.id)).where(DecisionRow.participant_id == participant_id)
        return id_after(self.session.scalar(last), at)

    def get(self, decision_id: str) -> DecisionRow:
        """The decision with an id; raises `NotFound`."""
        return self._found(DecisionRow, decision_id, "decision")

    def of(self, participant_id: str, *, vacancy_ids: Collection[str] | None = None) -> list[DecisionRow]:
        """All decisions for a participant, on these roles if they are named, the first one first."""
        statement = select(DecisionRow).where(DecisionRow.participant_id == participant_id)
        if vacancy_ids is not None:
            statement = statement.where(DecisionRow.vacancy_id.in_(vacancy_ids))
        return list(self.session.scalars(statement.order_by(DecisionRow.id)))

    def page(self, *, participant_id: str, vacancy_id: str | None, after: str | None, limit: int) -> Page[DecisionRow]:
        """Decisions for a participant, on one role if it is named, the first one first."""
        statement = select(DecisionRow).where(DecisionRow.participant_id == participant_id)
        if vacancy_id is not None:
            statement = statement.where(DecisionRow.vacancy_id == vacancy_id)
        return self._page(statement, DecisionRow, after=after, limit=limit)

    def latest(self, participant_id: str, vacancy_id: str) -> DecisionRow | None:
        """What holds for one role and one participant; one that was taken back has no choice."""
        return self.session.scalar(
            select(DecisionRow)
            .where(DecisionRow.participant_id == participant_id, DecisionRow.vacancy_id == vacancy_id)
            .order_by(DecisionRow.id.desc())
            .limit(1)
        )

    def holding(self, participant_ids: Collection[str]) -> dict[tuple[str, str], Choice]:
        """What holds now, by participant and role."""
        found: dict[tuple[str, str], Choice] = {}
        for some in in_blocks(participant_ids):
            rows = self.session.execute(
                select(DecisionRow.participant_id, DecisionRow.vacancy_id, DecisionRow.choice)
                .where(DecisionRow.participant_id.in_(some))
                .order_by(DecisionRow.id)
            )
            for participant_id, vacancy_id, choice in rows:
                found.pop((participant_id, vacancy_id), None)
                if choice is not None:
                    found[participant_id, vacancy_id] = choice
        return found

    def put_forward_counts(self, vacancy_ids: Collection[str]) -> dict[str, int]:
        """For each role, how many people are put forward for it now, whoever's they are."""
        counts: dict[str, int] = {}
        for some in in_blocks(vacancy_ids):
            rows = self.session.execute(
                select(DecisionRow.participant_id, DecisionRow.vacancy_id, DecisionRow.choice)
                .where(DecisionRow.vacancy_id.in_(some))
                .order_by(DecisionRow.id)
            )
            latest = {(participant_id, vacancy_id): choice for participant_id, vacancy_id, choice in rows}
            for (_, vacancy_id), choice in latest.items():
                if choice is Choice.PUT_FORWARD:
                    counts[vacancy_id] = counts.get(vacancy_id, 0) + 1
        return counts

    def other_opportunities(self, participant_id: str) -> list[date]:
        """The days of a participant's tasters and starts, which were opportunities too."""
        tasters = select(Taster.on).where(Taster.participant_id == participant_id)
        starts = select(PlacementRow.started_on).where(PlacementRow.participant_id == participant_id)
        return [*self.session.scalars(tasters), *self.session.scalars(starts)]

    def last_contacts(self, employer_ids: Collection[str]) -> dict[str, date]:
        """When each employer was last contacted, by anybody of the organisation."""
        if not employer_ids:
            return {}
        made = select(Contact.employer_id, func.max(Contact.on)).where(
            Contact.employer_id.in_(employer_ids), Contact.planned.is_(False)
        )
        return dict(self.session.execute(made.group_by(Contact.employer_id)).all())

    def erase_of(self, participant_id: str) -> None:
        """Empty what was written with the decisions for a participant; choices and codes stay, to be counted."""
        self.session.execute(
            update(DecisionRow)
            .where(DecisionRow.participant_id == participant_id)
            .values(words="")
            .execution_options(synchronize_session=False)
        )
