"""Contacts with employers, on behalf of participants or to learn, within what the employer wants."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field

from api.dependencies import Cursor, Id, IfMatch, Now, Reading, SignedIn, Writing, answer, page_json, today
from api.routes.shapes import Answer, Day, IdText, JsonValue, Shape, Words
from api.transaction import RecordedRoute
from matching.actions import contacts as actions
from matching.actions.contacts import ContactDetails, ContactView, FactLearnt
from matching.model.placement import ContactMode

router = APIRouter(prefix="/v1", tags=["contacts"], route_class=RecordedRoute)

_Name = Annotated[str, Field(max_length=200)]
_MOST_FACTS, _MOST_PEOPLE = 50, 25


class FactSent(Shape):
    """A fact about one of the employer's roles that the contact showed, as in the interchange format."""

    vacancy_id: IdText
    field: Annotated[str, Field(min_length=1, max_length=100)]
    value: JsonValue
    note: Words = ""


class ContactSent(Shape):
    """A contact that was made, or is planned. Notes are about the employer; `serves` is about the participant."""

    employer_id: IdText
    mode: ContactMode
    on: Day
    planned: bool = False
    person_met: _Name = ""
    hiring_authority: bool | None = None
    on_behalf_of: Annotated[tuple[IdText, ...], Field(max_length=_MOST_PEOPLE)] = ()
    serves: Words = ""
    notes: Words = ""
    over_limit_because: Annotated[str, Field(max_length=500)] = ""
    facts: Annotated[tuple[FactSent, ...], Field(max_length=_MOST_FACTS)] = ()

    def details(self) -> ContactDetails:
        """The same for the domain."""
        return ContactDetails(**self.model_dump(exclude={"facts"}))

    def learnt(self) -> list[FactLearnt]:
        """The facts for the domain."""
        return [FactLearnt(**fact.model_dump()) for fact in self.facts]


class ContactAnswer(Answer):
    """A contact; of the participants only those that the asker may read."""

    id: str
    employer_id: str
    mode: ContactMode
    on: date
    planned: bool
    person_met: str
    hiring_authority: bool | None
    on_behalf_of: list[str]
    serves: str | None
    notes: str
    over_limit_because: str
    by: str
    version: int


class ContactPage(Answer):
    """Some contacts."""

    items: list[ContactAnswer]
    next_cursor: str | None


class StandingAnswer(Answer):
    """Who was and will be in touch with an employer, and the first day on which it may be contacted."""

    employer_id: str
    on: date
    may_be_contacted: bool
    next_allowed_on: date
    last_contact_on: date | None
    last_contact_by: str | None
    next_planned_on: date | None
    next_planned_by: str | None
    contact_every_days: int | None
    no_contact_until: date | None


class WeekAnswer(Answer):
    """Contacts of one user in one week."""

    user_id: str
    week_begins: date
    contacts: int
    face_to_face: int
    with_stated_wish: int
    employers: int


class WeeksAnswer(Answer):
    """Contacts by user and week."""

    items: list[WeekAnswer]


@router.post("/contacts", status_code=201, response_model=ContactAnswer)
def log(sent: ContactSent, by: SignedIn, at: Now, store: Writing) -> Response:
    """Log a contact that was made or is planned; 409 where the employer wants no contact yet."""
    view = actions.log_contact(details=sent.details(), facts=sent.learnt(), by=by, at=at, store=store)
    contact = view.contact
    return answer(_json(view), status=201, version=contact.version, location=f"/v1/contacts/{contact.id}")


@router.get("/contacts/weeks", response_model=WeeksAnswer)
def weeks(first: Annotated[Day, Query()], last: Annotated[Day, Query()], by: SignedIn, store: Reading) -> Response:
    """Count one's own contacts by week, and those of the teams that one leads."""
    found = actions.contact_weeks(first=first, last=last, by=by, store=store)
    return answer({"items": [_week_json(week) for week in found]})


