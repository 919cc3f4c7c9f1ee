"""Sign in and out, and carry on where the session ended, with what was typed."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.dependencies import Public
from api.pages.route import PageRoute
from api.pages.typed import Typed
from api.pages.visit import AnyVisit, Guest

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/sign-in", dependencies=[Public])
def ask(visit: AnyVisit) -> Response:
    """Ask who it is."""
    return visit.show("sign_in/password.html")


def sign_in_to_carry_on(request: Request, typed: Typed) -> Response:
    """Ask who it is, with a form that was sent after the session had ended."""
    running = request.app.state.running
    visit = Guest(request=request, running=running, at=running.clock(), typed=typed)
    return visit.show("sign_in/password.html", status=401)
