"""Break-downs: worked by hand, and every cell of too few withheld."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from evaluation.breakdowns import breakdowns, by_month
from evaluation.estimates import Estimate
from evaluation.funnel import steps_of
from evaluation.tables import ReportTable, Unsaid, Withheld
from tests.evaluation.made_histories import MadeHistory


def matches(
    made: MadeHistory,
    count: int,
    *,
    started: int,
    lasting: int,
    source: str = "advertised",
    entry: dict[str, Any] | None = None,
    place: int = 1,
    start: float = 4,
    **participant: Any,
) -> None:
    """Participants with one role each put forward at a place; some start, and some of these last 30 weeks."""
    for number in range(count):
        person, roles = made.participant(**participant), [made.vacancy(source=source) for _ in range(place)]
        shortlist = made.shortlist(person, roles, entries=[entry or {}] * place)
        made.decision(shortlist, roles[-1], on=1)
        if number < started:
            still_runs = start + 30 > 104
            weeks = 3 if number >= lasting else None if still_runs else 30
            made.job(person, start=start, weeks=weeks, shortlist=shortlist, vacancy=roles[-1])


def tables(made: MadeHistory) -> dict[str, ReportTable]:
    return {table.name: table for table in breakdowns(steps_of(made.history()))}


def row(table: ReportTable, group: str) -> dict[str, Any]:
    names = [heading.name for heading in table.headings]
    return next(dict(zip(names, cells, strict=True)) for cells in table.rows if cells[0] == group)


def test_each_group_has_its_denominators_and_rates():
    made = MadeHistory()
    matches(made, 40, started=20, lasting=15)
    matches(made, 30, started=12, lasting=3, source="carved")
    by_source = tables(made)["by_source"]
    advertised, carved, everybody = (row(by_source, name) for name in ("Advertised", "Carved", "All"))
    assert [carved[name] for name in ("people_put_forward", "put_forward", "people_started", "starts")] == [
        30, 30, 12, 12,
    ]  # fmt: skip
    assert carved["start_share"].value == pytest.approx(12 / 30)
    assert carved["week_13"].value == pytest.approx(3 / 12)
    assert advertised["week_26"].value == pytest.approx(15 / 20)
    assert (everybody["starts"], everybody["week_26"].value) == (32, pytest.approx(18 / 32))
    assert "fewer than 1 in 100" in by_source.notes[0] or "in 100 histories" in by_source.notes[0]


def test_groups_of_an_aspect_are_by_its_finding_at_the_time():
    made = MadeHistory()
    matches(made, 20, started=20, lasting=20, entry={"travel": "ok", "travel_value": 1.0})
    matches(made, 20, started=20, lasting=0, entry={"travel": "unknown", "travel_value": 0.5})
    matches(made, 20, started=20, lasting=10)
    by_travel = tables(made)["by_verdict_travel"]
    assert [row(by_travel, name)["week_13"].value for name in ("Fits", "Not known", "No finding")] == [1.0, 0.0, 0.5]


def test_an_aspect_with_one_finding_for_everybody_has_no_table():
    made = MadeHistory()
    matches(made, 20, started=20, lasting=20, entry={"travel": "ok", "travel_value": 1.0})
    assert "by_verdict_travel" not in tables(made)


@pytest.mark.parametrize(
    ("place", "group"), [(1, "1"), (2, "2 to 3"), (3, "2 to 3"), (10, "4 to 10"), (11, "11 and later")]
)
def test_positions_are_grouped(place: int, group: str):
    made = MadeHistory()
    matches(made, 10, started=0, lasting=0, place=place)
    assert row(tables(made)["by_position"], group)["put_forward"] == 10


@pytest.mark.parametrize(
    ("value", "group"),
    [
        (0.9, "Strong (0.67 and more)"),
        (0.5, "Some (0.33 to 0.67)"),
        (0.0, "Little (under 0.33)"),
        (None, "Not stated"),
    ],
)
def test_preference_match_is_in_thirds(value: float | None, group: str):
    made = MadeHistory()
    entry = {} if value is None else {"preferences": "ok", "preferences_value": value}
    matches(made, 10, started=0, lasting=0, entry=entry)
    assert row(tables(made)["by_preference_match"], group)["put_forward"] == 10


def test_people_are_grouped_by_hours_wanted_provider_model_and_route():
    made = MadeHistory()
    matches(made, 20, started=12, lasting=12, hours_wanted=16, provider="North", model="ips", route="out_of_work")
    matches(made, 20, started=12, lasting=12, hours_wanted=15.5, provider="South", model="seqf")
    found = tables(made)
    for name, group in [
        ("by_hours_wanted", "16 to 24 hours"),
        ("by_hours_wanted", "Under 16 hours"),
        ("by_provider", "South"),
        ("by_model", "IPS"),
        ("by_route", "Out of work"),
        ("by_route", "Not stated"),
    ]:
        assert row(found[name], group)["starts"] == 12


def test_a_group_of_fewer_than_ten_is_withheld_with_the_next_smallest():
    made = MadeHistory()
    matches(made, 40, started=30, lasting=20)
    matches(made, 5, started=5, lasting=5, source="carved")
    matches(made, 20, started=15, lasting=5, source="unadvertised")
    by_source = tables(made)["by_source"]
    assert set(list(row(by_source, "Carved").values())[1:]) == {Withheld()}
    assert set(list(row(by_source, "Not advertised").values())[1:]) == {Withheld(complement=True)}
    assert row(by_source, "Advertised")["starts"] == 30
    assert row(by_source, "All")["starts"] == 50


def test_where_few_started_their_share_is_withheld_though_many_were_put_forward():
    made = MadeHistory()
    matches(made, 40, started=30, lasting=20)
    matches(made, 40, started=4, lasting=4, source="carved")
    matches(made, 40, started=15, lasting=5, source="unadvertised")
    carved = row(tables(made)["by_source"], "Carved")
    assert carved["people_put_forward"] == 40
    assert {carved[name] for name in ("start_share", "people_started", "starts", "week_13")} == {Withheld()}


def test_nothing_is_said_of_a_time_that_is_known_of_fewer_than_ten():
    made = MadeHistory()
    matches(made, 20, started=20, lasting=20, start=90)
    matches(made, 9, started=9, lasting=9, start=40)
    found = row(tables(made)["by_source"], "Advertised")
    assert isinstance(found["week_26"], Unsaid)
    assert isinstance(found["week_13"], Estimate)


def test_months_are_those_of_the_start():
    made = MadeHistory()
    matches(made, 12, started=12, lasting=12, start=4)
    matches(made, 12, started=12, lasting=6, start=30)
    table = by_month(steps_of(made.history()))
    assert [cells[0] for cells in table.rows] == ["2025-02", "2025-08", "All"]
    assert [row(table, month)["week_13"].value for month in ("2025-02", "2025-08")] == [1.0, 0.5]


def test_one_person_with_many_jobs_is_one_person():
    made = MadeHistory()
    matches(made, 20, started=15, lasting=15)
    person = made.participant()
    for number in range(12):
        role = made.vacancy(source="carved")
        shortlist = made.shortlist(person, [role])
        made.decision(shortlist, role, on=1)
        made.job(person, start=4 * number + 2, weeks=3, shortlist=shortlist, vacancy=role)
    carved = row(tables(made)["by_source"], "Carved")
    assert carved["starts"] == Withheld()


def test_no_cell_of_a_simulated_history_tells_of_fewer_than_ten():
    from evaluation.records.reading import history_of
    from evaluation.simulation.simulate import simulate

    world = simulate(participants=300, months=24, seed=5)
    for table in breakdowns(steps_of(history_of(world.tables, world.data_until))):
        for cells in table.rows:
            for cell in cells:
                if isinstance(cell, Estimate):
                    assert cell.count >= 10
                    assert 0 <= cell.low <= cell.value <= cell.high <= 1 + 1e-12
                elif isinstance(cell, int | np.integer):
                    assert cell == 0 or cell >= 10
