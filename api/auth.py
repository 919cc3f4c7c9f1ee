"""Who is it: a session cookie or a machine token, and for changes by cookie a proof that our own page asked."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta

from fastapi import Request

from api.running import Running
from matching.errors import NotPermitted, NotSignedIn
from matching.model.people import Actor, Permission, Role
from matching.permissions import permissions_of
from matching.store.tables import User

COOKIE = "__Host-wellplaced"
CSRF_HEADER = "X-CSRF-Token"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_SEEN_AGAIN = timedelta(minutes=1)


def digest_of(secret: str) -> str:
    """What is stored of a session or a token: a copy of the table opens nothing."""
    return hashlib.sha256(secret.encode()).hexdigest()


def actor_of(request: Request, running: Running, at: datetime) -> Actor:
    """Find out who asks; raises `NotSignedIn`."""
    authorization = request.headers.get("Authorization", "")
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() == "bearer" and token:
        return _machine(token.strip(), running, at)
    cookie = request.cookies.get(COOKIE)
    if cookie:
        return _user(request, cookie, running, at)
    raise NotSignedIn("Sign in first.")


def _machine(token: str, running: Running, at: datetime) -> Actor:
    with running.database.directory() as directory:
        row = directory.token(digest_of(token))
    if row is None or row.revoked_at is not None or row.expires_at <= at:
        raise NotSignedIn("This token is not valid.")
    return Actor(
        organisation_id=row.organisation_id,
        user_id=row.public_id,
        permissions=frozenset(Permission(each) for each in row.permissions),
    )


def _user(request: Request, cookie: str, running: Running, at: datetime) -> Actor:
    digest = digest_of(cookie)
    with running.database.directory() as directory:
        session = directory.session(digest)
    idle = timedelta(minutes=running.settings.session_minutes)
    if session is None or session.revoked_at is not None or session.expires_at <= at:
        raise NotSignedIn("Your session has ended. Sign in again.")
    if session.last_seen_at + idle <= at:
        raise NotSignedIn("Your session has ended. Sign in again.")
    if session.second_step_at is None:
        raise NotSignedIn("Enter the code from your app first.")
    if request.method not in _SAFE:
        _check_same_site(request, session.csrf_token)
    with running.database.reading(session.organisation_id) as store:
        user = store.users.get(session.user_id)
    if user.disabled_at is not None:
        raise NotSignedIn("This account is closed.")
    if session.last_seen_at + _SEEN_AGAIN <= at:
        with running.database.writing(session.organisation_id) as store:
            store.sign_ins.seen(digest, at=at)
    return actor_of_user(user)


def actor_of_user(user: User) -> Actor:
    """A user as somebody who asks."""
    return Actor(
        organisation_id=user.organisation_id,
        user_id=user.id,
        permissions=permissions_of([Role(role) for role in user.roles]),
        team_ids=tuple(user.team_ids),
    )


def _check_same_site(request: Request, csrf_token: str) -> None:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None and site not in ("same-origin", "none"):
        raise NotPermitted("This request did not come from our own pages.")
    sent = request.headers.get(CSRF_HEADER, "")
    if not hmac.compare_digest(sent.encode(), csrf_token.encode()):
        raise NotPermitted("This request lacks the token of your session.")
