"""Rankings by name, as commands take them: what each would have done with the lists of the log."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from evaluation.baselines import BASELINES, Scores, weighted, with_model
from evaluation.off_policy.placing import Pages, Placing, by_score, logged_placing, shuffled
from matching.errors import Invalid, suggestion
from matching.scoring import read_weights

if TYPE_CHECKING:
    from evaluation.history import History

AS_LOGGED = "as-logged"
RANDOM = "random"
NEAR_TIES = "near-ties"
_FILES = ("weights:", "model:")
FORMS = (AS_LOGGED, RANDOM, *BASELINES, "weights:FILE", "model:FOLDER")


@dataclass(frozen=True, slots=True, kw_only=True)
class AsLogged:
    """The ranking that drew the lists, with its own chance."""

    name: str = AS_LOGGED

    def placing(self, history: History, pages: Pages) -> Placing:
        """Place every entry where the log did, and as likely."""
        return logged_placing(history, pages)


@dataclass(frozen=True, slots=True, kw_only=True)
class Random:
    """Every order of a list equally likely."""

    name: str = RANDOM
    near_ties: bool = False

    def placing(self, history: History, pages: Pages) -> Placing:
        """Place every entry anywhere in its list, or anywhere in its logged block."""
        if self.near_ties:
            return logged_placing(history, pages)
        return Placing(first=np.zeros_like(pages.place), places=pages.length)


@dataclass(frozen=True, slots=True, kw_only=True)
class ByScore:
    """Highest score first; near-ties shuffled up to a width, or only the log's own near-ties put in order."""

    name: str
    scores: Callable[[History], Scores]
    width: float | None = None
    near_ties: bool = False

    def placing(self, history: History, pages: Pages) -> Placing:
        """Place every entry by its score; equal scores by row of the vacancy."""
        scores = self.scores(history)
        if self.near_ties:
            return by_score(scores, history, pages, within=logged_placing(history, pages))
        ranked = by_score(scores, history, pages)
        return ranked if self.width is None else shuffled(ranked, scores, pages, width=self.width)


RankingMethod = AsLogged | Random | ByScore


def named(text: str) -> RankingMethod:
    """Return the ranking of a name.

    `as-logged`; `random`; a baseline (`score`, `nearest`, `newest`, `preferences`, `constraints`, `popular`);
    `weights:FILE` in the form of matching/data/weights.csv; `model:FOLDER`, the logged score with a sustain model.
    After a comma `shuffle=0.02` shuffles near-ties of that width, and `near-ties` keeps the logged order and lets
    the ranking decide only inside the blocks that the log shuffled. Raises Invalid for anything else.
    """
    base, *options = (part.strip() for part in text.split(","))
    width, near_ties = _options(options, text)
    if base == AS_LOGGED:
        if options:
            raise Invalid(f"'{AS_LOGGED}' has no options: it is the log with its own shuffle.")
        return AsLogged()
    if base == RANDOM:
        if width is not None:
            raise Invalid(f"'{RANDOM}' is shuffled as it is, and takes no width.")
        return Random(name=text, near_ties=near_ties)
    return ByScore(name=text, scores=_scores(base), width=width, near_ties=near_ties)


def _options(options: list[str], text: str) -> tuple[float | None, bool]:
    width, near_ties = None, False
    for option in options:
        key, _, value = option.partition("=")
        if option == NEAR_TIES:
            near_ties = True
        elif key == "shuffle":
            width = _width(value)
        else:
            raise Invalid(f"'{option}' in '{text}' is not an option{suggestion(key, ['shuffle', NEAR_TIES])}.")
    if width is not None and near_ties:
        raise Invalid(f"'{text}' asks for a shuffle of its own and for the log's near-ties; it can have one of them.")
    return width, near_ties


def _width(value: str) -> float:
    try:
        width = float(value)
    except ValueError:
        width = -1.0
    if not 0 <= width <= 1:
        raise Invalid(f"The width of a shuffle is a number from 0 to 1, not '{value}'.")
    return width


def _scores(base: str) -> Callable[[History], Scores]:
    if base in BASELINES:
        return BASELINES[base]
    for form in _FILES:
        path = Path(base.removeprefix(form))
        if base.startswith(form):
            if not path.exists() or base == form:
                raise Invalid(f"There is no '{path}' to read {form.removesuffix(':')} from.")
            return _by_weights(path) if form == "weights:" else _by_model(path)
    raise Invalid(f"'{base}' is not a ranking{suggestion(base, FORMS)}; known are {', '.join(FORMS)}.")


def _by_weights(file: Path) -> Callable[[History], Scores]:
    weights = read_weights(file)
    return lambda history: weighted(history, weights)


def _by_model(folder: Path) -> Callable[[History], Scores]:
    from matching.lasting_reading import read_model

    model = read_model(folder)
    return lambda history: with_model(history, model)
