"""Pages on job tasters and working interviews: what both sides found, in words and never as a mark."""

from __future__ import annotations

from dataclasses import replace

from fastapi import APIRouter, Response

from api.dependencies import Id
from api.pages.job_choice import OTHER, JobChoice, chosen_job, employer_names, job_choice, role_if_told
from api.pages.labels import options
from api.pages.person import Person, person_of
from api.pages.route import PageRoute
from api.pages.typed import given
from api.pages.visit import SignedInVisit, Visit
from matching.actions import tasters as actions
from matching.actions.tasters import TasterDetails
from matching.errors import Conflict, Invalid, NotPermitted
from matching.model.placement import TasterKind
from matching.permissions import check_can_write_participant
from matching.store.tables import Taster

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/participants/{participant_id}/tasters/new")
def ask(participant_id: Id, visit: Visit) -> Response:
    """Ask what is planned or what took place."""
    return _form(visit, participant_id)


@router.post("/participants/{participant_id}/tasters/new")
def log(participant_id: Id, visit: Visit) -> Response:
    """Log a taster."""
    try:
        taster = actions.log_taster(
            details=_details(visit, participant_id), by=visit.by, at=visit.at, store=visit.writing
        )
    except (Invalid, Conflict) as refused:
        return _form(visit.again(refused, says=_SAYS), participant_id)
    return visit.go(f"/tasters/{taster.id}", done="taster-added")


@router.get("/tasters/{taster_id}")
def show(taster_id: Id, visit: Visit) -> Response:
    """Show a taster with what both sides found."""
    taster = _read(taster_id, visit)
    return visit.show(
        "tasters/show.html",
        person=_person(visit, taster.participant_id),
        taster=taster,
        employer=employer_names(visit, {taster.employer_id})[taster.employer_id],
        role=role_if_told(visit, taster.vacancy_id),
        is_over=taster.on <= visit.today,
    )


@router.get("/tasters/{taster_id}/change")
def ask_for_change(taster_id: Id, visit: Visit) -> Response:
    """Ask what both sides found, or what is to be corrected."""
    taster = _read(taster_id, visit)
    _check_told(visit, taster)
    return _form(visit, taster.participant_id, taster)


@router.post("/tasters/{taster_id}/change")
def change(taster_id: Id, visit: Visit) -> Response:
    """Write down what both sides found, or correct it."""
    taster = _read(taster_id, visit)
    _check_told(visit, taster)
    try:
        actions.change_taster(
            taster_id=taster_id,
            details=_details(visit, taster.participant_id, taster),
            version=visit.form().version(),
            by=visit.by,
            at=visit.at,
            store=visit.writing,
        )
    except (Invalid, Conflict) as refused:
        again = visit.again(refused, says=_SAYS)
        return _form(again, taster.participant_id, _read(taster_id, again))
    return visit.go(f"/tasters/{taster_id}", done="taster-changed")


_SAYS = {
    "on": ("on", "The day"),
    "employer_id": ("employer", "The employer"),
    "vacancy_id": ("job", "The role"),
}


def _details(visit: SignedInVisit, participant_id: str, taster: Taster | None = None) -> TasterDetails:
    form = visit.form()
    kind = form.choice("kind", TasterKind, needed="Choose what it is.")
    chosen = chosen_job(form, _choice(visit, participant_id, taster))
    on = form.day("on", needed="Enter the day.", what="The day")
    participant_found, employer_found = form.long_text("participant_found"), form.long_text("employer_found")
    form.done()
    return TasterDetails(
        participant_id=participant_id,
        employer_id=chosen.employer_id,
        vacancy_id=chosen.vacancy_id,
        kind=given(kind),
        on=given(on),
        participant_found=participant_found,
        employer_found=employer_found,
    )


def _form(visit: SignedInVisit, participant_id: str, taster: Taster | None = None) -> Response:
    person = _person(visit, participant_id)
    check_can_write_participant(visit.by, person.row)
    choice = _choice(visit, participant_id, taster)
    asked = visit.asked("role", most=100) if taster is None else taster.vacancy_id or OTHER
    name = "" if taster is None else employer_names(visit, {taster.employer_id})[taster.employer_id]
    return visit.show(
        "tasters/form.html",
        person=person,
        taster=taster,
        choice=choice,
        role=asked,
        employer=name,
        kinds=options(TasterKind),
    )


def _choice(visit: SignedInVisit, participant_id: str, taster: Taster | None) -> JobChoice:
    named = [visit.typed.get("job"), visit.asked("role", most=100), None if taster is None else taster.vacancy_id]
    return job_choice(visit, participant_id, besides=named)


def _check_told(visit: SignedInVisit, taster: Taster) -> None:
    """Refuse who cannot see the role of a taster: saved by them, it would be about no role any more."""
    if taster.vacancy_id and role_if_told(visit, taster.vacancy_id) is None:
        raise NotPermitted("This is about a role that was told to somebody else in trust. Ask them to change it.")


def _read(taster_id: str, visit: SignedInVisit) -> Taster:
    return actions.read_taster(taster_id=taster_id, by=visit.by, at=visit.at, store=visit.writing)


def _person(visit: SignedInVisit, participant_id: str) -> Person:
    """Whose taster it is, with the place of their jobs marked among their pages."""
    return replace(person_of(visit, participant_id), path=f"/participants/{participant_id}/jobs/")
