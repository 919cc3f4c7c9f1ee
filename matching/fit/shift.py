"""Shifts: how long they are, and whether they fall into nights or weekends."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from matching.fit.part import Codes, Concession, Part, Said, Setting, number
from matching.fit.week import NIGHT, TIMES_READ, WEEKEND, Usable, codes_by_pattern, usable_by_length, usable_by_minutes
from matching.kinds import Reading
from matching.model.finding import Aspect, Code
from matching.model.profile import VocationalProfile, Welcome
from matching.model.vacancy import Vacancy
from matching.pool import Jobs, VacancyPool


def parts(profile: VocationalProfile, setting: Setting, pool: VacancyPool) -> tuple[Part, ...]:
    """A longest shift, no nights, no weekends: each only if the profile says so."""
    limits, patterns = profile.shift, pool.patterns
    found: list[Part] = []
    if limits.max_hours is not None:
        usable = usable_by_length(patterns, int(Decimal(str(limits.max_hours)) * 60))
        found.append(Length(name="length", absolute=True, usable=usable, max_hours=limits.max_hours))
    if limits.nights is Welcome.NO:
        usable = usable_by_minutes(patterns, ~NIGHT)
        found.append(FreeTime(name="nights", absolute=True, usable=usable, words="between 23:00 and 06:00"))
    if limits.weekends is Welcome.NO:
        usable = usable_by_minutes(patterns, ~WEEKEND)
        found.append(FreeTime(name="weekends", absolute=True, usable=usable, words="at weekends"))
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _ShiftPart(Part):
    aspect: ClassVar[Aspect] = Aspect.SHIFT
    concession: ClassVar[Concession | None] = Concession.TIMES
    screening_rank: ClassVar[int] = 2

    usable: Usable  # of each pattern of the pool

    @property
    def readings(self) -> tuple[Reading, ...]:
        return (TIMES_READ,)

    def codes(self, jobs: Jobs) -> Codes:
        return codes_by_pattern(jobs, self.usable, whole_is_enough=True)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Length(_ShiftPart):
    """Whether no shift is longer than the person can work; consecutive shifts are not joined."""

    max_hours: float

    def say(self, job: Vacancy, code: Code, view: Jobs) -> Said:
        limit = f"{number(self.max_hours)} hours"
        if code is Code.OK:
            return Said(sentence=f"No shift need be longer than the {limit} they can work at a time.")
        if code is Code.CONFLICT:
            longest = max(shift.minutes for shift in job.pattern.shifts) / 60
            return Said(sentence=f"Shifts last up to {number(longest)} hours; they can work {limit} at a time.")
        return Said(
            sentence=f"Nobody knows yet whether shifts are longer than the {limit} they can work at a time.",
            ask=f"Could every shift be {limit} or shorter?",
        )

    def concession_asked(self, job: Vacancy, view: Jobs) -> str:
        return f"for shifts of at most {number(self.max_hours)} hours"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FreeTime(_ShiftPart):
    """Whether no shift falls into hours that are closed to work: nights or weekends."""

    words: str

    def say(self, job: Vacancy, code: Code, view: Jobs) -> Said:
        if code is Code.OK:
            return Said(sentence=f"The job can be done without work {self.words}.")
        if code is Code.CONFLICT:
            return Said(sentence=f"The job includes work {self.words}, which they do not do.")
        return Said(
            sentence=f"Nobody knows yet whether the job includes work {self.words}.",
            ask=f"Could the job be done without any work {self.words}?",
        )

    def concession_asked(self, job: Vacancy, view: Jobs) -> str:
        return f"for no work {self.words}"
