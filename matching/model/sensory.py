"""Ten sensory dimensions, from both sides: what a workplace is like and what a person bears."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

HIGHEST_LEVEL = 4


class SensoryDimension(StrEnum):
    """What a workplace does to the senses, in the order of the catalogue."""

    NOISE = "noise"
    LIGHTING = "lighting"
    CROWDING = "crowding"
    SMELL = "smell"
    TEMPERATURE = "temperature"
    TOUCH = "touch"
    MOVEMENT = "movement"
    VISUAL_CLUTTER = "visual_clutter"
    UNPREDICTABILITY = "unpredictability"
    SOCIAL_DEMAND = "social_demand"


class Direction(StrEnum):
    """Whether a person wants little of it, does not mind, or does better with more."""

    AVOID = "avoid"
    NEUTRAL = "neutral"
    SEEK = "seek"


class PeakShare(StrEnum):
    """How much of a shift the peak fills."""

    UNDER_10 = "under_10"
    FROM_10_TO_50 = "10_to_50"
    OVER_50 = "over_50"


class SensorySource(StrEnum):
    """How a level is known; a prior from the occupation is not knowledge of this workplace."""

    VISIT = "visit"
    PHONE = "phone"
    PHOTO = "photo"
    ADVERT = "advert"
    OCCUPATION_PRIOR = "occupation_prior"


@dataclass(frozen=True, slots=True, kw_only=True)
class SensoryLevel:
    """What is known of one dimension at one workplace; levels run from 0 to 4."""

    typical: int
    peak: int
    peak_share: PeakShare | None = None
    can_leave: bool | None = None
    source: SensorySource | None = None
    observed_on: date | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.typical <= self.peak <= HIGHEST_LEVEL:
            raise ValueError("levels run from 0 to 4, and the peak is not below the typical level")

    @property
    def is_prior(self) -> bool:
        """Whether nobody has looked: the level is only what the occupation suggests."""
        return self.source is SensorySource.OCCUPATION_PRIOR


@dataclass(frozen=True, slots=True, kw_only=True)
class SensoryTolerance:
    """What a person bears or seeks in one dimension, and the mitigations that work for them."""

    tolerance: int
    direction: Direction = Direction.AVOID
    hard: bool = False
    mitigations: tuple[str, ...] = ()
