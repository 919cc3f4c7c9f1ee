"""When, where and for how much people work: hours, windows of the week, shifts and pay."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

MINUTES_A_DAY = 24 * 60
MINUTES_A_WEEK = 7 * MINUTES_A_DAY
MOST_WEEKLY_HOURS = 168.0


class Day(StrEnum):
    """A day of the week; Monday is the first."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


DAYS = tuple(Day)


class Negotiable(StrEnum):
    """Whether an employer would change the hours."""

    YES = "yes"
    MAYBE = "maybe"
    NO = "no"


class PatternKind(StrEnum):
    """What the listed shifts mean: all are worked, some are, or the worker chooses within them."""

    FIXED = "fixed"
    ROTA = "rota"
    FLEXIBLE = "flexible"


class Remote(StrEnum):
    """How much of the work is done from home, in steps."""

    NO = "no"
    SOME = "some"
    MOSTLY = "mostly"
    ONLY = "only"


class PayPeriod(StrEnum):
    """How often wages are paid."""

    WEEKLY = "weekly"
    FOUR_WEEKLY = "four_weekly"
    MONTHLY = "monthly"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The same stretch of time on several days: minutes from midnight, the end past 1440 if next day."""

    days: tuple[Day, ...]
    starts: int
    ends: int

    def __post_init__(self) -> None:
        if not (0 <= self.starts < MINUTES_A_DAY and self.starts < self.ends <= self.starts + MINUTES_A_DAY):
            raise ValueError("a span starts within its day and lasts from a minute to 24 hours")

    @property
    def minutes(self) -> int:
        """How long it lasts."""
        return self.ends - self.starts

    def intervals(self) -> tuple[tuple[int, int], ...]:
        """Half-open intervals in minutes of the week from Monday 00:00; Sunday night runs past 10080."""
        starts = (DAYS.index(day) * MINUTES_A_DAY + self.starts for day in self.days)
        return tuple((start, start + self.minutes) for start in starts)


class WindowKind(StrEnum):
    """What a person says of a stretch of the week."""

    CAN = "can"
    PREFER = "prefer"
    CANNOT = "cannot"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A stretch of the week in which a person can, prefers to, or cannot work."""

    span: Span
    kind: WindowKind = WindowKind.CAN


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkPattern:
    """The listed shifts of a job and what they mean; no shifts means that nobody knows them."""

    kind: PatternKind = PatternKind.FIXED
    shifts: tuple[Span, ...] = ()
    notice_days: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobHours:
    """Hours a week that a job offers; `None` means that nobody knows."""

    least: float | None = None
    most: float | None = None
    negotiable: Negotiable = Negotiable.NO


@dataclass(frozen=True, slots=True, kw_only=True)
class Pay:
    """What a job pays, in pounds, by the hour or by the year."""

    hourly: float | None = None
    annual: float | None = None
    period: PayPeriod | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobPlace:
    """Where a job is done: a postcode, sector or outcode as written, and how much of it at home."""

    postcode: str | None = None
    remote: Remote = Remote.NO


def clock(minute: int) -> str:
    """Write a minute of the day as `HH:MM`; the end of a day is 24:00, the next day starts again.

    >>> clock(540), clock(1440), clock(1800)
    ('09:00', '24:00', '06:00')
    """
    if minute > MINUTES_A_DAY:
        minute -= MINUTES_A_DAY
    return f"{minute // 60:02d}:{minute % 60:02d}"
