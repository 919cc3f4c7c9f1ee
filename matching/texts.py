"""The only maker of text for an encoder: wants and strengths on one side, the work itself on the other.

Nothing else of a profile or a vacancy may reach an encoder: no adjustment, sensory, physical, legal,
exclusion or travel field, no goal and no notes (matching.md section 5).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from matching.model.profile import VocationalProfile
from matching.model.vacancy import Vacancy
from matching.taxonomy import Catalogue


@dataclass(frozen=True, slots=True, kw_only=True)
class AspectText:
    """One thing that a person wants or can do: the text, and which documented factor weighs it."""

    text: str
    factor: str


def wishes(profile: VocationalProfile, catalogue: Catalogue) -> tuple[AspectText, ...]:
    """What the person wants: wanted work, interests and liked tasks, one text each."""
    wanted = (AspectText(text=work.label, factor=f"want.strength_{work.strength}") for work in profile.wanted_work)
    interests = (AspectText(text=interest, factor="want.interest") for interest in profile.interests)
    liked = (AspectText(text=catalogue.task_tag(tag).text, factor="want.liked_task") for tag in profile.liked_tasks)
    return _distinct((*wanted, *interests, *liked))


def abilities(profile: VocationalProfile) -> tuple[AspectText, ...]:
    """What the person can do: strengths, skills and titles of past work, one text each."""
    strengths = (AspectText(text=strength, factor="skill.strength") for strength in profile.strengths)
    skills = (AspectText(text=skill.label, factor="skill.skill") for skill in profile.skills)
    titles = (AspectText(text=job.title, factor="skill.past_title") for job in profile.work_history)
    return _distinct((*strengths, *skills, *titles))


def title(vacancy: Vacancy) -> str:
    """The vacancy's first text: its title."""
    return vacancy.title


def duties(vacancy: Vacancy) -> str:
    """The vacancy's second text: tasks, then description; empty if there are neither."""
    return "\n".join(part for part in (*vacancy.tasks, vacancy.description or "") if part.strip())


def _distinct(texts: Iterable[AspectText]) -> tuple[AspectText, ...]:
    kept: dict[str, AspectText] = {}
    for aspect in texts:
        if aspect.text.strip():
            kept.setdefault(" ".join(aspect.text.split()).casefold(), aspect)
    return tuple(kept.values())
