"""Pages on participants: the caseload in order of waiting, taking on, the first page of a person, their details."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from api.dependencies import Id
from api.pages.labels import label, options
from api.pages.person import person_from, person_of
from api.pages.route import PageRoute
from api.pages.support import seat_options, seats_of
from api.pages.typed import FormReader, given
from api.pages.visit import SignedInVisit, Visit
from matching.actions import participants as actions
from matching.actions.overviews import read_overview
from matching.actions.participants import Caseload, ParticipantDetails, caseload_sentence
from matching.actions.users import names_of
from matching.errors import Conflict, Invalid
from matching.model.people import Communication, ParticipantRoute, ParticipantStatus, Permission, SupportModel
from matching.permissions import can_write_participant, check_can_write_participant
from matching.store.tables import Participant

router = APIRouter(prefix="/participants", route_class=PageRoute, include_in_schema=False)

_ON_A_PAGE = 50


@router.get("")
def caseload(visit: Visit) -> Response:
    """List participants by how long each has gone without an opportunity or a contact, paused ones apart."""
    whose, supported_by = _whose(visit)
    left = visit.asked("show") == "left"
    after = visit.asked("after") or None

    def people(status: ParticipantStatus, start: str | None = None) -> Any:
        return actions.caseload(
            of=whose,
            statuses=(status,),
            supported_by=supported_by,
            after=start,
            limit=_ON_A_PAGE,
            by=visit.by,
            at=visit.at,
            store=visit.writing,
        )

    page = people(ParticipantStatus.LEFT if left else ParticipantStatus.ACTIVE, after)
    paused = people(ParticipantStatus.PAUSED).items if not left and after is None else ()
    shown = {each.participant.specialist_id for each in (*page.items, *paused)}
    counts = [
        each
        for each in actions.caseload_counts(of=whose, by=visit.by, store=visit.reading)
        if supported_by in (None, each.specialist_id)
    ]
    specialists = names_of(user_ids={*shown, *(each.specialist_id for each in counts)} - {None}, store=visit.reading)
    return visit.show(
        "participants/list.html",
        page=page,
        paused=paused,
        left=left,
        of=supported_by or whose.value,
        own=whose is Caseload.OWN,
        choices=_choices(visit),
        counts=[(specialists.get(each.specialist_id, ""), caseload_sentence(each)) for each in counts],
        specialists=specialists,
        today=visit.today,
    )


@router.get("/new")
def ask(visit: Visit) -> Response:
    """Ask who is to be taken on."""
    visit.need(Permission.PARTICIPANTS_TAKE_ON)
    return _form(visit)


@router.post("/new")
def take_on(visit: Visit) -> Response:
    """Take a participant on, and go on to their first facts."""
    visit.need(Permission.PARTICIPANTS_TAKE_ON)
    seats = seats_of(visit)
    try:
        form = visit.form()
        ref = form.text("ref", needed="Enter a reference.", most=100)
        seat = seats.get(form.one_of("seat", seats, needed=_WHO if len(seats) > 1 else ""))
        participant = actions.take_on(
            ref=ref,
            details=_details(form),
            specialist_id=seat.specialist.id if seat else None,
            team_id=seat.team_id if seat else None,
            by=visit.by,
            at=visit.at,
            store=visit.writing,
        )
    except (Invalid, Conflict) as refused:
        return _form(visit.again(refused, says=_SAYS))
    return visit.go(f"/participants/{participant.id}/start", done="participant-taken-on")


@router.get("/{participant_id}")
def show(participant_id: Id, visit: Visit) -> Response:
    """Show where a participant stands and what would help next."""
    overview = read_overview(participant_id=participant_id, by=visit.by, at=visit.at, store=visit.writing)
    row = overview.participant
    return visit.show(
        "participants/show.html",
        person=person_from(visit, row),
        overview=overview,
        telling=_telling(row),
        may_hand_over=can_write_participant(visit.by, row) and visit.can(Permission.PARTICIPANTS_WRITE_TEAM),
        may_erase=can_write_participant(visit.by, row) and visit.can(Permission.PARTICIPANTS_ERASE),
        today=visit.today,
    )


@router.get("/{participant_id}/change")
def ask_for_change(participant_id: Id, visit: Visit) -> Response:
    """Ask what is to be changed of a participant's details."""
    return _change_form(participant_id, visit)


@router.post("/{participant_id}/change")
def change(participant_id: Id, visit: Visit) -> Response:
    """Change what is said of a participant besides the profile."""
    try:
        actions.change_participant(
            participant_id=participant_id,
            details=_details(visit.form()),
            version=visit.form().version(),
            by=visit.by,
            at=visit.at,
            store=visit.writing,
        )
    except (Invalid, Conflict) as refused:
        return _change_form(participant_id, visit.again(refused, says=_SAYS))
    return visit.go(f"/participants/{participant_id}", done="participant-changed")


_WHO = "Choose who supports them."
_SAYS = {
    "ref": ("ref", "The reference"),
    "name": ("name", "The name"),
    "entered_on": ("entered_on", "The day they joined"),
    "communication": ("communication", "This"),
    "specialist_id": ("seat", "This"),
    "team_id": ("seat", "This"),
}


def _details(form: FormReader) -> ParticipantDetails:
    name = form.text("name") or None
    entered_on = form.day("entered_on", needed="Enter the day they joined.", what="The day they joined")
    route = form.choice("route", ParticipantRoute)
    model = form.choice("model", SupportModel)
    communication = form.choices("communication", Communication)
    form.done()
    return ParticipantDetails(
        name=name, entered_on=given(entered_on), route=route, model=model, communication=communication
    )


def _form(visit: SignedInVisit) -> Response:
    seats = seat_options(seats_of(visit))
    return visit.show(
        "participants/new.html", seats=seats if len(seats) > 1 else [], today=visit.today, **_choices_of_details()
    )


def _change_form(participant_id: str, visit: SignedInVisit) -> Response:
    person = person_of(visit, participant_id)
    check_can_write_participant(visit.by, person.row)
    return visit.show("participants/change.html", person=person, telling=_telling(person.row), **_choices_of_details())


def _choices_of_details() -> dict[str, Any]:
    unknown = [("", "Not known yet")]
    return {
        "routes": unknown + options(ParticipantRoute),
        "models": unknown + options(SupportModel),
        "forms_of_telling": options(Communication),
    }


def _telling(participant: Participant) -> list[str]:
    """How somebody wants to be told things, in words."""
    return [label(Communication(each)) for each in participant.communication]


def _whose(visit: SignedInVisit) -> tuple[Caseload, str | None]:
    """Whose participants are asked for: the asker's own, or for a leader those of their teams or of one specialist."""
    asked = visit.asked("of")
    if not visit.can(Permission.PARTICIPANTS_READ_TEAM) or asked == Caseload.OWN:
        return Caseload.OWN, None
    return Caseload.TEAM, None if asked in ("", Caseload.TEAM) else asked


def _choices(visit: SignedInVisit) -> list[tuple[str, str]]:
    """Whose participants a leader may look at; nothing to choose for anybody else."""
    if not visit.can(Permission.PARTICIPANTS_READ_TEAM):
        return []
    seats = actions.who_may_support(by=visit.by, store=visit.reading)
    others = {seat.specialist.id: seat.specialist.name for seat in seats if seat.specialist.id != visit.by.user_id}
    return [(Caseload.TEAM.value, "All my teams"), (Caseload.OWN.value, "My own"), *others.items()]
