"""Forms for what is known of a role: several facts at once with their source and date, and taking one back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from fastapi import APIRouter, Response

from api.dependencies import Id
from api.pages.fact_fields import FactField, Kind, fact_field, read_fact, typed_of
from api.pages.labels import options
from api.pages.role_known import Told, told
from api.pages.role_words import GROUPS, called
from api.pages.route import PageRoute
from api.pages.typed import FormReader
from api.pages.visit import SignedInVisit, Visit
from matching.actions import facts as actions
from matching.actions.vacancies import KnownVacancy, read_known_vacancy
from matching.errors import Conflict, Invalid, NotFound, Problem, Where
from matching.model.adjustment import Offer
from matching.model.fact import FactSource, JobFact, Standing
from matching.model.people import Permission
from matching.model.sensory import SensoryDimension
from matching.store.tables import VacancyFact
from matching.taxonomy import load_catalogue

router = APIRouter(prefix="/roles", route_class=PageRoute, include_in_schema=False)

#: Rows for what an employer said of adjustments.
ADJUSTMENT_ROWS = 2
_MOST_FACTS = 2000
#: Fields of the form by the group of the role's page that they are in; what takes many inputs has a form of its own.
_FIELDS_OF: Mapping[str, tuple[str, ...]] = {
    "work": ("title", "description", "tasks", "contract", "openings", "opens_on", "closes_on"),
    "hours": ("hours", "pattern", "pay"),
    "place": ("location",),
    "senses": tuple(f"sensory.{each}" for each in SensoryDimension),
    "body": ("physical",),
    "asked": ("requirements", "disability_confident"),
}
#: Members that are read and changed together.
_TOGETHER = ("hours", "pattern", "pay", "location", "sensory")
#: What is changed by adding to it: the form begins with what is known.
_ADDED_TO = frozenset({Kind.LINE, Kind.WORDS, Kind.LINES})


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One field of the form: what is known of it now, and what its inputs hold at first."""

    fact: FactField
    now: Sequence[Told]
    typed: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Some fields of the form, behind one press; open where something in it was typed."""

    slug: str
    heading: str
    asked: Sequence[Asked]
    is_open: bool


@router.get("/{vacancy_id}/facts")
def ask(vacancy_id: Id, visit: Visit) -> Response:
    """Ask what was learnt: of one field where the address names it, else of any."""
    return _ask(vacancy_id, visit, visit.asked("about", most=100))


@router.post("/{vacancy_id}/facts")
def add(vacancy_id: Id, visit: Visit) -> Response:
    """Write down what was learnt, with its source and date."""
    visit.need(Permission.VACANCIES_WRITE)
    about = visit.typed.get("about")[:100]
    known = read_known_vacancy(vacancy_id=vacancy_id, by=visit.by, store=visit.reading)
    try:
        actions.record_fact(
            vacancy_id=vacancy_id,
            facts=_learnt(_field_of(about), known, visit.form()),
            by=visit.by,
            at=visit.at,
            store=visit.writing,
        )
    except (Invalid, Conflict) as refused:
        return _ask(vacancy_id, visit.again(refused, says={"observed_on": ("observed_on", "The day")}), about)
    return visit.go(f"/roles/{vacancy_id}", done="facts-added")


def _learnt(only: FactField | None, known: KnownVacancy, form: FormReader) -> list[JobFact]:
    """What was typed, as facts; raises `Invalid` with everything that is wrong."""
    source = form.choice("source", FactSource, needed="Choose how you know.")
    observed_on = form.day("observed_on", needed="Enter the day on which you learnt this.", what="The day")
    note = form.long_text("note")
    found: dict[str, Any] = {}
    for fact in [only] if only is not None else _all_fields():
        value = read_fact(form, fact)
        # The form begins with what is known: leaving it there says nothing new.
        if value is not None and (only is not None or value != _at(known.document, fact.field)):
            found[fact.field] = value
    if only is None:
        found.update(_adjustments(form))
    form.done()
    if not found or source is None or observed_on is None:
        raise Invalid([Problem(Where(), "Fill in at least one thing that you learnt.")])
    return [
        JobFact(field=field, value=value, source=source, observed_on=observed_on, note=note)
        for field, value in found.items()
    ]


def _adjustments(form: FormReader) -> dict[str, Any]:
    slugs = [each.slug for each in load_catalogue().adjustments]
    found = {}
    for row in range(1, ADJUSTMENT_ROWS + 1):
        slug = form.one_of(f"adjustment.{row}", slugs)
        offer = form.choice(f"offer.{row}", Offer)
        if slug and offer is None:
            form.refuse(f"offer.{row}", "Choose what they said of it.")
        elif offer is not None and not slug:
            form.refuse(f"adjustment.{row}", "Choose the adjustment.")
        elif offer is not None:
            found[f"adjustments.{slug}"] = offer.value
    return found


def _ask(vacancy_id: str, visit: SignedInVisit, about: str) -> Response:
    visit.need(Permission.VACANCIES_WRITE)
    known = read_known_vacancy(vacancy_id=vacancy_id, by=visit.by, store=visit.reading)
    only = _field_of(about)
    shown: dict[str, Any] = {
        "role": known.vacancy,
        "employer_name": known.employer_name,
        "about": about if only is not None else "",
        "today": visit.today,
        "sources": options(FactSource, without=(FactSource.OCCUPATION_PRIOR,)),
    }
    if only is not None:
        history = actions.fact_history(
            vacancy_id=vacancy_id, field=None, after=0, limit=_MOST_FACTS, by=visit.by, store=visit.reading
        )
        return visit.show(
            "roles/fact.html",
            **shown,
            asked=_asked(only, known, visit.today, everything=True),
            history=_history(only, history.items, visit.today),
        )
    return visit.show(
        "roles/facts.html",
        **shown,
        parts=[
            Part(
                slug=group.slug,
                heading=group.heading,
                asked=[
                    _asked(fact, known, visit.today, everything=fact.kind in _ADDED_TO)
                    for fact in map(_known_field, _FIELDS_OF[group.slug])
                ],
                is_open=_is_open(_FIELDS_OF[group.slug], visit),
            )
            for group in GROUPS
        ],
        adjustments=[("", "Choose an adjustment"), *_adjustment_choices()],
        offers=options(Offer),
        adjustment_rows=range(1, ADJUSTMENT_ROWS + 1),
        adjustments_open=any(
            visit.typed.get(f"{name}.{row}")
            for name in ("adjustment", "offer")
            for row in range(1, ADJUSTMENT_ROWS + 1)
        ),
    )


def _asked(fact: FactField, known: KnownVacancy, today: date, *, everything: bool) -> Asked:
    holds = [each for each in known.facts if each.standing is Standing.HOLDS and _is_of(each.field, fact.field)]
    value = _at(known.document, fact.field) if everything else None
    return Asked(fact=fact, now=[told(each, today) for each in holds], typed=typed_of(fact, value))


def _history(fact: FactField, facts: Sequence[VacancyFact], today: date) -> list[dict[str, Any]]:
    """Everything that was ever said of a field, the latest first."""
    words = {
        Standing.HOLDS: "Counts now",
        Standing.BESIDE: "Kept beside",
        Standing.REPLACED: "Replaced",
        Standing.TAKEN_BACK: "Taken back",
    }
    return [
        {
            "words": called(each.field),
            "told": told(each, today),
            "standing": words[each.standing],
            "taken_back": each.standing is Standing.TAKEN_BACK,
        }
        for each in reversed(facts)
        if _is_of(each.field, fact.field)
    ]


def _is_of(field: str, whole: str) -> bool:
    return field == whole or field.startswith(f"{whole}.")


def _is_open(fields: Sequence[str], visit: SignedInVisit) -> bool:
    """Whether anything was typed for these, or is wrong with them; long texts that are known are there anyway."""
    known_first = {"title", "description", "tasks"}
    said = {name for name in visit.typed.names() if visit.typed.get(name).strip()} | set(visit.errors)
    return any(
        _is_of(name, field) for name in said for field in fields if field not in known_first or name in visit.errors
    )


def _at(document: Mapping[str, Any], field: str) -> Any:
    """The value at a path of a document."""
    *outer, name = field.split(".", 1 if field.startswith("adjustments.") else -1)
    found: Any = document
    for step in outer:
        found = found.get(step) if isinstance(found, Mapping) else None
    return found.get(name) if isinstance(found, Mapping) else None


def _field_of(about: str) -> FactField | None:
    """The field that an address names, with those that are read together with it."""
    top = about.partition(".")[0]
    if top in _TOGETHER:
        about = ".".join(about.split(".")[:2]) if top == "sensory" else top
    return fact_field(about) if about else None


def _all_fields() -> list[FactField]:
    return [_known_field(field) for group in GROUPS for field in _FIELDS_OF[group.slug]]


def _known_field(field: str) -> FactField:
    found = fact_field(field)
    if found is None:
        raise LookupError(f"no page asks for {field!r}")
    return found


def _adjustment_choices() -> list[tuple[str, str]]:
    return sorted(
        (
            (each.slug, called(f"adjustments.{each.slug}"))
            for each in load_catalogue().adjustments
            if not each.replaced_by
        ),
        key=lambda each: each[1].casefold(),
    )


# -- taken back --------------------------------------------------------------------------------------------------------


@router.get("/{vacancy_id}/facts/{fact_id}/take-back")
def ask_to_take_back(vacancy_id: Id, fact_id: Id, visit: Visit) -> Response:
    """Ask whether a fact was a mistake."""
    return _ask_to_take_back(vacancy_id, fact_id, visit)


@router.post("/{vacancy_id}/facts/{fact_id}/take-back")
def take_back(vacancy_id: Id, fact_id: Id, visit: Visit) -> Response:
    """Take back a fact that was a mistake."""
    try:
        actions.take_back_fact(
            vacancy_id=vacancy_id,
            fact_id=fact_id,
            version=visit.form().version(),
            by=visit.by,
            at=visit.at,
            store=visit.writing,
        )
    except (Invalid, Conflict) as refused:
        return _ask_to_take_back(vacancy_id, fact_id, visit.again(refused))
    return visit.go(f"/roles/{vacancy_id}", done="fact-taken-back")


def _ask_to_take_back(vacancy_id: str, fact_id: str, visit: SignedInVisit) -> Response:
    visit.need(Permission.VACANCIES_WRITE)
    known = read_known_vacancy(vacancy_id=vacancy_id, by=visit.by, store=visit.reading)
    history = actions.fact_history(
        vacancy_id=vacancy_id, field=None, after=0, limit=_MOST_FACTS, by=visit.by, store=visit.reading
    )
    fact = next((each for each in history.items if each.id == fact_id), None)
    if fact is None or fact.standing is Standing.TAKEN_BACK:
        raise NotFound("There is no such fact. It may have been taken back already.")
    return visit.show(
        "roles/take_back.html",
        role=known.vacancy,
        employer_name=known.employer_name,
        fact=fact,
        words=called(fact.field),
        told=told(fact, visit.today),
    )
