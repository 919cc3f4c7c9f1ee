"""The evaluation finds what is true of simulated years: a small part of `python -m benchmarks.truth`.

Seeds are fixed. Bounds are such that a right evaluation would miss them for one set of seeds in thousands.
"""

from __future__ import annotations

from functools import cache, partial

import numpy as np
import pytest
from scipy.stats import binom

from benchmarks.truth.gates import GATES, gates_of_year
from benchmarks.truth.groups import check_groups, groups_of_year
from benchmarks.truth.lasting import check_lasting, lasting_of_year
from benchmarks.truth.policy import (
    ESTIMATORS,
    POLICY_METHOD,
    POLICY_WORLD,
    agreeing_mean,
    check_policy,
    policy_of_year,
)
from benchmarks.truth.years import Figures, run_years, simulated_year
from evaluation.methods import named
from evaluation.off_policy.placing import pages_of
from evaluation.simulation import Effects, Reward, true_rates

YEARS = 50
PARTICIPANTS = 300
POLICY_YEARS = 16
POLICY_PARTICIPANTS = 450  # enough for every gate to stay open: to leave years out would itself be a bias
GROUP_YEARS = 20
ONCE_IN = 1e-4


@cache
def lasting_years() -> list[Figures]:
    one = partial(lasting_of_year, effects=Effects(), participants=PARTICIPANTS, months=18)
    return run_years(one, years=YEARS)


@cache
def policy_years() -> list[Figures]:
    effects = Effects(**POLICY_WORLD)
    one = partial(policy_of_year, effects=effects, participants=POLICY_PARTICIPANTS, months=18, resamples=20)
    return run_years(one, years=POLICY_YEARS)


@cache
def group_years(gap: float) -> list[Figures]:
    one = partial(groups_of_year, effects=Effects(group_gap=gap), participants=PARTICIPANTS, months=24, whole=False)
    return run_years(one, years=GROUP_YEARS)


@pytest.mark.parametrize("weeks", [13, 26])
def test_intervals_of_what_lasts_hold_the_truth_as_often_as_they_say(weeks: int):
    truth = true_rates(months=18, effects=Effects(), seed=1, participants=5000).lasting[weeks].value
    told = lasting_years()

    held = sum(year[f"curve {weeks} low"] <= truth <= year[f"curve {weeks} high"] for year in told)

    assert held >= binom.ppf(ONCE_IN, YEARS, 0.95)


@pytest.mark.parametrize("weeks", [13, 26])
def test_rates_of_what_lasts_are_unbiased(weeks: int):
    truth = true_rates(months=18, effects=Effects(), seed=1, participants=5000).lasting[weeks].value
    found = np.array([year[f"curve {weeks} value"] for year in lasting_years()])

    assert abs(found.mean() - truth) < 4 * found.std() / np.sqrt(YEARS)


@pytest.mark.parametrize("name", ["weighted", "self_normalised", "doubly_robust"])
def test_estimates_that_use_the_propensities_are_unbiased(name: str):
    off = np.array([year[name] - year["truth"] for year in policy_years()])

    assert abs(off.mean()) < 3.5 * off.std(ddof=1) / np.sqrt(len(off))


def test_an_average_of_what_the_log_happened_to_do_is_biased():
    """Without the noise of outcomes: the chance of each entry stands in place of what came of it."""
    made, history = simulated_year(1, effects=Effects(**POLICY_WORLD), participants=3000, months=12)
    pages = pages_of(history)
    placing = named(POLICY_METHOD).placing(history, pages)
    everywhere = np.ones(pages.lists, np.bool_)
    chance = made.chances.expected(Reward.START, made.world.entries.position)
    look = made.chances.look_between(placing.first, placing.places)

    truth = made.values(Reward.START, look).mean()

    assert agreeing_mean(pages, placing, chance, everywhere) > 1.05 * truth
    assert made.values(Reward.START).mean() < 0.95 * truth  # the mean of the lists as they were


def test_gates_close_where_the_overlap_is_destroyed_and_only_there():
    for year in run_years(partial(gates_of_year, participants=PARTICIPANTS, months=12), years=2):
        assert year == {**dict.fromkeys(GATES, 1.0), "as it was logged": 0.0}


def test_no_difference_between_groups_raises_false_alarms_as_often_as_it_says():
    alarms = sum(year["log-rank"] for year in group_years(1.0))

    assert alarms <= binom.ppf(1 - ONCE_IN, GROUP_YEARS, 0.05)


def test_a_planted_difference_between_groups_is_found():
    found = sum(year["log-rank"] for year in group_years(3.0))

    assert found >= 0.8 * GROUP_YEARS


# -- the benchmark itself: it must miss its goals where an evaluation is wrong -----------------------------------------


def lasting_told(low: float, high: float) -> Figures:
    value = {"value": (low + high) / 2, "low": low, "high": high}
    ways = [(way, weeks) for way in ("curve", "cohort") for weeks in (13, 26)]
    return {f"{way} {weeks} {name}": each for way, weeks in ways for name, each in value.items()}


def test_intervals_that_are_too_narrow_or_too_wide_miss_the_goal():
    truth = {13: 0.5, 26: 0.5}
    right, wrong = lasting_told(0.4, 0.6), lasting_told(0.55, 0.6)

    def reached(held: int) -> bool:
        years = [right] * held + [wrong] * (100 - held)
        return all(goal.reached for goal in check_lasting(years, truth, off=truth).goals)

    assert [reached(held) for held in (92, 93, 97, 98)] == [False, True, True, False]


def test_a_biased_estimate_misses_the_goal():
    def reached(bias: float) -> list[bool]:
        years = [
            {
                "closed": 0.0,
                "truth": 0.1,
                "held": float(number % 20 > 0),
                **dict.fromkeys(ESTIMATORS, 0.2 + noise),
                "doubly_robust": 0.1 + bias + noise,
            }
            for number in range(100)
            if (noise := 0.01 * (-1) ** number)
        ]
        return [goal.reached for goal in check_policy(years).goals if goal.words.startswith("doubly robust")]

    assert reached(0.0) == [True]
    assert reached(0.01) == [False]


def test_alarms_that_come_too_often_and_differences_that_are_missed_miss_the_goal():
    def reached(false: int, found: int) -> list[bool]:
        null, planted = ([{"log-rank": float(number < alarms)} for number in range(100)] for alarms in (false, found))
        return [goal.reached for goal in check_groups(null, planted, months=24).goals]

    assert reached(5, 95) == [True, True]
    assert reached(20, 60) == [False, False]
