"""Errors as pages: the same kinds as for programs, in words for people, and with what they had typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.pages.carrying import FOR_PROGRAMS, local_page, shown_of
from api.pages.rendering import rendered
from api.pages.typed import Typed
from api.pages.visit import Guest, SignedInVisit

if TYPE_CHECKING:
    from api.errors import ProblemType


@dataclass(frozen=True, slots=True)
class _Words:
    """What a person reads: what it is, and what to do about it."""

    heading: str
    lines: tuple[str, ...]
    #: Whether what the domain said comes first: it speaks to people there, and to programs elsewhere.
    tells: bool = False


_AGAIN = ("Go back in your browser. What you typed should still be there. Try again.",)
_WORDS: Mapping[str, _Words] = {
    "invalid": _Words("This address is not complete", ("Something in the address cannot be read. Check it.",)),
    "malformed": _Words("This could not be read", _AGAIN, tells=True),
    "not-permitted": _Words(
        "You may not see or do this",
        ("If you need this for your work, ask your team leader or your administrator.",),
        tells=True,
    ),
    "not-found": _Words(
        "Page not found",
        (
            "If you typed the address, check it.",
            "If you followed a link, the page may be closed, moved or erased. Or it may not be for you to see.",
        ),
    ),
    "method-not-allowed": _Words("Page not found", ("This is the address of a button. Start from the page it is on.",)),
    "conflict": _Words(
        "This can no longer be done",
        ("Something has changed since you looked. Go back and load the page again.",),
        tells=True,
    ),
    "stale": _Words(
        "Somebody was quicker",
        ("Nothing of yours was saved. Go back and load the page again to see what is there now.",),
    ),
    "too-large": _Words(
        "This is too large",
        ("Nothing was saved.", "Go back in your browser and send less at once. What you typed should still be there."),
    ),
    "unsupported-media-type": _Words("This could not be read", _AGAIN),
    "version-needed": _Words("This could not be read", _AGAIN),
    "too-many-requests": _Words("Too much at once", ("Nothing is wrong with your account.",)),
    "internal": _Words(
        "Sorry, something went wrong",
        ("Nothing was changed. It is our fault and it has been noted.", "Try again in a few minutes."),
    ),
    "busy": _Words("Not ready yet", ("Wait a few seconds, then load this page again.",)),
    "no-room": _Words(
        "There is no room left",
        (
            "The disk of the service is full, so nothing new can be kept. Nothing was changed.",
            "Tell the administrator of your organisation. What is here already is safe.",
        ),
    ),
}


def page_of(request: Request, kind: ProblemType, detail: str, headers: Mapping[str, str] | None) -> Response | None:
    """A page that says what went wrong, none where a program asked; who is not signed in is asked to sign in.

    It asks the database for nothing but a session, and for that only where the database has just answered.
    """
    if request.scope["path"].startswith(FOR_PROGRAMS):
        return None
    typed: Typed = getattr(request.state, "typed", None) or Typed()
    if kind.slug == "not-signed-in":
        return _to_sign_in(request, typed)
    if getattr(request.state, "lacks_token", False):
        return _opened_before(request, typed, kind)
    words = _WORDS[kind.slug]
    said = [detail] if detail and words.tells else []
    if kind.slug == "too-many-requests":
        said = [_wait((headers or {}).get("retry-after", ""))]
    return _page(request, kind, words.heading, [*said, *words.lines], typed, headers)


def _page(
    request: Request,
    kind: ProblemType,
    heading: str,
    lines: list[str],
    typed: Typed,
    headers: Mapping[str, str] | None = None,
) -> Response:
    visit = _visit(request)
    shown = {
        "visit": visit,
        "typed": typed,
        "heading": heading,
        "lines": lines,
        "kept": shown_of(tuple(typed.kept())),
        "number": request.scope.get("state", {}).get("request_id", "") if kind.status >= 500 else "",
    }
    return HTMLResponse(
        rendered("errors/show.html", shown),
        status_code=kind.status,
        headers={"Cache-Control": "no-store", **(headers or {})},
    )


def _visit(request: Request) -> Guest:
    """Who looks, as far as the request had found out: so somebody who is signed in keeps their menu."""
    running = request.app.state.running
    actor = getattr(getattr(request.state, "work", None), "actor", None)
    at = running.clock()
    if actor is None or getattr(request.state, "session", None) is None:
        return Guest(request=request, running=running, at=at, typed=Typed())
    return SignedInVisit(request=request, running=running, at=at, typed=Typed(), by=actor)


def _wait(seconds: str) -> str:
    """How long to wait, as people count."""
    if not seconds.isdecimal() or int(seconds) > 90:
        return "Wait a few minutes, then try again."
    return "Wait a minute, then try again." if int(seconds) > 10 else "Wait a few seconds, then try again."


def _opened_before(request: Request, typed: Typed, kind: ProblemType) -> Response:
    """The form was opened in a session before this one: nothing is done, and everything typed is there to be sent."""
    from api.pages.sign_in import ask_to_send_again

    lines = ["You have signed in again since you opened this page. Nothing was changed.", "Go back and load it again."]
    return ask_to_send_again(request, typed) or _page(request, kind, "Load the page again", lines, typed)


def _to_sign_in(request: Request, typed: Typed) -> Response:
    """Ask to sign in; what was typed into a form is carried along, by the page itself and never by us."""
    path = request.url.path
    if path == "/sign-out":  # nobody has to sign in for that
        return RedirectResponse("/sign-in?done=signed-out", status_code=303, headers={"Cache-Control": "no-store"})
    if request.method == "POST":
        from api.pages.sign_in import sign_in_to_carry_on

        return sign_in_to_carry_on(request, typed)
    asked = local_page(path + (f"?{request.url.query}" if request.url.query else ""))
    where = "" if asked in ("", "/") else f"?next={quote(asked, safe='')}"
    return RedirectResponse(f"/sign-in{where}", status_code=303, headers={"Cache-Control": "no-store"})
