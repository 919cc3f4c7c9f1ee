"""Paste notes or an advert: suggested facts, each beside the words it came from, and none taken until somebody does.

The text is carried in the form from step to step. It is not stored, not logged, and read on this machine only.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from fastapi import APIRouter, Response

from api.pages.fact_fields import Kind, fact_field, label_of, said, typed_of
from api.pages.new_roles import PASTED, TAKEN, filled_in, form_page
from api.pages.route import PageRoute
from api.pages.visit import SignedInVisit, Visit
from matching.errors import Invalid
from matching.feeds.notes import LONGEST_NOTES, Noticed, quotes, read_notes
from matching.model.people import Permission

router = APIRouter(prefix="/roles/new/paste", route_class=PageRoute, include_in_schema=False)

_STEP, _CHOSEN = "step", "choice."
_READ, _TAKE, _BACK, _CHANGE = "read", "take", "back", "change"
_SEVERAL = frozenset({"tasks", "task_tags", "requirements.qualifications"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """What a text says of a field, as a page offers it: to take as it is, or to choose where the words do not say."""

    name: str
    field: str
    label: str
    says: str
    choices: Sequence[tuple[str, str]]
    quotes: Sequence[Sequence[tuple[str, bool]]]
    unsure: bool
    noticed: Noticed


@router.get("")
def ask(visit: Visit) -> Response:
    """Ask for the text."""
    visit.need(Permission.VACANCIES_WRITE)
    return _paste(visit, "")


@router.post("")
def go_on(visit: Visit) -> Response:
    """Read the text, or go on with what was taken from it."""
    visit.need(Permission.VACANCIES_WRITE)
    step = visit.typed.get(_STEP)
    try:
        text = _text(visit)
        if step == _CHANGE:
            return _paste(visit, text)
        found = _suggestions(text)
        if step == _TAKE:
            return form_page(filled_in(visit, _taken_over(visit, text, found)))
    except Invalid as refused:
        return _refused(visit.again(refused))
    return _found(visit, text, found)


def _text(visit: SignedInVisit) -> str:
    form = visit.form()
    name = PASTED if PASTED in visit.typed.names() else "text"
    text = form.long_text(name, needed="Paste some notes or an advert.", most=LONGEST_NOTES)
    form.done()
    return text


def _refused(visit: SignedInVisit) -> Response:
    """The text again, or the suggestions again where two of them cannot both be so."""
    text = visit.typed.get(PASTED).strip().replace("\r\n", "\n")
    if text and PASTED not in visit.errors:
        return _found(visit, text, _suggestions(text))
    return _paste(visit, text)


def _paste(visit: SignedInVisit, text: str) -> Response:
    return visit.show("suggesting/paste.html", text=text, kept=_kept(visit), marks=_marks(visit))


def _found(visit: SignedInVisit, text: str, found: Sequence[Suggestion]) -> Response:
    chosen = {name: value for name, _, value in (mark.partition("=") for mark in _marks(visit))}
    return visit.show("suggesting/found.html", text=text, suggestions=found, kept=_kept(visit), chosen=chosen)


def _marks(visit: SignedInVisit) -> list[str]:
    """What was taken so far: as it was ticked and chosen just now, or as it was carried on."""
    just_now = [f"{name}={value}" for name, value in visit.typed.pairs if name.startswith(_CHOSEN) and value]
    return just_now or list(visit.typed.all(TAKEN))


def _kept(visit: SignedInVisit) -> list[tuple[str, str]]:
    return [(name, value) for name, value in visit.typed.kept() if _is_of_the_form(name)]


def _is_of_the_form(name: str) -> bool:
    """Whether an input is one of the form that logs the role, filled in before coming back here."""
    return name not in (PASTED, TAKEN, _STEP, "text", "version") and not name.startswith(_CHOSEN)


def _suggestions(text: str) -> list[Suggestion]:
    return [_suggestion(each, text) for each in read_notes(text)]


def _suggestion(noticed: Noticed, text: str) -> Suggestion:
    field = noticed.field
    value = [noticed.value] if field in _SEVERAL else noticed.value
    return Suggestion(
        name=_CHOSEN + _key(noticed),
        field=field,
        label="Employer" if field == "employer" else label_of(field),
        says=_says(field, value),
        choices=_choices(field) if noticed.value is None else (),
        quotes=quotes(noticed, text),
        unsure=noticed.unsure,
        noticed=noticed,
    )


def _key(noticed: Noticed) -> str:
    """A name for a suggestion that stays while the text does."""
    told = orjson.dumps([noticed.field, noticed.value], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(told).hexdigest()[:12]


def _says(field: str, value: Any) -> str:
    if value in (None, [None]):
        return ""
    if field == "requirements.qualifications":
        value = [] if value == [[]] else [{"slug": value[0]}]
    return str(value) if field in ("title", "employer") else said(field, value)


def _choices(field: str) -> list[tuple[str, str]]:
    """The answers among which somebody chooses what the words mean."""
    known = fact_field(field)
    if known is None:
        return []
    asked = known.members[0] if known.kind is Kind.SEVERAL and field.startswith("sensory.") else known
    if asked.field != field and not field.startswith("sensory."):
        asked = next((each for each in known.all_members if each.field == field), asked)
    return asked.choices


def _taken_over(visit: SignedInVisit, text: str, found: Sequence[Suggestion]) -> list[tuple[str, str]]:
    """The form that logs the role, with what was taken; what was typed into it before stays as it is."""
    form = visit.form()
    typed = visit.typed
    taken: list[tuple[Suggestion, str | None]] = []
    for each in found:
        if each.choices:
            chosen = form.one_of(each.name, [value for value, _ in each.choices])
            if chosen:
                taken.append((each, chosen))
        elif typed.get(each.name):
            taken.append((each, None))
    seen: set[str] = set()
    for each, _ in taken:
        if each.field in seen and each.field not in _SEVERAL:
            form.refuse(each.name, f"{each.label}: take one of these and leave out the others.")
        seen.add(each.field)
    form.done()
    pairs = [(name, value) for name, value in _kept(visit) if value.strip()]
    filled = {name for name, _ in pairs}
    for name, values in _inputs(taken).items():
        if name not in filled:
            pairs.extend((name, value) for value in values)
    if not any(name.startswith("observed_on") for name, _ in pairs):
        today = visit.today
        pairs += [("observed_on-day", str(today.day)), ("observed_on-month", str(today.month))]
        pairs.append(("observed_on-year", str(today.year)))
    return [*pairs, (PASTED, text), *((TAKEN, mark) for mark in _marks(visit))]


def _inputs(taken: Iterable[tuple[Suggestion, str | None]]) -> dict[str, list[str]]:
    """What the inputs of the form hold for what was taken."""
    several: dict[str, list[Any]] = {}
    found: dict[str, list[str]] = {}
    for each, chosen in taken:
        field, value = each.field, each.noticed.value
        if field in _SEVERAL:
            several.setdefault(field, []).append(value)
        elif field in ("title", "employer"):
            found[field] = [value]
        elif chosen is not None:
            found[f"{field}.typical" if field.startswith("sensory.") else field] = [chosen]
        else:
            found |= _typed(field, value)
    for field, values in several.items():
        found |= _typed(field, _together(field, values))
    return found


def _together(field: str, values: Sequence[Any]) -> list[Any]:
    if field != "requirements.qualifications":
        return list(values)
    return [{"slug": each} for each in values if each != []]


def _typed(field: str, value: Any) -> Mapping[str, list[str]]:
    known = fact_field(field)
    if known is None:
        return {}
    if known.field != field:
        member = next((each for each in known.all_members if each.field == field), None)
        return {} if member is None else typed_of(member, value)
    return typed_of(known, value)
