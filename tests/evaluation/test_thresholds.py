"""Thresholds for many people at once: worked by hand, and held to the rule of `matching.outcomes`."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.estimates import Estimate
from evaluation.history import History
from evaluation.tables import Unsaid
from evaluation.thresholds import Reached, shipped_policy, thresholds
from matching.model.placement import Earnings, EarningsSource, OutcomeKind, OutcomeState, Placement
from matching.outcomes import outcomes_of
from matching.policy import OutcomePolicy, ThresholdName
from tests.evaluation.made_histories import DAY_0, UNTIL, MadeHistory, day

HIGHER = ThresholdName.HIGHER
NEEDED_PENCE = 535_392  # 18 hours x 26 weeks at 11.44 pounds, the wage of 6 January 2025


def reached(made: MadeHistory, until: date = UNTIL) -> Reached:
    found = thresholds(made.history(until), HIGHER)
    assert isinstance(found, Reached)
    return found


def as_told(made: MadeHistory, until: date) -> History:
    """The history with any periods of pay, also those that files may not hold: past its end, or overlapping."""
    periods = made.rows.pop("earnings")
    frame = pd.DataFrame(periods, columns=["placement", "from_on", "to_on", "gross_pence"])
    days = {name: pd.to_datetime(frame[name]).astype("datetime64[s]") for name in ("from_on", "to_on")}
    return replace(made.history(date(2028, 1, 1)), data_until=until, earnings=frame.assign(**days))


def weekly(made: MadeHistory, job: int, pence: int, weeks: int, start: date = DAY_0) -> None:
    for week in range(weeks):
        made.pay(job, start + timedelta(weeks=week), start + timedelta(weeks=week, days=6), pence)


def test_pay_adds_up_to_the_threshold_on_a_day():
    made = MadeHistory()
    job = made.job(made.participant(), start=0)
    weekly(made, job, 42_900, 52)  # 37.5 hours at 11.44: 12.48 weeks, so on the fourth day of the 13th
    found = reached(made)
    assert (found.reached.tolist(), found.weeks.tolist()) == ([True], [(12 * 7 + 4 - 1) / 7])


def test_jobs_of_one_person_add_up_from_the_first_start():
    made = MadeHistory()
    person = made.participant()
    first, second = made.job(person, start=0, weeks=4), made.job(person, start=10)
    made.pay(first, DAY_0, DAY_0 + timedelta(days=27), NEEDED_PENCE - 100)
    made.pay(second, DAY_0 + timedelta(weeks=10), DAY_0 + timedelta(weeks=11), 100_000)
    found = reached(made)
    assert (found.first.tolist(), found.weeks.tolist(), found.reached.tolist()) == ([first], [10.0], [True])


def test_what_is_reached_after_the_end_of_support_is_censored_at_that_end():
    made = MadeHistory()
    job = made.job(made.participant(support_ends_on=day(10)), start=0)
    weekly(made, job, 42_900, 52)
    found = reached(made)
    assert (found.reached.tolist(), found.weeks.tolist()) == ([False], [10.0])


def test_what_is_not_reached_by_the_last_day_of_the_history_is_censored_there():
    made = MadeHistory()
    job = made.job(made.participant(), start=0)
    weekly(made, job, 10_000, 20)
    found = reached(made)
    assert (found.reached.tolist(), found.weeks.tolist()) == ([False], [104.0])


@pytest.mark.parametrize(("same_job", "reached"), [(True, False), (False, True)])
def test_two_records_of_one_job_tell_of_the_same_pay_and_those_of_two_jobs_add_up(same_job: bool, reached: bool):
    made = MadeHistory()
    person = made.participant()
    first, second = made.job(person, start=0), made.job(person, start=0)
    for job, source in [(first, "paye"), (first if same_job else second, "payslip")]:
        made.pay(job, DAY_0, DAY_0 + timedelta(days=27), NEEDED_PENCE - 100, source=source)
    found = thresholds(made.history(), HIGHER)
    assert isinstance(found, Reached)
    assert found.reached.tolist() == [reached]


@pytest.mark.parametrize(("until_day", "reached"), [(12, False), (13, True)])
def test_a_period_that_goes_on_after_the_last_day_counts_up_to_it(until_day: int, reached: bool):
    made = MadeHistory()
    made.pay(made.job(made.participant(), start=0), DAY_0, DAY_0 + timedelta(days=27), 2 * NEEDED_PENCE)
    found = thresholds(as_told(made, DAY_0 + timedelta(days=until_day)), HIGHER)
    assert isinstance(found, Reached)
    assert found.reached.tolist() == [reached]  # half of 28 days is needed
    assert found.weeks.tolist() == [until_day / 7]


def test_of_people_without_pay_on_record_nothing_is_known():
    made = MadeHistory()
    made.job(made.participant(), start=0)
    paid = made.job(made.participant(), start=0)
    weekly(made, paid, 42_900, 20)
    found = reached(made)
    assert found.participant.tolist() == [1]
    assert found.without_pay == 1


def test_without_earnings_or_a_set_threshold_nothing_is_said():
    made = MadeHistory()
    job = made.job(made.participant(), start=0)
    assert thresholds(made.history(), HIGHER) == Unsaid(why="The history holds no earnings.")
    weekly(made, job, 42_900, 20)
    assert thresholds(made.history(), ThresholdName.LOWER) == Unsaid(why="Nobody has set this threshold.")


def test_people_who_started_before_any_policy_are_counted_apart():
    made = MadeHistory()
    early, late = made.job(made.participant(), start=0), made.job(made.participant(), start=5)
    weekly(made, early, 42_900, 20)
    weekly(made, late, 42_900, 20, DAY_0 + timedelta(weeks=5))
    found = thresholds(made.history(), HIGHER, policies=lambda on: shipped_policy(on) if on > DAY_0 else None)
    assert isinstance(found, Reached)
    assert found.participant.tolist() == [1]
    assert found.without_rule == 1


def test_the_share_within_some_weeks_counts_the_censored_as_unknown():
    made = MadeHistory()
    for pay, support in [(42_900, 60), (42_900, 60), (10_000, 60), (10_000, 5)]:
        weekly(made, made.job(made.participant(support_ends_on=day(support)), start=0), pay, 52)
    within = reached(made).within(26)
    assert isinstance(within, Estimate)
    assert within.value == pytest.approx(2 / 3)


def policy(day_of_start: date, **more: object) -> OutcomePolicy:
    shipped = shipped_policy(day_of_start)
    assert shipped is not None
    return replace(shipped, **more)  # type: ignore[arg-type]


PERIODS = st.lists(
    st.tuples(
        st.integers(0, 3),  # the job
        st.integers(0, 80),  # the day on which the period starts
        st.integers(1, 60),  # days
        st.sampled_from([0, 1, 99_999, 178_464, 267_696, 535_391, 535_392, 535_393, 600_000]),
    ),
    max_size=8,
    unique_by=lambda period: (period[0], period[1]),
)


@settings(max_examples=80, deadline=None)
@given(
    PERIODS,
    st.integers(40, 200),
    st.sampled_from([{}, {"cumulative": False}, {"sum_jobs": False}, {"rate_rule": "when_earned"}]),
)
def test_days_are_those_of_the_rule(periods: list[tuple[int, int, int, int]], until_day: int, more: dict[str, object]):
    until = DAY_0 + timedelta(days=until_day)
    made = MadeHistory()
    people = [made.participant(), made.participant()]
    starts = {made.job(people[job % 2], start=job): DAY_0 + timedelta(weeks=job) for job in range(4)}
    earnings: dict[int, list[Earnings]] = {person: [] for person in people}
    for job, start, days, pence in periods:
        first = starts[job] + timedelta(days=start)
        last = first + timedelta(days=days - 1)
        made.pay(job, first, last, pence)
        earnings[people[job % 2]].append(
            Earnings(placement_id=str(job), from_on=first, to_on=last, gross_pence=pence, source=EarningsSource.PAYE)
        )
    history = as_told(made, until)
    if not periods:
        assert isinstance(thresholds(history, HIGHER), Unsaid)
        return
    found = thresholds(history, HIGHER, policies=lambda on: policy(on, **more))
    assert isinstance(found, Reached)
    told: dict[int, tuple[bool, float]] = {}
    for person in people:
        jobs = [
            Placement(placement_id=str(job), started_on=start) for job, start in starts.items() if job % 2 == person
        ]
        if not any(each.from_on <= until for each in earnings[person]):
            continue
        for outcome in outcomes_of(
            placements=jobs, earnings=earnings[person], on=until, policy=policy(jobs[0].started_on, **more)
        ):
            if outcome.kind is OutcomeKind.HIGHER_THRESHOLD and outcome.state is not OutcomeState.CANNOT_SAY:
                day_of = outcome.reached_on or until
                first_job = int(outcome.placement_id)
                told[first_job] = (outcome.reached_on is not None, (day_of - starts[first_job]).days / 7)
    assert dict(zip(found.first, zip(found.reached, found.weeks, strict=True), strict=True)) == told
