"""What is looked up before the organisation is known; on PostgreSQL a row shows only to who already holds its key."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.orm import Session

from matching.store.protections import CLEARING
from matching.store.tables import MachineToken, Organisation, SignInAttempt, SignInSession, SignOnState, User


class Directory:
    """Look-ups across organisations, each by a key that opens one row."""

    def __init__(self, session: Session, *, may_write: bool = False) -> None:
        self._session = session
        self._may_write = may_write

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

    def user_with_subject(self, subject_digest: str) -> User | None:
        """The user whom the issuer of single sign-on knows by a subject."""
        self._hold(subject_digest)
        return self._session.scalar(select(User).where(User.single_sign_on_subject == subject_digest))

    def begin_attempt(self, attempt: SignInAttempt, *, since: datetime, most: int) -> datetime | None:
        """Write an attempt down as failed before it is made, so that none escapes the count.

        After `most` failures since a moment or the last success nothing is written: returns when the first of them was.
        """
        self._check_may_write()
        digest = attempt.email_digest
        self._hold(digest)
        self._wait_for_others(digest)
        # What was written while the clock was ahead says nothing: a success of then would let everything pass uncounted
        # until the clock has caught up, and failures of then would keep somebody out for as long.
        until_now = SignInAttempt.email_digest == digest, SignInAttempt.at <= attempt.at
        last_success = self._session.scalar(
            select(func.max(SignInAttempt.at)).where(*until_now, SignInAttempt.succeeded)
        )
        from_then = since if last_success is None else max(since, last_success)
        failed = *until_now, ~SignInAttempt.succeeded, SignInAttempt.at > from_then
        latest = select(SignInAttempt.at).where(*failed).order_by(SignInAttempt.at.desc()).limit(most)
        failures = list(self._session.scalars(latest))
        if len(failures) == most:
            return failures[-1]
        self._session.add(attempt)
        self._session.flush()
        return None

    def note_success(self, attempt: SignInAttempt) -> None:
        """Note that an attempt succeeded."""
        self._check_may_write()
        self._hold(attempt.email_digest)
        self._session.execute(update(SignInAttempt).where(SignInAttempt.id == attempt.id).values(succeeded=True))

    def begin_sign_on(self, state: SignOnState) -> None:
        """Remember that a single sign-on was begun."""
        self._check_may_write()
        self._hold(state.id)
        self._session.add(state)
        self._session.flush()

    def take_sign_on(self, state_id: str) -> SignOnState | None:
        """Take a single sign-on that was begun, once: the second time it is gone."""
        self._check_may_write()
        self._hold(state_id)
        state = self._session.scalar(select(SignOnState).where(SignOnState.id == state_id).with_for_update())
        if state is not None:
            self._session.delete(state)
            self._session.flush()
        return state

    def clear_before(self, moment: datetime) -> int:
        """Forget attempts made, and single sign-ons that ran out, before a moment; returns how many."""
        self._check_may_write()
        self._hold(CLEARING)
        attempts = self._session.execute(delete(SignInAttempt).where(SignInAttempt.at < moment))
        states = self._session.execute(delete(SignOnState).where(SignOnState.expires_at < moment))
        return int(attempts.rowcount) + int(states.rowcount)  # type: ignore[attr-defined]

    def _check_may_write(self) -> None:
        if not self._may_write:
            raise RuntimeError("this is written through Database.directory_to_write")

    def _wait_for_others(self, key: str) -> None:
        """Let attempts of one address be counted one after the other; on SQLite the writers' lock sees to it."""
        if self._session.get_bind().dialect.name == "postgresql":
            self._session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": key})

    def _hold(self, key: str) -> None:
        if self._session.get_bind().dialect.name == "postgresql":
            self._session.execute(text("SELECT set_config('wellplaced.lookup', :key, true)"), {"key": key})
