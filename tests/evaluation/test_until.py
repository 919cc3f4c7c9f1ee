"""What was so on a day: nothing that came later is told, whatever it is."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.columns import NOBODY, TABLES, Kind
from evaluation.history import History, until
from evaluation.records.reading import history_of
from tests.evaluation.told_histories import UNTIL, frames, told, told_but

WHOLE = history_of(told(), UNTIL)
FIRST = date(2025, 12, 30)
days = st.integers(0, (UNTIL - FIRST).days).map(lambda count: FIRST + timedelta(days=count))


def assert_same(one: History, other: History) -> None:
    for name, frame in frames(one).items():
        pd.testing.assert_frame_equal(frame, frames(other)[name])


def test_on_the_last_day_it_is_the_whole_history_but_for_plans() -> None:
    seen = until(WHOLE, UNTIL)
    assert seen.participants["support_ends_on"].isna().all()
    for name, frame in frames(seen).items():
        planned = {"participants": ["support_ends_on"]}.get(name, [])
        pd.testing.assert_frame_equal(frame.drop(columns=planned), frames(WHOLE)[name].drop(columns=planned))


def test_rows_of_later_days_go_and_the_others_are_numbered_anew() -> None:
    seen = until(WHOLE, date(2026, 3, 9))
    assert {name: len(frame) for name, frame in frames(seen).items()} == {
        **{"participants": 2, "vacancies": 3, "shortlists": 2, "entries": 4, "decisions": 1, "steps": 0},
        **{"questions": 1, "contacts": 2, "placements": 0, "earnings": 0, "groups": 1},
    }
    assert seen.rows_read == WHOLE.rows_read
    earlier = until(WHOLE, date(2026, 3, 8))
    assert (len(earlier.shortlists), earlier.entries["shortlist"].tolist()) == (1, [0, 0])


def test_numbers_follow_the_rows_that_they_name() -> None:
    """The one who entered first is told of second, so that their number changes."""
    tables = told()
    tables["participants"] = tables["participants"].iloc[::-1].reset_index(drop=True)
    whole = history_of(tables, UNTIL)
    assert whole.placements["participant"].tolist() == [1, 0]
    seen = until(whole, date(2026, 2, 1))
    assert seen.participants["entered_on"].tolist() == [pd.Timestamp("2026-01-05")]
    assert seen.participants["participant"].tolist() == [0]
    assert seen.contacts["participant"].tolist() == [0]


def test_an_end_after_the_day_is_no_end_and_the_job_is_seen_to_go_on() -> None:
    seen = until(WHOLE, date(2026, 5, 31))
    assert seen.placements["ended_on"].isna().tolist() == [True, True]
    assert seen.placements["end_reason"].isna().all()
    assert seen.placements["who_says"].isna().all()
    assert seen.placements["last_seen_on"].tolist() == [pd.Timestamp("2026-05-31")] * 2


def test_what_was_seen_last_before_the_day_stays() -> None:
    seen = until(WHOLE, date(2026, 10, 15))
    assert seen.placements["last_seen_on"][1] == pd.Timestamp("2026-10-01")
    assert seen.placements["ended_on"][0] == pd.Timestamp("2026-09-30")


def test_an_answer_after_the_day_is_no_answer() -> None:
    seen = until(WHOLE, date(2026, 3, 5))
    assert seen.questions["answered_on"].isna().tolist() == [True]
    assert seen.questions["moved_lists"].isna().tolist() == [True]


def test_pay_for_a_period_that_was_not_over_is_not_told() -> None:
    assert len(until(WHOLE, date(2026, 5, 30)).earnings) == 1


def test_a_job_stays_though_its_role_was_logged_later() -> None:
    whole = history_of(told_but("vacancies", 0, logged_on="2026-10-01"), UNTIL)
    tables = told_but("vacancies", 0, logged_on="2026-10-01")
    seen = until(history_of(tables, UNTIL), date(2026, 9, 1))
    assert len(whole.placements) == len(seen.placements) == 2
    assert seen.placements["vacancy"].tolist() == [NOBODY, NOBODY]


def test_not_even_the_names_of_what_came_later_are_left() -> None:
    seen = until(WHOLE, date(2026, 3, 8))
    assert list(seen.shortlists["method"].cat.categories) == ["first"]
    assert "Old Mill" not in seen.placements["employer"].cat.categories


def test_groups_that_nobody_was_asked_for_stay_none() -> None:
    tables = told()
    del tables["groups"]
    assert until(history_of(tables, UNTIL), date(2026, 3, 8)).groups is None


@settings(max_examples=20)
@given(days, days)
def test_looking_back_twice_is_looking_back_once(one: date, other: date) -> None:
    assert_same(until(until(WHOLE, max(one, other)), min(one, other)), until(WHOLE, min(one, other)))


@settings(max_examples=25)
@given(days)
def test_no_day_lies_later_and_no_number_points_outside(as_of: date) -> None:
    seen = until(WHOLE, as_of)
    assert seen.data_until == as_of
    for name, frame in frames(seen).items():
        for column in TABLES[name].columns:
            if column.kind is Kind.DAY:
                assert not (frame[column.name] > np.datetime64(as_of, "s")).any(), column.name
            if column.kind is Kind.ID:
                least = 0 if column.required else NOBODY
                named = frames(seen)[column.names]
                assert frame[column.name].between(least, len(named) - 1).all(), column.name


@st.composite
def later_lives(draw: st.DrawFn) -> tuple[date, dict[str, pd.DataFrame]]:
    """A day, and the same history with everything after that day told otherwise."""
    as_of = draw(days)
    tables = told()
    for name, frame in tables.items():
        changed = frame.astype(object)
        for row in range(len(frame)):
            for column, cell in _otherwise(draw, name, changed.loc[row].to_dict(), as_of).items():
                changed.loc[row, column] = cell
        tables[name] = changed
    return as_of, tables


def _otherwise(draw: st.DrawFn, name: str, row: dict[str, Any], as_of: date) -> dict[str, Any]:
    """Other cells for what a row tells of later days."""
    later = st.integers(1, 40).map(lambda count: str(min(as_of + timedelta(days=count), UNTIL)))
    told_later = {column for column, cell in row.items() if isinstance(cell, str) and str(as_of) < cell < "3"}
    match name:
        case "placements" if row["started_on"] <= str(as_of) and told_later & {"ended_on", "last_seen_on"}:
            ends = draw(later) if draw(st.booleans()) and as_of < UNTIL else None
            seen = draw(later) if ends is None else None
            reason = draw(st.sampled_from(["redundancy", "quit_hours"])) if ends else None
            return {"ended_on": ends, "end_reason": reason, "who_says": None, "last_seen_on": seen}
        case "questions" if "answered_on" in told_later:
            return {"answered_on": None, "moved_lists": None}
        case "decisions" if "decided_on" in told_later:
            return {"choice": "not_wanted", "reason": "pay"}
        case "entries" | "shortlists" if row.get("drawn_on", "") > str(as_of):
            return {"excluded": 99}
        case "earnings" if "to_on" in told_later:
            return {"gross_pence": 1, "verified": False}
        case "participants" if row["entered_on"] > str(as_of):
            return {"provider": "another", "hours_wanted": 3}
    return {}


@settings(max_examples=40)
@given(later_lives())
def test_what_comes_later_changes_nothing(other: tuple[date, dict[str, pd.DataFrame]]) -> None:
    as_of, tables = other
    assert_same(until(history_of(tables, UNTIL), as_of), until(WHOLE, as_of))


@pytest.mark.parametrize("count", [0, 1])
def test_the_history_itself_is_left_as_it_is(count: int) -> None:
    before = {name: frame.copy() for name, frame in frames(WHOLE).items()}
    until(WHOLE, FIRST + timedelta(days=count))
    for name, frame in frames(WHOLE).items():
        pd.testing.assert_frame_equal(frame, before[name])
