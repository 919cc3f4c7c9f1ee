"""Log a role after a visit or a call: a title and an employer are enough, and only what was learnt is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from fastapi import APIRouter, Response

from api.dependencies import Id
from api.pages.fact_fields import FactField, fact_field, fact_fields, read_facts
from api.pages.labels import options
from api.pages.route import PageRoute
from api.pages.typed import Typed, given
from api.pages.visit import SignedInVisit, Visit
from matching.actions.employers import read_employer
from matching.actions.suggestions import employer_names, facts_to_ask_first
from matching.actions.vacancies import VacancyDraft, log_vacancy, read_known_vacancy
from matching.errors import Conflict, Invalid, NotFound
from matching.interchange.facts import put_together
from matching.model.fact import FactSource
from matching.model.people import Permission
from matching.model.vacancy import VacancySource, Visibility

router = APIRouter(prefix="/roles", route_class=PageRoute, include_in_schema=False)

_MOST_NAMES = 500
_FIRST = 6
_MOST_ADJUSTMENTS = 10
#: What is carried beside the form where it was filled in from pasted text.
PASTED, TAKEN = "pasted", "taken"

KNOWN_BY = options(FactSource, without=(FactSource.OCCUPATION_PRIOR,))
VISIBILITIES = (
    ("", "As usual here", "From an advert: everybody here. All other roles: your team."),
    (Visibility.OWN_CASELOAD.value, "Only me", "It shows on the lists of your own caseload, and nowhere else."),
    (Visibility.TEAM.value, "My team", "It shows on the lists of your team."),
    (Visibility.ORGANISATION.value, "Everybody here", "It shows on every list, in all teams."),
)
_GROUPS = (
    ("Hours, days and times", ("hours", "hours.negotiable", "pattern", "pattern.notice_days")),
    ("Pay and contract", ("pay", "pay.period", "contract")),
    ("Place", ("location.postcode", "location.remote")),
    ("Tasks", ("tasks", "openings", "opens_on", "closes_on")),
    (
        "Lifting, standing and walking",
        ("physical.lift_kg", "physical.stand_minutes", "physical.walk_minutes", "physical.climb"),
    ),
    (
        "What the job asks for",
        (
            "requirements.dbs",
            "requirements.driving",
            "requirements.qualifications",
            "requirements.minimum_age",
            "requirements.regulated_activity",
            "requirements.settings",
        ),
    ),
)
_IN_GROUPS = frozenset(field for _, fields in _GROUPS for field in fields)
#: Members that are asked for by themselves, behind a press: most calls do not come to them.
_ALONE = ("hours.negotiable", "pattern.notice_days", "pay.period")
_ADJUSTMENTS = "Adjustments that they would make"


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Facts behind one press; open where something was typed into one of them, or refused."""

    heading: str
    fields: Sequence[FactField]
    is_open: bool


# Before the pages on one role: "new" is no id of a role.


@router.get("/new")
def ask(visit: Visit) -> Response:
    """Ask for a role and what was learnt of it."""
    return form_page(visit)


@router.post("/new")
def log(visit: Visit) -> Response:
    """Log a role."""
    try:
        vacancy = log_vacancy(draft=_draft(visit), by=visit.by, at=visit.at, store=visit.writing)
    except (Invalid, Conflict) as refused:
        return form_page(visit.again(refused, says=_SAYS))
    return visit.go(f"/roles/{vacancy.id}/logged")


@router.get("/{vacancy_id}/logged")
def logged(vacancy_id: Id, visit: Visit) -> Response:
    """Say that a role was logged, and what can be done next."""
    visit.need(Permission.VACANCIES_WRITE)
    known = read_known_vacancy(vacancy_id=vacancy_id, by=visit.by, store=visit.reading)
    return visit.show("new_roles/logged.html", role=known.vacancy, employer=known.employer_name)


_SAYS = {"employer": ("employer", "The employer's name"), "name": ("employer", "The employer's name")}


def form_page(visit: SignedInVisit) -> Response:
    """The form, with everything that was typed so far and the facts that matter most first."""
    visit.need(Permission.VACANCIES_WRITE)
    first = facts_to_ask_first(by=visit.by, at=visit.at, reading=visit.reading, store=visit.writing)
    shown, groups = _laid_out(visit, first)
    return visit.show(
        "new_roles/form.html",
        first=shown,
        groups=groups,
        employers=employer_names(most=_MOST_NAMES, by=visit.by, store=visit.reading),
        employer=_named(visit),
        known_by=KNOWN_BY,
        visibilities=VISIBILITIES,
        carried=[(name, value) for name, value in visit.typed.pairs if name in (PASTED, TAKEN)],
    )


