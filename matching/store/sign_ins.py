"""Sessions, and remembered answers to retried requests."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select, update

from matching.store.nouns import Nouns
from matching.store.tables import IdempotencyKey, SignInSession


class SignIns(Nouns):
    """Sessions and remembered answers."""

    def add_session(self, session: SignInSession) -> None:
        """Open a session."""
        self.session.add(session)
        self.session.flush()

    def find_session(self, digest: str) -> SignInSession | None:
        """The session with the digest of its cookie, as it is now."""
        statement = select(SignInSession).where(SignInSession.id == digest)
        return self.session.scalar(statement.execution_options(populate_existing=True))

    def seen(self, digest: str, *, at: datetime) -> None:
        """Note that a session is in use."""
        self.session.execute(update(SignInSession).where(SignInSession.id == digest).values(last_seen_at=at))

    def revoke(self, digest: str, *, at: datetime) -> None:
        """End a session."""
        self.session.execute(update(SignInSession).where(SignInSession.id == digest).values(revoked_at=at))

    def revoke_all(self, user_id: str, *, at: datetime) -> int:
        """End every session of a user that is still open, and say how many."""
        ended = self.session.execute(
            update(SignInSession)
            .where(SignInSession.user_id == user_id, SignInSession.revoked_at.is_(None), SignInSession.expires_at > at)
            .values(revoked_at=at)
        )
        return int(ended.rowcount)  # type: ignore[attr-defined]

    def clear_before(self, moment: datetime) -> int:
        """Forget sessions that ended, and answers that were given, before a moment; returns how many."""
        sessions = self.session.execute(delete(SignInSession).where(SignInSession.expires_at < moment))
        answers = self.session.execute(delete(IdempotencyKey).where(IdempotencyKey.created_at < moment))
        return int(sessions.rowcount) + int(answers.rowcount)  # type: ignore[attr-defined]

    def answer_of(self, key_id: str) -> IdempotencyKey | None:
        """The answer that a key was given before."""
        return self.session.scalar(select(IdempotencyKey).where(IdempotencyKey.id == key_id))

    def remember_answer(self, answer: IdempotencyKey) -> None:
        """Keep an answer in the transaction of its change."""
        self.session.add(answer)
        self.session.flush()
