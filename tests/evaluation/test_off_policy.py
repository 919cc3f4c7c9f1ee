"""The value of a ranking from shuffled lists: worked by hand, by enumerating every shuffle, and at the gates."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise, permutations, product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.off_policy import Gate
from evaluation.off_policy.estimators import contributions, expected_at, expected_under, self_normalised, weights
from evaluation.off_policy.gates import closed_gate, overlap_of
from evaluation.off_policy.placing import Pages, Placing, by_score, logged_placing, pages_of, shuffled
from evaluation.off_policy.resampling import estimates_of
from matching.errors import Invalid


class Log:
    """As much of a history as placing looks at: lists of (position, propensity), vacancies numbered as they come."""

    def __init__(self, lists: list[list[tuple[int, float]]], scores: list[float] | None = None) -> None:
        rows = [(number, *entry) for number, entries in enumerate(lists) for entry in entries]
        self.entries = pd.DataFrame(rows, columns=["shortlist", "position", "propensity"])
        self.entries["vacancy"] = np.arange(len(rows))
        self.entries["score"] = scores or [0.5] * len(rows)
        self.shortlists = pd.DataFrame({"participant": np.arange(len(lists))})


def of_blocks(*sizes: int) -> list[tuple[int, float]]:
    """One list, in the logged order, whose near-ties were shuffled in blocks of these sizes."""
    return [(at + 1, 1 / size) for at, size in enumerate(size for size in sizes for _ in range(size))]


def placed(log: Log) -> tuple[Pages, Placing]:
    pages = pages_of(log)
    return pages, logged_placing(log, pages)


def at(first: list[int], places: list[int]) -> Placing:
    return Placing(first=np.array(first, np.int32), places=np.array(places, np.int32))


# Blocks


def test_neighbours_with_propensity_one_in_n_make_blocks_of_n() -> None:
    _, logged = placed(Log([of_blocks(1, 2, 2, 3), of_blocks(3)]))
    assert logged.first.tolist() == [0, 1, 1, 3, 3, 5, 5, 5, 0, 0, 0]
    assert logged.places.tolist() == [1, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3]


def test_blocks_do_not_depend_on_the_order_of_rows() -> None:
    log = Log([of_blocks(2, 1), of_blocks(1, 2)])
    log.entries = log.entries.iloc[[4, 2, 0, 5, 1, 3]].reset_index(drop=True)
    _, logged = placed(log)
    assert logged.first.tolist() == [1, 2, 0, 1, 0, 0]


def test_propensities_rounded_in_a_file_still_make_blocks() -> None:
    _, logged = placed(Log([[(1, 0.333), (2, 0.333), (3, 0.333)]]))
    assert logged.places.tolist() == [3, 3, 3]


@pytest.mark.parametrize(
    "entries",
    [
        pytest.param([(1, 0.5), (2, 1.0)], id="half a block"),
        pytest.param([(1, 0.5), (2, 0.5), (3, 0.5)], id="a block and a half"),
        pytest.param([(1, 0.7), (2, 0.7)], id="no even shuffle"),
        pytest.param([(1, 0.5), (2, 1.0), (3, 0.5)], id="not neighbours"),
    ],
)
def test_propensities_that_are_no_whole_blocks_are_refused(entries: list[tuple[int, float]]) -> None:
    with pytest.raises(Invalid, match="propensity: should be 1/n"):
        placed(Log([entries]))


def test_two_entries_at_one_position_are_refused_with_the_row_named() -> None:
    with pytest.raises(Invalid, match="entries, 2, position: two entries"):
        placed(Log([[(1, 1.0), (1, 1.0)]]))


def test_a_ranking_by_score_takes_no_notice_of_the_logged_order() -> None:
    there = Log([[(1, 0.5), (2, 0.5)]], scores=[0.3, 0.3])
    back = Log([[(2, 0.5), (1, 0.5)]], scores=[0.3, 0.3])
    orders = [by_score(log.entries["score"].to_numpy(), log, pages_of(log)).first.tolist() for log in (there, back)]
    assert orders[0] == orders[1] == [0, 1]


def test_within_blocks_only_near_ties_change_places() -> None:
    log = Log([of_blocks(2, 2)], scores=[0.1, 0.9, 0.2, 0.8])
    pages, logged = placed(log)
    ranked = by_score(log.entries["score"].to_numpy(), log, pages, within=logged)
    assert ranked.first.tolist() == [1, 0, 3, 2]
    assert (ranked.outside(logged) == 0).all()


def test_a_shuffle_joins_what_is_at_most_its_width_below_the_first_of_a_block() -> None:
    scores = np.array([0.90, 0.89, 0.88, 0.87, 0.50, 0.95])
    log = Log([of_blocks(1, 1, 1, 1, 1), of_blocks(1)], scores=scores.tolist())
    pages = pages_of(log)
    blocks = shuffled(by_score(scores, log, pages), scores, pages, width=0.025)
    assert blocks.first.tolist() == [0, 0, 0, 3, 4, 0]
    assert blocks.places.tolist() == [3, 3, 3, 1, 1, 1]


# Estimators, by hand


def test_two_lists_by_hand() -> None:
    # The log shuffled two entries; the target puts row 0 first and row 3 first. Rows 0 and 1 stand as it would have
    # them, so each counts 1 / (1/2) = 2; rows 2 and 3 stand the other way round and count nothing.
    log = Log([[(1, 0.5), (2, 0.5)], [(1, 0.5), (2, 0.5)]])
    pages, logged = placed(log)
    target = at([0, 1, 1, 0], [1, 1, 1, 1])
    assert weights(target=target, logged=logged, pages=pages).tolist() == [2, 2, 0, 0]
    each = contributions(
        target=target,
        logged=logged,
        pages=pages,
        reward=np.array([1.0, 0.0, 1.0, 0.0]),
        counts=np.ones(4),
        reward_at=lambda rows, place: np.full(len(rows), 0.25),
    )
    assert each.logged.tolist() == [1, 1]
    assert each.weighted.tolist() == [2, 0]
    assert each.direct.tolist() == [0.5, 0.5]
    assert each.doubly_robust.tolist() == [0.5 + 2 * 0.75 - 2 * 0.25, 0.5]
    # At place 0 the one that counts brought 1, at place 1 nothing.
    assert self_normalised(
        each.weighted_by_place.sum(0), each.weights_by_place.sum(0), each.wanted_by_place.sum(0), lists=2
    ) == pytest.approx(1.0)


def test_an_even_shuffle_as_target_takes_the_mean_over_its_places() -> None:
    log = Log([of_blocks(2, 1)])
    pages, _ = placed(log)
    target = at([0, 0, 2], [2, 2, 1])
    expected = expected_under(target, pages=pages, reward_at=lambda rows, place: np.full(len(rows), 10.0 * place))
    assert expected.tolist() == [5, 5, 20]


# Estimators, by enumerating every shuffle

LISTS = [(2, 1, 2), (3,), (1, 1), (2, 2)]


def every_shuffle(sizes: tuple[int, ...]) -> list[list[int]]:
    """The place of each entry in every outcome of the shuffle, all equally likely."""
    starts = np.cumsum([0, *sizes]).tolist()
    blocks = [list(permutations(range(start, end))) for start, end in pairwise(starts)]
    return [[place for block in outcome for place in block] for outcome in product(*blocks)]


def worlds(sizes: tuple[int, ...], outcomes: int = 0) -> tuple[list[Log], Placing]:
    """A log of one list for every outcome of its shuffle, and the placing they all came from."""
    logs = []
    for places in every_shuffle(sizes):
        propensity = [1 / size for size in sizes for _ in range(size)]
        logs.append(Log([[(place + 1, propensity[place]) for place in places]]))
    return logs, logged_placing(logs[0], pages_of(logs[0]))


def truth_of(target: Placing, reward: np.ndarray) -> float:
    """The value by its definition: over entries and places, chance times reward."""
    return sum(
        reward[entry, place] / target.places[entry]
        for entry in range(len(reward))
        for place in range(target.first[entry], target.first[entry] + target.places[entry])
    )


def targets_within(sizes: tuple[int, ...]) -> list[Placing]:
    """Every deterministic ranking that moves entries inside the blocks only, and the shuffle itself."""
    orders = [at(places, [1] * len(places)) for places in every_shuffle(sizes)]
    starts = np.repeat(np.cumsum([0, *sizes[:-1]]), sizes).tolist()
    return [*orders, at(starts, np.repeat(sizes, sizes).tolist())]


@pytest.mark.parametrize("sizes", LISTS)
def test_weighted_and_doubly_robust_estimates_are_right_on_average_over_every_shuffle(sizes: tuple[int, ...]) -> None:
    length = sum(sizes)
    rng = np.random.default_rng(length)
    reward, guess = rng.random((length, length)), rng.random((length, length))  # the model knows nothing
    logs, _ = worlds(sizes)
    for target in targets_within(sizes):
        weighted, robust = [], []
        for log in logs:
            pages, logged = placed(log)
            each = contributions(
                target=target,
                logged=logged,
                pages=pages,
                reward=reward[np.arange(length), pages.place],
                counts=np.ones(length),
                reward_at=lambda rows, place: guess[rows, place],
            )
            weighted.append(each.weighted[0])
            robust.append(each.doubly_robust[0])
        assert np.mean(weighted) == pytest.approx(truth_of(target, reward), abs=1e-12)
        assert np.mean(robust) == pytest.approx(truth_of(target, reward), abs=1e-12)


def test_what_the_log_never_did_is_missing_from_the_weighted_estimate_and_modelled_by_the_doubly_robust() -> None:
    reward = np.array([[0.9, 0.1], [0.8, 0.3]])
    pages, logged = placed(Log([of_blocks(1, 1)]))
    swapped = at([1, 0], [1, 1])
    each = contributions(
        target=swapped,
        logged=logged,
        pages=pages,
        reward=reward[[0, 1], [0, 1]],
        counts=np.ones(2),
        reward_at=lambda rows, place: reward[rows, place],
    )
    assert each.weighted[0] == 0
    assert each.doubly_robust[0] == pytest.approx(0.1 + 0.8)
    assert swapped.outside(logged).tolist() == [1, 1]


# Laws

block_sizes = st.lists(st.integers(1, 4), min_size=1, max_size=4)


@st.composite
def shuffled_logs(draw: st.DrawFn) -> tuple[Log, np.ndarray]:
    lists = draw(st.lists(block_sizes, min_size=1, max_size=6))
    log = Log([of_blocks(*sizes) for sizes in lists])
    reward = draw(st.lists(st.sampled_from([0.0, 1.0]), min_size=len(log.entries), max_size=len(log.entries)))
    return log, np.array(reward)


@given(shuffled_logs())
@settings(max_examples=60, deadline=None)
def test_with_the_log_as_target_all_weights_are_one_and_the_estimate_is_the_plain_mean(
    log_and_reward: tuple[Log, np.ndarray],
) -> None:
    log, reward = log_and_reward
    pages, logged = placed(log)
    each = contributions(
        target=logged, logged=logged, pages=pages, reward=reward, counts=np.ones(len(reward)), reward_at=_nothing
    )
    np.testing.assert_allclose(weights(target=logged, logged=logged, pages=pages), 1, rtol=1e-12)
    np.testing.assert_allclose(each.weighted, each.logged, rtol=1e-12)
    np.testing.assert_allclose(each.weighted_by_place.sum(), each.logged.sum())


@given(shuffled_logs(), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_doubly_robust_is_the_weighted_estimate_without_a_model_and_the_direct_one_with_a_perfect_model(
    log_and_reward: tuple[Log, np.ndarray], random: object
) -> None:
    log, reward = log_and_reward
    pages, logged = placed(log)
    target = _some_order(log, pages, random)
    without = contributions(
        target=target, logged=logged, pages=pages, reward=reward, counts=np.ones(len(reward)), reward_at=_nothing
    )
    np.testing.assert_allclose(without.doubly_robust, without.weighted)
    perfect = contributions(
        target=target,
        logged=logged,
        pages=pages,
        reward=reward,
        counts=np.ones(len(reward)),
        reward_at=lambda rows, place: reward[rows],
    )
    np.testing.assert_allclose(perfect.doubly_robust, perfect.direct)
    np.testing.assert_allclose(expected_at(pages.place, pages=pages, reward_at=lambda rows, _: reward[rows]), reward)


@given(st.lists(st.tuples(st.floats(0, 5), st.floats(0.1, 5)), min_size=1, max_size=8), st.floats(0.01, 100))
@settings(max_examples=60, deadline=None)
def test_the_self_normalised_estimate_does_not_change_when_all_weights_are_multiplied(
    sums: list[tuple[float, float]], factor: float
) -> None:
    weighted, weight = np.array(sums).T
    wanted = np.ones(len(sums))
    assert self_normalised(weighted * factor, weight * factor, wanted, lists=3) == pytest.approx(
        self_normalised(weighted, weight, wanted, lists=3)
    )


@given(shuffled_logs(), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_the_weight_that_the_log_covers_and_the_weight_outside_make_up_the_whole(
    log_and_reward: tuple[Log, np.ndarray], random: object
) -> None:
    log, _ = log_and_reward
    pages, logged = placed(log)
    target = _some_order(log, pages, random)
    covered = np.zeros(len(target.first))
    for place in range(pages.length.max()):
        here = np.full(len(covered), place, np.int32)
        covered += target.chance(here) * (logged.chance(here) > 0)
    np.testing.assert_allclose(covered + target.outside(logged), 1)


def _nothing(rows: np.ndarray, place: int) -> np.ndarray:
    return np.zeros(len(rows))


def _some_order(log: Log, pages: Pages, random: object) -> Placing:
    scores = np.array([random.random() for _ in range(len(log.entries))])  # type: ignore[attr-defined]
    return by_score(scores, log, pages)


def test_the_interval_of_a_rate_stays_above_zero_and_that_of_a_difference_need_not() -> None:
    lists = np.ones(60)
    outcomes = (np.arange(60) < 3).astype(np.float64)
    rate, difference = estimates_of(
        np.column_stack([lists, outcomes]),
        statistic=lambda sums: np.array([sums[1] / sums[0], sums[1] / sums[0] - 0.05]),
        count=60,
        seed=1,
        resamples=400,
        rates=(0,),
    )
    assert rate.value == pytest.approx(0.05)
    assert rate.standard_error == pytest.approx(np.sqrt(0.05 * 0.95 / 60), rel=0.1)
    assert rate.low == pytest.approx(0.05**2 / rate.high)  # as far below as above, in proportion
    assert rate.low > 0
    assert difference.low < 0 < difference.high


# Gates


def gate(*, weight: list[float], outside: float = 0.0, shuffled: float = 1.0, participants: int = 500) -> Gate | None:
    told = overlap_of(
        weight=np.array(weight),
        outside=np.full(len(weight), outside),
        shuffled=shuffled,
        lists=len(weight),
        participants=participants,
    )
    closed = closed_gate(told, outcomes=100, method="x")
    return None if closed is None else closed.gate


def test_all_gates_are_open_where_the_log_does_what_the_ranking_would_do() -> None:
    assert gate(weight=[1.0] * 50) is None


def test_over_ten_per_cent_of_the_weight_where_the_log_has_none_closes_the_overlap() -> None:
    assert gate(weight=[1.0] * 100, outside=0.1) is None
    assert gate(weight=[1.0] * 100, outside=0.101) is Gate.OVERLAP


def test_a_log_without_chance_closes_the_overlap_for_every_ranking_but_its_own() -> None:
    assert gate(weight=[1.0] * 100, outside=0.02, shuffled=0.0) is Gate.OVERLAP
    assert gate(weight=[1.0] * 100, outside=0.0, shuffled=0.0) is None


def test_a_weight_over_twenty_times_the_mean_closes() -> None:
    others = [1.0] * 999
    assert gate(weight=[*others, 20.0]) is None
    assert gate(weight=[*others, 21.0]) is Gate.LARGEST_WEIGHT


def test_too_few_outcomes_of_its_own_close() -> None:
    told = overlap_of(
        weight=np.array([2.0, 0.0] * 100), outside=np.zeros(200), shuffled=1.0, lists=200, participants=200
    )
    gates = [closed_gate(told, outcomes=outcomes, method="x") for outcomes in (9, 10)]
    assert gates[0] is not None
    assert gates[0].why == "The lists brought fewer than 10 outcomes of this kind."
    assert gates[1] is None  # half of 10
    quarter = replace(told, effective_lists=60.0)
    closed = closed_gate(quarter, outcomes=16, method="x")
    assert closed is not None
    assert closed.gate is Gate.OUTCOMES
    assert "16 outcomes of this kind, which tell as much of this ranking as 4.8 of its own" in closed.why


def test_an_effective_sample_under_fifty_closes() -> None:
    assert gate(weight=[2.0, 0.0] * 49) is Gate.EFFECTIVE_SAMPLE  # (98)^2 / (2^2 x 49) = 49
    assert gate(weight=[2.0, 0.0] * 50) is None
    assert gate(weight=[1.0] * 200, participants=49) is Gate.EFFECTIVE_SAMPLE
