"""How users come in and leave: password, then a code that works once; sessions that can be ended."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from matching import one_time_codes, passwords
from matching.actions.events import record
from matching.actions.users import actor_of_user, email_key, read_link, use_link
from matching.errors import Conflict, Invalid, NotSignedIn, Problem, TooMany, Where
from matching.model.people import Actor
from matching.sealing import Sealer, digest_of
from matching.store import Database, Store, new_id
from matching.store.tables import SignInAttempt, SignInSession, User

MOST_FAILURES = 5
FAILURES_WITHIN = timedelta(minutes=15)
#: How long somebody has for the second step.
HALF_WAY_LASTS = timedelta(minutes=10)
# One answer for a wrong password, an unknown address, a closed account and one without a password.
_REFUSED = "The address or the password is not right."
_WRONG_CODE = "This code is not right, or was used before. Wait for the next one."


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedSession:
    """A session as the browser is told of it: `cookie` is shown this once and stored as a digest."""

    cookie: str
    csrf_token: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HalfWay:
    """After the first step: the session opens nothing yet; without an app so far, one is enrolled first."""

    session: OpenedSession
    has_app: bool


def begin_sign_in(*, email: str, password: str, at: datetime, database: Database, sealer: Sealer) -> HalfWay:
    """Take the first step with a password; raises `NotSignedIn`, or `TooMany` after too many failures."""
    with _attempt(_counted("password", email_key(email), sealer), at=at, database=database):
        with database.directory() as directory:
            user = directory.user_with_email(email_key(email))
        if not passwords.matches(password, user.password_hash if user else None):
            raise NotSignedIn(_REFUSED)
        if user is None or user.disabled_at is not None:
            raise NotSignedIn(_REFUSED)
    renewed = passwords.hash_of(password) if passwords.is_outdated(user.password_hash or "") else None
    with database.writing(user.organisation_id) as store:
        user = store.users.locked(user.id)
        if renewed is not None:
            user.password_hash = renewed
        opened = open_session(user=user, at=at, lasts=HALF_WAY_LASTS, store=store, is_complete=False)
    return HalfWay(session=opened, has_app=has_app(user))


def has_app(user: User) -> bool:
    """Whether somebody has shown with a first code that their app holds the secret."""
    return user.totp_last_step is not None


def enrol_app(*, session: SignInSession, at: datetime, database: Database, sealer: Sealer) -> str:
    """Make the secret that somebody's app is to hold; returns the `otpauth` URI, which is shown this once."""
    secret = one_time_codes.new_secret()
    with database.writing(session.organisation_id) as store:
        user = store.users.locked(session.user_id)
        if has_app(user):
            raise Conflict("An app is enrolled already. An administrator can reset it.")
        user.totp_secret = sealer.seal(secret, row_id=user.id)
        record(store, "user.app_offered", by=actor_of_user(user), at=at, of=("user", user.id))
        return one_time_codes.enrolment_uri(secret, email=user.email)


def finish_sign_in(
    *, session: SignInSession, code: str, at: datetime, lasts: timedelta, database: Database, sealer: Sealer
) -> tuple[User, OpenedSession]:
    """Take the second step with a code; the session of the first step ends, and another one opens everything."""
    key = _counted("code", session.user_id, sealer)
    with _attempt(key, at=at, database=database), database.writing(session.organisation_id) as store:
        user = store.users.locked(session.user_id)
        half = store.sign_ins.find_session(session.id)
        if half is None or half.revoked_at is not None or user.disabled_at is not None:
            raise NotSignedIn("Your session has ended. Sign in again.")
        if user.totp_secret is None:
            raise Conflict("Enrol an app first.")
        secret = sealer.open(user.totp_secret, row_id=user.id)
        step = one_time_codes.step_of(code, secret, at=at, last_step=user.totp_last_step)
        if step is None:
            raise NotSignedIn(_WRONG_CODE)
        is_first = not has_app(user)
        user.totp_last_step = step
        if not sealer.is_newest(user.totp_secret):
            user.totp_secret = sealer.seal(secret, row_id=user.id)
        store.sign_ins.revoke(session.id, at=at)
        opened = open_session(user=user, at=at, lasts=lasts, store=store)
        if is_first:
            record(store, "user.app_enrolled", by=actor_of_user(user), at=at, of=("user", user.id))
        record(store, "user.signed_in", by=actor_of_user(user), at=at, of=("user", user.id), means="password")
    return user, opened


