"""Employers and their workplaces."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field

from api.dependencies import Cursor, Id, IfMatch, Now, Reading, SignedIn, Writing, answer, page_json
from api.routes.shapes import Answer, Postcode, Shape, Short, Words
from api.transaction import RecordedRoute
from matching.actions import employers as actions
from matching.actions.employers import EmployerDetails
from matching.store.tables import Employer, Workplace

router = APIRouter(prefix="/v1/employers", tags=["employers"], route_class=RecordedRoute)


class EmployerSent(Shape):
    """What is said of an employer."""

    name: Short
    notes: Words | None = None
    contact_every_days: Annotated[int, Field(ge=1, le=365)] | None = None
    no_contact_until: date | None = None

    def details(self) -> EmployerDetails:
        """The same for the domain."""
        return EmployerDetails(**self.model_dump())


class WorkplaceSent(Shape):
    """A place where an employer's people work."""

    name: Short
    postcode: Postcode | None = None


class WorkplaceAnswer(Answer):
    """A workplace."""

    id: str
    name: str
    postcode: str | None


class EmployerAnswer(Answer):
    """An employer."""

    id: str
    name: str
    notes: str | None
    contact_every_days: int | None
    no_contact_until: date | None
    version: int
    workplaces: list[WorkplaceAnswer] | None = None


class EmployerPage(Answer):
    """Some employers."""

    items: list[EmployerAnswer]
    next_cursor: str | None


@router.post("", status_code=201, response_model=EmployerAnswer)
def add(sent: EmployerSent, by: SignedIn, at: Now, store: Writing) -> Response:
    """Add an employer."""
    employer = actions.add_employer(details=sent.details(), by=by, at=at, store=store)
    return answer(_json(employer), status=201, version=employer.version, location=f"/v1/employers/{employer.id}")


@router.get("", response_model=EmployerPage)
def find(
    by: SignedIn,
    store: Reading,
    page: Cursor,
    search: Annotated[str, Query(max_length=100, pattern=r"^[^\x00]*$")] = "",
) -> Response:
    """Find employers by words of their name."""
    found = actions.find_employers(search=search, after=page.after, limit=page.limit, by=by, store=store)
    return answer(page_json(found, [_json(employer) for employer in found.items]))


@router.get("/{employer_id}", response_model=EmployerAnswer)
def show(employer_id: Id, by: SignedIn, store: Reading) -> Response:
    """Read an employer with its workplaces."""
    employer, workplaces = actions.read_employer(employer_id=employer_id, by=by, store=store)
    return answer(
        {**_json(employer), "workplaces": [_workplace_json(each) for each in workplaces]}, version=employer.version
    )


@router.put("/{employer_id}", response_model=EmployerAnswer)
def change(employer_id: Id, sent: EmployerSent, version: IfMatch, by: SignedIn, at: Now, store: Writing) -> Response:
    """Change an employer."""
    employer = actions.change_employer(
        employer_id=employer_id, details=sent.details(), version=version, by=by, at=at, store=store
    )
    return answer(_json(employer), version=employer.version)


@router.post("/{employer_id}/workplaces", status_code=201, response_model=WorkplaceAnswer)
def add_workplace(employer_id: Id, sent: WorkplaceSent, by: SignedIn, at: Now, store: Writing) -> Response:
    """Add a workplace."""
    workplace = actions.add_workplace(
        employer_id=employer_id, name=sent.name, postcode=sent.postcode, by=by, at=at, store=store
    )
    return answer(_workplace_json(workplace), status=201)


def _json(employer: Employer) -> dict[str, object]:
    return {
        "id": employer.id,
        "name": employer.name,
        "notes": employer.notes,
        "contact_every_days": employer.contact_every_days,
        "no_contact_until": employer.no_contact_until,
        "version": employer.version,
    }


def _workplace_json(workplace: Workplace) -> dict[str, object]:
    return {"id": workplace.id, "name": workplace.name, "postcode": workplace.postcode}
