"""Pay: what the job pays by the hour against the least the person wants."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np

from matching.fit.part import Codes, Concession, Part, Said, Setting, Values, coded, graded, pounds
from matching.kinds import Read, Reading
from matching.laying_out import hourly_range
from matching.model.finding import Aspect, Code
from matching.model.profile import VocationalProfile
from matching.model.vacancy import Vacancy
from matching.pool import Jobs

PAY_READ: Final[Reading] = (Read("hourly_least"), Read("hourly_most"))


def parts(profile: VocationalProfile, setting: Setting) -> tuple[Part, ...]:
    """The pay floor, if there is one."""
    floor = profile.pay_floor
    if floor.hourly is None:
        return ()
    return (Floor(name="floor", absolute=floor.hard, hourly=floor.hourly),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor(Part):
    """Whether the pay by the hour is at least the floor, whatever the hours turn out to be."""

    aspect: ClassVar[Aspect] = Aspect.PAY
    concession: ClassVar[Concession | None] = Concession.PAY
    screening_rank: ClassVar[int] = 1

    hourly: float

    @property
    def readings(self) -> tuple[Reading, ...]:
        return (PAY_READ,)

    def codes(self, jobs: Jobs) -> Codes:
        return coded(conflict=jobs.column("hourly_most") < self.hourly, ok=jobs.column("hourly_least") >= self.hourly)

    def values(self, jobs: Jobs, codes: Codes) -> Values:
        most = jobs.column("hourly_most")
        reached = np.where(np.isfinite(most), most, 0.0) / max(self.hourly, 0.01)
        return graded(codes, ok=1.0, conflict=0.4 * np.minimum(reached, 1.0))

    def say(self, job: Vacancy, code: Code, view: Jobs) -> Said:
        floor = f"{pounds(self.hourly)} an hour"
        least, most = hourly_range(job.pay, least_hours=job.hours.least, most_hours=job.hours.most)
        if code is Code.UNKNOWN:
            if job.pay.annual is not None:
                return Said(
                    sentence=f"The pay by the hour depends on the hours; they want at least {floor}.",
                    ask=f"What is the pay by the hour? Could it be at least {pounds(self.hourly)}?",
                )
            return Said(
                sentence=f"The pay is not known; they want at least {floor}.", ask="What is the pay by the hour?"
            )
        if code is Code.OK:
            if least == 0.0:
                return Said(sentence=f"Any pay reaches their floor of {floor}.")
            return Said(sentence=f"The job pays {pounds(least)} an hour; they want at least {floor}.")
        return Said(sentence=f"The job pays {pounds(most)} an hour; they want at least {floor}.")

    def concession_asked(self, job: Vacancy, view: Jobs) -> str:
        return f"for pay of at least {pounds(self.hourly)} an hour"
