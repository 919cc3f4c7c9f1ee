"""Work that the person does not want, judged by shared task tags alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Final

from matching.columns import bits
from matching.fit.part import Codes, Part, Said, Setting, coded, quoted
from matching.kinds import Read, Reading
from matching.model.finding import Aspect, Code
from matching.model.profile import Refusal, VocationalProfile
from matching.model.vacancy import Vacancy
from matching.pool import Jobs
from matching.taxonomy import TaskTag

TAGS_READ: Final[Reading] = (Read("task_tags", 0), Read("task_tags", 1))


def parts(profile: VocationalProfile, setting: Setting) -> tuple[Part, ...]:
    """One part a refusal, named by its label."""
    catalogue = setting.catalogue
    return tuple(
        Refused(
            name=refusal.label,
            absolute=refusal.absolute,
            refusal=refusal,
            tags=tuple(catalogue.task_tag(slug) for slug in refusal.tags),
            mask=bits(catalogue.index_of_task_tag(slug) for slug in refusal.tags),
        )
        for refusal in profile.refused_work
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused(Part):
    """Whether the job shares no task tag with the refusal."""

    aspect: ClassVar[Aspect] = Aspect.REFUSED_WORK
    screening_rank: ClassVar[int] = 2

    refusal: Refusal
    tags: tuple[TaskTag, ...] = field(repr=False)
    mask: tuple[int, int]

    @property
    def readings(self) -> tuple[Reading, ...]:
        return (TAGS_READ,)

    def codes(self, jobs: Jobs) -> Codes:
        shared = jobs.flags("task_tags", self.mask)
        return coded(conflict=shared, ok=~shared)

    def say(self, job: Vacancy, code: Code, view: Jobs) -> Said:
        label = quoted(self.refusal.label, most_words=7)
        if code is Code.OK:
            return Said(sentence=f"No task of the job is part of what they refuse: {label}.")
        shared = " and ".join([tag.label for tag in self.tags if tag.slug in job.task_tags][:2])
        return Said(sentence=f"They do not want {label}, and the job includes {shared}.")
