"""Availability: the job's shifts against the windows in which the person can and cannot work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from matching.fit.part import Codes, Concession, Part, Said, Setting, Values, graded
from matching.fit.week import (
    TIMES_READ,
    Minutes,
    Usable,
    codes_by_pattern,
    minutes_of,
    share_of_shifts,
    usable_by_minutes,
)
from matching.kinds import Reading
from matching.model.finding import Aspect, Code
from matching.model.profile import VocationalProfile
from matching.model.vacancy import Vacancy
from matching.model.work import Day, PatternKind, Span, WindowKind, clock
from matching.pool import Jobs, VacancyPool


def parts(profile: VocationalProfile, setting: Setting, pool: VacancyPool) -> tuple[Part, ...]:
    """`can` if the person names times that suit, `cannot` if they name times that do not."""
    can = _minutes(profile, WindowKind.CAN, WindowKind.PREFER)
    cannot = _minutes(profile, WindowKind.CANNOT)
    found: list[Part] = []
    if can.any():
        preferred = _minutes(profile, WindowKind.PREFER)
        found.append(
            Can(
                name="can",
                absolute=profile.availability_hard,
                usable=usable_by_minutes(pool.patterns, can & ~cannot),
                preferred=share_of_shifts(pool.patterns, preferred & ~cannot) if preferred.any() else None,
            )
        )
    if cannot.any():
        found.append(Cannot(name="cannot", absolute=True, usable=usable_by_minutes(pool.patterns, ~cannot)))
    return tuple(found)


def _minutes(profile: VocationalProfile, *kinds: WindowKind) -> Minutes:
    windows = (window for window in profile.availability if window.kind in kinds)
    return minutes_of(interval for window in windows for interval in window.span.intervals())


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Times(Part):
    """What both parts share: minutes that are allowed, and a question about the shifts."""

    aspect: ClassVar[Aspect] = Aspect.AVAILABILITY
    concession: ClassVar[Concession | None] = Concession.TIMES
    screening_rank: ClassVar[int] = 2

    usable: Usable  # of each pattern of the pool

    @property
    def readings(self) -> tuple[Reading, ...]:
        return (TIMES_READ,)

    def codes(self, jobs: Jobs) -> Codes:
        return codes_by_pattern(jobs, self.usable, whole_is_enough=False)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Can(_Times):
    """Whether the work falls into the times that suit the person."""

    preferred: Values | None  # share of each pattern that lies within preferred times

    def values(self, jobs: Jobs, codes: Codes) -> Values:
        if self.preferred is None or not len(self.preferred):
            return graded(codes, ok=1.0, conflict=0.0)
        return graded(codes, ok=0.8 + 0.2 * self.preferred[jobs.column("pattern")], conflict=0.0)

    def concession_asked(self, job: Vacancy, view: Jobs) -> str:
        return "for times when they can work"

    def say(self, job: Vacancy, code: Code, view: Jobs) -> Said:
        if code is Code.OK:
            return Said(sentence=f"The times suit when they can work: {shifts_in_words(job.pattern.shifts)}.")
        if code is Code.CONFLICT:
            return Said(sentence=f"The times fall outside when they can work: {shifts_in_words(job.pattern.shifts)}.")
        return Said(sentence="Nobody knows yet whether the times fit when they can work.", ask=_ask_times(job))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cannot(_Times):
    """Whether the work keeps clear of the times at which the person cannot work."""

    def concession_asked(self, job: Vacancy, view: Jobs) -> str:
        return "for other times"

    def say(self, job: Vacancy, code: Code, view: Jobs) -> Said:
        if code is Code.OK:
            return Said(sentence="The work keeps clear of the times at which they cannot work.")
        if code is Code.CONFLICT:
            return Said(sentence=f"The work falls when they cannot work: {shifts_in_words(job.pattern.shifts)}.")
        return Said(
            sentence="Nobody knows yet whether the work keeps clear of the times at which they cannot work.",
            ask=_ask_times(job),
        )


def _ask_times(job: Vacancy) -> str:
    if not job.pattern.shifts:
        return "Which days and times would the work be?"
    if job.pattern.kind is PatternKind.ROTA:
        return "How many hours a week would be rostered, and could the shifts be chosen to suit?"
    return "How many hours a week must be worked within the times that you gave?"


def shifts_in_words(shifts: tuple[Span, ...], *, most: int = 1) -> str:
    """Write shifts shortly; what is cut is counted.

    >>> shifts_in_words((Span(days=(Day.MON, Day.TUE, Day.WED), starts=540, ends=780),))
    'Mon to Wed 09:00 to 13:00'
    """
    if not shifts:
        return "not known"
    written = [f"{days_in_words(shift.days)} {clock(shift.starts)} to {clock(shift.ends)}" for shift in shifts[:most]]
    more = f" and {len(shifts) - most} more" if len(shifts) > most else ""
    return ", ".join(written) + more


def days_in_words(days: tuple[Day, ...]) -> str:
    """Write days, a run of three or more as a range.

    >>> days_in_words((Day.MON, Day.WED))
    'Mon and Wed'
    """
    names = [day.value.capitalize() for day in days]
    numbers = [list(Day).index(day) for day in days]
    if len(days) > 2 and numbers[-1] - numbers[0] == len(days) - 1:
        return f"{names[0]} to {names[-1]}"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
