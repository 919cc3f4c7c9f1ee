"""What participants decided about telling employers."""

from __future__ import annotations

from sqlalchemy import select

from matching.errors import NotFound
from matching.store.nouns import Nouns, Page
from matching.store.tables import Consent


class Consents(Nouns):
    """Choices by participant and employer; the later one holds, and none is deleted."""

    def get(self, participant_id: str, consent_id: str) -> Consent:
        """A choice of a participant; raises `NotFound`."""
        return self._of(participant_id, self._found(Consent, consent_id, "consent"))

    def locked(self, participant_id: str, consent_id: str) -> Consent:
        """The same, kept from changes by others until the transaction ends."""
        return self._of(participant_id, self._locked(Consent, consent_id, "consent"))

    def page(self, participant_id: str, *, after: str | None, limit: int) -> Page[Consent]:
        """A participant's choices in the order in which they were recorded."""
        statement = select(Consent).where(Consent.participant_id == participant_id)
        return self._page(statement, Consent, after=after, limit=limit)

    def of(self, participant_id: str) -> list[Consent]:
        """Every choice of a participant, in the order in which they were recorded."""
        statement = select(Consent).where(Consent.participant_id == participant_id)
        return list(self.session.scalars(statement.order_by(Consent.recorded_at, Consent.id)))

    def of_employer(self, participant_id: str, employer_id: str) -> list[Consent]:
        """A participant's choices about one employer."""
        return list(
            self.session.scalars(
                select(Consent)
                .where(Consent.participant_id == participant_id, Consent.employer_id == employer_id)
                .order_by(Consent.recorded_at, Consent.id)
            )
        )

    @staticmethod
    def _of(participant_id: str, consent: Consent) -> Consent:
        if consent.participant_id != participant_id:
            raise NotFound("There is no such consent.")
        return consent
