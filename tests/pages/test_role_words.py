"""A role in plain words: every field of the interchange format has them, and values say what people would say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from api.pages import role_words
from api.pages.role_words import GROUPS, about_of, at_a_glance, called, field_words, level_in_short, level_words, says
from matching.interchange.facts import facts_in, field_for_question
from matching.interchange.vacancies import vacancy_shape
from matching.model.sensory import SensoryDimension
from matching.taxonomy import load_catalogue

SAID: list[tuple[str, Any, str]] = [
    ("hours.min", 16, "At least 16 hours a week"),
    ("hours.max", 37.5, "At most 37.5 hours a week"),
    ("hours.negotiable", "maybe", "They may change the hours"),
    (
        "pattern",
        {"kind": "fixed", "shifts": [{"days": ["mon", "tue", "wed", "thu", "fri"], "from": "09:00", "to": "17:00"}]},
        "Monday to Friday, 9am to 5pm",
    ),
    (
        "pattern",
        {"kind": "rota", "shifts": [{"days": ["sat", "sun"], "from": "22:00", "to": "06:00"}]},
        "Some of these, on a rota: Saturday and Sunday, 10pm to 6am the next day",
    ),
    (
        "pattern",
        {"kind": "flexible", "shifts": [{"days": ["tue"], "from": "00:00", "to": "24:00"}]},
        "They choose their times within: Tuesday, all day",
    ),
    ("pattern", {"kind": "rota"}, "On a rota"),
    ("pattern.notice_days", 14, "Known 14 days ahead"),
    ("pay", {"hourly": 12.6}, "£12.60 an hour"),
    ("pay", {"annual": 24000}, "£24,000 a year"),
    ("pay.period", "four_weekly", "Paid every four weeks"),
    ("location.postcode", "ME14 1", "ME14 1"),
    ("location.remote", "only", "All of it from home"),
    ("contract", "zero_hours", "Zero hours"),
    ("openings", 1, "1 person"),
    ("closes_on", "2026-03-07", "7 March 2026"),
    ("tasks", ["bake bread", "sweep"], "bake bread; sweep"),
    ("task_tags", ["baking", "washing_up"], "Baking and Washing up"),
    ("sensory.smell", {"typical": 1}, "Faint"),
    (
        "sensory.crowding",
        {"typical": 0, "peak": 2},
        "Usually: Alone or one person. At its strongest: shared room, people pass",
    ),
    ("sensory.noise.peak_share", "over_50", "More than half of a shift"),
    ("sensory.noise.can_leave", False, "They cannot step away"),
    ("physical.lift_kg", 0, "No lifting"),
    ("physical.stand_minutes", 90, "Up to 1 hour and 30 minutes at a time"),
    ("physical.climb", True, "Some climbing"),
    ("requirements.dbs", "enhanced_barred", "An enhanced check with the barred list (DBS)"),
    ("requirements.driving", "none", "No driving licence"),
    ("requirements.qualifications", [], "None asked for"),
    (
        "requirements.qualifications",
        [{"slug": "food_hygiene", "obtainable_weeks": 1}],
        "Food hygiene (can be had in 1 week)",
    ),
    ("requirements.minimum_age", 18, "18 or over"),
    ("requirements.regulated_activity", ["children", "adults"], "With children and with adults who need care"),
    ("requirements.settings", ["no_cash_handling"], "Work that handles cash"),
    ("adjustments.place.quiet_room", "yes", "Yes, they offer it"),
    ("disability_confident", 2, "Disability Confident, level 2"),
]


@pytest.mark.parametrize(("field", "value", "words"), SAID, ids=lambda value: str(value)[:40])
def test_a_value_says(field: str, value: Any, words: str) -> None:
    assert says(field, value) == words


def _fields() -> Iterator[str]:
    """Every fact that a document can state, from the shape that reads it."""
    for name, shape in vacancy_shape().schema()["properties"].items():
        inner = {member: None for each in shape.get("anyOf", ()) for member in each.get("properties", ())}
        if name == "sensory":
            for dimension in SensoryDimension:
                yield from (f"sensory.{dimension}{part}" for part in ("", ".peak_share", ".can_leave"))
        elif name == "adjustments":
            yield from (f"adjustments.{each.slug}" for each in load_catalogue().adjustments)
        elif inner:
            yield from {field for member in inner for field, _ in facts_in(name, {member: "x"})}
        else:
            yield name


def test_every_field_of_the_interchange_format_has_words() -> None:
    known = {*role_words._FIELDS}
    silent = [field for field in _fields() if field not in known and not field.startswith(("adjustments.", "sensory."))]
    assert silent == []


def test_every_field_that_can_be_asked_for_has_a_question_and_a_place_on_the_page() -> None:
    kept_apart = ("vacancy_ref", "employer", "source", "status", "visibility", "facts_checked_on", "title")
    on_the_page = {field for group in GROUPS for row in group.rows for field in row.fields}
    asked = {field for field in _fields() if field not in kept_apart and not field.startswith("adjustments.")}
    assert asked == on_the_page
    assert [field for field in asked if not field_words(field).ask] == []


def test_the_answer_to_a_question_about_a_field_becomes_that_fact() -> None:
    for field in _fields():
        about = about_of(field)
        if about:
            assert field_for_question(about) in (field, field.partition(".")[0]), field


def test_levels_have_the_words_of_the_catalogue_behind_general_ones() -> None:
    assert [words.partition(":")[0] for words in level_words("noise")] == list(role_words.LEVELS)
    assert level_in_short({"typical": 1, "peak": 3}) == "Mild, at its strongest: strong at times"


def test_a_role_of_which_nothing_is_known_says_so_at_a_glance() -> None:
    glance = at_a_glance({"title": "Baker"})
    assert {glance.hours, glance.pattern, glance.place, glance.pay} == {"Not known yet"}


def test_what_nobody_has_words_for_keeps_its_own() -> None:
    assert called("something.new") == "Something, new"
    assert says("adjustments.gone.away", "maybe") == "Maybe"


def test_a_document_is_told_fact_by_fact() -> None:
    document = {"pay": {"hourly": 13}, "title": "Baker", "status": "open"}
    assert list(role_words.lines(document)) == [("title", "Job title", "Baker"), ("pay", "Pay", "£13 an hour")]
