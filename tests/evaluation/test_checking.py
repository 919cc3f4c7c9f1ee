"""What no history may hold: each broken row is refused by its number and column, and nothing else is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from evaluation.columns import TABLES
from evaluation.records.faults import NAMED, NAMED_OF_A_KIND
from evaluation.records.reading import history_of, read_history
from matching.errors import Invalid
from tests.evaluation.told_histories import UNTIL, told, told_but, told_twice, written


def refused(tables: Mapping[str, pd.DataFrame], data_until: date = UNTIL) -> list[str]:
    """What is said of a history that breaks a rule."""
    with pytest.raises(Invalid) as caught:
        history_of(tables, data_until)
    return [str(problem) for problem in caught.value.problems]


def test_the_history_that_the_others_break_is_whole() -> None:
    assert history_of(told(), UNTIL).rows_read["entries"] == 4


CELLS: list[tuple[str, int, dict[str, Any], str]] = [
    ("participants", 1, {"entered_on": "2026-02-30"}, "'2026-02-30' is not a day such as 2026-11-22"),
    ("participants", 1, {"entered_on": "20260202"}, "'20260202' is not a day such as 2026-11-22"),
    ("participants", 1, {"entered_on": "2/2/2026"}, "'2/2/2026' is not a day such as 2026-11-22"),
    ("participants", 1, {"entered_on": None}, "is empty, and must not be"),
    ("participants", 1, {"hours_wanted": "many"}, "'many' is not a number from 0 to 168"),
    ("participants", 1, {"hours_wanted": 169}, "'169' is not a number from 0 to 168"),
    ("participants", 1, {"hours_wanted": "nan"}, "'nan' is not a number from 0 to 168"),
    ("participants", 1, {"hours_wanted": "1e999"}, "'1e999' is not a number from 0 to 168"),
    ("participants", 1, {"provider": "x" * 201}, "is longer than 200 characters"),
    ("participants", 1, {"model": "IPS"}, "'IPS' is none of ips, seqf"),
    ("vacancies", 0, {"openings": 0}, "'0' is not a whole number from 1 up"),
    ("vacancies", 0, {"openings": 1.5}, "'1.5' is not a whole number from 1 up"),
    ("vacancies", 0, {"openings": 3_000_000_000}, "'3000000000' is not a whole number from 1 up"),
    (
        "vacancies",
        2,
        {"source": "curved"},
        "'curved' is none of advertised, unadvertised, carved (did you mean 'carved'?)",
    ),
    ("shortlists", 1, {"participant": "oak"}, "there is no participant 'oak' in the table participants"),
    ("shortlists", 1, {"participant": None}, "is empty, and must not be"),
    ("entries", 2, {"shortlist": "l3"}, "there is no shortlist 'l3' in the table shortlists"),
    ("entries", 2, {"propensity": 0}, "is 0, but what was shown cannot have been impossible"),
    ("entries", 2, {"propensity": -0.5}, "'-0.5' is not a number from 0 to 1"),
    ("entries", 2, {"propensity": 1.01}, "'1.01' is not a number from 0 to 1"),
    ("entries", 2, {"propensity": None}, "is empty, and must not be"),
    ("entries", 2, {"stretch": "perhaps"}, "'perhaps' is neither true nor false"),
    ("entries", 2, {"position": 0}, "'0' is not a whole number from 1 up"),
    (
        "entries",
        2,
        {"method": "first"},
        "two methods on one list: 'first' here, 'second' for the list",
    ),
    ("entries", 2, {"sensory_value": 0.5}, "is filled, but 'sensory' is empty"),
    ("decisions", 0, {"decided_on": "2026-03-01"}, "2026-03-01 is before 2026-03-02, when the list was drawn"),
    ("steps", 0, {"on": "2026-03-01"}, "2026-03-01 is before 2026-03-02, when the list was drawn"),
    ("questions", 0, {"answered_on": "2026-03-03"}, "2026-03-03 is before 2026-03-04, when it was asked"),
    ("questions", 1, {"moved_lists": True}, "is true, but there is no answer"),
    ("contacts", 1, {"participant": "oak"}, "there is no participant 'oak' in the table participants"),
    ("shortlists", 0, {"drawn_on": "2026-01-04"}, "2026-01-04 is before 2026-01-05, when the participant entered"),
    (
        "participants",
        0,
        {"first_met_on": "2026-01-04"},
        "2026-01-04 is before 2026-01-05, when the participant entered",
    ),
    (
        "participants",
        0,
        {"support_ends_on": "2026-01-04"},
        "2026-01-04 is before 2026-01-05, when the participant entered",
    ),
    ("placements", 0, {"participant": "oak"}, "there is no participant 'oak' in the table participants"),
    ("placements", 0, {"shortlist": "l2"}, "the list was drawn for another participant"),
    ("placements", 1, {"started_on": "2026-02-01"}, "2026-02-01 is before 2026-02-02, when the participant entered"),
    ("placements", 0, {"ended_on": "2026-04-05"}, "2026-04-05 is before 2026-04-06, when the job started"),
    ("placements", 1, {"last_seen_on": "2026-05-03"}, "2026-05-03 is before 2026-05-04, when the job started"),
    ("placements", 1, {"last_seen_on": "2026-11-23"}, "2026-11-23 is after 2026-11-22, the last day of the history"),
    ("placements", 1, {"end_reason": "redundancy"}, "is filled, but 'ended_on' is empty"),
    ("placements", 1, {"who_says": "employer"}, "is filled, but 'ended_on' is empty"),
    ("earnings", 1, {"to_on": "2026-04-30"}, "2026-04-30 is before 2026-05-01, when the period starts"),
    ("earnings", 1, {"gross_pence": -1}, "'-1' is not a whole number from 0 up"),
    (
        "earnings",
        1,
        {"from_on": "2026-04-30"},
        "the period overlaps that of row 1, of the same job and source",
    ),
    ("groups", 0, {"participant": "oak"}, "there is no participant 'oak' in the table participants"),
]


@pytest.mark.parametrize(("table", "row", "cells", "says"), CELLS)
def test_a_cell_that_cannot_be_is_named_by_row_and_column(
    table: str, row: int, cells: dict[str, Any], says: str
) -> None:
    (column,) = cells
    assert refused(told_but(table, row, **cells)) == [f"{table}, row {row + 1}, {column}: {says}"]


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ({"last_seen_on": "2026-10-01"}, "2026-09-30 is before 2026-10-01, when the job was still seen to go on"),
        ({"started_on": "2026-03-01"}, "2026-03-01 is before 2026-03-02, when the list was drawn"),
    ],
)
def test_days_of_a_job_contradict_each_other(cells: dict[str, Any], says: str) -> None:
    assert any(
        said.startswith("placements, row 1") and said.endswith(says)
        for said in refused(told_but("placements", 0, **cells))
    )


def test_pay_that_ends_before_the_job_starts_is_refused() -> None:
    said = refused(told_but("earnings", 0, from_on="2026-03-01", to_on="2026-03-31"))
    assert said == ["earnings, row 1, to_on: 2026-03-31 is before 2026-04-06, when the job started"]


def test_pay_that_begins_before_the_job_does_is_no_contradiction() -> None:
    assert len(history_of(told_but("earnings", 0, from_on="2026-04-01"), UNTIL).earnings) == 3


def test_an_overlap_with_a_longer_period_further_back_is_found() -> None:
    tables = told()
    pay = pd.DataFrame(
        {
            "placement": "j1",
            "from_on": ["2026-05-04", "2026-05-18", "2026-06-01"],
            "to_on": ["2026-08-30", "2026-05-24", "2026-06-07"],
            "gross_pence": 1,
            "source": "paye",
            "verified": False,
        }
    )
    said = refused({**tables, "earnings": pay})
    assert [each.split(":")[0] for each in said] == ["earnings, row 2, from_on", "earnings, row 3, from_on"]


@pytest.mark.parametrize(
    ("table", "row", "says"),
    [
        ("participants", 0, "participants, row 3, participant: the same participant as in row 1"),
        ("placements", 1, "placements, row 3, placement: the same placement as in row 2"),
        ("decisions", 1, "decisions, row 3, shortlist: the same shortlist and vacancy as in row 2"),
        ("steps", 0, "steps, row 2, shortlist: the same shortlist and vacancy and step as in row 1"),
        ("contacts", 1, "contacts, row 3, contact: the same contact and participant as in row 2"),
        ("earnings", 1, "earnings, row 4, placement: the same placement and from_on and source as in row 2"),
        ("groups", 0, "groups, row 2, participant: the same participant and kind as in row 1"),
    ],
)
def test_what_is_there_twice_is_named_with_both_rows(table: str, row: int, says: str) -> None:
    assert refused(told_twice(table, row)) == [says]


def test_a_role_that_is_on_a_list_twice_is_named_with_both_rows() -> None:
    said = refused(told_twice("entries", 1, position=7))
    assert said == ["entries, row 5, shortlist: the same shortlist and vacancy as in row 2"]


def test_a_position_that_is_on_a_list_twice_is_named_with_both_rows() -> None:
    said = refused(told_but("entries", 3, position=1))
    assert said == ["entries, row 4, position: the same position of the same list as in row 3"]


def test_positions_may_have_gaps() -> None:
    assert history_of(told_but("entries", 3, position=40), UNTIL).entries["position"].tolist() == [1, 2, 1, 40]


def test_a_shortlist_without_entries_and_an_end_without_a_reason_are_taken() -> None:
    tables = told_but("placements", 0, end_reason=None, who_says=None)
    tables["entries"] = tables["entries"].iloc[:2]
    assert len(history_of(tables, UNTIL).shortlists) == 2


def test_a_plan_may_lie_after_the_last_day() -> None:
    assert history_of(told(), UNTIL).participants["support_ends_on"][0] > pd.Timestamp(UNTIL)


@pytest.mark.parametrize(
    ("table", "column"),
    [
        (table.name, column.name)
        for table in TABLES.values()
        for column in table.columns
        if column.kind.name == "DAY" and column.name != "support_ends_on"
    ],
)
def test_no_other_day_may(table: str, column: str) -> None:
    said = refused(told_but(table, 0, **{column: "2026-11-23"}))
    assert f"{table}, row 1, {column}: 2026-11-23 is after 2026-11-22, the last day of the history" in said


def test_an_id_that_names_nothing_breaks_no_other_rule() -> None:
    """A decision on a list that is not there is told of once, not also as being before its list."""
    assert refused(told_but("decisions", 0, shortlist="l9", decided_on="2025-01-01")) == [
        "decisions, row 1, shortlist: there is no shortlist 'l9' in the table shortlists"
    ]


def test_ids_that_name_nothing_repeat_nothing() -> None:
    tables = told()
    tables["decisions"] = tables["decisions"].assign(shortlist=["l8", "l9"], vacancy="baker")
    assert refused(tables) == [
        "decisions, row 1, shortlist: there is no shortlist 'l8' in the table shortlists",
        "decisions, row 2, shortlist: there is no shortlist 'l9' in the table shortlists",
    ]


def test_a_table_that_nobody_knows_is_refused() -> None:
    assert refused({**told(), "entrys": told()["entries"]}) == [
        "entrys: is no table of a history (did you mean 'entries'?)"
    ]


def test_a_table_that_must_be_there_is_missed() -> None:
    tables = told()
    del tables["placements"]
    assert "placements: is missing" in refused(tables)


class TestMany:
    @pytest.fixture
    def many(self) -> dict[str, pd.DataFrame]:
        """Eighty contacts with an unknown participant, half of them on a day to come."""
        tables = told()
        contacts = pd.concat([tables["contacts"].iloc[[0]]] * 80, ignore_index=True)
        contacts = contacts.assign(contact=[f"c{number}" for number in range(80)], participant="oak")
        contacts.loc[40:, "on"] = "2026-12-24"
        return {**tables, "contacts": contacts}

    def test_the_first_of_a_kind_are_named_and_the_others_counted(self, many: dict[str, pd.DataFrame]) -> None:
        said = refused(many)
        assert said[0].startswith("contacts, row 1, participant: there is no participant")
        assert said[NAMED_OF_A_KIND] == f"contacts, participant: and {80 - NAMED_OF_A_KIND} more of this kind"
        assert said[-1] == f"contacts, on: and {40 - NAMED_OF_A_KIND} more of this kind"
        assert len(said) == 2 * (NAMED_OF_A_KIND + 1)

    def test_they_are_counted_across_chunks(
        self, many: dict[str, pd.DataFrame], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("evaluation.records.reading._ROWS_AT_ONCE", 7)
        assert f"contacts, participant: and {80 - NAMED_OF_A_KIND} more of this kind" in refused(many)

    def test_of_very_many_kinds_each_is_named_at_least_once(self) -> None:
        tables = told()
        entries = pd.concat([tables["entries"].iloc[[0]]] * 50, ignore_index=True)
        wrong = dict.fromkeys(("position", "band", "score", "stretch", "propensity", "travel", "travel_value"), "x")
        said = refused({**tables, "entries": entries.assign(**wrong)})
        assert len(said) < NAMED + 20
        for column in wrong:
            assert any(each.startswith(f"entries, row 1, {column}: 'x' is") for each in said), column

    def test_in_a_file_the_lines_are_those_that_an_editor_counts(
        self, many: dict[str, pd.DataFrame], tmp_path: Path
    ) -> None:
        with pytest.raises(Invalid) as caught:
            read_history(written(tmp_path / "history", many))
        assert str(caught.value.problems[0]).startswith("contacts.csv, line 2, participant")
