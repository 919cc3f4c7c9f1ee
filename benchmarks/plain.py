"""The plain computation: what one would write first in NumPy, every row looked at, nothing clever. An oracle too.

Constraints are boolean masks over all rows, nearness is one full matrix product and words are added up for all rows.
It knows the parts of fit that the benchmark's person has, and shares with the engine only what is worked out once for
each distinct work pattern, the chance that a level is bearable, and the postings.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import numpy as np
import numpy.typing as npt

from embeddings.lexical import LexicalIndex
from embeddings.rounding import rounded
from matching.columns import DIMENSIONS, PEAK_SHARES, REMOTE_STEPS, UNKNOWN, Array, Rows
from matching.fit.levels import chance_at_most
from matching.fit.requirements import LONGEST_COURSE_WEEKS
from matching.fit.sensory import MOST_RELIEF
from matching.fit.week import NIGHT, Usable, minutes_of, share_of_shifts, usable_by_length, usable_by_minutes
from matching.model.adjustment import Importance, Need
from matching.model.finding import Aspect
from matching.model.profile import VocationalProfile
from matching.model.sensory import HIGHEST_LEVEL, PeakShare, SensoryDimension, SensoryTolerance
from matching.model.work import PatternKind, Remote, WindowKind
from matching.patterns import KINDS
from matching.places import SectorTable, parse_postcode
from matching.pool import VacancyPool
from matching.retrieval import Recipe
from matching.scoring import SHARED, Weights
from matching.taxonomy import Catalogue
from matching.texts import AspectText, wishes

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Where = slice | Rows
Times = list[tuple[Usable, bool]]

ALL = slice(None)
FIXED = KINDS.index(PatternKind.FIXED)
ONLY_REMOTE = REMOTE_STEPS.index(Remote.ONLY)
UNDER_10 = PEAK_SHARES.index(PeakShare.UNDER_10)
PRODUCT_ROWS = 4096
MIDDLE = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Members (ascending), their scores, and positions best first."""

    rows: Rows
    scores: Floats
    order: Rows


