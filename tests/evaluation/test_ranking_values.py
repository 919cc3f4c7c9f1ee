"""The value of a ranking from whole histories: coins that were tossed, censoring, closed gates, and a known truth."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from benchmarks import policies
from evaluation.history import History
from evaluation.methods import ByScore, named
from evaluation.off_policy import Closed, Gate, Ranking, Reward, Value, estimate
from evaluation.off_policy.rewards import rewarded
from evaluation.records.reading import history_of
from evaluation.simulation import Effects, simulate
from tests.evaluation.ranked_lists import UNTIL, history_of_lists


def a_list(*, swapped: bool) -> list[dict[str, object]]:
    """Two near-ties, of which the wanted role was put first or second by chance."""
    rows = [{"vacancy": "wanted", "score": 0.9}, {"vacancy": "other", "score": 0.9}]
    return [{"propensity": 0.5} | row for row in (rows[::-1] if swapped else rows)]


def coin_history(*, lists: int = 200, people: int = 100, until: date = UNTIL, **columns: object) -> History:
    """Lists shuffled by turns; the wanted role brings a job whenever it stands first."""
    return history_of_lists(
        *[a_list(swapped=number % 2 == 1) for number in range(lists)],
        people=[f"p{number // 2 % people}" for number in range(lists)],
        jobs=[
            {"participant": f"p{number // 2 % people}", "shortlist": f"s{number}", "vacancy": "wanted", **columns}
            for number in range(0, lists, 2)
        ],
        until=until,
    )


def ranking(name: str) -> Ranking:
    """`wanted` or `other` first."""
    first = 1.0 if name == "wanted" else -1.0

    def scores(history: History) -> np.ndarray:
        wanted = history.entries["vacancy"].to_numpy() == history.entries["vacancy"].to_numpy()[0]
        return np.where(wanted, first, 0.0)

    return ByScore(name=name, scores=scores)


def test_a_coin_that_was_tossed_tells_what_either_order_brings() -> None:
    history = coin_history()
    value = estimate(history=history, method=ranking("wanted"), seed=1, resamples=100)
    other = estimate(history=history, method=ranking("other"), seed=1, resamples=100)
    assert isinstance(value, Value)
    assert isinstance(other, Value)
    assert value.logged.value == 0.5
    assert value.weighted.value == pytest.approx(1.0)
    assert value.self_normalised.value == pytest.approx(1.0)
    assert value.doubly_robust.value == pytest.approx(1.0, abs=0.05)
    assert other.weighted.value == 0
    assert value.by_chance
    assert (value.overlap.lists, value.overlap.participants, value.outcomes) == (200, 100, 100)


def test_the_logged_ranking_is_worth_what_it_brought_and_gains_nothing() -> None:
    value = estimate(history=coin_history(), method=named("as-logged"), seed=1, resamples=100)
    assert isinstance(value, Value)
    assert value.weighted == value.logged
    assert (value.gain.value, value.gain.low, value.gain.high) == (0, 0, 0)


def test_same_data_and_seed_same_estimate() -> None:
    first, again = (estimate(history=coin_history(), method=ranking("wanted"), seed=3, resamples=50) for _ in range(2))
    assert first == again


def test_lists_that_are_too_young_are_counted_and_not_told_of() -> None:
    young = coin_history(until=date(2025, 9, 1))  # the lists are of 1 March, 26 weeks before 30 August
    value = estimate(history=young, method=ranking("wanted"), seed=1, resamples=50)
    lasting = estimate(history=young, method=ranking("wanted"), reward=Reward.LASTING_13_WEEKS, seed=1)
    assert isinstance(value, Value)
    assert value.unsettled_lists == 0
    assert isinstance(lasting, Closed)
    assert lasting.gate is Gate.OUTCOMES
    assert lasting.why == "No list with a role on it was drawn 39 weeks before the last day of data or earlier."


def test_a_job_that_ended_early_is_a_start_that_did_not_last() -> None:
    history = coin_history(ended_on="2025-04-29", end_reason="redundancy", who_says="employer")
    brought = rewarded(history, Reward.LASTING_13_WEEKS)
    assert brought.reward.sum() == 0
    assert rewarded(history, Reward.JOB_START).reward.sum() == 100


def test_jobs_that_went_out_of_sight_are_stood_for_by_those_that_were_seen() -> None:
    seen = [{"last_seen_on": "2026-06-30"}, {"last_seen_on": "2025-05-01"}]
    history = history_of_lists(
        *[[{"vacancy": f"v{number}"}] for number in range(4)],
        people=[f"p{number}" for number in range(4)],
        jobs=[
            {"participant": f"p{number}", "shortlist": f"s{number}", "vacancy": f"v{number}", **seen[number % 2]}
            for number in range(4)
        ],
    )
    brought = rewarded(history, Reward.LASTING_26_WEEKS)
    assert brought.out_of_sight == 2
    assert brought.reward.tolist() == [2, 0, 2, 0]
    assert brought.counts.tolist() == [2, 0, 2, 0]


def test_a_job_that_starts_half_a_year_after_its_list_is_not_of_that_list() -> None:
    assert rewarded(coin_history(started_on="2025-08-30"), Reward.JOB_START).outcomes == 100
    assert rewarded(coin_history(started_on="2025-08-31"), Reward.JOB_START).outcomes == 0


def test_a_log_whose_chances_are_not_known_closes_its_gate_with_the_row_named() -> None:
    closed = estimate(history=history_of_lists([{"propensity": 0.5}, {}]), method=ranking("wanted"))
    assert isinstance(closed, Closed)
    assert closed.gate is Gate.LOG
    assert closed.why.startswith("The chances of the log are not known: entries, 1, propensity:")


@pytest.mark.parametrize("width", [0.0, 0.02])
def test_without_overlap_the_gates_are_closed_and_the_log_itself_is_valued(width: float) -> None:
    simulated = simulate(participants=300, months=24, seed=2, effects=Effects(shuffle_width=width))
    history = history_of(simulated.tables, simulated.data_until)
    for far in ("nearest", "random", "preferences"):
        closed = estimate(history=history, method=named(far), seed=1)
        assert isinstance(closed, Closed)
        assert closed.gate is Gate.OVERLAP
    assert isinstance(estimate(history=history, method=named("as-logged"), seed=1, resamples=20), Value)


def test_doubly_robust_is_unbiased_where_plain_averages_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """A small form of the benchmark: pages in any order, what stands low is hardly looked at, the truth is known."""
    stated = replace(
        policies.SETTINGS["whole pages"],
        methods=("score",),
        rewards=(Reward.JOB_START,),
        effects=Effects(shuffle_width=1.0, position_effect=1.0, choice_fit=4.0, start_chance=0.3),
    )
    monkeypatch.setitem(policies.SETTINGS, "whole pages", stated)
    lines = {each.estimator: each for each in policies.measured(worlds=14, participants=800, settings=["whole pages"])}
    plain, robust = lines["plain: all lists"], lines["doubly robust"]
    assert robust.worlds == 14
    assert abs(robust.bias) < 2 * robust.chance_of_bias
    assert plain.bias < -5 * plain.chance_of_bias
    assert robust.coverage is not None
    assert robust.coverage >= 0.8
