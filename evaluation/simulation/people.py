"""The invented participants of a simulated world: when they enter, what they want, need and cannot do."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evaluation.simulation.effects import PLANTED_GROUP

FAMILIES = 20  # of jobs
DIMENSIONS = 3  # of the senses: noise, light, crowding
NEEDS = 4  # adjustments that anybody may need
TAGS = 8  # kinds of task
COUNTY_KM = 15.5
SUPPORT_DAYS = 365
NOTHING = -1

Numbers = NDArray[np.float32]
Codes = NDArray[np.int8]
Days = NDArray[np.int32]
Mask = NDArray[np.bool_]

#: What people say of themselves: groups of a kind and the share of people in each.
GROUPS = {
    "age": {"18 to 24": 0.17, "25 to 34": 0.24, "35 to 49": 0.32, "50 and over": 0.27},
    "sex": {"female": 0.47, "male": 0.53},
    "ethnicity": {"asian": 0.10, "black": 0.06, "mixed": 0.04, "other": 0.03, "white": 0.77},
    "disability": {
        "autism": 0.16, "learning_disability": 0.18, "long_term_health": 0.16, "mental_health": 0.38, "sensory": 0.12
    },
}  # fmt: skip
PREFERS_NOT_TO_SAY = "prefers_not_to_say"
_SAYS_SO_SHARE, _SILENT_SHARE = 0.05, 0.04


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class People:
    """Columns about participants, one value a person, in the order of entering; days count from the first of all."""

    entered: Days
    route: Codes
    model: Codes
    provider: Codes
    hours_wanted: Numbers
    home: Numbers  # (people, 2) in km
    wanted: Codes  # (people, 2) families, the most wanted first; NOTHING where no wish is known
    strong_in: Codes  # (people, 2) families in which their strengths lie
    hours_hard: Mask
    times: Codes  # bits: mornings, afternoons, evenings, weekends at which they can work
    times_hard: Mask
    no_nights: Mask
    needs: Codes  # how many adjustments they need
    essential: Mask  # whether their needs are essential: no role without
    tolerance: Codes  # (people, DIMENSIONS) level they tolerate; NOTHING where they avoid nothing
    sensory_hard: Mask
    most_minutes: Numbers
    travel_hard: Mask
    pay_floor: Numbers  # times the minimum wage; 0 for none
    physical_most: Codes  # NOTHING for no limit
    refused: Codes  # tag of tasks; NOTHING for none
    refused_hard: Mask
    excludes_settings: Mask
    avoids_employers: Mask
    frailty: Numbers  # standard normal: makes jobs end sooner, and nobody records it
    start_factor: Numbers  # work history and the like: on the chance of a start, and nobody records it
    groups: dict[str, Codes]  # what each person is, said or not
    said: dict[str, Codes]  # 0 said, 1 prefers not to say, 2 not asked

    def __len__(self) -> int:
        return len(self.entered)

    @property
    def planted(self) -> Mask:
        """Who is of the group that planted differences single out."""
        kind, group = PLANTED_GROUP
        planted: Mask = self.groups[kind] == list(GROUPS[kind]).index(group)
        return planted


def draw_people(count: int, *, entry_days: int, rng: np.random.Generator) -> People:
    """Draw participants who enter evenly over the first `entry_days` days."""

    def some(share: float) -> Mask:
        return rng.random(count, dtype=np.float32) < share

    def pick(shares: list[float], size: int | tuple[int, ...] = count) -> Codes:
        bounds = np.cumsum(shares, dtype=np.float32)[:-1]
        return np.searchsorted(bounds, rng.random(size, dtype=np.float32), side="right").astype(np.int8)

    wanted = rng.integers(0, FAMILIES, (count, 2), dtype=np.int8)
    wanted[:, 1] = (wanted[:, 0] + rng.integers(1, FAMILIES, count, dtype=np.int8)) % FAMILIES
    strong_in = np.where(rng.random((count, 2)) < 0.4, wanted, rng.integers(0, FAMILIES, (count, 2), dtype=np.int8))
    wanted[some(0.03)] = NOTHING
    tolerance = np.where(
        rng.random((count, DIMENSIONS)) < 0.4, rng.integers(1, 4, (count, DIMENSIONS), dtype=np.int8), NOTHING
    )
    times = (some(0.9) | some(0.8) << 1 | some(0.45) << 2 | some(0.4) << 3).astype(np.int8)
    return People(
        entered=np.sort(rng.integers(0, entry_days, count, dtype=np.int32)),
        route=pick([0.92, 0.08]),
        model=pick([0.62, 0.38]),
        provider=pick([0.4, 0.3, 0.2, 0.1]),
        hours_wanted=np.clip(np.round(rng.lognormal(np.log(18), 0.35, count)), 4, 40).astype(np.float32),
        home=rng.random((count, 2), dtype=np.float32) * COUNTY_KM,
        wanted=wanted,
        strong_in=strong_in.astype(np.int8),
        hours_hard=some(0.3),
        times=np.where(times == 0, np.int8(1), times),
        times_hard=some(0.3),
        no_nights=some(0.6),
        needs=np.minimum(rng.poisson(1.1, count), NEEDS).astype(np.int8),
        essential=some(0.6),
        tolerance=tolerance.astype(np.int8),
        sensory_hard=some(0.25),
        most_minutes=(rng.integers(6, 19, count) * 5).astype(np.float32),
        travel_hard=some(0.3),
        pay_floor=np.where(some(0.3), 1 + 0.15 * rng.random(count, dtype=np.float32), 0).astype(np.float32),
        physical_most=np.where(some(0.35), rng.integers(1, 4, count), NOTHING).astype(np.int8),
        refused=np.where(some(0.5), rng.integers(0, TAGS, count), NOTHING).astype(np.int8),
        refused_hard=some(0.25),
        excludes_settings=some(0.1),
        avoids_employers=some(0.06),
        frailty=rng.standard_normal(count, dtype=np.float32),
        start_factor=np.exp(0.3 * rng.standard_normal(count, dtype=np.float32) - 0.045),
        groups={kind: pick(list(shares.values())) for kind, shares in GROUPS.items()},
        said={kind: pick([1 - _SAYS_SO_SHARE - _SILENT_SHARE, _SAYS_SO_SHARE, _SILENT_SHARE]) for kind in GROUPS},
    )
