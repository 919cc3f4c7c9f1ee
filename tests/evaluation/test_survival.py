"""Survival: worked by hand, held against plain loops in fractions and against statsmodels."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.estimates import Estimate
from evaluation.metrics.survival import (
    LogRank,
    cumulative_incidence,
    kaplan_meier,
    log_rank,
    restricted_mean,
)
from evaluation.tables import Unsaid

# Ten jobs: weeks seen, and whether they ended then. Ends and censoring share weeks 4 and 9.
WEEKS = [2, 4, 4, 4, 6, 9, 9, 9, 12, 15]
ENDED = [1, 1, 1, 0, 0, 1, 0, 1, 0, 1]

JOBS = st.lists(st.tuples(st.integers(1, 12), st.booleans(), st.integers(0, 6)), min_size=1, max_size=30)
CAUSES = st.lists(st.tuples(st.integers(1, 12), st.integers(-1, 2), st.integers(0, 6)), min_size=1, max_size=30)


def said(estimate: Estimate | Unsaid) -> Estimate:
    assert isinstance(estimate, Estimate)
    return estimate


# By hand


def test_kaplan_meier_worked_by_hand():
    curve = kaplan_meier(WEEKS, ENDED)
    assert curve.times.tolist() == [2, 4, 9, 15]
    assert curve.at_risk.tolist() == [10, 9, 5, 1]
    assert curve.events.tolist() == [1, 2, 2, 1]
    assert curve.survival == pytest.approx([9 / 10, 9 / 10 * 7 / 9, 7 / 10 * 3 / 5, 0])


def test_the_interval_is_log_log_with_greenwoods_variance():
    at_nine = said(kaplan_meier(WEEKS, ENDED).at(10))
    variance = 1 / (10 * 9) + 2 / (9 * 7) + 2 / (5 * 3)
    reach = 1.959963984540054 * math.sqrt(variance) / abs(math.log(0.42))
    assert at_nine.value == pytest.approx(0.42)
    assert at_nine.standard_error == pytest.approx(0.42 * math.sqrt(variance))
    assert (at_nine.low, at_nine.high) == pytest.approx((0.42 ** math.exp(reach), 0.42 ** math.exp(-reach)))


def test_a_job_that_ends_on_the_day_has_lasted_so_long():
    curve = kaplan_meier(WEEKS, ENDED)
    assert said(curve.at(4.1)).value == pytest.approx(0.7)
    assert said(curve.at(9)).value == pytest.approx(0.7)
    assert said(curve.at(9.1)).value == pytest.approx(0.42)
    assert said(curve.at(15)).value == pytest.approx(0.42)
    assert [said(curve.at(week)).count for week in (0, 9)] == [10, 10]


def test_where_nobody_was_followed_for_so_long_nothing_is_said():
    curve = kaplan_meier([3, 5, 8], [True, True, False])
    assert said(curve.at(8)).value == pytest.approx(1 / 3)
    assert curve.at(8.1) == Unsaid(why="None has been followed for 8.1 weeks.")


def test_when_every_job_has_ended_the_share_is_nought_from_then_on():
    curve = kaplan_meier([3, 5, 8], [True, True, True])
    at_the_end = said(curve.at(100))
    assert (at_the_end.value, at_the_end.low) == (0, 0)
    assert 0 < at_the_end.high < 1


def test_when_no_job_has_ended_the_interval_still_has_width():
    curve = kaplan_meier([20] * 10, [False] * 10)
    estimate = said(curve.at(13))
    assert estimate.value == estimate.high == 1
    assert estimate.low == pytest.approx(10 / (10 + 1.959963984540054**2))  # Wilson's for ten of ten
    assert len(curve.times) == 0
    assert isinstance(curve.at(21), Unsaid)


def test_of_no_jobs_nothing_is_said():
    assert isinstance(kaplan_meier([], []).at(0), Unsaid)
    assert isinstance(kaplan_meier([], []).median(), Unsaid)
    assert isinstance(restricted_mean([], []), Unsaid)
    assert isinstance(log_rank([], [], []), Unsaid)
    assert cumulative_incidence([], []) == {}


def test_the_median_worked_by_hand():
    median = said(kaplan_meier(WEEKS, ENDED).median())
    assert median.value == 9
    assert median.low <= 9 <= median.high
    assert isinstance(kaplan_meier([1, 2, 3, 4], [1, 0, 0, 0]).median(), Unsaid)


def test_cumulative_incidence_worked_by_hand():
    # Causes 0 and 1; the third job still runs at week 2, the last at week 5.
    shares = cumulative_incidence([1, 2, 2, 3, 5], [0, 1, -1, 0, -1])
    assert said(shares[0].at(3)).value == pytest.approx(1 / 5)
    assert said(shares[0].at(4)).value == pytest.approx(1 / 5 + 3 / 5 * 1 / 2)
    assert said(shares[1].at(4)).value == pytest.approx(4 / 5 * 1 / 4)
    assert said(shares[0].at(1)).value == 0
    assert isinstance(shares[0].at(6), Unsaid)


def test_the_restricted_mean_worked_by_hand():
    # 1 up to week 2, then 0.9 to 4, 0.7 to 9 and 0.42 to 12.
    assert said(restricted_mean(WEEKS, ENDED, 12)).value == pytest.approx(2 + 0.9 * 2 + 0.7 * 5 + 0.42 * 3)
    assert isinstance(restricted_mean([5, 8], [True, False], 12), Unsaid)


def test_log_rank_worked_by_hand():
    # Group a ends at 1 and 2, group b at 2 and runs to 3: one of two at risk among four, then one of three twice.
    found = log_rank([1, 2, 2, 3], [1, 1, 1, 0], ["a", "a", "b", "b"])
    surplus = 2 - (2 / 4 + 2 * 1 / 3)
    variance = 1 / 4 + 2 * (1 / 3) * (2 / 3) * (3 - 2) / (3 - 1)
    assert isinstance(found, LogRank)
    assert found.statistic == pytest.approx(surplus**2 / variance)
    assert found.p == pytest.approx(math.erfc(math.sqrt(found.statistic / 2)))


def test_log_rank_has_nothing_to_say_of_one_group_or_without_an_end():
    assert isinstance(log_rank([1, 2], [1, 1], [0, 0]), Unsaid)
    assert isinstance(log_rank([1, 2], [0, 0], [0, 1]), Unsaid)
    assert isinstance(log_rank([5, 5, 3], [1, 0, 0], [0, 0, 1]), Unsaid)  # the other group had left by then


@pytest.mark.parametrize("weeks", [[-1.0], [math.nan], [math.inf]])
def test_weeks_that_are_no_weeks_are_refused(weeks: list[float]):
    with pytest.raises(ValueError, match="weeks"):
        kaplan_meier(weeks, [True])


# Held against plain loops


def plain_curve(weeks: Sequence[int], ended: Sequence[bool], at: float) -> Fraction:
    share = Fraction(1)
    for time in sorted(set(weeks)):
        if time < at:
            at_risk = sum(each >= time for each in weeks)
            share *= 1 - Fraction(sum(each == time and end for each, end in zip(weeks, ended, strict=True)), at_risk)
    return share


def plain_incidence(weeks: Sequence[int], causes: Sequence[int], cause: int, at: float) -> Fraction:
    total, left = Fraction(0), Fraction(1)
    for time in sorted(set(weeks)):
        if time < at:
            at_risk = sum(each >= time for each in weeks)
            ends = [why for each, why in zip(weeks, causes, strict=True) if each == time and why >= 0]
            total += left * Fraction(ends.count(cause), at_risk)
            left *= 1 - Fraction(len(ends), at_risk)
    return total


def plain_log_variance(weeks: Sequence[int], ended: Sequence[bool], people: Sequence[int], at: float) -> Fraction:
    """Each job's share in the logarithm of the curve, summed by person, squared."""
    by_person: dict[int, Fraction] = dict.fromkeys(people, Fraction(0))
    for time in sorted(set(weeks)):
        at_risk = sum(each >= time for each in weeks)
        ends = sum(each == time and end for each, end in zip(weeks, ended, strict=True))
        if time >= at or at_risk == ends:
            continue
        for each, end, person in zip(weeks, ended, people, strict=True):
            if each >= time:
                own = int(each == time and end)
                by_person[person] -= (own - Fraction(ends, at_risk)) / (at_risk - ends)
    return sum((each**2 for each in by_person.values()), Fraction(0))


