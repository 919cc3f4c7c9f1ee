"""What is done with employers: added, changed, and kept from being contacted more than they want."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.exc import IntegrityError

from matching.actions.events import record
from matching.actions.facts import Because, revise
from matching.errors import Conflict, Invalid, Problem, Stale, Where
from matching.model.people import Actor, Permission
from matching.model.vacancy import normalised_employer
from matching.permissions import check
from matching.store import Page, Store, new_id
from matching.store.tables import Employer, Workplace

_LONGEST_NAME = 300


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
    _check_name(details.name)
    if store.employers.named(details.name) is not None:
        raise Conflict("This employer is here already.")
    employer = _added(details, by=by, at=at, store=store)
    if employer is None:
        raise Conflict("This employer is here already.")
    return employer


def employer_named(*, name: str, by: Actor, at: datetime, store: Store) -> Employer:
    """The employer with a name, added if it is new: a role may be the first that is heard of it."""
    known = store.employers.named(name)
    if known is not None:
        return known
    _check_name(name)
    added = _added(EmployerDetails(name=name), by=by, at=at, store=store) or store.employers.named(name)
    if added is None:
        raise Conflict("Somebody is changing this employer. Please try again.")
    return added


def _added(details: EmployerDetails, *, by: Actor, at: datetime, store: Store) -> Employer | None:
    """A new employer; none if somebody else added one of this name at the same moment."""
    employer = Employer(
        id=new_id(at),
        name=" ".join(details.name.split()),
        key=normalised_employer(details.name),
        notes=details.notes,
        contact_every_days=details.contact_every_days,
        no_contact_until=details.no_contact_until,
        created_by=by.user_id,
        created_at=at,
        version=1,
    )
    try:
        with store.session.begin_nested():
            store.employers.add(employer)
    except IntegrityError:
        return None
    record(store, "employer.added", by=by, at=at, of=("employer", employer.id))
    return employer


def _check_name(name: str) -> None:
    """Refuse a name that says nothing, or that grows too long where names are compared."""
    key = normalised_employer(name)
    if not key:
        raise Invalid([Problem(Where(field="name"), "is missing")])
    if len(key) > _LONGEST_NAME:
        raise Invalid([Problem(Where(field="name"), f"should have at most {_LONGEST_NAME} characters")])


def read_employer(*, employer_id: str, by: Actor, store: Store) -> tuple[Employer, list[Workplace]]:
    """An employer with its workplaces."""
    check(by, Permission.EMPLOYERS_READ)
    employer = store.employers.get(employer_id)
    return employer, store.employers.workplaces(employer.id)


def find_employers(*, search: str, after: str | None, limit: int, by: Actor, store: Store) -> Page[Employer]:
    """Employers whose name holds some words."""
    check(by, Permission.EMPLOYERS_READ)
    return store.employers.page(search=search, after=after, limit=limit)


def employers_by_name(*, search: str, after: str | None, limit: int, by: Actor, store: Store) -> Page[Employer]:
    """Employers whose name holds some words, in the order of their names."""
    check(by, Permission.EMPLOYERS_READ)
    return store.employers.by_name(search=search, after=after, limit=limit)


def change_employer(
    *, employer_id: str, details: EmployerDetails, version: int, by: Actor, at: datetime, store: Store
) -> Employer:
    """Change an employer as it was read; whoever read an older one is told what it is now."""
    check(by, Permission.EMPLOYERS_WRITE)
    _check_name(details.name)
    employer = store.employers.locked(employer_id)
    if employer.version != version:
        raise Stale("Somebody has changed this employer since.", version=employer.version)
    other = store.employers.named(details.name)
    if other is not None and other.id != employer.id:
        raise Conflict("Another employer has this name already.")
    renamed = employer.name != " ".join(details.name.split())
    employer.name, employer.key = " ".join(details.name.split()), normalised_employer(details.name)
    employer.notes = details.notes
    employer.contact_every_days = details.contact_every_days
    employer.no_contact_until = details.no_contact_until
    employer.version += 1
    record(store, "employer.changed", by=by, at=at, of=("employer", employer.id), version=employer.version)
    if renamed:
        _rename_in_vacancies(employer, by=by, at=at, store=store)
    return employer


def _rename_in_vacancies(employer: Employer, *, by: Actor, at: datetime, store: Store) -> None:
    """Carry a new name into the documents of its roles: who avoids an employer avoids it by name."""
    store.session.flush()
    for vacancy in store.vacancies.locked_of_employer(employer.id):
        revise(vacancy, because=Because.RENAMED, by=by, at=at, store=store)


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
