"""Role exclusions: settings in which the person does not work, against where the job is done."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from matching.columns import UNKNOWN, bits
from matching.fit.part import Codes, Part, Said, Setting, Values, coded, graded
from matching.fit.requirements import LAW_READ
from matching.kinds import Reading
from matching.model.finding import Aspect, Code
from matching.model.profile import VocationalProfile
from matching.model.vacancy import Vacancy
from matching.pool import Jobs
from matching.taxonomy import RoleExclusion


def parts(profile: VocationalProfile, setting: Setting) -> tuple[Part, ...]:
    """One part a role exclusion."""
    entries = setting.catalogue.role_exclusions
    return tuple(
        KeptAway(
            name=entry.slug,
            absolute=True,
            entry=entry,
            position=position,
            chance=setting.figures["prior.exclusions"],
        )
        for position, entry in enumerate(entries)
        if entry.slug in profile.role_exclusions
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAway(Part):
    """Whether the job is done outside the setting."""

    aspect: ClassVar[Aspect] = Aspect.EXCLUSIONS

    entry: RoleExclusion = field(repr=False)
    position: int
    chance: float

    @property
    def readings(self) -> tuple[Reading, ...]:
        return (LAW_READ,)

    def codes(self, jobs: Jobs) -> Codes:
        inside = jobs.flags("settings", (bits([self.position])[0], 0))
        stated = jobs.column("settings_known")
        if self.entry.regulated_activity:
            stated = stated & (jobs.column(f"regulated_{self.entry.regulated_activity}") != UNKNOWN)
        return coded(conflict=inside, ok=~inside & stated)

    def values(self, jobs: Jobs, codes: Codes) -> Values:
        return graded(codes, ok=1.0, conflict=0.0, unknown=self.chance)

    def say(self, job: Vacancy, code: Code, view: Jobs) -> Said:
        if code is Code.OK:
            return Said(sentence=f"The job involves no {self.entry.label}.")
        if code is Code.CONFLICT:
            return Said(sentence=f"The job involves {self.entry.label}, which is ruled out.")
        return Said(sentence=f"Nobody knows yet whether the job involves {self.entry.label}.", ask=self.entry.ask)
