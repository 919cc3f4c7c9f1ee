"""Make a role of tasks of others: tick tasks of one role, or of several roles of an employer, and name it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Response

from api.dependencies import Id
from api.pages.new_roles import KNOWN_BY, VISIBILITIES
from api.pages.route import PageRoute
from api.pages.typed import given
from api.pages.visit import SignedInVisit, Visit
from matching.actions.carving import CarvedDraft, TasksTaken, carve_role
from matching.actions.employers import read_employer
from matching.actions.vacancies import find_vacancies, read_known_vacancy
from matching.errors import Conflict, Invalid
from matching.model.fact import FactSource
from matching.model.people import Permission
from matching.model.vacancy import VacancyStatus, Visibility
from matching.store.vacancies import VacancyFilter

router = APIRouter(route_class=PageRoute, include_in_schema=False)

_MOST_ROLES = 20
_LONGEST_TASK = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """A role with its tasks, to be ticked; its boxes have a number, and their values are the tasks in full."""

    name: str
    vacancy_id: str
    title: str
    ref: str
    tasks: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """Of which role or employer tasks are taken, and where its page is."""

    name: str
    back: str
    add_tasks: str
    origins: Sequence[Origin]


@router.get("/roles/{vacancy_id}/carve")
def ask_of_role(vacancy_id: Id, visit: Visit) -> Response:
    """Ask which tasks of a role make up the new one."""
    return _page(visit, _role(vacancy_id, visit))


@router.post("/roles/{vacancy_id}/carve")
def carve_of_role(vacancy_id: Id, visit: Visit) -> Response:
    """Make a role of tasks of another."""
    whose = _role(vacancy_id, visit)
    try:
        return _carved(visit, whose)
    except (Invalid, Conflict) as refused:
        again = visit.again(refused, says=_says(whose))
        return _page(again, _role(vacancy_id, again))


@router.get("/employers/{employer_id}/carve")
def ask_of_employer(employer_id: Id, visit: Visit) -> Response:
    """Ask which tasks of an employer's roles make up the new one."""
    return _page(visit, _employer(employer_id, visit))


@router.post("/employers/{employer_id}/carve")
def carve_of_employer(employer_id: Id, visit: Visit) -> Response:
    """Make a role of tasks of several roles of an employer."""
    whose = _employer(employer_id, visit)
    try:
        return _carved(visit, whose)
    except (Invalid, Conflict) as refused:
        again = visit.again(refused, says=_says(whose))
        return _page(again, _employer(employer_id, again))


def _page(visit: SignedInVisit, whose: Whose) -> Response:
    return visit.show("carving/form.html", whose=whose, known_by=KNOWN_BY, visibilities=_visibilities())


def _visibilities() -> list[tuple[str, str, str]]:
    usual = ("", "As usual here", "Your team, or fewer where fewer know of the tasks.")
    return [usual, *VISIBILITIES[1:]]


def _role(vacancy_id: str, visit: SignedInVisit) -> Whose:
    visit.need(Permission.VACANCIES_WRITE)
    known = read_known_vacancy(vacancy_id=vacancy_id, by=visit.by, store=visit.reading)
    tasks = tuple(known.document.get("tasks") or ())
    vacancy = known.vacancy
    origin = Origin(name="tasks.1", vacancy_id=vacancy.id, title=vacancy.title, ref=vacancy.ref, tasks=tasks)
    return Whose(
        name=f"{vacancy.title}, {known.employer_name}",
        back=f"/roles/{vacancy.id}",
        add_tasks=f"/roles/{vacancy.id}/facts",
        origins=[origin] if tasks else [],
    )


def _employer(employer_id: str, visit: SignedInVisit) -> Whose:
    """The roles of an employer that the asker may see and whose tasks are known, the newest first."""
    visit.need(Permission.VACANCIES_WRITE)
    employer, _ = read_employer(employer_id=employer_id, by=visit.by, store=visit.reading)
    statuses = (VacancyStatus.OPEN, VacancyStatus.PAUSED, VacancyStatus.FILLED)
    only = VacancyFilter(employer_id=employer.id, statuses=statuses)
    listing = find_vacancies(only=only, after=None, limit=_MOST_ROLES, by=visit.by, store=visit.reading)
    origins: list[Origin] = []
    for row in listing.page.items:
        known = read_known_vacancy(vacancy_id=row.id, by=visit.by, store=visit.reading)
        if tasks := known.document.get("tasks"):
            name = f"tasks.{len(origins) + 1}"
            origins.append(Origin(name=name, vacancy_id=row.id, title=row.title, ref=row.ref, tasks=tuple(tasks)))
    back = f"/employers/{employer.id}"
    return Whose(name=employer.name, back=back, add_tasks=back, origins=origins)


def _carved(visit: SignedInVisit, whose: Whose) -> Response:
    form = visit.form()
    title = form.text("title", needed="Enter the job title.")
    taken = [
        TasksTaken(vacancy_id=origin.vacancy_id, tasks=ticked)
        for origin in whose.origins
        if (ticked := _ticked(visit, origin))
    ]
    if not taken:
        form.refuse(whose.origins[0].name if whose.origins else "title", "Tick at least one task.")
    known_by = form.one_of("known_by", [value for value, _ in KNOWN_BY], needed="Choose how the idea came up.")
    observed_on = form.day("observed_on", needed="Enter the day on which it came up.")
    if observed_on is not None and observed_on > visit.today:
        form.refuse("observed_on", "The date must be today or before.")
    visibility = form.choice("visibility", Visibility)
    note = form.long_text("note", most=1000)
    form.done()
    draft = CarvedDraft(
        title=title,
        origins=tuple(taken),
        known_by=FactSource(known_by),
        observed_on=given(observed_on),
        visibility=visibility,
        note=note,
    )
    vacancy = carve_role(draft=draft, by=visit.by, at=visit.at, store=visit.writing)
    return visit.go(f"/roles/{vacancy.id}/logged")


def _ticked(visit: SignedInVisit, origin: Origin) -> tuple[str, ...]:
    """The tasks that were ticked, by their words: a task that was changed since is no longer the one meant."""
    ticked = dict.fromkeys(visit.typed.all(origin.name))
    return tuple(task[:_LONGEST_TASK] for task in ticked if task)


def _says(whose: Whose) -> dict[str, tuple[str, str]]:
    first = whose.origins[0].name if whose.origins else "title"
    return {"origins": (first, "One of these tasks"), "title": ("title", "The title"), "visibility": ("visibility", "")}
