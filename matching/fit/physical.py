"""Physical demands: what the job asks of the body against what the person can do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

from matching.fit.part import Codes, Part, Said, Setting, Values, coded, graded, number
from matching.kinds import Read, Reading
from matching.model.finding import Aspect, Code
from matching.model.profile import VocationalProfile
from matching.model.vacancy import Vacancy
from matching.pool import Jobs

PHYSICAL_READ: Final[Reading] = (Read("lift_kg"), Read("stand_minutes"), Read("walk_minutes"), Read("climb"))


def parts(profile: VocationalProfile, setting: Setting) -> tuple[Part, ...]:
    """Lifting, standing, walking and climbing: each only if the profile states a limit."""
    limits = profile.physical
    stated = (
        ("lift", "lift_kg", limits.lift_max_kg, "lift", "kg", "What is the heaviest thing to lift, in kg?"),
        (
            "stand",
            "stand_minutes",
            limits.stand_max_minutes,
            "stand",
            "minutes",
            "How long must people stand at a time?",
        ),
        ("walk", "walk_minutes", limits.walk_max_minutes, "walk", "minutes", "How long must people walk at a time?"),
    )
    found: list[Part] = [
        Demand(name=name, absolute=limits.hard, column=column, limit=limit, verb=verb, unit=unit, ask=ask)
        for name, column, limit, verb, unit, ask in stated
        if limit is not None
    ]
    if limits.climb is False:
        found.append(Climb(name="climb", absolute=limits.hard))
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand(Part):
    """Whether one demand of the job stays within one limit of the person."""

    aspect: ClassVar[Aspect] = Aspect.PHYSICAL
    screening_rank: ClassVar[int] = 3

    column: str
    limit: float
    verb: str
    unit: str
    ask: str

    @property
    def readings(self) -> tuple[Reading, ...]:
        return (PHYSICAL_READ,)

    def codes(self, jobs: Jobs) -> Codes:
        demand = jobs.column(self.column)
        return coded(conflict=demand > self.limit, ok=demand <= self.limit)

    def values(self, jobs: Jobs, codes: Codes) -> Values:
        return graded(codes, ok=1.0, conflict=0.1)

    def say(self, job: Vacancy, code: Code, view: Jobs) -> Said:
        limit = f"{number(self.limit)} {self.unit}"
        if code is Code.UNKNOWN:
            return Said(
                sentence=f"Nobody knows yet how much there is to {self.verb}; their limit is {limit}.", ask=self.ask
            )
        demand = f"{number(getattr(job.physical, self.column))} {self.unit}"
        if code is Code.OK:
            return Said(sentence=f"There is up to {demand} to {self.verb}, within their {limit}.")
        return Said(sentence=f"There is up to {demand} to {self.verb}; their limit is {limit}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Climb(Part):
    """Whether the job does without climbing."""

    aspect: ClassVar[Aspect] = Aspect.PHYSICAL
    screening_rank: ClassVar[int] = 3

    @property
    def readings(self) -> tuple[Reading, ...]:
        return (PHYSICAL_READ,)

    def codes(self, jobs: Jobs) -> Codes:
        climb = jobs.column("climb")
        return coded(conflict=climb == 1, ok=climb == 0)

    def values(self, jobs: Jobs, codes: Codes) -> Values:
        return graded(codes, ok=1.0, conflict=0.1)

    def say(self, job: Vacancy, code: Code, view: Jobs) -> Said:
        if code is Code.OK:
            return Said(sentence="The job needs no climbing.")
        if code is Code.CONFLICT:
            return Said(sentence="The job needs climbing, which they do not do.")
        return Said(
            sentence="Nobody knows yet whether the job needs climbing, which they do not do.",
            ask="Does the job need climbing, such as ladders or steps?",
        )
