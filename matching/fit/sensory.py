"""Sensory fit: what a workplace is like in each dimension against what the person bears or seeks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from matching.columns import DIMENSIONS, PEAK_SHARES, UNKNOWN, Array, Rows, bits
from matching.fit.levels import chance_at_most
from matching.fit.part import (
    CONFLICT,
    NO_PRIOR,
    Codes,
    Concession,
    Mask,
    Part,
    Said,
    Setting,
    Values,
    coded,
    graded,
    short,
)
from matching.model.adjustment import Offer
from matching.model.finding import Aspect, Code
from matching.model.profile import VocationalProfile
from matching.model.sensory import HIGHEST_LEVEL, Direction, PeakShare, SensoryLevel, SensoryTolerance
from matching.model.vacancy import Vacancy
from matching.pool import Jobs
from matching.taxonomy import Adjustment, Catalogue, SensoryDimensionEntry

LEVEL_WORDS = ("hardly any", "mild", "ordinary", "strong", "very strong")
MOST_RELIEF = 2  # levels that all mitigations together can take off
UNDER_10 = PEAK_SHARES.index(PeakShare.UNDER_10)


def parts(profile: VocationalProfile, setting: Setting) -> tuple[Part, ...]:
    """One part a dimension that the person avoids or seeks; neutral gives none."""
    found: list[Part] = []
    for index, dimension in enumerate(DIMENSIONS):
        wished = profile.sensory.get(dimension)
        if wished is None or wished.direction is Direction.NEUTRAL:
            continue
        entry = setting.catalogue.dimension(dimension)
        if wished.direction is Direction.SEEK:
            found.append(Seek(name=dimension.value, absolute=wished.hard, index=index, entry=entry, wished=wished))
            continue
        reliefs = _reliefs(wished, setting.catalogue, dimension.value)
        found.append(
            Avoid(
                name=dimension.value,
                absolute=wished.hard,
                index=index,
                entry=entry,
                wished=wished,
                reliefs=reliefs,
                figures=setting.figures,
            )
        )
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Relief:
    """What one of the person's own mitigations takes off a dimension, if the employer offers it."""

    adjustment: Adjustment = field(repr=False)
    position: int  # in the catalogue of adjustments
    levels: int
    bands: int

    @property
    def mask(self) -> tuple[int, int]:
        """Its bit in the columns of offers."""
        return bits([self.position])


