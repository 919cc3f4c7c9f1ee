"""One person's list while facts are hidden: what each habit of dealing with the unknown leaves out or lists wrongly."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from evaluation.metrics.ranking import ndcg_at
from evaluation.unknowns.truth_sets import Fact, TruthSet, without
from matching.columns import Rows
from matching.fit.part import CONFLICT, UNKNOWN, Judged, Mask
from matching.fit.requirements import Qualification
from matching.laying_out import build_pool
from matching.model.finding import BAND_ASPECTS, Aspect
from matching.model.profile import VocationalProfile
from matching.ranking import by_score
from matching.shortlisting import Shortlister

FIRST = 10
#: The part that asks for all qualifications at once, where none is known.
ANY_QUALIFICATION = "qualifications"

PartName = tuple[Aspect, str]


class Habit(StrEnum):
    """What is done with a part of fit of which nobody knows whether it fits."""

    ASK = "ask"  # our rule: listed, valued by its prior, and a question
    NO = "no"  # what is not stated is not there: an unknown absolute part excludes, another is worth nothing
    YES = "yes"  # what is not stated is fine: listed, worth as much as a part that fits
    IGNORED = "ignored"  # what is not stated is not looked at: listed, and no part of the mean that is the score


#: What is counted for each list, and added up over people and draws.
COUNTS = (
    "fit",  # pairs that fit by the full facts
    "fit_left_out",
    "fit_marked",  # listed, with the mark "ask first"
    "unfit",  # pairs that the full facts exclude
    "unfit_listed",
    "unfit_marked",
    "unfit_questioned",  # listed, with a question about what really excludes them
    "shown",  # places filled among the first ten
    "shown_unfit",
    "shown_unfit_unmarked",
    "questions",  # behind the first ten
    "deciding",  # those whose answer could exclude
    "all_lists",
    "lists",  # that are not empty by the full facts
    "shared",  # share of the first ten by the full facts that is among the first ten
    "ndcg",
)


# -- what is true ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Known:
    """One person: which vacancies the full facts exclude, and the list that they make."""

    profile: VocationalProfile
    is_open: Mask
    rows: Rows  # open, and the full facts say whether they fit
    unfit: Mask  # of `rows`
    barred_by: Mapping[PartName, Mask]  # which of `rows` each absolute part really excludes
    first: tuple[int, ...]  # the first rows of the list by the full facts
    meaning: _Remembered

    @staticmethod
    def of(profile: VocationalProfile, shortlister: Shortlister, *, as_of: date) -> Known:
        count = len(shortlister.pool)
        every_row, texts = np.arange(count, dtype=np.int64), shortlister.texts_of(profile)
        meaning = _Remembered(dict(zip(texts, shortlister.meaning.similarities(texts, every_row), strict=True)))
        by_heart = replace(shortlister, meaning=meaning)
        bars = [each for each in by_heart.drawn(profile, as_of=as_of).judge_rows(every_row) if each.part.absolute]
        unfit = _any_of((_where(each, CONFLICT, count) for each in bars), count)
        unknown = _any_of((_where(each, UNKNOWN, count) for each in bars), count)
        is_open = shortlister.pool.is_open(on=as_of)
        told = is_open & (unfit | ~unknown)
        ordered = by_heart.order(profile, as_of=as_of, visible=told)
        rows = np.flatnonzero(told)
        return Known(
            profile=profile,
            is_open=is_open,
            rows=rows,
            unfit=unfit[rows],
            barred_by={name: mask[rows] for name, mask in _barred_by(bars, count).items()},
            first=tuple(ordered.rows[ordered.order[:FIRST]].tolist()),
            meaning=meaning,
        )


@dataclass(frozen=True, slots=True)
class _Remembered:
    """How near each text of a person is to every row; facts that are hidden do not change it."""

    by_text: Mapping[str, NDArray[np.float64]]

    def similarities(self, texts: Sequence[str], rows: Rows) -> NDArray[np.float64]:
        """Similarity of each text to each row."""
        found = [self.by_text[text][rows] for text in texts]
        return np.array(found, np.float64).reshape(len(texts), len(rows))


def _barred_by(bars: Sequence[Judged], count: int) -> dict[PartName, Mask]:
    """Which rows each absolute part excludes; where qualifications are not known, one part asks for all of them."""
    barred = {(each.part.aspect, each.part.name): _where(each, CONFLICT, count) for each in bars}
    asked = [each for each in bars if isinstance(each.part, Qualification)]
    if asked:
        barred[Aspect.REQUIREMENTS, ANY_QUALIFICATION] = _any_of(
            (_where(each, CONFLICT, count) for each in asked), count
        )
    return {name: mask for name, mask in barred.items() if mask.any()}


def _where(judged: Judged, code: np.int8, count: int) -> Mask:
    """Where a part has this verdict; where it is not present it has none."""
    found = np.zeros(count, np.bool_)
    found[slice(None) if judged.at is None else judged.at] = judged.codes == code
    return found


def _any_of(masks: Iterable[Mask], count: int) -> Mask:
    found = np.zeros(count, np.bool_)
    for mask in masks:
        found |= mask
    return found


# -- what is known -----------------------------------------------------------------------------------------------------


def with_facts_hidden(
    truth: TruthSet, facts: Sequence[Sequence[Fact]], shortlister: Shortlister, *, share: float, seed: int, draw: int
) -> Shortlister:
    """The same shortlister over vacancies of which some facts are hidden, each by its own chance."""
    chance = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, draw])))
    poorer = []
    for vacancy, stated in zip(truth.vacancies, facts, strict=True):
        hidden = chance.random(len(stated)) < share
        poorer.append(without(vacancy, [fact for fact, gone in zip(stated, hidden, strict=True) if gone]))
    pool = build_pool(poorer, catalogue=shortlister.catalogue, sectors=shortlister.sectors)
    full = shortlister.pool.columns  # what titles suggest stays; without the vacancies a pool is small
    pool = pool.with_columns(**{name: full[name] for name in ("prior_mean", "prior_spread", "family")})
    return replace(shortlister, pool=replace(pool, vacancies=()))


def counted(known: Known, world: Shortlister, *, as_of: date) -> NDArray[np.float64]:
    """Counts of one person in one draw: habits x counts."""
    visible = np.zeros(len(known.is_open), np.bool_)
    visible[known.rows] = True
    drawn = replace(world, meaning=known.meaning).drawn(known.profile, as_of=as_of, visible=visible)
    judged = drawn.judge_rows(known.rows)
    seen = _Seen.of(judged, known)
    ours = np.searchsorted(known.rows, drawn.ordered.rows)  # the engine's own list
    listed = np.zeros(len(known.rows), np.bool_)
    listed[ours] = True
    orders = {Habit.ASK: ours[drawn.ordered.order]}
    for habit in (Habit.NO, Habit.YES, Habit.IGNORED):
        on_list = np.flatnonzero(listed & ~seen.unknown if habit is Habit.NO else listed)
        scores = world.scorer.scores([valued(each, habit) for each in judged], len(known.rows))[on_list]
        orders[habit] = on_list[by_score(scores, world.pool.ref_rank[known.rows[on_list]])]
    return np.array([_counts_of(orders[habit], seen, known, asks=habit is Habit.ASK) for habit in Habit])


def valued(judged: Judged, habit: Habit) -> Judged:
    """A part with what the habit makes of the unknown: nothing, all, or no part of the mean."""
    unknown = judged.codes == UNKNOWN
    if not unknown.any():
        return judged
    if habit is not Habit.IGNORED:
        return replace(judged, values=np.where(unknown, 0.0 if habit is Habit.NO else 1.0, judged.values))
    kept = np.flatnonzero(~unknown)
    at = kept if judged.at is None else judged.at[kept]
    return Judged(judged.part, judged.codes[kept], judged.values[kept], at)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Seen:
    """What the facts that are left say of each row of one person."""

    unknown: Mask  # some absolute part is unknown
    marked: Mask  # ... which puts it into the band "ask first"
    questioned: Mask  # ... and it is one that really excludes
    questions: NDArray[np.int64]
    deciding: NDArray[np.int64]  # questions whose answer could exclude

    @staticmethod
    def of(judged: Sequence[Judged], known: Known) -> _Seen:
        count = len(known.rows)
        unknown, marked, questioned = (np.zeros(count, np.bool_) for _ in range(3))
        questions, deciding = np.zeros(count, np.int64), np.zeros(count, np.int64)
        for each in judged:
            open_here = _where(each, UNKNOWN, count)
            questions += open_here
            if not each.part.absolute:
                continue
            unknown |= open_here
            deciding += open_here
            if each.part.aspect in BAND_ASPECTS:
                marked |= open_here
            barred = known.barred_by.get((each.part.aspect, each.part.name))
            if barred is not None:
                questioned |= open_here & barred
        return _Seen(unknown=unknown, marked=marked, questioned=questioned, questions=questions, deciding=deciding)


def _counts_of(order: Rows, seen: _Seen, known: Known, *, asks: bool) -> list[float]:
    """The counts of one list, in the order of `COUNTS`; a habit that does not ask marks nothing."""
    nothing = np.zeros(len(known.rows), np.bool_)
    marked, questioned = (seen.marked, seen.questioned) if asks else (nothing, nothing)
    listed = nothing.copy()
    listed[order] = True
    first, fit = order[:FIRST], ~known.unfit
    grades = {row: float(FIRST - place) for place, row in enumerate(known.first)}
    shown = known.rows[first].tolist()
    counts = {
        "fit": fit.sum(),
        "fit_left_out": (fit & ~listed).sum(),
        "fit_marked": (fit & listed & marked).sum(),
        "unfit": known.unfit.sum(),
        "unfit_listed": (known.unfit & listed).sum(),
        "unfit_marked": (known.unfit & listed & marked).sum(),
        "unfit_questioned": (known.unfit & listed & questioned).sum(),
        "shown": len(first),
        "shown_unfit": known.unfit[first].sum(),
        "shown_unfit_unmarked": (known.unfit & ~marked)[first].sum(),
        "questions": seen.questions[first].sum() if asks else 0,
        "deciding": seen.deciding[first].sum() if asks else 0,
        "all_lists": 1,
        "lists": bool(known.first),
        "shared": len(grades.keys() & set(shown)) / max(len(known.first), 1),
        "ndcg": ndcg_at(FIRST, ranked=shown, grades=grades),
    }
    return [float(counts[name]) for name in COUNTS]
