"""Errors as pages: the same kinds as for programs, in words for people, and with what they had typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.pages.rendering import rendered
from api.pages.typed import Typed
from api.pages.visit import Guest

if TYPE_CHECKING:
    from api.errors import ProblemType

#: Where programs ask; everything else is a page.
_FOR_PROGRAMS = ("/v1/", "/livez", "/readyz", "/metrics")

# What a person reads, by the kind of problem: a heading and what to do. Where the domain said more, that comes first.
_WORDS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "invalid": ("This address is not complete", ("Something in the address or the form cannot be read.",)),
    "malformed": ("This could not be read", ("Go back and try again.",)),
    "not-permitted": ("You may not see or do this", ("If you think you should, ask your team leader.",)),
    "not-found": ("Page not found", ("It may have been moved, closed or erased. Check the address.",)),
    "method-not-allowed": ("Page not found", ("This address takes no such request.",)),
    "conflict": ("This can no longer be done", ("Something has changed since you looked.",)),
    "stale": ("Somebody was quicker", ("Nothing of yours was saved. Look at what is there now.",)),
    "too-large": ("This is too large", ("Send less at once.",)),
    "unsupported-media-type": ("This could not be read", ("Go back and try again.",)),
    "version-needed": ("This could not be read", ("Go back and try again.",)),
    "too-many-requests": ("Too many requests", ("Wait a minute, then try again.",)),
    "internal": ("Sorry, something went wrong", ("The error has been noted. Nothing was changed.",)),
    "busy": ("Not ready yet", ("Roles are being read. Wait a few seconds, then load this page again.",)),
}


def page_of(request: Request, kind: ProblemType, detail: str, headers: Mapping[str, str] | None) -> Response | None:
    """A page that says what went wrong, none where a program asked; who is not signed in is asked to sign in."""
    if request.url.path.startswith(_FOR_PROGRAMS):
        return None
    typed: Typed = getattr(request.state, "typed", None) or Typed()
    if kind.slug == "not-signed-in":
        return _to_sign_in(request, typed)
    heading, lines = _WORDS[kind.slug]
    visit = Guest(request=request, running=request.app.state.running, at=request.app.state.running.clock(), typed=typed)
    shown = {
        "visit": visit,
        "typed": typed,
        "heading": heading,
        "lines": [detail, *lines] if detail else lines,
        "kept": [(name, value) for name, value in typed.kept() if name != "version"],
        "number": request.scope.get("state", {}).get("request_id", "") if kind.status >= 500 else "",
    }
    return HTMLResponse(
        rendered("errors/show.html", shown),
        status_code=kind.status,
        headers={"Cache-Control": "no-store", **(headers or {})},
    )


def _to_sign_in(request: Request, typed: Typed) -> Response:
    """Ask to sign in; what was typed into a form is carried along, by the page itself and never by us."""
    path = request.url.path
    if request.method == "POST":
        from api.pages.sign_in import sign_in_to_carry_on

        return sign_in_to_carry_on(request, typed)
    asked = path + (f"?{request.url.query}" if request.url.query else "")
    where = "" if asked == "/" else f"?next={quote(asked, safe='')}"
    return RedirectResponse(f"/sign-in{where}", status_code=303, headers={"Cache-Control": "no-store"})
