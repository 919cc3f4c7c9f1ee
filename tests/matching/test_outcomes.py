"""Outcomes of jobs: tables worked by hand, and laws."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.model.placement import (
    CheckIn,
    Earnings,
    EarningsSource,
    Outcome,
    OutcomeKind,
    OutcomeState,
    Placement,
)
from matching.outcomes import outcomes_of
from matching.policy import OutcomePolicy, outcome_policy

START = date(2026, 5, 4)  # a Monday in the year of 12.71 an hour
FAR = date(2028, 12, 31)
POLICY = outcome_policy(on=START)
HIGHER = OutcomeKind.HIGHER_THRESHOLD
NEEDED_PENCE = 594_828


def job(placement_id: str = "one", started_on: date = START, **more: object) -> Placement:
    return Placement(placement_id=placement_id, started_on=started_on, **more)  # type: ignore[arg-type]


def weekly(
    pence: int, weeks: int, *, of: str = "one", start: date = START, source: EarningsSource = EarningsSource.PAYE
) -> list[Earnings]:
    """The same pay for some weeks from a day on."""
    return [
        Earnings(
            placement_id=of,
            from_on=start + timedelta(weeks=week),
            to_on=start + timedelta(weeks=week, days=6),
            gross_pence=pence,
            source=source,
        )
        for week in range(weeks)
    ]


def higher(
    earnings: list[Earnings],
    *jobs: Placement,
    on: date = FAR,
    policy: OutcomePolicy | None = POLICY,
    **more: object,
) -> Outcome:
    found = outcomes_of(placements=jobs or [job()], earnings=earnings, on=on, policy=policy, **more)  # type: ignore[arg-type]
    return next(each for each in found if each.kind is HIGHER)


def state_of(kind: OutcomeKind, *jobs: Placement, earnings: list[Earnings] | None = None, on: date = FAR) -> str:
    found = outcomes_of(placements=jobs, earnings=earnings or [], on=on, policy=POLICY)
    return next(each.state for each in found if each.kind is kind)


class TestHigherThreshold:
    @pytest.mark.parametrize(
        ("hours", "hourly_pence", "reached_on"),
        [
            # 18 h x 12.71 = 228.78 a week; x 26 = 5,948.28: on the last day of week 26.
            (18, 1271, START + timedelta(days=26 * 7 - 1)),
            # 37.5 h x 12.71 = 476.625 a week; 5,948.28 / 476.625 = 12.48 weeks = 87.36 days: on day 88, in week 13.
            (37.5, 1271, START + timedelta(days=87)),
            # 10 h x 12.71 = 127.10 a week; 46.8 weeks = 327.6 days: on day 328.
            (10, 1271, START + timedelta(days=327)),
            # 16 h x 12.71 = 203.36 a week; 29.25 weeks = 204.75 days: on day 205.
            (16, 1271, START + timedelta(days=204)),
            # 20 h x 14.00 = 280.00 a week; 21.2439 weeks = 148.7 days: on day 149.
            (20, 1400, START + timedelta(days=148)),
        ],
    )
    def test_the_day_on_which_steady_pay_comes_up_to_it(
        self, hours: float, hourly_pence: int, reached_on: date
    ) -> None:
        # Over two weeks together the pay is a whole number of pence for every row of the table.
        pay = [
            Earnings(
                placement_id="one",
                from_on=START + timedelta(weeks=week),
                to_on=START + timedelta(weeks=week, days=13),
                gross_pence=round(hours * hourly_pence * 2),
                source=EarningsSource.PAYE,
            )
            for week in range(0, 60, 2)
        ]
        outcome = higher(pay)
        assert (outcome.state, outcome.reached_on) == (OutcomeState.REACHED, reached_on)
        assert outcome.needed_pence == NEEDED_PENCE

    def test_one_penny_less_over_26_weeks_is_not_yet(self) -> None:
        pay = weekly(22_878, 26)
        outcome = higher([*pay[:-1], replace(pay[-1], gross_pence=22_877)])
        assert outcome.state is OutcomeState.NOT_YET
        assert outcome.missing == "£0.01 more in earnings."

    def test_days_that_have_not_come_do_not_count(self) -> None:
        assert higher(weekly(22_878, 26), on=START + timedelta(days=180)).state is OutcomeState.NOT_YET
        assert higher(weekly(22_878, 26), on=START + timedelta(days=181)).state is OutcomeState.REACHED

    def test_two_jobs_at_once_are_summed(self) -> None:
        # 9 h in each of two jobs: together the 18 h that reach it at the end of week 26.
        second = job("two", START)
        outcome = higher([*weekly(11_439, 26), *weekly(11_439, 26, of="two")], job(), second)
        assert outcome.reached_on == START + timedelta(days=181)
        assert outcome.placement_id == "one"

    def test_jobs_stand_alone_where_the_policy_does_not_sum_them(self) -> None:
        alone = replace(POLICY, sum_jobs=False)
        pay = [*weekly(11_439, 26), *weekly(22_878, 26, of="two")]
        found = outcomes_of(placements=[job(), job("two")], earnings=pay, on=FAR, policy=alone)
        states = {each.placement_id: each.state for each in found if each.kind is HIGHER}
        assert states == {"one": OutcomeState.NOT_YET, "two": OutcomeState.REACHED}

    def test_a_gap_between_jobs_only_moves_the_day(self) -> None:
        later = START + timedelta(weeks=20)
        first = job(ended_on=START + timedelta(weeks=13, days=-1))
        pay = [*weekly(22_878, 13), *weekly(22_878, 13, of="two", start=later)]
        assert higher(pay, first, job("two", later)).reached_on == later + timedelta(weeks=13, days=-1)

    def test_a_gap_begins_the_count_again_where_the_policy_is_not_cumulative(self) -> None:
        strict = replace(POLICY, cumulative=False)
        later = START + timedelta(weeks=20)
        first = job(ended_on=START + timedelta(weeks=13, days=-1))
        pay = [*weekly(22_878, 13), *weekly(22_878, 26, of="two", start=later)]
        assert higher(pay, first, job("two", later), policy=strict).reached_on == later + timedelta(weeks=26, days=-1)

    def test_a_period_that_spans_counts_by_the_day(self) -> None:
        # 12,000.00 over 100 days is 120.00 a day; 5,948.28 is passed within day 50.
        pay = [
            Earnings(
                placement_id="one",
                from_on=START,
                to_on=START + timedelta(days=99),
                gross_pence=1_200_000,
                source=EarningsSource.PAYSLIP,
            )
        ]
        assert higher(pay).reached_on == START + timedelta(days=49)

    def test_two_records_of_the_same_pay_count_once(self) -> None:
        twice = [*weekly(11_439, 26), *weekly(11_439, 26, source=EarningsSource.PAYSLIP)]
        assert higher(twice).earned_pence == 26 * 11_439

    def test_verified_pay_alone_is_told_apart(self) -> None:
        pay = weekly(22_878, 26)
        assert not higher(pay).verified
        assert higher([replace(each, verified=True) for each in pay]).verified


class TestRates:
    def test_by_the_rule_of_the_start_april_changes_nothing(self) -> None:
        # Started at 12.71; the wage of 13.21 from April 2027 does not raise what is needed.
        start = date(2027, 1, 4)
        outcome = higher(weekly(22_878, 26, start=start), job(started_on=start))
        assert (outcome.needed_pence, outcome.reached_on) == (NEEDED_PENCE, start + timedelta(days=181))

    def test_a_start_in_the_next_april_needs_more(self) -> None:
        start = date(2027, 4, 5)
        assert higher([], job(started_on=start)).needed_pence == 618_228

    def test_by_the_rule_of_earning_the_same_pay_is_fewer_hours_after_april(self) -> None:
        # From 4 January 2027, 228.78 a week: 87 days at 12.71 are 223.714 h; the other 244.286 h at 13.21 are
        # 3,227.01, which 32.682857 a day brings in 98.74 days: on day 87 + 99 = 186.
        start = date(2027, 1, 4)
        when_earned = replace(POLICY, rate_rule="when_earned")
        outcome = higher(weekly(22_878, 30, start=start), job(started_on=start), policy=when_earned)
        assert outcome.reached_on == start + timedelta(days=185)
        assert outcome.needed_pence is None

    def test_a_wage_that_the_rates_lack_cannot_be_guessed(self) -> None:
        outcome = higher(weekly(50_000, 40), wage=lambda series, on: None)
        assert outcome.state is OutcomeState.CANNOT_SAY

    def test_a_rule_that_is_not_known_cannot_be_guessed(self) -> None:
        odd = replace(POLICY, rate_rule="by_the_moon")
        assert higher(weekly(50_000, 40), policy=odd).state is OutcomeState.CANNOT_SAY

    def test_without_a_policy_nothing_is_said_of_thresholds(self) -> None:
        assert higher(weekly(50_000, 40), policy=None).state is OutcomeState.CANNOT_SAY

    def test_the_lower_threshold_is_unknown_until_somebody_sets_it(self) -> None:
        found = outcomes_of(placements=[job()], earnings=weekly(50_000, 40), on=FAR, policy=POLICY)
        lower = next(each for each in found if each.kind is OutcomeKind.LOWER_THRESHOLD)
        assert (lower.state, lower.missing) == (OutcomeState.CANNOT_SAY, "Nobody has set this threshold.")

    def test_a_lower_threshold_that_is_set_is_reached(self) -> None:
        # 8 h x 26 weeks x 12.71 = 2,643.68, which 228.78 a week reaches in 11.56 weeks: on day 81.
        lower = replace(POLICY.lower, hours_per_week=8.0, weeks=26.0)
        policy = replace(POLICY, lower=lower)
        found = outcomes_of(placements=[job()], earnings=weekly(22_878, 26), on=FAR, policy=policy)
        outcome = next(each for each in found if each.kind is OutcomeKind.LOWER_THRESHOLD)
        assert (outcome.needed_pence, outcome.reached_on) == (264_368, START + timedelta(days=80))


WEEKS_13 = START + timedelta(weeks=13)
WEEKS_26 = START + timedelta(weeks=26)
SAME_13, SAME_26 = OutcomeKind.SAME_JOB_13_WEEKS, OutcomeKind.SAME_JOB_26_WEEKS
ANY_26 = OutcomeKind.ANY_JOB_26_WEEKS


def met(on: date, *, still_in_work: bool = True) -> CheckIn:
    return CheckIn(on=on, still_in_work=still_in_work)


class TestTimeInWork:
    @pytest.mark.parametrize(
        ("kind", "placement", "on", "state"),
        [
            (SAME_13, job(), WEEKS_13 - timedelta(days=1), "not_yet"),
            # Nobody has looked: the job may have ended, so it is not said that it lasted.
            (SAME_13, job(), WEEKS_13 + timedelta(weeks=20), "not_yet"),
            (SAME_13, job(check_ins=(met(WEEKS_13),)), FAR, "reached"),
            (SAME_13, job(check_ins=(met(WEEKS_13 - timedelta(days=1)),)), FAR, "not_yet"),
            (SAME_13, job(ended_on=WEEKS_13), FAR, "reached"),
            (SAME_13, job(ended_on=WEEKS_13 - timedelta(days=1)), FAR, "not_reached"),
            # It ended early, which is known before the thirteen weeks are over.
            (SAME_13, job(ended_on=START + timedelta(days=3)), START + timedelta(days=10), "not_reached"),
            (SAME_26, job(ended_on=WEEKS_13), FAR, "not_reached"),
            (SAME_26, job(check_ins=(met(WEEKS_26),)), FAR, "reached"),
            # Gone by a check-in, but nobody knows since when.
            (SAME_13, job(check_ins=(met(FAR, still_in_work=False),)), FAR, "cannot_say"),
            (SAME_13, job(check_ins=(met(START + timedelta(days=9), still_in_work=False),)), FAR, "not_reached"),
            (ANY_26, job(ended_on=WEEKS_13), WEEKS_13 + timedelta(weeks=1), "not_yet"),
            (ANY_26, job(ended_on=WEEKS_13), FAR, "not_reached"),
        ],
    )
    def test_one_job(self, kind: OutcomeKind, placement: Placement, on: date, state: str) -> None:
        assert state_of(kind, placement, on=on) == state

    def test_paid_days_show_that_somebody_is_in_work(self) -> None:
        assert state_of(SAME_13, job(), earnings=weekly(20_000, 14)) == "reached"

    def test_nothing_is_shown_by_a_payslip_of_nought(self) -> None:
        assert state_of(SAME_13, job(), earnings=weekly(0, 14)) == "not_yet"

    def test_another_job_counts_for_any_job_and_not_for_the_same(self) -> None:
        first = job(ended_on=WEEKS_13)
        second = job("two", WEEKS_13 + timedelta(days=1), ended_on=WEEKS_26 + timedelta(days=1))
        assert state_of(ANY_26, first, second) == "reached"
        assert state_of(SAME_26, first, second) == "not_reached"

    def test_a_start_is_reached_on_its_day(self) -> None:
        assert state_of(OutcomeKind.JOB_START, job(), on=START) == "reached"
        assert state_of(OutcomeKind.JOB_START, job(), on=START - timedelta(days=1)) == "not_yet"

    def test_nobody_without_a_job_has_an_outcome(self) -> None:
        assert outcomes_of(placements=[], earnings=[], on=FAR, policy=POLICY) == ()


# Laws

DAYS = st.integers(min_value=0, max_value=500)


@st.composite
def periods(draw: st.DrawFn) -> Earnings:
    from_on = START + timedelta(days=draw(DAYS))
    return Earnings(
        placement_id=draw(st.sampled_from(["one", "two"])),
        from_on=from_on,
        to_on=from_on + timedelta(days=draw(st.integers(0, 60))),
        gross_pence=draw(st.integers(0, 400_000)),
        source=draw(st.sampled_from(list(EarningsSource))),
        verified=draw(st.booleans()),
    )


@st.composite
def jobs(draw: st.DrawFn) -> tuple[Placement, ...]:
    def one(placement_id: str) -> Placement:
        started_on = START + timedelta(days=draw(DAYS))
        lasted = draw(st.none() | DAYS)
        looks = draw(st.lists(st.tuples(DAYS, st.booleans()), max_size=3))
        return Placement(
            placement_id=placement_id,
            started_on=started_on,
            ended_on=None if lasted is None else started_on + timedelta(days=lasted),
            check_ins=tuple(CheckIn(on=started_on + timedelta(days=day), still_in_work=still) for day, still in looks),
        )

    return one("one"), one("two")


POLICIES = st.builds(
    lambda summed, cumulative, rule: replace(POLICY, sum_jobs=summed, cumulative=cumulative, rate_rule=rule),
    st.booleans(),
    st.booleans(),
    st.sampled_from(["job_start", "when_earned"]),
)


@given(placements=jobs(), earnings=st.lists(periods(), max_size=6), more=periods(), on=DAYS, policy=POLICIES)
def test_more_earnings_never_take_an_outcome_back_or_move_it_later(
    placements: tuple[Placement, ...], earnings: list[Earnings], more: Earnings, on: int, policy: OutcomePolicy
) -> None:
    day = START + timedelta(days=on)
    before = outcomes_of(placements=placements, earnings=earnings, on=day, policy=policy)
    after = outcomes_of(placements=placements, earnings=[*earnings, more], on=day, policy=policy)
    for old, new in zip(before, after, strict=True):
        if old.state is OutcomeState.REACHED:
            assert new.state is OutcomeState.REACHED
            assert new.reached_on is not None and old.reached_on is not None  # noqa: PT018 - for the type checker
            assert new.reached_on <= old.reached_on
            assert new.verified or not old.verified


@given(placements=jobs(), earnings=st.lists(periods(), max_size=6), on=DAYS, later=DAYS, policy=POLICIES)
def test_what_was_reached_stays_reached_on_its_day_as_time_passes(
    placements: tuple[Placement, ...], earnings: list[Earnings], on: int, later: int, policy: OutcomePolicy
) -> None:
    # What will be recorded is not known on the day, so only facts up to the day are looked at.
    day = START + timedelta(days=on)
    known = tuple(
        replace(each, check_ins=tuple(look for look in each.check_ins if look.on <= day), ended_on=None)
        for each in placements
    )
    before = outcomes_of(placements=known, earnings=earnings, on=day, policy=policy)
    after = outcomes_of(placements=known, earnings=earnings, on=day + timedelta(days=later), policy=policy)
    for old, new in zip(before, after, strict=True):
        if old.state is OutcomeState.REACHED:
            assert (new.state, new.reached_on) == (old.state, old.reached_on)


@given(earnings=st.lists(periods(), max_size=6), on=DAYS, seed=st.randoms())
def test_the_order_of_records_does_not_matter(earnings: list[Earnings], on: int, seed: object) -> None:
    shuffled = sorted(earnings, key=lambda _: seed.random())  # type: ignore[attr-defined]
    day = START + timedelta(days=on)
    placements = (job(), job("two", START + timedelta(days=30)))
    assert outcomes_of(placements=placements, earnings=earnings, on=day, policy=POLICY) == outcomes_of(
        placements=tuple(reversed(placements)), earnings=shuffled, on=day, policy=POLICY
    )
