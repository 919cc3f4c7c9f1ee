"""How good the sustain model is on people and months that it has not seen, beside what it must beat."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np

from evaluation.estimates import Estimate
from evaluation.metrics.calibration import Recalibration, brier_rows, recalibration
from evaluation.metrics.censoring import share_lasting
from evaluation.metrics.discrimination import auc
from evaluation.metrics.intervals import mean_of, share_of
from evaluation.metrics.survival import kaplan_meier
from evaluation.sustain.features import Mask, Placements, Rows, joined
from evaluation.sustain.fitting import Fitted, NotEnough, fit, fit_one_number, with_one_number
from evaluation.sustain.hazard import outcomes
from evaluation.sustain.splits import SETTLED_WEEKS, RollingSplit, rolling_splits
from evaluation.tables import Unsaid
from matching.lasting_features import FEATURES, Feature, Numbers

#: The Brier score is taken at the end of each of these weeks; their mean is the integrated one.
WEEKS = tuple(range(1, SETTLED_WEEKS + 1))
#: Of the evidence that a model asks for, so much must have been there on the day of a cut.
SHARE_ON_CUT = 0.5

Progress = Callable[[int, int], None]


class Rival(StrEnum):
    """What the model must beat."""

    BASE_RATE = "the base rate"
    MEANING = "the order by meaning alone"
    SCORE = "the documented score"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HeldOut:
    """Predictions for jobs whose people and months no model had seen when it made them."""

    cuts: tuple[date, ...]
    placements: Placements
    chances: Mapping[str, Numbers]  # by rival, or "" for the model: weeks x rows, for `WEEKS`
    low: Numbers  # intervals at `SETTLED_WEEKS`
    high: Numbers
    brier: Mapping[str, Numbers]  # what each job adds to the mean: integrated, weighted for jobs lost from sight

    @property
    def at_26_weeks(self) -> Numbers:
        """The model's chance of each job at 26 weeks."""
        chances: Numbers = self.chances[MODEL][-1]
        return chances


MODEL = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fifth:
    """A fifth of the held-out jobs by chance: what was foretold, with the mean interval, and what came."""

    chance: float
    low: float
    high: float
    lasted: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    """Figures of held-out jobs; `gains` are how much lower the model's integrated Brier score is than a rival's."""

    cuts: tuple[date, ...]
    jobs: int
    people: int
    lasted: Estimate  # of those of whom it is known, the share that lasted `SETTLED_WEEKS`
    brier: Mapping[str, Estimate]
    gains: Mapping[Rival, Estimate]
    auc: Estimate | Unsaid
    line: Recalibration | Unsaid
    fifths: tuple[Fifth, ...]
    alone: Mapping[Feature, float]  # share of pairs told apart by one feature, whichever way round

    @property
    def beats_base_rate(self) -> bool:
        """Whether the interval of the gain over the base rate lies above 0."""
        return self.gains[Rival.BASE_RATE].low > 0


def held_out(placements: Placements, *, seed: int, progress: Progress | None = None) -> HeldOut | None:
    """Train on what was known on each cut and predict what came after; `None` if no cut had evidence enough."""
    found: list[HeldOut] = []
    splits = rolling_splits(placements)
    for number, split in enumerate(splits):
        if progress:
            progress(number, len(splits))
        predicted = _predicted(split, seed=seed)
        if predicted is not None:
            found.append(predicted)
    return _joined(found) if found else None


def validation_of(held: HeldOut) -> Validation:
    """The figures."""
    jobs, people = held.placements, held.placements.people
    brier = {name: _mean(rows, people) for name, rows in held.brier.items()}
    lasted, known, _ = outcomes(jobs, SETTLED_WEEKS)
    return Validation(
        cuts=held.cuts,
        jobs=len(people),
        people=len(np.unique(people)),
        brier=brier,
        gains={rival: _mean(held.brier[rival] - held.brier[MODEL], people) for rival in Rival},
        lasted=_share(lasted[known], people[known]),
        line=recalibration(held.at_26_weeks, jobs.weeks, jobs.ended, SETTLED_WEEKS, people),
        fifths=_fifths(held, lasted, known),
        auc=auc(held.at_26_weeks[known], lasted[known], people[known]),
        alone={
            feature: _told_apart(held.placements.features[number][known], lasted[known])
            for number, feature in enumerate(FEATURES)
        },
    )


