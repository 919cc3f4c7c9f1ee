"""The aspects of fit, one file each; every one judges columns of vacancies and speaks of the rows that are read."""

from __future__ import annotations

from typing import Final

from matching.columns import DIMENSIONS
from matching.fit import (
    adjustments,
    availability,
    employer,
    evidence,
    exclusions,
    hours,
    pay,
    physical,
    preferences,
    refused_work,
    requirements,
    sensory,
    shift,
    skills,
    travel,
)
from matching.fit.evidence import CHECKED_READ
from matching.fit.hours import HOURS_READ
from matching.fit.nearness import Nearness
from matching.fit.part import Part, Setting
from matching.fit.pay import PAY_READ
from matching.fit.physical import PHYSICAL_READ
from matching.fit.refused_work import TAGS_READ
from matching.fit.requirements import LAW_READ
from matching.fit.sensory import level_read, prior_read
from matching.fit.travel import PLACE_READ
from matching.fit.week import TIMES_READ
from matching.kinds import Reading
from matching.model.profile import VocationalProfile
from matching.pool import VacancyPool

#: What parts of nearly every profile read: kinds of these are worth finding before anybody asks. Those of single
#: adjustments are found when somebody needs one.
COMMON_READINGS: Final[tuple[Reading, ...]] = (
    HOURS_READ,
    TIMES_READ,
    PLACE_READ,
    PAY_READ,
    PHYSICAL_READ,
    LAW_READ,
    TAGS_READ,
    CHECKED_READ,
    *(level_read(dimension) for dimension in range(len(DIMENSIONS))),
    *(prior_read(dimension) for dimension in range(len(DIMENSIONS))),
)


def constraint_parts(profile: VocationalProfile, setting: Setting, pool: VacancyPool) -> tuple[Part, ...]:
    """Every part that can conflict, in the order in which findings are shown."""
    return (
        *hours.parts(profile, setting),
        *availability.parts(profile, setting, pool),
        *shift.parts(profile, setting, pool),
        *adjustments.parts(profile, setting),
        *sensory.parts(profile, setting),
        *travel.parts(profile, setting),
        *pay.parts(profile, setting),
        *physical.parts(profile, setting),
        *requirements.parts(profile, setting, pool),
        *exclusions.parts(profile, setting),
        *employer.parts(profile, setting),
        *refused_work.parts(profile, setting),
    )


def soft_parts(
    profile: VocationalProfile, setting: Setting, *, to_wishes: Nearness | None, to_abilities: Nearness | None
) -> tuple[Part, ...]:
    """Every part that only orders."""
    return (
        *preferences.parts(profile, setting, to_wishes),
        *skills.parts(profile, setting, to_abilities),
        *evidence.parts(setting),
    )
