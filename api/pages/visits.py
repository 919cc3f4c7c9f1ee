"""Walk through a workplace: the ten senses one page at a time, then other things to look at; each step is saved.

On a phone whose battery dies nothing is lost, because every page saves what it was told before the next one opens.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from fastapi import APIRouter, Response

from api.dependencies import Id
from api.pages.fact_fields import FactField, fact_field, read_facts, said, typed_of
from api.pages.labels import label
from api.pages.route import PageRoute
from api.pages.typed import given
from api.pages.visit import SignedInVisit, Visit
from matching.actions.facts import record_fact
from matching.actions.vacancies import KnownVacancy, read_known_vacancy
from matching.errors import Conflict, Invalid
from matching.model.fact import FactSource, JobFact, Standing
from matching.model.people import Permission
from matching.model.sensory import SensoryDimension
from matching.store.tables import VacancyFact

router = APIRouter(prefix="/roles/{vacancy_id}/visit", route_class=PageRoute, include_in_schema=False)

#: What else can be seen on a visit, after the senses.
_PLACE = (
    "adjustments.bldg.step_free",
    "adjustments.bldg.accessible_toilet",
    "adjustments.bldg.auto_door",
    "adjustments.place.ground_floor",
    "adjustments.place.quiet_room",
    "adjustments.place.avoid_public_area",
    "adjustments.place.parking_reserved",
)
_WORK = (
    "physical.lift_kg",
    "physical.stand_minutes",
    "physical.walk_minutes",
    "physical.climb",
    "adjustments.task.sit_option",
    "adjustments.sens.headphones",
    "adjustments.sup.named_person",
    "adjustments.sup.buddy",
    "adjustments.sup.job_coach",
    "adjustments.comm.written_instructions",
    "adjustments.time.flex_start",
)


class Step(StrEnum):
    """The pages of a visit, in order."""

    NOISE = "noise"
    LIGHTING = "lighting"
    CROWDING = "crowding"
    SMELL = "smell"
    TEMPERATURE = "temperature"
    TOUCH = "touch"
    MOVEMENT = "movement"
    VISUAL_CLUTTER = "visual_clutter"
    UNPREDICTABILITY = "unpredictability"
    SOCIAL_DEMAND = "social_demand"
    PLACE = "place"
    WORK = "work"

    @property
    def fields(self) -> list[FactField]:
        """What is asked on this page."""
        names: Sequence[str] = {Step.PLACE: _PLACE, Step.WORK: _WORK}.get(self, (f"sensory.{self.value}",))
        return [field for field in map(fact_field, names) if field is not None]

    @property
    def heading(self) -> str:
        """What this page is called."""
        match self:
            case Step.PLACE:
                return "The building"
            case Step.WORK:
                return "The work and the people"
            case _:
                return label(SensoryDimension(self.value))

    @property
    def number(self) -> int:
        """Which page it is, from 1."""
        return STEPS.index(self) + 1

    @property
    def next(self) -> Step | None:
        """The page that follows."""
        return STEPS[self.number] if self.number < len(STEPS) else None

    @property
    def before(self) -> Step | None:
        """The page before."""
        return STEPS[self.number - 2] if self.number > 1 else None


STEPS = tuple(Step)


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """A page of the visit with what it was told on its day."""

    step: Step
    says: Sequence[tuple[str, str]]


@router.get("")
def begin(vacancy_id: Id, visit: Visit) -> Response:
    """Say what a visit looks at, and ask for its day."""
    return _begin(vacancy_id, visit)


@router.post("")
def begin_on(vacancy_id: Id, visit: Visit) -> Response:
    """Begin with the day of the visit."""
    _role(vacancy_id, visit)
    try:
        on = _day_of_visit(visit)
    except Invalid as refused:
        return _begin(vacancy_id, visit.again(refused))
    return visit.go(_path(vacancy_id, STEPS[0], on))


@router.get("/check")
def check(vacancy_id: Id, visit: Visit) -> Response:
    """Show everything that this visit found, to be looked over."""
    known, on = _role(vacancy_id, visit), _asked_day(visit)
    return visit.show("visits/check.html", known=known, on=on, looked=[_looked(step, known, on) for step in STEPS])


@router.get("/{step}")
def look(vacancy_id: Id, step: Step, visit: Visit) -> Response:
    """Ask what one of the senses meets with, or another thing to look at."""
    return _step(vacancy_id, step, visit)


@router.post("/{step}")
def save(vacancy_id: Id, step: Step, visit: Visit) -> Response:
    """Save what was seen, if anything was, and go on."""
    role = _role(vacancy_id, visit)
    try:
        on = _day_of_visit(visit)
        facts = _facts(visit, step, on)
        if facts:
            record_fact(vacancy_id=role.vacancy.id, facts=facts, by=visit.by, at=visit.at, store=visit.writing)
    except (Invalid, Conflict) as refused:
        return _step(vacancy_id, step, visit.again(refused, says={"observed_on": ("on", "The date")}))
    if step.next is None or visit.typed.get("then") == "check":
        return visit.go(f"/roles/{vacancy_id}/visit/check?on={on.isoformat()}")
    return visit.go(_path(vacancy_id, step.next, on))


def _role(vacancy_id: str, visit: SignedInVisit) -> KnownVacancy:
    visit.need(Permission.VACANCIES_WRITE)
    return read_known_vacancy(vacancy_id=vacancy_id, by=visit.by, store=visit.reading)


def _begin(vacancy_id: str, visit: SignedInVisit) -> Response:
    known = _role(vacancy_id, visit)
    return visit.show("visits/begin.html", known=known, steps=STEPS)


def _step(vacancy_id: str, step: Step, visit: SignedInVisit) -> Response:
    known = _role(vacancy_id, visit)
    on = _asked_day(visit)
    seen = dict(_of_the_visit(known, on))
    return visit.show(
        "visits/step.html",
        known=known,
        step=step,
        on=on,
        count=len(STEPS),
        fields=[(_with_levels(field), _typed(field, seen)) for field in step.fields],
        held=[(each, _held(each.field, known.facts)) for each in step.fields],
        path=f"/roles/{vacancy_id}/visit/{step.value}",
        says=said,
        answered=bool(set(seen) & {each.field for each in step.fields}),
        back_to=_path(vacancy_id, step.before, on) if step.before else f"/roles/{vacancy_id}/visit",
    )


def _with_levels(field: FactField) -> FactField:
    """A sense with its own question for most of the time: the words of its levels are what is looked at."""
    if not field.field.startswith("sensory."):
        return field
    return replace(field, members=tuple(replace(member, label="Most of the time") for member in field.members))


def _facts(visit: SignedInVisit, step: Step, on: date) -> list[JobFact]:
    form = visit.form()
    found = read_facts(form, step.fields)
    form.done()
    return [
        JobFact(field=field, value=value, source=FactSource.VISIT, observed_on=on) for field, value in found.items()
    ]


def _day_of_visit(visit: SignedInVisit) -> date:
    form = visit.form()
    on = form.day("on", needed="Enter the day of the visit.")
    if on is not None and on > visit.today:
        form.refuse("on", "The date must be today or before.")
    form.done()
    return given(on)


def _asked_day(visit: SignedInVisit) -> date:
    """The day of the visit, as the form or the address has it; today if it has none."""
    try:
        return _day_of_visit(visit) if visit.typed else date.fromisoformat(visit.asked("on", most=10))
    except (Invalid, ValueError):
        return visit.today


def _path(vacancy_id: str, step: Step, on: date) -> str:
    return f"/roles/{vacancy_id}/visit/{step.value}?on={on.isoformat()}"


def _of_the_visit(known: KnownVacancy, on: date) -> list[tuple[str, Any]]:
    """What was written down as seen on that day, the newest word of each field."""
    seen = {
        fact.field: fact.value["value"]
        for fact in sorted(known.facts, key=lambda each: each.number)
        if fact.source is FactSource.VISIT and fact.observed_on == on and fact.standing is Standing.HOLDS
    }
    return list(seen.items())


def _typed(field: FactField, seen: Mapping[str, Any]) -> dict[str, list[str]]:
    """What the inputs of a field hold for what was seen, its own value and what is kept beside it."""
    value = seen.get(field.field)
    found = typed_of(field, value) if value is not None else {}
    for member in field.all_members:
        if member.field in seen:
            found |= typed_of(member, seen[member.field])
    return found


def _held(field: str, facts: Sequence[VacancyFact]) -> VacancyFact | None:
    """The fact that holds now, from wherever it comes."""
    return next((fact for fact in facts if fact.field == field and fact.standing is Standing.HOLDS), None)


def _looked(step: Step, known: KnownVacancy, on: date) -> Looked:
    seen = dict(_of_the_visit(known, on))
    says = []
    for field in step.fields:
        if field.field in seen:
            says.append((field.label, said(field.field, _whole(field, seen))))
    return Looked(step=step, says=says)


def _whole(field: FactField, seen: Mapping[str, Any]) -> Any:
    """The value of a field with those of its members that are facts of their own."""
    value = seen[field.field]
    if not isinstance(value, Mapping):
        return value
    of_members = {each.field.rpartition(".")[2]: seen[each.field] for each in field.all_members if each.field in seen}
    return {**value, **of_members}
