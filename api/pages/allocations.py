"""Pages on proposals of who is put forward for what: made, read, and changed by people, one pair at a time."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from api.dependencies import Id
from api.pages.labels import options
from api.pages.route import PageRoute
from api.pages.typed import given
from api.pages.visit import SignedInVisit, Visit
from matching.actions import allocations as actions
from matching.actions.allocations import AllocationView
from matching.actions.arranging import Because
from matching.actions.organisations import list_teams
from matching.errors import Conflict, Invalid
from matching.model.people import Permission
from matching.model.shortlist import DecisionReason
from matching.permissions import can_write_participant

router = APIRouter(prefix="/allocations", route_class=PageRoute, include_in_schema=False)

_ON_A_PAGE = 20
_OWN = "own"
_SAYS = {"reason": ("reason", "The reason"), "words": ("words", "Your reason in words")}


@router.get("")
def find(visit: Visit) -> Response:
    """List the proposals, with a form for a new one."""
    return _list(visit)


@router.post("")
def propose(visit: Visit) -> Response:
    """Make a proposal; it decides nothing."""
    try:
        form = visit.form()
        whose = form.one_of("whose", [_OWN, *_teams(visit)], needed="Choose for whom.")
        people = form.whole("people_per_opening", least=1, most=10, needed="Enter a number.", what="The number")
        most = form.whole("most_per_person", least=1, most=10, needed="Enter a number.", what="The number")
        form.done()
        view = actions.propose_allocation(
            team_id=None if whose == _OWN else whose,
            people_per_opening=given(people),
            most_per_person=given(most),
            pools=visit.pools,
            **visit.stores(),
        )
    except (Invalid, Conflict) as refused:
        return _list(visit.again(refused))
    return visit.go(f"/allocations/{view.row.id}", done="allocation-made")


@router.get("/{allocation_id}")
def show(allocation_id: Id, visit: Visit) -> Response:
    """Show a proposal as it stands, the longest wait first."""
    return _show(visit, actions.read_allocation(allocation_id=allocation_id, **visit.stores()))


@router.get("/{allocation_id}/take-out/{participant_id}/{vacancy_id}")
def ask(allocation_id: Id, participant_id: Id, vacancy_id: Id, visit: Visit) -> Response:
    """Ask why a pair is taken out."""
    return _take_out(visit, allocation_id, participant_id, vacancy_id)


@router.post("/{allocation_id}/take-out/{participant_id}/{vacancy_id}")
def take_out(allocation_id: Id, participant_id: Id, vacancy_id: Id, visit: Visit) -> Response:
    """Take a pair out of a proposal, with a reason."""
    try:
        form = visit.form()
        reason = form.choice("reason", DecisionReason, needed="Choose a reason.")
        words = form.long_text("words")
        form.done()
        actions.edit_allocation(
            allocation_id=allocation_id,
            participant_id=participant_id,
            vacancy_id=vacancy_id,
            added=False,
            because=Because(reason=given(reason), words=words),
            version=form.version(),
            by=visit.by,
            at=visit.at,
            store=visit.writing,
        )
    except (Invalid, Conflict) as refused:
        return _take_out(visit.again(refused, says=_SAYS), allocation_id, participant_id, vacancy_id)
    return visit.go(f"/allocations/{allocation_id}", done="pair-taken-out")


def _teams(visit: SignedInVisit) -> dict[str, str]:
    """The teams that the asker leads, by id."""
    if not visit.can(Permission.PARTICIPANTS_WRITE_TEAM):
        return {}
    page = list_teams(after=None, limit=100, by=visit.by, store=visit.reading)
    return {team.id: team.name for team in page.items if team.id in visit.by.team_ids}


def _list(visit: SignedInVisit) -> Response:
    page = actions.find_allocations(
        after=visit.asked("after") or None, limit=_ON_A_PAGE, by=visit.by, store=visit.reading
    )
    teams = _teams(visit)
    whose = [(_OWN, "The people I support"), *((team, f"Team {name}") for team, name in teams.items())]
    return visit.show("allocations/list.html", page=page, whose=whose, teams=teams)


def _named(visit: SignedInVisit, view: AllocationView) -> dict[str, Any]:
    """The people and roles of a proposal by id; who reads it was asked for each by the action."""
    people = visit.reading.participants.with_ids(
        {each["participant_id"] for each in (*view.pairs, *view.left_out, *view.edits)}
    )
    roles = {each.id: each for each in visit.reading.vacancies.some({each["vacancy_id"] for each in view.pairs})}
    return {"people": people, "roles": roles}


def _show(visit: SignedInVisit, view: AllocationView) -> Response:
    named = _named(visit, view)
    may_change = {key for key, person in named["people"].items() if can_write_participant(visit.by, person)}
    return visit.show("allocations/show.html", view=view, may_change=may_change, **named)


def _take_out(visit: SignedInVisit, allocation_id: str, participant_id: str, vacancy_id: str) -> Response:
    view = actions.read_allocation(allocation_id=allocation_id, **visit.stores())
    pair = next(
        (each for each in view.pairs if each["participant_id"] == participant_id and each["vacancy_id"] == vacancy_id),
        None,
    )
    if pair is None:
        raise Conflict("This pair is not in the proposal.")
    return visit.show(
        "allocations/take_out.html", view=view, pair=pair, reasons=options(DecisionReason), **_named(visit, view)
    )
