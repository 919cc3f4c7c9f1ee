"""Sensory fit: what a workplace is like in each dimension against what the person bears or seeks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from matching.fit.levels import chance_at_most
from matching.fit.part import Codes, Concession, Mask, Part, Said, Setting, Values, coded, graded
from matching.model.adjustment import Offer
from matching.model.finding import Aspect, Code
from matching.model.profile import VocationalProfile
from matching.model.sensory import HIGHEST_LEVEL, Direction, PeakShare, SensoryLevel, SensoryTolerance
from matching.model.vacancy import Vacancy
from matching.pool import DIMENSIONS, PEAK_SHARES, UNKNOWN, Array, Jobs, bits
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
    'ordinary (2 of 4)'
    """
    return f"{LEVEL_WORDS[level]} ({level} of {HIGHEST_LEVEL})"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Avoid(_Dimension):
    """Whether the level stays within the person's tolerance, with the mitigations that work for them."""

    concession: ClassVar[Concession | None] = Concession.SENSORY

    reliefs: tuple[Relief, ...]
    figures: Mapping[str, float] = field(repr=False)

    def codes(self, jobs: Jobs) -> Codes:
        return self._codes(jobs, conceded=None)

    def _codes(self, jobs: Jobs, conceded: Relief | None) -> Codes:
        tolerance = self.wished.tolerance
        return coded(
            conflict=self._best_level(jobs, conceded) > tolerance,
            ok=self._known_level(jobs, conceded) <= tolerance,
        )

    def _known_level(self, jobs: Jobs, conceded: Relief | None = None) -> Array:
        """The worst level that may be met, counting only the mitigations that are offered."""
        key = ("known level", self.index, self.wished, conceded)
        return jobs.once(key, lambda: self._find_known_level(jobs, conceded))

    def _best_level(self, jobs: Jobs, conceded: Relief | None = None) -> Array:
        """The best level that may be met, counting all mitigations but the refused ones."""
        key = ("best level", self.index, self.wished, conceded)
        return jobs.once(key, lambda: self._find_best_level(jobs, conceded))

    def _find_known_level(self, jobs: Jobs, conceded: Relief | None) -> Array:
        counts = [jobs.flags("offered", relief.mask) | (relief is conceded) for relief in self.reliefs]
        may_count = self._peak(jobs, counts, if_unknown=True)
        worst = np.where(may_count, jobs.column("peak", self.index), jobs.column("typical", self.index))
        worst = np.where(jobs.column("typical", self.index) == UNKNOWN, HIGHEST_LEVEL, worst)
        return self._relieved(worst, counts)

    def _find_best_level(self, jobs: Jobs, conceded: Relief | None) -> Array:
        counts = [~jobs.flags("refused", relief.mask) | (relief is conceded) for relief in self.reliefs]
        counts_surely = self._peak(jobs, counts, if_unknown=False)
        best = np.where(counts_surely, jobs.column("peak", self.index), jobs.column("typical", self.index))
        best = np.where(jobs.column("typical", self.index) == UNKNOWN, 0, best)
        return self._relieved(best, counts)

    def _peak(self, jobs: Jobs, counts: list[Mask], *, if_unknown: bool) -> Mask:
        """Whether the peak counts: it fills a tenth of a shift or more, or the person cannot leave."""
        share = jobs.column("peak_share", self.index)
        for relief, counted in zip(self.reliefs, counts, strict=True):
            if relief.bands:
                lowered = np.maximum(share, np.uint8(UNDER_10 + relief.bands)) - np.uint8(relief.bands)
                share = np.where(counted & (share != UNKNOWN), lowered, share)
        can_leave = jobs.column("can_leave", self.index)
        surely = ((share != UNKNOWN) & (share != UNDER_10)) | (can_leave == 0)
        surely_not = (share == UNDER_10) & (can_leave == 1)
        counting: Mask = surely | ~surely_not if if_unknown else surely
        return counting

    def _relieved(self, level: Array, counts: list[Mask]) -> Array:
        relief = np.zeros(len(level), np.int8)
        for each, counted in zip(self.reliefs, counts, strict=True):
            relief += np.int8(each.levels) * counted.view(np.int8)
        relieved: Array = np.maximum(level.astype(np.int8) - np.minimum(relief, np.int8(MOST_RELIEF)), np.int8(0))
        return relieved

    def values(self, jobs: Jobs, codes: Codes) -> Values:
        """More margin is worth more; where the level is unknown, the chance that it is bearable.

        Every value falls or stays as the workplace gets louder, and rises or stays as an offer turns to
        yes: least of `ok` (0.8) above most of `unknown`, least of `unknown` above most of `conflict`.
        """
        known, best = self._known_level(jobs), self._best_level(jobs)
        margin = np.maximum(self.wished.tolerance - known, 0) / HIGHEST_LEVEL
        excess = np.maximum(best - self.wished.tolerance, 0) / HIGHEST_LEVEL
        unknown = np.full(len(jobs), 0.5)
        missing = jobs.column("typical", self.index) == UNKNOWN
        mean = jobs.column("prior_mean", self.index)
        with_prior = missing & ~np.isnan(mean)
        if with_prior.any():
            unknown = np.where(with_prior, self._chance_bearable(jobs, mean), unknown)
        return graded(codes, ok=0.8 + 0.2 * margin, conflict=0.1 - 0.1 * excess, unknown=unknown)

    def _chance_bearable(self, jobs: Jobs, mean: Array) -> Values:
        counted = [~jobs.flags("refused", relief.mask) for relief in self.reliefs]
        certain = [jobs.flags("offered", relief.mask) for relief in self.reliefs]
        relief = np.zeros(len(jobs))
        for each, maybe, surely in zip(self.reliefs, counted, certain, strict=True):
            relief += each.levels * (maybe.astype(np.float64) + surely) / 2
        bearable = self.wished.tolerance + np.minimum(relief, MOST_RELIEF)
        chance = chance_at_most(mean, jobs.column("prior_spread", self.index), bearable)
        return np.clip(chance, self.figures["sensory_prior.lowest"], self.figures["sensory_prior.highest"])

    def liftable(self, jobs: Jobs) -> Mask:
        """Whether one mitigation that was refused would by itself end the conflict."""
        lifted = np.zeros(len(jobs), np.bool_)
        for _, lifts in self._lifting(jobs):
            lifted |= lifts
        return lifted

    def _lifting(self, jobs: Jobs) -> list[tuple[Relief, Mask]]:
        return [
            (relief, jobs.flags("refused", relief.mask) & (self._codes(jobs, relief) != Code.CONFLICT))
            for relief in self.reliefs
        ]

    def concession_asked(self, job: Vacancy, view: Jobs) -> str:
        lifting = next(relief.adjustment for relief, lifts in self._lifting(view) if lifts[0])
        return f"Ask again about {self.entry.label}: would they agree to {lifting.label}?"

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
            sentence=f"{here}; whether that stays within the {tolerance} they bear is not known.",
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
