"""Pages on how somebody is supported: whether now, by whom, and whether lists are drawn for them."""

from __future__ import annotations

from fastapi import APIRouter, Response

from api.dependencies import Id
from api.pages.labels import label
from api.pages.person import Person, person_of
from api.pages.route import PageRoute
from api.pages.typed import given
from api.pages.visit import SignedInVisit, Visit
from matching.actions import participants as actions
from matching.actions.participants import MOVES, Seat
from matching.errors import Conflict, Invalid
from matching.model.people import ParticipantStatus, Permission
from matching.permissions import check_can_write_participant

router = APIRouter(prefix="/participants/{participant_id}", route_class=PageRoute, include_in_schema=False)

_MEANS = {
    ParticipantStatus.ACTIVE: "Lists are drawn and new roles are told.",
    ParticipantStatus.PAUSED: "No new roles are told. Everything is kept. You can go on at any time.",
    ParticipantStatus.LEFT: "No lists are drawn. Their details are erased some time later, as your organisation set.",
}


@router.get("/status")
def ask_status(participant_id: Id, visit: Visit) -> Response:
    """Ask whether support pauses, ends or goes on."""
    return _status_form(participant_id, visit)


@router.post("/status")
def move_to_status(participant_id: Id, visit: Visit) -> Response:
    """Pause support, note that somebody left, or take them back."""
    try:
        form = visit.form()
        status = form.choice("status", ParticipantStatus, needed="Choose what holds from now on.")
        form.done()
        actions.move_to_status(
            participant_id=participant_id,
            status=given(status),
            version=form.version(),
            by=visit.by,
            at=visit.at,
            store=visit.writing,
        )
    except (Invalid, Conflict) as refused:
        return _status_form(participant_id, visit.again(refused))
    return visit.go(f"/participants/{participant_id}", done="participant-status")


@router.get("/specialist")
def ask_specialist(participant_id: Id, visit: Visit) -> Response:
    """Ask who takes over."""
    visit.need(Permission.PARTICIPANTS_WRITE_TEAM)
    return _specialist_form(participant_id, visit)


@router.post("/specialist")
def hand_over(participant_id: Id, visit: Visit) -> Response:
    """Give a participant to another specialist."""
    visit.need(Permission.PARTICIPANTS_WRITE_TEAM)
    try:
        form = visit.form()
        seats = seats_of(visit)
        chosen = seats.get(form.one_of("seat", seats, needed="Choose who takes over."))
        form.done()
        participant = actions.reassign(
            participant_id=participant_id,
            specialist_id=chosen.specialist.id if chosen else "",
            team_id=chosen.team_id if chosen else None,
            version=form.version(),
            by=visit.by,
            at=visit.at,
            store=visit.writing,
        )
    except (Invalid, Conflict) as refused:
        says = {"specialist_id": ("seat", "This"), "team_id": ("seat", "This")}
        return _specialist_form(participant_id, visit.again(refused, says=says))
    return visit.go(f"/participants/{participant.id}", done="participant-handed-over")


@router.get("/objection")
def ask_objection(participant_id: Id, visit: Visit) -> Response:
    """Ask whether the person wants drawn lists."""
    return _objection_form(participant_id, visit)


@router.post("/objection")
def set_objection(participant_id: Id, visit: Visit) -> Response:
    """Note whether a participant objects to drawn lists."""
    try:
        form = visit.form()
        wants = form.yes_no("wants_lists", needed="Choose yes or no.")
        form.done()
        actions.set_objection(
            participant_id=participant_id,
            objects=not wants,
            version=form.version(),
            by=visit.by,
            at=visit.at,
            store=visit.writing,
        )
    except (Invalid, Conflict) as refused:
        return _objection_form(participant_id, visit.again(refused))
    return visit.go(f"/participants/{participant_id}", done="participant-objection")


def seats_of(visit: SignedInVisit) -> dict[str, Seat]:
    """Who may support somebody, by the value of their choice in a form."""
    seats = actions.who_may_support(by=visit.by, store=visit.reading)
    return {f"{seat.specialist.id} {seat.team_id or ''}".strip(): seat for seat in seats}


def seat_options(seats: dict[str, Seat]) -> list[tuple[str, str]]:
    """The same as choices of a form."""
    return [
        (value, f"{seat.specialist.name}, {seat.team}" if seat.team else seat.specialist.name)
        for value, seat in seats.items()
    ]


def _to_change(participant_id: str, visit: SignedInVisit) -> Person:
    person = person_of(visit, participant_id)
    check_can_write_participant(visit.by, person.row)
    return person


def _status_form(participant_id: str, visit: SignedInVisit) -> Response:
    person = _to_change(participant_id, visit)
    moves = [(each.value, label(each), _MEANS[each]) for each in MOVES[person.row.status]]
    return visit.show("participants/status.html", person=person, moves=moves)


def _specialist_form(participant_id: str, visit: SignedInVisit) -> Response:
    person = _to_change(participant_id, visit)
    present = f"{person.row.specialist_id} {person.row.team_id or ''}".strip()
    options = [each for each in seat_options(seats_of(visit)) if each[0] != present]
    return visit.show("participants/specialist.html", person=person, options=options)


def _objection_form(participant_id: str, visit: SignedInVisit) -> Response:
    return visit.show("participants/objection.html", person=_to_change(participant_id, visit))
