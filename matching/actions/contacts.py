"""What is done about contacts with employers: planned, made and counted, and kept to what the employer wants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from matching.actions.days import local_day
from matching.actions.events import record
from matching.actions.vacancies import record_fact
from matching.errors import Conflict, Invalid, NotPermitted, Problem, Stale, Where
from matching.model.fact import FactSource, JobFact
from matching.model.people import Actor, Permission
from matching.model.placement import ContactMode
from matching.permissions import (
    can_read_participant,
    can_see_vacancy,
    can_write_participant,
    check,
    check_can_read_participant,
    check_can_write_participant,
)
from matching.store import Page, Store, new_id
from matching.store.tables import Contact, Employer

LONGEST_PLAN_DAYS = 366

#: What was told in a call or at an event is as good as what was told by phone; only a visit has seen the place.
FACT_SOURCE = {
    ContactMode.VISIT: FactSource.VISIT,
    ContactMode.PHONE: FactSource.PHONE,
    ContactMode.VIDEO: FactSource.PHONE,
    ContactMode.EVENT: FactSource.PHONE,
    ContactMode.EMAIL: FactSource.EMAIL,
}
_FACE_TO_FACE = frozenset({ContactMode.VISIT, ContactMode.EVENT})


@dataclass(frozen=True, slots=True, kw_only=True)
class FactLearnt:
    """A fact about one of the employer's roles that a contact showed."""

    vacancy_id: str
    field: str
    value: object
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactDetails:
    """What is said of a contact; `serves` names the wish or strength of a participant that it serves."""

    employer_id: str
    mode: ContactMode
    on: date
    planned: bool = False
    person_met: str = ""
    hiring_authority: bool | None = None
    on_behalf_of: tuple[str, ...] = ()
    serves: str = ""
    notes: str = ""
    over_limit_because: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactStanding:
    """Who was last in touch with an employer, who will be, and the first day on which it may be contacted."""

    last_contact_on: date | None
    last_contact_by: str | None
    next_planned_on: date | None
    next_planned_by: str | None
    contact_every_days: int | None
    no_contact_until: date | None
    next_allowed_on: date

    def allows(self, on: date) -> bool:
        """Whether the employer may be contacted on the day that was asked about."""
        return self.next_allowed_on <= on


