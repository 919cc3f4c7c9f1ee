"""Versioned vocational profiles; what concerns safety is kept in a table of its own."""

from __future__ import annotations

from sqlalchemy import select

from matching.errors import NotFound
from matching.store.nouns import Nouns, Page
from matching.store.tables import ProfileDraft, ProfileVersion, SafetyVersion


class Profiles(Nouns):
    """Profiles of participants: each change is a version of its own."""

    def version(self, participant_id: str, version: int) -> ProfileVersion:
        """One version; raises `NotFound`."""
        row = self.found_version(participant_id, version)
        if row is None:
            raise NotFound("There is no such version of this profile.")
        return row

    def found_version(self, participant_id: str, version: int) -> ProfileVersion | None:
        """One version, if it was written and is still kept."""
        return self.session.scalar(
            select(ProfileVersion).where(
                ProfileVersion.participant_id == participant_id, ProfileVersion.version == version
            )
        )

    def safety(self, participant_id: str, version: int) -> SafetyVersion | None:
        """What one version says about safety."""
        return self.session.scalar(
            select(SafetyVersion).where(
                SafetyVersion.participant_id == participant_id, SafetyVersion.version == version
            )
        )

    def versions(self, participant_id: str, *, before: int | None, limit: int) -> Page[ProfileVersion]:
        """Versions, the latest first."""
        statement = select(ProfileVersion).where(ProfileVersion.participant_id == participant_id)
        if before is not None:
            statement = statement.where(ProfileVersion.version < before)
        rows = list(self.session.scalars(statement.order_by(ProfileVersion.version.desc()).limit(limit + 1)))
        more = len(rows) > limit
        return Page(items=rows[:limit], next_after=str(rows[limit - 1].version) if more else None)

    def all_versions(self, participant_id: str) -> list[ProfileVersion]:
        """Every version that is kept, in order."""
        return list(
            self.session.scalars(
                select(ProfileVersion)
                .where(ProfileVersion.participant_id == participant_id)
                .order_by(ProfileVersion.version)
            )
        )

    def draft(self, participant_id: str, draft_id: str) -> ProfileDraft:
        """What a second saver had written; raises `NotFound`."""
        draft = self._found(ProfileDraft, draft_id, "draft")
        if draft.participant_id != participant_id:
            raise NotFound("There is no such draft.")
        return draft

    def drafts(self, participant_id: str) -> list[ProfileDraft]:
        """What second savers had written and nobody has taken up yet."""
        return list(
            self.session.scalars(
                select(ProfileDraft).where(ProfileDraft.participant_id == participant_id).order_by(ProfileDraft.id)
            )
        )

    def remove_draft(self, draft: ProfileDraft) -> None:
        """Forget a draft."""
        self.session.delete(draft)
        self.session.flush()
