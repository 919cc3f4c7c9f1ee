"""What a participant lets be told to which employer: recorded, withdrawn, and the only maker of what employers read.

The later choice holds. A yes adds its items; a no, or a withdrawal, takes its items away (a no without items takes
all). An item is live if what was said last about it is a yes that has not run out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from matching.actions.days import local_day
from matching.actions.events import record
from matching.actions.introductions import introduction
from matching.actions.profiles import open_profile
from matching.errors import Conflict, Invalid, Problem, Where
from matching.model.people import Actor, ConsentChoice, ConsentItem, ConsentMethod
from matching.permissions import check_can_read_participant, check_can_write_participant
from matching.store import Page, Store, new_id
from matching.store.tables import Consent, Employer, Participant

LONGEST_CONSENT_DAYS = 3650


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentDetails:
    """What a participant chose about one employer; a yes names what may be told."""

    employer_id: str
    choice: ConsentChoice
    items: frozenset[ConsentItem]
    method: ConsentMethod
    given_on: date
    expires_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosure:
    """What one employer may be told about one participant: sentences about work, and the name if that was agreed."""

    employer_id: str
    items: frozenset[ConsentItem]
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """Everything that a participant chose about one employer, the latest first, and what may be told today."""

    employer: Employer
    live: frozenset[ConsentItem]
    consents: tuple[Consent, ...]


def record_consent(*, participant_id: str, details: ConsentDetails, by: Actor, at: datetime, store: Store) -> Consent:
    """Record a choice; a no is a choice too. Without an end of its own a yes holds as long as the organisation set."""
    participant = store.participants.locked(participant_id)
    check_can_write_participant(by, participant)
    employer = store.employers.get(details.employer_id)
    _check(details, today=local_day(at))
    expires_on = details.expires_on
    if expires_on is None and details.choice is ConsentChoice.YES:
        expires_on = details.given_on + timedelta(days=store.organisations.settings().consent_days)
    consent = Consent(
        id=new_id(at),
        participant_id=participant.id,
        employer_id=employer.id,
        choice=details.choice,
        items=sorted(item.value for item in details.items),
        method=details.method,
        given_on=details.given_on,
        expires_on=expires_on,
        recorded_by=by.user_id,
        recorded_at=at,
    )
    store.consents.add(consent)
    record(
        store,
        "consent.recorded",
        by=by,
        at=at,
        of=("participant", participant.id),
        consent=consent.id,
        employer=employer.id,
        choice=consent.choice.value,
        items=list(consent.items),
    )
    return consent


def withdraw_consent(
    *, participant_id: str, consent_id: str, withdrawn_on: date | None = None, by: Actor, at: datetime, store: Store
) -> Consent:
    """Withdraw a yes from a day on, today unless it is said; it stays in the record."""
    participant = store.participants.locked(participant_id)
    check_can_write_participant(by, participant)
    consent = store.consents.locked(participant.id, consent_id)
    if consent.choice is ConsentChoice.NO:
        raise Conflict("A no is not withdrawn. Record a yes when the participant chooses so.")
    if consent.withdrawn_on is not None:
        raise Conflict("This choice was withdrawn already.")
    today = local_day(at)
    day = withdrawn_on or today
    if not consent.given_on <= day <= today:
        raise Invalid([Problem(Where(field="withdrawn_on"), "should be from the day of the choice to today")])
    consent.withdrawn_on, consent.withdrawn_by, consent.withdrawn_at = day, by.user_id, at
    record(
        store,
        "consent.withdrawn",
        by=by,
        at=at,
        of=("participant", participant.id),
        consent=consent.id,
        employer=consent.employer_id,
    )
    return consent


def list_consents(
    *, participant_id: str, after: str | None, limit: int, by: Actor, at: datetime, store: Store
) -> Page[Consent]:
    """A participant's choices, as they were recorded."""
    participant = store.participants.get(participant_id)
    check_can_read_participant(by, participant)
    record(store, "consents.listed", by=by, at=at, of=("participant", participant.id))
    return store.consents.page(participant.id, after=after, limit=limit)


