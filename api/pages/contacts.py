"""Pages on contacts with employers: logged, planned, changed and called off, for whom and with what they wish for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from fastapi import APIRouter, Response

from api.dependencies import Id
from api.pages.labels import options
from api.pages.person import person_of
from api.pages.route import PageRoute
from api.pages.typed import given
from api.pages.visit import SignedInVisit, Visit
from api.pages.words import day
from matching.actions import contacts as actions
from matching.actions.contacts import ContactDetails, ContactView, TooSoon
from matching.actions.employers import find_employers, read_employer
from matching.actions.participants import Caseload, caseload, people_with_ids
from matching.actions.users import names_of
from matching.actions.vacancies import find_vacancies
from matching.errors import Conflict, Invalid, NotPermitted, Problem, Where
from matching.model.people import Permission
from matching.model.placement import ContactMode
from matching.model.vacancy import VacancyStatus
from matching.permissions import can_write_participant
from matching.store.tables import Contact, Employer, Participant
from matching.store.vacancies import VacancyFilter

router = APIRouter(route_class=PageRoute, include_in_schema=False)

_ON_A_PAGE = 25
#: More than the largest caseload that the programme allows.
_MOST_PEOPLE = 100
_MADE, _PLANNED = "made", "planned"
_SAYS: Mapping[str, tuple[str, str]] = {
    "on": ("on", "The day"),
    "planned": ("happened", "This"),
    "on_behalf_of": ("on_behalf_of", "The list of people"),
}


# One contact


@router.get("/contacts/new")
def ask(visit: Visit) -> Response:
    """Ask about a contact, and first with which employer."""
    visit.need(Permission.EMPLOYERS_WRITE)
    employer_id, participant_id = visit.asked("employer", most=64), visit.asked("participant", most=64)
    if not employer_id:
        return _choose_employer(visit, participant_id)
    return _form(visit, employer_id=employer_id, contact=None, chosen=[participant_id] if participant_id else [])


@router.post("/contacts/new")
def log(visit: Visit) -> Response:
    """Log a contact that was made, or plan one."""
    employer_id = visit.typed.get("employer")
    try:
        view = actions.log_contact(
            details=_details(visit, employer_id, contact=None), by=visit.by, at=visit.at, store=visit.writing
        )
    except (Invalid, Conflict) as refused:
        return _form(_again(visit, refused), employer_id=employer_id, contact=None)
    done = "contact-planned" if view.contact.planned else "contact-logged"
    return visit.go(f"/contacts/{view.contact.id}", done=done)


@router.get("/contacts/{contact_id}")
def show(contact_id: Id, visit: Visit) -> Response:
    """Show a contact, with what to do next."""
    return _show(contact_id, visit)


@router.get("/contacts/{contact_id}/change")
def ask_for_change(contact_id: Id, visit: Visit) -> Response:
    """Ask what is to be corrected, or how a planned contact went."""
    visit.need(Permission.EMPLOYERS_WRITE)
    return _form_of(contact_id, visit)


@router.post("/contacts/{contact_id}/change")
def change(contact_id: Id, visit: Visit) -> Response:
    """Correct a contact, or say that a planned one was made."""
    view = actions.read_contact(contact_id=contact_id, by=visit.by, at=visit.at, store=visit.writing)
    try:
        actions.change_contact(
            contact_id=contact_id,
            details=_details(visit, view.contact.employer_id, contact=view),
            version=visit.form().version(),
            by=visit.by,
            at=visit.at,
            store=visit.writing,
        )
    except (Invalid, Conflict) as refused:
        return _form_of(contact_id, _again(visit, refused))
    return visit.go(f"/contacts/{contact_id}", done="contact-changed")


@router.post("/contacts/{contact_id}/call-off")
def call_off(contact_id: Id, visit: Visit) -> Response:
    """Take a plan back."""
    view = actions.read_contact(contact_id=contact_id, by=visit.by, at=visit.at, store=visit.writing)
    employer_id = view.contact.employer_id
    try:
        actions.call_off_contact(
            contact_id=contact_id, version=visit.form().version(), by=visit.by, at=visit.at, store=visit.writing
        )
    except Conflict as refused:
        return _show(contact_id, visit.again(refused))
    return visit.go(f"/employers/{employer_id}/contacts", done="contact-called-off")


# Many


@router.get("/participants/{participant_id}/contacts")
def for_participant(participant_id: Id, visit: Visit) -> Response:
    """Show the contacts that were made or are planned for a person."""
    person = person_of(visit, participant_id)
    page = actions.newest_for_participant(
        participant_id=participant_id,
        after=visit.asked("after") or None,
        limit=_ON_A_PAGE,
        by=visit.by,
        at=visit.at,
        store=visit.writing,
    )
    employers = {each.contact.employer_id for each in page.items}
    return visit.show(
        "contacts/for_person.html",
        person=person,
        page=page,
        employers={each: read_employer(employer_id=each, by=visit.by, store=visit.reading)[0] for each in employers},
        names=_users(page.items, visit),
    )


@router.get("/employers/{employer_id}/contacts")
def with_employer(employer_id: Id, visit: Visit) -> Response:
    """Show the contacts with an employer; for whom is told to those who may read the person."""
    employer, _ = read_employer(employer_id=employer_id, by=visit.by, store=visit.reading)
    page = actions.newest_with_employer(
        employer_id=employer_id,
        after=visit.asked("after") or None,
        limit=_ON_A_PAGE,
        by=visit.by,
        at=visit.at,
        store=visit.writing,
    )
    return visit.show(
        "contacts/with_employer.html",
        employer=employer,
        standing=_standing(employer_id, visit),
        page=page,
        people=_people({each for view in page.items for each in view.on_behalf_of}, visit),
        names=_users(page.items, visit),
    )


# The form


def _details(visit: SignedInVisit, employer_id: str, *, contact: ContactView | None) -> ContactDetails:
    form = visit.form()
    if not employer_id:
        form.refuse("employer", "Choose the employer first.")
    happened = form.one_of("happened", (_MADE, _PLANNED), needed="Say whether it has happened.")
    mode = form.choice("mode", ContactMode, needed="Choose how you were in touch.")
    on = form.day("on", needed="Enter the day.", what="The day")
    hiring = form.yes_no("hiring_authority")
    people = tuple(dict.fromkeys(each for each in visit.typed.all("on_behalf_of") if each))
    kept: tuple[str, ...] = ()
    serves = form.long_text("serves")
    if contact is not None:
        kept = actions.kept_behalves(contact_id=contact.contact.id, by=visit.by, store=visit.reading)
        if contact.serves is None:
            # Part of it is about somebody whom the asker may not read any more: it stays as it is.
            serves = contact.contact.serves
    person_met, notes = form.text("person_met", most=200), form.long_text("notes")
    over_limit_because = form.text("over_limit_because", most=500)
    form.done()
    return ContactDetails(
        employer_id=employer_id,
        mode=given(mode),
        on=given(on),
        planned=happened == _PLANNED,
        person_met=person_met,
        hiring_authority=hiring,
        on_behalf_of=(*people, *(each for each in kept if each not in people)),
        serves=serves,
        notes=notes,
        over_limit_because=over_limit_because,
    )


def _again(visit: SignedInVisit, refused: Invalid | Conflict) -> SignedInVisit:
    """The form again; who must wait before they may call is asked why they do not."""
    if isinstance(refused, TooSoon):
        told = f"They want to hear from us again from {day(refused.allowed_on)}. Say why you are in touch before."
        refused = Invalid([Problem(Where(field="over_limit_because"), told)])
    return visit.again(refused, says=_SAYS)


def _choose_employer(visit: SignedInVisit, participant_id: str) -> Response:
    words = visit.asked("search", most=100)
    page = find_employers(
        search=words, after=visit.asked("after") or None, limit=_ON_A_PAGE, by=visit.by, store=visit.reading
    )
    return visit.show("contacts/employer.html", page=page, words=words, participant_id=participant_id)


def _form_of(contact_id: str, visit: SignedInVisit) -> Response:
    view = actions.read_contact(contact_id=contact_id, by=visit.by, at=visit.at, store=visit.writing)
    if view.contact.by != visit.by.user_id:
        raise NotPermitted("Only who logged this contact changes it.")
    return _form(visit, employer_id=view.contact.employer_id, contact=view, chosen=list(view.on_behalf_of))


def _form(
    visit: SignedInVisit, *, employer_id: str, contact: ContactView | None, chosen: list[str] | None = None
) -> Response:
    employer, _ = read_employer(employer_id=employer_id, by=visit.by, store=visit.reading)
    chosen = [*(chosen or []), *visit.typed.all("on_behalf_of")]
    people = _choices(chosen, visit)
    first = people.get(chosen[0]) if len(set(chosen)) == 1 else None
    return visit.show(
        "contacts/form.html",
        employer=employer,
        contact=contact.contact if contact is not None else None,
        serves=contact.serves if contact is not None else "",
        standing=_standing(employer_id, visit),
        modes=options(ContactMode),
        happened=_happened(contact.contact if contact is not None else None, visit.today),
        people=[(each.id, each.name or each.ref) for each in people.values()],
        chosen=chosen,
        person=person_of(visit, first.id) if first is not None else None,
    )


def _happened(contact: Contact | None, today: date) -> str:
    """What is most likely true of the contact: a plan whose day has come was probably kept."""
    return _PLANNED if contact is not None and contact.planned and contact.on > today else _MADE


def _choices(chosen: list[str], visit: SignedInVisit) -> dict[str, Participant]:
    """For whom a contact may be: those on the asker's caseload, and whom it is for already."""
    if not visit.can(Permission.PARTICIPANTS_READ_OWN):
        return {}
    page = caseload(of=Caseload.OWN, after=None, limit=_MOST_PEOPLE, by=visit.by, at=visit.at, store=visit.writing)
    mine = {each.participant.id: each.participant for each in page.items}
    more = _people(set(chosen) - mine.keys(), visit)
    mine.update({each.id: each for each in more.values() if can_write_participant(visit.by, each)})
    return dict(sorted(mine.items(), key=lambda item: (item[1].name or item[1].ref).casefold()))


