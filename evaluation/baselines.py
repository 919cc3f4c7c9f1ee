"""Plain rankings to be better than: each scores the entries of the logged lists, higher first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from evaluation.columns import value_column
from evaluation.outcomes import days_of
from evaluation.sustain.features import entry_features
from matching.lasting import SustainModel
from matching.model.finding import Aspect
from matching.scoring import Weights, load_weights

if TYPE_CHECKING:
    from evaluation.history import History

Scores = npt.NDArray[np.float64]

#: The value of what nobody knows, as in the engine.
UNKNOWN_VALUE = 0.5
#: Of what is wanted, not of what must be: `constraints` leaves these out.
_SOFT = frozenset({Aspect.PREFERENCES, Aspect.SKILLS, Aspect.REFUSED_WORK, Aspect.EVIDENCE, Aspect.LASTING})


def nearest(history: History) -> Scores:
    """By the value of travel alone."""
    return _values(history, Aspect.TRAVEL)


def preferences(history: History) -> Scores:
    """By meaning alone: how near the role is to what the person wants."""
    return _values(history, Aspect.PREFERENCES)


def constraints(history: History) -> Scores:
    """By everything that must fit, and nothing that is wanted; aspects weigh as in the shipped weights."""
    hard = (aspect for aspect in Aspect if aspect not in _SOFT)
    return weighted(history, load_weights(), aspects=hard)


def newest(history: History) -> Scores:
    """By the day on which the vacancy was logged."""
    logged: Scores = days_of(history.vacancies["logged_on"]).astype(np.float64)
    newness: Scores = logged[history.entries["vacancy"].to_numpy()]
    return newness


def popular(history: History) -> Scores:
    """By how many lists had shown the vacancy before the day of this list: what was shown is shown again."""
    day = days_of(history.shortlists["drawn_on"])[history.entries["shortlist"].to_numpy()]
    vacancy = history.entries["vacancy"].to_numpy()
    order = np.lexsort((day, vacancy))
    by_vacancy, by_day = vacancy[order], day[order]
    rows = np.arange(len(order))
    opens = np.ones(len(order), np.bool_)
    opens[1:] = by_vacancy[1:] != by_vacancy[:-1]
    later = opens.copy()
    later[1:] |= by_day[1:] != by_day[:-1]
    before = np.maximum.accumulate(np.where(later, rows, 0)) - np.maximum.accumulate(np.where(opens, rows, 0))
    shown = np.empty(len(order))
    shown[order] = before
    return shown


def logged_score(history: History) -> Scores:
    """By the score that the log holds: its ranking without spread, stretch and shuffle."""
    score: Scores = history.entries["score"].to_numpy(np.float64)
    return score


#: By the name under which each is asked for.
BASELINES: Mapping[str, Callable[[History], Scores]] = {
    "score": logged_score,
    "nearest": nearest,
    "newest": newest,
    "preferences": preferences,
    "keyword": preferences,
    "constraints": constraints,
    "popular": popular,
}


def weighted(history: History, weights: Weights, *, aspects: Iterable[Aspect] = Aspect) -> Scores:
    """By the weighted mean of the aspects' values; an aspect without a value takes no part, as in the engine.

    A history holds one value for each aspect. The engine weighs the parts of an aspect apart; here an aspect weighs
    the sum of its rows in the weights, so new weights of parts inside one aspect cannot be told from old ones.
    """
    total, weight = np.zeros(len(history.entries)), np.zeros(len(history.entries))
    for aspect in aspects:
        value = history.entries[value_column(aspect)].to_numpy(np.float64)
        own = np.where(np.isnan(value), 0.0, aspect_weight(weights, aspect))
        total += own * np.nan_to_num(value)
        weight += own
    return np.where(weight > 0, total / np.where(weight > 0, weight, 1.0), UNKNOWN_VALUE)


def with_model(history: History, model: SustainModel) -> Scores:
    """By the logged score with a sustain model's chance as one more part, in place of what a model made of it then.

    The chance weighs as much as `lasting` does in the shipped weights, the rest as much as the aspects that have a
    value; the entry's score is taken as their weighted mean.
    """
    weights = load_weights()
    rest = np.zeros(len(history.entries))
    for aspect in Aspect:
        if aspect is not Aspect.LASTING:
            present = ~np.isnan(history.entries[value_column(aspect)].to_numpy(np.float64))
            rest += present * aspect_weight(weights, aspect)
    own = aspect_weight(weights, Aspect.LASTING)
    before = history.entries[value_column(Aspect.LASTING)].to_numpy(np.float64)
    score = history.entries["score"].to_numpy(np.float64)
    had = ~np.isnan(before)
    total = score * (rest + own * had) - own * np.nan_to_num(before)
    features = entry_features(history, np.arange(len(history.entries)))
    chance = model.chances(features, weeks=model.intervals.weeks)
    scores: Scores = (total + own * chance) / (rest + own)
    return scores


def aspect_weight(weights: Weights, aspect: Aspect) -> float:
    """The sum of an aspect's rows."""
    return sum(weight for name, weight in weights.by_part.items() if name.split(".")[0] == aspect)


def _values(history: History, aspect: Aspect) -> Scores:
    values: Scores = history.entries[value_column(aspect)].to_numpy(np.float64)
    return np.nan_to_num(values, nan=UNKNOWN_VALUE)
