"""From columns to sentences: what will be read of an ordered list, and only that."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

import numpy as np
import orjson

from matching import questions as asking
from matching.columns import Rows
from matching.fit.benefits import flags
from matching.fit.nearness import Nearness
from matching.fit.part import OK, UNKNOWN, Judged, Mask, Part, Values
from matching.model.finding import BAND_ASPECTS, Aspect, Code, Finding, Verdict
from matching.model.profile import VocationalProfile
from matching.model.shortlist import (
    Band,
    Counts,
    Exclusion,
    Flag,
    Method,
    NearMiss,
    Shortlist,
    ShortlistEntry,
)
from matching.model.vacancy import Vacancy
from matching.negotiation import NearMisses, Opening, near_misses
from matching.pool import Jobs, VacancyPool
from matching.ranking import MOST_OF_ONE_EMPLOYER, PAGE, Shuffle, StretchRule, spread
from matching.scoring import WeightedScorer
from matching.screening import conflicts
from matching.whatif import Standing

MOST_REASONS = 3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ordered:
    """The answer before anyone reads it: members, order and scores, with the judgements that made them."""

    parts: tuple[Part, ...]  # those that can conflict
    is_open: Mask  # of every row of the pool: open on the day, and visible to who asks
    rows: Rows  # what is left, in ascending order
    judged: list[Judged]
    scores: Values
    order: Rows  # positions in `rows`, best first, before spread and stretch
    wanted: Nearness | None = None

    @property
    def open_rows(self) -> Rows:
        """Rows that can be filled on the day."""
        return np.flatnonzero(self.is_open)


def findings_of(judged: Iterable[Judged], position: int, job: Vacancy, view: Jobs) -> tuple[Finding, ...]:
    """Every finding that is present on one job, in the order of the aspects."""
    found = []
    for each in judged:
        place = _place(each, position)
        if place is not None:
            code, value = Code(int(each.codes[place])), float(each.values[place])
            found.append(each.part.finding(job, view, code=code, value=value))
    reading_order = {aspect: number for number, aspect in enumerate(Aspect)}
    return tuple(sorted(found, key=lambda finding: reading_order[finding.aspect]))


def _place(judged: Judged, position: int) -> int | None:
    """Where a job stands in one part's judgement, `None` if the part is not present for it."""
    if judged.at is None:
        return position
    place = int(np.searchsorted(judged.at, position))
    return place if place < len(judged.at) and judged.at[place] == position else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What decides how far up one person's list a role comes: its score, nearness to a wish, and job family."""

    score: float
    nearness: float  # to the nearest wish, after its factor; minus infinity without any wish
    family: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstPlaces:
    """The first places of one list, and what another role must reach to stand among them.

    A role stands within the first places if its place in the whole list, after spread and stretch, is among them. A
    declared shuffle moves roles within the page alone, and these places are those before it. Where `may_change` is
    false for every role that is new, changed or gone, all of this stays as it is: what is below `least_score` cannot
    come in by the spread, whoever its employer is, and the stretch is the one other way. Person, day and who sees the
    list must be the same.
    """

    refs: tuple[str, ...]  # in order
    depends_on: frozenset[str]  # those, and any that the stretch pushed out: without one of them the places change
    least_score: float | None  # among the first places before the stretch; None: any role comes in
    least_nearness: float | None  # with which a role of another family becomes the stretch; None: no role does
    families: frozenset[int]  # of the page, among which a stretch is not sought

    def may_enter(self, reach: Reach | None) -> bool:
        """Whether a role could stand among these places; `None` is a role that is not on the list."""
        if reach is None:
            return False
        if self.least_score is None or reach.score >= self.least_score:
            return True
        outside = reach.family >= 0 and reach.family not in self.families
        return self.least_nearness is not None and outside and reach.nearness >= self.least_nearness

    def may_change(self, ref: str, reach: Reach | None) -> bool:
        """Whether the list must be drawn again, now that one role is new, changed or gone."""
        return ref in self.depends_on or self.may_enter(reach)


