"""The model of an entry's outcome by what is known of the match and by the place where it stands.

It is the direct method, and what makes doubly robust estimates steadier. It may be wrong: the doubly robust estimate
stays right where the log's chances are known. Each person's entries are predicted by a model of other people's.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

from evaluation.columns import HistoryBand, value_column, verdict_column
from evaluation.off_policy.estimators import RewardAt
from evaluation.off_policy.placing import Numbers, Pages, Whole
from matching.model.finding import Aspect, Verdict
from matching.model.vacancy import VacancySource

if TYPE_CHECKING:
    from evaluation.history import History

Features: TypeAlias = npt.NDArray[np.float32]

FOLDS = 5
#: Entries without an outcome to fit on, for each fold; the rest is weighed in, so that rates stay what they are.
_MOST_WITHOUT = 60_000
#: With fewer outcomes than this to learn from, the model is the mean.
_FEWEST_OUTCOMES = 20
#: Places from this one on share one coefficient.
_MOST_PLACES = 12
_UNKNOWN_VALUE = 0.5


def cross_fitted(
    *, features: Features, reward: Numbers, known: Numbers, pages: Pages, people: Whole, seed: int
) -> RewardAt:
    """Return the expected outcome of entries at a place, each by a model that never saw the entry's person.

    `features` has a row for each entry; `reward` is 0 or more; `known` is how much an entry's outcome counts, 0 where
    it is not settled; `people` is the person of each entry.
    """
    rng = np.random.default_rng(seed)
    _, person = np.unique(people, return_inverse=True)
    fold = rng.permutation(person.max(initial=0) + 1)[person] % FOLDS
    places = min(_MOST_PLACES, int(pages.length.max(initial=1)))
    base = np.zeros(len(reward))
    by_place = np.zeros((FOLDS, places))
    for number in range(FOLDS):
        learn = np.flatnonzero((fold != number) & (known > 0))
        told = np.flatnonzero(fold == number)
        fitted = _fit(features, reward, known, np.minimum(pages.place, places - 1), places, learn, rng)
        base[told] = fitted[0] + features[told] @ fitted[1]
        by_place[number] = fitted[2]

    def reward_at(rows: Whole, place: int) -> Numbers:
        odds = base[rows] + by_place[fold[rows], min(place, places - 1)]
        chances: Numbers = 1.0 / (1.0 + np.exp(-odds))
        return chances

    return reward_at


def match_features(history: History) -> Features:
    """Return what is known of each match, standardised: values and verdicts by aspect, score, band, source, stretch.

    Nothing about the person is among them.
    """
    table = np.column_stack(list(_columns(history)))
    spread = table.std(axis=0, dtype=np.float64)
    table = table[:, spread > 0]
    table -= table.mean(axis=0, dtype=np.float64)
    table /= spread[spread > 0]
    return table


def _columns(history: History) -> Iterator[Features]:
    entries = history.entries
    yield entries["score"].to_numpy(np.float32)
    for aspect in Aspect:
        yield np.nan_to_num(entries[value_column(aspect)].to_numpy(np.float32), nan=_UNKNOWN_VALUE)
        yield (entries[verdict_column(aspect)] == Verdict.CONFLICT.value).to_numpy(np.float32)
    yield (entries["band"] == HistoryBand.FITS_WHAT_WE_KNOW.value).to_numpy(np.float32)
    yield entries["stretch"].fillna(False).to_numpy(np.float32)
    source = history.vacancies["source"].iloc[entries["vacancy"].to_numpy()]
    for word in VacancySource:
        yield (source == word.value).to_numpy(np.float32)


def _fit(
    features: Features,
    reward: Numbers,
    known: Numbers,
    place: Whole,
    places: int,
    learn: np.ndarray,
    rng: np.random.Generator,
) -> tuple[float, Numbers, Numbers]:
    """Intercept, coefficients and the effect of each place, all on the scale of log odds."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    happened = learn[reward[learn] > 0]
    total = known[learn].sum()
    mean = min(max(reward[learn].sum() / total, 1e-6), 1 - 1e-6) if total else 1e-6
    if len(happened) < _FEWEST_OUTCOMES or len(happened) == len(learn):
        return float(np.log(mean / (1 - mean))), np.zeros(features.shape[1]), np.zeros(places)
    without = learn[reward[learn] == 0]
    drawn = without if len(without) <= _MOST_WITHOUT else np.sort(rng.choice(without, _MOST_WITHOUT, replace=False))
    rows = np.concatenate([happened, drawn])
    counts = known[rows] * np.where(reward[rows] > 0, 1.0, len(without) / max(len(drawn), 1))
    at = np.eye(places)[place[rows]]
    model = LogisticRegression(C=10.0, max_iter=500)
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", ConvergenceWarning
        )  # a fit that stops early is a weaker model and no wrong estimate
        model.fit(np.hstack([features[rows], at]), reward[rows] > 0, sample_weight=counts)
    own = features.shape[1]
    return float(model.intercept_[0]), model.coef_[0, :own], model.coef_[0, own:]
