"""Person-periods, the sum of steps, recalibration, intervals and figures, on jobs of a known law."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mapie.calibration import VennAbers
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import roc_auc_score

from evaluation.estimates import Estimate
from evaluation.metrics.censoring import sight_weights
from evaluation.metrics.discrimination import auc
from evaluation.sustain.conformal import interval_table, venn_abers
from evaluation.sustain.features import Placements
from evaluation.sustain.fitting import Fitted, NotEnough, fit
from evaluation.sustain.hazard import decision, outcomes, person_periods, recalibrated
from evaluation.sustain.hazard_steps import PERIOD_ENDS
from evaluation.sustain.validating import WEEKS, integrated_rows
from evaluation.tables import Unsaid
from matching.lasting_features import FEATURES, Feature
from tests.evaluation.made_placements import UNTIL, made_placements


@pytest.fixture(scope="module")
def fitted() -> Fitted:
    found = fit(made_placements(5000, seed=1), seed=1)
    assert isinstance(found, Fitted)
    return found


@pytest.fixture(scope="module")
def fresh() -> Placements:
    """Jobs of the same law that the model has not seen."""
    return made_placements(20_000, seed=2)


# Person-periods


def one_job(*, weeks: float, ended: bool, weeks_ago: int) -> list[tuple[int, bool]]:
    """The periods of one job: up to which week each goes, and whether the job ended in it."""
    job = replace(
        made_placements(1, seed=0),
        started=np.array([np.datetime64(UNTIL, "D") - 7 * weeks_ago]),
        weeks=np.array([weeks]),
        ended=np.array([ended]),
    )
    rows = person_periods(job)
    return [(PERIOD_ENDS[period], bool(end)) for period, end in zip(rows.period, rows.ended, strict=True)]


def test_a_job_counts_for_each_period_up_to_the_one_in_which_it_ends() -> None:
    assert one_job(weeks=5.0, ended=True, weeks_ago=60) == [(2, False), (4, False), (6, True)]


def test_a_job_that_ends_with_a_period_has_lasted_it() -> None:
    assert one_job(weeks=4.0, ended=True, weeks_ago=60) == [(2, False), (4, False), (6, True)]


def test_a_period_that_has_not_wholly_passed_is_left_out_with_its_end() -> None:
    """Of jobs that began five weeks ago, those that ended in the fifth are known and those that will end in the sixth
    are not."""
    assert one_job(weeks=4.5, ended=True, weeks_ago=5) == [(2, False), (4, False)]
    assert one_job(weeks=5.0, ended=False, weeks_ago=5) == [(2, False), (4, False)]


@pytest.mark.parametrize(("weeks", "last"), [(4.9, 4), (5.0, 6)])
def test_a_job_that_went_out_of_sight_counts_for_a_period_if_seen_for_half_of_it(weeks: float, last: int) -> None:
    assert one_job(weeks=weeks, ended=False, weeks_ago=60)[-1] == (last, False)


# The model


def test_the_steps_sum_to_the_estimator_on_jobs_that_neither_has_seen(fitted: Fitted, fresh: Placements) -> None:
    hazard, few = fitted.hazard, fresh.some(np.arange(4000))
    strain, usual = hazard.strain(few.features) / hazard.slope, np.array(hazard.usual)
    added = hazard.by_contract(few.features) / hazard.contract_slope

    for period in range(len(PERIOD_ENDS)):
        told = usual[period] + added[period] + strain
        assert decision(hazard.estimator, few.features, period) == pytest.approx(told, abs=1e-9)


def test_the_engine_and_the_training_tell_the_same(fitted: Fitted, fresh: Placements) -> None:
    in_the_engine = fitted.model(name="made").chances(fresh.features, weeks=26)

    assert fitted.hazard.chances(fresh.features, (26,))[0] == pytest.approx(in_the_engine, abs=1e-7)


def test_what_tells_nothing_counts_for_little_and_what_tells_much_for_much(fitted: Fitted) -> None:
    spread = {step.feature: max(step.effects) - min(step.effects) for step in fitted.hazard.steps}

    assert spread[Feature.PREFERENCES] > 0.6
    assert spread[Feature.TRAVEL] > 0.2
    assert max(spread[each] for each in (Feature.SKILLS, Feature.PAY, Feature.SHIFT, Feature.EVIDENCE)) < 0.15


def test_chances_come_true_on_jobs_that_it_has_not_seen(fitted: Fitted, fresh: Placements) -> None:
    for week, chances in zip((13, 26), fitted.hazard.chances(fresh.features, (13, 26)), strict=True):
        lasted, known, counted = outcomes(fresh, week)
        assert chances[known].mean() == pytest.approx(np.average(lasted[known], weights=counted[known]), abs=0.025)


def test_an_order_without_meaning_cannot_be_recalibrated(fitted: Fitted, fresh: Placements) -> None:
    """Where the model says the contrary of what is so, turning it round is no cure."""
    turned = tuple(replace(step, effects=tuple(-each for each in step.effects)) for step in fitted.hazard.steps)
    assert recalibrated(replace(fitted.hazard, steps=turned), fresh) is None


def test_too_few_ended_jobs_are_not_enough() -> None:
    found = fit(made_placements(300, seed=1), seed=1)

    assert isinstance(found, NotEnough)
    assert "to learn from are fewer than 200" in found.why


def test_the_same_jobs_and_seed_give_the_same_model(fitted: Fitted) -> None:
    again = fit(made_placements(5000, seed=1), seed=1)

    assert isinstance(again, Fitted)
    assert (again.hazard.steps, again.hazard.baseline) == (fitted.hazard.steps, fitted.hazard.baseline)
    assert again.intervals == fitted.intervals


# Intervals


@pytest.fixture(scope="module")
def calibration_jobs() -> tuple[np.ndarray, np.ndarray]:
    lots = np.random.default_rng(5)
    chances = np.round(lots.random(300) * 0.6 + 0.2, 2)
    return chances, lots.random(300) < chances**1.5


def fits(chances: np.ndarray, lasted: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """The two fits of each chance asked about."""
    return venn_abers(chances, lasted, asked, counted=np.ones(len(chances)))


def looked_up(chances: np.ndarray, lasted: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """The two ends of the interval of each chance asked about."""
    table = interval_table(chances, lasted, weeks=26, counted=np.ones(len(chances)))
    place = np.searchsorted(table.starts, np.rint(asked * table.resolution), side="right") - 1
    return np.column_stack([np.array(table.low)[place], np.array(table.high)[place]])


def test_the_fits_are_two_isotonic_ones_with_the_new_job_among_the_others(
    calibration_jobs: tuple[np.ndarray, np.ndarray],
) -> None:
    chances, lasted = calibration_jobs
    asked = np.round(np.linspace(0, 1, 101), 3)

    def fitted_with(chance: float, outcome: int) -> float:
        fit_of = IsotonicRegression().fit(np.append(chances, chance), np.append(lasted, outcome))
        return float(fit_of.predict([chance])[0])

    expected = [[fitted_with(chance, outcome) for outcome in (0, 1)] for chance in asked.tolist()]
    assert fits(chances, lasted, asked) == pytest.approx(np.array(expected), abs=1e-12)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_the_fits_equal_those_of_another_implementation(calibration_jobs: tuple[np.ndarray, np.ndarray]) -> None:
    """Up to the largest chance that calibrates: above it mapie takes the last fit, where the new job stands alone."""
    chances, lasted = calibration_jobs
    asked = np.round(np.linspace(0.1, chances.max(), 71), 3)

    oracle = VennAbers()
    oracle.fit(np.column_stack([1 - chances, chances]), lasted.astype(int))
    _, theirs = oracle.predict_proba(np.column_stack([1 - asked, asked]))

    assert fits(chances, lasted, asked) == pytest.approx(theirs, abs=1e-6)


@settings(max_examples=30)
@given(seed=st.integers(0, 1000), jobs=st.integers(1, 60))
def test_intervals_never_fall_as_the_chance_rises(seed: int, jobs: int) -> None:
    lots = np.random.default_rng(seed)
    table = interval_table(lots.random(jobs), lots.random(jobs) < 0.5, weeks=26, counted=1 + lots.random(jobs))

    assert (np.diff(table.low) >= 0).all()
    assert (np.diff(table.high) >= 0).all()
    assert (np.array(table.low) <= np.array(table.high)).all()


def test_of_the_two_fits_the_one_that_came_true_is_calibrated() -> None:
    """What Venn and Abers promise: taken over many draws, the fit of the outcome that came is right on average, even
    where the chances told are wrong."""
    lots = np.random.default_rng(9)
    told_of_outcome, came = [], []
    for _ in range(100):
        told = lots.random(200)
        lasted = lots.random(200) < told**2  # told too high
        both = fits(told[:100], lasted[:100], told[100:])
        told_of_outcome.append(both[np.arange(100), lasted[100:].astype(int)])
        came.append(lasted[100:])

    assert np.mean(told_of_outcome) == pytest.approx(np.mean(came), abs=0.015)


def test_intervals_hold_the_true_chance_as_often_as_they_say() -> None:
    lots = np.random.default_rng(11)
    held = []
    for _ in range(100):
        told = lots.random(400)
        low, high = looked_up(told, lots.random(400) < told**2, asked := np.linspace(0.1, 0.9, 9)).T
        held.append((low <= asked**2) & (asked**2 <= high))

    assert np.mean(held) > 0.95


def test_intervals_hold_both_fits() -> None:
    lots = np.random.default_rng(12)
    chances, lasted = lots.random(200), lots.random(200) < 0.5
    asked = np.round(lots.random(50), 3)
    both, ends = fits(chances, lasted, asked), looked_up(chances, lasted, asked)

    assert (ends[:, 0] <= both[:, 0]).all()
    assert (both[:, 1] <= ends[:, 1]).all()


def test_intervals_of_the_model_hold_the_share_that_lasts_in_each_fifth(fitted: Fitted, fresh: Placements) -> None:
    lasted, known, counted = outcomes(fresh, 26)
    model = fitted.model(name="made")
    chances = model.chances(fresh.features, weeks=26)
    low, high = model.interval(chances)
    order = np.flatnonzero(known)[np.argsort(chances[known])]

    for fifth in np.array_split(order, 5):
        share = np.average(lasted[fifth], weights=counted[fifth])
        assert low[fifth].mean() < share < high[fifth].mean()


# Figures


def test_jobs_that_were_seen_count_for_those_that_were_not() -> None:
    """Four jobs: one lost after 2 weeks while three go on, so after that each of the three counts for 4/3."""
    weeks, ended = np.array([2.0, 5.0, 9.0, 9.0]), np.array([False, True, False, False])

    assert sight_weights(weeks, ended, np.array([1.0, 5.0, 8.0])).tolist() == pytest.approx([1, 4 / 3, 4 / 3])


def test_the_integrated_score_of_the_outcome_itself_is_nought_and_of_its_contrary_one() -> None:
    weeks, ended = np.array([3.0, 30.0]), np.array([True, True])
    truth = (weeks[None, :] >= np.array(WEEKS)[:, None]).astype(float)

    assert integrated_rows(weeks, ended, truth).tolist() == [0.0, 0.0]
    assert integrated_rows(weeks, ended, 1 - truth).tolist() == [1.0, 1.0]


@given(seed=st.integers(0, 500))
def test_the_share_of_pairs_told_apart_equals_scikit_learns(seed: int) -> None:
    lots = np.random.default_rng(seed)
    numbers, lasted = lots.integers(0, 6, 40), lots.random(40) < 0.4
    found = auc(numbers, lasted)
    if lasted.all() or not lasted.any():
        assert isinstance(found, Unsaid)
    else:
        assert isinstance(found, Estimate)
        assert found.value == pytest.approx(roc_auc_score(lasted, numbers))


def test_the_interval_of_pairs_told_apart_covers_the_truth() -> None:
    lots = np.random.default_rng(3)
    covered = 0
    for _ in range(400):
        lasted = lots.random(150) < 0.5
        found = auc(lots.normal(size=150) + lasted, lasted)
        assert isinstance(found, Estimate)
        covered += found.low <= 0.7602 <= found.high  # of two normal curves one spread apart

    assert 0.92 <= covered / 400 <= 0.98


def test_people_with_many_jobs_make_the_interval_wider() -> None:
    lots = np.random.default_rng(3)
    numbers, lasted = np.repeat(lots.normal(size=50), 10), np.repeat(lots.random(50) < 0.5, 10)
    apart, together = auc(numbers, lasted), auc(numbers, lasted, np.repeat(np.arange(50), 10))

    assert isinstance(apart, Estimate)
    assert isinstance(together, Estimate)
    assert together.high - together.low > 2.5 * (apart.high - apart.low)


def test_features_stand_in_the_order_in_which_they_are_named() -> None:
    assert made_placements(3, seed=0).features.shape == (len(FEATURES), 3)
