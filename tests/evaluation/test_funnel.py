"""The funnel and the match-to-sustain rates: worked by hand on small histories."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from evaluation.estimates import Estimate
from evaluation.funnel import funnel_table, match_to_sustain_table, steps_of
from evaluation.outcomes import any_job, same_job, starts
from evaluation.reaching import (
    any_job_settled_on,
    lasting_of_put_forward,
    put_forward,
    same_job_settled_on,
    share_of_served,
    starts_of_put_forward,
)
from evaluation.tables import Cell, ReportTable, Unsaid, Withheld
from tests.evaluation.made_histories import DAY_0, MadeHistory


def said(estimate: Any) -> Estimate:
    assert isinstance(estimate, Estimate)
    return estimate


def cell(table: ReportTable, row: str, column: str) -> Cell:
    place = [heading.name for heading in table.headings].index(column)
    return next(cells[place] for cells in table.rows if cells[0] == row)


def matched(made: MadeHistory, *, drawn: float = 0, decided: float = 1, job: dict[str, Any] | None = None) -> int:
    """A participant with one role put forward, and a job from it, if any."""
    person, role = made.participant(), made.vacancy()
    shortlist = made.shortlist(person, [role], drawn=drawn)
    made.decision(shortlist, role, on=decided)
    if job is not None:
        made.job(person, shortlist=shortlist, vacancy=role, **job)
    return person


def test_each_step_counts_entries_and_people_and_days():
    made = MadeHistory()
    for number in range(20):
        person, roles = made.participant(), [made.vacancy(), made.vacancy()]
        shortlist = made.shortlist(person, roles)
        made.step(shortlist, roles[0], "opened", on=0)
        for role in roles:
            made.decision(shortlist, role, on=1)
        if number < 15:
            made.job(person, start=4, weeks=30 if number < 12 else 15, shortlist=shortlist, vacancy=roles[0])
    made.participant()  # nobody drew a list for them
    table = funnel_table(steps_of(made.history()))
    assert [cell(table, "Listed", name) for name in ("entries", "people")] == [40, 20]
    assert said(cell(table, "Listed", "share_of_served")).count == 21
    assert [cell(table, "Put forward", name) for name in ("entries", "people", "days")] == [40, 20, 7.0]
    assert [cell(table, "Job start", name) for name in ("entries", "people", "days")] == [15, 15, 28.0]
    assert [cell(table, "Same job at 13 weeks", name) for name in ("entries", "days")] == [15, 28.0 + 91]
    assert [cell(table, "Same job at 26 weeks", name) for name in ("entries", "people")] == [12, 12]
    assert cell(table, "Interview", "entries") == Unsaid(why="The history does not tell of this step.")
    assert cell(table, "Higher threshold", "entries") == Unsaid(why="The history holds no earnings.")


def test_a_step_that_fewer_than_ten_people_came_to_is_withheld_and_no_other():
    made = MadeHistory()
    for number in range(12):
        matched(made, job={"start": 4, "weeks": 30} if number < 4 else None)
    table = funnel_table(steps_of(made.history()))
    assert cell(table, "Put forward", "people") == 12
    for column in ("entries", "people", "share_of_served", "days"):
        assert cell(table, "Job start", column) == Withheld()


def test_a_job_that_came_of_no_list_is_in_no_step():
    made = MadeHistory()
    made.job(matched(made), start=2, weeks=50)
    assert cell(funnel_table(steps_of(made.history())), "Job start", "entries") == 0


def test_of_roles_put_forward_those_started_within_a_year_and_the_latest_are_not_counted_as_missing():
    made = MadeHistory()
    matched(made, decided=0, job={"start": 10, "weeks": 5})
    matched(made, decided=0, job={"start": 60, "weeks": 5})  # too late
    matched(made, decided=0)
    matched(made, drawn=90, decided=95)  # nine weeks ago
    history = made.history()
    jobs = starts(history)
    found = said(starts_of_put_forward(history, jobs, put_forward(history, jobs)))
    # At 10 weeks one of the three who are still followed starts; the fourth left after 9.
    assert (found.value, found.count) == (pytest.approx(1 / 3), 4)


def test_of_two_jobs_from_one_entry_the_first_counts():
    made = MadeHistory()
    person, role = made.participant(), made.vacancy()
    shortlist = made.shortlist(person, [role])
    made.decision(shortlist, role, on=1)
    made.job(person, start=30, weeks=2, shortlist=shortlist, vacancy=role)
    first = made.job(person, start=5, weeks=2, shortlist=shortlist, vacancy=role)
    history = made.history()
    assert put_forward(history, starts(history)).job.tolist() == [first]


def test_a_job_that_ended_early_competes_and_one_that_runs_is_open():
    made = MadeHistory()
    matched(made, decided=0, job={"start": 10, "weeks": 20})  # comes to 13 weeks at week 23
    matched(made, decided=0, job={"start": 10, "weeks": 5})  # ends at week 15
    matched(made, decided=0, job={"start": 10, "seen": 6})  # out of sight at week 16
    matched(made, decided=0)
    history = made.history()
    jobs = starts(history)
    states = same_job(jobs, 13)
    settled = same_job_settled_on(jobs, states, 13)
    assert (settled - np.datetime64(DAY_0)).astype(int).tolist() == [23 * 7, 15 * 7, 16 * 7]
    found = said(lasting_of_put_forward(history, jobs, put_forward(history, jobs), states, settled))
    assert found.value == pytest.approx(3 / 4 * 1 / 2)  # of those left at 23 weeks, after one of four was settled


def test_any_job_is_settled_on_its_day_and_open_up_to_the_last_sight():
    made = MadeHistory()
    made.job(made.participant(), start=0, weeks=5)
    made.job(made.participant(), start=90, weeks=5)
    made.job(made.participant(), start=0, seen=9)
    history = made.history()
    jobs = starts(history)
    states = any_job(history, jobs)
    assert states.tolist() == [0, -1, -1]
    settled = any_job_settled_on(history, jobs, states, 26)
    assert (settled - np.datetime64(DAY_0)).astype(int).tolist() == [26 * 7, 104 * 7, 9 * 7]


def test_of_participants_the_earliest_day_counts_and_those_who_entered_late_are_open():
    made = MadeHistory()
    for _ in range(3):
        made.participant()
    made.rows["participants"][2]["entered_on"] = str(DAY_0 + timedelta(weeks=100))
    days = [DAY_0 + timedelta(weeks=weeks) for weeks in (80, 20)]
    found = said(share_of_served(made.history(), [0, 0], np.array(days, "datetime64[D]")))
    assert (found.value, found.count) == (pytest.approx(1 / 2), 3)


def test_the_rates_over_three_denominators_stand_side_by_side():
    made = MadeHistory()
    for number in range(40):
        job: dict[str, Any] | None = None
        if number < 20:
            job = {"start": 4, "weeks": 30 if number < 12 else 5, "reason": "caring"}
        matched(made, job=job)
    for _ in range(10):
        made.participant()
    table = match_to_sustain_table(steps_of(made.history()))
    row = [said(cell(table, "Same job at 13 weeks", heading.name)) for heading in table.headings[1:]]
    assert [each.value for each in row] == pytest.approx([12 / 20, 12 / 20, 12 / 40, 12 / 50])
    assert [each.count for each in row] == [20, 20, 40, 50]
    assert said(cell(table, "Job start", "of_put_forward")).value == pytest.approx(1 / 2)
    assert said(cell(table, "Any job at 26 weeks", "of_old_starts")).value == pytest.approx(12 / 20)
    assert cell(table, "Any job at 26 weeks", "of_starts") is None


def test_the_threshold_of_participants_counts_those_without_a_job_too():
    made = MadeHistory()
    for number in range(20):
        person = made.participant()
        if number < 10:
            job = made.job(person, start=0)
            for week in range(40):
                first = DAY_0 + timedelta(weeks=week)
                made.pay(job, first, first + timedelta(days=6), 42_900 if number < 5 else 1_000)
    table = match_to_sustain_table(steps_of(made.history()))
    assert said(cell(table, "Higher threshold", "of_starts")).value == pytest.approx(1 / 2)
    assert said(cell(table, "Higher threshold", "of_served")).value == pytest.approx(1 / 4)
    assert isinstance(cell(table, "Lower threshold", "of_starts"), Unsaid)


def test_an_empty_history_has_nothing_to_say():
    steps = steps_of(MadeHistory().history())
    assert cell(funnel_table(steps), "Job start", "people") == 0
    assert isinstance(cell(match_to_sustain_table(steps), "Same job at 13 weeks", "of_starts"), Unsaid)
