"""Vacancies and profiles from files: each row validated, repeated references refused, every problem with its place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

from matching.errors import Invalid, Problem, Where
from matching.feeds.draft import Draft, Kind, Progress, Warned
from matching.feeds.sources import find_sources, read_sources
from matching.interchange import read_profile, read_vacancy
from matching.model.profile import VocationalProfile
from matching.model.vacancy import Vacancy

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings(Generic[Value]):
    """What files held: the good rows in their order, what refuses the others, and what is merely worth saying.

    A caller that takes files whole refuses them if there is any problem; one that skips bad rows goes on with `values`.
    `notes` holds, by reference, sentences of an advert that a person should read and no matcher does.
    """

    values: tuple[Value, ...] = ()
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    notes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How many rows are read at most, and how many refused ones: then the rest is left, which is a problem too."""

    most_rows: int
    most_refused: int


def read_vacancies(
    paths: Sequence[Path], *, progress: Progress | None = None, bounds: Bounds | None = None
) -> Readings[Vacancy]:
    """Read the vacancies of files and folders."""

    def validated(draft: Draft) -> Vacancy:
        return read_vacancy(draft.content, draft.where, derived=draft.derived)

    return _read(paths, kind=Kind.VACANCIES, validated=validated, progress=progress, bounds=bounds)


def read_profiles(
    path: Path, *, progress: Progress | None = None, bounds: Bounds | None = None
) -> Readings[VocationalProfile]:
    """Read the profiles of a file or folder."""

    def validated(draft: Draft) -> VocationalProfile:
        return read_profile(draft.content, draft.where)

    return _read([path], kind=Kind.PROFILES, validated=validated, progress=progress, bounds=bounds)


def _read(
    paths: Sequence[Path],
    *,
    kind: Kind,
    validated: Callable[[Draft], Value],
    progress: Progress | None,
    bounds: Bounds | None,
) -> Readings[Value]:
    found = [one for path in dict.fromkeys(paths) for one in find_sources(path)]
    rows: list[_Row[Value]] = []
    warnings: list[Problem] = []
    refused = 0
    for reading in read_sources(found, kind=kind, progress=progress):
        if isinstance(reading, Warned):
            warnings.append(reading.problem)
        elif isinstance(reading, Problem):
            rows.append(_Row(reading.where, "", None, (reading,), ()))
            refused += 1
        else:
            warnings += reading.warnings
            rows.append(_row(reading, kind=kind, validated=validated))
            refused += rows[-1].value is None
        if bounds is not None and (too_many := _too_many(len(rows) + len(warnings), refused, bounds)):
            where = Where(rows[-1].where.file if rows else warnings[-1].where.file)
            rows.append(_Row(where, "", None, (Problem(where, too_many),), ()))
            break
    repeats = _repeats(rows)
    good = [row for row in rows if row.value is not None and row.ref not in repeats]
    problems = [problem for row in rows for problem in (*row.problems, *_repeated(row, repeats, kind=kind))]
    return Readings(
        values=tuple(row.value for row in good if row.value is not None),
        problems=tuple(problems),
        warnings=tuple(warnings),
        notes={row.ref: row.notes for row in good if row.notes},
    )


@dataclass(frozen=True, slots=True)
class _Row(Generic[Value]):
    """A row with its reference (empty if it has none to compare), and its value or its problems."""

    where: Where
    ref: str
    value: Value | None
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]


def _too_many(rows: int, refused: int, bounds: Bounds) -> str:
    """Say why no more is read; empty if more is."""
    if refused >= bounds.most_refused:
        return f"has {refused:,} rows that cannot be taken, and the rest was not read; look at how it was made"
    if rows >= bounds.most_rows:
        return f"has {bounds.most_rows:,} rows or more, and the rest was not read; split it"
    return ""


def _row(draft: Draft, *, kind: Kind, validated: Callable[[Draft], Value]) -> _Row[Value]:
    stated = draft.content.get(kind.ref) if isinstance(draft.content, dict) else None
    ref = stated if isinstance(stated, str) else ""
    try:
        value = validated(draft)
    except Invalid as invalid:
        known = {problem.where for problem in draft.problems}
        others = [problem for problem in invalid.problems if problem.where not in known]
        return _Row(draft.where, ref, None, (*draft.problems, *others), ())
    if draft.problems:
        return _Row(draft.where, ref, None, draft.problems, ())
    return _Row(draft.where, ref, value, (), draft.notes)


def _repeats(rows: Iterable[_Row[Value]]) -> dict[str, list[Where]]:
    """Return the places of every reference that more than one row has, refused rows included."""
    counts = Counter(row.ref for row in rows if row.ref)
    places: dict[str, list[Where]] = {ref: [] for ref, count in counts.items() if count > 1}
    for row in rows:
        if row.ref in places:
            places[row.ref].append(row.where)
    return places


def _repeated(row: _Row[Value], repeats: Mapping[str, list[Where]], *, kind: Kind) -> list[Problem]:
    """Say that a reference is not this row's alone, and where else it stands: nobody can tell which row is right."""
    places = repeats.get(row.ref)
    if not places:
        return []
    # Not gone through again for each of them: they may be a hundred thousand.
    other = places[0] if places[0] is not row.where else places[1]
    more = f" and {len(places) - 2} more" if len(places) > 2 else ""
    message = f"'{row.ref}' is also the reference of {other}{more}; each of the {kind} needs its own"
    return [Problem(row.where.inside(kind.ref), message)]
