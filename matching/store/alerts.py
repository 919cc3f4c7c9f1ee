"""Standings, alerts and proposals of allocation."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, or_, select, update

from matching.model.people import ParticipantStatus
from matching.store.ids import id_after
from matching.store.nouns import Nouns, Page
from matching.store.shortlists import in_blocks
from matching.store.tables import (
    Alert,
    Allocation,
    Participant,
    ProfileVersion,
    SafetyVersion,
    StandingRow,
    User,
    VacancyVersion,
)


class Alerts(Nouns):
    """What is worked out for participants when vacancies change."""

    # Who is matched at all

    def matched(
        self, *, specialist_id: str | None = None, team_ids: Sequence[str] = (), everyone: bool = False
    ) -> list[Participant]:
        """Participants of a specialist, of teams, or all, whom lists are drawn for: supported, with a profile, and
        not objecting."""
        statement = select(Participant).where(
            Participant.status == ParticipantStatus.ACTIVE,
            Participant.objects_to_matching.is_(False),
            Participant.profile_version > 0,
        )
        if not everyone:
            mine = Participant.specialist_id == specialist_id
            statement = statement.where(or_(mine, Participant.team_id.in_(team_ids)))
        return list(self.session.scalars(statement.order_by(Participant.id)))

    def documents(
        self, participants: Collection[Participant]
    ) -> dict[str, tuple[ProfileVersion, SafetyVersion | None]]:
        """The present profile of each participant and what it says about safety, in few queries for many."""
        version_of = {participant.id: participant.profile_version for participant in participants}
        found: dict[str, tuple[ProfileVersion, SafetyVersion | None]] = {}
        for some in in_blocks(version_of):
            rows = self.session.execute(
                select(ProfileVersion, SafetyVersion)
                .join(
                    Participant,
                    (Participant.id == ProfileVersion.participant_id)
                    & (Participant.profile_version == ProfileVersion.version),
                )
                .outerjoin(
                    SafetyVersion,
                    (SafetyVersion.participant_id == ProfileVersion.participant_id)
                    & (SafetyVersion.version == ProfileVersion.version),
                )
                .where(ProfileVersion.participant_id.in_(some))
            )
            for profile, safety in rows:
                if profile.version == version_of[profile.participant_id]:
                    found[profile.participant_id] = (profile, safety)
        return found

    def specialists(self, user_ids: Collection[str]) -> dict[str, User]:
        """The users who may sign in, among these."""
        statement = select(User).where(User.id.in_(user_ids), User.disabled_at.is_(None))
        return {user.id: user for user in self.session.scalars(statement)}

    # Standings

    def standings(self, participant_ids: Collection[str]) -> dict[str, StandingRow]:
        """What the first entries of these participants were when last looked at."""
        found: dict[str, StandingRow] = {}
        for some in in_blocks(participant_ids):
            rows = self.session.scalars(select(StandingRow).where(StandingRow.participant_id.in_(some)))
            found.update((row.participant_id, row) for row in rows)
        return found

    def behind(self, *, mark: int, day: date, limit: int) -> list[str]:
        """Participants whose standing was taken before a mark or a day, the one furthest behind first."""
        statement = (
            select(StandingRow.participant_id)
            .join(Participant, Participant.id == StandingRow.participant_id)
            .join(User, (User.id == Participant.specialist_id) & User.disabled_at.is_(None))
            .where(
                or_(StandingRow.pool_mark < mark, StandingRow.as_of < day),
                Participant.status == ParticipantStatus.ACTIVE,
                Participant.objects_to_matching.is_(False),
                Participant.profile_version > 0,
            )
            .order_by(StandingRow.pool_mark, StandingRow.participant_id)
            .limit(limit)
        )
        return list(self.session.scalars(statement))

    def put_standing(self, row: StandingRow) -> None:
        """Keep a standing in the place of the one before; hold the participant meanwhile."""
        self.session.execute(delete(StandingRow).where(StandingRow.participant_id == row.participant_id))
        self.session.add(row)
        self.session.flush()

    def advance(self, untouched: Sequence[StandingRow], *, pool_mark: int) -> None:
        """Note that changes up to a mark were looked at and moved nothing; what was written meanwhile stays."""
        if not untouched:
            return
        table: Any = StandingRow.__table__
        statement = (
            update(table)
            .where(
                table.c.organisation_id == self.store.organisation_id,
                table.c.participant_id == bindparam("of"),
                table.c.pool_mark == bindparam("from_mark"),
                table.c.profile_version == bindparam("of_version"),
            )
            .values(pool_mark=pool_mark)
        )
        # In the order of their keys, so that two workers wait for each other in turn.
        rows = sorted(untouched, key=lambda row: row.participant_id)
        self.session.connection().execute(
            statement,
            [{"of": row.participant_id, "from_mark": row.pool_mark, "of_version": row.profile_version} for row in rows],
        )

    def reasons(self, versions: Mapping[str, int]) -> dict[str, str]:
        """Why each vacancy came to be as it is in some version."""
        found: dict[str, str] = {}
        for some in in_blocks(versions):
            rows = self.session.execute(
                select(VacancyVersion.vacancy_id, VacancyVersion.version, VacancyVersion.because).where(
                    VacancyVersion.vacancy_id.in_(some)
                )
            )
            for vacancy_id, version, because in rows:
                if version == versions[vacancy_id]:
                    found[vacancy_id] = because
        return found

    # Alerts

    def get(self, alert_id: str) -> Alert:
        """The alert with an id; raises `NotFound`."""
        return self._found(Alert, alert_id, "alert")

    def told(self, participant_id: str) -> set[str]:
        """The vacancies of which somebody was told for a participant."""
        return set(self.session.scalars(select(Alert.vacancy_id).where(Alert.participant_id == participant_id)))

    def next_id(self, participant_id: str, at: datetime) -> str:
        """An id behind those of the earlier alerts for a participant."""
        last = select(func.max(Alert.id)).where(Alert.participant_id == participant_id)
        return id_after(self.session.scalar(last), at)

    def page_for(self, specialist_id: str, *, only_new: bool, after: str | None, limit: int) -> Page[Alert]:
        """Alerts for the participants who are a specialist's now, the oldest first."""
        mine = select(Participant.id).where(
            Participant.specialist_id == specialist_id, Participant.status != ParticipantStatus.ERASED
        )
        statement = select(Alert).where(Alert.participant_id.in_(mine))
        if only_new:
            statement = statement.where(Alert.seen_at.is_(None))
        return self._page(statement, Alert, after=after, limit=limit)

    def unseen_of(self, participant_id: str) -> list[Alert]:
        """What nobody has seen yet of what entered a participant's first entries, the oldest first."""
        statement = select(Alert).where(Alert.participant_id == participant_id, Alert.seen_at.is_(None))
        return list(self.session.scalars(statement.order_by(Alert.id)))

    # Proposals of allocation

    def allocation(self, allocation_id: str) -> Allocation:
        """The proposal with an id; raises `NotFound`."""
        return self._found(Allocation, allocation_id, "proposal")

    def locked_allocation(self, allocation_id: str) -> Allocation:
        """The same, kept from changes by others until the transaction ends."""
        return self._locked(Allocation, allocation_id, "proposal")

    def allocations(self, *, made_by: str, team_ids: Sequence[str], after: str | None, limit: int) -> Page[Allocation]:
        """Proposals that somebody made or that are of their teams, the oldest first."""
        statement = select(Allocation).where(or_(Allocation.made_by == made_by, Allocation.team_id.in_(team_ids)))
        return self._page(statement, Allocation, after=after, limit=limit)

    # The end of what is kept

    def delete_of(self, participant_id: str) -> None:
        """Delete what was worked out for a participant, and take them out of every proposal."""
        self.session.execute(delete(StandingRow).where(StandingRow.participant_id == participant_id))
        self.session.execute(delete(Alert).where(Alert.participant_id == participant_id))
        for row in self.session.scalars(select(Allocation).with_for_update()):
            proposal = {
                name: [each for each in value if each["participant_id"] != participant_id]
                if isinstance(value, list)
                else value
                for name, value in row.proposal.items()
            }
            edits = [each for each in row.edits if each["participant_id"] != participant_id]
            if (proposal, edits) != (row.proposal, row.edits):
                row.proposal, row.edits = proposal, edits
        self.session.flush()
