"""Pages on employers: found, read, added and changed, with their workplaces."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from api.dependencies import Id
from api.pages.route import PageRoute
from api.pages.visit import SignedInVisit, Visit
from matching.actions import employers as actions
from matching.actions.employers import EmployerDetails
from matching.errors import Conflict, Invalid
from matching.model.people import Permission

router = APIRouter(prefix="/employers", route_class=PageRoute, include_in_schema=False)

_ON_A_PAGE = 25


@router.get("")
def find(visit: Visit) -> Response:
    """Find employers by words of their name."""
    words = visit.asked("search", most=100)
    page = actions.find_employers(
        search=words, after=visit.asked("after") or None, limit=_ON_A_PAGE, by=visit.by, store=visit.reading
    )
    return visit.show("employers/list.html", page=page, words=words)


@router.get("/new")
def ask(visit: Visit) -> Response:
    """Ask what is known of a new employer."""
    visit.need(Permission.EMPLOYERS_WRITE)
    return _form(visit)


@router.post("/new")
def add(visit: Visit) -> Response:
    """Add an employer."""
    try:
        employer = actions.add_employer(details=_details(visit), by=visit.by, at=visit.at, store=visit.writing)
    except (Invalid, Conflict) as refused:
        return _form(visit.again(refused, says=_SAYS))
    return visit.go(f"/employers/{employer.id}", done="employer-added")


@router.get("/{employer_id}")
def show(employer_id: Id, visit: Visit) -> Response:
    """Show an employer with its workplaces."""
    employer, workplaces = actions.read_employer(employer_id=employer_id, by=visit.by, store=visit.reading)
    return visit.show("employers/show.html", employer=employer, workplaces=workplaces)


@router.get("/{employer_id}/change")
def ask_for_change(employer_id: Id, visit: Visit) -> Response:
    """Ask what is to be changed."""
    visit.need(Permission.EMPLOYERS_WRITE)
    return _form_of(employer_id, visit)


@router.post("/{employer_id}/change")
def change(employer_id: Id, visit: Visit) -> Response:
    """Change an employer."""
    try:
        actions.change_employer(
            employer_id=employer_id,
            details=_details(visit),
            version=visit.form().version(),
            by=visit.by,
            at=visit.at,
            store=visit.writing,
        )
    except (Invalid, Conflict) as refused:
        return _form_of(employer_id, visit.again(refused, says=_SAYS))
    return visit.go(f"/employers/{employer_id}", done="employer-changed")


_SAYS = {"name": ("name", "The name")}


def _details(visit: SignedInVisit) -> EmployerDetails:
    form = visit.form()
    details = EmployerDetails(
        name=form.text("name", needed="Enter the employer's name."),
        notes=form.long_text("notes") or None,
        contact_every_days=form.whole("contact_every_days", least=1, most=365, what="The number of days"),
        no_contact_until=form.day("no_contact_until"),
    )
    form.done()
    return details


def _form(visit: SignedInVisit, **known: Any) -> Response:
    return visit.show("employers/form.html", **{"employer": None, **known})


def _form_of(employer_id: str, visit: SignedInVisit) -> Response:
    employer, _ = actions.read_employer(employer_id=employer_id, by=visit.by, store=visit.reading)
    return _form(visit, employer=employer)
