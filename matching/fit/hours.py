"""Weekly hours: what the person wants and may work by law, against what the job offers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np

from matching.fit.part import Codes, Concession, Part, Said, Setting, Values, coded, graded, number
from matching.kinds import Read, Reading
from matching.model.finding import Aspect, Code
from matching.model.profile import HoursWanted, VocationalProfile
from matching.model.vacancy import Vacancy
from matching.model.work import MOST_WEEKLY_HOURS, JobHours, Negotiable
from matching.pool import Jobs

HOURS_READ: Final[Reading] = (Read("hours_least"), Read("hours_most"), Read("negotiable"))


def parts(profile: VocationalProfile, setting: Setting) -> tuple[Part, ...]:
    """Weekly hours if a least or most is stated, and the legal cap if there is one."""
    wanted = profile.hours
    found: list[Part] = []
    if wanted.least is not None or wanted.most is not None:
        found.append(WeeklyHours(name="weekly_hours", absolute=wanted.hard, wanted=wanted))
    if wanted.legal_cap is not None:
        found.append(LegalCap(name="legal_cap", absolute=True, cap=wanted.legal_cap))
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeklyHours(Part):
    """Whether the person's range of hours meets the job's, ends included."""

    aspect: ClassVar[Aspect] = Aspect.HOURS
    concession: ClassVar[Concession | None] = Concession.HOURS
    screening_rank: ClassVar[int] = 1

    wanted: HoursWanted

    @property
    def readings(self) -> tuple[Reading, ...]:
        return (HOURS_READ,)

    @property
    def least(self) -> float:
        """The fewest hours the person wants; no limit is none."""
        return 0.0 if self.wanted.least is None else self.wanted.least

    @property
    def most(self) -> float:
        """The most hours the person wants; no limit is a whole week."""
        return MOST_WEEKLY_HOURS if self.wanted.most is None else self.wanted.most

    def codes(self, jobs: Jobs) -> Codes:
        least, most = jobs.column("hours_least"), jobs.column("hours_most")
        # An unknown end may lie anywhere between the other end and the edge of the week.
        highest_least = np.where(np.isnan(least), np.where(np.isnan(most), MOST_WEEKLY_HOURS, most), least)
        lowest_most = np.where(np.isnan(most), np.where(np.isnan(least), 0.0, least), most)
        apart = (least > self.most) | (most < self.least)
        meet = (highest_least <= self.most) & (lowest_most >= self.least)
        return coded(conflict=apart & ~jobs.column("negotiable"), ok=meet)

    def values(self, jobs: Jobs, codes: Codes) -> Values:
        if self.wanted.ideal is None:
            return graded(codes, ok=1.0, conflict=0.0)
        # How far the nearest hours on offer lie from the ideal, as a share of it.
        ideal = self.wanted.ideal
        least, most = jobs.column("hours_least"), jobs.column("hours_most")
        below, above = np.fmax(least - ideal, 0.0), np.fmax(ideal - most, 0.0)
        gap = np.fmax(np.nan_to_num(below), np.nan_to_num(above)) / max(ideal, 1.0)
        return graded(codes, ok=1.0 - 0.4 * np.minimum(gap, 1.0), conflict=0.0)

    def say(self, job: Vacancy, code: Code, view: Jobs) -> Said:
        wanted, offered = hours_in_words(self.wanted.least, self.wanted.most), _offered(job.hours)
        if code is Code.OK:
            return Said(sentence=f"The job is {offered} a week; they want {wanted}.")
        if code is Code.CONFLICT:
            return Said(sentence=f"The job is {offered} a week, and the hours are fixed; they want {wanted}.")
        if _apart(self, job.hours):
            return Said(
                sentence=f"The job is {offered} a week; they want {wanted}. The employer may change the hours.",
                ask=f"Could the hours be {wanted} a week?",
            )
        return Said(
            sentence=f"The hours are not fully known; they want {wanted} a week.",
            ask="How many hours a week is the job, at the least and at the most?",
        )

    def concession_asked(self, job: Vacancy, view: Jobs) -> str:
        return f"for {hours_in_words(self.wanted.least, self.wanted.most)} a week"


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalCap(Part):
    """Whether the job's fewest hours stay within the most that the person may work by law."""

    aspect: ClassVar[Aspect] = Aspect.HOURS
    concession: ClassVar[Concession | None] = Concession.HOURS
    screening_rank: ClassVar[int] = 1

    cap: float

    @property
    def readings(self) -> tuple[Reading, ...]:
        return (HOURS_READ,)

    def codes(self, jobs: Jobs) -> Codes:
        least, most = jobs.column("hours_least"), jobs.column("hours_most")
        highest_least = np.where(np.isnan(least), np.where(np.isnan(most), MOST_WEEKLY_HOURS, most), least)
        return coded(conflict=least > self.cap, ok=highest_least <= self.cap)

    def say(self, job: Vacancy, code: Code, view: Jobs) -> Said:
        cap = f"{number(self.cap)} hours a week"
        if code is Code.OK:
            return Said(sentence=f"The hours can stay within their legal limit of {cap}.")
        if code is Code.CONFLICT:
            least = number(job.hours.least or 0.0)
            return Said(sentence=f"The job is at least {least} hours a week; their legal limit is {cap}.")
        return Said(
            sentence=f"Nobody knows yet whether the hours can stay within their legal limit of {cap}.",
            ask=f"Could the hours be kept to {cap}?",
        )

    def concession_asked(self, job: Vacancy, view: Jobs) -> str:
        return f"for at most {number(self.cap)} hours a week"


def hours_in_words(least: float | None, most: float | None) -> str:
    """Write a range of hours.

    >>> hours_in_words(None, 16.0), hours_in_words(8.0, 8.0), hours_in_words(8.0, 16.0)
    ('at most 16 hours', '8 hours', '8 to 16 hours')
    """
    if least is not None and most is not None:
        return f"{number(least)} hours" if least == most else f"{number(least)} to {number(most)} hours"
    if most is not None:
        return f"at most {number(most)} hours"
    return f"at least {number(least or 0.0)} hours"


def _offered(hours: JobHours) -> str:
    known = hours.least is not None or hours.most is not None
    return hours_in_words(hours.least, hours.most) if known else "an unknown number of hours"


def _apart(part: WeeklyHours, hours: JobHours) -> bool:
    above = hours.least is not None and hours.least > part.most
    below = hours.most is not None and hours.most < part.least
    return (above or below) and hours.negotiable is not Negotiable.NO
