"""Pages on what a profile said and says: the whole of it, its versions, two compared, and drafts of second savers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Path, Response

from api.dependencies import Id
from api.pages.labels import LABELS
from api.pages.person import person_of
from api.pages.profile_sections.saving import present, writer
from api.pages.profile_words import SECTIONS, field_words, said, told
from api.pages.route import PageRoute
from api.pages.typed import FormReader
from api.pages.visit import SignedInVisit, Visit
from matching.actions import profiles as actions
from matching.actions.profile_changes import Difference
from matching.actions.profiles import ProfileView
from matching.errors import Conflict, Invalid
from matching.model.people import StatementSource

router = APIRouter(prefix="/participants/{participant_id}/profile", route_class=PageRoute, include_in_schema=False)

Version = Annotated[int, Path(ge=1, le=999_999_999)]
_ON_A_PAGE = 10
_SOURCES = {source.value: words for source, words in LABELS[StatementSource].items()}


@router.get("/whole")
def whole(participant_id: Id, visit: Visit) -> Response:
    """Show everything that the profile says, on one page to print."""
    person = person_of(visit, participant_id)
    view = present(visit, participant_id)
    return visit.show("profiles/whole.html", person=person, view=view, **_everything(visit, view))


def _everything(visit: SignedInVisit, view: ProfileView) -> dict[str, Any]:
    sections = [
        (section, told(view.document, section.slug, safety=view.shows_safety))
        for section in SECTIONS
        if view.shows_safety or not section.safety
    ]
    return {
        "sections": sections,
        "statements": view.statements,
        "sources": _SOURCES,
        "writer": _name(visit, view.written_by),
    }


def _name(visit: SignedInVisit, user_id: str | None) -> str:
    user = visit.reading.users.find(user_id) if user_id else None
    return user.name if user is not None else "somebody who is not here any more"


@router.get("/versions")
def versions(participant_id: Id, visit: Visit) -> Response:
    """List the versions, the latest first, with what changed in each."""
    person = person_of(visit, participant_id)
    after = visit.asked("after", most=9)
    page = actions.list_profile_history(
        participant_id=participant_id,
        before=int(after) if after.isascii() and after.isdecimal() else None,
        limit=_ON_A_PAGE,
        by=visit.by,
        at=visit.at,
        store=visit.writing,
    )
    items = [
        (each.row, _name(visit, each.row.written_by), None if each.changed is None else _in_words(each.changed))
        for each in page.items
    ]
    return visit.show("profiles/versions.html", person=person, items=items, next_after=page.next_after)


@router.get("/versions/{version}")
def show_version(participant_id: Id, version: Version, visit: Visit) -> Response:
    """Show one version."""
    person = person_of(visit, participant_id)
    view = actions.read_profile_version(
        participant_id=participant_id, version=version, by=visit.by, at=visit.at, store=visit.writing
    )
    return visit.show(
        "profiles/version.html",
        person=person,
        view=view,
        latest=person.row.profile_version,
        **_everything(visit, view),
    )


@router.get("/compare")
def compare(participant_id: Id, visit: Visit) -> Response:
    """Show in what two versions differ."""
    person = person_of(visit, participant_id)
    latest = person.row.profile_version
    before, after = (_number(visit.asked(name, most=9)) for name in ("from", "to"))
    after = after if 1 <= after <= latest else latest
    before = before if 1 <= before <= latest else max(after - 1, 1)
    found = (
        actions.compare_profile_versions(
            participant_id=participant_id, before=before, after=after, by=visit.by, at=visit.at, store=visit.writing
        )
        if latest
        else []
    )
    return visit.show(
        "profiles/compare.html", person=person, latest=latest, before=before, after=after, found=_in_words(found)
    )


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() else 0


def _in_words(found: list[Difference]) -> list[Mapping[str, Any]]:
    return [
        {
            "words": field_words(each.field).words,
            "before": said(each.field, each.before),
            "after": said(each.field, each.after),
        }
        for each in found
    ]


# -- drafts ------------------------------------------------------------------------------------------------------------


@router.get("/drafts")
def drafts(participant_id: Id, visit: Visit) -> Response:
    """Show what second savers had written, beside what the profile says now."""
    return _drafts(visit, participant_id)


@router.post("/drafts/{draft_id}/take-up")
def take_up(participant_id: Id, draft_id: Id, visit: Visit) -> Response:
    """Write the ticked fields of a draft over what stands there now."""
    form = FormReader(visit.typed)
    fields = [field for field in visit.typed.all("fields") if field]
    if not fields:
        form.refuse(f"fields-{draft_id}", "Tick at least one of these.")
    try:
        form.done()
        actions.take_up_draft(
            participant_id=participant_id,
            draft_id=draft_id,
            fields=fields,
            version=form.version(),
            by=visit.by,
            at=visit.at,
            store=visit.writing,
        )
    except (Invalid, Conflict) as error:
        return _drafts(visit.again(error), participant_id, chosen=(draft_id, fields))
    return visit.go(f"/participants/{participant_id}/profile/drafts", done="draft-taken-up")


@router.post("/drafts/{draft_id}/throw-away")
def throw_away(participant_id: Id, draft_id: Id, visit: Visit) -> Response:
    """Throw a draft away."""
    actions.throw_draft_away(
        participant_id=participant_id, draft_id=draft_id, by=visit.by, at=visit.at, store=visit.writing
    )
    return visit.go(f"/participants/{participant_id}/profile/drafts", done="draft-thrown-away")


def _drafts(visit: SignedInVisit, participant_id: str, *, chosen: tuple[str, list[str]] | None = None) -> Response:
    person = writer(visit, participant_id)
    found = actions.list_drafts(participant_id=participant_id, by=visit.by, at=visit.at, store=visit.writing)
    items = [
        {
            "id": draft.id,
            "mine": draft.written_by == visit.by.user_id,
            "who": _name(visit, draft.written_by),
            "at": draft.written_at,
            "changes": [
                {
                    "field": change.field,
                    "words": field_words(change.field).words,
                    "now": said(change.field, draft.present[change.field]),
                    "draft": said(change.field, change.value),
                    "ticked": chosen is None or chosen[0] != draft.id or change.field in chosen[1],
                }
                for change in draft.changes
            ],
        }
        for draft in found
    ]
    return visit.show("profiles/drafts.html", person=person, drafts=items, version=person.row.profile_version)
