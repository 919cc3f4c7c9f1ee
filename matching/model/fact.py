"""What is known of a job, from whom and since when: a fact gives way to a stronger or newer one, never to a weaker."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any


class FactSource(StrEnum):
    """How a fact about a job came to be known; `strength` orders them."""

    VISIT = "visit"
    PHONE = "phone"
    EMAIL = "email"
    PHOTO = "photo"
    ADVERT = "advert"
    OCCUPATION_PRIOR = "occupation_prior"

    @property
    def strength(self) -> int:
        """What was seen weighs more than what was told, and that more than what was written for everyone."""
        return _STRENGTH[self]


_STRENGTH = {
    FactSource.VISIT: 5,
    FactSource.PHONE: 4,
    FactSource.EMAIL: 4,
    FactSource.PHOTO: 3,
    FactSource.ADVERT: 2,
    FactSource.OCCUPATION_PRIOR: 0,
}


class Standing(StrEnum):
    """Whether a fact holds, stands beside a stronger one that disagrees, or has been replaced."""

    HOLDS = "holds"
    BESIDE = "beside"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFact:
    """One field of a vacancy with its value in the interchange format, its source and its date.

    `field` is a path such as `pay`, `sensory.noise`, `adjustments.place.quiet_room` or `requirements.dbs`.
    `expires_on` only marks the fact as old; it never changes a verdict.
    """

    field: str
    value: Any
    source: FactSource
    observed_on: date
    expires_on: date | None = None
    note: str = ""
