"""Rows that are past their time: counted and forgotten by the same conditions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, tuple_, update

from matching.model.people import ParticipantStatus
from matching.store.nouns import Nouns
from matching.store.tables import (
    Allocation,
    EntryChange,
    EntryRow,
    IdempotencyKey,
    Import,
    Job,
    Participant,
    ProfileDraft,
    ProfileVersion,
    SafetyVersion,
    ShortlistRow,
    SignInSession,
    WebhookDelivery,
)

_EMPTY_LIST = b"[]"  # as `Shortlists.erase_of` leaves it


class Ageing(Nouns):
    """What is older than a moment, kind by kind; participants are erased elsewhere."""

    def count_profile_versions(self, before: datetime) -> int:
        """Versions that are neither the latest nor those that a list was drawn from."""
        return self._count(ProfileVersion, _old_versions(before))

    def forget_profile_versions(self, before: datetime) -> int:
        """Delete them, with what they say about safety."""
        old = select(ProfileVersion.participant_id, ProfileVersion.version).where(_old_versions(before))
        self._changed(delete(SafetyVersion).where(tuple_(SafetyVersion.participant_id, SafetyVersion.version).in_(old)))
        return self._changed(delete(ProfileVersion).where(_old_versions(before)))

    def count_drafts(self, before: datetime) -> int:
        """Drafts of second savers that nobody took up."""
        return self._count(ProfileDraft, ProfileDraft.written_at < before)

    def forget_drafts(self, before: datetime) -> int:
        """Delete them."""
        return self._changed(delete(ProfileDraft).where(ProfileDraft.written_at < before))

    def count_shortlists(self, before: datetime) -> int:
        """Lists of people who are still supported, as far as they say anything."""
        return self._count(ShortlistRow, _old_lists(before))

    def forget_shortlists(self, before: datetime) -> int:
        """Empty them; that there was a list stays, since decisions and starts point at it."""
        old = select(ShortlistRow.id).where(_old_lists(before))
        self._changed(update(EntryChange).where(EntryChange.shortlist_id.in_(old)).values(words=""))
        self._changed(update(EntryRow).where(EntryRow.shortlist_id.in_(old)).values(finding=None))
        return self._changed(update(ShortlistRow).where(_old_lists(before)).values(entries=_EMPTY_LIST))

    def count_allocations(self, before: datetime) -> int:
        """Proposals of who is put forward for what."""
        return self._count(Allocation, Allocation.made_at < before)

    def forget_allocations(self, before: datetime) -> int:
        """Delete them."""
        return self._changed(delete(Allocation).where(Allocation.made_at < before))

    def count_files(self, before: datetime) -> int:
        """Files that were imported and are still there."""
        return self._count(Import, _old_files(before))

    def forget_files(self, before: datetime) -> int:
        """Delete their contents; that there was a file, and what it is called by digest, stays."""
        return self._changed(update(Import).where(_old_files(before)).values(content=None, error_file=None))

    def count_sessions(self, before: datetime) -> int:
        """Sessions that have ended."""
        return self._count(SignInSession, SignInSession.expires_at < before)

    def forget_sessions(self, before: datetime) -> int:
        """Delete them."""
        return self._changed(delete(SignInSession).where(SignInSession.expires_at < before))

    def count_answers(self, before: datetime) -> int:
        """Answers that are kept for retried requests."""
        return self._count(IdempotencyKey, IdempotencyKey.created_at < before)

    def forget_answers(self, before: datetime) -> int:
        """Delete them."""
        return self._changed(delete(IdempotencyKey).where(IdempotencyKey.created_at < before))

    def count_jobs(self, before: datetime) -> int:
        """Jobs that are done; failed ones stay until somebody has looked."""
        return self._count(Job, _done_jobs(before))

    def forget_jobs(self, before: datetime) -> int:
        """Delete them."""
        return self._changed(delete(Job).where(_done_jobs(before)))

    def count_deliveries(self, before: datetime) -> int:
        """Messages to other systems that arrived or were given up."""
        return self._count(WebhookDelivery, _ended_deliveries(before))

    def forget_deliveries(self, before: datetime) -> int:
        """Delete them."""
        return self._changed(delete(WebhookDelivery).where(_ended_deliveries(before)))

    def _count(self, table: Any, condition: ColumnElement[bool]) -> int:
        return int(self.session.scalar(select(func.count()).select_from(table).where(condition)) or 0)

    def _changed(self, statement: Any) -> int:
        result: Any = self.session.execute(statement.execution_options(synchronize_session=False))
        return int(result.rowcount)


def _old_versions(before: datetime) -> ColumnElement[bool]:
    latest = select(Participant.id).where(
        Participant.id == ProfileVersion.participant_id,
        or_(Participant.profile_version == ProfileVersion.version, Participant.status == ParticipantStatus.ERASED),
    )
    drawn_from = select(ShortlistRow.id).where(
        ShortlistRow.participant_id == ProfileVersion.participant_id,
        ShortlistRow.profile_version == ProfileVersion.version,
    )
    return and_(
        ProfileVersion.written_at < before,
        ~latest.correlate(ProfileVersion).exists(),
        ~drawn_from.correlate(ProfileVersion).exists(),
    )


def _old_lists(before: datetime) -> ColumnElement[bool]:
    supported = select(Participant.id).where(
        Participant.status.in_((ParticipantStatus.ACTIVE, ParticipantStatus.PAUSED))
    )
    return and_(
        ShortlistRow.drawn_at < before,
        ShortlistRow.entries != _EMPTY_LIST,
        ShortlistRow.participant_id.in_(supported),
    )


def _old_files(before: datetime) -> ColumnElement[bool]:
    return and_(Import.at < before, or_(Import.content.is_not(None), Import.error_file.is_not(None)))


def _done_jobs(before: datetime) -> ColumnElement[bool]:
    return and_(Job.state == "done", Job.finished_at < before)


def _ended_deliveries(before: datetime) -> ColumnElement[bool]:
    return and_(WebhookDelivery.made_at < before, WebhookDelivery.state != "waiting")
