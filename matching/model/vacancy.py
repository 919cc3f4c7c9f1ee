"""A vacancy: one job of one employer, advertised or not, and what is known of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from matching.model.adjustment import Offer
from matching.model.sensory import SensoryDimension, SensoryLevel
from matching.model.work import JobHours, JobPlace, Pay, WorkPattern


class VacancySource(StrEnum):
    """How the role came to be known."""

    ADVERTISED = "advertised"
    UNADVERTISED = "unadvertised"
    CARVED = "carved"


class VacancyStatus(StrEnum):
    """Whether the role can still be filled."""

    OPEN = "open"
    PAUSED = "paused"
    FILLED = "filled"
    CLOSED = "closed"


class Contract(StrEnum):
    """On what terms the role is offered."""

    PERMANENT = "permanent"
    FIXED_TERM = "fixed_term"
    TEMPORARY = "temporary"
    SEASONAL = "seasonal"
    ZERO_HOURS = "zero_hours"
    APPRENTICESHIP = "apprenticeship"


class Visibility(StrEnum):
    """Who may see the role; unadvertised roles are told in trust."""

    OWN_CASELOAD = "own_caseload"
    TEAM = "team"
    ORGANISATION = "organisation"


class DbsLevel(StrEnum):
    """The criminal-record check that a role asks for."""

    NONE = "none"
    BASIC = "basic"
    STANDARD = "standard"
    ENHANCED = "enhanced"
    ENHANCED_BARRED = "enhanced_barred"


class DrivingAsked(StrEnum):
    """The licence that a role asks for."""

    NONE = "none"
    FULL_AUTO = "full_auto"
    FULL_MANUAL = "full_manual"


class RegulatedActivity(StrEnum):
    """Work that a barred person may not do by law."""

    CHILDREN = "children"
    ADULTS = "adults"


@dataclass(frozen=True, slots=True, kw_only=True)
class QualificationAsked:
    """A qualification that the role asks for, and in how many weeks it can be had."""

    slug: str
    obtainable_weeks: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PhysicalDemands:
    """What the job asks of the body: kg to lift, minutes to stand and walk, climbing."""

    lift_kg: float | None = None
    stand_minutes: float | None = None
    walk_minutes: float | None = None
    climb: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirements:
    """What is asked by law; `None` means that nobody knows, an empty tuple that nothing is asked."""

    dbs: DbsLevel | None = None
    driving: DrivingAsked | None = None
    qualifications: tuple[QualificationAsked, ...] | None = None
    minimum_age: int | None = None
    regulated_activity: tuple[RegulatedActivity, ...] | None = None
    settings: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Vacancy:
    """One role; `None` is what nobody knows yet, and becomes a question, never a guess."""

    vacancy_ref: str
    title: str
    employer: str
    source: VacancySource = VacancySource.ADVERTISED
    description: str | None = None
    tasks: tuple[str, ...] = ()
    task_tags: tuple[str, ...] = ()
    status: VacancyStatus = VacancyStatus.OPEN
    openings: int = 1
    opens_on: date | None = None
    closes_on: date | None = None
    hours: JobHours = field(default_factory=JobHours)
    pattern: WorkPattern = field(default_factory=WorkPattern)
    place: JobPlace = field(default_factory=JobPlace)
    pay: Pay = field(default_factory=Pay)
    contract: Contract | None = None
    adjustments: Mapping[str, Offer] = field(default_factory=dict)
    sensory: Mapping[SensoryDimension, SensoryLevel] = field(default_factory=dict)
    physical: PhysicalDemands = field(default_factory=PhysicalDemands)
    requirements: Requirements = field(default_factory=Requirements)
    visibility: Visibility | None = None
    disability_confident: int | None = None
    facts_checked_on: date | None = None
    derived_fields: tuple[str, ...] = ()
    digest: str = ""

    def is_open(self, *, on: date) -> bool:
        """Whether the role can be filled on a day; both dates are included."""
        return (
            self.status is VacancyStatus.OPEN
            and (self.opens_on is None or self.opens_on <= on)
            and (self.closes_on is None or on <= self.closes_on)
        )


def normalised_employer(name: str) -> str:
    """Return the name by which employers are compared: trimmed, spaces joined, case folded.

    >>> normalised_employer("  Hazel  Farm ")
    'hazel farm'
    """
    return " ".join(name.split()).casefold()