def _reliefs(wished: SensoryTolerance, catalogue: Catalogue, dimension: str) -> tuple[Relief, ...]:
    effects = {each.slug: each for each in catalogue.mitigations_for(dimension)}
    return tuple(
        Relief(
            adjustment=catalogue.adjustment(slug),
            position=catalogue.index_of_adjustment(slug),
            levels=effects[slug].effect_levels,
            bands=effects[slug].share_bands,
        )
        for slug in wished.mitigations
        if slug in effects and (effects[slug].effect_levels or effects[slug].share_bands)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Dimension(Part):
    aspect: ClassVar[Aspect] = Aspect.SENSORY
    screening_rank: ClassVar[int] = 4

    index: int
    entry: SensoryDimensionEntry = field(repr=False)
    wished: SensoryTolerance

    def known_level(self, job: Vacancy) -> SensoryLevel | None:
        """The level that somebody has observed; a prior is none."""
        level = job.sensory.get(DIMENSIONS[self.index])
        return None if level is None or level.is_prior else level

    @property
    def label(self) -> str:
        """The dimension at the beginning of a sentence."""
        return self.entry.label[:1].upper() + self.entry.label[1:]


def in_words(level: int) -> str:
    """Write a level with its general word.

    >>> in_words(2)
    'ordinary (2/4)'
    """
    return f"{LEVEL_WORDS[level]} ({level}/{HIGHEST_LEVEL})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seek(_Dimension):
    """Whether there is at least as much of it as the person does well with."""

    def codes(self, jobs: Jobs) -> Codes:
        typical = jobs.column("typical", self.index)
        unknown = typical == UNKNOWN
        enough = np.where(unknown, self.wished.tolerance == 0, typical >= self.wished.tolerance)
        return coded(conflict=~unknown & ~enough, ok=enough)

    def say(self, job: Vacancy, code: Code, view: Jobs) -> Said:
        level, wanted = self.known_level(job), in_words(self.wished.tolerance)
        if level is None and code is Code.OK:
            return Said(sentence=f"{self.label}: any level suits them.")
        if level is None:
            return Said(
                sentence=f"{self.label}: nobody has checked; they do better with at least {wanted}.", ask=self.entry.ask
            )
        verdict = "and" if code is Code.OK else "but"
        return Said(
            sentence=f"{self.label}: {in_words(level.typical)} here, {verdict} they do well with at least {wanted}."
        )


Levels = npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Met:
    """The worst and the best level that a person may meet at each job, with what eases it."""

    worst: Levels
    best: Levels

    def codes(self, tolerance: int) -> Codes:
        """Bearable however the unknown is filled, or unbearable however it is, or unknown."""
        return coded(conflict=self.best > tolerance, ok=self.worst <= tolerance)


@dataclass(frozen=True, slots=True, kw_only=True)
class Avoid(_Dimension):
    """Whether the level stays within the person's tolerance, with the mitigations that work for them."""

    concession: ClassVar[Concession | None] = Concession.SENSORY

    reliefs: tuple[Relief, ...]
    figures: Mapping[str, float] = field(repr=False)

    def codes(self, jobs: Jobs) -> Codes:
        return self._levels(jobs).codes(self.wished.tolerance)

    def values(self, jobs: Jobs, codes: Codes) -> Values:
        """More margin is worth more; where the level is unknown, the chance that it is bearable.

        Every value falls or stays as the workplace gets louder, and rises or stays as an offer turns to
        yes: least of `ok` (0.8) above most of `unknown`, least of `unknown` above most of `conflict`.
        """
        levels = self._levels(jobs)
        margin = np.maximum(self.wished.tolerance - levels.worst, 0) / HIGHEST_LEVEL
        excess = np.maximum(levels.best - self.wished.tolerance, 0) / HIGHEST_LEVEL
        return graded(codes, ok=0.8 + 0.2 * margin, conflict=0.1 - 0.1 * excess, unknown=self._chance_bearable(jobs))

    def _levels(self, jobs: Jobs) -> _Met:
        return jobs.once(("levels met", self.index, self.wished), lambda: self._find_levels(jobs, conceded=None))

    def _find_levels(self, jobs: Jobs, conceded: Relief | None) -> _Met:
        """The worst level that counts only offered mitigations, and the best that counts all but refused ones."""
        offered = [jobs.flags("offered", relief.mask) | (relief is conceded) for relief in self.reliefs]
        possible = [~jobs.flags("refused", relief.mask) | (relief is conceded) for relief in self.reliefs]
        worst = np.full(len(jobs), HIGHEST_LEVEL, np.int8)
        best = np.zeros(len(jobs), np.int8)
        at = np.flatnonzero(jobs.column("typical", self.index) != UNKNOWN)
        if len(at):
            typical = jobs.column("typical", self.index)[at]
            peak = jobs.column("peak", self.index)[at]
            worst[at] = np.where(self._peak_may_count(jobs, at, [each[at] for each in offered]), peak, typical)
            best[at] = np.where(self._peak_surely_counts(jobs, at, [each[at] for each in possible]), peak, typical)
        return _Met(worst=self._relieved(worst, offered), best=self._relieved(best, possible))

    def _peak_may_count(self, jobs: Jobs, at: Rows, counted: list[Mask]) -> Mask:
        """Whether it is not known for sure that the peak is short and can be left."""
        may: Mask = (self._share(jobs, at, counted) != UNDER_10) | (jobs.column("can_leave", self.index)[at] != 1)
        return may

    def _peak_surely_counts(self, jobs: Jobs, at: Rows, counted: list[Mask]) -> Mask:
        """Whether the peak fills a tenth of a shift or more, or the person cannot leave."""
        share = self._share(jobs, at, counted)
        long = (share != UNKNOWN) & (share != UNDER_10)
        surely: Mask = long | (jobs.column("can_leave", self.index)[at] == 0)
        return surely

    def _share(self, jobs: Jobs, at: Rows, counted: list[Mask]) -> Array:
        """The share of a shift that the peak fills, a band lower for a way out; an unknown share stays unknown."""
        share: Array = jobs.column("peak_share", self.index)[at]
        for relief, counts in zip(self.reliefs, counted, strict=True):
            if relief.bands:
                lowered = np.maximum(share, np.uint8(UNDER_10 + relief.bands)) - np.uint8(relief.bands)
                share = np.where(counts & (share != UNKNOWN), lowered, share)
        return share

    def _relieved(self, level: Levels, counted: list[Mask]) -> Levels:
        if not any(relief.levels for relief in self.reliefs):
            return level
        taken_off = np.zeros(len(level), np.int8)
        for relief, counts in zip(self.reliefs, counted, strict=True):
            taken_off += np.int8(relief.levels) * counts.view(np.int8)
        relieved: Levels = np.maximum(level - np.minimum(taken_off, np.int8(MOST_RELIEF)), np.int8(0))
        return relieved

    def _chance_bearable(self, jobs: Jobs) -> Values:
        """The value where it is not known whether the level is bearable: by the occupation's prior if there is one."""
        chance = np.full(len(jobs), NO_PRIOR)
        mean = jobs.column("prior_mean", self.index)
        at = np.flatnonzero((jobs.column("typical", self.index) == UNKNOWN) & ~np.isnan(mean))
        relief = np.zeros(len(at))
        for each in self.reliefs:
            if each.levels:  # one that may be offered counts half
                maybe, surely = ~jobs.flags("refused", each.mask)[at], jobs.flags("offered", each.mask)[at]
                relief += each.levels * (maybe.astype(np.float64) + surely) / 2
        bearable = self.wished.tolerance + np.minimum(relief, MOST_RELIEF)
        spread = jobs.column("prior_spread", self.index)[at]
        lowest, highest = self.figures["sensory_prior.lowest"], self.figures["sensory_prior.highest"]
        chance[at] = np.clip(chance_at_most(mean[at], spread, bearable), lowest, highest)
        return chance

    def liftable(self, jobs: Jobs) -> Mask:
        """Whether one mitigation that was refused would by itself end the conflict."""
        lifted = np.zeros(len(jobs), np.bool_)
        for _, lifts in self._lifting(jobs):
            lifted |= lifts
        return lifted

    def _codes_if(self, jobs: Jobs, conceded: Relief) -> Codes:
        return self._find_levels(jobs, conceded).codes(self.wished.tolerance)

    def _lifting(self, jobs: Jobs) -> list[tuple[Relief, Mask]]:
        return [
            (relief, jobs.flags("refused", relief.mask) & (self._codes_if(jobs, relief) != CONFLICT))
            for relief in self.reliefs
        ]

    def concession_asked(self, job: Vacancy, view: Jobs) -> str:
        lifting = next(relief.adjustment for relief, lifts in self._lifting(view) if lifts[0])
        return f"again for {short(lifting.label)}, to ease {self.entry.label}"

    def say(self, job: Vacancy, code: Code, view: Jobs) -> Said:
        level, tolerance = self.known_level(job), in_words(self.wished.tolerance)
        open_reliefs = [
            each.adjustment for each in self.reliefs if job.adjustments.get(each.adjustment.slug) is not Offer.NO
        ]
        settled_by = tuple(entry.slug for entry in open_reliefs)
        if level is None:
            if code is Code.OK:
                return Said(sentence=f"{self.label}: any level would be bearable for them here.")
            return Said(
                sentence=f"{self.label}: nobody has checked; they bear up to {tolerance}.",
                ask=self.entry.ask,
                settled_by=settled_by,
            )
        here = f"{self.label}: {in_words(level.typical)} here"
        if level.peak > level.typical:
            here += f", at times {in_words(level.peak)}"
        if code is Code.OK:
            eased = "" if level.typical <= self.wished.tolerance else ", eased by what is offered"
            return Said(sentence=f"{here}{eased}; they bear up to {tolerance}.")
        if code is Code.CONFLICT:
            return Said(sentence=f"{here}; they bear up to {tolerance} only.", settled_by=settled_by)
        unasked = [entry for entry in open_reliefs if job.adjustments.get(entry.slug) is not Offer.YES]
        return Said(
            sentence=f"{here}; nobody knows if that stays within {tolerance}.",
            ask=self._question(level, unasked),
            settled_by=tuple(entry.slug for entry in unasked),
        )

    def _question(self, level: SensoryLevel, unasked: Sequence[Adjustment]) -> str:
        """Ask for what would settle it: a mitigation if the usual level is too much, else more about the peak."""
        if unasked and level.typical > self.wished.tolerance:
            return unasked[0].ask
        if level.can_leave is None:
            return f"When it comes to {self.entry.label}, can people step away when it is at its worst?"
        if level.peak_share is None:
            return f"When it comes to {self.entry.label}, how much of a shift is it at its worst?"
        return unasked[0].ask if unasked else self.entry.ask
