"""Sign in and out: password and one-time code, or single sign-on."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import Field, StringConstraints

from api import auth, single_sign_on
from api.dependencies import Now, Public, Reading, SignedIn, TheRunning, Writing, answer
from api.routes.shapes import Answer, Shape
from api.running import Running
from api.transaction import RecordedRoute
from matching.actions import sign_in as actions
from matching.actions.sign_in import OpenedSession
from matching.errors import NotFound, NotPermitted
from matching.model.people import Permission, Role
from matching.store.tables import SignInSession

router = APIRouter(prefix="/v1/sign-in", tags=["sign in"], route_class=RecordedRoute)

Email = Annotated[str, StringConstraints(min_length=3, max_length=320)]
# What is typed is taken as it is, spaces at its ends too; how long a new one must be is the domain's.
Password = Annotated[str, StringConstraints(min_length=1, max_length=1000, strip_whitespace=False)]
Code = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]
Token = Annotated[str, StringConstraints(min_length=1, max_length=1000)]


def own_pages(request: Request, running: TheRunning) -> None:
    """Refuse other sites' pages, and addresses that ask too often; nobody is known yet."""
    auth.check_own_pages(request, running)
    running.rates.check(f"from {request.client.host if request.client else ''}")


def half_way(request: Request, running: TheRunning, at: Now) -> SignInSession:
    """Who has taken the first step and not yet the second."""
    return auth.half_way_session(request, running, at)


OwnPages = Depends(own_pages)
HalfWay = Annotated[SignInSession, Depends(half_way)]


class PasswordSent(Shape):
    """The first step."""

    email: Email
    password: Password


class CodeSent(Shape):
    """The second step: the six figures that the app shows."""

    code: Code


class FirstPasswordSent(Shape):
    """The token of the link that was sent, and the password to be."""

    token: Token
    password: Password


class NewPasswordSent(Shape):
    """One's present password, and the one to be."""

    present: Password
    new: Password


class FirstStepAnswer(Answer):
    """What comes next: a code, or first an app to be enrolled."""

    next: Annotated[str, Field(pattern="^(code|enrolment)$")]
    csrf_token: str
    expires_at: datetime


class EnrolmentAnswer(Answer):
    """What the app reads, as text or as a QR code; it is shown this once."""

    otpauth_uri: str


class SessionAnswer(Answer):
    """A session that was opened: the token goes with every change, as `X-CSRF-Token`."""

    csrf_token: str
    expires_at: datetime


class WhoAnswer(Answer):
    """Who asks, and what they may do; a machine has no address, no role and no session."""

    id: str
    name: str
    email: str | None
    organisation_id: str
    organisation: str
    roles: list[Role]
    permissions: list[Permission]
    team_ids: list[str]
    csrf_token: str | None
    expires_at: datetime | None


@router.post("/password", response_model=FirstStepAnswer, dependencies=[Public, OwnPages])
def take_first_step(sent: PasswordSent, at: Now, running: TheRunning) -> Response:
    """Take the first step with address and password; five failures within 15 minutes close the address for a while."""
    begun = actions.begin_sign_in(
        email=sent.email, password=sent.password, at=at, database=running.database, sealer=running.sealer
    )
    response = answer(
        {
            "next": "code" if begun.has_app else "enrolment",
            "csrf_token": begun.session.csrf_token,
            "expires_at": begun.session.expires_at,
        }
    )
    auth.give_session(response, begun.session)
    return response


@router.post("/enrolment", response_model=EnrolmentAnswer, dependencies=[Public, OwnPages])
def enrol(session: HalfWay, at: Now, running: TheRunning) -> Response:
    """Enrol an app, once, between the first step and the second."""
    uri = actions.enrol_app(session=session, at=at, database=running.database, sealer=running.sealer)
    return answer({"otpauth_uri": uri})


@router.post("/code", response_model=SessionAnswer, dependencies=[Public, OwnPages])
def take_second_step(sent: CodeSent, session: HalfWay, at: Now, running: TheRunning) -> Response:
    """Take the second step with the code of the app: a code works once."""
    _, opened = actions.finish_sign_in(
        session=session,
        code=sent.code,
        at=at,
        lasts=auth.session_lasts(running),
        database=running.database,
        sealer=running.sealer,
    )
    return _opened(opened)


@router.post("/first-password", status_code=204, dependencies=[Public, OwnPages])
def set_first_password(sent: FirstPasswordSent, at: Now, running: TheRunning) -> Response:
    """Set a password by the link that an administrator made; it works once, and for three days."""
    actions.set_password_by_link(
        token=sent.token, password=sent.password, at=at, database=running.database, sealer=running.sealer
    )
    return Response(status_code=204)


