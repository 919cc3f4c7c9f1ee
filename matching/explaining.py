"""From columns to sentences: what will be read of an ordered list, and only that."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import orjson

from matching import questions as asking
from matching.fit.benefits import flags
from matching.fit.nearness import Nearness
from matching.fit.part import UNKNOWN, Judged, Mask, Part, Values
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
from matching.negotiation import NearMisses, Opening
from matching.pool import Jobs, Rows, VacancyPool
from matching.ranking import MOST_OF_ONE_EMPLOYER, PAGE, StretchRule, spread
from matching.scoring import WeightedScorer
from matching.whatif import Standing, with_values

MOST_REASONS = 3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ordered:
    """The answer before anyone reads it: members, order and scores, with the judgements that made them."""

    parts: tuple[Part, ...]  # those that can conflict
    is_open: Mask  # of every row of the pool
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


@dataclass(frozen=True, kw_only=True, eq=False)
class Drawn:
    """One person's list on its way from columns to sentences."""

    pool: VacancyPool
    scorer: WeightedScorer
    method: Method
    profile: VocationalProfile
    as_of: date
    ordered: Ordered
    excluded: Rows
    conflict: Mask  # absolute conflicts, parts x excluded
    near: NearMisses
    near_judged: list[Judged]  # every part over the near misses

    def shortlist(self, *, limit: int | None, opens_for: Counter[Opening]) -> Shortlist:
        """Write down what will be read: entries up to the limit, the negotiation list and all exclusions."""
        ordered = self.ordered
        return Shortlist(
            shortlist_id=self._digest(),
            participant_ref=self.profile.participant_ref,
            profile_version=1,
            as_of=self.as_of,
            method=self.method,
            counts=Counts(open=len(ordered.open_rows), listed=len(ordered.rows), excluded=len(self.excluded)),
            entries=self._entries(limit),
            negotiate=self._negotiate(opens_for),
            excluded=self._exclusions(),
        )

    @cached_property
    def standing(self) -> Standing:
        """The list by score, to see where a changed role would stand."""
        return Standing.of(self.ordered.scores, self.pool.ref_rank[self.ordered.rows], self.ordered.order)

    def _digest(self) -> str:
        """A digest of inputs and method: the person, the day, and the open vacancies whatever their order."""
        vacancies = sorted(self.pool.vacancies[row].digest for row in self.ordered.open_rows)
        method = self.method
        inputs = [self.profile.digest, self.as_of.isoformat(), vacancies]
        names = [method.encoder, method.weights, method.rules, method.catalogue, method.policy]
        return hashlib.sha256(orjson.dumps([inputs, names])).hexdigest()[:32]

    # Entries

    def _entries(self, limit: int | None) -> tuple[ShortlistEntry, ...]:
        order, moved, stretch = self.page_order()
        shown = order if limit is None else order[:limit]
        worth = self._worths(shown)
        return tuple(
            self._entry(position, place=place, moved=position in moved, stretch=position == stretch, worth=worth)
            for place, position in enumerate(shown, start=1)
        )

    def page_order(self) -> tuple[list[int], frozenset[int], int | None]:
        """The order in which the list is read: spread across employers, with the stretch suggestion in its place."""
        employer = self.pool.columns["employer"][0]
        rows = self.ordered.rows
        order, moved = spread(self.ordered.order.tolist(), lambda position: int(employer[rows[position]]))
        stretch = self._stretch(order)
        if stretch is not None:
            order.remove(stretch)
            order.insert(PAGE - 1, stretch)
        return order, moved, stretch

    def position_of(self, row: int) -> int:
        """The place, from 1, at which a listed row of the pool is read."""
        order, _, _ = self.page_order()
        return 1 + [int(self.ordered.rows[position]) for position in order].index(row)

    def _stretch(self, order: Sequence[int]) -> int | None:
        wanted = self.ordered.wanted
        if wanted is None or len(order) <= PAGE:
            return None
        family, employer = self.pool.columns["family"][0], self.pool.columns["employer"][0]
        rows = self.ordered.rows
        full = Counter(int(employer[rows[position]]) for position in order[: PAGE - 1])
        others = [each for each in order[PAGE:] if full[int(employer[rows[each]])] < MOST_OF_ONE_EMPLOYER]
        rule = StretchRule(least_nearness=self.scorer.weights.figures["stretch.least_nearness"])
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
        self, position: int, *, place: int, moved: bool, stretch: bool, worth: Sequence[Callable[[int], float]]
    ) -> ShortlistEntry:
        row = int(self.ordered.rows[position])
        job, view = self.pool.vacancies[row], self.pool.jobs(np.array([row], np.int64))
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

    def _exclusions(self) -> tuple[Exclusion, ...]:
        because = []
        for position, row in enumerate(self.excluded):
            job, view = self.pool.vacancies[row], self.pool.jobs(np.array([row], np.int64))
            reasons = tuple(
                self.ordered.parts[number].finding(job, view, code=Code.CONFLICT, value=0.0)
                for number in np.flatnonzero(self.conflict[:, position])
            )
            because.append(Exclusion(vacancy_ref=job.vacancy_ref, because=reasons))
        return tuple(sorted(because, key=lambda exclusion: exclusion.vacancy_ref))

    def _negotiate(self, opened: Counter[Opening]) -> tuple[NearMiss, ...]:
        near = self.near
        if not len(near.rows):
            return ()
        rows, judged = near.rows, self.near_judged
        conceded = {
            number: _conceded(judged[number], [number in blocked for blocked in near.blocked_by])
            for number in sorted({number for blocked in near.blocked_by for number in blocked})
        }
        scores = self.scorer.scores(with_values(judged, conceded), len(rows))
        found = []
        for position, row in enumerate(rows):
            job, view = self.pool.vacancies[row], self.pool.jobs(np.array([row], np.int64))
            blocked = [self.ordered.parts[number] for number in near.blocked_by[position]]
            found.append(
                NearMiss(
                    vacancy_ref=job.vacancy_ref,
                    blocked_by=tuple((part.aspect, part.name) for part in blocked),
                    concession=_concession(blocked, job, view),
                    would_rank=self.standing.place(
                        score=float(scores[position]), ref_rank=int(self.pool.ref_rank[row])
                    ),
                    opens_for=opened[near.openings[position]],
                )
            )
        return tuple(sorted(found, key=lambda miss: (miss.would_rank, miss.vacancy_ref)))


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


def _conceded(judged: Judged, where: Sequence[bool]) -> Values:
    here = np.array(where) if judged.at is None else np.array(where)[judged.at]
    return np.where(here, 1.0, judged.values)


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
