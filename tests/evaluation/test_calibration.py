"""Calibration: worked by hand, held against plain loops and statsmodels, and true on a world with a known chance."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.estimates import Estimate
from evaluation.metrics.calibration import brier_at, integrated_brier, known_at, recalibration, reliability
from evaluation.tables import Unsaid


def said(estimate: Estimate | Unsaid) -> Estimate:
    assert isinstance(estimate, Estimate)
    return estimate


def test_the_brier_score_worked_by_hand():
    # One of four goes out of sight at 5 weeks, when three were at risk of it; so who is seen later counts 3/2.
    weeks, ended, predicted = [3, 5, 8, 20], [True, False, True, False], [0.4, 0.9, 0.5, 0.8]
    assert known_at(weeks, ended, 13).weight.tolist() == pytest.approx([1, 0, 1.5, 1.5])
    assert said(brier_at(predicted, weeks, ended, 13)).value == pytest.approx(
        (0.4**2 + 1.5 * 0.5**2 + 1.5 * (1 - 0.8) ** 2) / 4
    )


def test_who_ends_on_the_day_on_which_another_goes_out_of_sight_was_still_in_sight():
    assert known_at([5, 5, 20], [True, False, False], 13).weight.tolist() == pytest.approx([1, 0, 2])


def test_a_job_that_ends_on_the_day_has_lasted():
    assert known_at([13.0, 12.9], [True, True], 13).lasted.tolist() == [True, False]


def test_where_nobody_was_followed_for_so_long_nothing_is_said():
    assert isinstance(brier_at([0.5, 0.5], [3, 5], [True, False], 13), Unsaid)
    assert isinstance(brier_at([], [], [], 13), Unsaid)
    assert reliability([], [], [], 13) == ()


JOBS = st.lists(
    st.tuples(st.integers(0, 30), st.booleans(), st.integers(0, 10).map(lambda tenth: tenth / 10)),
    min_size=1,
    max_size=25,
)


def plain_in_sight(weeks: Sequence[int], ended: Sequence[bool], before: float) -> float:
    """The chance of being in sight just before a time."""
    chance = 1.0
    for time in sorted(set(weeks)):
        if time < before:
            lost = sum(seen == time and not end for seen, end in zip(weeks, ended, strict=True))
            at_risk = sum(seen > time or (seen == time and not end) for seen, end in zip(weeks, ended, strict=True))
            chance *= 1 - lost / at_risk if lost else 1
    return chance


@given(JOBS, st.integers(1, 25))
def test_the_brier_score_equals_plain_loops(jobs: list[tuple[int, bool, float]], at: int):
    weeks, ended, predicted = zip(*jobs, strict=True)
    total = 0.0
    for seen, end, chance in jobs:
        if seen >= at:
            total += (1 - chance) ** 2 / plain_in_sight(weeks, ended, at)
        elif end:
            total += chance**2 / plain_in_sight(weeks, ended, seen)
    found = brier_at(predicted, weeks, ended, at)
    if max(weeks) < at:
        assert isinstance(found, Unsaid)
    else:
        assert said(found).value == pytest.approx(total / len(jobs), abs=1e-9)


@given(JOBS, st.integers(1, 25))
def test_when_every_end_is_known_it_is_the_plain_brier_score(jobs: list[tuple[int, bool, float]], at: int):
    weeks, _, predicted = (np.array(column) for column in zip(*jobs, strict=True))
    found = brier_at(predicted, weeks, np.ones(len(weeks), bool), at)
    if isinstance(found, Estimate):
        assert found.value == pytest.approx(((weeks >= at) - predicted) @ ((weeks >= at) - predicted) / len(weeks))


def test_averaged_over_time_it_is_the_trapezoid_between_times():
    weeks, ended = [3, 9, 30, 30], [True, True, False, False]
    lines = [[0.8, 0.6, 0.9, 0.7], [0.5, 0.5, 0.8, 0.6], [0.2, 0.3, 0.7, 0.4]]
    at = [said(brier_at(line, weeks, ended, time)).value for line, time in zip(lines, (4, 8, 26), strict=True)]
    found = said(integrated_brier(lines, weeks, ended, (4, 8, 26)))
    assert found.value == pytest.approx(((at[0] + at[1]) / 2 * 4 + (at[1] + at[2]) / 2 * 18) / 22)
    with pytest.raises(ValueError, match="two times"):
        integrated_brier(lines[:1], weeks, ended, (4,))


def a_world(count: int, seed: int = 2) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """True chances of lasting 26 weeks, how long each job was seen, and whether it ended."""
    chance = np.random.default_rng(seed)
    true = chance.beta(3, 3, size=count)
    lasts = np.where(chance.random(count) < true, 40.0, chance.integers(1, 26, count))
    watched = chance.integers(5, 60, count)
    return true, np.minimum(lasts, watched), lasts <= watched


def test_true_chances_lie_on_the_line_and_stretched_ones_do_not():
    true, weeks, ended = a_world(6000)
    found = recalibration(true, weeks, ended, 26)
    assert not isinstance(found, Unsaid)
    assert found.slope.low < 1 < found.slope.high
    assert found.intercept.low < 0 < found.intercept.high
    assert found.in_the_large.low < 0 < found.in_the_large.high
    odds = 2 * np.log(true / (1 - true)) - 1
    stretched = recalibration(1 / (1 + np.exp(-odds)), weeks, ended, 26)
    assert not isinstance(stretched, Unsaid)
    assert stretched.slope.low < 0.5 < stretched.slope.high
    assert stretched.slope.high < 1
    assert stretched.in_the_large.low > 0


@pytest.mark.filterwarnings("ignore:cov_type not fully supported with var_weights")
def test_slope_and_intercept_equal_statsmodels_with_variances_by_person():
    import statsmodels.api as sm

    true, weeks, ended = a_world(500)
    people = np.arange(500) // 2
    found, known = recalibration(true, weeks, ended, 26, people), known_at(weeks, ended, 26)
    assert not isinstance(found, Unsaid)
    used = known.weight > 0
    features = sm.add_constant(np.log(true / (1 - true))[used])
    fit = sm.GLM(
        known.lasted[used].astype(float), features, family=sm.families.Binomial(), var_weights=known.weight[used]
    ).fit(cov_type="cluster", cov_kwds={"groups": people[used], "use_correction": False}, tol=1e-12)
    assert (found.intercept.value, found.slope.value) == pytest.approx(tuple(fit.params), abs=1e-6)
    errors = (found.intercept.standard_error, found.slope.standard_error)
    assert errors == pytest.approx(tuple(fit.bse), abs=1e-6)


@pytest.mark.parametrize(
    ("predicted", "lasted"),
    [([0.5] * 4, [1, 0, 1, 0]), ([0.1, 0.2, 0.8, 0.9], [1, 1, 1, 1]), ([0.1, 0.2, 0.8, 0.9], [0, 0, 1, 1])],
)
def test_a_line_without_bounds_is_not_said(predicted: list[float], lasted: list[int]):
    weeks = [30 if each else 3 for each in lasted]
    assert isinstance(recalibration(predicted, weeks, [not each for each in lasted], 26), Unsaid)


def test_tenths_hold_about_as_many_jobs_and_true_chances_come_true():
    true, weeks, ended = a_world(5000)
    tenths = reliability(true, weeks, ended, 26)
    assert len(tenths) == 10
    assert all(495 <= each.jobs <= 505 for each in tenths)
    inside = [said(each.observed).low <= each.predicted <= said(each.observed).high for each in tenths]
    assert sum(inside) >= 8
    assert all(low.highest <= high.lowest for low, high in pairwise(tenths))


def test_jobs_of_one_chance_stay_together():
    tenths = reliability([0.3] * 20 + [0.7] * 10, [30] * 30, [False] * 30, 26)
    assert [(each.lowest, each.highest, each.jobs) for each in tenths] == [(0.3, 0.3, 20), (0.7, 0.7, 10)]
