"""Rankings by name: what each does with the lists of a log, and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from evaluation.baselines import with_model
from evaluation.history import History
from evaluation.methods import named
from evaluation.off_policy.placing import pages_of
from evaluation.sustain.features import entry_features
from matching.errors import Invalid
from matching.lasting_features import Feature
from matching.lasting_reading import read_model
from matching.scoring import WEIGHTS_FILE
from tests.evaluation.ranked_lists import history_of_lists
from tests.matching.sustain_models import model, written


def places(text: str, history: History) -> list[tuple[int, int]]:
    """Where a ranking puts each entry: the first of its places, and how many they are."""
    placing = named(text).placing(history, pages_of(history))
    return list(zip(placing.first.tolist(), placing.places.tolist(), strict=True))


def order(text: str, history: History) -> list[int]:
    """The places of entries under a ranking without chance."""
    placed = places(text, history)
    assert {many for _, many in placed} == {1}
    return [first for first, _ in placed]


def with_values(**values: list[float]) -> History:
    """One list whose entries have these values, by column."""
    rows = [dict(zip(values, row, strict=True)) for row in zip(*values.values(), strict=True)]
    verdicts = {name.removesuffix("_value"): "ok" for name in values if name.endswith("_value")}
    return history_of_lists([verdicts | row for row in rows])


def test_as_logged_keeps_the_log_and_its_chance() -> None:
    history = history_of_lists([{}, {"propensity": 0.5}, {"propensity": 0.5}])
    assert places("as-logged", history) == [(0, 1), (1, 2), (1, 2)]


def test_random_puts_every_entry_anywhere_in_its_list() -> None:
    history = history_of_lists([{}, {}, {}], [{}])
    assert places("random", history) == [(0, 3), (0, 3), (0, 3), (0, 1)]


def test_nearest_goes_by_travel_and_takes_the_unknown_as_the_middle() -> None:
    history = history_of_lists(
        [{"travel": "ok", "travel_value": 0.4}, {}, {"travel": "ok", "travel_value": 0.9}],
    )
    assert order("nearest", history) == [2, 1, 0]


def test_preferences_go_by_what_is_wanted_alone() -> None:
    assert order("preferences", with_values(preferences_value=[0.2, 0.9], travel_value=[1.0, 0.0])) == [1, 0]


def test_constraints_leave_out_what_is_wanted() -> None:
    assert order("constraints", with_values(preferences_value=[1.0, 0.0], travel_value=[0.2, 0.9])) == [1, 0]


def test_newest_goes_by_the_day_the_vacancy_was_logged() -> None:
    history = history_of_lists(
        [{"vacancy": "a"}, {"vacancy": "b"}],
        vacancies={"a": {"logged_on": "2025-01-01"}, "b": {"logged_on": "2025-02-01"}},
    )
    assert order("newest", history) == [1, 0]


def test_popular_counts_the_lists_of_earlier_days_alone() -> None:
    history = history_of_lists(
        [{"vacancy": "a"}, {"vacancy": "b"}],
        [{"vacancy": "b"}],
        [{"vacancy": "a"}, {"vacancy": "b"}],
        [{"vacancy": "a"}],
        list_columns={
            0: {"drawn_on": "2025-03-01"},
            1: {"drawn_on": "2025-03-02"},
            2: {"drawn_on": "2025-03-03"},
            3: {"drawn_on": "2025-03-04"},
        },
    )
    # On 3 March b had been shown twice and a once; on 1 March neither, so the row of the vacancy decides.
    assert order("popular", history) == [0, 1, 0, 1, 0, 0]


def test_score_goes_by_the_logged_score() -> None:
    assert order("score", with_values(score=[0.3, 0.7, 0.5])) == [2, 0, 1]


def test_equal_scores_go_by_row_of_the_vacancy() -> None:
    history = history_of_lists([{"vacancy": "z"}, {"vacancy": "a"}])
    assert order("score", history) == [1, 0]


def test_a_shuffle_makes_blocks_of_near_ties() -> None:
    history = with_values(score=[0.30, 0.70, 0.69, 0.31])
    assert places("score, shuffle=0.02", history) == [(2, 2), (0, 2), (0, 2), (2, 2)]


def test_near_ties_keeps_the_blocks_of_the_log() -> None:
    history = history_of_lists(
        [
            {"propensity": 0.5, "travel": "ok", "travel_value": 0.1},
            {"propensity": 0.5, "travel": "ok", "travel_value": 0.2},
            {"travel": "ok", "travel_value": 0.9},
        ]
    )
    assert order("nearest,near-ties", history) == [1, 0, 2]
    assert places("random,near-ties", history) == places("as-logged", history)


def test_weights_from_a_file_weigh_aspects_by_the_sum_of_their_rows(tmp_path: Path) -> None:
    history = with_values(preferences_value=[0.0, 1.0], travel_value=[1.0, 0.4])
    assert order(f"weights:{WEIGHTS_FILE}", history) == [1, 0]
    travel_first = tmp_path / "weights.csv"
    travel_first.write_text(WEIGHTS_FILE.read_text().replace("weight,travel.*,2,", "weight,travel.*,200,"))
    assert order(f"weights:{travel_first}", history) == [0, 1]


def test_an_aspect_without_a_value_takes_no_part_in_a_weighted_mean() -> None:
    history = history_of_lists(
        [
            {"travel": "ok", "travel_value": 0.8},
            {"travel": "ok", "travel_value": 0.9, "pay": "ok", "pay_value": 0.3},
        ]
    )
    assert order(f"weights:{WEIGHTS_FILE}", history) == [0, 1]  # (2 x 0.9 + 0.3) / 3 = 0.7


def test_a_model_takes_part_in_the_logged_score_as_the_engine_lets_it(tmp_path: Path) -> None:
    # Chances halve where preferences are at most 0.5. Both entries have aspects that weigh 10 + 2, and the model 1.
    written(model({Feature.PREFERENCES: ((0.5,), (2.0, 0.0))}), tmp_path)
    values = {"preferences_value": [0.9, 0.4], "travel_value": [0.1, 0.9], "score": [0.50, 0.51]}
    history = with_values(**values)
    sustain = read_model(tmp_path)
    chances = sustain.chances(entry_features(history, np.arange(2)), weeks=26)
    np.testing.assert_allclose(with_model(history, sustain), (np.array(values["score"]) * 12 + chances) / 13, rtol=1e-6)
    assert order("score", history) == [1, 0]
    assert order(f"model:{tmp_path}", history) == [0, 1]


def test_a_new_model_takes_the_place_of_the_one_in_the_log() -> None:
    sustain = model({Feature.PREFERENCES: ((0.5,), (2.0, 0.0))})
    without = with_values(preferences_value=[0.9, 0.4], score=[0.6, 0.3])
    scored = [(0.6 * 10 + 0.8) / 11, (0.3 * 10 + 0.2) / 11]
    learnt = with_values(preferences_value=[0.9, 0.4], score=scored, lasting_value=[0.8, 0.2])
    np.testing.assert_allclose(with_model(learnt, sustain), with_model(without, sustain), rtol=1e-6)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("nearst", "'nearst' is not a ranking (did you mean 'nearest'?)"),
        ("", "is not a ranking"),
        ("score,shufle=0.1", "did you mean 'shuffle'?"),
        ("score,shuffle=2", "a number from 0 to 1, not '2'"),
        ("score,shuffle=", "a number from 0 to 1, not ''"),
        ("score,shuffle=nan", "a number from 0 to 1, not 'nan'"),
        ("score,shuffle=0.1,near-ties", "it can have one of them"),
        ("as-logged,near-ties", "has no options"),
        ("random,shuffle=0.1", "takes no width"),
        ("weights:/nowhere.csv", "There is no '/nowhere.csv'"),
        ("model:", "to read model from"),
    ],
)
def test_what_is_no_ranking_is_refused_with_what_would_be(text: str, says: str) -> None:
    with pytest.raises(Invalid) as refused:
        named(text)
    assert says in str(refused.value)


@pytest.mark.parametrize(
    "text", ["as-logged", "random", "score", "constraints,shuffle=0.1", "popular", "nearest,near-ties"]
)
def test_every_ranking_fills_every_place_of_every_list_once(text: str) -> None:
    rng = np.random.default_rng(3)
    rows = [
        [{"score": float(rng.random()), "propensity": 0.5, "vacancy": f"v{each}"} for each in rng.permutation(8)[:4]]
        for _ in range(20)
    ]
    history = history_of_lists(*rows)
    placing, pages = named(text).placing(history, pages_of(history)), pages_of(history)
    for place in range(4):
        chance = placing.chance(np.full(len(pages.place), place, np.int32))
        np.testing.assert_allclose(pages.by_list(chance), 1)