def asked_fields() -> tuple[FactField, ...]:
    """Every field that the form may hold, none of them twice."""
    return tuple(
        each
        for each in fact_fields()
        if each.field not in ("title", "hours.min", "hours.max", *_ALONE)
        and each.field not in ("location", "physical", "requirements")
    )


def _laid_out(visit: SignedInVisit, first: Sequence[str]) -> tuple[list[FactField], list[Group]]:
    """What is asked at once, with what is filled in already and stands in no group, and what is behind a press."""
    filled = [each.field for each in asked_fields() if _is_filled(each, visit.typed) or _is_refused(each, visit)]
    at_once = list(dict.fromkeys([*first[:_FIRST], *(each for each in filled if each not in _IN_GROUPS)]))
    adjustments = [each for each in first if each.startswith("adjustments.") and each not in at_once]
    tables = (*_GROUPS[:3], (_ADJUSTMENTS, tuple(adjustments[:_MOST_ADJUSTMENTS])), *_GROUPS[3:])
    groups = []
    for heading, fields in tables:
        rest = [each for each in map(fact_field, fields) if each is not None and each.field not in at_once]
        if rest:
            is_open = any(_is_filled(each, visit.typed) or _is_refused(each, visit) for each in map(_short, rest))
            groups.append(Group(heading=heading, fields=list(map(_short, rest)), is_open=is_open))
    shown = [_spoken_of(_short(each), visit.typed) for each in map(fact_field, at_once) if each is not None]
    return shown, groups


def _short(field: FactField) -> FactField:
    """A field without the members that are asked for by themselves."""
    return replace(field, members=tuple(each for each in field.members if each.field not in _ALONE))


def _spoken_of(field: FactField, typed: Typed) -> FactField:
    """The kinds of task have some ninety boxes: only those that the text spoke of are shown."""
    if field.field != "task_tags":
        return field
    ticked = typed.all(field.field)
    return replace(field, options=tuple(option for option in field.options if option[0] in ticked))


def _is_filled(field: FactField, typed: Typed) -> bool:
    names = _inputs(field)
    return any(value.strip() and _is_of(name, names) for name, value in typed.pairs)


def _is_refused(field: FactField, visit: SignedInVisit) -> bool:
    return any(_is_of(name, _inputs(field)) for name in visit.errors)


def _inputs(field: FactField) -> tuple[str, ...]:
    return (field.field, *(each.field for each in field.all_members))


def _is_of(name: str, fields: Sequence[str]) -> bool:
    """Whether an input is one of a field: its own, a part of its date, or one of its rows."""
    return any(name == each or name.startswith((f"{each}-", f"{each}.")) for each in fields)


def _named(visit: SignedInVisit) -> str:
    """The name of the employer whose page led here."""
    try:
        employer, _ = read_employer(employer_id=visit.asked("employer", most=64), by=visit.by, store=visit.reading)
    except NotFound:
        return ""
    return employer.name


def _draft(visit: SignedInVisit) -> VacancyDraft:
    form = visit.form()
    title = form.text("title", needed="Enter the job title.")
    employer = form.text("employer", needed="Enter the employer's name.")
    known_by = form.one_of("known_by", [value for value, _ in KNOWN_BY], needed="Choose how you know of it.")
    observed_on = form.day("observed_on", needed="Enter the day on which you learnt it.")
    visibility = form.choice("visibility", Visibility)
    facts = read_facts(form, asked_fields())
    if observed_on is not None and observed_on > visit.today:
        form.refuse("observed_on", "The date must be today or before.")
    form.done()
    document = {"title": title, "employer": employer, "source": _source(known_by).value, **put_together(facts)}
    if visibility is not None:
        document["visibility"] = visibility.value
    return VacancyDraft(document=document, known_by=FactSource(known_by), observed_on=given(observed_on))


def _source(known_by: str) -> VacancySource:
    return VacancySource.ADVERTISED if known_by == FactSource.ADVERT else VacancySource.UNADVERTISED


def filled_in(visit: SignedInVisit, pairs: Sequence[tuple[str, str]]) -> SignedInVisit:
    """The same visit with a form that holds some values, as if they had been typed."""
    return replace(visit, typed=Typed(pairs=tuple(pairs)))
