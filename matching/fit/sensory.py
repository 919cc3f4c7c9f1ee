"""Sensory fit: what a workplace is like in each dimension against what the person bears or seeks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from matching.columns import DIMENSIONS, PEAK_SHARES, UNKNOWN, Array, Rows, bits
from matching.fit.adjustments import offer_read
from matching.fit.levels import chance_at_most
from matching.fit.part import (
    CONFLICT,
    NO_PRIOR,
    Codes,
    Concession,
    Judged,
    Mask,
    Part,
    Said,
    Setting,
    Values,
    coded,
    codes_of_examples,
    graded,
    short,
)
from matching.fit.part import UNKNOWN as UNKNOWN_CODE
from matching.kinds import Read, Reading
from matching.model.adjustment import Offer
from matching.model.finding import Aspect, Code
from matching.model.profile import VocationalProfile
from matching.model.sensory import HIGHEST_LEVEL, Direction, PeakShare, SensoryLevel, SensoryTolerance
from matching.model.vacancy import Vacancy
from matching.pool import Alike, Jobs
from matching.taxonomy import Adjustment, Catalogue, SensoryDimensionEntry

LEVEL_WORDS = ("hardly any", "mild", "ordinary", "strong", "very strong")
MOST_RELIEF = 2  # levels that all mitigations together can take off
UNDER_10 = PEAK_SHARES.index(PeakShare.UNDER_10)


def level_read(dimension: int) -> Reading:
    """What anybody has observed of a dimension, by its place among all."""
    return tuple(Read(column, dimension) for column in ("typical", "peak", "peak_share", "can_leave"))


def prior_read(dimension: int) -> Reading:
    """What the occupation suggests of a dimension."""
    return (Read("prior_mean", dimension), Read("prior_spread", dimension))


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

    @property
    def prior_read(self) -> Reading:
        """What the occupation suggests of the dimension."""
        return prior_read(self.index)

    @property
    def level_read(self) -> Reading:
        """What anybody has observed of the dimension."""
        return level_read(self.index)

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

    @property
    def readings(self) -> tuple[Reading, ...]:
        return (self.level_read,)

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

    @property
    def readings(self) -> tuple[Reading, ...]:
        return (self.level_read, *(offer_read(relief.position) for relief in self.reliefs))

    def codes(self, jobs: Jobs) -> Codes:
        return self._levels(jobs).codes(self.wished.tolerance)

    def values(self, jobs: Jobs, codes: Codes) -> Values:
        """More margin is worth more; where the level is unknown, the chance that it is bearable.

        Every value falls or stays as the workplace gets louder, and rises or stays as an offer turns to
        yes: least of `ok` (0.8) above most of `unknown`, least of `unknown` above most of `conflict`.
        """
        values = self._by_margin(jobs, codes)
        at = np.flatnonzero((codes == UNKNOWN_CODE) & (jobs.column("typical", self.index) == UNKNOWN))
        if len(at):
            mean, spread = (jobs.column(name, self.index)[at] for name in ("prior_mean", "prior_spread"))
            values[at] = self._chances(mean, spread, self._bearable(jobs)[at])
        return values

    def judged_alike(self, jobs: Jobs, alike: Alike) -> Judged:
        """What a prior suggests of a level that nobody has observed is of no kind, and looked up job by job."""
        kinds, kind_of_job = alike.examples, alike.kind_of_job
        codes = codes_of_examples(self, kinds)
        unobserved = (codes == UNKNOWN_CODE) & (kinds.column("typical", self.index) == UNKNOWN)
        values, bearable = self._by_margin(kinds, codes), self._bearable(kinds)
        if alike.behind is not None:
            behind = self.codes(alike.behind)
            codes = np.concatenate([codes, behind])
            values = np.concatenate([values, self.values(alike.behind, behind)])
            unobserved = np.concatenate([unobserved, np.zeros(len(behind), np.bool_)])
        spread_out = values.take(kind_of_job)
        at = np.flatnonzero(unobserved.take(kind_of_job))
        if len(at):
            here = jobs.pool.jobs(at if jobs.rows is None else jobs.rows.take(at))
            spread_out[at] = self._chances_at(here, bearable.take(kind_of_job.take(at)))
        return Judged(self, codes.take(kind_of_job), spread_out)

    def _chances_at(self, jobs: Jobs, bearable: Values) -> Values:
        """The chances of some jobs, for few kinds of prior and few bearable levels once each."""
        alike = jobs.alike((self.prior_read,))
        if alike is None or alike.behind is not None:
            mean, spread = jobs.column("prior_mean", self.index), jobs.column("prior_spread", self.index)
            return self._chances(mean, spread, bearable)
        kinds = alike.examples
        mean, spread = kinds.column("prior_mean", self.index), kinds.column("prior_spread", self.index)
        # Bearable levels are whole and half ones.
        halves = np.arange(2 * (HIGHEST_LEVEL + MOST_RELIEF) + 1)
        used = np.flatnonzero(np.bincount((2 * bearable).astype(np.int64), minlength=len(halves)))
        line_of = np.zeros(len(halves), np.int64)
        line_of[used] = len(kinds) * np.arange(len(used))
        table = self._chances(mean, spread, used[:, None] / 2).ravel()
        return table.take(line_of.take((2 * bearable).astype(np.int64)) + alike.kind_of_job)

    def _by_margin(self, jobs: Jobs, codes: Codes) -> Values:
        """The values as far as they do not depend on what the occupation suggests."""
        levels = self._levels(jobs)
        margin = np.maximum(self.wished.tolerance - levels.worst, 0) / HIGHEST_LEVEL
        excess = np.maximum(levels.best - self.wished.tolerance, 0) / HIGHEST_LEVEL
        return graded(codes, ok=0.8 + 0.2 * margin, conflict=0.1 - 0.1 * excess)

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

    def _bearable(self, jobs: Jobs) -> Values:
        """The level that is bearable with the mitigations; one that may be offered counts half."""
        relief = np.zeros(len(jobs))
        for each in self.reliefs:
            if each.levels:
                maybe, surely = ~jobs.flags("refused", each.mask), jobs.flags("offered", each.mask)
                relief += each.levels * (maybe.astype(np.float64) + surely) / 2
        return self.wished.tolerance + np.minimum(relief, MOST_RELIEF)

    def _chances(self, mean: Array, spread: Array, bearable: Values) -> Values:
        """The chance that the level is bearable by the occupation's prior, the middle without one."""
        lowest, highest = self.figures["sensory_prior.lowest"], self.figures["sensory_prior.highest"]
        chances = np.clip(chance_at_most(mean, spread, bearable), lowest, highest)
        return np.where(np.isnan(mean), NO_PRIOR, chances)

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
