"""Pages on employers: found, read with their roles and workplaces, added and changed."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from api.dependencies import Id
from api.pages.calls import calls_for
from api.pages.role_words import at_a_glance
from api.pages.route import PageRoute
from api.pages.typed import FormReader
from api.pages.visit import SignedInVisit, Visit
from matching.actions import employers as actions
from matching.actions.contacts import read_standing, visits_to
from matching.actions.employers import EmployerDetails
from matching.actions.looking import look_through
from matching.actions.organisation_pool import NotReady
from matching.actions.questions import CallQuestion
from matching.actions.users import names_of
from matching.errors import Conflict, Invalid
from matching.model.people import Permission
from matching.places import parse_postcode
from matching.store.vacancies import VacancyFilter

router = APIRouter(prefix="/employers", route_class=PageRoute, include_in_schema=False)

_ON_A_PAGE = 25
_FIRST_ROLES = 10
_FIRST_QUESTIONS = 5


@router.get("")
def find(visit: Visit) -> Response:
    """Find employers by words of their name."""
    words = visit.asked("search", most=100)
    page = actions.employers_by_name(
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
    """Show an employer: whether it may be contacted, what to ask, its roles here and its workplaces."""
    employer, workplaces = actions.read_employer(employer_id=employer_id, by=visit.by, store=visit.reading)
    standing = read_standing(employer_id=employer_id, on=visit.today, by=visit.by, store=visit.reading)
    looked = look_through(
        only=VacancyFilter(employer_id=employer_id), start=0, limit=_FIRST_ROLES, by=visit.by, store=visit.reading
    )
    return visit.show(
        "employers/show.html",
        employer=employer,
        workplaces=workplaces,
        standing=standing,
        names=names_of(user_ids=_users(standing.last_contact_by, standing.next_planned_by), store=visit.reading),
        visits=visits_to(employer_id=employer_id, by=visit.by, store=visit.reading),
        looked=looked,
        roles=[(each, at_a_glance(each.document)) for each in looked.roles],
        questions=_questions(employer_id, visit)[:_FIRST_QUESTIONS],
    )


def _users(*user_ids: str | None) -> set[str]:
    return {each for each in user_ids if each is not None}


def _questions(employer_id: str, visit: SignedInVisit) -> list[CallQuestion]:
    """What to ask this employer, for those who ask; none while the words of roles are still being read."""
    if not visit.can(Permission.QUESTIONS_READ):
        return []
    try:
        calls = calls_for(visit, employer_id=employer_id, limit=1).items
    except NotReady:
        return []
    return [question for call in calls for question in call.questions]


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


# -- workplaces --------------------------------------------------------------------------------------------------------


@router.get("/{employer_id}/workplaces/new")
def ask_for_workplace(employer_id: Id, visit: Visit) -> Response:
    """Ask where an employer's people work."""
    visit.need(Permission.EMPLOYERS_WRITE)
    return _workplace(employer_id, visit)


@router.post("/{employer_id}/workplaces/new")
def add_workplace(employer_id: Id, visit: Visit) -> Response:
    """Add a place where an employer's people work."""
    form = visit.form()
    name = form.text("name", needed="Enter what they call the place.", most=200)
    postcode = _postcode(form)
    try:
        form.done()
        actions.add_workplace(
            employer_id=employer_id, name=name, postcode=postcode, by=visit.by, at=visit.at, store=visit.writing
        )
    except (Invalid, Conflict) as refused:
        return _workplace(employer_id, visit.again(refused))
    return visit.go(f"/employers/{employer_id}", done="workplace-added")


def _postcode(form: FormReader) -> str | None:
    typed = form.text("postcode", most=20)
    if not typed:
        return None
    try:
        return parse_postcode(typed).text
    except ValueError:
        form.refuse("postcode", "Enter a postcode, such as ME14 1XQ, or its first part, such as ME14.")
        return None


def _workplace(employer_id: str, visit: SignedInVisit) -> Response:
    employer, _ = actions.read_employer(employer_id=employer_id, by=visit.by, store=visit.reading)
    return visit.show("employers/workplace.html", employer=employer)
