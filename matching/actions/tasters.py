"""What is done about job tasters and working interviews: what both sides found; nobody passes or fails."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from matching.actions.days import local_day
from matching.actions.events import record
from matching.actions.facts import visible_vacancy
from matching.errors import Invalid, Problem, Stale, Where
from matching.model.people import Actor
from matching.model.placement import TasterKind
from matching.permissions import check_can_read_participant, check_can_write_participant
from matching.store import Page, Store, new_id
from matching.store.tables import Participant, Taster

LONGEST_PLAN_DAYS = 366


@dataclass(frozen=True, slots=True, kw_only=True)
class TasterDetails:
    """What is said of a taster, before it or after: what each side found is told in words, and is never a mark."""

    participant_id: str
    employer_id: str | None
    vacancy_id: str | None
    kind: TasterKind
    on: date
    participant_found: str = ""
    employer_found: str = ""


def log_taster(*, details: TasterDetails, by: Actor, at: datetime, store: Store) -> Taster:
    """Log a job taster or working interview that took place or is arranged."""
    participant = store.participants.locked(details.participant_id)
    check_can_write_participant(by, participant)
    _check_day(details, today=local_day(at))
    taster = Taster(
        id=new_id(at),
        participant_id=participant.id,
        vacancy_id=details.vacancy_id,
        employer_id=employer_of(employer_id=details.employer_id, vacancy_id=details.vacancy_id, by=by, store=store),
        kind=details.kind,
        on=details.on,
        participant_found=details.participant_found,
        employer_found=details.employer_found,
        by=by.user_id,
        at=at,
        version=1,
    )
    store.contacts.add(taster)
    note_opportunity(participant, on=min(details.on, local_day(at)))
    record(store, "taster.logged", by=by, at=at, of=("participant", participant.id), taster=taster.id)
    return taster


def change_taster(
    *, taster_id: str, details: TasterDetails, version: int, by: Actor, at: datetime, store: Store
) -> Taster:
    """Write down what both sides found, or correct it."""
    taster = store.contacts.taster_locked(taster_id)
    participant = store.participants.get(taster.participant_id)
    check_can_write_participant(by, participant)
    if taster.version != version:
        raise Stale("This taster has changed since it was read.", version=taster.version)
    if details.participant_id != taster.participant_id:
        raise Invalid([Problem(Where(field="participant_id"), "a taster stays with its participant")])
    _check_day(details, today=local_day(at))
    taster.employer_id = employer_of(employer_id=details.employer_id, vacancy_id=details.vacancy_id, by=by, store=store)
    taster.vacancy_id, taster.kind, taster.on = details.vacancy_id, details.kind, details.on
    taster.participant_found, taster.employer_found = details.participant_found, details.employer_found
    taster.version += 1
    record(store, "taster.changed", by=by, at=at, of=("participant", participant.id), taster=taster.id)
    return taster


def read_taster(*, taster_id: str, by: Actor, at: datetime, store: Store) -> Taster:
    """A taster with what both sides found."""
    taster = store.contacts.taster(taster_id)
    participant = store.participants.get(taster.participant_id)
    check_can_read_participant(by, participant)
    record(store, "taster.read", by=by, at=at, of=("participant", participant.id), taster=taster.id)
    return taster


def tasters_of(
    *, participant_id: str, after: str | None, limit: int, by: Actor, at: datetime, store: Store
) -> Page[Taster]:
    """A participant's tasters and working interviews."""
    participant = store.participants.get(participant_id)
    check_can_read_participant(by, participant)
    page = store.contacts.tasters(participant.id, after=after, limit=limit)
    record(store, "tasters.read", by=by, at=at, of=("participant", participant.id), count=len(page.items))
    return page


def employer_of(*, employer_id: str | None, vacancy_id: str | None, by: Actor, store: Store) -> str:
    """The employer that a taster or a start is with: that of the role, or the one that is named."""
    if vacancy_id is None:
        if employer_id is None:
            raise Invalid([Problem(Where(field="employer_id"), "name the employer or the role")])
        return store.employers.get(employer_id).id
    vacancy = visible_vacancy(vacancy_id, by=by, store=store)
    if employer_id not in (None, vacancy.employer_id):
        raise Invalid([Problem(Where(field="employer_id"), "is not the employer of this role")])
    return vacancy.employer_id


def note_opportunity(participant: Participant, *, on: date) -> None:
    """Note that a participant was given an opportunity: who has waited longest is served first."""
    participant.last_opportunity_on = max(participant.last_opportunity_on or on, on)


def _check_day(details: TasterDetails, *, today: date) -> None:
    if details.on > today + timedelta(days=LONGEST_PLAN_DAYS):
        raise Invalid([Problem(Where(field="on"), "is more than a year from now")])
    if details.on > today and (details.participant_found or details.employer_found):
        raise Invalid([Problem(Where(field="on"), "is still to come, so nobody has found anything yet")])
