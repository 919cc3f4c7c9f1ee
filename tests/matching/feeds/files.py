"""Writes small feeds for the tests, and reads them back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from matching.errors import Problem
from matching.feeds import Draft, Kind, Warned, read_drafts
from matching.feeds.draft import Reading

VACANCY: dict[str, Any] = {"vacancy_ref": "V1", "title": "Baker", "employer": "Hazel Farm"}
POSTING: dict[str, Any] = {
    "@context": "https://schema.org/",
    "@type": "JobPosting",
    "identifier": "A1",
    "title": "Baker",
    "hiringOrganization": {"@type": "Organization", "name": "Hazel Farm"},
}


def write(folder: Path, name: str, content: bytes | str | object) -> Path:
    """Write bytes or text as they are, and anything else as JSON."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    raw = content if isinstance(content, bytes | str) else json.dumps(content)
    path.write_bytes(raw if isinstance(raw, bytes) else raw.encode())
    return path


def page(*scripts: str) -> str:
    """A web page with JSON-LD scripts."""
    tags = "".join(f'<script type="application/ld+json">{script}</script>' for script in scripts)
    return f"<!DOCTYPE html><html><head><title>Work</title>{tags}</head><body><p>Come and work here</p></body></html>"


def readings(path: Path, *, kind: Kind = Kind.VACANCIES) -> list[Reading]:
    return [*read_drafts(path, kind=kind)]


def drafts(path: Path, *, kind: Kind = Kind.VACANCIES) -> list[Draft]:
    return [one for one in readings(path, kind=kind) if isinstance(one, Draft)]


def problems(path: Path, *, kind: Kind = Kind.VACANCIES) -> list[str]:
    """What refuses rows, the file written without its folder."""
    found: list[Problem] = []
    for one in readings(path, kind=kind):
        found += [one] if isinstance(one, Problem) else [] if isinstance(one, Warned) else one.problems
    return [str(one).replace(f"{path.parent}/", "") for one in found]


def warnings(path: Path, *, kind: Kind = Kind.VACANCIES) -> list[str]:
    found: list[Problem] = []
    for one in readings(path, kind=kind):
        found += [one.problem] if isinstance(one, Warned) else one.warnings if isinstance(one, Draft) else []
    return [str(one).replace(f"{path.parent}/", "") for one in found]
