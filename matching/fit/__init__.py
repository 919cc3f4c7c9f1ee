"""The aspects of fit, one file each; every one judges columns of vacancies and speaks of the rows that are read."""

from __future__ import annotations

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
from matching.fit.nearness import Nearness
from matching.fit.part import Part, Setting
from matching.model.profile import VocationalProfile
from matching.pool import VacancyPool


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
