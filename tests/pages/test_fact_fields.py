"""How facts are asked for: what the inputs hold for a value gives that value back, for every field."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from api.pages.fact_fields import (
    FactField,
    Kind,
    fact_field,
    fact_fields,
    label_of,
    read_fact,
    read_facts,
    said,
    typed_of,
)
from api.pages.rendering import environment
from api.pages.typed import FormReader, Typed
from matching.errors import Invalid, Where
from matching.interchange import read_vacancy
from matching.interchange.facts import field_for_question, put_together
from matching.taxonomy import load_catalogue

_SHIFTS = [
    {"days": ["mon", "tue", "wed"], "from": "09:00", "to": "13:00"},
    {"days": ["sat"], "from": "22:00", "to": "24:00"},
]
_LEVEL = {"typical": 2, "peak": 4, "peak_share": "10_to_50", "can_leave": False}
#: A value for each field that is no plain choice.
_VALUES: dict[str, Any] = {
    "title": "Baker",
    "description": "Bakes bread.\nSweeps the floor.",
    "tasks": ["bake bread", "sweep the floor"],
    "task_tags": ["cleaning", "baking"],
    "openings": 2,
    "opens_on": "2026-03-07",
    "closes_on": "2026-12-31",
    "hours": {"min": 16, "max": 24.5, "negotiable": "maybe"},
    "hours.min": 16,
    "hours.max": 24.5,
    "pattern": {"shifts": _SHIFTS, "kind": "rota", "notice_days": 14},
    "pattern.notice_days": 14,
    "location": {"postcode": "ME14 1XQ", "remote": "some"},
    "location.postcode": "ME14 1",
    "pay": {"hourly": 12.6, "annual": 26000, "period": "four_weekly"},
    "physical": {"lift_kg": 10, "stand_minutes": 60, "walk_minutes": 0, "climb": False},
    "physical.lift_kg": 12.5,
    "physical.stand_minutes": 60,
    "physical.walk_minutes": 0,
    "requirements": {
        "dbs": "basic",
        "driving": "none",
        "qualifications": [{"slug": "food_hygiene_l2", "obtainable_weeks": 2}, {"slug": "cscs.green-card"}],
        "minimum_age": 18,
        "regulated_activity": [],
        "settings": ["no_cash_handling"],
    },
    "requirements.qualifications": [],
    "requirements.minimum_age": 0,
    "requirements.regulated_activity": ["children"],
    "requirements.settings": [],
}


def _values(field: FactField) -> list[Any]:
    if field.kind is Kind.CHOICE:
        return [value for value, _ in field.options]
    return [_VALUES.get(field.field, _LEVEL)]


def _read(field: FactField, **typed: str | list[str]) -> Any:
    pairs = [(name, each) for name, value in typed.items() for each in ([value] if isinstance(value, str) else value)]
    form = FormReader(Typed(pairs=pairs))
    value = read_fact(form, field)
    form.done()
    return value


def _known(name: str) -> FactField:
    field = fact_field(name)
    assert field is not None
    return field


def test_every_value_of_every_field_comes_back_from_its_inputs() -> None:
    for field in fact_fields():
        for value in _values(field):
            assert _read(field, **typed_of(field, value)) == value, field.field


def test_what_is_read_is_what_a_role_takes() -> None:
    shell = {"vacancy_ref": "new", "title": "new", "employer": "new"}
    for field in fact_fields():
        for value in _values(field):
            read_vacancy({**shell, **put_together({field.field: value})}, Where())


def test_inputs_in_which_nothing_was_typed_say_nothing() -> None:
    for field in fact_fields():
        assert _read(field) is None, field.field


def test_every_question_that_a_fact_answers_has_inputs() -> None:
    parts = ["hours.weekly_hours", "hours.legal_cap", "availability.can", "shift.nights", "travel.no_go", "pay.floor"]
    parts += ["travel.remote", "physical.lift", "physical.climb", "requirements.food_hygiene", "exclusions.no_gambling"]
    parts += ["requirements.dbs", "requirements.regulated_adults", "refused_work.anything"]
    parts += [f"adjustments.{each.slug}" for each in load_catalogue().adjustments]
    parts += [f"sensory.{each.slug}" for each in load_catalogue().dimensions]
    for about in parts:
        field = field_for_question(about)
        assert field is not None
        assert fact_field(field) is not None, about


@pytest.mark.parametrize(
    ("name", "typed", "beside"),
    [
        ("hours", {"hours.min": "30", "hours.max": "20"}, "hours.max"),
        ("hours", {"hours.min": "many"}, "hours.min"),
        ("sensory.noise", {"sensory.noise.can_leave": "yes"}, "sensory.noise.typical"),
        ("sensory.noise", {"sensory.noise.typical": "3", "sensory.noise.peak": "1"}, "sensory.noise.peak"),
        ("location.postcode", {"location.postcode": "Maidstone"}, "location.postcode"),
        ("pattern", {"pattern.shifts.1.from": "9am", "pattern.shifts.1.to": "1pm"}, "pattern.shifts.1.days"),
        ("pattern", {"pattern.shifts.2.days": "mon", "pattern.shifts.2.from": "9"}, "pattern.shifts.2.from"),
        ("requirements.settings", {"requirements.settings": ["none", "no_gambling"]}, "requirements.settings"),
        (
            "requirements.qualifications",
            {"requirements.qualifications.1.slug": "!!"},
            "requirements.qualifications.1.slug",
        ),
        ("adjustments.place.quiet_room", {"adjustments.place.quiet_room": "perhaps"}, "adjustments.place.quiet_room"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_input(name: str, typed: dict[str, Any], beside: str) -> None:
    with pytest.raises(Invalid) as refused:
        _read(_known(name), **typed)
    assert beside in [problem.where.field for problem in refused.value.problems]


def test_facts_for_which_nothing_was_typed_are_left_out() -> None:
    form = FormReader(Typed(pairs=[("hours.min", "16")]))
    assert read_facts(form, [_known("hours"), _known("pay")]) == {"hours": {"min": 16}}


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("pattern", {"shifts": _SHIFTS}, "Monday to Wednesday, 9am to 1pm; Saturday, 10pm to midnight"),
        ("sensory.noise", {"typical": 0}, "Hear a clock; about 40 dB"),
        ("adjustments.place.quiet_room", "maybe", "Maybe"),
        ("requirements.settings", [], "None of these"),
        (
            "requirements.qualifications",
            [{"slug": "food_hygiene", "obtainable_weeks": 2}],
            "Food hygiene (2 weeks to get)",
        ),
        ("closes_on", "2026-03-07", "7 March 2026"),
        ("hours.min", 16, "16 hours a week"),
        ("something.new", ["a", "b"], "A and b"),
    ],
)
def test_a_value_is_said_in_words(field: str, value: Any, words: str) -> None:
    assert said(field, value) == words


def test_every_field_has_a_name_and_those_asked_alone_a_question() -> None:
    for field in fact_fields():
        assert field.label
        assert field.ask.endswith("?"), field.field
    assert label_of("sensory.noise.can_leave") == "Noise, they can step away from it"


def test_inputs_show_what_is_known() -> None:
    page = environment().from_string(
        '{% from "components/facts.html" import fact_input with context %}{{ fact_input(fact, known) }}'
    )
    for field in fact_fields():
        known = typed_of(field, _values(field)[0])
        html = page.render(fact=field, known=known, visit=SimpleNamespace(errors={}), typed=Typed())
        for name, values in known.items():
            assert f'name="{name}"' in html
            assert all(f'value="{value}"' in html or f">{value}</textarea>" in html for value in values), name
