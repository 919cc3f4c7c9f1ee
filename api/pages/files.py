"""Files: brought in, tried first and taken in then; and taken out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from fastapi import APIRouter, Response

from api.dependencies import Id
from api.pages.labels import options
from api.pages.route import PageRoute
from api.pages.typed import given
from api.pages.visit import SignedInVisit, Visit
from matching.actions import exports, imports
from matching.actions.exports import ExportKind
from matching.actions.history import PSEUDONYMS, history
from matching.errors import Conflict, Invalid
from matching.feeds import Kind, template
from matching.model.people import Permission
from matching.model.vacancy import VacancyStatus
from matching.store.tables import Import
from matching.store.vacancies import VacancyFilter

router = APIRouter(prefix="/files", route_class=PageRoute, include_in_schema=False)

_ON_A_PAGE = 10
_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
}
_KINDS: Mapping[Kind, str] = {Kind.VACANCIES: "Roles", Kind.PROFILES: "Profiles of participants"}
_EXPORTS: Mapping[ExportKind, tuple[str, str]] = {
    ExportKind.VACANCIES: ("Roles", "All that you may see, with what is known of them."),
    ExportKind.EMPLOYERS: ("Employers", "Names, notes, and how often they want contact."),
    ExportKind.PLACEMENTS: ("Jobs of participants", "By reference, without names. Only people of your team."),
}
_FORMS = (("xlsx", "A spreadsheet (XLSX)"), ("csv", "A plain table (CSV)"))
_STATES = {
    "tried": "Checked, not taken in yet",
    "taking": "Being taken in",
    "taken": "Taken in",
    "refused": "Nothing in it could be taken",
}


@router.get("")
def show(visit: Visit) -> Response:
    """Show what can be brought in and taken out, and what was."""
    visit.need(Permission.IMPORTS_RUN, Permission.EXPORTS_RUN, Permission.HISTORY_READ)
    return _overview(visit)


@router.get("/imports/new")
def ask(visit: Visit) -> Response:
    """Ask for a file."""
    visit.need(Permission.IMPORTS_RUN)
    return _import_form(visit)


@router.post("/imports/new")
def try_file(visit: Visit) -> Response:
    """Try a file: everything wrong with it is named, and nothing else is changed."""
    visit.need(Permission.IMPORTS_RUN)
    form = visit.form()
    kind = form.choice("kind", Kind, needed="Say what is in the file.")
    file = visit.typed.files.get("file")
    if file is None:
        form.refuse("file", "Choose a file.")
    try:
        form.done()
        tried = imports.try_file(
            content=file.file.read() if file else b"",
            file_name=(file.filename if file else None) or "upload",
            kind=given(kind),
            largest_bytes=visit.running.settings.upload_megabytes * 1_000_000,
            by=visit.by,
            at=visit.at,
            store=visit.writing,
        )
    except (Invalid, Conflict) as refused:
        return _import_form(visit.again(refused))
    return visit.go(f"/files/imports/{tried.row.id}")


@router.get("/imports/{import_id}")
def show_import(import_id: Id, visit: Visit) -> Response:
    """Show what a file holds, and what became of it."""
    return _import(import_id, visit)


@router.post("/imports/{import_id}/take")
def take_in(import_id: Id, visit: Visit) -> Response:
    """Take the good rows in; a row that was taken in before changes nothing."""
    try:
        imports.take_in(
            import_id=import_id,
            skip_refused=visit.typed.get("skip_refused") == "yes",
            by=visit.by,
            at=visit.at,
            store=visit.writing,
        )
    except Conflict as refused:
        return _import(import_id, visit.again(refused))
    return visit.go(f"/files/imports/{import_id}", done="file-taking")


@router.get("/imports/{import_id}/to-mend")
def send_refused_rows(import_id: Id, visit: Visit) -> Response:
    """Send the refused rows, each with what to change."""
    name, content = imports.error_file_of(import_id=import_id, by=visit.by, at=visit.at, store=visit.writing)
    safe = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "._-") else "_" for letter in name)
    return _file(content, safe, "xlsx" if name.lower().endswith(".xlsx") else "csv")


@router.get("/templates/{kind}.{form}")
def send_template(kind: Kind, form: Literal["csv", "xlsx"], visit: Visit) -> Response:
    """Send an empty file to fill in: the header and one invented row."""
    visit.need(Permission.IMPORTS_RUN)
    content = template(kind, "xlsx") if form == "xlsx" else template(kind, "csv").encode("utf-8-sig")
    return _file(content, f"{kind.value}.{form}", form)


@router.post("/exports")
def take_out(visit: Visit) -> Response:
    """Make a file of what may be seen; that it was made is noted, and the file itself is not kept."""
    form = visit.form()
    kind = form.choice("what", ExportKind, needed="Choose what to take out.")
    shape = form.one_of("form", ("csv", "xlsx"), needed="Choose a kind of file.")
    status = form.choice("status", VacancyStatus)
    try:
        form.done()
        kind = given(kind)
        made = exports.export_file(
            kind=kind,
            form="csv" if shape == "csv" else "xlsx",
            only=VacancyFilter(status=status if kind is ExportKind.VACANCIES else None),
            search="",
            by=visit.by,
            at=visit.at,
            store=visit.writing,
        )
    except (Invalid, Conflict) as refused:
        return _overview(visit.again(refused))
    return _file(made.content, f"{kind.value}.{shape}", shape)


@router.get("/history.zip")
def send_history(visit: Visit) -> Response:
    """Send the history for evaluators: pseudonyms alone, verdicts without sentences."""
    key = visit.running.sealer.signing_keys(PSEUDONYMS)[0]
    return _file(history(key=key, by=visit.by, at=visit.at, store=visit.writing), "history.zip", "zip")


def _overview(visit: SignedInVisit) -> Response:
    may_import, may_export = visit.can(Permission.IMPORTS_RUN), visit.can(Permission.EXPORTS_RUN)
    given = taken_out = None
    if may_import:
        given = imports.list_imports(
            after=visit.asked("after") or None, limit=_ON_A_PAGE, by=visit.by, store=visit.reading
        )
    if may_export:
        taken_out = exports.list_exports(
            after=visit.asked("out_after") or None, limit=_ON_A_PAGE, by=visit.by, store=visit.reading
        )
    return visit.show(
        "files/overview.html",
        may_read_history=visit.can(Permission.HISTORY_READ),
        given=given,
        taken_out=taken_out,
        names=_names(visit, [row.by for page in (given, taken_out) if page for row in page.items]),
        what_to_take_out=[(kind.value, *_EXPORTS[kind]) for kind in _exportable(visit)],
        what_was_taken_out={kind.value: text for kind, (text, _) in _EXPORTS.items()} | {"participant": "One person"},
        forms=_FORMS,
        statuses=[("", "Any"), *options(VacancyStatus)],
        kinds={kind.value: text for kind, text in _KINDS.items()},
        states=_STATES,
    )


def _exportable(visit: SignedInVisit) -> Iterator[ExportKind]:
    needed = {
        ExportKind.EMPLOYERS: Permission.EMPLOYERS_READ,
        ExportKind.PLACEMENTS: Permission.PARTICIPANTS_READ_TEAM,
    }
    return (kind for kind in ExportKind if kind not in needed or visit.can(needed[kind]))


def _import_form(visit: SignedInVisit) -> Response:
    kinds = [kind for kind in Kind if kind is Kind.VACANCIES or visit.can(Permission.PARTICIPANTS_TAKE_ON)]
    return visit.show(
        "files/new.html",
        kinds=[(kind.value, _KINDS[kind]) for kind in kinds],
        megabytes=visit.running.settings.upload_megabytes,
    )


def _import(import_id: str, visit: SignedInVisit) -> Response:
    row = imports.read_import(import_id=import_id, by=visit.by, store=visit.reading)
    told: dict[str, Any] = row.summary
    return visit.show(
        "files/import.html",
        row=row,
        told=told,
        kind=_KINDS[Kind(row.kind)],
        state=_STATES[row.state],
        may_take=_may_take(row, visit),
        is_own=row.by == visit.by.user_id,
        giver=_names(visit, [row.by])[row.by],
    )


def _may_take(row: Import, visit: SignedInVisit) -> bool:
    """Whether there is anything left to do for who looks."""
    return row.state == "tried" and row.by == visit.by.user_id


def _names(visit: SignedInVisit, ids: list[str]) -> dict[str, str]:
    """Who gave or took a file: people by name, another system by that of its token."""
    found = {}
    for each in dict.fromkeys(ids):
        user = visit.reading.users.find(each)
        found[each] = user.name if user is not None else "Another system"
    return found


def _file(content: bytes, name: str, form: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, media_type=_TYPES[form], headers=headers)
