"""What is looked up before the organisation is known; on PostgreSQL a row shows only to who already holds its key."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from matching.store.tables import MachineToken, Organisation, SignInAttempt, SignInSession, User


class Directory:
    """Look-ups across organisations, each by a key that opens one row."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def organisation_ids(self) -> list[str]:
        """Every organisation, for workers that serve all of them in turn."""
        self._hold("organisations")
        return list(self._session.scalars(select(Organisation.id).order_by(Organisation.id)))

    def user_with_email(self, email_key: str) -> User | None:
        """The user with a lower-case address."""
        self._hold(email_key)
        return self._session.scalar(select(User).where(User.email_key == email_key))

    def session(self, digest: str) -> SignInSession | None:
        """The session with the digest of its cookie."""
        self._hold(digest)
        return self._session.scalar(select(SignInSession).where(SignInSession.id == digest))

    def token(self, digest: str) -> MachineToken | None:
        """The machine token with the digest of what the machine sent."""
        self._hold(digest)
        return self._session.scalar(select(MachineToken).where(MachineToken.id == digest))

    def failures_since(self, email_digest: str, *, since: datetime) -> int:
        """How often signing in with an address failed, after the last time it succeeded."""
        self._hold(email_digest)
        last_success = self._session.scalar(
            select(func.max(SignInAttempt.at)).where(
                SignInAttempt.email_digest == email_digest, SignInAttempt.succeeded
            )
        )
        from_then = since if last_success is None else max(since, last_success)
        count = self._session.scalar(
            select(func.count()).where(
                SignInAttempt.email_digest == email_digest, ~SignInAttempt.succeeded, SignInAttempt.at > from_then
            )
        )
        return int(count or 0)

    def record_attempt(self, attempt: SignInAttempt) -> None:
        """Write an attempt down; it is counted whatever else happens to the request."""
        self._hold(attempt.email_digest)
        self._session.add(attempt)
        self._session.flush()

    def _hold(self, key: str) -> None:
        if self._session.get_bind().dialect.name == "postgresql":
            self._session.execute(text("SELECT set_config('wellplaced.lookup', :key, true)"), {"key": key})
