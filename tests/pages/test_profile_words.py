"""Every field of a profile has words, and they say what stands in it."""

from __future__ import annotations

from typing import Any

import pytest

from api.pages.profile_words import FIELDS, SECTIONS, Line, at, every_field, field_words, is_written, said, told
from matching.actions.profile_changes import SAFETY, members


def test_every_field_of_the_interchange_format_has_words() -> None:
    assert set(FIELDS) == set(every_field())


def test_every_field_that_holds_others_has_words() -> None:
    assert all(field_words(field).words for field in members())


def test_every_field_stands_in_a_section_and_every_section_has_one() -> None:
    assert {each.section for each in FIELDS.values()} == {section.slug for section in SECTIONS}


def test_what_concerns_safety_is_marked() -> None:
    assert {each.field for each in FIELDS.values() if each.safety} == set(SAFETY)


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("goal.own_words", "unknown", ["“unknown”"]),
        ("goal.status", "exploring", ["They are still exploring."]),
        ("wanted_work", [{"label": "dogs", "strength": 3}], ["“dogs” They want this very much."]),
        (
            "refused_work",
            [{"label": "bars", "tags": ["hot_drinks"], "absolute": True}],
            ["“bars” Leave out roles with these tasks. Tasks: making drinks."],
        ),
        ("skills", [{"label": "lists", "level": 0}, {"label": "maps"}], ["“lists” They want to learn this.", "“maps”"]),
        ("hours", {"min": 8, "hard": False}, None),
        ("hours.min", 7.5, ["At least 7.5 hours a week."]),
        (
            "availability",
            [{"days": ["mon", "tue", "wed"], "from": "09:00", "to": "17:30"}],
            ["They can work Monday to Wednesday, 9am to 5:30pm."],
        ),
        (
            "availability",
            [{"days": ["sun"], "from": "22:00", "to": "06:00", "kind": "cannot"}],
            ["They cannot work Sunday, 10pm to 6am the next day."],
        ),
        ("travel.modes", ["bus", "walk"], ["They get there by bus or on foot."]),
        ("adjustments", [], ["They need none for now."]),
        (
            "adjustments",
            [{"slug": "time.late_start", "importance": "essential", "alternatives": ["time.flex_start"]}],
            [
                "No starts before an agreed hour. They cannot do without it. Or: flexible start and finish times.",
            ],
        ),
        ("sensory.noise", {"tolerance": 0, "direction": "neutral"}, ["They do not mind."]),
        (
            "sensory.noise",
            {"tolerance": 1},
            [
                "Fine up to: quiet office hum, normal voice; 45 to 55 dB.",
                "Show roles that do not fit this, with a note.",
            ],
        ),
        ("pay_floor.hourly", 12.6, ["At least £12.60 an hour."]),
        ("legal.minimum_age_met", [16, 18], ["They are 18 or older."]),
        ("hours.max", None, []),
        ("hours.max", "unknown", []),
    ],
)
def test_a_value_is_said_in_words(field: str, value: Any, expected: list[str] | None) -> None:
    if expected is None:
        assert said(field, value) == (
            Line(text="Fewest hours a week: At least 8 hours a week."),
            Line(text="If a role has other hours: Show roles that do not fit this, with a note."),
        )
    else:
        assert [str(line) for line in said(field, value)] == expected


def test_words_that_are_the_persons_own_are_kept_apart_from_ours() -> None:
    assert said("strengths", ["<b>calm</b>"]) == (Line(theirs="<b>calm</b>"),)


def test_a_document_may_say_unknown_anywhere() -> None:
    document = {"hours": "unknown", "sensory": {"noise": "unknown"}, "adjustments": None}
    assert [at(document, field) for field in ("hours.max", "sensory.noise", "adjustments")] == [None] * 3
    assert not any(is_written(document, section.slug, safety=True) for section in SECTIONS)


def test_what_concerns_safety_is_told_only_to_who_may_see_it() -> None:
    document = {"travel": {"no_go": ["ME14"]}, "employers_avoided": ["Ash Hotel"]}
    assert not is_written(document, "employers", safety=False)
    assert "travel.no_go" not in {each.words.field for each in told(document, "travel", safety=False)}
    assert is_written(document, "employers", safety=True)
