"""Files given: tried first, then taken in."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, File, Form, Query, Response, UploadFile
from pydantic import Field

from api.dependencies import Cursor, Id, Now, Reading, SignedIn, TheRunning, Writing, answer, page_json
from api.routes.shapes import Answer
from api.transaction import RecordedRoute
from matching.actions import imports as actions
from matching.feeds import Kind, template
from matching.store.tables import Import

router = APIRouter(prefix="/v1/imports", tags=["imports"], route_class=RecordedRoute)

_CSV = "text/csv; charset=utf-8"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FILE: dict[int | str, dict[str, Any]] = {200: {"content": {_CSV: {}, _XLSX: {}}, "description": "The file."}}


class RowProblem(Answer):
    """What is wrong with a row; the file that comes back shows it in its place."""

    row: str
    field: str = ""
    message: str


class ImportAnswer(Answer):
    """A file that was given: what it holds, and what became of it."""

    id: str
    kind: Kind
    file_name: str
    state: Literal["tried", "taking", "taken", "refused"]
    good: int
    new: int
    known: int
    problems: int
    first_problems: list[RowProblem]
    notes: list[str]
    has_error_file: bool
    done: int | None = Field(default=None, description="Rows that were looked at so far, once it is taken in.")
    taken: dict[str, int] | None = None
    first_failures: list[RowProblem] | None = None
    at: datetime
    taken_at: datetime | None


class ImportPage(Answer):
    """Some imports."""

    items: list[ImportAnswer]
    next_cursor: str | None


class TakingAnswer(Answer):
    """An import that is being taken in, and the job to ask about."""

    file: ImportAnswer
    job_id: str


@router.get("/templates/{kind}", responses=_FILE, response_class=Response)
def read_template(_: SignedIn, kind: Kind, form: Literal["csv", "xlsx"] = "csv") -> Response:
    """An empty file to fill in: the header and one invented row."""
    headers = {"Content-Disposition": f'attachment; filename="{kind.value}.{form}"'}
    if form == "xlsx":
        return Response(template(kind, "xlsx"), media_type=_XLSX, headers=headers)
    return Response(template(kind, "csv").encode("utf-8-sig"), media_type=_CSV, headers=headers)


@router.post("", status_code=201, response_model=ImportAnswer)
def try_file(
    by: SignedIn,
    at: Now,
    store: Writing,
    running: TheRunning,
    kind: Annotated[Kind, Form()],
    file: Annotated[UploadFile, File(description="CSV, XLSX, JSON, JSON Lines or a page with schema.org data.")],
) -> Response:
    """Try a file: everything wrong with it is named, and nothing else is changed."""
    largest = running.settings.upload_megabytes * 1_000_000
    tried = actions.try_file(
        content=file.file.read(),
        file_name=file.filename or "upload",
        kind=kind,
        largest_bytes=largest,
        by=by,
        at=at,
        store=store,
    )
    return answer(_json(tried.row), status=201, location=f"/v1/imports/{tried.row.id}")


@router.get("", response_model=ImportPage)
def find(by: SignedIn, store: Reading, page: Cursor) -> Response:
    """Files that were given."""
    found = actions.list_imports(after=page.after, limit=page.limit, by=by, store=store)
    return answer(page_json(found, [_json(row) for row in found.items]))


@router.get("/{import_id}", response_model=ImportAnswer)
def show(import_id: Id, by: SignedIn, store: Reading) -> Response:
    """A file that was given, with how far it is."""
    return answer(_json(actions.read_import(import_id=import_id, by=by, store=store)))


@router.get("/{import_id}/errors", responses=_FILE, response_class=Response)
def errors(import_id: Id, by: SignedIn, at: Now, store: Writing) -> Response:
    """The refused rows, each with what to change, to be mended and sent again."""
    name, content = actions.error_file_of(import_id=import_id, by=by, at=at, store=store)
    form = _XLSX if name.endswith(".xlsx") else _CSV
    shown = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "._-") else "_" for letter in name)
    headers = {"Content-Disposition": f'attachment; filename="{shown}"', "Cache-Control": "no-store"}
    return Response(content, media_type=form, headers=headers)


@router.post("/{import_id}/take", status_code=202, response_model=TakingAnswer)
def take(
    import_id: Id,
    by: SignedIn,
    at: Now,
    store: Writing,
    skip_refused: Annotated[bool, Query(description="Take the good rows in although others are refused.")] = False,
) -> Response:
    """Take the good rows in; a row that was taken in before changes nothing."""
    row, job_id = actions.take_in(import_id=import_id, skip_refused=skip_refused, by=by, at=at, store=store)
    return answer({"file": _json(row), "job_id": job_id}, status=202, location=f"/v1/imports/{row.id}")


def _json(row: Import) -> dict[str, object]:
    return {
        "id": row.id,
        "kind": row.kind,
        "file_name": row.file_name,
        "state": row.state,
        **{name: row.summary[name] for name in ("good", "new", "known", "problems", "first_problems", "notes")},
        "has_error_file": row.error_file is not None,
        **{name: row.summary.get(name) for name in ("done", "taken", "first_failures")},
        "at": row.at,
        "taken_at": row.taken_at,
    }
