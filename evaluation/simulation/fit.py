"""How invented roles fit invented people: verdicts and values by aspect as an engine would give them, and the truth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evaluation.simulation.people import DIMENSIONS, NEEDS, NOTHING, Codes, Mask, People
from evaluation.simulation.roles import MAYBE, NO, YES, Roles
from matching.model.finding import Aspect, Code

NONE = -1  # no finding
_UNKNOWN_VALUE = 0.5
_MINUTES_BEFORE, _KM_AN_HOUR = 15.0, 16.0
_HOURS_EITHER_SIDE = 8.0

Rows = NDArray[np.int32]
Wide = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Judged:
    """One aspect of pairs of people and roles; every array has the shape of the pairs."""

    aspect: Aspect
    verdict: Codes  # a `Code`, or NONE
    value: Wide
    absolute: Mask | None = None  # where a conflict keeps the role off the list


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Truths:
    """What is true of the pairs, known or not: it makes jobs end."""

    match: Wide  # 0 to 1: how much the work is wanted
    refused: Mask
    unmet: Codes  # essential adjustments that are not made
    gap: Codes  # sensory levels above what is tolerated, summed
    over: Mask  # travel above the limit
    outside: Mask  # hours or times outside those that they can work


def judge(
    people: People, roles: Roles, who: Rows, which: Rows, rng: np.random.Generator
) -> tuple[list[Judged], Truths]:
    """Judge roles `which` (lists, roles) for people `who` (lists)."""
    one = who[:, None]
    match = _nearness(people.wanted[who], roles.family[which], rng)
    hours, hours_out = _hours(people, roles, one, which)
    times, times_out = _times(people, roles, one, which)
    adjustments, unmet = _adjustments(people, roles, who, which)
    sensory, gap = _sensory(people, roles, who, which)
    travel, over = _travel(people, roles, who, which)
    refused, refused_true = _refused(people, roles, one, which)
    found = [
        _soft(Aspect.PREFERENCES, match, people.wanted[who, 0][:, None] != NOTHING),
        _soft(Aspect.SKILLS, _nearness(people.strong_in[who], roles.family[which], rng), _all(which)),
        hours,
        times,
        _nights(people, roles, one, which),
        adjustments,
        sensory,
        travel,
        _pay(people, roles, one, which),
        _physical(people, roles, one, which),
        *_always_absolute(people, roles, one, which),
        refused,
        _soft(Aspect.EVIDENCE, roles.checked_value[which], _all(which)),
    ]
    truths = Truths(match=match, refused=refused_true, unmet=unmet, gap=gap, over=over, outside=hours_out | times_out)
    return found, truths


def _judged(aspect: Aspect, *, present: Mask, known: Mask, fits: Mask, value: Wide, absolute: Mask | None) -> Judged:
    verdict = np.where(known, np.where(fits, np.int8(Code.OK), np.int8(Code.CONFLICT)), np.int8(Code.UNKNOWN))
    values = np.round(np.where(known, value, np.float32(_UNKNOWN_VALUE)), 4).astype(np.float32)
    return Judged(aspect=aspect, verdict=np.where(present, verdict, np.int8(NONE)), value=values, absolute=absolute)


def _soft(aspect: Aspect, value: Wide, present: Mask) -> Judged:
    verdict = np.where(present, np.int8(Code.OK), np.int8(NONE))
    return Judged(aspect=aspect, verdict=np.broadcast_to(verdict, value.shape), value=value)


def _nearness(families: Codes, family: Codes, rng: np.random.Generator) -> Wide:
    """How near a role is to two families: much where it is of the first, some where of the second, and by chance."""
    near = np.float32(0.47) * (families[:, :1] == family) + np.float32(0.3) * (families[:, 1:] == family)
    near = near + np.float32(0.03) + np.float32(0.5) * rng.random(family.shape, dtype=np.float32) ** 2
    nearness: Wide = np.round(np.minimum(near, np.float32(1)), 4)
    return nearness


def _hours(people: People, roles: Roles, one: Rows, which: Rows) -> tuple[Judged, Mask]:
    away = np.abs(roles.hours[which] - people.hours_wanted[one])
    fits = away <= _HOURS_EITHER_SIDE
    value = np.where(fits, 1 - 0.5 * away / np.float32(_HOURS_EITHER_SIDE), 0)
    known = roles.hours_known[which]
    hard = people.hours_hard[one]
    return _judged(Aspect.HOURS, present=_all(which), known=known, fits=fits, value=value, absolute=hard), ~fits


def _times(people: People, roles: Roles, one: Rows, which: Rows) -> tuple[Judged, Mask]:
    fits = (people.times[one] & roles.times[which]) != 0
    judged = _judged(
        Aspect.AVAILABILITY,
        present=_all(which),
        known=roles.times_known[which],
        fits=fits,
        value=fits.astype(np.float32),
        absolute=people.times_hard[one],
    )
    return judged, ~fits


def _nights(people: People, roles: Roles, one: Rows, which: Rows) -> Judged:
    fits = ~roles.nights[which]
    return _judged(
        Aspect.SHIFT,
        present=people.no_nights[one] & _all(which),
        known=roles.times_known[which] | roles.nights[which],
        fits=fits,
        value=fits.astype(np.float32),
        absolute=_all(which),
    )


def _adjustments(people: People, roles: Roles, who: Rows, which: Rows) -> tuple[Judged, Codes]:
    needs, essential = people.needs[who][:, None], people.essential[who][:, None]
    refused = np.zeros(which.shape, np.int8)
    asked, unmet, value = refused.copy(), refused.copy(), np.zeros(which.shape, np.float32)
    for need in range(NEEDS):
        offer, needed = roles.offers[which, need], need < needs
        refused += needed & (offer == NO)
        asked += needed & (offer == MAYBE)
        unmet += needed & ((offer == NO) | ((offer == MAYBE) & ~roles.made_after_all[which, need]))
        value += needed * np.where(
            offer == YES, np.float32(1), np.where(offer == MAYBE, np.float32(0.55), np.float32(0))
        )
    verdict = np.where(
        refused > 0, np.int8(Code.CONFLICT), np.where(asked > 0, np.int8(Code.UNKNOWN), np.int8(Code.OK))
    )
    judged = Judged(
        aspect=Aspect.ADJUSTMENTS,
        verdict=np.where(needs > 0, verdict, np.int8(NONE)),
        value=np.round(value / np.maximum(needs, 1), 4).astype(np.float32),
        absolute=essential,
    )
    return judged, np.where(essential, unmet, unmet > 1).astype(np.int8)


def _sensory(people: People, roles: Roles, who: Rows, which: Rows) -> tuple[Judged, Codes]:
    avoids = people.tolerance[who] != NOTHING
    total, shown = np.zeros(which.shape, np.int8), np.zeros(which.shape, np.int8)
    unknown, value = np.zeros(which.shape, np.bool_), np.zeros(which.shape, np.float32)
    for sense in range(DIMENSIONS):
        avoided = avoids[:, sense, None]
        known = roles.levels_known[which, sense]
        above = np.where(avoided, np.maximum(roles.levels[which, sense] - people.tolerance[who, sense, None], 0), 0)
        total += above.astype(np.int8)
        shown += np.where(known, above, 0).astype(np.int8)
        unknown |= avoided & ~known
        value += avoided * np.where(known, np.maximum(1 - np.float32(0.5) * above, 0), np.float32(0.45))
    dimensions = avoids.sum(axis=1, dtype=np.float32)[:, None]
    verdict = np.where(shown > 0, np.int8(Code.CONFLICT), np.where(unknown, np.int8(Code.UNKNOWN), np.int8(Code.OK)))
    judged = Judged(
        aspect=Aspect.SENSORY,
        verdict=np.where(dimensions > 0, verdict, np.int8(NONE)),
        value=np.round(value / np.maximum(dimensions, 1), 4).astype(np.float32),
        absolute=people.sensory_hard[who][:, None],
    )
    return judged, total


def _travel(people: People, roles: Roles, who: Rows, which: Rows) -> tuple[Judged, Mask]:
    apart = roles.place[which] - people.home[who][:, None, :]
    km = np.sqrt((apart**2).sum(axis=2))
    minutes = np.float32(_MINUTES_BEFORE) + km * np.float32(60 / _KM_AN_HOUR)
    most = people.most_minutes[who][:, None]
    fits = minutes <= most
    judged = _judged(
        Aspect.TRAVEL,
        present=_all(which),
        known=roles.place_known[which],
        fits=fits,
        value=np.where(fits, 1 - np.float32(0.6) * minutes / most, 0),
        absolute=people.travel_hard[who][:, None],
    )
    return judged, ~fits


def _pay(people: People, roles: Roles, one: Rows, which: Rows) -> Judged:
    pay, floor = roles.pay[which], people.pay_floor[one]
    return _judged(
        Aspect.PAY,
        present=(floor > 0) & _all(which),
        known=roles.pay_known[which],
        fits=pay >= floor,
        value=np.where(pay >= floor, np.minimum(0.6 + 2 * (pay - floor), 1), 0),
        absolute=None,
    )


def _physical(people: People, roles: Roles, one: Rows, which: Rows) -> Judged:
    demand, most = roles.physical[which], people.physical_most[one]
    return _judged(
        Aspect.PHYSICAL,
        present=(most != NOTHING) & _all(which),
        known=roles.physical_known[which],
        fits=demand <= most,
        value=np.where(demand <= most, 1 - np.float32(0.2) * demand, 0),
        absolute=people.needs[one] > 1,
    )


def _refused(people: People, roles: Roles, one: Rows, which: Rows) -> tuple[Judged, Mask]:
    refuses = people.refused[one]
    held = (refuses == roles.tags[which]) & (refuses != NOTHING)
    judged = _judged(
        Aspect.REFUSED_WORK,
        present=(refuses != NOTHING) & _all(which),
        known=roles.tags_known[which],
        fits=~held,
        value=(~held).astype(np.float32),
        absolute=people.refused_hard[one],
    )
    return judged, held


def _always_absolute(people: People, roles: Roles, one: Rows, which: Rows) -> Iterator[Judged]:
    """Aspects whose conflicts never reach a list, so that they are ok or unknown."""
    known = roles.requirements_known[which]
    asked = {
        Aspect.REQUIREMENTS: (_all(which), known),
        Aspect.EXCLUSIONS: (people.excludes_settings[one] & _all(which), known),
        Aspect.EMPLOYER: (people.avoids_employers[one] & _all(which), _all(which)),
    }
    for aspect, (present, sure) in asked.items():
        value = np.ones(which.shape, np.float32)
        yield _judged(aspect, present=present, known=sure, fits=_all(which), value=value, absolute=None)


def _all(which: Rows) -> Mask:
    return np.ones(which.shape, np.bool_)
