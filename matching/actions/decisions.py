"""What is decided about roles for a participant: one role at a time, with a reason, and never for good."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from matching.actions.contacts import ContactStanding, contact_standing
from matching.actions.days import local_day
from matching.actions.events import record
from matching.actions.facts import visible_vacancy
from matching.actions.tasters import note_opportunity
from matching.errors import Conflict, Invalid, NotFound, Problem, Where
from matching.model.people import Actor, Permission
from matching.model.shortlist import Choice, DecisionReason
from matching.permissions import (
    can_see_vacancy,
    check_any,
    check_can_read_participant,
    check_can_write_participant,
)
from matching.store import Page, Store
from matching.store.tables import DecisionRow, Participant, VacancyRow

# What is set aside says why in a code, so that it can be learnt from; what is taken up says so in either.
_NEEDS_REASON = frozenset({Choice.NOT_NOW, Choice.NOT_WANTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What specialist and participant chose for one role, and why."""

    choice: Choice
    reason: DecisionReason | None = None
    words: str = ""

    def __post_init__(self) -> None:
        problems = []
        if self.choice in _NEEDS_REASON and self.reason is None:
            problems.append(Problem(Where(field="reason"), f"is needed for '{self.choice}'"))
        if self.choice is Choice.PUT_FORWARD and self.reason is None and not self.words:
            problems.append(Problem(Where(field="words"), "say why, in a sentence or by a reason"))
        if self.reason is DecisionReason.OTHER and not self.words:
            problems.append(Problem(Where(field="words"), "is needed where the reason is 'other'"))
        if problems:
            raise Invalid(problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionView:
    """A decision as it was made, and what the employer wants to be kept to before anybody calls."""

    row: DecisionRow
    contact: ContactStanding


def decide(
    *,
    participant_id: str,
    vacancy_id: str,
    shortlist_id: str | None,
    chosen: Chosen,
    by: Actor,
    at: datetime,
    store: Store,
) -> DecisionView:
    """Decide on one role for one participant; what was decided before stays as history.

    The role may be on a list, which is then named, or have come by an alert or a proposal.
    """
    participant, vacancy = _both(participant_id, vacancy_id, by=by, store=store)
    _check_on_list(shortlist_id, participant, vacancy, store=store)
    return _write(participant, vacancy, shortlist_id, chosen, by=by, at=at, store=store)


def take_back(
    *, participant_id: str, vacancy_id: str, words: str = "", by: Actor, at: datetime, store: Store
) -> DecisionView:
    """Take back what holds for one role and one participant; both stay to be read."""
    participant, vacancy = _both(participant_id, vacancy_id, by=by, store=store)
    held = store.decisions.latest(participant.id, vacancy.id)
    if held is None or held.choice is None:
        raise Conflict("Nothing is decided about this role, so nothing can be taken back.")
    return _write(participant, vacancy, held.shortlist_id, None, by=by, at=at, store=store, words=words)


def find_decisions(
    *,
    participant_id: str,
    vacancy_id: str | None,
    after: str | None,
    limit: int,
    by: Actor,
    at: datetime,
    reading: Store,
    store: Store,
) -> Page[DecisionRow]:
    """Everything that was decided for a participant, on one role if it is named, the first decision first."""
    check_any(by, Permission.PARTICIPANTS_READ_OWN, Permission.PARTICIPANTS_READ_TEAM)
    participant = reading.participants.get(participant_id)
    check_can_read_participant(by, participant)
    page = reading.decisions.page(participant_id=participant.id, vacancy_id=vacancy_id, after=after, limit=limit)
    roles = {vacancy.id: vacancy for vacancy in reading.vacancies.some({row.vacancy_id for row in page.items})}
    told = [row for row in page.items if can_see_vacancy(by, roles[row.vacancy_id])]
    record(store, "decisions.read", by=by, at=at, of=("participant", participant.id), count=len(told))
    return Page(items=told, next_after=page.next_after)


def _write(
    participant: Participant,
    vacancy: VacancyRow,
    shortlist_id: str | None,
    chosen: Chosen | None,
    *,
    by: Actor,
    at: datetime,
    store: Store,
    words: str = "",
) -> DecisionView:
    row = DecisionRow(
        id=store.decisions.next_id(participant.id, at),
        participant_id=participant.id,
        shortlist_id=shortlist_id,
        vacancy_id=vacancy.id,
        choice=None if chosen is None else chosen.choice,
        reason=None if chosen is None else chosen.reason,
        words=words if chosen is None else chosen.words,
        by=by.user_id,
        at=at,
    )
    store.decisions.add(row)
    _note_opportunity(participant, row, store)
    record(
        store,
        "decision.taken_back" if chosen is None else "decision.made",
        by=by,
        at=at,
        of=("participant", participant.id),
        decision=row.id,
        vacancy=vacancy.id,
        shortlist=shortlist_id,
        choice=None if row.choice is None else row.choice.value,
        reason=None if row.reason is None else row.reason.value,
    )
    employer = store.employers.get(vacancy.employer_id)
    return DecisionView(row=row, contact=contact_standing(store, employer, local_day(at)))


def _note_opportunity(participant: Participant, row: DecisionRow, store: Store) -> None:
    """Keep the day of the last opportunity: a role that was put forward by mistake was none."""
    if row.choice is Choice.PUT_FORWARD:
        note_opportunity(participant, on=local_day(row.at))
        return
    earlier = [each for each in store.decisions.of(participant.id) if each.id != row.id]
    latest = {each.vacancy_id: each for each in earlier}
    undone = latest.get(row.vacancy_id)
    if undone is None or undone.choice is not Choice.PUT_FORWARD:
        return
    days = [
        local_day(each.at)
        for each in latest.values()
        if each.choice is Choice.PUT_FORWARD and each.vacancy_id != row.vacancy_id
    ]
    participant.last_opportunity_on = max([*days, *store.decisions.other_opportunities(participant.id)], default=None)


def _both(participant_id: str, vacancy_id: str, *, by: Actor, store: Store) -> tuple[Participant, VacancyRow]:
    """The participant, held so that decisions come one after the other, and the role if the asker may see it."""
    check_any(by, Permission.PARTICIPANTS_WRITE_OWN, Permission.PARTICIPANTS_WRITE_TEAM)
    participant = store.participants.locked(participant_id)
    check_can_write_participant(by, participant)
    return participant, visible_vacancy(vacancy_id, by=by, store=store)


def _check_on_list(shortlist_id: str | None, participant: Participant, vacancy: VacancyRow, *, store: Store) -> None:
    if shortlist_id is None:
        return
    row = store.shortlists.get(shortlist_id)
    if row.participant_id != participant.id:
        raise NotFound("There is no such shortlist.")
    store.shortlists.entry(row.id, vacancy.id)