@dataclass(slots=True)
class Stopwatch:
    """Seconds of the core's own time by step."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        began = time.process_time()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.process_time() - began


@dataclass(frozen=True, slots=True, kw_only=True)
class _Value:
    """The value of one part, and at which of the scored rows it is present."""

    aspect: Aspect
    name: str
    values: Floats
    at: Rows | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plain:
    """Answers from a pool's columns, a matrix of vectors and postings, in the plainest way."""

    pool: VacancyPool
    vectors: npt.NDArray[np.float32]
    words: LexicalIndex
    recipe: Recipe
    weights: Weights
    catalogue: Catalogue
    sectors: SectorTable
    queries: dict[str, npt.NDArray[np.float32]] = field(default_factory=dict)

    def answer(self, profile: VocationalProfile, *, as_of: date, watch: Stopwatch, scores_for_all_rows: bool) -> Answer:
        """Mask all rows, compare and score all rows (or score only those left), and sort those left."""
        with watch.step("constraints"):
            km, times = self._km(profile), self._times(profile)
            rows = np.flatnonzero(self._allowed(profile, as_of=as_of, km=km, times=times))
        near = self._nearness(profile, watch)
        at: Where = ALL if scores_for_all_rows else rows
        with watch.step("scores"):
            values = [*self._values(profile, at, km=km, times=times, as_of=as_of, near=near)]
            scores = self._weighted_mean(values, len(km) if scores_for_all_rows else len(rows))
            scores = scores[rows] if scores_for_all_rows else scores
        with watch.step("sorting"):
            order = np.lexsort((self.pool.ref_rank[rows], -scores))
        return Answer(rows=rows, scores=scores, order=order)

    # Constraints

    def _column(self, name: str, at: Where = ALL, index: int = 0) -> Array:
        column: Array = self.pool.columns[name][index][at]
        return column

    def _km(self, profile: VocationalProfile) -> Floats:
        home = self.sectors.centroid(parse_postcode(profile.travel.home or ""))
        assert home is not None
        east, north = self._column("easting") - home[0], self._column("northing") - home[1]
        metres: Floats = np.sqrt(east * east + north * north)
        return metres / 1000

    def _allowed(self, profile: VocationalProfile, *, as_of: date, km: Floats, times: Times) -> Mask:
        """Every absolute constraint as a mask over all rows; what is unknown passes."""
        day = as_of.toordinal()
        allowed = self._column("open") & (self._column("opens_on") <= day) & (self._column("closes_on") >= day)
        allowed &= ~(km > (profile.travel.max_km or 0.0)) | (self._column("remote") == ONLY_REMOTE)
        wanted_least, wanted_most = profile.hours.least or 0.0, profile.hours.most or 0.0
        apart = (self._column("hours_least") > wanted_most) | (self._column("hours_most") < wanted_least)
        allowed &= ~apart | self._column("negotiable")
        for usable, whole_is_enough in times:
            allowed &= ~self._judge_times(usable, ALL, whole_is_enough=whole_is_enough)[0]
        for need in profile.adjustments:
            if need.importance is Importance.ESSENTIAL:
                allowed &= ~self._refused(need, ALL)
        for dimension, wished in profile.sensory.items():
            if wished.hard:
                allowed &= ~(self._levels(dimension, wished, ALL)[1] > wished.tolerance)
        if profile.pay_floor.hard and profile.pay_floor.hourly is not None:
            allowed &= ~(self._column("hourly_most") < profile.pay_floor.hourly)
        allowed &= ~(self._column("lift_kg") > (profile.physical.lift_max_kg or 0.0))
        table = self.pool.qualifications
        allowed[table.rows[table.weeks > LONGEST_COURSE_WEEKS]] = False
        driving = self._column("driving")
        allowed &= (driving == 0) | (driving == UNKNOWN)
        allowed &= self._column("minimum_age") <= max(profile.legal.minimum_age_met or ())
        return allowed

    def _times(self, profile: VocationalProfile) -> Times:
        """For availability, length and nights: what is usable of each pattern; whether having all of it is enough."""
        patterns = self.pool.patterns
        can = minutes_of(piece for window in profile.availability for piece in window.span.intervals())
        most_minutes = int(Decimal(str(profile.shift.max_hours)) * 60)
        return [
            (usable_by_minutes(patterns, can), False),
            (usable_by_length(patterns, most_minutes), True),
            (usable_by_minutes(patterns, ~NIGHT), True),
        ]

    def _judge_times(self, usable: Usable, at: Where, *, whole_is_enough: bool) -> tuple[Mask, Mask]:
        """Which rows cannot be worked within the times, and which surely can."""
        pattern = self._column("pattern", at)
        known, fixed = pattern >= 0, self.pool.patterns.kind[pattern] == FIXED
        wholly, minutes = usable.wholly[pattern], usable.minutes[pattern]
        least, most = self._column("least_minutes", at), self._column("most_minutes", at)
        enough = (minutes > 0) & (minutes >= np.where(least >= 0, least, most))
        if whole_is_enough:
            enough |= wholly
        never = ((minutes == 0) | ((least >= 0) & (minutes < least))) & ~enough
        return known & np.where(fixed, ~wholly, never), known & np.where(fixed, wholly, enough)

    def _said(self, name: str, slug: str, at: Where) -> Mask:
        word, bit = divmod(self.catalogue.index_of_adjustment(slug), 64)
        said: Mask = (self._column(name, at, word) & np.uint64(1 << bit)) != 0
        return said

    def _refused(self, need: Need, at: Where) -> Mask:
        refused: Mask = np.logical_and.reduce([self._said("refused", slug, at) for slug in need.slugs])
        return refused

    def _levels(self, dimension: SensoryDimension, wished: SensoryTolerance, at: Where) -> tuple[Array, Array]:
        """The worst level that may be met and the best one, with the person's mitigations."""
        index = DIMENSIONS.index(dimension)
        typical, peak = self._column("typical", at, index), self._column("peak", at, index)
        can_leave, found = self._column("can_leave", at, index), []
        effects = {each.slug: each for each in self.catalogue.mitigations_for(dimension.value)}
        for worst in (True, False):
            share = self._column("peak_share", at, index).astype(np.int16)
            relief = np.zeros(len(typical), np.int16)
            for effect in (effects[slug] for slug in wished.mitigations if slug in effects):
                counts = self._said("offered", effect.slug, at) if worst else ~self._said("refused", effect.slug, at)
                relief += effect.effect_levels * counts
                lowered = np.maximum(share - effect.share_bands, UNDER_10)
                share = np.where(counts & (share != UNKNOWN), lowered, share)
            surely = ((share != UNKNOWN) & (share != UNDER_10)) | (can_leave == 0)
            surely_not = (share == UNDER_10) & (can_leave == 1)
            level = np.where(~surely_not if worst else surely, peak, typical).astype(np.int16)
            level[typical == UNKNOWN] = HIGHEST_LEVEL if worst else 0
            found.append(np.maximum(level - np.minimum(relief, MOST_RELIEF), 0))
        return found[0], found[1]

    # Nearness

    def _nearness(self, profile: VocationalProfile, watch: Stopwatch) -> Floats:
        """Nearness of every row to what is wanted, 0 to 1."""
        wanted = wishes(profile, self.catalogue)
        texts = [each.text for each in wanted]
        # Encoded once, as the engine does: what a person wants is asked about again and again.
        for text in texts:
            if text not in self.queries:
                self.queries[text] = rounded(self.recipe.vectors([text]))[0]
        queries = np.stack([self.queries[text] for text in texts])
        with watch.step("matrix product"):
            products = np.empty((len(self.vectors), len(queries)), np.float32)
            for start in range(0, len(products), PRODUCT_ROWS):
                block = slice(start, start + PRODUCT_ROWS)
                np.matmul(self.vectors[block], queries.T, out=products[block])
        lexical_share = self.recipe.lexical_share
        similarities = products.T.astype(np.float64) * (1.0 - lexical_share)
        with watch.step("words"):
            for line, text in zip(similarities, texts, strict=True):
                line += lexical_share * self.words.scores(text)
        with watch.step("scores"):
            return self._best(wanted, similarities)

    def _best(self, texts: Sequence[AspectText], similarities: Floats) -> Floats:
        figures = self.weights.figures
        none, full = figures["nearness.none"], figures["nearness.full"]
        weighted = similarities * np.array([figures[text.factor] for text in texts])[:, None]
        best: Floats = np.clip((weighted.max(axis=0) - none) / (full - none), 0.0, 1.0)
        return best

    # Scores

    def _values(
        self,
        profile: VocationalProfile,
        at: Where,
        *,
        km: Floats,
        times: Times,
        as_of: date,
        near: Floats,
    ) -> Iterator[_Value]:
        yield _Value(aspect=Aspect.PREFERENCES, name="wanted_work", values=near[at])
        yield _Value(aspect=Aspect.PREFERENCES, name="tasks", values=self._tasks(profile, at))
        yield _Value(aspect=Aspect.HOURS, name="weekly_hours", values=self._hours(profile, at))
        yield from self._times_values(profile, at, times)
        for need in profile.adjustments:
            yield _Value(aspect=Aspect.ADJUSTMENTS, name=need.slug, values=self._need(need, at))
        for dimension in DIMENSIONS:
            wished = profile.sensory.get(dimension)
            if wished is not None:
                values = self._sensory(dimension, wished, at)
                yield _Value(aspect=Aspect.SENSORY, name=dimension.value, values=values)
        yield _Value(aspect=Aspect.TRAVEL, name="distance", values=self._distance(profile, at, km[at]))
        yield _Value(aspect=Aspect.PAY, name="floor", values=self._pay(profile, at))
        lift = self._column("lift_kg", at)
        values = np.where(np.isnan(lift), MIDDLE, np.where(lift <= (profile.physical.lift_max_kg or 0.0), 1.0, 0.1))
        yield _Value(aspect=Aspect.PHYSICAL, name="lift", values=values)
        yield from self._requirements(profile, at)
        checked = self._column("facts_checked_on", at)
        fresh = np.maximum(1.0 - np.maximum(as_of.toordinal() - checked, 0) / 180, 0.0)
        yield _Value(aspect=Aspect.EVIDENCE, name="checked", values=np.where(checked == 0, 0.5, fresh))

    def _tasks(self, profile: VocationalProfile, at: Where) -> Floats:
        disliked = np.zeros(len(self._column("open", at)))
        for tag in profile.disliked_tasks:
            word, bit = divmod(self.catalogue.index_of_task_tag(tag), 64)
            disliked += (self._column("task_tags", at, word) & np.uint64(1 << bit)) != 0
        return 0.5 - 0.25 * np.minimum(disliked, 2)

    def _hours(self, profile: VocationalProfile, at: Where) -> Floats:
        wanted, ideal = profile.hours, profile.hours.ideal or 0.0
        least, most = self._column("hours_least", at), self._column("hours_most", at)
        meet = (least <= (wanted.most or 0.0)) & (most >= (wanted.least or 0.0))
        gap = np.maximum(np.maximum(least - ideal, 0.0), np.maximum(ideal - most, 0.0)) / max(ideal, 1.0)
        return np.where(meet, 1.0 - 0.4 * np.minimum(gap, 1.0), MIDDLE)

    def _times_values(self, profile: VocationalProfile, at: Where, times: Times) -> Iterator[_Value]:
        preferred = [window for window in profile.availability if window.kind is WindowKind.PREFER]
        wished = minutes_of(piece for window in preferred for piece in window.span.intervals())
        share = share_of_shifts(self.pool.patterns, wished)[self._column("pattern", at)]
        names = ((Aspect.AVAILABILITY, "can"), (Aspect.SHIFT, "length"), (Aspect.SHIFT, "nights"))
        for (aspect, name), (usable, whole_is_enough) in zip(names, times, strict=True):
            _, ok = self._judge_times(usable, at, whole_is_enough=whole_is_enough)
            good: Floats | float = 0.8 + 0.2 * share if name == "can" else 1.0
            yield _Value(aspect=aspect, name=name, values=np.where(ok, good, MIDDLE))

    def _need(self, need: Need, at: Where) -> Floats:
        best = np.zeros(len(self._column("open", at)))
        offered = np.zeros(len(best), np.bool_)
        for slug in need.slugs:
            chance = self.weights.figures[f"adjustment_chance.{self.catalogue.adjustment(slug).jobs}"]
            best = np.maximum(best, np.where(self._said("refused", slug, at), 0.0, chance))
            offered |= self._said("offered", slug, at)
        return np.where(offered, 1.0, np.where(self._refused(need, at), 0.0, best))

    def _sensory(self, dimension: SensoryDimension, wished: SensoryTolerance, at: Where) -> Floats:
        index, figures, tolerance = DIMENSIONS.index(dimension), self.weights.figures, wished.tolerance
        worst, best = self._levels(dimension, wished, at)
        effects = {each.slug: each for each in self.catalogue.mitigations_for(dimension.value)}
        relief = np.zeros(len(worst))
        for effect in (effects[slug] for slug in wished.mitigations if slug in effects):
            maybe = ~self._said("refused", effect.slug, at)
            relief += effect.effect_levels * (maybe.astype(np.float64) + self._said("offered", effect.slug, at)) / 2
        mean, spread = self._column("prior_mean", at, index), self._column("prior_spread", at, index)
        chance = chance_at_most(mean, spread, tolerance + np.minimum(relief, MOST_RELIEF))
        chance = np.clip(chance, figures["sensory_prior.lowest"], figures["sensory_prior.highest"])
        missing = self._column("typical", at, index) == UNKNOWN
        unknown = np.where(missing & ~np.isnan(mean), chance, MIDDLE)
        good = 0.8 + 0.2 * (np.maximum(tolerance - worst, 0) / HIGHEST_LEVEL)
        bad = 0.1 - 0.1 * (np.maximum(best - tolerance, 0) / HIGHEST_LEVEL)
        return np.where(worst <= tolerance, good, np.where(best > tolerance, bad, unknown))

    def _distance(self, profile: VocationalProfile, at: Where, km: Floats) -> Floats:
        max_km = profile.travel.max_km or 0.0
        at_home = self._column("remote", at) == ONLY_REMOTE
        near = 1.0 - 0.5 * np.minimum(km / max(max_km, 1.0), 1.0)
        return np.where(at_home, 1.0, np.where(np.isnan(km), MIDDLE, near))

    def _pay(self, profile: VocationalProfile, at: Where) -> Floats:
        floor, most = profile.pay_floor.hourly or 0.0, self._column("hourly_most", at)
        enough, too_little = self._column("hourly_least", at) >= floor, most < floor
        reached = np.where(np.isfinite(most), most, 0.0) / max(floor, 0.01)
        return np.where(enough, 1.0, np.where(too_little, 0.4 * np.minimum(reached, 1.0), MIDDLE))

    def _requirements(self, profile: VocationalProfile, at: Where) -> Iterator[_Value]:
        table, figures, aspect = self.pool.qualifications, self.weights.figures, Aspect.REQUIREMENTS
        for number, slug in enumerate(table.slugs):
            lines = slice(table.first[number], table.first[number + 1])
            rows, weeks = table.rows[lines], table.weeks[lines]
            if not isinstance(at, slice):
                here = np.isin(rows, at)
                rows, weeks = np.searchsorted(at, rows[here]), weeks[here]
            values = np.where(weeks <= LONGEST_COURSE_WEEKS, 0.6, MIDDLE)
            yield _Value(aspect=aspect, name=slug, values=values, at=rows)
        unsaid = np.flatnonzero(~self._column("qualifications_known", at))
        chance = np.full(len(unsaid), figures["prior.qualifications"])
        yield _Value(aspect=aspect, name="qualifications", values=chance, at=unsaid)
        driving, age = self._column("driving", at), self._column("minimum_age", at)
        yield _Value(aspect=aspect, name="driving", values=np.where(driving == 0, 1.0, figures["prior.driving"]))
        yield _Value(aspect=aspect, name="minimum_age", values=np.where(age >= 0, 1.0, figures["prior.minimum_age"]))

    def _weighted_mean(self, values: Sequence[_Value], count: int) -> Floats:
        """Weights as the data says: of a part, or of an aspect in equal shares among its parts that are present."""
        by_part, total, weight = self.weights.by_part, np.zeros(count), np.zeros(count)
        for aspect in Aspect:
            own = [each for each in values if each.aspect is aspect and f"{aspect}.{each.name}" in by_part]
            shared = [each for each in values if each.aspect is aspect and f"{aspect}.{each.name}" not in by_part]
            if shared:
                summed, present = np.zeros(count), np.zeros(count)
                for each in shared:
                    summed[ALL if each.at is None else each.at] += each.values
                    present[ALL if each.at is None else each.at] += 1
                here = by_part[f"{aspect}.{SHARED}"] * np.minimum(present, 1.0)
                total += here * (summed / np.maximum(present, 1))
                weight += here
            for each in own:
                total += by_part[f"{aspect}.{each.name}"] * each.values
                weight += by_part[f"{aspect}.{each.name}"]
        return total / np.where(weight == 0, 1.0, weight)
