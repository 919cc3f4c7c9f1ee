"""Sign in and out, and carry on where the session ended, with what was typed."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, TypeVar
from urllib.parse import parse_qs, quote, urlsplit

import segno
from fastapi import APIRouter, Request, Response

from api import auth, single_sign_on
from api.dependencies import Public
from api.pages.carrying import Carried, carried_of, local_page, read_carried
from api.pages.route import PageRoute
from api.pages.saying import Refusal, Said
from api.pages.typed import Typed
from api.pages.visit import AnyVisit, Guest, SignedInVisit, Visit
from api.pages.words import clock
from matching.actions import sign_in as actions
from matching.errors import Conflict, Invalid, NotPermitted, NotSignedIn, TooMany
from matching.store.tables import SignInSession, User

router = APIRouter(route_class=PageRoute, include_in_schema=False)

_Visitor = TypeVar("_Visitor", bound=Guest)

_LONGEST_PASSWORD = 1000
_CODE = re.compile(r"[0-9]{6}")
_TOO_LATE = "This took too long. Sign in with your password again."
_ENDED = "Your session has ended. Sign in to carry on."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """Where somebody goes who has signed in: back to a page, or on with a form that they had sent."""

    back_to: str = ""
    carried: Carried | None = None

    @property
    def query(self) -> str:
        """The same as the end of an address, which never holds what was typed."""
        return f"?next={quote(self.back_to, safe='')}" if self.back_to else ""


@router.get("/sign-in", dependencies=[Public])
def ask(visit: AnyVisit) -> Response:
    """Ask who it is."""
    return _password_page(visit, _way(visit))


@router.post("/sign-in", dependencies=[Public])
def take_first_step(visit: AnyVisit) -> Response:
    """Take the first step, with address and password."""
    _check_own_pages(visit)
    way = _way(visit)
    form = visit.form()
    email = form.text("email", needed="Enter your email address.", most=320)
    password = visit.typed.get("password")
    if not password:
        form.refuse("password", "Enter your password.")
    elif len(password) > _LONGEST_PASSWORD:
        form.refuse("password", "This is too long to be your password.")
    try:
        form.done()
        begun = actions.begin_sign_in(
            email=email,
            password=password,
            at=visit.at,
            database=visit.running.database,
            sealer=visit.running.sealer,
        )
    except Invalid as refused:
        return _password_page(visit.again(refused), way)
    except NotSignedIn as refused:
        return _password_page(_refused(visit, "email", str(refused)), way)
    except TooMany as refused:
        return _password_page(too_many(visit, "email", refused), way)
    page = "code" if begun.has_app else "app"
    # What was typed is in this answer and nowhere else, so with it there is no way by a new address.
    response: Response = (
        _step(visit, page, way, csrf=begun.session.csrf_token)
        if way.carried
        else visit.go(f"/sign-in/{page}{way.query}")
    )
    auth.give_session(response, begun.session)
    return response


@router.get("/sign-in/app", dependencies=[Public])
def ask_for_app(visit: AnyVisit) -> Response:
    """Explain the app that makes codes."""
    return _step_for_half_way(visit, "app")


@router.post("/sign-in/app", dependencies=[Public])
def enrol_app(visit: AnyVisit) -> Response:
    """Show what the app is to hold: this once, and each time anew."""
    _check_own_pages(visit)
    way = _way(visit)
    try:
        session = auth.half_way_session(visit.request, visit.running, visit.at)
        uri = actions.enrol_app(
            session=session, at=visit.at, database=visit.running.database, sealer=visit.running.sealer
        )
    except NotSignedIn:
        return _password_page(_refused(visit, "email", _TOO_LATE), way)
    except Conflict as refused:
        return _step(visit.again(refused), "code", way, csrf=session.csrf_token)
    return _step(visit, "secret", way, csrf=session.csrf_token, secret=_secret_of(uri), picture=_picture_of(uri))


@router.get("/sign-in/code", dependencies=[Public])
def ask_for_code(visit: AnyVisit) -> Response:
    """Ask for the code that the app shows."""
    return _step_for_half_way(visit, "code")


@router.post("/sign-in/code", dependencies=[Public])
def take_second_step(visit: AnyVisit) -> Response:
    """Take the second step, with the code of the app."""
    _check_own_pages(visit)
    way = _way(visit)
    try:
        session = auth.half_way_session(visit.request, visit.running, visit.at)
    except NotSignedIn:
        # The page of somebody who is in by now, loaded again, leads on as it did at first.
        return _signed_in_already(visit, way) or _password_page(_refused(visit, "email", _TOO_LATE), way)
    code = re.sub(r"[\s-]", "", visit.typed.get("code"))
    form = visit.form()
    if not _CODE.fullmatch(code):
        form.refuse("code", "Enter the 6 digits that your app shows.")
    try:
        form.done()
        user, opened = actions.finish_sign_in(
            session=session,
            code=code,
            at=visit.at,
            lasts=auth.session_lasts(visit.running),
            database=visit.running.database,
            sealer=visit.running.sealer,
        )
    except Invalid as refused:
        return _step(visit.again(refused), "code", way, csrf=session.csrf_token)
    except Conflict:
        return visit.go(f"/sign-in/app{way.query}")
    except NotSignedIn as refused:
        return _step(_refused(visit, "code", str(refused)), "code", way, csrf=session.csrf_token)
    except TooMany as refused:
        return _step(too_many(visit, "code", refused), "code", way, csrf=session.csrf_token)
    visit.request.state.session, visit.request.state.user = opened, user
    response = _lead_on(visit, user, way)
    auth.give_session(response, opened)
    return response


@router.post("/sign-in/carry-on", dependencies=[Public])
def carry_on(visit: AnyVisit) -> Response:
    """Carry on for who has signed in elsewhere meanwhile, in another window or by single sign-on."""
    _check_own_pages(visit)
    way = _way(visit)
    missing = "You are not signed in yet. Sign in first, then carry on."
    return _signed_in_already(visit, way) or _password_page(_refused(visit, "", missing), way)


@router.get("/set-password", dependencies=[Public])
def ask_for_first_password(visit: AnyVisit) -> Response:
    """Ask for the password to be of who was sent a link; what follows # in it reaches no server by itself."""
    return visit.show("sign_in/set_password.html")