@given(JOBS)
def test_kaplan_meier_equals_plain_loops(jobs: list[tuple[int, bool, int]]):
    weeks, ended, people = zip(*jobs, strict=True)
    curve = kaplan_meier(weeks, ended, people)
    for time in range(14):
        found, share = curve.at(time), plain_curve(weeks, ended, time)
        if time > max(weeks) and share > 0:
            assert isinstance(found, Unsaid)
            continue
        assert said(found).value == pytest.approx(float(share), abs=1e-9)
        assert said(found).low <= said(found).value + 1e-12 <= said(found).high + 2e-12
        error = float(share) * math.sqrt(plain_log_variance(weeks, ended, people, time))
        assert said(found).standard_error == pytest.approx(error, abs=1e-6)


@given(JOBS)
def test_with_one_job_a_person_the_variance_is_greenwoods(jobs: list[tuple[int, bool, int]]):
    weeks, ended, _ = zip(*jobs, strict=True)
    alone, numbered = kaplan_meier(weeks, ended), kaplan_meier(weeks, ended, range(len(weeks)))
    assert alone.standard_error.tolist() == numbered.standard_error.tolist()
    variance = 0.0
    for time, at_risk, ends, error in zip(alone.times, alone.at_risk, alone.events, alone.standard_error, strict=True):
        if at_risk > ends:
            variance += ends / (at_risk * (at_risk - ends))
            share = float(plain_curve(weeks, ended, time + 0.5))
            assert error == pytest.approx(share * math.sqrt(variance), abs=1e-9)