class TooSoon(Conflict):
    """The employer wants no contact on that day; `allowed_on` is the first on which it does."""

    def __init__(self, message: str, *, allowed_on: date) -> None:
        self.allowed_on = allowed_on
        super().__init__(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactView:
    """A contact as far as the asker may see it: only participants that they may read, and what concerns them."""

    contact: Contact
    on_behalf_of: tuple[str, ...]
    serves: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecialistWeek:
    """What one user did in one week, for supervision with them, never for a table of users."""

    user_id: str
    week_begins: date
    contacts: int
    face_to_face: int
    with_stated_wish: int
    employers: int


def contact_standing(store: Store, employer: Employer, on: date, *, besides: str | None = None) -> ContactStanding:
    """Say whether an employer may be contacted on a day, or from when on; one contact may be left out of account."""
    last, planned = store.contacts.last_with(employer.id, on=on), store.contacts.next_with(employer.id, on=on)
    return ContactStanding(
        last_contact_on=last.on if last else None,
        last_contact_by=last.by if last else None,
        next_planned_on=planned.on if planned else None,
        next_planned_by=planned.by if planned else None,
        contact_every_days=employer.contact_every_days,
        no_contact_until=employer.no_contact_until,
        next_allowed_on=_next_allowed(store, employer, on, besides=besides),
    )


def last_contact_on(store: Store, participant_id: str) -> date | None:
    """The day of the last contact that anybody made with an employer for a participant."""
    return store.contacts.last_on([participant_id]).get(participant_id)


def read_standing(*, employer_id: str, on: date, by: Actor, store: Store) -> ContactStanding:
    """Say who was in touch with an employer and whether it may be contacted on a day."""
    check(by, Permission.EMPLOYERS_READ)
    return contact_standing(store, store.employers.get(employer_id), on)


def visits_to(*, employer_id: str, by: Actor, store: Store) -> int:
    """How many visits anybody made to an employer: what is told on the third is seldom told on the first."""
    check(by, Permission.EMPLOYERS_READ)
    return store.contacts.visits_to(store.employers.get(employer_id).id)


def log_contact(
    *, details: ContactDetails, facts: Sequence[FactLearnt] = (), by: Actor, at: datetime, store: Store
) -> ContactView:
    """Log a contact that was made or is planned, with what it showed; refused where the employer wants no contact."""
    check(by, Permission.EMPLOYERS_WRITE)
    _check_days(details, facts, today=local_day(at))
    _check_behalves(details.on_behalf_of, by=by, store=store)
    # The lock makes two who plan at the same moment see each other.
    employer = store.employers.locked(details.employer_id)
    _check_limit(store, employer, details)
    contact = Contact(id=new_id(at), employer_id=employer.id, by=by.user_id, recorded_at=at, version=1)
    _fill(contact, details)
    store.contacts.add(contact)
    store.contacts.set_behalves(contact.id, details.on_behalf_of)
    _record(store, "contact.planned" if details.planned else "contact.logged", contact, details, by=by, at=at)
    _learn(facts, details, by=by, at=at, store=store)
    return _view(contact, details.on_behalf_of)


def change_contact(
    *,
    contact_id: str,
    details: ContactDetails,
    facts: Sequence[FactLearnt] = (),
    version: int,
    by: Actor,
    at: datetime,
    store: Store,
) -> ContactView:
    """Correct one's own contact, or say that a planned one was made."""
    check(by, Permission.EMPLOYERS_WRITE)
    contact = _own_contact(contact_id, version=version, by=by, store=store)
    if details.employer_id != contact.employer_id:
        raise Invalid([Problem(Where(field="employer_id"), "a contact stays with its employer")])
    if details.planned and not contact.planned:
        raise Invalid([Problem(Where(field="planned"), "a contact that was made cannot be planned again")])
    _check_days(details, facts, today=local_day(at))
    before = store.contacts.behalves([contact.id])[contact.id]
    # Whoever may no longer write to a participant may leave them where they are, and take nobody off unseen.
    _check_behalves(sorted({*details.on_behalf_of} ^ {*before}), by=by, store=store)
    employer = store.employers.locked(contact.employer_id)
    if details.on != contact.on:
        _check_limit(store, employer, details, besides=contact.id)
    _fill(contact, details)
    contact.version += 1
    store.contacts.set_behalves(contact.id, details.on_behalf_of)
    _record(store, "contact.changed", contact, details, by=by, at=at)
    _learn(facts, details, by=by, at=at, store=store)
    return _view(contact, details.on_behalf_of)


def call_off_contact(*, contact_id: str, version: int, by: Actor, at: datetime, store: Store) -> None:
    """Take back one's own plan; a contact that was made stays on record."""
    check(by, Permission.EMPLOYERS_WRITE)
    contact = _own_contact(contact_id, version=version, by=by, store=store)
    if not contact.planned:
        raise Conflict("This contact was made, so it stays on record.")
    store.contacts.remove(contact)
    record(store, "contact.called_off", by=by, at=at, of=("employer", contact.employer_id), contact=contact.id)


def read_contact(*, contact_id: str, by: Actor, at: datetime, store: Store) -> ContactView:
    """One contact, as far as the asker may see it."""
    check(by, Permission.EMPLOYERS_READ)
    return _views([store.contacts.get(contact_id)], by=by, at=at, store=store)[0]


def kept_behalves(*, contact_id: str, by: Actor, store: Store) -> tuple[str, ...]:
    """On whose behalf a contact is besides those whom the asker may write to: a change leaves them where they are."""
    check(by, Permission.EMPLOYERS_WRITE)
    found = store.participants.with_ids(store.contacts.behalves([contact_id])[contact_id])
    return tuple(sorted(each.id for each in found.values() if not can_write_participant(by, each)))


def contacts_with_employer(
    *, employer_id: str, after: str | None, limit: int, by: Actor, at: datetime, store: Store
) -> Page[ContactView]:
    """Contacts with an employer; on whose behalf is told to those who may read the participant."""
    check(by, Permission.EMPLOYERS_READ)
    employer = store.employers.get(employer_id)
    page = store.contacts.with_employer(employer.id, after=after, limit=limit)
    return Page(items=_views(page.items, by=by, at=at, store=store), next_after=page.next_after)


def contacts_for_participant(
    *, participant_id: str, after: str | None, limit: int, by: Actor, at: datetime, store: Store
) -> Page[ContactView]:
    """Contacts made or planned on behalf of a participant."""
    participant = store.participants.get(participant_id)
    check_can_read_participant(by, participant)
    page = store.contacts.for_participant(participant.id, after=after, limit=limit)
    record(store, "contacts.read", by=by, at=at, of=("participant", participant.id), count=len(page.items))
    return Page(items=_views(page.items, by=by, at=at, store=store, noted={participant.id}), next_after=page.next_after)


def newest_with_employer(
    *, employer_id: str, after: str | None, limit: int, by: Actor, at: datetime, store: Store
) -> Page[ContactView]:
    """The same as `contacts_with_employer`, the latest day first."""
    check(by, Permission.EMPLOYERS_READ)
    employer = store.employers.get(employer_id)
    page = store.contacts.newest_with_employer(employer.id, after=after, limit=limit)
    return Page(items=_views(page.items, by=by, at=at, store=store), next_after=page.next_after)


def newest_for_participant(
    *, participant_id: str, after: str | None, limit: int, by: Actor, at: datetime, store: Store
) -> Page[ContactView]:
    """The same as `contacts_for_participant`, the latest day first."""
    participant = store.participants.get(participant_id)
    check_can_read_participant(by, participant)
    page = store.contacts.newest_for_participant(participant.id, after=after, limit=limit)
    record(store, "contacts.read", by=by, at=at, of=("participant", participant.id), count=len(page.items))
    return Page(items=_views(page.items, by=by, at=at, store=store, noted={participant.id}), next_after=page.next_after)


def planned_contacts(*, limit: int, by: Actor, store: Store) -> list[tuple[Contact, Employer]]:
    """What the asker has planned and not said to be made yet, the first day first; on whose behalf is not told."""
    check(by, Permission.EMPLOYERS_READ)
    contacts = store.contacts.planned_by(by.user_id, limit=limit)
    employers = store.shortlists.employers({each.employer_id for each in contacts})
    return [(each, employers[each.employer_id]) for each in contacts]


def contact_weeks(*, first: date, last: date, by: Actor, store: Store) -> list[SpecialistWeek]:
    """Contacts by week of the asker, and of the members of the teams that the asker leads."""
    check(by, Permission.EMPLOYERS_WRITE)
    if not first <= last <= first + timedelta(days=366):
        raise Invalid([Problem(Where(field="last"), "should be within a year after the first day")])
    user_ids = {by.user_id}
    if by.can(Permission.PARTICIPANTS_READ_TEAM):
        user_ids |= {user.id for user in store.users.all() if not {*user.team_ids}.isdisjoint(by.team_ids)}
    weeks: dict[tuple[str, date], list[Contact]] = {}
    for contact in store.contacts.made_between(sorted(user_ids), first=first, last=last):
        monday = contact.on - timedelta(days=contact.on.weekday())
        weeks.setdefault((contact.by, monday), []).append(contact)
    return [
        SpecialistWeek(
            user_id=user_id,
            week_begins=monday,
            contacts=len(made),
            face_to_face=sum(contact.mode in _FACE_TO_FACE for contact in made),
            with_stated_wish=sum(bool(contact.serves) for contact in made),
            employers=len({contact.employer_id for contact in made}),
        )
        for (user_id, monday), made in sorted(weeks.items())
    ]


# The employer's limit


def _next_allowed(store: Store, employer: Employer, on: date, *, besides: str | None) -> date:
    """The first day from a day on that is as far from every other contact, made or planned, as the employer wants."""
    allowed = max(on, employer.no_contact_until or on)
    apart = employer.contact_every_days
    if apart is None:
        return allowed
    for contact in store.contacts.near(employer.id, on, days=apart, besides=besides):
        if abs((contact.on - allowed).days) < apart:
            allowed = contact.on + timedelta(days=apart)
    return allowed


def _check_limit(store: Store, employer: Employer, details: ContactDetails, *, besides: str | None = None) -> None:
    if details.over_limit_because:
        return
    allowed = _next_allowed(store, employer, details.on, besides=besides)
    if allowed > details.on:
        raise TooSoon(
            f"This employer wants to be contacted again from {allowed.isoformat()} on. "
            "Say in over_limit_because why this contact is made all the same.",
            allowed_on=allowed,
        )


# Helpers


def _check_days(details: ContactDetails, facts: Sequence[FactLearnt], *, today: date) -> None:
    wrong: list[Problem] = []
    if details.planned and not today <= details.on <= today + timedelta(days=LONGEST_PLAN_DAYS):
        wrong.append(Problem(Where(field="on"), "a planned contact lies between today and a year from now"))
    if not details.planned and details.on > today:
        wrong.append(
            Problem(Where(field="on"), "a contact that was made lies in the past; say that this one is planned")
        )
    if details.planned and facts:
        wrong.append(Problem(Where(field="facts"), "a contact that was not made yet has shown nothing"))
    if len({*details.on_behalf_of}) != len(details.on_behalf_of):
        wrong.append(Problem(Where(field="on_behalf_of"), "names somebody twice"))
    if wrong:
        raise Invalid(wrong)


def _check_behalves(participant_ids: Sequence[str], *, by: Actor, store: Store) -> None:
    for participant_id in participant_ids:
        check_can_write_participant(by, store.participants.get(participant_id))


def _own_contact(contact_id: str, *, version: int, by: Actor, store: Store) -> Contact:
    contact = store.contacts.locked(contact_id)
    if contact.by != by.user_id:
        raise NotPermitted("Only who logged this contact changes it.")
    if contact.version != version:
        raise Stale("This contact has changed since it was read.", version=contact.version)
    return contact


def _fill(contact: Contact, details: ContactDetails) -> None:
    contact.mode, contact.on, contact.planned = details.mode, details.on, details.planned
    contact.person_met, contact.hiring_authority = details.person_met, details.hiring_authority
    contact.serves, contact.notes = details.serves, details.notes
    contact.over_limit_because = details.over_limit_because


def _learn(facts: Sequence[FactLearnt], details: ContactDetails, *, by: Actor, at: datetime, store: Store) -> None:
    by_vacancy: dict[str, list[JobFact]] = {}
    for number, fact in enumerate(facts):
        vacancy = store.vacancies.get(fact.vacancy_id)
        if vacancy.employer_id != details.employer_id or not can_see_vacancy(by, vacancy):
            where = Where(field="facts").at(number).inside("vacancy_id")
            raise Invalid([Problem(where, "should be a role of this employer")])
        by_vacancy.setdefault(vacancy.id, []).append(
            JobFact(
                field=fact.field,
                value=fact.value,
                source=FACT_SOURCE[details.mode],
                observed_on=details.on,
                note=fact.note,
            )
        )
    for vacancy_id, learnt in sorted(by_vacancy.items()):
        record_fact(vacancy_id=vacancy_id, facts=learnt, by=by, at=at, store=store)


def _record(store: Store, action: str, contact: Contact, details: ContactDetails, *, by: Actor, at: datetime) -> None:
    record(
        store,
        action,
        by=by,
        at=at,
        of=("employer", contact.employer_id),
        contact=contact.id,
        mode=details.mode.value,
        over_limit=bool(details.over_limit_because),
    )
    for participant_id in details.on_behalf_of:
        record(store, action, by=by, at=at, of=("participant", participant_id), contact=contact.id)


def _view(contact: Contact, on_behalf_of: Sequence[str]) -> ContactView:
    return ContactView(contact=contact, on_behalf_of=tuple(on_behalf_of), serves=contact.serves)


def _views(
    contacts: Sequence[Contact], *, by: Actor, at: datetime, store: Store, noted: set[str] | None = None
) -> list[ContactView]:
    """Contacts without the participants that the asker may not read; that others were read is noted, once each."""
    behalves = store.contacts.behalves([contact.id for contact in contacts])
    told = {each for some in behalves.values() for each in some}
    found = store.participants.with_ids(told)
    readable = {each.id for each in found.values() if can_read_participant(by, each)}
    for participant_id in sorted(readable - (noted or set())):
        record(store, "contacts.read", by=by, at=at, of=("participant", participant_id))
    return [
        ContactView(
            contact=contact,
            on_behalf_of=tuple(each for each in behalves[contact.id] if each in readable),
            # A wish that is served tells of the person, so it goes where the person may be read.
            serves=contact.serves if readable.issuperset(behalves[contact.id]) else None,
        )
        for contact in contacts
    ]
