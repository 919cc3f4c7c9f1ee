"""Files taken out: what is filtered, and the pseudonymised history."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Response
from pydantic import StringConstraints

from api.dependencies import Cursor, Now, Reading, SignedIn, TheRunning, Writing, answer, page_json
from api.routes.shapes import Answer, IdText, Shape
from api.transaction import RecordedRoute
from matching.actions import exports as actions
from matching.actions.exports import ExportKind
from matching.actions.history import PSEUDONYMS
from matching.actions.history import history as make_history
from matching.model.vacancy import VacancySource, VacancyStatus
from matching.store.vacancies import VacancyFilter

router = APIRouter(prefix="/v1/exports", tags=["exports"], route_class=RecordedRoute)

_CSV = "text/csv; charset=utf-8"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_ZIP = "application/zip"


class ExportSent(Shape):
    """What to take out, filtered how."""

    kind: ExportKind
    form: Literal["csv", "xlsx"] = "csv"
    status: VacancyStatus | None = None
    source: VacancySource | None = None
    employer_id: IdText | None = None
    search: Annotated[str, StringConstraints(max_length=100)] = ""

    @property
    def only(self) -> VacancyFilter:
        """The filter of vacancies."""
        return VacancyFilter(status=self.status, source=self.source, employer_id=self.employer_id, search=self.search)


class ExportAnswer(Answer):
    """A file that was taken out."""

    id: str
    kind: ExportKind | Literal["participant"]
    form: str
    row_count: int
    by: str
    at: datetime


class ExportPage(Answer):
    """Some exports."""

    items: list[ExportAnswer]
    next_cursor: str | None


@router.post(
    "",
    response_class=Response,
    responses={200: {"content": {_CSV: {}, _XLSX: {}}, "description": "The file."}},
)
def make(sent: ExportSent, by: SignedIn, at: Now, store: Writing) -> Response:
    """Make a file of what is filtered; `X-Not-Held` counts the cells that a table could not hold."""
    made = actions.export_file(
        kind=sent.kind, form=sent.form, only=sent.only, search=sent.search, by=by, at=at, store=store
    )
    headers = {
        "Content-Disposition": f'attachment; filename="{sent.kind.value}.{sent.form}"',
        "Cache-Control": "no-store",
        "X-Not-Held": str(len(made.not_held)),
    }
    return Response(made.content, media_type=_XLSX if sent.form == "xlsx" else _CSV, headers=headers)


@router.get("", response_model=ExportPage)
def find(by: SignedIn, store: Reading, page: Cursor) -> Response:
    """What was taken out, by whom and when."""
    found = actions.list_exports(after=page.after, limit=page.limit, by=by, store=store)
    items = [
        {"id": row.id, "kind": row.kind, "form": row.form, "row_count": row.row_count, "by": row.by, "at": row.at}
        for row in found.items
    ]
    return answer(page_json(found, items))


@router.get(
    "/history",
    response_class=Response,
    responses={200: {"content": {_ZIP: {}}, "description": "CSV files in a ZIP."}},
)
def history(by: SignedIn, at: Now, store: Writing, running: TheRunning) -> Response:
    """The history for evaluators: pseudonyms alone, verdicts without sentences."""
    key = running.sealer.signing_keys(PSEUDONYMS)[0]
    content = make_history(key=key, by=by, at=at, store=store)
    headers = {"Content-Disposition": 'attachment; filename="history.zip"', "Cache-Control": "no-store"}
    return Response(content, media_type=_ZIP, headers=headers)