def test_jobs_of_one_person_that_end_alike_widen_the_interval():
    weeks, ended = np.arange(1, 41), np.arange(40) % 3 > 0
    alone = said(kaplan_meier(weeks, ended).at(20))
    doubled = said(kaplan_meier(np.repeat(weeks, 2), np.repeat(ended, 2), np.repeat(np.arange(40), 2)).at(20))
    pretended = said(kaplan_meier(np.repeat(weeks, 2), np.repeat(ended, 2)).at(20))
    assert doubled.standard_error == pytest.approx(alone.standard_error, rel=0.03)
    assert pretended.standard_error == pytest.approx((alone.standard_error or 0) / math.sqrt(2), rel=0.03)


@given(CAUSES)
def test_cumulative_incidence_equals_plain_loops(jobs: list[tuple[int, int, int]]):
    weeks, causes, people = zip(*jobs, strict=True)
    for cause, incidence in cumulative_incidence(weeks, causes, people).items():
        for time in range(max(weeks) + 1):
            found = said(incidence.at(time))
            assert found.value == pytest.approx(float(plain_incidence(weeks, causes, cause, time)), abs=1e-9)
            assert found.low <= found.value + 1e-12 <= found.high + 2e-12


@given(CAUSES)
def test_the_causes_and_those_who_are_left_make_up_the_whole(jobs: list[tuple[int, int, int]]):
    weeks, causes, _ = zip(*jobs, strict=True)
    time = max(weeks)
    left = said(kaplan_meier(weeks, np.array(causes) >= 0).at(time)).value
    shares = [said(each.at(time)).value for each in cumulative_incidence(weeks, causes).values()]
    assert sum(shares) + left == pytest.approx(1)


@given(JOBS, st.integers(1, 12))
def test_the_restricted_mean_equals_the_area_under_plain_loops(jobs: list[tuple[int, bool, int]], up_to: int):
    weeks, ended, people = zip(*jobs, strict=True)
    found = restricted_mean(weeks, ended, up_to, people)
    if max(weeks) < up_to and plain_curve(weeks, ended, up_to) > 0:
        assert isinstance(found, Unsaid)
    else:
        area = sum((plain_curve(weeks, ended, week + 1) for week in range(up_to)), Fraction(0))
        assert said(found).value == pytest.approx(float(area), abs=1e-9)


# Held against statsmodels