# What pages show


def _show(contact_id: str, visit: SignedInVisit) -> Response:
    view = actions.read_contact(contact_id=contact_id, by=visit.by, at=visit.at, store=visit.writing)
    contact = view.contact
    employer, _ = read_employer(employer_id=contact.employer_id, by=visit.by, store=visit.reading)
    mine = contact.by == visit.by.user_id and visit.can(Permission.EMPLOYERS_WRITE)
    return visit.show(
        "contacts/show.html",
        contact=contact,
        view=view,
        employer=employer,
        people=list(_people(set(view.on_behalf_of), visit).values()),
        mine=mine,
        by_name=names_of(user_ids={contact.by}, store=visit.reading).get(contact.by, ""),
        roles=_roles(employer, visit) if mine and not contact.planned else [],
    )


def _roles(employer: Employer, visit: SignedInVisit) -> list[Any]:
    if not visit.can(Permission.VACANCIES_WRITE):
        return []
    only = VacancyFilter(employer_id=employer.id, status=VacancyStatus.OPEN)
    return list(find_vacancies(only=only, after=None, limit=_ON_A_PAGE, by=visit.by, store=visit.reading).page.items)


def _standing(employer_id: str, visit: SignedInVisit) -> actions.ContactStanding:
    return actions.read_standing(employer_id=employer_id, on=visit.today, by=visit.by, store=visit.reading)


def _people(ids: set[str], visit: SignedInVisit) -> dict[str, Participant]:
    return people_with_ids(participant_ids=ids, by=visit.by, store=visit.reading)


def _users(views: Any, visit: SignedInVisit) -> dict[str, str]:
    return names_of(user_ids={view.contact.by for view in views}, store=visit.reading)
