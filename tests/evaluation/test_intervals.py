"""Intervals: against figures in print, plain formulas and long runs of chance."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.estimates import Estimate
from evaluation.metrics.intervals import (
    bootstrap,
    bootstrap_mean,
    complement,
    difference,
    mean_of,
    rate_interval,
    ratio,
    share_of,
)
from evaluation.tables import Unsaid


def said(estimate: Estimate | Unsaid) -> Estimate:
    assert isinstance(estimate, Estimate)
    return estimate


# Newcombe (1998), Two-sided confidence intervals for the single proportion, table I, method 3.
@pytest.mark.parametrize(
    ("successes", "count", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilsons_interval_is_as_printed(successes: int, count: int, low: float, high: float):
    estimate = rate_interval(successes, count)
    assert (estimate.low, estimate.high) == pytest.approx((low, high), abs=5e-5)
    assert estimate.count == count


# Newcombe (1998), Interval estimation for the difference between independent proportions, table II, method 10.
@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((10, 10), (0, 10), 0.6075, 1.0),
        ((5, 56), (0, 29), -0.0381, 0.1926),
    ],
)
def test_newcombes_interval_of_a_difference_is_as_printed(
    first: tuple[int, int], second: tuple[int, int], low: float, high: float
):
    found = difference(rate_interval(*first), rate_interval(*second))
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


def test_a_share_of_none_is_refused():
    with pytest.raises(ValueError, match="share"):
        rate_interval(0, 0)


@given(st.integers(0, 50), st.integers(1, 50), st.integers(0, 50), st.integers(1, 50))
def test_the_difference_turned_round_is_the_same_below_nought(a: int, n: int, b: int, m: int):
    first, second = rate_interval(min(a, n), n), rate_interval(min(b, m), m)
    there, back = difference(first, second), difference(second, first)
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low))
    assert -1 <= there.low + 1e-12 <= there.value + 2e-12 <= there.high + 3e-12 <= 1 + 4e-12


def test_the_ratio_worked_by_hand():
    first = Estimate(value=0.6, low=0.5, high=0.7, count=100)
    second = Estimate(value=0.3, low=0.2, high=0.4, count=80)
    found = said(ratio(first, second))
    assert found.value == pytest.approx(2)
    assert found.low == pytest.approx(2 * math.exp(-math.hypot(math.log(0.6 / 0.5), math.log(0.4 / 0.3))))
    assert found.high == pytest.approx(2 * math.exp(math.hypot(math.log(0.7 / 0.6), math.log(0.3 / 0.2))))
    assert found.count == 80


def test_a_ratio_to_nought_is_not_said():
    assert isinstance(ratio(rate_interval(1, 4), rate_interval(0, 4)), Unsaid)


def test_the_complement_turns_value_and_limits_round():
    found = said(complement(rate_interval(3, 10)))
    assert (found.value, found.low, found.high) == pytest.approx(
        (0.7, rate_interval(7, 10).low, rate_interval(7, 10).high)
    )


def test_with_one_row_a_person_a_share_has_wilsons_interval():
    flags = [True] * 7 + [False] * 13
    for people in (None, range(20)):
        found, expected = said(share_of(flags, people)), rate_interval(7, 20)
        assert (found.low, found.high) == pytest.approx((expected.low, expected.high))


def test_rows_that_only_repeat_a_person_are_worth_one():
    flags, people = np.repeat([True] * 7 + [False] * 13, 5), np.repeat(np.arange(20), 5)
    found, expected = said(share_of(flags, people)), rate_interval(7, 20)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))
    assert found.count == 100


def test_the_mean_and_its_error_worked_by_hand():
    found = said(mean_of([1.0, 2.0, 6.0]))
    assert found.value == 3
    assert found.standard_error == pytest.approx(math.sqrt(4 + 1 + 9) / 3)
    assert isinstance(mean_of([1.0]), Unsaid)


def test_drawing_people_again_comes_to_the_error_by_formula():
    chance = np.random.default_rng(5)
    people = chance.integers(0, 300, 1500)
    values = chance.normal(size=1500) + chance.normal(size=300)[people]
    drawn, formula = said(bootstrap_mean(values, people, seed=1)), said(mean_of(values, people))
    assert drawn.standard_error == pytest.approx(formula.standard_error, rel=0.1)
    assert (drawn.low, drawn.high) == pytest.approx((formula.low, formula.high), abs=0.02)


def test_the_same_seed_draws_the_same_people_and_another_seed_others():
    values, people = np.arange(50.0), np.arange(50)
    assert bootstrap_mean(values, people, seed=1) == bootstrap_mean(values, people, seed=1)
    assert bootstrap_mean(values, people, seed=1) != bootstrap_mean(values, people, seed=2)


def test_each_resample_draws_as_many_people_as_there_are():
    seen = []
    bootstrap(lambda drawn: seen.append(drawn) or drawn.sum(axis=1), people=7, seed=1, resamples=20)
    assert all((each.sum(axis=1) == 7).all() for each in seen)
    assert sum(len(each) for each in seen) == 20


def test_resamples_without_a_figure_are_left_out():
    low, high, error = bootstrap(lambda drawn: np.full(len(drawn), np.nan), people=3, seed=1, resamples=5)
    assert math.isnan(low)
    assert math.isnan(high)
    assert math.isnan(error)