def _predicted(split: RollingSplit, *, seed: int) -> HeldOut | None:
    fitted = fit(split.train, seed=seed, share_of_evidence=SHARE_ON_CUT)
    if isinstance(fitted, NotEnough):
        return None
    test = split.test
    base = kaplan_meier(split.train.weeks, split.train.ended)
    chances = {
        MODEL: fitted.hazard.chances(test.features, WEEKS),
        Rival.BASE_RATE: np.repeat(share_lasting(base, np.array(WEEKS))[:, None], len(test), axis=1),
    }
    for rival, number in _BY_ONE_NUMBER.items():
        alone = fit_one_number(split.train, number(split.train), seed=seed, share_of_evidence=SHARE_ON_CUT)
        chances[rival] = (
            chances[Rival.BASE_RATE]
            if alone is None
            else alone.chances(with_one_number(test, number(test)).features, WEEKS)
        )
    low, high = _interval(fitted, chances[MODEL][-1])
    brier = {name: integrated_rows(test.weeks, test.ended, predicted) for name, predicted in chances.items()}
    return HeldOut(cuts=(split.cut,), placements=test, chances=chances, low=low, high=high, brier=brier)


def _preferences(jobs: Placements) -> Numbers:
    preferences: Numbers = jobs.features[FEATURES.index(Feature.PREFERENCES)]
    return preferences


def _score(jobs: Placements) -> Numbers:
    return jobs.score


#: Rivals that know one number of a job, and are learnt from it in the same way as the model.
_BY_ONE_NUMBER: Mapping[Rival, Callable[[Placements], Numbers]] = {Rival.MEANING: _preferences, Rival.SCORE: _score}


def _interval(fitted: Fitted, chances: Numbers) -> tuple[Numbers, Numbers]:
    return fitted.model(name="held out").interval(chances)


def integrated_rows(weeks: Numbers, ended: Mask, chances: Numbers) -> Numbers:
    """What each job adds to the Brier score integrated over `WEEKS`; `chances` are weeks x jobs."""
    rows = [brier_rows(chance, weeks, ended, week) for week, chance in zip(WEEKS, chances, strict=True)]
    integrated: Numbers = np.mean(rows, axis=0)
    return integrated


def _fifths(held: HeldOut, lasted: Mask, known: Mask) -> tuple[Fifth, ...]:
    rows = np.flatnonzero(known)
    ordered = rows[np.argsort(held.at_26_weeks[rows], kind="stable")]
    return tuple(
        Fifth(
            chance=float(held.at_26_weeks[fifth].mean()),
            low=float(held.low[fifth].mean()),
            high=float(held.high[fifth].mean()),
            lasted=_share(lasted[fifth], held.placements.people[fifth]),
        )
        for fifth in np.array_split(ordered, 5)
        if len(fifth)
    )


def _share(lasted: Mask, people: Rows) -> Estimate:
    found = share_of(lasted, people)
    if isinstance(found, Unsaid):
        raise ValueError(found.why)
    return found


def _told_apart(numbers: Numbers, lasted: Mask) -> float:
    there = ~np.isnan(numbers)
    area = auc(numbers[there], lasted[there])
    return 0.5 if isinstance(area, Unsaid) else max(area.value, 1 - area.value)


def _mean(rows: Numbers, people: Rows) -> Estimate:
    found = mean_of(rows, people)
    if isinstance(found, Unsaid):
        raise ValueError(found.why)
    return found


def _joined(found: Sequence[HeldOut]) -> HeldOut:
    return HeldOut(
        cuts=tuple(cut for each in found for cut in each.cuts),
        placements=joined([each.placements for each in found]),
        chances={name: np.concatenate([each.chances[name] for each in found], axis=1) for name in found[0].chances},
        low=np.concatenate([each.low for each in found]),
        high=np.concatenate([each.high for each in found]),
        brier={name: np.concatenate([each.brier[name] for each in found]) for name in found[0].brier},
    )
