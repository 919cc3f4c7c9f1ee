"""Evidence: how lately somebody checked what is known of a role."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final

import numpy as np

from matching.columns import NO_DATE
from matching.fit.part import Codes, Part, Said, Setting, SoftPart, Values
from matching.kinds import Read, Reading
from matching.model.finding import Aspect, Code
from matching.model.vacancy import Vacancy
from matching.pool import Jobs

OLD_AFTER_DAYS = 90


CHECKED_READ: Final[Reading] = (Read("facts_checked_on"),)


def parts(setting: Setting) -> tuple[Part, ...]:
    """One part, for every role; age never changes a verdict."""
    return (Checked(name="checked", as_of=setting.as_of),)


def days_since_checked(job: Vacancy, *, as_of: date) -> int | None:
    """Days since the facts were checked; `None` if nobody has noted it."""
    return None if job.facts_checked_on is None else max((as_of - job.facts_checked_on).days, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked(SoftPart):
    """Fresh facts are worth a little more: 1 on the day, half after 90 days, none after 180."""

    aspect: ClassVar[Aspect] = Aspect.EVIDENCE

    as_of: date

    @property
    def readings(self) -> tuple[Reading, ...]:
        return (CHECKED_READ,)

    def values(self, jobs: Jobs, codes: Codes) -> Values:
        checked = jobs.column("facts_checked_on")
        age = np.maximum(self.as_of.toordinal() - checked, 0)
        fresh = np.maximum(1.0 - age / (2 * OLD_AFTER_DAYS), 0.0)
        return np.where(checked == NO_DATE, 0.5, fresh)

    def say(self, job: Vacancy, code: Code, view: Jobs) -> Said:
        days = days_since_checked(job, as_of=self.as_of)
        if days is None:
            return Said(sentence="Nobody has noted when the facts were checked.")
        if days == 0:
            return Said(sentence="The facts were checked today.")
        return Said(sentence=f"The facts were checked {days} {'day' if days == 1 else 'days'} ago.")