def random_jobs(seed: int, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    chance = np.random.default_rng(seed)
    return chance.integers(1, 200, count) / 7, chance.integers(-1, 4, count), chance.integers(0, count // 2, count)


@pytest.mark.filterwarnings("ignore::RuntimeWarning:statsmodels.*")
@pytest.mark.parametrize("seed", range(5))
def test_curves_and_their_errors_equal_statsmodels(seed: int):
    from statsmodels.duration.survfunc import CumIncidenceRight, SurvfuncRight

    weeks, cause, _ = random_jobs(seed, 400)
    curve, other = kaplan_meier(weeks, cause >= 0), SurvfuncRight(weeks, (cause >= 0).astype(int))
    assert curve.survival == pytest.approx(other.surv_prob, abs=1e-9)
    assert curve.standard_error[:-1] == pytest.approx(other.surv_prob_se[:-1], abs=1e-9)
    shares, others = cumulative_incidence(weeks, cause), CumIncidenceRight(weeks, cause + 1)
    for number, incidence in shares.items():
        assert incidence.share == pytest.approx(others.cinc[number], abs=1e-9)
        errors = np.array([said(incidence.at(time + 1e-9)).standard_error for time in incidence.times[:-1]])
        assert errors == pytest.approx(others.cinc_se[number][:-1], abs=1e-6)  # the last one is not defined


@pytest.mark.parametrize("groups", [2, 4])
def test_log_rank_equals_statsmodels(groups: int):
    from statsmodels.duration.survfunc import survdiff

    for seed in range(10):
        weeks, cause, _ = random_jobs(seed, 300)
        group = np.random.default_rng(seed + 100).integers(0, groups, 300)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            expected = survdiff(weeks, (cause >= 0).astype(int), group)
        assert log_rank(weeks, cause >= 0, group) == pytest.approx(expected, abs=1e-6)


# Several jobs of one person


def jackknifed_error(figures: list[float]) -> float:
    return math.sqrt((len(figures) - 1) * float(np.var(figures)))


def test_errors_by_person_come_near_to_leaving_out_each_person_in_turn():
    weeks, cause, people = random_jobs(7, 400)
    of_one = cause == 2

    def figures(kept: np.ndarray) -> tuple[float, float, float]:
        return (
            said(kaplan_meier(weeks[kept], cause[kept] >= 0).at(10)).value,
            said(cumulative_incidence(weeks[kept], cause[kept])[2].at(10)).value,
            said(restricted_mean(weeks[kept], cause[kept] >= 0, 10)).value,
        )

    assert of_one.any()
    left_out = [figures(people != person) for person in np.unique(people)]
    errors = [jackknifed_error([line[figure] for line in left_out]) for figure in range(3)]
    found = (
        kaplan_meier(weeks, cause >= 0, people).at(10),
        cumulative_incidence(weeks, cause, people)[2].at(10),
        restricted_mean(weeks, cause >= 0, 10, people),
    )
    assert [said(each).standard_error for each in found] == pytest.approx(errors, rel=0.02)


@settings(deadline=None)
@given(st.integers(0, 3))
def test_intervals_cover_the_truth_about_as_often_as_they_say(seed: int):
    """A thousand small studies at once would be slow; two hundred tell a wrong variance from a right one."""
    chance = np.random.default_rng(seed)
    inside = 0
    for _ in range(200):
        temper = np.repeat(chance.exponential(size=40), 2)  # both jobs of a person fare alike
        lasts, watched = chance.exponential(size=80) * 30 * temper, chance.uniform(10, 60, size=80)
        found = said(kaplan_meier(np.minimum(lasts, watched), lasts <= watched, np.repeat(np.arange(40), 2)).at(9))
        inside += found.low <= TRUE_SHARE <= found.high
    assert 0.90 <= inside / 200 <= 0.99


#: The mean of exp(-9 / (30 x temper)) over an exponential temper, summed over its quantiles.
_QUANTILES = -np.log1p(-(np.arange(1_000_000) + 0.5) / 1_000_000)
TRUE_SHARE = float(np.exp(-0.3 / _QUANTILES).mean())


def test_log_rank_by_person_keeps_its_word_where_jobs_of_one_person_fare_alike():
    chance = np.random.default_rng(3)
    below, naive = 0, 0
    people = np.repeat(np.arange(40), 4)
    group = people % 2
    for _ in range(300):
        weeks = chance.exponential(size=160) * np.repeat(chance.gamma(1.0, size=40) + 0.05, 4)
        by_person, by_job = log_rank(weeks, [True] * 160, group, people), log_rank(weeks, [True] * 160, group)
        assert isinstance(by_person, LogRank)
        assert isinstance(by_job, LogRank)
        below += by_person.p < 0.05
        naive += by_job.p < 0.05
    assert below / 300 <= 0.09
    assert naive / 300 >= 0.12


def test_a_hundred_thousand_jobs_take_less_than_a_second():
    import time

    weeks, cause, people = random_jobs(1, 100_000)
    began = time.process_time()
    kaplan_meier(weeks, cause >= 0, people)
    log_rank(weeks, cause >= 0, people % 12, people)
    assert time.process_time() - began < 1
