"""Vocational profiles: versions, changes, drafts of second savers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field, StringConstraints

from api.dependencies import Cursor, Id, IfMatch, Now, SignedIn, TheRunning, Writing, answer, page_json
from api.routes.shapes import Answer, Shape
from api.transaction import RecordedRoute, Work
from matching.actions import profiles as actions
from matching.actions.profile_changes import Change
from matching.actions.profiles import DraftView, ProfileView, StaleProfile
from matching.errors import Invalid, Problem, Where
from matching.model.people import StatementSource
from matching.store.tables import ProfileVersion

router = APIRouter(prefix="/v1/participants/{participant_id}/profile", tags=["profiles"], route_class=RecordedRoute)

FieldName = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Version = Annotated[int, Path(ge=1, le=999_999_999)]


class ChangeSent(Shape):
    """A new value of one field of the interchange format; `null` makes it unknown."""

    field: Annotated[FieldName, Field(description="`wanted_work`, or a member such as `hours.min`.")]
    value: Any
    source: StatementSource
    said_on: date


class ChangesSent(Shape):
    """Some fields to change."""

    changes: Annotated[list[ChangeSent], Field(min_length=1, max_length=100)]

    def for_domain(self) -> list[Change]:
        """The same for the domain."""
        return [
            Change(field=each.field, value=each.value, source=each.source, said_on=each.said_on)
            for each in self.changes
        ]


class TakingUpSent(Shape):
    """Which fields of the draft to take; all of them unless some are named."""

    fields: Annotated[list[FieldName], Field(min_length=1, max_length=100)] | None = None


class StatementAnswer(Answer):
    """Who said what stands in a field, when, and who wrote it down."""

    source: StatementSource
    said_on: date
    written_by: str
    written_on: date


class ProfileAnswer(Answer):
    """A version of a profile in the interchange format; version 0 says nothing yet."""

    participant_id: str
    version: int
    document: dict[str, Any]
    statements: dict[str, StatementAnswer]
    shows_safety: bool
    written_by: str | None
    written_at: datetime | None
    merged: bool


class VersionAnswer(Answer):
    """That there is a version, who wrote it and when."""

    version: int
    written_by: str
    written_at: datetime


class VersionPage(Answer):
    """Some versions, the latest first."""

    items: list[VersionAnswer]
    next_cursor: str | None


class DifferenceAnswer(Answer):
    """A field in which two versions differ."""

    field: str
    before: Any
    after: Any


class ComparisonAnswer(Answer):
    """Everything in which two versions differ."""

    before: int
    after: int
    differences: list[DifferenceAnswer]


class DraftedAnswer(Answer):
    """A field of a draft, beside what the profile says now."""

    field: str
    value: Any
    present: Any
    source: StatementSource
    said_on: date


class DraftAnswer(Answer):
    """What a second saver had written."""

    id: str
    participant_id: str
    base_version: int
    present_version: int
    written_by: str
    written_at: datetime
    changes: list[DraftedAnswer]


class DraftsAnswer(Answer):
    """All drafts of a profile."""

    items: list[DraftAnswer]


@router.get("", response_model=ProfileAnswer)
def show(participant_id: Id, by: SignedIn, at: Now, store: Writing) -> Response:
    """Read the latest version."""
    return _answer(actions.read_profile_version(participant_id=participant_id, by=by, at=at, store=store))


@router.patch("", response_model=ProfileAnswer)
def write(
    participant_id: Id,
    sent: ChangesSent,
    version: IfMatch,
    by: SignedIn,
    at: Now,
    store: Writing,
    request: Request,
    running: TheRunning,
) -> Response:
    """Write a new version with some fields changed; `If-Match` names the version that was read."""
    try:
        view = actions.write_profile(
            participant_id=participant_id,
            changes=sent.for_domain(),
            base_version=version,
            by=by,
            at=at,
            store=store,
        )
    except StaleProfile as stale:
        # The draft has a transaction of its own: that of the request is rolled back, and ends first, since on SQLite
        # it holds the one lock for writers.
        work: Work = request.state.work
        work.abandon(stale)
        with running.database.writing(by.organisation_id) as own:
            draft = actions.keep_draft(participant_id=participant_id, stale=stale, by=by, at=at, store=own)
        raise stale.with_draft(draft.id) from None
    return _answer(view)


@router.get("/versions", response_model=VersionPage)
def versions(participant_id: Id, by: SignedIn, at: Now, store: Writing, page: Cursor) -> Response:
    """List the versions, the latest first."""
    found = actions.list_profile_versions(
        participant_id=participant_id, before=_number(page.after), limit=page.limit, by=by, at=at, store=store
    )
    return answer(page_json(found, [_version_json(row) for row in found.items]))


@router.get("/versions/{version}", response_model=ProfileAnswer)
def show_version(participant_id: Id, version: Version, by: SignedIn, at: Now, store: Writing) -> Response:
    """Read one version."""
    return _answer(
        actions.read_profile_version(participant_id=participant_id, version=version, by=by, at=at, store=store)
    )


@router.get("/comparison", response_model=ComparisonAnswer)
def compare(
    participant_id: Id,
    by: SignedIn,
    at: Now,
    store: Writing,
    before: Annotated[int, Query(ge=1, le=999_999_999)],
    after: Annotated[int, Query(ge=1, le=999_999_999)],
) -> Response:
    """Compare two versions."""
    found = actions.compare_profile_versions(
        participant_id=participant_id, before=before, after=after, by=by, at=at, store=store
    )
    told = [{"field": each.field, "before": each.before, "after": each.after} for each in found]
    return answer({"before": before, "after": after, "differences": told})


@router.get("/drafts", response_model=DraftsAnswer)
def drafts(participant_id: Id, by: SignedIn, at: Now, store: Writing) -> Response:
    """List what second savers had written, beside what the profile says now."""
    found = actions.list_drafts(participant_id=participant_id, by=by, at=at, store=store)
    return answer({"items": [_draft_json(draft) for draft in found]})


@router.post("/drafts/{draft_id}/taking-up", response_model=ProfileAnswer)
def take_up(
    participant_id: Id, draft_id: Id, sent: TakingUpSent, version: IfMatch, by: SignedIn, at: Now, store: Writing
) -> Response:
    """Write what a draft says over the present version; fields that are not named stay in the draft."""
    view = actions.take_up_draft(
        participant_id=participant_id,
        draft_id=draft_id,
        fields=sent.fields,
        version=version,
        by=by,
        at=at,
        store=store,
    )
    return _answer(view)


@router.delete("/drafts/{draft_id}", status_code=204)
def throw_away(participant_id: Id, draft_id: Id, by: SignedIn, at: Now, store: Writing) -> Response:
    """Throw a draft away; only who wrote it may."""
    actions.throw_draft_away(participant_id=participant_id, draft_id=draft_id, by=by, at=at, store=store)
    return Response(status_code=204, headers={"Cache-Control": "no-store"})


def _number(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    if not cursor.isdecimal() or len(cursor) > 9:
        raise Invalid([Problem(Where(field="cursor"), "is not a cursor of this list")])
    return int(cursor)


def _answer(view: ProfileView) -> Response:
    told = {
        "participant_id": view.participant_id,
        "version": view.version,
        "document": view.document,
        "statements": view.statements,
        "shows_safety": view.shows_safety,
        "written_by": view.written_by,
        "written_at": view.written_at,
        "merged": view.merged,
    }
    return answer(told, version=view.version)


def _version_json(row: ProfileVersion) -> dict[str, object]:
    return {"version": row.version, "written_by": row.written_by, "written_at": row.written_at}


def _draft_json(draft: DraftView) -> dict[str, object]:
    return {
        "id": draft.id,
        "participant_id": draft.participant_id,
        "base_version": draft.base_version,
        "present_version": draft.present_version,
        "written_by": draft.written_by,
        "written_at": draft.written_at,
        "changes": [
            {
                "field": change.field,
                "value": change.value,
                "present": draft.present[change.field],
                "source": change.source,
                "said_on": change.said_on,
            }
            for change in draft.changes
        ],
    }
