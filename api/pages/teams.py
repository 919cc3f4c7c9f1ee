"""Pages on teams, for who administers: added and given another name."""

from __future__ import annotations

from fastapi import APIRouter, Response

from api.dependencies import Id
from api.pages.route import PageRoute
from api.pages.visit import SignedInVisit, Visit
from matching.actions import organisations as actions
from matching.errors import Conflict, Invalid, NotFound
from matching.model.people import Permission
from matching.store.tables import Team

router = APIRouter(prefix="/administration/teams", route_class=PageRoute, include_in_schema=False)

_MOST = 100


@router.get("")
def find(visit: Visit) -> Response:
    """List the teams, with a form for another."""
    visit.need(Permission.USERS_MANAGE)
    return _list(visit)


@router.post("")
def add(visit: Visit) -> Response:
    """Add a team."""
    try:
        actions.add_team(name=_name(visit), by=visit.by, at=visit.at, store=visit.writing)
    except (Invalid, Conflict) as refused:
        return _list(visit.again(refused))
    return visit.go("/administration/teams", done="team-added")


@router.get("/{team_id}")
def ask(team_id: Id, visit: Visit) -> Response:
    """Ask what a team is to be called."""
    visit.need(Permission.USERS_MANAGE)
    return _form(visit, team_id)


@router.post("/{team_id}")
def rename(team_id: Id, visit: Visit) -> Response:
    """Give a team another name."""
    try:
        actions.rename_team(
            team_id=team_id,
            name=_name(visit),
            version=visit.form().version(),
            by=visit.by,
            at=visit.at,
            store=visit.writing,
        )
    except (Invalid, Conflict) as refused:
        return _form(visit.again(refused), team_id)
    return visit.go("/administration/teams", done="team-renamed")


def _name(visit: SignedInVisit) -> str:
    form = visit.form()
    name = form.text("name", needed="Enter the team's name.", most=200)
    form.done()
    return name


def _teams(visit: SignedInVisit) -> list[Team]:
    return list(actions.list_teams(after=None, limit=_MOST, by=visit.by, store=visit.reading).items)


def _list(visit: SignedInVisit) -> Response:
    return visit.show("teams/list.html", teams=_teams(visit))


def _form(visit: SignedInVisit, team_id: str) -> Response:
    team = next((each for each in _teams(visit) if each.id == team_id), None)
    if team is None:
        raise NotFound("There is no such team.")
    return visit.show("teams/form.html", team=team)
