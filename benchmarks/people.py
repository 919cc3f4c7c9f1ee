"""One synthetic person, whose limits are set so that about a given share of a pool is left."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from fixtures.world import AS_OF
from matching.model.adjustment import Importance, Need
from matching.model.profile import (
    DrivingLicence,
    HoursWanted,
    LegalStanding,
    PayFloor,
    PhysicalLimits,
    ShiftLimits,
    TravelLimits,
    VocationalProfile,
    WantedWork,
    Welcome,
)
from matching.model.sensory import SensoryDimension, SensoryTolerance
from matching.model.work import DAYS, Span, Window, WindowKind
from matching.shortlisting import Shortlister

FARTHEST_KM: Final = 1200.0
STEPS: Final = 16

PERSON: Final = VocationalProfile(
    participant_ref="benchmark",
    wanted_work=(
        WantedWork(label="baking bread and cakes", strength=3),
        WantedWork(label="looking after animals", strength=2),
        WantedWork(label="repairing bicycles and small machines", strength=2),
    ),
    disliked_tasks=("cleaning", "laundry"),
    hours=HoursWanted(least=8.0, most=24.0, ideal=16.0),
    availability=(
        Window(span=Span(days=DAYS[:5], starts=8 * 60, ends=18 * 60)),
        Window(span=Span(days=DAYS[:5], starts=10 * 60, ends=15 * 60), kind=WindowKind.PREFER),
    ),
    shift=ShiftLimits(max_hours=8.0, nights=Welcome.NO),
    travel=TravelLimits(home="B30 2", max_km=25.0),
    pay_floor=PayFloor(hourly=13.0),
    adjustments=(
        Need(slug="break.when_needed", importance=Importance.ESSENTIAL, alternatives=("break.extra_short",)),
        Need(slug="comm.written_instructions", importance=Importance.IMPORTANT),
    ),
    sensory={
        SensoryDimension.NOISE: SensoryTolerance(tolerance=2, hard=True, mitigations=("sens.headphones",)),
        SensoryDimension.CROWDING: SensoryTolerance(tolerance=2),
    },
    physical=PhysicalLimits(lift_max_kg=12.0),
    qualifications=(),
    driving=DrivingLicence.NONE,
    legal=LegalStanding(minimum_age_met=(18,)),
)


# Work at an unknown place passes every travel limit, and so much of it would be left that the smallest share needs
# stricter limits of other kinds.
STRICTER: Final = replace(
    PERSON,
    hours=HoursWanted(least=6.0, most=16.0, ideal=12.0),
    availability=(
        Window(span=Span(days=DAYS[:5], starts=9 * 60 + 30, ends=15 * 60)),
        Window(span=Span(days=DAYS[1:4], starts=10 * 60, ends=14 * 60), kind=WindowKind.PREFER),
    ),
    pay_floor=PayFloor(hourly=15.5, hard=True),
    sensory={
        SensoryDimension.NOISE: SensoryTolerance(tolerance=1, hard=True, mitigations=("sens.headphones",)),
        SensoryDimension.CROWDING: SensoryTolerance(tolerance=1, hard=True),
    },
    physical=PhysicalLimits(lift_max_kg=5.0),
)


def person_for(shortlister: Shortlister, *, share: float) -> VocationalProfile:
    """The person with the travel limit at which the share of all rows that is left comes nearest to the one asked."""
    wanted = share * len(shortlister.pool)
    person = next(each for each in (PERSON, STRICTER) if _rows_left(shortlister, _within(each, 0.0)) < wanted)
    low, high = 0.0, FARTHEST_KM
    for _ in range(STEPS):
        middle = (low + high) / 2
        if _rows_left(shortlister, _within(person, middle)) < wanted:
            low = middle
        else:
            high = middle
    return _within(person, round(high, 1))


def _rows_left(shortlister: Shortlister, profile: VocationalProfile) -> int:
    """How many vacancies no constraint excludes."""
    return len(shortlister.order(profile, as_of=AS_OF).rows)


def _within(profile: VocationalProfile, km: float) -> VocationalProfile:
    return replace(profile, travel=replace(profile.travel, max_km=km))
