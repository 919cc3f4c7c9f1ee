"""One worked example of a matching rule, and builders that show only what matters to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Raw = dict[str, Any]


# Positional on purpose, unlike the rest of the code: a table is read across, and its columns have a heading.
@dataclass(frozen=True, slots=True)
class Row:
    """A sentence, the two records that it speaks of, and what the part must say (None, None where it says nothing)."""

    name: str
    profile: Raw
    vacancy: Raw
    part: str
    verdict: str | None
    absolute: bool | None


def person(**fields: Any) -> Raw:
    """Return a profile with the fields that matter."""
    return {"participant_ref": "P-1", **fields}


def job(**fields: Any) -> Raw:
    """Return a vacancy with the fields that matter."""
    return {"vacancy_ref": "V-1", "title": "Kitchen porter", "employer": "Acorn Foods", **fields}


def span(days: str, start: str, end: str, **more: str) -> Raw:
    """Return a window or a shift: `span("mon tue", "09:00", "17:00", kind="cannot")`."""
    return {"days": days.split(), "from": start, "to": end, **more}


def free(*windows: Raw, **fields: Any) -> Raw:
    """Return a profile with windows of availability."""
    return person(availability=list(windows), **fields)


def works(kind: str, *shifts: Raw, **hours: float) -> Raw:
    """Return a vacancy with a pattern, and its weekly hours if given as `min` and `max`."""
    pattern = {"kind": kind, "shifts": list(shifts)}
    return job(pattern=pattern, hours=hours) if hours else job(pattern=pattern)