@dataclass(frozen=True, kw_only=True, eq=False)
class Drawn:
    """One person's list on its way from columns to sentences; each thing is worked out when it is asked for."""

    pool: VacancyPool
    scorer: WeightedScorer
    method: Method
    profile: VocationalProfile
    profile_version: int
    as_of: date
    ordered: Ordered
    judge_rows: Callable[[Rows], list[Judged]] = field(repr=False)  # every part over some rows of the pool
    shuffle: Shuffle | None = None

    def shortlist(self, *, limit: int | None, opens_for: Counter[Opening]) -> Shortlist:
        """Write down what will be read: entries up to the limit, the negotiation list and all exclusions."""
        return Shortlist(
            shortlist_id=self.shortlist_id,
            participant_ref=self.profile.participant_ref,
            profile_version=self.profile_version,
            as_of=self.as_of,
            method=self.method,
            counts=self.counts,
            entries=self.entries(limit=limit),
            negotiate=self.negotiate(opens_for=opens_for),
            excluded=self.exclusions(),
        )

    @property
    def counts(self) -> Counts:
        """How many roles are open and visible, and what became of them."""
        listed, excluded = len(self.ordered.rows), self.exclusion_count
        return Counts(open=listed + excluded, listed=listed, excluded=excluded)

    @cached_property
    def shortlist_id(self) -> str:
        """A digest of inputs and method: the person, the day, and the open vacancies whatever their order."""
        method = self.method
        names = [method.encoder, method.weights, method.rules, method.catalogue, method.policy]
        names += [f"{part}: {name}" for part, name in (("model", method.model), ("shuffle", method.shuffle)) if name]
        open_roles = self.pool.digest_of(self.ordered.is_open)
        content = orjson.dumps([self.profile.digest, self.as_of.isoformat(), names, open_roles])
        return hashlib.sha256(content).hexdigest()[:32]

    @cached_property
    def standing(self) -> Standing:
        """The list by score, to see where a changed role would stand."""
        return Standing.of(self.ordered.scores, self.pool.ref_rank[self.ordered.rows], self.ordered.order)

    # Entries

    def entries(self, *, limit: int | None = PAGE) -> tuple[ShortlistEntry, ...]:
        """The first entries in the order in which they are read, all if there is no limit."""
        _, moved, stretch = self._page
        order = self._as_read[0]
        shown = order if limit is None else order[:limit]
        worth = self._worths(shown)
        jobs = self.pool.vacancies_at(self.ordered.rows[np.array(shown, np.int64)])
        return tuple(
            self._entry(position, job, place=place, moved=position in moved, stretch=position == stretch, worth=worth)
            for place, (position, job) in enumerate(zip(shown, jobs, strict=True), start=1)
        )

    def entry_for(self, ref: str) -> ShortlistEntry | None:
        """The full entry of one role, with the place at which it is read; `None` if it is not listed."""
        place = self.position_of(ref)
        if place is None:
            return None
        _, moved, stretch = self._page
        position = self._as_read[0][place - 1]
        worth = self._worths([position])
        job = self.pool.vacancies[int(self.ordered.rows[position])]
        return self._entry(
            position, job, place=place, moved=position in moved, stretch=position == stretch, worth=worth
        )

    def position_of(self, ref: str) -> int | None:
        """The place, from 1, at which a role is read; `None` if it is not listed."""
        row = self.pool.row_of(ref)
        if row is None:
            return None
        position = int(np.searchsorted(self.ordered.rows, row))
        if position == len(self.ordered.rows) or self.ordered.rows[position] != row:
            return None
        return 1 + self._as_read[0].index(position)

    def first_places(self, places: int = PAGE) -> FirstPlaces:
        """Who stands first, and what a role that is new or changed must reach to stand there too."""
        if places < 1:
            raise ValueError("there is at least one place")
        order, _, stretch = self._page
        before_stretch, _ = self._spread
        refs, rows, figures = self.pool.refs, self.ordered.rows, self.scorer.weights.figures
        by_score = before_stretch[:places]
        filled = len(by_score) == places and places <= self._spread_out(before_stretch, places)
        wanted = self.ordered.wanted if places >= PAGE else None  # where no stretch can be, none is asked about
        nearness = figures["stretch.least_nearness"]
        if wanted is not None and stretch is not None:
            nearness = float(wanted.best[stretch])
        read = [refs[rows[position]] for position in order[:places]]
        family = self.pool.columns["family"][0]
        return FirstPlaces(
            refs=tuple(read),
            depends_on=frozenset([*read, *(refs[rows[position]] for position in by_score)]),
            least_score=float(self.ordered.scores[by_score].min()) if filled else None,
            least_nearness=None if wanted is None else nearness,
            families=frozenset(int(family[rows[each]]) for each in before_stretch[: 0 if wanted is None else PAGE]),
        )

    def _spread_out(self, order: Sequence[int], places: int) -> int:
        """How many of the first places are filled without passing over the rule of the spread; all, once a page is."""
        employer, rows = self.pool.columns["employer"][0], self.ordered.rows
        counts: Counter[int] = Counter()
        for place, position in enumerate(order[:PAGE]):
            number = int(employer[rows[position]])
            if counts[number] == MOST_OF_ONE_EMPLOYER:
                return place
            counts[number] += 1
        return places

    @cached_property
    def _spread(self) -> tuple[list[int], frozenset[int]]:
        """The order after the spread across employers, and what it moved down."""
        employer, rows = self.pool.columns["employer"][0], self.ordered.rows
        return spread(self.ordered.order.tolist(), lambda position: int(employer[rows[position]]))

    @cached_property
    def _page(self) -> tuple[list[int], frozenset[int], int | None]:
        """The order after the spread across employers, with the stretch suggestion in its place."""
        order, moved = self._spread
        stretch = self._stretch(order)
        if stretch is not None:
            order = [*order]
            order.remove(stretch)
            order.insert(PAGE - 1, stretch)
        return order, moved, stretch

    @cached_property
    def _as_read(self) -> tuple[list[int], tuple[float, ...]]:
        """The order in which the list is read, and of each entry of the page how likely it was to stand there."""
        order, _, stretch = self._page
        if self.shuffle is None:
            return order, ()
        near = order[: PAGE if stretch is None else PAGE - 1]  # the stretch suggestion keeps its place
        rows, shuffle, list_id = self.ordered.rows, self.shuffle, self.shortlist_id
        read: list[int] = []
        propensities: list[float] = []
        for block in shuffle.blocks(self.ordered.scores[near].tolist()):
            tied = near[block.start : block.stop]
            read += sorted(tied, key=lambda position: shuffle.lot(list_id, self.pool.refs[int(rows[position])]))
            propensities += [1 / len(tied)] * len(tied)
        return [*read, *order[len(near) :]], tuple(propensities)

    def _propensity(self, place: int) -> float | None:
        """How likely the entry at a place, from 1, was to stand there; `None` on a list that is not shuffled."""
        if self.shuffle is None:
            return None
        propensities = self._as_read[1]
        return propensities[place - 1] if place <= len(propensities) else 1.0

    def _stretch(self, order: Sequence[int]) -> int | None:
        wanted = self.ordered.wanted
        if wanted is None or len(order) <= PAGE:
            return None
        family, employer = self.pool.columns["family"][0], self.pool.columns["employer"][0]
        rows = self.ordered.rows
        full = Counter(int(employer[rows[position]]) for position in order[: PAGE - 1])
        rule = StretchRule(least_nearness=self.scorer.weights.figures["stretch.least_nearness"])
        rest = np.array(order[PAGE:], np.int64)
        near = rest[wanted.best[rest] >= rule.least_nearness].tolist()  # the rule would pass over the others
        others = [each for each in near if full[int(employer[rows[each]])] < MOST_OF_ONE_EMPLOYER]
        return rule.choose(
            others,
            taken=order[:PAGE],
            nearness=lambda position: float(wanted.best[position]),
            family=lambda position: int(family[rows[position]]),
        )

    def _worths(self, shown: Sequence[int]) -> list[Callable[[int], float]]:
        """For each judged part, the worth of asking about it at a position."""
        ordered = self.ordered
        effects = self.scorer.effects(ordered.judged, len(ordered.rows))
        found: list[Callable[[int], float]] = []
        for judged, effect in zip(ordered.judged, effects, strict=True):
            wanted = np.zeros(len(ordered.rows), np.bool_)
            wanted[list(shown)] = True
            if judged.at is None:
                some = np.flatnonzero(wanted & (judged.codes == UNKNOWN))
                part = Judged(judged.part, judged.codes[some], judged.values[some], some)
            else:
                keep = wanted[judged.at] & (judged.codes == UNKNOWN)
                some = judged.at[keep]
                part = Judged(judged.part, judged.codes[keep], judged.values[keep], some)
            own = effect[some] if judged.at is None else effect[keep]
            worth = asking.worths(part, own, ordered.scores, self.standing, len(ordered.rows))
            found.append(dict(zip(some.tolist(), worth.tolist(), strict=True)).__getitem__)
        return found

    def _entry(
        self,
        position: int,
        job: Vacancy,
        *,
        place: int,
        moved: bool,
        stretch: bool,
        worth: Sequence[Callable[[int], float]],
    ) -> ShortlistEntry:
        view = self.pool.jobs(self.ordered.rows[position : position + 1])
        findings = findings_of(self.ordered.judged, position, job, view)
        by_part = {
            (each.part.aspect, each.part.name): look for each, look in zip(self.ordered.judged, worth, strict=True)
        }
        unknown = [finding for finding in findings if finding.verdict is Verdict.UNKNOWN]
        worths = [round(by_part[finding.aspect, finding.part](position), 3) for finding in unknown]
        return ShortlistEntry(
            position=place,
            vacancy_ref=job.vacancy_ref,
            band=band(findings),
            score=float(self.ordered.scores[position]),
            stretch=stretch,
            findings=findings,
            why=self._why(findings),
            concerns=concerns(findings),
            questions=asking.questions(unknown, worths),
            flags=(*_moves(moved=moved, stretch=stretch), *flags(self.profile, job, as_of=self.as_of)),
            propensity=self._propensity(place),
        )

    def _why(self, findings: Sequence[Finding]) -> tuple[str, ...]:
        """Up to three findings that serve a stated wish, strength or need: wishes first, then strengths, then needs."""
        worth_saying = self._worth_saying()
        serving = [finding for finding in findings if _serves(finding, worth_saying)]
        serving.sort(key=lambda finding: _SERVING.index(finding.aspect))
        return tuple(finding.sentence for finding in serving[:MOST_REASONS])

    def _worth_saying(self) -> float:
        """The value from which nearness in meaning is a reason and not only a number."""
        figures = self.scorer.weights.figures
        none, full = figures["nearness.none"], figures["nearness.full"]
        return (figures["nearness.worth_saying"] - none) / (full - none)

    # What is not on the list

    @cached_property
    def excluded(self) -> Rows:
        """Rows that are open, visible and left out, in order of their references."""
        left_out = self.ordered.is_open.copy()
        left_out[self.ordered.rows] = False
        by_ref = self.pool.ordered_rows
        return by_ref[left_out[by_ref]]

    @property
    def exclusion_count(self) -> int:
        """How many roles are left out."""
        return int(np.count_nonzero(self.ordered.is_open)) - len(self.ordered.rows)

    def exclusions(self, *, start: int = 0, count: int | None = None) -> tuple[Exclusion, ...]:
        """What is left out, in order of reference, and why; sentences are made of those asked for alone."""
        rows = self.excluded[start:] if count is None else self.excluded[start : start + count]
        ascending = np.sort(rows)  # as every view must be
        conflict = conflicts(self.ordered.parts, self.pool.jobs(ascending))
        because = []
        positions = np.searchsorted(ascending, rows).tolist()
        for position, job in zip(positions, self.pool.vacancies_at(rows), strict=True):
            view = self.pool.jobs(ascending[position : position + 1])
            reasons = tuple(
                self.ordered.parts[number].finding(job, view, code=Code.CONFLICT, value=0.0)
                for number in np.flatnonzero(conflict[:, position])
            )
            because.append(Exclusion(vacancy_ref=job.vacancy_ref, because=reasons))
        return tuple(because)

    @cached_property
    def near(self) -> NearMisses:
        """What one concession would open."""
        jobs = self.pool.jobs(np.sort(self.excluded))
        return near_misses(self.ordered.parts, jobs, conflicts(self.ordered.parts, jobs))

    @cached_property
    def negotiation_order(self) -> tuple[str, ...]:
        """References of the near misses, best place first; no sentence is made for that."""
        return tuple(self.near.openings[position].vacancy_ref for _, position in self._places_conceded)

    def negotiate(self, *, opens_for: Counter[Opening], among: Collection[str] | None = None) -> tuple[NearMiss, ...]:
        """The negotiation list, best place first, or those of some roles alone.

        `opens_for` says for how many people each opening counts.
        """
        places, near = self._places_conceded, self.near
        if among is not None:
            wanted = frozenset(among)
            places = [(place, at) for place, at in places if near.openings[at].vacancy_ref in wanted]
        return self._negotiated(near, places, opens_for)

    @cached_property
    def _places_conceded(self) -> list[tuple[int, int]]:
        return self._places(self.near)

    def near_miss_of(self, ref: str) -> NearMiss | None:
        """The one concession that would open a role that is left out; `None` if it is not, or if no one would."""
        row = self.pool.row_of(ref)
        if row is None or row not in self.excluded:
            return None
        jobs = self.pool.jobs(np.array([row], np.int64))
        near = near_misses(self.ordered.parts, jobs, conflicts(self.ordered.parts, jobs))
        return next(iter(self._negotiated(near, self._places(near), Counter())), None)

    def _places(self, near: NearMisses) -> list[tuple[int, int]]:
        """Where each near miss would stand with its concession, and its position among them: in that order."""
        rows = near.rows
        if not len(rows):
            return []
        judged = self.judge_rows(rows)
        for number in sorted({number for blocked in near.blocked_by for number in blocked}):
            judged[number] = _conceded(judged[number], [number in blocked for blocked in near.blocked_by])
        scores = self.scorer.scores(self.scorer.with_lasting(judged, self.pool.jobs(rows)), len(rows))
        ranks = self.pool.ref_rank[rows]
        places = [
            self.standing.place(score=score, ref_rank=rank)
            for score, rank in zip(scores.tolist(), ranks.tolist(), strict=True)
        ]
        order = np.lexsort((ranks, np.array(places)))
        return [(places[position], position) for position in order.tolist()]

    def _negotiated(
        self, near: NearMisses, places: Sequence[tuple[int, int]], opens_for: Counter[Opening]
    ) -> tuple[NearMiss, ...]:
        rows = near.rows[[position for _, position in places]] if places else near.rows[:0]
        found = []
        for (place, position), row, job in zip(places, rows, self.pool.vacancies_at(rows), strict=True):
            view = self.pool.jobs(np.array([row], np.int64))
            blocked = [self.ordered.parts[number] for number in near.blocked_by[position]]
            found.append(
                NearMiss(
                    vacancy_ref=job.vacancy_ref,
                    blocked_by=tuple((part.aspect, part.name) for part in blocked),
                    concession=_concession(blocked, job, view),
                    would_rank=place,
                    opens_for=opens_for[near.openings[position]],
                )
            )
        return tuple(found)


