"""Pages on what employers may know of somebody: chosen by them, taken back, and what comes of it in sentences."""

from __future__ import annotations

from fastapi import APIRouter, Response

from api.dependencies import Id
from api.pages.labels import LABELS, options
from api.pages.person import Person, person_of
from api.pages.route import PageRoute
from api.pages.typed import FormReader, given
from api.pages.visit import SignedInVisit, Visit
from matching.actions import consents as actions
from matching.actions.consents import ConsentDetails
from matching.actions.employers import find_employers, read_employer
from matching.errors import Conflict, Invalid
from matching.model.people import ConsentChoice, ConsentItem, ConsentMethod
from matching.permissions import check_can_write_participant

router = APIRouter(prefix="/participants/{participant_id}/consents", route_class=PageRoute, include_in_schema=False)

_ON_A_PAGE = 20
#: The answers of the form: a no is to everything, or to some things alone.
_YES, _NO, _NOT_THESE = "yes", "no", "not_these"
_CHOICES = (
    (_YES, "Yes, tell them what I tick below"),
    (_NO, "No, tell them nothing"),
    (_NOT_THESE, "No, do not tell them what I tick below"),
)
_SAYS = {
    "items": ("items", "This"),
    "given_on": ("given_on", "The day of the choice"),
    "expires_on": ("expires_on", "The last day"),
    "withdrawn_on": ("withdrawn_on", "The day"),
}


@router.get("")
def show(participant_id: Id, visit: Visit) -> Response:
    """Show what a participant chose about each employer."""
    person = person_of(visit, participant_id)
    choices = actions.choices_by_employer(participant_id=participant_id, by=visit.by, at=visit.at, store=visit.writing)
    return visit.show(
        "consents/list.html", person=person, choices=choices, words=LABELS[ConsentItem], today=visit.today
    )


@router.get("/new")
def ask(participant_id: Id, visit: Visit) -> Response:
    """Ask which employer a choice is about, then what the choice is."""
    person = _to_change(participant_id, visit)
    employer_id = visit.asked("employer", most=64)
    if employer_id:
        return _form(person, employer_id, visit)
    words = visit.asked("search", most=100)
    page = find_employers(
        search=words, after=visit.asked("after") or None, limit=_ON_A_PAGE, by=visit.by, store=visit.reading
    )
    return visit.show("consents/find.html", person=person, page=page, words=words)


@router.post("/new")
def add(participant_id: Id, visit: Visit) -> Response:
    """Record a choice."""
    person = _to_change(participant_id, visit)
    employer_id = visit.asked("employer", most=64)
    try:
        actions.record_consent(
            participant_id=participant_id,
            details=_details(visit.form(), employer_id, visit),
            by=visit.by,
            at=visit.at,
            store=visit.writing,
        )
    except (Invalid, Conflict) as refused:
        return _form(person, employer_id, visit.again(refused, says=_SAYS))
    return visit.go(f"/participants/{participant_id}/consents", done="consent-recorded")


@router.get("/{consent_id}/withdraw")
def ask_to_withdraw(participant_id: Id, consent_id: Id, visit: Visit) -> Response:
    """Ask from which day on a yes no longer holds."""
    return _withdrawal_form(participant_id, consent_id, visit)


@router.post("/{consent_id}/withdraw")
def withdraw(participant_id: Id, consent_id: Id, visit: Visit) -> Response:
    """Take a yes back; it stays in the record."""
    try:
        form = visit.form()
        withdrawn_on = form.day("withdrawn_on", needed="Enter the day.", what="The day")
        form.done()
        actions.withdraw_consent(
            participant_id=participant_id,
            consent_id=consent_id,
            withdrawn_on=withdrawn_on,
            by=visit.by,
            at=visit.at,
            store=visit.writing,
        )
    except (Invalid, Conflict) as refused:
        return _withdrawal_form(participant_id, consent_id, visit.again(refused, says=_SAYS))
    return visit.go(f"/participants/{participant_id}/consents", done="consent-withdrawn")


@router.get("/tell/{employer_id}")
def tell(participant_id: Id, employer_id: Id, visit: Visit) -> Response:
    """Show what we may tell an employer today, and nothing else of the person."""
    person = person_of(visit, participant_id)
    employer, _ = read_employer(employer_id=employer_id, by=visit.by, store=visit.reading)
    told = actions.introduce(
        participant_id=participant_id, employer_id=employer_id, by=visit.by, at=visit.at, store=visit.writing
    )
    return visit.show("consents/tell.html", person=person, employer=employer, told=told, today=visit.today)


def _details(form: FormReader, employer_id: str, visit: SignedInVisit) -> ConsentDetails:
    choice = form.one_of("choice", [each[0] for each in _CHOICES], needed="Choose one of the three answers.")
    items = form.choices("items", ConsentItem)
    match choice:
        case "yes" if not items:
            form.refuse("items", "Tick what they may be told.")
        case "not_these" if not items:
            form.refuse("items", "Tick what they must not be told.")
        case "no" if items:
            form.refuse("items", "You chose to tell them nothing. Untick everything, or choose another answer.")
    method = form.choice("method", ConsentMethod, needed="Choose how they told you.")
    given_on = form.day("given_on", needed="Enter the day of the choice.", what="The day of the choice")
    expires_on = form.day("expires_on", what="The last day")
    if expires_on is not None and choice in (_NO, _NOT_THESE):
        form.refuse("expires_on", "A no has no last day. Leave this empty.")
    form.done()
    return ConsentDetails(
        employer_id=employer_id,
        choice=ConsentChoice.YES if choice == _YES else ConsentChoice.NO,
        items=frozenset(items),
        method=given(method),
        given_on=given(given_on),
        expires_on=expires_on,
    )


def _form(person: Person, employer_id: str, visit: SignedInVisit) -> Response:
    employer, _ = read_employer(employer_id=employer_id, by=visit.by, store=visit.reading)
    return visit.show(
        "consents/form.html",
        person=person,
        employer=employer,
        choices=_CHOICES,
        items=options(ConsentItem),
        methods=options(ConsentMethod),
        today=visit.today,
    )


def _withdrawal_form(participant_id: str, consent_id: str, visit: SignedInVisit) -> Response:
    person = _to_change(participant_id, visit)
    consent = actions.read_consent(
        participant_id=participant_id, consent_id=consent_id, by=visit.by, at=visit.at, store=visit.writing
    )
    employer, _ = read_employer(employer_id=consent.employer_id, by=visit.by, store=visit.reading)
    return visit.show(
        "consents/withdraw.html",
        person=person,
        consent=consent,
        employer=employer,
        words=LABELS[ConsentItem],
        today=visit.today,
    )


def _to_change(participant_id: str, visit: SignedInVisit) -> Person:
    person = person_of(visit, participant_id)
    check_can_write_participant(visit.by, person.row)
    return person
