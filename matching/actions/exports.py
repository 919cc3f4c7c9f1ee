"""Files taken out: what is filtered and may be seen, each logged; nothing about safety, and no names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select

from matching.actions.events import record
from matching.actions.vacancies import find_vacancies, read_version
from matching.errors import Invalid, Problem, Where
from matching.exports import CellValue, write_csv, write_xlsx
from matching.feeds import Form, export_vacancies
from matching.interchange import read_vacancy
from matching.model.people import Actor, Permission
from matching.model.vacancy import Vacancy
from matching.permissions import can_read_participant, check
from matching.store import Page, Store, new_id
from matching.store.tables import Employer, Export, Participant, PlacementRow
from matching.store.vacancies import VacancyFilter

MOST_ROWS = 50_000
_ROWS_AT_ONCE = 100


class ExportKind(StrEnum):
    """What can be taken out."""

    VACANCIES = "vacancies"
    EMPLOYERS = "employers"
    PLACEMENTS = "placements"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """A file, and what it could not hold."""

    row: Export
    content: bytes
    not_held: tuple[Problem, ...] = ()


def export_file(
    *, kind: ExportKind, form: Form, only: VacancyFilter, search: str, by: Actor, at: datetime, store: Store
) -> Exported:
    """Make a file of what is filtered, of all that the asker may see."""
    check(by, Permission.EXPORTS_RUN)
    not_held: tuple[Problem, ...] = ()
    match kind:
        case ExportKind.VACANCIES:
            roles = list(_vacancies(only, by, store))
            content, not_held = export_vacancies(roles, form=form)
            count = len(roles)
        case ExportKind.EMPLOYERS:
            check(by, Permission.EMPLOYERS_READ)
            rows = [_employer(employer) for employer in _employers(search, store)]
            content, count = _written(_EMPLOYER_COLUMNS, rows, form), len(rows)
        case ExportKind.PLACEMENTS:
            check(by, Permission.PARTICIPANTS_READ_TEAM)
            rows = list(_placements(by, store))
            content, count = _written(_PLACEMENT_COLUMNS, rows, form), len(rows)
    made = Export(
        id=new_id(at),
        kind=kind.value,
        form=form,
        filters={"filtered": only != VacancyFilter() or bool(search)},
        row_count=count,
        by=by.user_id,
        at=at,
    )
    store.files.add(made)
    record(store, "export.made", by=by, at=at, of=("export", made.id), kind=kind.value, form=form, rows=count)
    return Exported(row=made, content=content, not_held=not_held)


def list_exports(*, after: str | None, limit: int, by: Actor, store: Store) -> Page[Export]:
    """What was taken out, by whom and when."""
    check(by, Permission.EXPORTS_RUN)
    return store.files.exports(after=after, limit=limit)


def _vacancies(only: VacancyFilter, by: Actor, store: Store) -> Iterator[Vacancy]:
    after: str | None = None
    count = 0
    while True:
        listing = find_vacancies(only=only, after=after, limit=_ROWS_AT_ONCE, by=by, store=store)
        for row in listing.page.items:
            version = read_version(vacancy_id=row.id, version=row.version, by=by, store=store)
            count += 1
            _refuse_too_many(count)
            yield read_vacancy(version.document, Where(), derived=version.derived_fields)
        after = listing.page.next_after
        if after is None:
            return


def _employers(search: str, store: Store) -> Iterator[Employer]:
    after: str | None = None
    count = 0
    while True:
        page = store.employers.page(search=search, after=after, limit=_ROWS_AT_ONCE)
        for employer in page.items:
            count += 1
            _refuse_too_many(count)
            yield employer
        after = page.next_after
        if after is None:
            return


_EMPLOYER_COLUMNS = ("name", "contact_every_days", "no_contact_until", "notes")


def _employer(employer: Employer) -> tuple[CellValue, ...]:
    return (employer.name, employer.contact_every_days, employer.no_contact_until, employer.notes)


_PLACEMENT_COLUMNS = (
    "participant_ref",
    "job_title",
    "started_on",
    "hours_week",
    "hourly_pounds",
    "permanent",
    "ended_on",
    "end_reason",
    "end_said_by",
)


def _placements(by: Actor, store: Store) -> Iterator[tuple[CellValue, ...]]:
    statement = (
        select(PlacementRow, Participant)
        .join(Participant, Participant.id == PlacementRow.participant_id)
        .order_by(PlacementRow.id)
        .limit(MOST_ROWS)
    )
    for placement, participant in store.session.execute(statement):
        if can_read_participant(by, participant):
            yield (
                participant.ref,
                placement.job_title,
                placement.started_on,
                placement.hours_week,
                None if placement.hourly_pence is None else placement.hourly_pence / 100,
                placement.permanent,
                placement.ended_on,
                placement.end_reason and placement.end_reason.value,
                placement.end_said_by and placement.end_said_by.value,
            )


def _written(columns: tuple[str, ...], rows: list[Any], form: Form) -> bytes:
    return write_csv(columns, rows) if form == "csv" else write_xlsx(columns, rows)


def _refuse_too_many(count: int) -> None:
    if count > MOST_ROWS:
        raise Invalid(f"This is more than {MOST_ROWS:,} rows. Filter further.")