def band(findings: Iterable[Finding]) -> Band:
    """Whether an absolute part of the job's own conditions is unknown; a label, never an order."""
    ask_first = any(
        finding.absolute and finding.verdict is Verdict.UNKNOWN and finding.aspect in BAND_ASPECTS
        for finding in findings
    )
    return Band.ASK_FIRST if ask_first else Band.FITS_WHAT_WE_KNOW


def concerns(findings: Iterable[Finding]) -> tuple[str, ...]:
    """What speaks against the role: conflicts that do not exclude, and a role that is near to no wish."""
    return tuple(
        finding.sentence
        for finding in findings
        if finding.verdict is Verdict.CONFLICT
        or (finding.aspect is Aspect.PREFERENCES and finding.part == "wanted_work" and finding.value == 0.0)
        or (finding.aspect is Aspect.PREFERENCES and finding.part == "tasks" and finding.value < 0.5)
    )


_SERVING = (
    Aspect.PREFERENCES,
    Aspect.SKILLS,
    Aspect.ADJUSTMENTS,
    Aspect.SENSORY,
    Aspect.AVAILABILITY,
    Aspect.HOURS,
)


def _serves(finding: Finding, worth_saying: float) -> bool:
    if finding.verdict is not Verdict.OK or finding.aspect not in _SERVING:
        return False
    if finding.aspect in (Aspect.PREFERENCES, Aspect.SKILLS):
        return finding.value > (0.5 if finding.part == "tasks" else worth_saying)
    return True