def sign_in_known(
    *, subject_digest: str, verified_email: str | None, at: datetime, lasts: timedelta, database: Database
) -> OpenedSession:
    """Sign in somebody whom the issuer of single sign-on vouches for; only users that exist, and second steps are its.

    They are known by the issuer's subject; the first time by an address that the issuer has verified.
    """
    with database.directory() as directory:
        found = directory.user_with_subject(subject_digest)
        if found is None and verified_email is not None:
            found = directory.user_with_email(email_key(verified_email))
    if found is None:
        raise NotSignedIn("Nobody here is known by this account. Ask an administrator.")
    with database.writing(found.organisation_id) as store:
        user = store.users.locked(found.id)
        if user.disabled_at is not None or user.single_sign_on_subject not in (None, subject_digest):
            raise NotSignedIn("Nobody here is known by this account. Ask an administrator.")
        user.single_sign_on_subject = subject_digest
        opened = open_session(user=user, at=at, lasts=lasts, store=store)
        record(store, "user.signed_in", by=actor_of_user(user), at=at, of=("user", user.id), means="single_sign_on")
    return opened


def open_session(
    *, user: User, at: datetime, lasts: timedelta, store: Store, is_complete: bool = True
) -> OpenedSession:
    """Open a session; one that is not complete opens nothing but the second step."""
    opened = OpenedSession(
        cookie=secrets.token_urlsafe(32), csrf_token=secrets.token_urlsafe(32), expires_at=at + lasts
    )
    store.sign_ins.add_session(
        SignInSession(
            id=digest_of(opened.cookie),
            user_id=user.id,
            csrf_token=opened.csrf_token,
            created_at=at,
            last_seen_at=at,
            expires_at=opened.expires_at,
            second_step_at=at if is_complete else None,
        )
    )
    return opened


def sign_out(*, session_id: str, by: Actor, at: datetime, store: Store) -> None:
    """End the session that asks."""
    store.sign_ins.revoke(session_id, at=at)
    record(store, "user.signed_out", by=by, at=at, of=("user", by.user_id))


def sign_out_everywhere(*, by: Actor, at: datetime, store: Store) -> None:
    """End every session of who asks."""
    ended = store.sign_ins.revoke_all(by.user_id, at=at)
    record(store, "user.signed_out_everywhere", by=by, at=at, of=("user", by.user_id), sessions=ended)


def set_password_by_link(*, token: str, password: str, at: datetime, database: Database, sealer: Sealer) -> None:
    """Set the password of who was sent a link; the link works once."""
    link = read_link(token, at=at, sealer=sealer)
    with database.reading(link.organisation_id) as store:
        user = store.users.find(link.user_id)
        if user is not None:
            passwords.check_password(password, known=(user.email, user.name))
    hashed = passwords.hash_of(password)
    with database.writing(link.organisation_id) as store:
        use_link(link, password_hash=hashed, at=at, store=store)


def change_password(
    *, present: str, new: str, by: Actor, at: datetime, lasts: timedelta, database: Database, sealer: Sealer
) -> OpenedSession:
    """Change one's own password; every session ends, and a new one opens for who did it."""
    with database.reading(by.organisation_id) as store:
        user = store.users.get(by.user_id)
    with _attempt(_counted("password", user.email_key, sealer), at=at, database=database):
        if not passwords.matches(present, user.password_hash):
            raise Invalid([Problem(Where(field="present"), "is not your password")])
    passwords.check_password(new, known=(user.email, user.name), field="new")
    if new == present:
        raise Invalid([Problem(Where(field="new"), "should be another one")])
    checked, hashed = user.password_hash, passwords.hash_of(new)
    with database.writing(by.organisation_id) as store:
        user = store.users.locked(by.user_id)
        if user.password_hash != checked:
            raise Conflict("Your password was changed meanwhile. Sign in again.")
        user.password_hash, user.password_link = hashed, None
        user.version += 1
        ended = store.sign_ins.revoke_all(user.id, at=at)
        opened = open_session(user=user, at=at, lasts=lasts, store=store)
        record(store, "user.password_changed", by=by, at=at, of=("user", user.id), sessions=ended)
    return opened


def clear_sign_ins(*, before: datetime, database: Database) -> int:
    """Forget attempts to sign in, and single sign-ons that nobody came back from; returns how many."""
    with database.directory_to_write() as directory:
        return directory.clear_before(before)


def _counted(kind: str, of: str, sealer: Sealer) -> str:
    """Under what attempts are counted: an address that is nobody's is not kept in the clear."""
    return digest_of(f"{sealer.signing_keys('attempts')[-1].hex()}\n{kind}\n{of}")


@contextmanager
def _attempt(key: str, *, at: datetime, database: Database) -> Iterator[None]:
    """Count an attempt, whatever becomes of it: it failed, unless the block is left without an error."""
    attempt = SignInAttempt(id=new_id(at), email_digest=key, at=at, succeeded=False)
    with database.directory_to_write() as directory:
        first_failed_at = directory.begin_attempt(attempt, since=at - FAILURES_WITHIN, most=MOST_FAILURES)
    if first_failed_at is not None:
        seconds = max(1, ceil((first_failed_at + FAILURES_WITHIN - at).total_seconds()))
        raise TooMany("Too many attempts failed. Try again later.", seconds=seconds)
    yield
    with database.directory_to_write() as directory:
        directory.note_success(attempt)
