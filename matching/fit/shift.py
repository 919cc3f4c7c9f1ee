"""Shifts: how long they are, and whether they fall into nights or weekends."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from matching.fit.part import Codes, Concession, Part, Said, Setting, number
from matching.fit.week import NIGHT, WEEKEND, Minutes, codes_by_pattern, usable_by_length, usable_by_minutes
from matching.model.finding import Aspect, Code
from matching.model.profile import VocationalProfile, Welcome
from matching.model.vacancy import Vacancy
from matching.pool import Jobs


def parts(profile: VocationalProfile, setting: Setting) -> tuple[Part, ...]:
    """A longest shift, no nights, no weekends: each only if the profile says so."""
    found: list[Part] = []
    if profile.shift.max_hours is not None:
        found.append(Length(name="length", absolute=True, max_hours=profile.shift.max_hours))
    if profile.shift.nights is Welcome.NO:
        found.append(FreeTime(name="nights", absolute=True, closed=NIGHT, words="between 23:00 and 06:00"))
    if profile.shift.weekends is Welcome.NO:
        found.append(FreeTime(name="weekends", absolute=True, closed=WEEKEND, words="at weekends"))
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _ShiftPart(Part):
    aspect: ClassVar[Aspect] = Aspect.SHIFT
    concession: ClassVar[Concession | None] = Concession.TIMES
    screening_rank: ClassVar[int] = 2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Length(_ShiftPart):
    """Whether no shift is longer than the person can work; consecutive shifts are not joined."""

    max_hours: float

    def codes(self, jobs: Jobs) -> Codes:
        most_minutes = int(Decimal(str(self.max_hours)) * 60)
        usable = usable_by_length(jobs.pool.patterns, most_minutes)
        return codes_by_pattern(jobs, usable, whole_is_enough=True)

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
        return f"Ask whether shifts could be at most {number(self.max_hours)} hours long."


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FreeTime(_ShiftPart):
    """Whether no shift falls into hours that are closed to work: nights or weekends."""

    closed: Minutes
    words: str

    def codes(self, jobs: Jobs) -> Codes:
        usable = usable_by_minutes(jobs.pool.patterns, ~self.closed)
        return codes_by_pattern(jobs, usable, whole_is_enough=True)

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
        return f"Ask whether the job could be done without work {self.words}."