def _conceded(judged: Judged, where: Sequence[bool]) -> Judged:
    """The same judgement where the employer gave way: it fits there."""
    here = np.array(where) if judged.at is None else np.array(where)[judged.at]
    return replace(judged, codes=np.where(here, OK, judged.codes), values=np.where(here, 1.0, judged.values))


def _concession(blocked: Sequence[Part], job: Vacancy, view: Jobs) -> str:
    """One sentence for the one thing to ask, however many parts it settles."""
    first, *others = dict.fromkeys(part.concession_asked(job, view) for part in blocked if not _covered(part, blocked))
    rest = [other.removeprefix("for ") for other in others]
    if not rest:
        return f"Ask {first}."
    return f"Ask {', '.join([first, *rest[:-1]])} and {rest[-1]}."


def _covered(part: Part, blocked: Sequence[Part]) -> bool:
    """Times when they can work already keep clear of when they cannot."""
    return part.name == "cannot" and any(other.name == "can" for other in blocked)


def _moves(*, moved: bool, stretch: bool) -> Iterable[Flag]:
    if moved:
        yield Flag(kind="spread", sentence="Moved down the page, so that one employer does not fill it.")
    if stretch:
        yield Flag(
            kind="stretch", sentence="A stretch: near to what they want, but another kind of work than the rest."
        )
