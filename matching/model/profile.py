"""A vocational profile: what a person wants, can do and needs, and nothing about why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from matching.model.adjustment import Need
from matching.model.sensory import SensoryDimension, SensoryTolerance
from matching.model.vacancy import DbsLevel
from matching.model.work import Remote, Window


class GoalStatus(StrEnum):
    """How settled a person's goal is; still exploring is a valid answer."""

    EXPLORING = "exploring"
    SOME_IDEAS = "some_ideas"
    FIRM = "firm"


class Welcome(StrEnum):
    """Whether a person takes nights or weekends."""

    YES = "yes"
    IF_NEEDED = "if_needed"
    NO = "no"


class TravelModeName(StrEnum):
    """How a person gets to work."""

    WALK = "walk"
    WHEELCHAIR = "wheelchair"
    CYCLE = "cycle"
    BUS = "bus"
    TRAIN = "train"
    CAR_DRIVER = "car_driver"
    CAR_PASSENGER = "car_passenger"
    TAXI_ATW = "taxi_atw"
    WORKS_TRANSPORT = "works_transport"


class DrivingLicence(StrEnum):
    """The licence that a person holds."""

    NONE = "none"
    PROVISIONAL = "provisional"
    FULL_MANUAL = "full_manual"
    FULL_AUTO = "full_auto"


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """What the person hopes for, in their own words; shown, never encoded."""

    own_words: str | None = None
    longer_term: str | None = None
    status: GoalStatus | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedWork:
    """Work that the person wants, in free words, and how strongly (1 to 3)."""

    label: str
    strength: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Work that the person does not want; judged by task tags alone."""

    label: str
    tags: tuple[str, ...] = ()
    absolute: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Skill:
    """Something the person can do, and how well (0 to 4)."""

    label: str
    level: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PastJob:
    """A job that the person has had."""

    title: str
    tasks: tuple[str, ...] = ()
    liked: str | None = None
    disliked: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursWanted:
    """Hours a week that the person wants, and the most that the law lets them work."""

    least: float | None = None
    most: float | None = None
    ideal: float | None = None
    legal_cap: float | None = None
    hard: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftLimits:
    """The longest shift, in hours, and whether nights and weekends are welcome."""

    max_hours: float | None = None
    nights: Welcome | None = None
    weekends: Welcome | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TravelLimits:
    """Where the person lives (an area), how far they travel, and where they do not go."""

    home: str | None = None
    max_km: float | None = None
    max_minutes: float | None = None
    modes: tuple[TravelModeName, ...] = ()
    hard: bool = True
    no_go: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PayFloor:
    """The least that the person wants to earn, in pounds an hour."""

    hourly: float | None = None
    hard: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PhysicalLimits:
    """What the person lifts (kg), how long they stand and walk (minutes), whether they climb."""

    lift_max_kg: float | None = None
    stand_max_minutes: float | None = None
    walk_max_minutes: float | None = None
    climb: bool | None = None
    hard: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalStanding:
    """Ages that the person has reached (`None`: not stated) and work that the law closes to them."""

    minimum_age_met: tuple[int, ...] | None = None
    barred_children: bool = False
    barred_adults: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class VocationalProfile:
    """Everything the matcher may know of one person; `None` and empty mean not stated."""

    participant_ref: str
    goal: Goal = field(default_factory=Goal)
    wanted_work: tuple[WantedWork, ...] = ()
    refused_work: tuple[Refusal, ...] = ()
    strengths: tuple[str, ...] = ()
    interests: tuple[str, ...] = ()
    skills: tuple[Skill, ...] = ()
    work_history: tuple[PastJob, ...] = ()
    liked_tasks: tuple[str, ...] = ()
    disliked_tasks: tuple[str, ...] = ()
    hours: HoursWanted = field(default_factory=HoursWanted)
    availability: tuple[Window, ...] = ()
    availability_hard: bool = True
    shift: ShiftLimits = field(default_factory=ShiftLimits)
    travel: TravelLimits = field(default_factory=TravelLimits)
    remote: Remote | None = None
    pay_floor: PayFloor = field(default_factory=PayFloor)
    adjustments: tuple[Need, ...] = ()
    sensory: Mapping[SensoryDimension, SensoryTolerance] = field(default_factory=dict)
    physical: PhysicalLimits = field(default_factory=PhysicalLimits)
    role_exclusions: tuple[str, ...] = ()
    checks_to_avoid: tuple[DbsLevel, ...] = ()
    qualifications: tuple[str, ...] | None = None
    driving: DrivingLicence | None = None
    legal: LegalStanding = field(default_factory=LegalStanding)
    employers_avoided: tuple[str, ...] = ()
    digest: str = ""
