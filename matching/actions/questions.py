"""What to ask employers: the open questions of all latest lists, merged into one call an employer, best worth first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from typing import TYPE_CHECKING, Final

import orjson

from matching.actions.contacts import ContactStanding, contact_standing
from matching.actions.days import local_day
from matching.actions.drawing import constraint_findings, profiles_of
from matching.actions.events import record
from matching.actions.facts import visible_vacancy
from matching.interchange.withholding import public_about
from matching.laying_out import build_pool
from matching.model.finding import Asked, Aspect, Finding, Verdict
from matching.model.people import Actor, Permission
from matching.model.profile import VocationalProfile
from matching.model.shortlist import Choice
from matching.model.vacancy import Vacancy
from matching.permissions import can_see_vacancy, check
from matching.store import Page, Store
from matching.store.tables import Employer, Participant, VacancyRow

if TYPE_CHECKING:
    from matching.actions.index import LivePools
    from matching.snapshots import Snapshot

#: A role that is set aside for somebody raises no question for them.
_SET_ASIDE: Final = frozenset({Choice.NOT_NOW, Choice.NOT_WANTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class CallQuestion:
    """One question about one role: how many people it matters for, and the most places that an answer could move it.

    The worth is the largest of any list and no sum, so that what many share does not outweigh what one person needs.
    """

    vacancy: VacancyRow
    ask: str
    about: str
    worth: float
    people: int
    refused: bool  # the employer did not want to say when last asked


@dataclass(frozen=True, slots=True, kw_only=True)
class EmployerCall:
    """All questions to one employer, best worth first, and whether it wants to be contacted now."""

    employer: Employer
    contact: ContactStanding
    questions: Sequence[CallQuestion]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedVerdict:
    """What a new fact turned into what, for one person; none: there is no such finding."""

    about: str
    before: Verdict | None
    after: Verdict | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Affected:
    """A participant whose latest list holds the role, and what a new fact changes there."""

    participant: Participant
    shortlist_id: str
    changes: Sequence[ChangedVerdict]
    excluded_before: bool
    excluded_after: bool


def call_lists(
    *,
    employer_id: str | None = None,
    after: str | None = None,
    limit: int = 50,
    by: Actor,
    at: datetime,
    reading: Store,
    store: Store,
    pools: LivePools,
) -> Page[EmployerCall]:
    """Whom to call and what to ask, the question of most worth first; nothing of any participant is told."""
    check(by, Permission.QUESTIONS_READ)
    people = _people(by, reading)
    snapshot, today = pools.current(reading), local_day(at)
    asked = _open_questions(people, by=by, today=today, store=reading, pools=pools, snapshot=snapshot)
    calls = _by_employer(_merged(asked), employer_id=employer_id, store=reading)
    start = next((place for place, (employer, _) in enumerate(calls, start=1) if employer.id == after), 0)
    shown = calls[start : start + limit]
    record(
        store,
        "questions.read",
        by=by,
        at=at,
        of=("organisation", by.organisation_id),
        people=len(people),
        employers=len(shown),
    )
    return Page(
        items=[
            EmployerCall(employer=employer, contact=contact_standing(reading, employer, today), questions=questions)
            for employer, questions in shown
        ],
        next_after=shown[-1][0].id if len(calls) > start + limit else None,
    )


def questions_about(
    *, vacancy_id: str, by: Actor, at: datetime, reading: Store, store: Store, pools: LivePools
) -> list[CallQuestion]:
    """What to ask about one role, best worth first; nothing of any participant is told."""
    check(by, Permission.QUESTIONS_READ)
    vacancy = visible_vacancy(vacancy_id, by=by, store=reading)
    holding = {row.participant_id for row in reading.shortlists.latest_holding(vacancy.id)}
    people = [each for each in _people(by, reading) if each.id in holding]
    snapshot, today = pools.current(reading), local_day(at)
    asked = _open_questions(people, by=by, today=today, store=reading, pools=pools, snapshot=snapshot)
    calls = _by_employer(
        _merged(each for each in asked if each.vacancy_id == vacancy.id), employer_id=None, store=reading
    )
    record(store, "questions.read", by=by, at=at, of=("vacancy", vacancy.id), people=len(people))
    return [question for _, questions in calls for question in questions]


def affected_by(
    *, vacancy_id: str, before: Vacancy, after: Vacancy, as_of: date, store: Store, pools: LivePools
) -> list[Affected]:
    """The participants on whose latest list a role stands and for whom a new fact turns any verdict about it.

    Whom the role enters anew is told by an alert, once the fact is in the pool.
    """
    lists = {row.participant_id: row for row in store.shortlists.latest_holding(vacancy_id)}
    people = [each for each in store.participants.with_ids(lists).values() if not each.objects_to_matching]
    profiles = profiles_of(store, people)
    found = []
    for person in sorted(people, key=lambda each: each.id):
        if person.id not in profiles:
            continue
        earlier, later = (_findings_of(each, profiles[person.id], as_of, pools) for each in (before, after))
        changes = [
            ChangedVerdict(
                about=public_about(about),
                before=earlier[about].verdict if about in earlier else None,
                after=later[about].verdict if about in later else None,
            )
            for about in {**earlier, **later}
            if (earlier[about].verdict if about in earlier else None)
            is not (later[about].verdict if about in later else None)
        ]
        if changes:
            found.append(
                Affected(
                    participant=person,
                    shortlist_id=lists[person.id].id,
                    changes=changes,
                    excluded_before=any(each.excludes for each in earlier.values()),
                    excluded_after=any(each.excludes for each in later.values()),
                )
            )
    return found


def _people(by: Actor, store: Store) -> list[Participant]:
    """Whose questions are asked: of those whom the asker may read; for who reads nobody, of their teams."""
    own, team = by.can(Permission.PARTICIPANTS_READ_OWN), by.can(Permission.PARTICIPANTS_READ_TEAM)
    return store.alerts.matched(
        specialist_id=by.user_id if own else None, team_ids=by.team_ids if team or not own else ()
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """One question of one list."""

    participant_id: str
    vacancy_id: str
    ask: str
    about: str
    worth: float


@dataclass(slots=True, kw_only=True)
class _Merged:
    """The same question of several lists."""

    about: str
    worth: float
    people: set[str]


def _merged(questions: Iterable[_Asked]) -> dict[tuple[str, str], _Merged]:
    """Questions about one role that are asked in the same words are one, whatever each list needs the answer for."""
    merged: dict[tuple[str, str], _Merged] = {}
    for each in sorted(questions, key=lambda each: (-each.worth, each.about)):
        known = merged.setdefault(
            (each.vacancy_id, each.ask), _Merged(about=each.about, worth=each.worth, people=set())
        )
        known.people.add(each.participant_id)
    return merged


def _open_questions(
    people: Sequence[Participant], *, by: Actor, today: date, store: Store, pools: LivePools, snapshot: Snapshot
) -> list[_Asked]:
    """Every open question to an employer on the latest lists."""
    lists = {row.participant_id: row for row in store.shortlists.latest([each.id for each in people])}
    entries = store.shortlists.standing_entries([row.id for row in lists.values()])
    roles = store.vacancies.some({entry.vacancy_id for entry in entries})
    told = {each.id for each in roles if can_see_vacancy(by, each)}
    decided = store.decisions.holding(lists)
    drawn = {row.id: {each["vacancy_ref"]: each for each in orjson.loads(row.entries)} for row in lists.values()}
    person_of = {row.id: participant_id for participant_id, row in lists.items()}

    @cache
    def changed_since(mark: int) -> frozenset[str]:
        return frozenset(store.pool.changed_ids(mark, up_to=snapshot.mark))

    found: list[_Asked] = []
    answered: list[_Asked] = []
    for entry in entries:
        participant_id, number = person_of[entry.shortlist_id], snapshot.row_of(entry.vacancy_id)
        if entry.vacancy_id not in told or decided.get((participant_id, entry.vacancy_id)) in _SET_ASIDE:
            continue
        if number is None or not snapshot.pool.vacancies[number].is_open(on=today):
            continue
        if entry.finding is None:
            written, mark = drawn[entry.shortlist_id].get(entry.vacancy_ref, {}), lists[participant_id].pool_mark
        else:  # a role that was added by hand was judged when it was added
            written, mark = entry.finding["entry"], entry.finding["pool_mark"]
        asked = [
            _Asked(
                participant_id=participant_id,
                vacancy_id=entry.vacancy_id,
                ask=each["ask"],
                about=each["about"],
                worth=each["worth"],
            )
            for each in written.get("questions", ())
            if each["of"] == Asked.EMPLOYER
        ]
        (answered if entry.vacancy_id in changed_since(mark) else found).extend(asked)
    still = _still_open(answered, people, today=today, store=store, pools=pools, snapshot=snapshot)
    # By the name that everybody may read: that a place is somebody's no-go area is told to nobody here.
    return [replace(each, about=public_about(each.about)) for each in (*found, *still)]


def _still_open(
    asked: Sequence[_Asked],
    people: Sequence[Participant],
    *,
    today: date,
    store: Store,
    pools: LivePools,
    snapshot: Snapshot,
) -> list[_Asked]:
    """Of questions about roles that have changed since, those that nobody has answered, as they would be asked now."""
    wanted = {each.participant_id for each in asked}
    profiles = profiles_of(store, [each for each in people if each.id in wanted])

    @cache
    def open_now(participant_id: str, vacancy_id: str) -> Mapping[str, str]:
        number = snapshot.row_of(vacancy_id)
        if participant_id not in profiles or number is None:
            return {}
        findings = constraint_findings(profiles[participant_id], snapshot.pool, number, means=pools.means, as_of=today)
        return {each.about: each.ask for each in findings if each.verdict is Verdict.UNKNOWN and each.ask}

    return [
        replace(each, ask=now[each.about])
        for each in asked
        if each.about in (now := open_now(each.participant_id, each.vacancy_id))
    ]


def _by_employer(
    merged: Mapping[tuple[str, str], _Merged], *, employer_id: str | None, store: Store
) -> list[tuple[Employer, list[CallQuestion]]]:
    vacancies = {each.id: each for each in store.vacancies.some({vacancy_id for vacancy_id, _ in merged})}
    refused = store.shortlists.refusals(vacancies)
    questions: dict[str, list[CallQuestion]] = {}
    for (vacancy_id, ask), each in merged.items():
        vacancy = vacancies[vacancy_id]
        if employer_id in (None, vacancy.employer_id):
            questions.setdefault(vacancy.employer_id, []).append(
                CallQuestion(
                    vacancy=vacancy,
                    ask=ask,
                    about=each.about,
                    worth=each.worth,
                    people=len(each.people),
                    refused=(vacancy_id, each.about) in refused,
                )
            )
    employers = store.shortlists.employers(questions)
    calls = [(employers[each], sorted(asked, key=_best_first)) for each, asked in questions.items()]
    return sorted(calls, key=lambda call: (_best_first(call[1][0])[:2], call[0].name, call[0].id))


def _best_first(question: CallQuestion) -> tuple[float, int, str, str, str]:
    return -question.worth, -question.people, question.vacancy.ref, question.about, question.ask


def _findings_of(vacancy: Vacancy, profile: VocationalProfile, as_of: date, pools: LivePools) -> dict[str, Finding]:
    """Findings by what they are about; whether an employer is avoided is nobody's to tell, and no fact changes it."""
    pool = build_pool([vacancy], catalogue=pools.means.catalogue, sectors=pools.means.sectors)
    findings = constraint_findings(profile, pool, 0, means=pools.means, as_of=as_of)
    return {each.about: each for each in findings if each.aspect is not Aspect.EMPLOYER}
