"""Vacancies laid flat again, as the columns of the template have them; what a cell cannot hold is told, never lost.

Each row is read back as a feed would read it. Where that gives another vacancy, the cells at fault are left empty,
which a reader takes for unknown, and named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from matching.errors import Invalid, Problem, Where
from matching.exports import (
    MOST_CHARACTERS_IN_XLSX,
    CellValue,
    csv_cell,
    stored_text,
    text_of,
    unguarded,
    write_csv,
    write_xlsx,
    xlsx_text,
)
from matching.feeds.csv_cells import NOTHING
from matching.feeds.csv_columns import Column, columns
from matching.feeds.draft import Form, Kind
from matching.feeds.table import draft_of
from matching.interchange import read_vacancy
from matching.model.sensory import SensoryDimension, SensoryLevel
from matching.model.vacancy import QualificationAsked, Vacancy
from matching.model.work import Span, clock

_NOWHERE = Where()
_MOST_CHARACTERS_IN_CSV = 131_072
_LEFT_OUT = "cannot be written in a cell, so the cell is empty; use JSON to carry it"
_ANOTHER = "would be read as another vacancy; use JSON to carry it"
_WORKED_OUT = "was worked out by a feed and not stated; a reader of this file takes it as stated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Flat:
    """A table of vacancies, and what it does not hold: the place of each is the reference and the column."""

    columns: tuple[str, ...]
    rows: tuple[tuple[CellValue, ...], ...]
    not_held: tuple[Problem, ...]


def lay_flat(vacancies: Iterable[Vacancy], *, form: Form) -> Flat:
    """Write vacancies as rows under the columns of the template."""
    shown = [column for column in columns(Kind.VACANCIES).values() if column.in_template]
    rows, not_held = [], []
    for vacancy in vacancies:
        row = [_WRITERS[column.name](vacancy) for column in shown]
        lost = [index for index in _lost(vacancy, row, shown, form=form) if not shown[index].required]
        for index in lost:
            row[index] = None
        where = Where(row=vacancy.vacancy_ref)
        told = [Problem(replace(where, field=shown[index].name), _LEFT_OUT) for index in lost]
        told += _changed_names(vacancy, where)
        if not told and _read_back(row, shown) != _plain(vacancy):
            told.append(Problem(where, _ANOTHER))
        not_held += told
        not_held += [Problem(replace(where, field=name), _WORKED_OUT) for name in vacancy.derived_fields]
        rows.append(tuple(row))
    return Flat(columns=tuple(column.name for column in shown), rows=tuple(rows), not_held=tuple(not_held))


def export_vacancies(vacancies: Iterable[Vacancy], *, form: Form) -> tuple[bytes, tuple[Problem, ...]]:
    """Return a file that a feed reads as the same vacancies, and what it does not hold."""
    flat = lay_flat(vacancies, form=form)
    if form == "csv":
        return write_csv(flat.columns, flat.rows), flat.not_held
    return write_xlsx(flat.columns, flat.rows, sheet=Kind.VACANCIES.value), flat.not_held


def _lost(vacancy: Vacancy, row: Sequence[CellValue], shown: Sequence[Column], *, form: Form) -> list[int]:
    """Return the cells by which the row would be read as another vacancy."""
    beyond = [index for index, value in enumerate(row) if _is_beyond(value, form=form)]
    kept = [None if index in beyond else value for index, value in enumerate(row)]
    if not beyond and _read_back(kept, shown) == _plain(vacancy):
        return []
    needed = [value if column.required else None for value, column in zip(row, shown, strict=True)]
    lost = list(beyond)
    for index, value in enumerate(kept):
        if value is None:
            continue
        alone = list(needed)
        alone[index] = value
        if not _is_same(shown[index], _read_back(alone, shown), vacancy):
            lost.append(index)
    # What two columns say together, such as hours from one to another, is the same if each of them is.
    return sorted({*lost, *_unwritten(vacancy, kept, shown)})


def _unwritten(vacancy: Vacancy, row: Sequence[CellValue], shown: Sequence[Column]) -> list[int]:
    """Return the empty cells of columns about which the vacancy says something that an empty cell does not."""
    needed = [value if column.required else None for value, column in zip(row, shown, strict=True)]
    nothing = _read_back(needed, shown)
    return [i for i, value in enumerate(row) if value is None and not _is_same(shown[i], nothing, vacancy)]


def _is_same(column: Column, read: Vacancy | None, vacancy: Vacancy) -> bool:
    return read is not None and _fact(read, column) == _fact(vacancy, column)


def _fact(vacancy: Vacancy, column: Column) -> object:
    """Return what a vacancy holds of a column's field."""
    fact: Any = vacancy
    for name in column.path:
        name = _OTHER_NAMES.get((type(fact).__name__, name), name)
        fact = fact.get(name) if isinstance(fact, Mapping) else getattr(fact, name)
    return fact


_OTHER_NAMES = {("Vacancy", "location"): "place", ("JobHours", "min"): "least", ("JobHours", "max"): "most"}