def choices_by_employer(*, participant_id: str, by: Actor, at: datetime, store: Store) -> list[Choices]:
    """A participant's choices, each employer's together with what they come to today; by the employers' names."""
    participant = store.participants.get(participant_id)
    check_can_read_participant(by, participant)
    record(store, "consents.listed", by=by, at=at, of=("participant", participant.id))
    of_employer: dict[str, list[Consent]] = {}
    for consent in store.consents.of(participant.id):
        of_employer.setdefault(consent.employer_id, []).append(consent)
    employers = store.shortlists.employers(of_employer)
    return [
        Choices(
            employer=employer,
            live=live_items(of_employer[employer.id], on=local_day(at)),
            consents=tuple(reversed(of_employer[employer.id])),
        )
        for employer in sorted(employers.values(), key=lambda employer: (employer.key, employer.id))
    ]


def read_consent(*, participant_id: str, consent_id: str, by: Actor, at: datetime, store: Store) -> Consent:
    """One choice of a participant."""
    participant = store.participants.get(participant_id)
    check_can_read_participant(by, participant)
    record(store, "consent.read", by=by, at=at, of=("participant", participant.id), consent=consent_id)
    return store.consents.get(participant.id, consent_id)


def live_consent(store: Store, participant_id: str, employer_id: str, on: date) -> frozenset[ConsentItem]:
    """What may be told to an employer on a day; empty: nothing, not even that there is somebody."""
    return live_items(store.consents.of_employer(participant_id, employer_id), on=on)


def live_items(consents: Iterable[Consent], *, on: date) -> frozenset[ConsentItem]:
    """What a participant's choices about one employer let be told on a day."""
    live: dict[ConsentItem, bool] = {}
    for _, _, said in sorted(_sayings(consents, on=on), key=lambda saying: saying[:2]):
        live |= said
    return frozenset(item for item, told in live.items() if told)


def _sayings(consents: Iterable[Consent], *, on: date) -> Iterator[tuple[date, datetime, dict[ConsentItem, bool]]]:
    """What was said up to a day, each with its day and the moment it was written down."""
    for consent in consents:
        items = [ConsentItem(item) for item in consent.items]
        if consent.given_on > on:
            continue
        if consent.choice is ConsentChoice.YES:
            runs = consent.expires_on is None or on <= consent.expires_on
            yield consent.given_on, consent.recorded_at, dict.fromkeys(items, runs)
            if consent.withdrawn_on is not None and consent.withdrawn_on <= on:
                withdrawn_at = consent.withdrawn_at or consent.recorded_at
                yield consent.withdrawn_on, withdrawn_at, dict.fromkeys(items, False)
        else:
            yield consent.given_on, consent.recorded_at, dict.fromkeys(items or ConsentItem, False)


def disclosure_for(*, participant: Participant, employer_id: str, on: date, store: Store) -> Disclosure | None:
    """Everything that an employer may read about a participant; `None` if that is nothing.

    Any text about a participant that an employer reads is made here, and says only what a live consent covers.
    """
    items = live_consent(store, participant.id, employer_id, on)
    if not items:
        return None
    profile = open_profile(store, participant)
    name = participant.name if ConsentItem.NAME in items else None
    return Disclosure(
        employer_id=employer_id, items=items, sentences=introduction(profile=profile, items=items, name=name)
    )


def introduce(*, participant_id: str, employer_id: str, by: Actor, at: datetime, store: Store) -> Disclosure:
    """What we may tell an employer about a participant today, in sentences; none without a live consent."""
    participant = store.participants.get(participant_id)
    check_can_read_participant(by, participant)
    employer = store.employers.get(employer_id)
    disclosure = disclosure_for(participant=participant, employer_id=employer.id, on=local_day(at), store=store)
    told: Sequence[ConsentItem] = sorted(disclosure.items) if disclosure is not None else ()
    record(
        store,
        "participant.introduction_read",
        by=by,
        at=at,
        of=("participant", participant.id),
        employer=employer.id,
        items=[item.value for item in told],
    )
    return disclosure or Disclosure(employer_id=employer.id, items=frozenset(), sentences=())


def _check(details: ConsentDetails, *, today: date) -> None:
    problems = []
    if details.choice is ConsentChoice.YES and not details.items:
        problems.append(Problem(Where(field="items"), "should say what may be told"))
    if details.given_on > today:
        problems.append(Problem(Where(field="given_on"), "cannot be in the future"))
    if details.expires_on is not None:
        days = (details.expires_on - details.given_on).days
        if not 0 <= days <= LONGEST_CONSENT_DAYS:
            problems.append(Problem(Where(field="expires_on"), "should be within ten years after the choice"))
    if problems:
        raise Invalid(problems)
