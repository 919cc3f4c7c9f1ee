"""Sessions, single-use codes and remembered answers to retried requests."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update

from matching.store.nouns import Nouns
from matching.store.tables import IdempotencyKey, SignInSession


class SignIns(Nouns):
    """Sessions and remembered answers."""

    def add_session(self, session: SignInSession) -> None:
        """Open a session."""
        self.session.add(session)
        self.session.flush()

    def seen(self, digest: str, *, at: datetime) -> None:
        """Note that a session is in use."""
        self.session.execute(update(SignInSession).where(SignInSession.id == digest).values(last_seen_at=at))

    def revoke(self, digest: str, *, at: datetime) -> None:
        """End a session."""
        self.session.execute(update(SignInSession).where(SignInSession.id == digest).values(revoked_at=at))

    def answer_of(self, key_id: str) -> IdempotencyKey | None:
        """The answer that a key was given before."""
        return self.session.scalar(select(IdempotencyKey).where(IdempotencyKey.id == key_id))

    def remember_answer(self, answer: IdempotencyKey) -> None:
        """Keep an answer in the transaction of its change."""
        self.session.add(answer)
        self.session.flush()
