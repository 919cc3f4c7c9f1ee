"""The invented roles of a simulated world: what they ask and offer, and what of it is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evaluation.simulation.effects import Effects
from evaluation.simulation.people import COUNTY_KM, DIMENSIONS, FAMILIES, NEEDS, TAGS, Codes, Days, Mask, Numbers

OPEN_DAYS = 60  # how long a role may be listed
LEAST_OPEN = 120  # roles at any time, so that lists can be filled
SOURCES = ("advertised", "unadvertised", "carved")
CONTRACTS = ("permanent", "fixed_term", "temporary", "seasonal", "zero_hours", "apprenticeship")
YES, NO, MAYBE = 0, 1, 2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Roles:
    """Columns about vacancies, one value a role, in the order of logging; each truth stands beside what is known."""

    logged: Days
    employer: Days
    source: Codes
    contract: Codes
    ends_after_weeks: Numbers  # infinite where no end is agreed
    family: Codes
    openings: Codes
    hours: Numbers
    hours_known: Mask
    place: Numbers  # (roles, 2) in km
    place_known: Mask
    times: Codes  # bits: when the work is
    times_known: Mask
    nights: Mask
    offers: Codes  # (roles, NEEDS): YES, NO or MAYBE, as known
    made_after_all: Mask  # (roles, NEEDS): whether a MAYBE turns out well
    levels: Codes  # (roles, DIMENSIONS) 0 to 4
    levels_known: Mask
    pay: Numbers  # times the minimum wage
    pay_known: Mask
    physical: Codes
    physical_known: Mask
    tags: Codes  # one kind of task that not everybody likes
    tags_known: Mask
    requirements_known: Mask
    checked_value: Numbers  # value of the aspect `evidence`
    hardness: Numbers  # standard normal of the supervisor: makes jobs end sooner, and nobody records it

    def __len__(self) -> int:
        return len(self.logged)


def draw_roles(people: int, *, days: int, effects: Effects, rng: np.random.Generator) -> Roles:
    """Draw the roles logged from `OPEN_DAYS` days before the first day to the last; about one and a half a person."""
    count = max(LEAST_OPEN * (days + OPEN_DAYS) // OPEN_DAYS, 3 * people // 2)

    def some(share: float | Numbers, size: int | tuple[int, ...] = count) -> Mask:
        return rng.random(size, dtype=np.float32) < share

    def pick(shares: list[float], size: int | tuple[int, ...] = count) -> Codes:
        bounds = np.cumsum(shares, dtype=np.float32)[:-1]
        return np.searchsorted(bounds, rng.random(size, dtype=np.float32), side="right").astype(np.int8)

    source = pick([0.7, 0.2, 0.1])
    # Somebody has been to see the roles that are not advertised, so more is known of them.
    unknown = np.where(source == 0, effects.unknown_share, 0.4 * effects.unknown_share).astype(np.float32)

    def known() -> Mask:
        return ~some(unknown)

    offers = pick([0.62, 0.16, 0.22], (count, NEEDS))
    offers[some(unknown[:, None], (count, NEEDS))] = MAYBE
    offers[(source == 2)[:, None] & (offers == NO)] = YES
    contract, ends = _contracts(count, effects=effects, rng=rng)
    return Roles(
        logged=np.sort(rng.integers(-OPEN_DAYS, days, count, dtype=np.int32)),
        employer=rng.integers(0, max(20, count // 4), count, dtype=np.int32),
        source=source,
        contract=contract,
        ends_after_weeks=ends,
        family=rng.integers(0, FAMILIES, count, dtype=np.int8),
        openings=pick([0.8, 0.15, 0.05]) + np.int8(1),
        hours=np.clip(np.round(rng.lognormal(np.log(np.where(source == 2, 14, 20)), 0.4)), 4, 40).astype(np.float32),
        hours_known=~some(0.4 * unknown),
        place=rng.random((count, 2), dtype=np.float32) * COUNTY_KM,
        place_known=~some(0.1 * unknown),
        times=np.int8(1) << pick([0.42, 0.28, 0.16, 0.14]),
        times_known=known(),
        nights=some(0.05),
        offers=offers,
        made_after_all=some(0.5, (count, NEEDS)),
        levels=pick([0.1, 0.28, 0.32, 0.2, 0.1], (count, DIMENSIONS)),
        levels_known=~some(unknown[:, None], (count, DIMENSIONS)),
        pay=1 + 0.2 * rng.random(count, dtype=np.float32) ** 2,
        pay_known=~some(0.5 * unknown),
        physical=pick([0.3, 0.35, 0.25, 0.1]),
        physical_known=known(),
        tags=rng.integers(0, TAGS, count, dtype=np.int8),
        tags_known=~some(0.6 * unknown),
        requirements_known=known(),
        checked_value=np.round(rng.random(count, dtype=np.float32), 4),
        hardness=rng.standard_normal(count, dtype=np.float32),
    )


def _contracts(count: int, *, effects: Effects, rng: np.random.Generator) -> tuple[Codes, Numbers]:
    """Contracts, and after how many weeks they end; what is fixed, temporary or seasonal is made permanent at times."""
    share = effects.temporary_share
    shares = np.array([0.86 * (1 - share), 0.4 * share, 0.4 * share, 0.2 * share, 0.09 * (1 - share)], np.float32)
    contract = np.searchsorted(np.cumsum(shares), rng.random(count, dtype=np.float32), side="right").astype(np.int8)
    weeks = rng.random(count, dtype=np.float32)
    least, most = np.array([0, 20, 6, 6, 0, 0]), np.array([0, 60, 30, 16, 0, 0])
    ends = least[contract] + weeks * (most - least)[contract]
    goes_on = rng.random(count, dtype=np.float32) < 0.35
    return contract, np.where((least[contract] == 0) | goes_on, np.inf, ends).astype(np.float32)
