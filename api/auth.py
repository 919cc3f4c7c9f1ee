"""Who is it: a session cookie or a machine token, and for changes by cookie a proof that our own page asked."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from fastapi import Request, Response
from sqlalchemy.exc import SQLAlchemyError

from api.running import Running
from matching.actions.sign_in import OpenedSession
from matching.actions.tokens import actor_of_token
from matching.actions.users import actor_of_user
from matching.errors import NotPermitted, NotSignedIn
from matching.model.people import Actor
from matching.sealing import digest_of
from matching.store.outages import outage_of
from matching.store.tables import SignInSession, User

__all__ = [
    "COOKIE",
    "CSRF_HEADER",
    "actor_of",
    "actor_of_user",
    "check_own_pages",
    "digest_of",
    "ended_session",
    "forget_session",
    "give_session",
    "half_way_session",
    "session_lasts",
    "session_of",
    "signed_in_session",
]

COOKIE = "__Host-wellplaced"
CSRF_HEADER = "X-CSRF-Token"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_SEEN_AGAIN = timedelta(minutes=1)
#: A clock that is put back by an hour, as one that was set by the wrong season, signs nobody out.
_CLOCK_PUT_BACK = timedelta(hours=2)
_ENDED = "Your session has ended. Sign in again."


def actor_of(request: Request, running: Running, at: datetime) -> Actor:
    """Find out who asks; raises `NotSignedIn`, and `TooMany` for who asks too often."""
    request.state.session = None
    authorization = request.headers.get("Authorization", "")
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() == "bearer" and token:
        actor = _machine(token.strip(), running, at)
    elif request.cookies.get(COOKIE):
        actor = _user(request, running, at)
    else:
        raise NotSignedIn("Sign in first.")
    running.rates.check(actor.user_id)
    return actor


def session_of(request: Request) -> SignInSession | None:
    """The session by which the asker of this request is signed in; none for a machine."""
    session: SignInSession | None = request.state.session
    return session


def session_lasts(running: Running) -> timedelta:
    """How long a session lasts at most."""
    return timedelta(hours=running.settings.session_hours)


def half_way_session(request: Request, running: Running, at: datetime) -> SignInSession:
    """The session of somebody who has yet to take the second step; raises `NotSignedIn`."""
    cookie = request.cookies.get(COOKIE)
    if not cookie:
        raise NotSignedIn("Sign in first.")
    session = _live_session(digest_of(cookie), running, at)
    if session.second_step_at is not None:
        raise NotSignedIn("Sign in with your password first.")
    if request.method not in _SAFE:
        _check_same_site(request, running, session.csrf_token)
    return session


def signed_in_session(request: Request, running: Running, at: datetime) -> tuple[SignInSession, User]:
    """The session that a browser brings, and whose it is; raises `NotSignedIn`.

    It proves nothing of what asked: good for showing a page, and never by itself for a change.
    """
    cookie = request.cookies.get(COOKIE)
    if not cookie:
        raise NotSignedIn("Sign in first.")
    session = _live_session(digest_of(cookie), running, at)
    if session.last_seen_at + timedelta(minutes=running.settings.session_minutes) <= at:
        raise NotSignedIn(_ENDED)
    if session.second_step_at is None:
        raise NotSignedIn("Enter the code from your app first.")
    with running.database.reading(session.organisation_id) as store:
        user = store.users.get(session.user_id)
    if user.disabled_at is not None:
        raise NotSignedIn("This account is closed.")
    return session, user


def ended_session(request: Request, running: Running) -> SignInSession | None:
    """The session that a browser brings, whether it still opens anything or not."""
    cookie = request.cookies.get(COOKIE)
    if not cookie:
        return None
    with running.database.directory() as directory:
        return directory.session(digest_of(cookie))


def give_session(response: Response, opened: OpenedSession) -> None:
    """Let the browser keep a session; it ends with the browser or in the database, whichever is first."""
    # `__Host-` holds the cookie to this very host; Lax, so that a link from elsewhere finds one signed in, while
    # changes need the token of the session besides.
    response.set_cookie(COOKIE, opened.cookie, path="/", secure=True, httponly=True, samesite="lax")


def forget_session(response: Response) -> None:
    """Let the browser forget its session."""
    response.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="lax")


def check_own_pages(request: Request, running: Running) -> None:
    """Refuse what a browser says was asked by a page that is not ours; other clients say nothing."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None and site not in ("same-origin", "none"):
        raise NotPermitted("This request did not come from our own pages.")
    origin = request.headers.get("Origin")
    if origin is None:
        return
    # The host that was asked is one of the allowed by now. A proxy may have ended TLS, so the scheme is not compared.
    asked = request.headers.get("Host", "").lower()
    if urlsplit(origin).netloc.lower() != asked and origin != _origin(running.settings.public_url):
        raise NotPermitted("This request did not come from our own pages.")


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _machine(token: str, running: Running, at: datetime) -> Actor:
    with running.database.directory() as directory:
        row = directory.token(digest_of(token))
    if row is None or row.revoked_at is not None or row.expires_at <= at:
        raise NotSignedIn("This token is not valid.")
    return actor_of_token(row)


def _user(request: Request, running: Running, at: datetime) -> Actor:
    session, user = signed_in_session(request, running, at)
    if request.method not in _SAFE:
        _check_same_site(request, running, session.csrf_token)
    if session.last_seen_at + _SEEN_AGAIN <= at:
        _note_seen(session, running, at)
    request.state.session, request.state.user = session, user
    return actor_of_user(user)


def _note_seen(session: SignInSession, running: Running, at: datetime) -> None:
    """Note that a session is in use; on a full disk who only reads goes on, and is signed out earlier at worst."""
    try:
        with running.database.writing(session.organisation_id) as store:
            store.sign_ins.seen(session.id, at=at)
    except (SQLAlchemyError, OSError) as error:
        if outage_of(error) is None:
            raise


def _live_session(digest: str, running: Running, at: datetime) -> SignInSession:
    with running.database.directory() as directory:
        session = directory.session(digest)
    if session is None or session.revoked_at is not None or session.expires_at <= at:
        raise NotSignedIn(_ENDED)
    if session.created_at > at + _CLOCK_PUT_BACK:
        raise NotSignedIn(_ENDED)  # opened while the clock was ahead: it would last until then, and half a day more
    return session


def _check_same_site(request: Request, running: Running, csrf_token: str) -> None:
    check_own_pages(request, running)
    # Programs send a header, forms a field; a page's route has read the form by now.
    sent = str(request.headers.get(CSRF_HEADER) or getattr(request.state, "csrf_typed", ""))
    if not hmac.compare_digest(sent.encode(), csrf_token.encode()):
        request.state.lacks_token = True
        raise NotPermitted("This request lacks the token of your session.")
