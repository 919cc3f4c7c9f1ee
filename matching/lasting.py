"""The sustain model as the engine uses it: how likely a job like this goes on for so many weeks, from the match alone.

It is learnt from history by `evaluation.sustain` and written as step functions, so that nothing is needed to use it but
numbers. Its features are made by `matching.lasting_features` for history and engine alike; `lasting_reading` reads it
from its folder.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from matching.lasting_features import FEATURES, Feature, Numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """What a feature adds to the log-odds that a job ends in a period: `effects[i]` up to and with `thresholds[i]`."""

    feature: Feature
    absent: float  # what is taken in place of no number
    thresholds: tuple[float, ...]  # ascending
    effects: tuple[float, ...]  # one more than thresholds

    def __call__(self, numbers: Numbers) -> Numbers:
        """The log-odds that each number adds."""
        if not self.thresholds:
            return np.full(len(numbers), self.effects[0])
        filled = np.where(np.isnan(numbers), self.absent, numbers)
        added: Numbers = np.array(self.effects)[np.searchsorted(np.array(self.thresholds), filled, side="left")]
        return added


@dataclass(frozen=True, slots=True, kw_only=True)
class IntervalTable:
    """Intervals of the chance at `weeks`, by the chance in `1 / resolution`; equal neighbours are joined."""

    weeks: int
    resolution: int
    starts: tuple[int, ...]  # from 0, ascending: `low[i]` and `high[i]` hold from here up to the next
    low: tuple[float, ...]
    high: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Of how much history a model tells, and of which days."""

    first_start: str  # a day, as 2026-11-22
    data_until: str
    simulated: bool
    people: int
    placements: int
    ended: int
    calibration_placements: int
    calibration_ended: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SustainModel:
    """The log-odds that a job which has gone on so far ends in each period, and what each feature adds to them.

    A contract with a fixed end does not end sooner in every period alike, so it may add to each a number of its own:
    `fixed_end`, and where nobody knows the contract `unknown_end`, from 0 to that.
    """

    name: str
    digest: str
    evidence: Evidence
    period_ends: tuple[int, ...]  # weeks since the start, ascending
    baseline: tuple[float, ...]  # log-odds of ending in each period
    fixed_end: tuple[float, ...] = ()  # a number a period, none below 0, or empty
    unknown_end: tuple[float, ...] = ()
    steps: tuple[Steps, ...] = field(repr=False)  # in the order of FEATURES
    intervals: IntervalTable = field(repr=False)

    def effects(self, features: Numbers) -> Numbers:
        """What each feature adds to the log-odds of ending: features x rows, for saying what counts for and against."""
        added = np.array([step(numbers) for step, numbers in zip(self.steps, features, strict=True)])
        if self.fixed_end:
            by_contract = np.array([0.0, np.mean(self.unknown_end), np.mean(self.fixed_end)])
            added[_CONTRACT] += by_contract[_ends_agreed(features)]
        return added

    def strain(self, features: Numbers) -> Numbers:
        """All that the match adds in every period alike; summed in one order, so batches do not matter."""
        total = np.zeros(features.shape[1])
        for step, numbers in zip(self.steps, features, strict=True):
            total += step(numbers)
        return total

    def chances(self, features: Numbers, *, weeks: int) -> Numbers:
        """The chance that each row's job goes on for so many weeks, 1 up to the last period's end.

        Never higher where the strain is: looked up between the points of a fine table, to about 1e-8.
        """
        lowest, highest = self._reach()
        tables = np.array([_chance_table(self.period_ends, odds, lowest, highest, weeks) for odds in self.baselines])
        place = (self.strain(features) - lowest) * (_POINTS / (highest - lowest))
        left = np.clip(np.floor(place).astype(np.int64), 0, _POINTS - 1)
        contract = _ends_agreed(features) if len(tables) > 1 else 0
        least_strain, most_strain = tables[contract, left], tables[contract, left + 1]
        between = least_strain + (place - left) * (most_strain - least_strain)
        # Rounding must not carry a value past its neighbours: better never ranks lower, not even by one bit.
        chances: Numbers = np.minimum(np.maximum(between, most_strain), least_strain)
        return chances

    @property
    def baselines(self) -> tuple[tuple[float, ...], ...]:
        """The log-odds of ending in each period by contract: open end, unknown, fixed end; one where all are alike."""
        more = (self.unknown_end, self.fixed_end) if self.fixed_end else ()
        return (
            self.baseline,
            *(tuple(odds + each for odds, each in zip(self.baseline, added, strict=True)) for added in more),
        )

    def interval(self, chances: Numbers) -> tuple[Numbers, Numbers]:
        """The least and the most of each chance at `intervals.weeks`, by the conformal table; the chance is between."""
        table = self.intervals
        place = np.searchsorted(np.array(table.starts), np.rint(chances * table.resolution), side="right") - 1
        return np.minimum(np.array(table.low)[place], chances), np.maximum(np.array(table.high)[place], chances)

    def _reach(self) -> tuple[float, float]:
        """The least and the most strain that any row can have, with room to spare."""
        lowest, highest = -_ROOM, _ROOM
        for step in self.steps:
            lowest += min(step.effects)
            highest += max(step.effects)
        return lowest, highest


