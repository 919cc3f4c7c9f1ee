"""One visit to a page: who asks, the stores, what was typed, and the ways to answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Annotated, Any, Self

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.auth import session_of
from api.dependencies import Now, SignedIn, TheRunning, today
from api.pages.navigation import navigation
from api.pages.rendering import rendered
from api.pages.route import new_mark
from api.pages.saying import Refusal, refusal_of
from api.pages.typed import FormReader, Typed
from api.running import Running
from api.transaction import Work
from matching.actions.index import LivePools
from matching.errors import Conflict, Invalid, NotPermitted
from matching.model.people import Actor, Permission
from matching.permissions import check_any
from matching.store import Store

_HEADERS = {"Cache-Control": "no-store"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """A visit by somebody who need not be signed in."""

    request: Request
    running: Running
    at: datetime
    typed: Typed
    refusal: Refusal | None = None
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def work(self) -> Work:
        """The transaction of this request."""
        work: Work = self.request.state.work
        return work

    @property
    def today(self) -> date:
        """The day in the United Kingdom."""
        return today(self.at)

    @property
    def path(self) -> str:
        """Where we are."""
        return self.request.url.path

    @property
    def csrf(self) -> str:
        """The token that each form carries."""
        session = getattr(self.request.state, "session", None)
        return session.csrf_token if session is not None else ""

    @property
    def user_name(self) -> str:
        """Who is signed in, by name."""
        user = getattr(self.request.state, "user", None)
        return user.name if user is not None else ""

    @property
    def mark(self) -> str:
        """A new mark for each form: the same form sent twice is done once."""
        return new_mark()

    @property
    def session_minutes(self) -> int:
        """After how long without a page somebody is signed out."""
        return self.running.settings.session_minutes

    @property
    def menu(self) -> list[dict[str, Any]]:
        """What is found in the navigation."""
        return []

    @property
    def errors(self) -> Mapping[str, str]:
        """What is said beside each input."""
        return self.refusal.by_input if self.refusal is not None else {}

    def form(self) -> FormReader:
        """Read what was typed."""
        return FormReader(self.typed)

    def can(self, _permission: Permission) -> bool:
        """Whether to show what a permission is needed for."""
        return False

    def asked(self, name: str, *, most: int = 200) -> str:
        """A word of the query, as in a search; bounded and without what cannot be stored."""
        value = self.request.query_params.get(name, "")
        return "".join(letter for letter in value if letter.isprintable())[:most].strip()

    def show(self, template: str, *, status: int = 0, **known: Any) -> HTMLResponse:
        """Answer with a page; one that brings a form back says so with its status."""
        status = status or (self.refusal.status if self.refusal is not None else 200)
        return HTMLResponse(
            rendered(template, {"visit": self, "typed": self.typed, **known}),
            status_code=status,
            headers={**_HEADERS, **self.headers},
        )

    def go(self, path: str, *, done: str = "") -> RedirectResponse:
        """Send the browser on after a change; `done` names the message that the next page shows."""
        if done:
            path += ("&" if "?" in path else "?") + f"done={done}"
        return RedirectResponse(path, status_code=303, headers=dict(_HEADERS))

    def again(self, error: Invalid | Conflict, *, says: Mapping[str, tuple[str, str]] | None = None) -> Self:
        """The same visit after its form was refused: nothing was changed, and everything typed is still there.

        `says` gives, for fields as the domain names them, the input and the words that begin its message.
        """
        self.work.begin_again()
        return replace(self, refusal=refusal_of(error, says or {}))


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedInVisit(Guest):
    """A visit by somebody who is signed in."""

    by: Actor

    @property
    def reading(self) -> Store:
        """A transaction that changes nothing."""
        return self.work.reading

    @property
    def writing(self) -> Store:
        """The transaction that this request commits; what it reads of a participant is noted in it too."""
        return self.work.writing

    @property
    def pools(self) -> LivePools:
        """The pools of this process."""
        return self.running.pools

    @property
    def menu(self) -> list[dict[str, Any]]:
        """What is found in the navigation, by what the asker may do."""
        return navigation(self.by, self.path)

    def can(self, permission: Permission) -> bool:
        """Whether to show what a permission is needed for."""
        return self.by.can(permission)

    def need(self, *permissions: Permission) -> None:
        """Refuse who may not do what a form is for before they fill it in; the action itself asks again."""
        check_any(self.by, *permissions)

    def stores(self) -> dict[str, Any]:
        """What most actions take: who asks, when, and both stores."""
        return {"by": self.by, "at": self.at, "reading": self.reading, "store": self.writing}


def _guest(request: Request, running: TheRunning, at: Now) -> Guest:
    return Guest(request=request, running=running, at=at, typed=request.state.typed)


def _signed_in(request: Request, running: TheRunning, by: SignedIn, at: Now) -> SignedInVisit:
    if session_of(request) is None:
        raise NotPermitted("Pages are for people. Programs use the addresses that begin with /v1.")
    return SignedInVisit(request=request, running=running, at=at, typed=request.state.typed, by=by)


#: A page that anybody may see; its route says `dependencies=[Public]` besides.
AnyVisit = Annotated[Guest, Depends(_guest)]
#: A page for who is signed in.
Visit = Annotated[SignedInVisit, Depends(_signed_in)]