@router.get("/contacts/{contact_id}", response_model=ContactAnswer)
def show(contact_id: Id, by: SignedIn, at: Now, store: Writing) -> Response:
    """Read a contact."""
    view = actions.read_contact(contact_id=contact_id, by=by, at=at, store=store)
    return answer(_json(view), version=view.contact.version)


@router.put("/contacts/{contact_id}", response_model=ContactAnswer)
def change(contact_id: Id, sent: ContactSent, version: IfMatch, by: SignedIn, at: Now, store: Writing) -> Response:
    """Correct one's own contact, or say that a planned one was made."""
    view = actions.change_contact(
        contact_id=contact_id,
        details=sent.details(),
        facts=sent.learnt(),
        version=version,
        by=by,
        at=at,
        store=store,
    )
    return answer(_json(view), version=view.contact.version)


@router.delete("/contacts/{contact_id}", status_code=204)
def call_off(contact_id: Id, version: IfMatch, by: SignedIn, at: Now, store: Writing) -> Response:
    """Call one's own plan off; a contact that was made stays on record."""
    actions.call_off_contact(contact_id=contact_id, version=version, by=by, at=at, store=store)
    return Response(status_code=204)


@router.get("/employers/{employer_id}/contacts", response_model=ContactPage)
def with_employer(employer_id: Id, by: SignedIn, at: Now, store: Writing, page: Cursor) -> Response:
    """Read the contacts with an employer."""
    found = actions.contacts_with_employer(
        employer_id=employer_id, after=page.after, limit=page.limit, by=by, at=at, store=store
    )
    return answer(page_json(found, [_json(view) for view in found.items]))


@router.get("/employers/{employer_id}/contact-standing", response_model=StandingAnswer)
def standing(
    employer_id: Id, by: SignedIn, at: Now, store: Reading, on: Annotated[Day | None, Query()] = None
) -> Response:
    """Say who is in touch with an employer, and whether it may be contacted on a day; today unless named."""
    day = on or today(at)
    found = actions.read_standing(employer_id=employer_id, on=day, by=by, store=store)
    return answer(
        {
            "employer_id": employer_id,
            "on": day,
            "may_be_contacted": found.allows(day),
            "next_allowed_on": found.next_allowed_on,
            "last_contact_on": found.last_contact_on,
            "last_contact_by": found.last_contact_by,
            "next_planned_on": found.next_planned_on,
            "next_planned_by": found.next_planned_by,
            "contact_every_days": found.contact_every_days,
            "no_contact_until": found.no_contact_until,
        }
    )


@router.get("/participants/{participant_id}/contacts", response_model=ContactPage)
def for_participant(participant_id: Id, by: SignedIn, at: Now, store: Writing, page: Cursor) -> Response:
    """Read the contacts on behalf of a participant."""
    found = actions.contacts_for_participant(
        participant_id=participant_id, after=page.after, limit=page.limit, by=by, at=at, store=store
    )
    return answer(page_json(found, [_json(view) for view in found.items]))


def _json(view: ContactView) -> dict[str, object]:
    contact = view.contact
    return {
        "id": contact.id,
        "employer_id": contact.employer_id,
        "mode": contact.mode,
        "on": contact.on,
        "planned": contact.planned,
        "person_met": contact.person_met,
        "hiring_authority": contact.hiring_authority,
        "on_behalf_of": list(view.on_behalf_of),
        "serves": view.serves,
        "notes": contact.notes,
        "over_limit_because": contact.over_limit_because,
        "by": contact.by,
        "version": contact.version,
    }


def _week_json(week: actions.SpecialistWeek) -> dict[str, object]:
    return {
        "user_id": week.user_id,
        "week_begins": week.week_begins,
        "contacts": week.contacts,
        "face_to_face": week.face_to_face,
        "with_stated_wish": week.with_stated_wish,
        "employers": week.employers,
    }
