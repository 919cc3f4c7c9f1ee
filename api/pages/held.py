"""Everything that is held on somebody, as people read it: by kind, in words, without what only machines need."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from api.pages.labels import labelled
from api.pages.words import day, moment, number, pence, sentence
from matching.model.people import StatementSource

#: As many rows of one kind as stand on the page; the file holds all.
MOST_ROWS: Final = 50

_KINDS: Mapping[str, str] = {
    "participant": "About them",
    "profile_versions": "The profile, each time it was written",
    "profile_drafts": "Drafts of the profile",
    "consents": "What employers may know",
    "shortlists": "Shortlists",
    "entries": "Roles on shortlists",
    "entry_changes": "Changes to shortlists",
    "decisions": "Decisions about roles",
    "alerts": "New roles that we were told of",
    "contacts": "Contacts with employers",
    "tasters": "Job tasters",
    "placements": "Jobs",
    "check_ins": "Check-ins",
    "earnings": "Pay",
    "outcomes": "Outcomes",
    "audit": "Who looked at this or changed it",
}
_DAYS = (
    "given_on",
    "on",
    "started_on",
    "from_on",
    "reached_on",
    "drawn_at",
    "written_at",
    "recorded_at",
    "at",
    "as_of",
)
#: What tells a reader nothing: numbers of versions, marks of the machinery, and the first roles' bare codes.
_FOR_MACHINES = frozenset(
    [
        "id",
        "version",
        "document_id",
        "base_version",
        "pool_mark",
        "counts",
        "viewer_id",
        "vacancy_ids",
        "depends_on",
        "least_score",
        "least_nearness",
        "families",
        "finding",
        "policy",
        "shortlist_id",
        "decision_id",
        "placement_id",
        "position",
        "profile_version",
        "participant_ref",
        "findings",
        "score",
        "band",
        "stretch",
        "questions",
        "flags",
        "created_at",
        "as_of",
    ]
)
#: What wraps a profile or the changes of a draft, and what a thing is called, is no word of its own.
_WRAPPERS = frozenset({"document", "changes", "label"})
_LABELS = {
    "statements": "Who said",
    "at": "When",
    "by": "Written down by",
    "on": "Day",
    "ref": "Reference",
    "who": "Who",
    "vacancy_id": "Role",
    "vacancy_ref": "Role",
    "entries": "Place",
    "employer_id": "Employer",
    "specialist_id": "Specialist",
    "team_id": "Team",
    "entered_on": "Joined on",
    "objects_to_matching": "Does not want drawn lists",
    "why": "What speaks for it",
    "serves": "Which wish it serves",
    "gross_pence": "Pay before tax",
    "hourly_pence": "Pay an hour",
    "min": "least",
    "max": "most",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One thing that is held: when, and what it says."""

    title: str
    rows: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Everything of one kind; `count` is of all, though a page shows the latest alone."""

    kind: str
    title: str
    items: Sequence[Held]
    count: int


def sections_of(held: Mapping[str, Any], names: Mapping[str, str]) -> list[Section]:
    """Put an export in the order in which people read it; kinds of which there is nothing are left out."""
    found = []
    for kind, title in _KINDS.items():
        rows = [held[kind]] if kind == "participant" else list(reversed(held[kind]))
        items = [_item(kind, row, names) for row in rows[:MOST_ROWS]]
        if items:
            found.append(Section(kind=kind, title=title, items=items, count=len(rows)))
    return found


def _item(kind: str, row: Mapping[str, Any], names: Mapping[str, str]) -> Held:
    said_on = next((row[name] for name in _DAYS if row.get(name)), None)
    title = day(said_on[:10]) if said_on and kind != "participant" else ""
    if kind == "audit":
        who = names.get(row["who"], "The service itself")
        what = sentence(row["action"].replace(".", ": ").replace("_", " "))
        return Held(title=title, rows=[(who, what)])
    return Held(title=title, rows=list(_flat(row, (), names)))


def _flat(value: Any, path: tuple[str, ...], names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Every value with what it is, from the outside in; empty ones say nothing."""
    if value in (None, "", [], {}):
        return
    match value:
        case {"source": source, "said_on": said_on}:
            told = f"{labelled(StatementSource, source)}, {day(said_on)}"
            writer = names.get(value.get("written_by", ""))
            yield _label(path), f"{told}, written down by {writer}" if writer else told
            yield from _flat(value.get("value"), (*path, "value"), names)
        case Mapping():
            for name, inner in value.items():
                if not _is_for_machines(name, inner, value):
                    yield from _flat(inner, path if name in _WRAPPERS else (*path, name), names)
        case list() if any(isinstance(each, Mapping) for each in value):
            for place, each in enumerate(value, start=1):
                yield from _flat(each, (*path, str(place)), names)
        case list():
            yield _label(path), "; ".join(_text(each, path, names) for each in value)
        case _:
            yield _label(path), _text(value, path, names)


def _is_for_machines(name: str, inner: Any, around: Mapping[str, Any]) -> bool:
    """Whether a value tells a reader nothing; a method of drawing is none of theirs, one of telling is."""
    if name == "method":
        return isinstance(inner, Mapping)
    return name in _FOR_MACHINES or (name == "vacancy_ref" and "vacancy_id" in around)


def _label(path: Sequence[str]) -> str:
    words = [_LABELS.get(name, name.replace(".", ", ").replace("_", " ")) for name in path]
    return sentence(", ".join(words))


def _text(value: Any, path: Sequence[str], names: Mapping[str, str]) -> str:
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, int | float):
        return pence(int(value)) if path and path[-1].endswith("_pence") else number(value)
    text = str(value)
    if text in names:
        return names[text]
    for pattern, says in _FORMS:
        if pattern.fullmatch(text):
            return says(text)
    return text


_FORMS: Sequence[tuple[re.Pattern[str], Callable[[str], str]]] = (
    (re.compile(r"\d{4}-\d\d-\d\d"), lambda text: day(date.fromisoformat(text))),
    (re.compile(r"\d{4}-\d\d-\d\dT[\d:.+]+Z?"), lambda text: moment(datetime.fromisoformat(text))),
    (re.compile(r"[a-z]+(_[a-z]+)+"), lambda text: sentence(text.replace("_", " "))),
    (re.compile(r"[0-9a-f]{32}"), lambda text: f"code {text[-6:]}"),
)
