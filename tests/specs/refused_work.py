"""Worked examples of the aspect refused_work: work that the person does not want to do."""

from __future__ import annotations

from typing import Any

from tests.specs.row import Raw, Row, job, person

ASPECT = "refused_work"


def refuses(**more: Any) -> Raw:
    """Return a profile that refuses cleaning."""
    return person(refused_work=[{"label": "Cleaning toilets", **more}])


TABLE = [
    # name, profile, vacancy, part, verdict, absolute
    Row(
        "A shared task tag is a conflict, and not an absolute one unless the person says so.",
        refuses(tags=["cleaning"]),
        job(task_tags=["cooking", "cleaning"]),
        "Cleaning toilets",
        "conflict",
        False,
    ),
    Row(
        "A refusal that the person calls absolute is absolute.",
        refuses(tags=["cleaning"], absolute=True),
        job(task_tags=["cleaning"]),
        "Cleaning toilets",
        "conflict",
        True,
    ),
    Row(
        "Other task tags are ok.",
        refuses(tags=["cleaning"], absolute=True),
        job(task_tags=["cooking"]),
        "Cleaning toilets",
        "ok",
        True,
    ),
    Row(
        "A job without task tags shares none.",
        refuses(tags=["cleaning"], absolute=True),
        job(),
        "Cleaning toilets",
        "ok",
        True,
    ),
    Row(
        "A refusal without tags shares none.",
        refuses(absolute=True),
        job(task_tags=["cleaning"]),
        "Cleaning toilets",
        "ok",
        True,
    ),
    Row(
        "Words in a title or description are no tags.",
        refuses(tags=["cleaning"], absolute=True),
        job(title="Cleaner", description="Cleaning toilets.", task_tags=["stacking"]),
        "Cleaning toilets",
        "ok",
        True,
    ),
    Row(
        "One shared tag of several is enough.",
        refuses(tags=["caring", "cleaning"]),
        job(task_tags=["talking", "caring"]),
        "Cleaning toilets",
        "conflict",
        False,
    ),
    Row(
        "A person who refuses nothing gets no finding.",
        person(),
        job(task_tags=["cleaning"]),
        "Cleaning toilets",
        None,
        None,
    ),
]
