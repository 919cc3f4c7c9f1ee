"""Jobs started, check-ins, earnings and outcomes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, select

from matching.errors import NotFound
from matching.store.nouns import Nouns, Page
from matching.store.tables import CheckIn, EarningsRow, OutcomeRow, PlacementRow


class Placements(Nouns):
    """Jobs started, check-ins, earnings and outcomes."""

    def get(self, placement_id: str) -> PlacementRow:
        """The placement with an id; raises `NotFound`."""
        return self._found(PlacementRow, placement_id, "placement")

    def locked(self, placement_id: str) -> PlacementRow:
        """The same, with everything about its participant's work kept from changes until the transaction ends.

        Outcomes look at all jobs of a person, so the lock is on the person: two changes of two jobs come one by one.
        """
        participant_id = self.get(placement_id).participant_id
        self.store.participants.locked(participant_id)
        return self._locked(PlacementRow, placement_id, "placement")

    def of_participant(self, participant_id: str) -> list[PlacementRow]:
        """Every job of a participant, the first one first."""
        statement = select(PlacementRow).where(PlacementRow.participant_id == participant_id)
        return list(self.session.scalars(statement.order_by(PlacementRow.started_on, PlacementRow.id)))

    def page(self, *, participant_id: str, after: str | None, limit: int) -> Page[PlacementRow]:
        """A participant's jobs as they were recorded."""
        statement = select(PlacementRow).where(PlacementRow.participant_id == participant_id)
        return self._page(statement, PlacementRow, after=after, limit=limit)

    def running(self, participant_id: str) -> list[PlacementRow]:
        """The jobs that a participant is in, the one that started first before the others."""
        statement = select(PlacementRow).where(
            PlacementRow.participant_id == participant_id, PlacementRow.ended_on.is_(None)
        )
        return list(self.session.scalars(statement.order_by(PlacementRow.started_on, PlacementRow.id)))

    def running_of(self, participant_ids: Sequence[str]) -> list[PlacementRow]:
        """The jobs that some participants are in, the one that started first before the others."""
        statement = select(PlacementRow).where(
            PlacementRow.participant_id.in_(participant_ids), PlacementRow.ended_on.is_(None)
        )
        return list(self.session.scalars(statement.order_by(PlacementRow.started_on, PlacementRow.id)))

    def of_vacancy(self, vacancy_id: str) -> int:
        """How many were started from a vacancy."""
        statement = select(func.count()).select_from(PlacementRow).where(PlacementRow.vacancy_id == vacancy_id)
        return int(self.session.scalar(statement) or 0)

    def running_from(self, vacancy_id: str, *, participant_id: str) -> PlacementRow | None:
        """The job that a participant started from a vacancy and that has not ended."""
        return self.session.scalar(
            select(PlacementRow)
            .where(
                PlacementRow.vacancy_id == vacancy_id,
                PlacementRow.participant_id == participant_id,
                PlacementRow.ended_on.is_(None),
            )
            .limit(1)
        )

    # Check-ins

    def check_ins(self, placement_ids: Sequence[str]) -> list[CheckIn]:
        """The check-ins of some placements, by day."""
        statement = select(CheckIn).where(CheckIn.placement_id.in_(placement_ids))
        return list(self.session.scalars(statement.order_by(CheckIn.on, CheckIn.id)))

    def check_in(self, check_in_id: str, *, placement_id: str) -> CheckIn:
        """A check-in of a placement; raises `NotFound`."""
        row = self._locked(CheckIn, check_in_id, "check-in")
        if row.placement_id != placement_id:
            raise NotFound("There is no such check-in.")
        return row

    # Earnings

    def earnings(self, placement_ids: Sequence[str]) -> list[EarningsRow]:
        """The earnings of some placements, by period."""
        statement = select(EarningsRow).where(EarningsRow.placement_id.in_(placement_ids))
        return list(self.session.scalars(statement.order_by(EarningsRow.from_on, EarningsRow.id)))

    def earning(self, earnings_id: str, *, placement_id: str) -> EarningsRow:
        """One period of a placement; raises `NotFound`."""
        row = self._locked(EarningsRow, earnings_id, "record of earnings")
        if row.placement_id != placement_id:
            raise NotFound("There is no such record of earnings.")
        return row

    def remove_earnings(self, row: EarningsRow) -> None:
        """Take back a record that should not have been made."""
        self.session.delete(row)
        self.session.flush()

    def first_day_on_record(self, placement_id: str) -> date | None:
        """The first day that a check-in or earnings tell of."""
        days = [
            self.session.scalar(select(func.min(CheckIn.on)).where(CheckIn.placement_id == placement_id)),
            self.session.scalar(select(func.min(EarningsRow.from_on)).where(EarningsRow.placement_id == placement_id)),
        ]
        return min((day for day in days if day is not None), default=None)

    # Outcomes

    def outcomes(self, participant_id: str) -> list[OutcomeRow]:
        """The outcomes that a participant's jobs have reached."""
        statement = select(OutcomeRow).where(OutcomeRow.participant_id == participant_id)
        return list(self.session.scalars(statement.order_by(OutcomeRow.reached_on, OutcomeRow.id)))

    def remove_outcome(self, row: OutcomeRow) -> None:
        """Take an outcome back."""
        self.session.delete(row)
        self.session.flush()