@router.post("/set-password", dependencies=[Public])
def set_first_password(visit: AnyVisit) -> Response:
    """Set a password by the link that an administrator made."""
    _check_own_pages(visit)
    form = visit.form()
    token = visit.typed.get("token").rpartition("#")[2].strip()
    password = visit.typed.get("password")
    if not 0 < len(token) <= _LONGEST_PASSWORD:
        form.refuse("token", "Enter the link that you were sent.")
    if not password:
        form.refuse("password", "Enter a new password.")
    try:
        form.done()
        actions.set_password_by_link(
            token=token, password=password, at=visit.at, database=visit.running.database, sealer=visit.running.sealer
        )
    except Invalid as refused:
        says = {"token": ("token", "This link"), "password": ("password", "Your password")}
        return visit.again(refused, says=says).show("sign_in/set_password.html")
    return visit.go("/sign-in", done="password-set")


@router.post("/sign-out")
def sign_out(visit: Visit) -> Response:
    """Sign out here."""
    actions.sign_out(session_id=visit.request.state.session.id, by=visit.by, at=visit.at, store=visit.writing)
    return signed_out(visit, done="signed-out")


def signed_out(visit: Guest, *, done: str) -> Response:
    """Answer somebody whose session has ended by their own will."""
    response = visit.go("/sign-in", done=done)
    auth.forget_session(response)
    return response


@router.post("/stay", status_code=204)
def stay(_: Visit) -> Response:
    """Keep the session: that somebody asked is noted, and that is all."""
    return Response(status_code=204, headers={"Cache-Control": "no-store"})


def sign_in_to_carry_on(request: Request, typed: Typed) -> Response:
    """Ask who it is, with a form that was sent after the session had ended."""
    running = request.app.state.running
    visit = Guest(request=request, running=running, at=running.clock(), typed=Typed())
    ended = auth.ended_session(request, running)
    path = _whole_path(request)
    carried = carried_of(typed, path, user_id=ended.user_id if ended else "") if _is_ours(request) else None
    # A button alone is pressed again on its own page.
    way = _Way(carried=carried) if carried else _Way(back_to=_came_from(request))
    return _password_page(_refused(visit, "", _ENDED), way)


def ask_to_send_again(request: Request, typed: Typed) -> Response | None:
    """Show who is signed in what they sent with the token of a session before, to be sent again; none for nobody."""
    running = request.app.state.running
    visit = Guest(request=request, running=running, at=running.clock(), typed=typed)
    carried = carried_of(typed, _whole_path(request), user_id="")
    try:
        session, user = auth.signed_in_session(request, running, visit.at)
    except NotSignedIn:
        return None
    if carried is None:
        return None
    request.state.session, request.state.user = session, user
    return _carry_on_page(visit, user, carried, status=403)


