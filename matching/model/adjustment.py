"""A need of the person and an offer of the job: two sides of one workplace adjustment."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Importance(StrEnum):
    """How much a person needs an adjustment; only `essential` ones can exclude a vacancy."""

    ESSENTIAL = "essential"
    IMPORTANT = "important"
    HELPFUL = "helpful"


class Offer(StrEnum):
    """What an employer said of an adjustment; saying nothing is the absence of an offer."""

    YES = "yes"
    MAYBE = "maybe"
    NO = "no"


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """An adjustment that a person needs, and the ones that would serve instead."""

    slug: str
    importance: Importance = Importance.IMPORTANT
    alternatives: tuple[str, ...] = ()

    @property
    def slugs(self) -> tuple[str, ...]:
        """Every adjustment that would meet the need, the need itself first."""
        return (self.slug, *self.alternatives)
