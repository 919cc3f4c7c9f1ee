"""What is done with employers: added, changed, and kept from being contacted more than they want."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from matching.actions.events import record
from matching.errors import Conflict, Stale
from matching.model.people import Actor, Permission
from matching.model.vacancy import normalised_employer
from matching.permissions import check
from matching.store import Page, Store, new_id
from matching.store.tables import Employer, Workplace


@dataclass(frozen=True, slots=True, kw_only=True)
class EmployerDetails:
    """What is said of an employer; the limits of contact are the employer's own."""

    name: str
    notes: str | None = None
    contact_every_days: int | None = None
    no_contact_until: date | None = None


def add_employer(*, details: EmployerDetails, by: Actor, at: datetime, store: Store) -> Employer:
    """Add an employer; one whose name compares alike is there already and is a conflict."""
    check(by, Permission.EMPLOYERS_WRITE)
    if store.employers.named(details.name) is not None:
        raise Conflict("This employer is here already.")
    return employer_named(name=details.name, details=details, by=by, at=at, store=store)


def employer_named(
    *, name: str, by: Actor, at: datetime, store: Store, details: EmployerDetails | None = None
) -> Employer:
    """The employer with a name, added if it is new: a role may be the first that is heard of it."""
    known = store.employers.named(name)
    if known is not None:
        return known
    said = details or EmployerDetails(name=name)
    employer = Employer(
        id=new_id(at),
        name=" ".join(name.split()),
        key=normalised_employer(name),
        notes=said.notes,
        contact_every_days=said.contact_every_days,
        no_contact_until=said.no_contact_until,
        created_by=by.user_id,
        created_at=at,
        version=1,
    )
    store.employers.add(employer)
    record(store, "employer.added", by=by, at=at, of=("employer", employer.id))
    return employer


def read_employer(*, employer_id: str, by: Actor, store: Store) -> tuple[Employer, list[Workplace]]:
    """An employer with its workplaces."""
    check(by, Permission.EMPLOYERS_READ)
    employer = store.employers.get(employer_id)
    return employer, store.employers.workplaces(employer.id)


def find_employers(*, search: str, after: str | None, limit: int, by: Actor, store: Store) -> Page[Employer]:
    """Employers whose name holds some words."""
    check(by, Permission.EMPLOYERS_READ)
    return store.employers.page(search=search, after=after, limit=limit)


def change_employer(
    *, employer_id: str, details: EmployerDetails, version: int, by: Actor, at: datetime, store: Store
) -> Employer:
    """Change an employer as it was read; whoever read an older one is told what it is now."""
    check(by, Permission.EMPLOYERS_WRITE)
    employer = store.employers.locked(employer_id)
    if employer.version != version:
        raise Stale("Somebody has changed this employer since.", version=employer.version)
    other = store.employers.named(details.name)
    if other is not None and other.id != employer.id:
        raise Conflict("Another employer has this name already.")
    employer.name, employer.key = " ".join(details.name.split()), normalised_employer(details.name)
    employer.notes = details.notes
    employer.contact_every_days = details.contact_every_days
    employer.no_contact_until = details.no_contact_until
    employer.version += 1
    record(store, "employer.changed", by=by, at=at, of=("employer", employer.id), version=employer.version)
    return employer


def add_workplace(
    *, employer_id: str, name: str, postcode: str | None, by: Actor, at: datetime, store: Store
) -> Workplace:
    """Add a place where an employer's people work."""
    check(by, Permission.EMPLOYERS_WRITE)
    employer = store.employers.get(employer_id)
    workplace = Workplace(id=new_id(at), employer_id=employer.id, name=name, postcode=postcode, created_at=at)
    store.employers.add(workplace)
    record(store, "workplace.added", by=by, at=at, of=("employer", employer.id), workplace=workplace.id)
    return workplace