def _read_back(row: Sequence[CellValue], shown: Sequence[Column]) -> Vacancy | None:
    cells = [csv_cell(value).strip() for value in row]
    draft = draft_of(cells, shown, _NOWHERE)
    try:
        return None if draft.problems else _plain(read_vacancy(draft.content, _NOWHERE))
    except Invalid:
        return None


def _plain(vacancy: Vacancy) -> Vacancy:
    return replace(vacancy, digest="", derived_fields=())


def _is_beyond(value: CellValue, *, form: Form) -> bool:
    """Whether a text is too long for a cell, or holds a character that the form has no way to write."""
    if not isinstance(value, str):
        return False
    if form == "csv":
        return len(value) >= _MOST_CHARACTERS_IN_CSV
    stored = xlsx_text(value)
    return len(stored) > MOST_CHARACTERS_IN_XLSX or unguarded(stored_text(stored)) != value


def _changed_names(vacancy: Vacancy, where: Where) -> list[Problem]:
    """Say which required texts lose the spaces around them; they are written all the same."""
    texts = {"vacancy_ref": vacancy.vacancy_ref, "title": vacancy.title, "employer": vacancy.employer}
    message = "is written, but a reader takes off the spaces around it"
    return [Problem(replace(where, field=name), message) for name, text in texts.items() if text != text.strip()]


def _number(value: float | None) -> CellValue:
    return int(value) if value is not None and float(value).is_integer() else value


def _digits(value: float) -> str:
    return text_of(_number(value))


def _listed(entries: Sequence[str] | None) -> CellValue:
    """Write a list; `none` is the empty list that somebody stated."""
    return None if entries is None else "; ".join(entries) or NOTHING


def _span(span: Span) -> str:
    return f"{' '.join(span.days)} {clock(span.starts)}-{clock(span.ends)}"


def _level(level: SensoryLevel | None) -> CellValue:
    if level is None:
        return None
    words = [str(level.typical)]
    if level.peak != level.typical:
        words.append(f"peak {level.peak}")
    if level.can_leave is not None:
        words.append("can_leave" if level.can_leave else "cannot_leave")
    more = (level.peak_share, level.source, level.observed_on)
    return " ".join([*words, *(str(word) for word in more if word is not None)])


def _qualification(asked: QualificationAsked) -> str:
    return asked.slug if asked.obtainable_weeks is None else f"{asked.slug}={_digits(asked.obtainable_weeks)}"


def _qualifications(vacancy: Vacancy) -> CellValue:
    asked = vacancy.requirements.qualifications
    return None if asked is None else _listed([_qualification(one) for one in asked])


def _offers(vacancy: Vacancy) -> CellValue:
    return _listed([f"{slug}={offer}" for slug, offer in vacancy.adjustments.items()] or None)


def _sensory(dimension: SensoryDimension) -> Callable[[Vacancy], CellValue]:
    return lambda vacancy: _level(vacancy.sensory.get(dimension))


# A description that is empty, or that only has spaces, is read as nothing said; `_lost` tells.
_WRITERS: dict[str, Callable[[Vacancy], CellValue]] = {
    "vacancy_ref": lambda v: v.vacancy_ref,
    "title": lambda v: v.title,
    "employer": lambda v: v.employer,
    "source": lambda v: v.source,
    "description": lambda v: v.description,
    "tasks": lambda v: _listed(v.tasks or None),
    "task_tags": lambda v: _listed(v.task_tags or None),
    "status": lambda v: v.status,
    "openings": lambda v: v.openings,
    "opens_on": lambda v: v.opens_on,
    "closes_on": lambda v: v.closes_on,
    "hours.min": lambda v: _number(v.hours.least),
    "hours.max": lambda v: _number(v.hours.most),
    "hours.negotiable": lambda v: v.hours.negotiable,
    "pattern.kind": lambda v: v.pattern.kind,
    "pattern.shifts": lambda v: _listed([_span(span) for span in v.pattern.shifts] or None),
    "pattern.notice_days": lambda v: _number(v.pattern.notice_days),
    "location.postcode": lambda v: v.place.postcode,
    "location.remote": lambda v: v.place.remote,
    "pay.hourly": lambda v: _number(v.pay.hourly),
    "pay.annual": lambda v: _number(v.pay.annual),
    "pay.period": lambda v: v.pay.period,
    "contract": lambda v: v.contract,
    "adjustments": _offers,
    **{f"sensory.{dimension}": _sensory(dimension) for dimension in SensoryDimension},
    "physical.lift_kg": lambda v: _number(v.physical.lift_kg),
    "physical.stand_minutes": lambda v: _number(v.physical.stand_minutes),
    "physical.walk_minutes": lambda v: _number(v.physical.walk_minutes),
    "physical.climb": lambda v: v.physical.climb,
    "requirements.dbs": lambda v: v.requirements.dbs,
    "requirements.driving": lambda v: v.requirements.driving,
    "requirements.qualifications": _qualifications,
    "requirements.minimum_age": lambda v: v.requirements.minimum_age,
    "requirements.regulated_activity": lambda v: _listed(v.requirements.regulated_activity),
    "requirements.settings": lambda v: _listed(v.requirements.settings),
    "visibility": lambda v: v.visibility,
    "disability_confident": lambda v: v.disability_confident,
    "facts_checked_on": lambda v: v.facts_checked_on,
}
