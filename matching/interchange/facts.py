"""A vacancy's document taken apart into facts, one a field that can be known on its own, and put together again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from matching.interchange.shapes import UNKNOWN

#: Fields that are no facts: the service keeps them beside the facts.
KEPT_APART = ("vacancy_ref", "employer", "source", "status", "visibility", "facts_checked_on")

# Members that can be known on their own. What is not named here stays together under the name of its object, because
# it is one statement: pay by the hour or by the year, the kind of a pattern and its shifts, a level and its peak.
_ON_THEIR_OWN: Mapping[str, tuple[str, ...]] = {
    "hours": ("min", "max", "negotiable"),
    "pattern": ("notice_days",),
    "location": ("postcode", "remote"),
    "pay": ("period",),
    "physical": ("lift_kg", "stand_minutes", "walk_minutes", "climb"),
    "requirements": ("dbs", "driving", "qualifications", "minimum_age", "regulated_activity", "settings"),
}
_OF_A_DIMENSION = ("peak_share", "can_leave")
_TABLES = ("adjustments", "sensory")


def stated_facts(document: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Every fact that a document states, as its field and value; what nobody knows yet is no fact.

    >>> list(stated_facts({"title": "Baker", "hours": {"min": 16, "max": None}, "pay": {"hourly": 13.1}}))
    [('title', 'Baker'), ('hours.min', 16), ('pay', {'hourly': 13.1})]
    """
    for name, value in document.items():
        if name not in KEPT_APART:
            yield from facts_in(name, value)


def facts_in(field: str, value: Any) -> Iterator[tuple[str, Any]]:
    """The facts in a value that stands at a path: `hours` holds several, `hours.min` is one.

    Nothing is checked here: what fits nowhere comes back as it is, to be refused by name where it is read.
    """
    if value is None or (value == UNKNOWN and field not in ("title", "description")):
        return
    own = _own_members(field)
    if field in _TABLES and isinstance(value, Mapping):
        for key, item in value.items():
            yield from facts_in(f"{field}.{key}", item)
    elif own and isinstance(value, Mapping):
        for key in own:
            if not _says_nothing(key, value.get(key)):
                yield f"{field}.{key}", value[key]
        together = {key: item for key, item in value.items() if key not in own and not _says_nothing(key, item)}
        if together:
            yield field, together
    else:
        yield field, value


def _own_members(field: str) -> tuple[str, ...]:
    is_dimension = field.startswith("sensory.") and field.count(".") == 1
    return _OF_A_DIMENSION if is_dimension else _ON_THEIR_OWN.get(field, ())


def _says_nothing(key: str, item: Any) -> bool:
    return item is None or item == UNKNOWN or (key == "shifts" and item == [])


def put_together(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The part of a document that facts make up.

    >>> put_together({"hours.min": 16, "pay": {"hourly": 13.1}, "pay.period": "weekly"})
    {'hours': {'min': 16}, 'pay': {'hourly': 13.1, 'period': 'weekly'}}
    """
    document: dict[str, Any] = {}
    for field, value in sorted(facts.items()):
        *outer, name = _steps(field)
        into: Any = document
        for step in outer:
            into = into.setdefault(step, {}) if isinstance(into, dict) else into
        # A value that is no object where one should be stays as it is, to be refused where the document is read.
        if isinstance(into, dict):
            into[name] = dict(value) if isinstance(value, Mapping) else value
    return document


def _steps(field: str) -> list[str]:
    """The way to a field through the document; slugs of adjustments hold dots of their own."""
    return field.split(".", 2 if field.startswith("sensory.") else 1)


# Which fact answers a question about a part, where the part is not itself a field.
_ANSWERED_BY: Mapping[str, str] = {
    "hours.weekly_hours": "hours",
    "hours.legal_cap": "hours.min",
    "availability.can": "pattern",
    "availability.cannot": "pattern",
    "shift.length": "pattern",
    "shift.nights": "pattern",
    "shift.weekends": "pattern",
    "travel.distance": "location.postcode",
    "travel.minutes": "location.postcode",
    "travel.no_go": "location.postcode",
    "travel.remote": "location.remote",
    "pay.floor": "pay",
    "physical.lift": "physical.lift_kg",
    "physical.stand": "physical.stand_minutes",
    "physical.walk": "physical.walk_minutes",
    "physical.climb": "physical.climb",
    "requirements.driving": "requirements.driving",
    "requirements.minimum_age": "requirements.minimum_age",
    "requirements.dbs": "requirements.dbs",
    "requirements.regulated_children": "requirements.regulated_activity",
    "requirements.regulated_adults": "requirements.regulated_activity",
}
_ANSWERED_ALIKE: Mapping[str, str] = {
    "requirements": "requirements.qualifications",
    "exclusions": "requirements.settings",
    "refused_work": "task_tags",
}


def field_for_question(about: str) -> str | None:
    """The field whose fact answers a question about a part (`Question.about`); none where no fact would.

    >>> field_for_question("sensory.noise"), field_for_question("hours.weekly_hours")
    ('sensory.noise', 'hours')
    """
    aspect, _, part = about.partition(".")
    if not part:
        return None
    if aspect in _TABLES:
        return about
    return _ANSWERED_BY.get(about) or _ANSWERED_ALIKE.get(aspect)
