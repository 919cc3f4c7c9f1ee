"""Carve a role out of the tasks of others: what is known of the tasks comes along, all else is still to be asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from matching.actions.days import local_day
from matching.actions.events import record
from matching.actions.facts import Because, check_facts, revise, taken_apart, visible_vacancy, write_facts
from matching.actions.vacancies import LONGEST_NAME, new_ref
from matching.errors import Invalid, Problem, Where
from matching.model.fact import FactSource, JobFact, Standing
from matching.model.people import Actor, Permission
from matching.model.vacancy import VacancySource, VacancyStatus, Visibility
from matching.permissions import check
from matching.store import Store, new_id
from matching.store.tables import VacancyFact, VacancyRow

# The narrowest first: what was told in trust is not told further by carving it out.
_BY_WIDTH = (Visibility.OWN_CASELOAD, Visibility.TEAM, Visibility.ORGANISATION)


@dataclass(frozen=True, slots=True, kw_only=True)
class TasksTaken:
    """Tasks of one vacancy, in its words."""

    vacancy_id: str
    tasks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CarvedDraft:
    """A role to be made of tasks of one or several vacancies of an employer, and how the idea came up."""

    title: str
    origins: tuple[TasksTaken, ...]
    known_by: FactSource
    observed_on: date
    visibility: Visibility | None = None
    note: str = ""


def carve_role(*, draft: CarvedDraft, by: Actor, at: datetime, store: Store) -> VacancyRow:
    """Log a role made of tasks of others; its tasks keep the source and the date that they have there."""
    check(by, Permission.VACANCIES_WRITE)
    origins = _origins(draft, by=by, store=store)
    title = JobFact(
        field="title", value=draft.title, source=draft.known_by, observed_on=draft.observed_on, note=draft.note
    )
    facts = taken_apart([title, _tasks(draft, origins, store)])
    check_facts(facts, (), today=local_day(at))
    widest = min((origin.visibility for origin in origins), key=_BY_WIDTH.index)
    vacancy = VacancyRow(
        id=new_id(at),
        ref=new_ref(store),
        employer_id=origins[0].employer_id,
        workplace_id=_shared([origin.workplace_id for origin in origins]),
        title=draft.title,
        source=VacancySource.CARVED,
        status=VacancyStatus.OPEN,
        visibility=_visibility(draft, origins, by),
        owner_id=by.user_id,
        team_id=_team(origins, by) if widest is Visibility.TEAM else _first_team(by),
        confirmed_at=at,
        carved_from=[origin.ref for origin in origins],
        created_by=by.user_id,
        created_at=at,
        version=0,
    )
    store.vacancies.add(vacancy)
    write_facts(vacancy, facts, by=by, at=at, store=store)
    revise(vacancy, because=Because.CARVED, by=by, at=at, store=store)
    ids = [origin.id for origin in origins]
    record(store, "vacancy.carved", by=by, at=at, of=("vacancy", vacancy.id), origins=ids)
    return vacancy


def _origins(draft: CarvedDraft, *, by: Actor, store: Store) -> list[VacancyRow]:
    origins = [visible_vacancy(taken.vacancy_id, by=by, store=store) for taken in draft.origins]
    problems = []
    if len(draft.title) > LONGEST_NAME:
        problems.append(Problem(Where(field="title"), f"should have at most {LONGEST_NAME} characters"))
    if len({origin.id for origin in origins}) < len(origins):
        problems.append(Problem(Where(field="origins"), "name each vacancy once"))
    if len({origin.employer_id for origin in origins}) > 1:
        problems.append(Problem(Where(field="origins"), "are not all of one employer"))
    if not origins or not all(taken.tasks for taken in draft.origins):
        problems.append(Problem(Where(field="origins"), "should take at least one task of each vacancy"))
    if problems:
        raise Invalid(problems)
    return origins


def _tasks(draft: CarvedDraft, origins: Sequence[VacancyRow], store: Store) -> JobFact:
    """The tasks as one fact: as sure as the least sure of their origins, and as old as the oldest."""
    problems = []
    known: list[VacancyFact] = []
    tasks: list[str] = []
    for number, (taken, origin) in enumerate(zip(draft.origins, origins, strict=True)):
        held = _held_tasks(origin, store)
        there = held.value["value"] if held is not None else []
        where = Where(field="origins").at(number).inside("tasks")
        problems += [
            Problem(where.at(index), "is no task of this vacancy")
            for index, task in enumerate(taken.tasks)
            if task not in there
        ]
        if held is not None:
            known.append(held)
        tasks += [task for task in taken.tasks if task not in tasks]
    if problems:
        raise Invalid(problems)
    return JobFact(
        field="tasks",
        value=tasks,
        source=min((fact.source for fact in known), key=lambda source: source.strength),
        observed_on=min(fact.observed_on for fact in known),
        note="; ".join(f"from {origin.ref}" for origin in origins),
    )


def _held_tasks(origin: VacancyRow, store: Store) -> VacancyFact | None:
    present = store.vacancies.present_facts(origin.id)
    return next((fact for fact in present if fact.field == "tasks" and fact.standing is Standing.HOLDS), None)


def _visibility(draft: CarvedDraft, origins: Sequence[VacancyRow], by: Actor) -> Visibility:
    """As wide as was asked for, but no wider than the origins are; otherwise as roles told in trust are."""
    widest = min((origin.visibility for origin in origins), key=_BY_WIDTH.index)
    teams = {origin.team_id for origin in origins if origin.visibility is Visibility.TEAM}
    if widest is Visibility.TEAM and (len(teams) > 1 or not teams <= set(by.team_ids)):
        widest = Visibility.OWN_CASELOAD  # nobody but the carver was told of all of them
    if draft.visibility is None:
        return min(widest, Visibility.TEAM, key=_BY_WIDTH.index)
    if _BY_WIDTH.index(draft.visibility) > _BY_WIDTH.index(widest):
        raise Invalid([Problem(Where(field="visibility"), f"the tasks are known to fewer: at most {widest.value}")])
    return draft.visibility


def _team(origins: Sequence[VacancyRow], by: Actor) -> str | None:
    teams = {origin.team_id for origin in origins if origin.visibility is Visibility.TEAM}
    return teams.pop() if len(teams) == 1 and teams <= set(by.team_ids) else _first_team(by)


def _first_team(by: Actor) -> str | None:
    return by.team_ids[0] if by.team_ids else None


def _shared(workplace_ids: Sequence[str | None]) -> str | None:
    return workplace_ids[0] if len(set(workplace_ids)) == 1 else None
