"""Preferences: how near a role is to what the person wants, and the tasks they like or dislike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from matching.columns import bits
from matching.fit.nearness import Nearness
from matching.fit.part import Codes, Part, Said, Setting, SoftPart, Values, quoted
from matching.fit.refused_work import TAGS_READ
from matching.kinds import Reading
from matching.model.finding import Aspect, Code
from matching.model.profile import VocationalProfile
from matching.model.vacancy import Vacancy
from matching.pool import Jobs

_BEGINNINGS = {"want.interest": "They are interested in", "want.liked_task": "They like"}


def parts(profile: VocationalProfile, setting: Setting, nearness: Nearness | None) -> tuple[Part, ...]:
    """Nearness to what is wanted, if anything is; tasks, if any is liked or disliked."""
    found: list[Part] = []
    if nearness is not None:
        found.append(WantedWork(name="wanted_work", nearness=nearness, figures=setting.figures))
    if profile.liked_tasks or profile.disliked_tasks:
        catalogue = setting.catalogue
        found.append(
            Tasks(
                name="tasks",
                liked={
                    slug: (catalogue.index_of_task_tag(slug), _label(setting, slug)) for slug in profile.liked_tasks
                },
                disliked={
                    slug: (catalogue.index_of_task_tag(slug), _label(setting, slug)) for slug in profile.disliked_tasks
                },
            )
        )
    return tuple(found)


def _label(setting: Setting, slug: str) -> str:
    return setting.catalogue.task_tag(slug).label


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WantedWork(SoftPart):
    """How near the role is to the nearest thing that the person wants."""

    aspect: ClassVar[Aspect] = Aspect.PREFERENCES

    nearness: Nearness = field(repr=False)
    figures: Mapping[str, float] = field(repr=False)

    def values(self, jobs: Jobs, codes: Codes) -> Values:
        return self.nearness.value(jobs, self.figures)

    def say(self, job: Vacancy, code: Code, view: Jobs) -> Said:
        wish, similarity = self.nearness.closest(view)
        if similarity < self.figures["nearness.worth_saying"]:
            return Said(sentence="Nothing they have said they want is close to this role.")
        beginning = _BEGINNINGS.get(wish.factor, "They want")
        degree = self.nearness.degree(similarity, self.figures)
        return Said(sentence=f"{beginning} {quoted(wish.text)}; this role is {degree} that.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tasks(SoftPart):
    """Which tasks of the role the person likes and dislikes; never a conflict."""

    aspect: ClassVar[Aspect] = Aspect.PREFERENCES

    liked: Mapping[str, tuple[int, str]]  # slug: position in the catalogue, label
    disliked: Mapping[str, tuple[int, str]]

    @property
    def readings(self) -> tuple[Reading, ...]:
        return (TAGS_READ,)

    def values(self, jobs: Jobs, codes: Codes) -> Values:
        return (
            0.5 + 0.25 * np.minimum(_shared(jobs, self.liked), 2) - 0.25 * np.minimum(_shared(jobs, self.disliked), 2)
        )

    def say(self, job: Vacancy, code: Code, view: Jobs) -> Said:
        liked = [label for slug, (_, label) in self.liked.items() if slug in job.task_tags]
        disliked = [label for slug, (_, label) in self.disliked.items() if slug in job.task_tags]
        if not liked and not disliked:
            return Said(sentence="The role lists no task that they named as liked or disliked.")
        clauses = []
        if liked:
            clauses.append(f"tasks they like ({', '.join(liked[:2])})")
        if disliked:
            clauses.append(f"tasks they dislike ({', '.join(disliked[: 1 if liked else 2])})")
        return Said(sentence=f"The role has {' and '.join(clauses)}.")


def _shared(jobs: Jobs, tags: Mapping[str, tuple[int, str]]) -> Values:
    count = np.zeros(len(jobs))
    for position, _ in tags.values():
        count += jobs.flags("task_tags", bits([position]))
    return count
