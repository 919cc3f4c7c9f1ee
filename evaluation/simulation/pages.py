"""First pages of lists: the best of the open roles by score, near-ties shuffled by a declared rule."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluation.simulation.effects import Effects
from evaluation.simulation.fit import NONE, Judged, Rows, judge
from evaluation.simulation.people import Codes, Days, Mask, Numbers, People
from evaluation.simulation.roles import OPEN_DAYS, Roles
from matching.model.finding import BAND_ASPECTS, Aspect, Code
from matching.scoring import load_weights

PAGE = 10
CANDIDATES = 32  # how many of the open roles are looked at for a page
ASPECTS = tuple(Aspect)
FITS, ASK_FIRST, NEGOTIATED = 0, 1, 2  # bands
_NEGOTIATED_SHARE, _STRETCH_SHARE = 0.08, 0.15
_LIFTED = (Aspect.HOURS, Aspect.ADJUSTMENTS, Aspect.AVAILABILITY)

Wide = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pages:
    """Pages of one moment: arrays of the shape (lists, PAGE) in the order shown; `role` is -1 where a page is short."""

    role: Rows
    score: Wide
    propensity: Wide
    stretch: Mask
    band: Codes
    verdicts: Codes  # (lists, PAGE, aspects)
    values: Wide  # (lists, PAGE, aspects)
    match: Wide
    refused: Mask
    unmet: Codes
    gap: Codes
    over: Mask
    outside: Mask
    open: Days  # by list
    listed: Days

    @property
    def present(self) -> Mask:
        """Where there is an entry."""
        return self.role >= 0


@cache
def aspect_weights() -> Numbers:
    """The shipped weight of every aspect: the sum over its rows."""
    weights = load_weights().by_part
    return np.array(
        [sum(weight for name, weight in weights.items() if name.split(".")[0] == each) for each in ASPECTS], np.float32
    )


def draw_pages(
    people: People, roles: Roles, *, who: Rows, days: Days, effects: Effects, rng: np.random.Generator
) -> Pages:
    """Draw a page for each of `who` on each of `days`."""
    which, open_roles = _candidates(roles, days, rng)
    judged, truths = judge(people, roles, who, which, rng)
    excluded, negotiated = _excluded(judged, rng)
    verdicts, values = _stacked(judged, negotiated)
    score = score_of(verdicts, values)
    kept = np.argsort(np.where(excluded, np.float32(2), -score), axis=1, kind="stable")[:, :PAGE]
    count = np.minimum((~excluded).sum(axis=1), PAGE)
    present = np.arange(PAGE) < count[:, None]

    def best(table: NDArray[Any]) -> NDArray[Any]:
        return np.take_along_axis(table, kept if table.ndim == 2 else kept[:, :, None], axis=1)

    score = np.where(present, best(score), 0)
    stretch = _stretch(roles.family[best(which)], count, rng)
    order, propensity = shuffled(score, count, alone=stretch, width=effects.shuffle_width, rng=rng)

    def shown(table: NDArray[Any]) -> NDArray[Any]:
        return np.take_along_axis(table, order if table.ndim == 2 else order[:, :, None], axis=1)

    def picked(table: NDArray[Any]) -> NDArray[Any]:
        return shown(best(table))

    verdicts = picked(verdicts)
    band = np.where(picked(negotiated), np.int8(NEGOTIATED), _asked_first(verdicts))
    return Pages(
        role=np.where(shown(present), picked(which), -1).astype(np.int32),
        score=shown(score),
        propensity=propensity,
        stretch=shown(stretch),
        band=band,
        verdicts=verdicts,
        values=picked(values),
        match=picked(truths.match),
        refused=picked(truths.refused),
        unmet=picked(truths.unmet),
        gap=picked(truths.gap),
        over=picked(truths.over),
        outside=picked(truths.outside),
        open=open_roles,
        listed=np.maximum(np.round(open_roles * (~excluded).mean(axis=1)).astype(np.int32), count.astype(np.int32)),
    )


def score_of(verdicts: Codes, values: Wide) -> Wide:
    """The weighted mean of the values of the aspects that have a finding, to six places."""
    weight = (verdicts != NONE) * aspect_weights()
    score: Wide = np.round((weight * values).sum(axis=2) / weight.sum(axis=2), 6)
    return score


def blocks_of(score: Wide, count: NDArray[np.integer], *, alone: Mask, width: float) -> NDArray[np.int8]:
    """Number the blocks of near-ties from 0, for pages best first.

    A block starts with the best entry that is left and holds those whose score is at most `width` lower. What stands
    `alone`, and what is beyond the `count` entries of a page, is in no block with others.
    """
    lists, places = score.shape
    block = np.zeros((lists, places), np.int8)
    first = score[:, 0].copy()
    for place in range(1, places):
        opens = (score[:, place] < first - np.float32(width)) | alone[:, place] | (place >= count) | (width == 0)
        block[:, place] = block[:, place - 1] + opens
        first = np.where(opens, score[:, place], first)
    return block


def shuffled(
    score: Wide, count: NDArray[np.integer], *, alone: Mask, width: float, rng: np.random.Generator
) -> tuple[NDArray[np.int64], Wide]:
    """Shuffle each block evenly; the order, and how likely each entry was to stand where it now stands."""
    block = blocks_of(score, count, alone=alone, width=width)
    order = np.argsort(block + rng.random(score.shape, dtype=np.float32) * np.float32(0.999), axis=1, kind="stable")
    same = (block[:, :, None] == block[:, None, :]).sum(axis=2)
    return order, np.take_along_axis(1 / same, order, axis=1).astype(np.float32)


def _candidates(roles: Roles, days: Days, rng: np.random.Generator) -> tuple[Rows, Days]:
    """Roles open on each day, evenly spread by age and all different; and how many were open."""
    first = np.searchsorted(roles.logged, days - OPEN_DAYS, side="right")
    count = np.searchsorted(roles.logged, days, side="right") - first
    bounds = np.arange(CANDIDATES + 1) * count[:, None] // CANDIDATES
    step = rng.random((len(days), CANDIDATES), dtype=np.float32) * np.diff(bounds, axis=1)
    which = first[:, None] + bounds[:, :-1] + np.minimum(step.astype(np.int64), np.diff(bounds, axis=1) - 1)
    return which.astype(np.int32), count.astype(np.int32)


def _excluded(judged: list[Judged], rng: np.random.Generator) -> tuple[Mask, Mask]:
    """What an absolute conflict keeps off, and where an employer gave way after all to one that can be lifted."""
    shape = judged[0].value.shape
    lifted, stays = np.zeros(shape, np.int8), np.zeros(shape, np.bool_)
    for each in judged:
        if each.absolute is None:
            continue
        against = each.absolute & (each.verdict == Code.CONFLICT)
        if each.aspect in _LIFTED:
            lifted += against
        else:
            stays |= against
    negotiated = (lifted == 1) & ~stays & (rng.random(shape, dtype=np.float32) < _NEGOTIATED_SHARE)
    return (stays | (lifted > 0)) & ~negotiated, negotiated


def _stacked(judged: list[Judged], negotiated: Mask) -> tuple[Codes, Wide]:
    """Verdicts and values with a last axis of aspects; what was negotiated is ok with its full value."""
    by_aspect = {each.aspect: each for each in judged}
    shape = (*negotiated.shape, len(ASPECTS))
    verdicts, values = np.full(shape, np.int8(NONE)), np.zeros(shape, np.float32)
    for place, aspect in enumerate(ASPECTS):
        if aspect not in by_aspect:  # no model of what lasts took part
            continue
        each = by_aspect[aspect]
        verdicts[..., place], values[..., place] = each.verdict, each.value
        if aspect in _LIFTED and each.absolute is not None:
            conceded = negotiated & each.absolute & (each.verdict == Code.CONFLICT)
            verdicts[..., place][conceded] = Code.OK
            values[..., place][conceded] = 1
    values[verdicts == NONE] = 0
    return verdicts, values


def _stretch(family: Codes, count: NDArray[np.integer], rng: np.random.Generator) -> Mask:
    """On some full pages the last entry is a suggestion from outside the families above it."""
    marked = np.zeros(family.shape, np.bool_)
    outside = (family[:, -1:] != family[:, :-1]).all(axis=1)
    marked[:, -1] = outside & (count == PAGE) & (rng.random(len(family), dtype=np.float32) < _STRETCH_SHARE)
    return marked


def _asked_first(verdicts: Codes) -> Codes:
    asks = [place for place, aspect in enumerate(ASPECTS) if aspect in BAND_ASPECTS]
    return np.where((verdicts[..., asks] == Code.UNKNOWN).any(axis=2), np.int8(ASK_FIRST), np.int8(FITS))
