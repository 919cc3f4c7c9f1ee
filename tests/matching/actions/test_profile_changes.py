"""Changes of a profile, field by field, as laws."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.world import load_world
from matching.actions.profile_changes import (
    Change,
    applied,
    applied_safety,
    differences,
    joined,
    members,
    overlap,
    read_discreetly,
    split,
)
from matching.errors import Invalid
from matching.model.people import StatementSource

PROFILES = load_world().profiles
CANARY = "Canary word"
KEYS = st.sampled_from(
    ["label", "title", "slug", "tasks", "tags", "min", "max", "home", "modes", "days", "from", "to", "kind", "noise"]
)
VALUES = st.recursive(
    st.sampled_from([CANARY, f" {CANARY} ", CANARY.upper(), f"{CANARY}s " * 30, 7, 7.5, True, None, "unknown", "mon"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=8,
)
FIELDS = [*members(), *(f"{name}.{member}" for name, inner in members().items() for member in inner or ())]


def change(field: str, value: Any) -> Change:
    return Change(field=field, value=value, source=StatementSource.PARTICIPANT, said_on=date(2026, 11, 20))


@pytest.mark.parametrize(
    ("field", "other", "meet"),
    [
        ("hours", "hours", True),
        ("hours", "hours.min", True),
        ("hours.min", "hours.max", False),
        ("hours.min", "hours", True),
        ("skills", "strengths", False),
        ("travel", "travel.home", True),
        ("travel", "travel.no_go", False),
        ("travel.no_go", "travel.no_go", True),
    ],
)
def test_two_fields_meet_if_one_is_in_the_other(field: str, other: str, meet: bool) -> None:
    assert overlap(field, other) is meet


@given(before=st.sampled_from(PROFILES), after=st.sampled_from(PROFILES))
def test_what_differs_put_in_makes_one_the_other(before: dict[str, Any], after: dict[str, Any]) -> None:
    put_in = applied(before, [change(each.field, each.after) for each in differences(before, after)])
    assert differences(put_in, after) == []


@given(before=st.sampled_from(PROFILES), after=st.sampled_from(PROFILES))
def test_changes_that_do_not_meet_may_come_in_any_order(before: dict[str, Any], after: dict[str, Any]) -> None:
    changes, _ = split(change(each.field, each.after) for each in differences(before, after))
    assert applied(before, changes) == applied(before, reversed(changes))


@given(field=st.sampled_from(FIELDS), value=VALUES)
def test_no_refusal_repeats_a_word_that_was_sent(field: str, value: Any) -> None:
    open_changes, safety_changes = split([change(field, value)])
    whole = joined(applied({"participant_ref": "p-1"}, open_changes), applied_safety({}, safety_changes), ref="p-1")
    told = ""
    try:
        read_discreetly(whole)
    except Invalid as error:
        told = str(error)
    assert "canary" not in told.casefold()


def test_a_refusal_still_says_what_would_be_right() -> None:
    with pytest.raises(Invalid) as refused:
        read_discreetly({"participant_ref": "p-1", "remote": "mosty", "hours": {"min": 30, "max": 20}})
    assert [(str(problem.where), problem.message) for problem in refused.value.problems] == [
        ("hours.min", "is above 'max'"),
        ("remote", "is not one of no, some, mostly, only (did you mean 'mostly'?)"),
    ]