def _ends_agreed(features: Numbers) -> npt.NDArray[np.int64]:
    """By contract: 0 for an open end, 1 where nobody knows, 2 for a fixed end."""
    places: npt.NDArray[np.int64] = np.nan_to_num(2 * features[_CONTRACT], nan=1.0).astype(np.int64)
    return places


_CONTRACT: Final = FEATURES.index(Feature.FIXED_END)
_POINTS: Final = 8192
_ROOM: Final = 1e-3


@lru_cache(maxsize=64)
def _chance_table(
    period_ends: tuple[int, ...], baseline: tuple[float, ...], lowest: float, highest: float, weeks: int
) -> Numbers:
    strain = lowest + (highest - lowest) * (np.arange(_POINTS + 1) / _POINTS)
    table = np.minimum.accumulate(chances_after(strain, period_ends=period_ends, baseline=baseline, weeks=[weeks])[0])
    table.flags.writeable = False
    return table


def chances_after(
    strain: Numbers, *, period_ends: tuple[int, ...], baseline: tuple[float, ...], weeks: Sequence[int]
) -> Numbers:
    """The chance that a job goes on for each number of weeks: weeks x rows. Inside a period the hazard is even."""
    if not all(1 <= week <= period_ends[-1] for week in weeks):
        raise ValueError(f"a model of {period_ends[-1]} weeks cannot tell of weeks {weeks}")
    found = np.ones((len(weeks), len(strain)))
    begin = 0
    for end, odds in zip(period_ends, baseline, strict=True):
        going_on = 1.0 / (1.0 + _exp(strain + odds))
        for number, week in enumerate(weeks):
            if week >= end:
                found[number] *= going_on
            elif week > begin:
                found[number] *= _root(going_on, (week - begin) / (end - begin))
        begin = end
    return found


def _exp(powers: Numbers) -> Numbers:
    """The exponential by sums and products alone, so that every machine finds the same bits; good to some 1e-15."""
    twos = np.rint(powers * (1.0 / _LN_2))
    rest = powers - twos * _LN_2
    total = np.ones_like(rest)
    for term in range(14, 0, -1):
        total = 1.0 + rest * total / term
    return np.ldexp(total, twos.astype(np.int64))


def _root(chances: Numbers, share: float) -> Numbers:
    """A chance to the power of a share of 1, by bisection of the share: square roots alone."""
    found, root, left = np.ones_like(chances), chances, share
    for _ in range(30):
        root, left = np.sqrt(root), left * 2.0
        if left >= 1.0:
            found, left = found * root, left - 1.0
    return found


_LN_2: Final = 0.6931471805599453
