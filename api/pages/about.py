"""Pages about the service: help, how suggestions are made, privacy, and the accessibility statement."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from api import dependencies
from api.dependencies import Now, Public, TheRunning
from api.pages.route import PageRoute
from api.pages.visit import Guest, SignedInVisit
from matching.errors import NotSignedIn, TooMany
from matching.model.organisation import OrganisationSettings, settings_from_json

router = APIRouter(route_class=PageRoute, include_in_schema=False)


def _whoever(request: Request, running: TheRunning, at: Now) -> Guest:
    """Anybody may look; who is signed in keeps their menu."""
    try:
        by = dependencies.signed_in(request, at)
    except (NotSignedIn, TooMany):
        return Guest(request=request, running=running, at=at, typed=request.state.typed)
    return SignedInVisit(request=request, running=running, at=at, typed=request.state.typed, by=by)


Whoever = Annotated[Guest, Depends(_whoever)]


@router.get("/help", dependencies=[Public])
def show_help(visit: Whoever) -> Response:
    """Show how the usual things are done, and whom to ask."""
    return visit.show("about/help.html")


@router.get("/how-it-works", dependencies=[Public])
def show_how_it_works(visit: Whoever) -> Response:
    """Tell how suggestions are made, and who decides."""
    return visit.show("about/how_it_works.html")


@router.get("/privacy", dependencies=[Public])
def show_privacy(visit: Whoever) -> Response:
    """Tell what is held, who sees it, and how long; for who is signed in, with what their organisation has set."""
    settings = organisation = None
    if isinstance(visit, SignedInVisit):
        row = visit.reading.organisations.get()
        settings, organisation = settings_from_json(row.settings), row.name
    return visit.show("about/privacy.html", kept=settings or OrganisationSettings(), organisation=organisation)


@router.get("/accessibility", dependencies=[Public])
def show_accessibility(visit: Whoever) -> Response:
    """State how far these pages are accessible, and what to do where they are not."""
    return visit.show("about/accessibility.html")
