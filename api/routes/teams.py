"""Teams of the organisation."""

from __future__ import annotations

from fastapi import APIRouter, Response

from api.dependencies import Cursor, Id, IfMatch, Now, Reading, SignedIn, Writing, answer, page_json
from api.routes.shapes import Answer, Shape, Short
from api.transaction import RecordedRoute
from matching.actions import organisations as actions
from matching.store.tables import Team

router = APIRouter(prefix="/v1/teams", tags=["users"], route_class=RecordedRoute)


class TeamSent(Shape):
    """What a team is called."""

    name: Short


class TeamAnswer(Answer):
    """A team."""

    id: str
    name: str
    version: int


class TeamPage(Answer):
    """Some teams."""

    items: list[TeamAnswer]
    next_cursor: str | None


@router.post("", status_code=201, response_model=TeamAnswer)
def add(sent: TeamSent, by: SignedIn, at: Now, store: Writing) -> Response:
    """Add a team."""
    team = actions.add_team(name=sent.name, by=by, at=at, store=store)
    return answer(_json(team), status=201, version=team.version)


@router.get("", response_model=TeamPage)
def find(by: SignedIn, store: Reading, page: Cursor) -> Response:
    """List the teams."""
    found = actions.list_teams(after=page.after, limit=page.limit, by=by, store=store)
    return answer(page_json(found, [_json(team) for team in found.items]))


@router.put("/{team_id}", response_model=TeamAnswer)
def rename(team_id: Id, sent: TeamSent, version: IfMatch, by: SignedIn, at: Now, store: Writing) -> Response:
    """Give a team another name."""
    team = actions.rename_team(team_id=team_id, name=sent.name, version=version, by=by, at=at, store=store)
    return answer(_json(team), version=team.version)


def _json(team: Team) -> dict[str, object]:
    return {"id": team.id, "name": team.name, "version": team.version}