@router.put("/password", response_model=SessionAnswer)
def change_password(sent: NewPasswordSent, request: Request, by: SignedIn, at: Now, running: TheRunning) -> Response:
    """Change one's password; every session ends, and a new one opens here."""
    _own_session(request)
    opened = actions.change_password(
        present=sent.present,
        new=sent.new,
        by=by,
        at=at,
        lasts=auth.session_lasts(running),
        database=running.database,
        sealer=running.sealer,
    )
    return _opened(opened)


@router.get("/session", response_model=WhoAnswer)
def show_session(request: Request, by: SignedIn, store: Reading) -> Response:
    """Say who asks, what they may do, and the token that their changes need."""
    user = store.users.find(by.user_id)
    session = auth.session_of(request)
    return answer(
        {
            "id": by.user_id,
            "name": user.name if user else store.users.token(by.user_id).name,
            "email": user.email if user else None,
            "organisation_id": by.organisation_id,
            "organisation": store.organisations.get().name,
            "roles": user.roles if user else [],
            "permissions": sorted(by.permissions),
            "team_ids": list(by.team_ids),
            "csrf_token": session.csrf_token if session else None,
            "expires_at": session.expires_at if session else None,
        }
    )


@router.delete("/session", status_code=204)
def sign_out(request: Request, by: SignedIn, at: Now, store: Writing) -> Response:
    """Sign out here."""
    actions.sign_out(session_id=_own_session(request).id, by=by, at=at, store=store)
    return _signed_out()


@router.delete("/sessions", status_code=204)
def sign_out_everywhere(request: Request, by: SignedIn, at: Now, store: Writing) -> Response:
    """Sign out wherever one is signed in."""
    _own_session(request)
    actions.sign_out_everywhere(by=by, at=at, store=store)
    return _signed_out()


_AWAY: dict[int | str, dict[str, Any]] = {
    303: {"description": "The browser is sent on.", "headers": {"Location": {"schema": {"type": "string"}}}}
}


@router.get(
    "/single-sign-on",
    status_code=303,
    response_class=RedirectResponse,
    responses=_AWAY,
    dependencies=[Public, OwnPages],
)
def begin_single_sign_on(at: Now, running: TheRunning) -> Response:
    """Send the browser to where the organisation signs in."""
    _check_set_up(running)
    try:
        begun = single_sign_on.begin(settings=running.settings, at=at, database=running.database, sealer=running.sealer)
    except single_sign_on.IssuerUnavailable:
        raise HTTPException(503) from None
    response = RedirectResponse(begun.url, status_code=303, headers={"Cache-Control": "no-store"})
    response.set_cookie(
        single_sign_on.COOKIE, begun.cookie, max_age=600, path="/", secure=True, httponly=True, samesite="lax"
    )
    return response


@router.get(
    "/single-sign-on/callback",
    status_code=303,
    response_class=RedirectResponse,
    responses=_AWAY,
    dependencies=[Public],
)
def finish_single_sign_on(
    request: Request,
    at: Now,
    running: TheRunning,
    state: Annotated[str, Query(max_length=200)],
    code: Annotated[str, Query(max_length=2000)] = "",
    iss: Annotated[str | None, Query(max_length=500)] = None,
) -> Response:
    """Take somebody in who comes back from there; only users that exist, by what the issuer has verified."""
    _check_set_up(running)
    running.rates.check(f"from {request.client.host if request.client else ''}")
    back = single_sign_on.CameBack(
        state=state, code=code, cookie=request.cookies.get(single_sign_on.COOKIE, ""), issuer=iss
    )
    try:
        identity = single_sign_on.finish(
            back=back, settings=running.settings, at=at, database=running.database, sealer=running.sealer
        )
    except single_sign_on.IssuerUnavailable:
        raise HTTPException(503) from None
    opened = actions.sign_in_known(
        subject_digest=identity.subject_digest,
        verified_email=identity.verified_email,
        at=at,
        lasts=auth.session_lasts(running),
        database=running.database,
    )
    response = RedirectResponse("/", status_code=303, headers={"Cache-Control": "no-store"})
    auth.give_session(response, opened)
    response.delete_cookie(single_sign_on.COOKIE, path="/", secure=True, httponly=True, samesite="lax")
    return response


def _check_set_up(running: Running) -> None:
    if not single_sign_on.is_set_up(running.settings):
        raise NotFound("Single sign-on is not set up here.")


def _own_session(request: Request) -> SignInSession:
    session = auth.session_of(request)
    if session is None:
        raise NotPermitted("A machine has no password and no session.")
    return session


def _opened(opened: OpenedSession) -> Response:
    response = answer({"csrf_token": opened.csrf_token, "expires_at": opened.expires_at})
    auth.give_session(response, opened)
    return response


def _signed_out() -> Response:
    response = Response(status_code=204)
    auth.forget_session(response)
    return response
