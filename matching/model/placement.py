"""A job that was started: check-ins, earnings, how it ended, and which outcomes were reached."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class LeavingReason(StrEnum):
    """Why a job ended; who says so is kept beside it, because they differ."""

    BETTER_JOB = "better_job"
    PLANNED_MOVE = "planned_move"
    TEMP_ENDED = "temp_ended"
    REDUNDANCY = "redundancy"
    HOURS_CHANGED_BY_EMPLOYER = "hours_changed_by_employer"
    DISMISSED_CONDUCT = "dismissed_conduct"
    DISMISSED_PERFORMANCE = "dismissed_performance"
    QUIT_DISSATISFIED = "quit_dissatisfied"
    QUIT_TASKS = "quit_tasks"
    QUIT_ENVIRONMENT_SENSORY = "quit_environment_sensory"
    QUIT_PEOPLE = "quit_people"
    QUIT_TRAVEL = "quit_travel"
    QUIT_HOURS = "quit_hours"
    QUIT_PAY_OR_BENEFITS = "quit_pay_or_benefits"
    QUIT_ADJUSTMENT_MISSING = "quit_adjustment_missing"
    HEALTH_PHYSICAL = "health_physical"
    HEALTH_MENTAL = "health_mental"
    RELAPSE_RECOVERY = "relapse_recovery"
    CARING = "caring"
    HOUSING_MOVE = "housing_move"
    SAFETY = "safety"
    MOVED_TO_EDUCATION = "moved_to_education"
    RETIRED = "retired"
    DIED = "died"
    UNKNOWN = "unknown"


class WhoSays(StrEnum):
    """Who tells a reason or confirms a fact about a placement."""

    PARTICIPANT = "participant"
    SPECIALIST = "specialist"
    EMPLOYER = "employer"


class EarningsSource(StrEnum):
    """What shows that wages were earned."""

    PAYE = "paye"
    PAYSLIP = "payslip"
    SELF_EMPLOYMENT = "self_employment"


class OutcomeKind(StrEnum):
    """What a placement, or a participant over several jobs, has reached."""

    JOB_START = "job_start"
    SAME_JOB_13_WEEKS = "same_job_13_weeks"
    SAME_JOB_26_WEEKS = "same_job_26_weeks"
    ANY_JOB_26_WEEKS = "any_job_26_weeks"
    LOWER_THRESHOLD = "lower_threshold"
    HIGHER_THRESHOLD = "higher_threshold"


class ContactMode(StrEnum):
    """How an employer was met."""

    VISIT = "visit"
    PHONE = "phone"
    VIDEO = "video"
    EMAIL = "email"
    EVENT = "event"


class TasterKind(StrEnum):
    """A try-out that explores a job; nobody passes or fails it."""

    JOB_TASTER = "job_taster"
    WORKING_INTERVIEW = "working_interview"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckIn:
    """What a conversation showed on a day: whether the person was still in the job."""

    on: date
    still_in_work: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Earnings:
    """Gross pay in pence for the days from `from_on` to `to_on`, both included."""

    placement_id: str
    from_on: date
    to_on: date
    gross_pence: int
    source: EarningsSource
    verified: bool = False

    def __post_init__(self) -> None:
        if self.to_on < self.from_on:
            raise ValueError("a period ends on or after the day on which it begins")
        if self.gross_pence < 0:
            raise ValueError("pay is not negative")


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """A job that one participant started; `ended_on` is the last day in it, `None` while no end is known."""

    placement_id: str
    started_on: date
    ended_on: date | None = None
    check_ins: tuple[CheckIn, ...] = ()

    def __post_init__(self) -> None:
        if self.ended_on is not None and self.ended_on < self.started_on:
            raise ValueError("a job ends on or after the day on which it starts")


class OutcomeState(StrEnum):
    """How far an outcome is: what has not been observed yet is not a failure."""

    REACHED = "reached"
    NOT_YET = "not_yet"
    NOT_REACHED = "not_reached"
    CANNOT_SAY = "cannot_say"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One outcome of one job, or of all jobs of a person: the day it was reached, or what is missing.

    `verified` says whether verified earnings alone reach a threshold; the amounts are there for thresholds only.
    """

    kind: OutcomeKind
    placement_id: str
    state: OutcomeState
    reached_on: date | None = None
    missing: str = ""
    verified: bool = False
    earned_pence: int | None = None
    needed_pence: int | None = None