def _lead_on(visit: Guest, user: User, way: _Way) -> Response:
    """Lead somebody who is signed in to what they were about to do."""
    if way.carried is None:
        return visit.go(way.back_to or "/")
    return _carry_on_page(visit, user, way.carried)


def _signed_in_already(visit: Guest, way: _Way) -> Response | None:
    try:
        session, user = auth.signed_in_session(visit.request, visit.running, visit.at)
    except NotSignedIn:
        return None
    visit.request.state.session, visit.request.state.user = session, user
    return _lead_on(visit, user, way)


def _carry_on_page(visit: Guest, user: User, carried: Carried, *, status: int = 200) -> Response:
    """Show what is about to be sent: on a shared machine another may have signed in, whose words they are not."""
    whole = SignedInVisit(
        request=visit.request, running=visit.running, at=visit.at, typed=Typed(), by=auth.actor_of_user(user)
    )
    is_own = carried.user_id in ("", user.id)
    return whole.show("sign_in/carry_on.html", status=status, carried=carried if is_own else None)


def _password_page(visit: Guest, way: _Way) -> Response:
    return visit.show(
        "sign_in/password.html",
        way=way,
        name_here=_name_here(visit),
        by_single_sign_on=single_sign_on.is_set_up(visit.running.settings),
    )


def _step(visit: Guest, page: str, way: _Way, *, csrf: str, **known: Any) -> Response:
    """A page between the steps; its token is that of the session that opens nothing but the next one."""
    return visit.show(f"sign_in/{page}.html", way=way, half_way_csrf=csrf, **known)


def _step_for_half_way(visit: Guest, page: str) -> Response:
    way = _way(visit)
    try:
        session: SignInSession = auth.half_way_session(visit.request, visit.running, visit.at)
    except NotSignedIn:
        return visit.go(f"/sign-in{way.query}")
    return _step(visit, page, way, csrf=session.csrf_token)


def _way(visit: Guest) -> _Way:
    """Where to lead on to: from the form, else from the address."""
    asked = visit.typed.get("next") or visit.request.query_params.get("next")
    return _Way(back_to=local_page(asked), carried=read_carried(visit.typed.get("carried")))


def _check_own_pages(visit: Guest) -> None:
    """Refuse other sites' pages, and addresses that ask too often; nobody is known yet."""
    auth.check_own_pages(visit.request, visit.running)
    visit.running.rates.check(f"from {visit.request.client.host if visit.request.client else ''}")


def _is_ours(request: Request) -> bool:
    """Whether one of our own pages sent this: a page of others may put no words into a form of ours."""
    try:
        auth.check_own_pages(request, request.app.state.running)
    except NotPermitted:
        return False
    return True


def _name_here(visit: Guest) -> str:
    """Who is signed in at this browser already."""
    if visit.request.method != "GET":
        return ""
    try:
        return auth.signed_in_session(visit.request, visit.running, visit.at)[1].name
    except NotSignedIn:
        return ""


def _refused(visit: Guest, name: str, message: str) -> Guest:
    return replace(visit, refusal=Refusal(status=401, said=(Said(input=name, message=message),)))


def too_many(visit: _Visitor, name: str, error: TooMany) -> _Visitor:
    """The same visit after too many tries: it says when to try again, to the minute after."""
    until = visit.at + timedelta(seconds=error.seconds + 59)
    said = Said(input=name, message=f"There were too many tries. Wait, then try again at {clock(until)}.")
    headers = {"Retry-After": str(error.seconds)}
    return replace(visit, refusal=Refusal(status=429, said=(said,)), headers=headers)


def _whole_path(request: Request) -> str:
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def _came_from(request: Request) -> str:
    """The page of ours on which a button was pressed."""
    parts = urlsplit(request.headers.get("Referer", ""))
    if parts.netloc.lower() != request.headers.get("Host", "").lower():
        return ""
    return local_page(parts.path + (f"?{parts.query}" if parts.query else ""))


def _secret_of(uri: str) -> str:
    """The secret in groups of four, to be typed in by hand."""
    secret = parse_qs(urlsplit(uri).query)["secret"][0]
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Picture:
    """A QR code as one path over squares."""

    size: int
    path: str


def _picture_of(uri: str) -> _Picture:
    """What an app reads with its camera; made here, so that the secret is told to nobody else."""
    rows = [list(row) for row in segno.make(uri, error="m", micro=False).matrix_iter(scale=1, border=4)]
    path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
    return _Picture(size=len(rows), path=path)
