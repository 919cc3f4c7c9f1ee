"""Skills: how near a role is to what the person is good at or has done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from matching.fit.nearness import Nearness
from matching.fit.part import Codes, Part, Said, Setting, SoftPart, Values, quoted
from matching.model.finding import Aspect, Code
from matching.model.profile import VocationalProfile
from matching.model.vacancy import Vacancy
from matching.pool import Jobs

_BEGINNINGS = {
    "skill.strength": "Their strength {}",
    "skill.skill": "Their skill {}",
    "skill.past_title": "Their past work as {}",
}


def parts(profile: VocationalProfile, setting: Setting, nearness: Nearness | None) -> tuple[Part, ...]:
    """Nearness to strengths, skills and past work, if any is stated."""
    if nearness is None:
        return ()
    return (Strengths(name="strengths", nearness=nearness, figures=setting.figures),)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Strengths(SoftPart):
    """How near the role is to the nearest thing that the person can do."""

    aspect: ClassVar[Aspect] = Aspect.SKILLS

    nearness: Nearness = field(repr=False)
    figures: Mapping[str, float] = field(repr=False)

    def values(self, jobs: Jobs, codes: Codes) -> Values:
        return self.nearness.value(jobs, self.figures)

    def say(self, job: Vacancy, code: Code, view: Jobs) -> Said:
        ability, similarity = self.nearness.closest(view)
        if similarity < self.figures["nearness.worth_saying"]:
            return Said(sentence="None of their stated strengths is close to this role.")
        degree = self.nearness.degree(similarity, self.figures)
        beginning = _BEGINNINGS[ability.factor].replace("{}", quoted(ability.text))
        return Said(sentence=f"{beginning} is {degree} what this role needs.")
