"""Employers that the person keeps away from; no reason is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from matching.fit.part import Codes, Part, Said, Setting, coded
from matching.model.finding import Aspect, Code
from matching.model.profile import VocationalProfile
from matching.model.vacancy import Vacancy, normalised_employer
from matching.pool import Jobs


def parts(profile: VocationalProfile, setting: Setting) -> tuple[Part, ...]:
    """One part for all avoided employers together."""
    if not profile.employers_avoided:
        return ()
    names = frozenset(normalised_employer(name) for name in profile.employers_avoided)
    return (Avoided(name="avoided", absolute=True, names=names),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Avoided(Part):
    """Whether the employer is another one."""

    aspect: ClassVar[Aspect] = Aspect.EMPLOYER

    names: frozenset[str]

    def codes(self, jobs: Jobs) -> Codes:
        numbers = [jobs.pool.employers[name] for name in sorted(self.names) if name in jobs.pool.employers]
        avoided = np.isin(jobs.column("employer"), numbers)
        return coded(conflict=avoided, ok=~avoided)

    def say(self, job: Vacancy, code: Code, view: Jobs) -> Said:
        if code is Code.OK:
            return Said(sentence="The employer is not one they asked to avoid.")
        return Said(sentence="The employer is one they asked to avoid.")
