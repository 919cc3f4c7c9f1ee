"""The audit record."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from api.dependencies import Reading, SignedIn, answer, page_json
from api.routes.shapes import Answer
from api.transaction import RecordedRoute
from matching.actions import audit as actions
from matching.audit import ChainedEvent

router = APIRouter(prefix="/v1/audit", tags=["audit"], route_class=RecordedRoute)


class EventAnswer(Answer):
    """One event; `detail` holds ids, codes and counts."""

    seq: int
    at: datetime
    who: str
    action: str
    subject_kind: str
    subject_id: str
    detail: dict[str, Any]
    digest: str


class EventPage(Answer):
    """Some events in their order."""

    items: list[EventAnswer]
    next_cursor: str | None


class VerifiedAnswer(Answer):
    """Whether the chain holds; note `head` elsewhere to tell later whether the whole record was replaced."""

    holds: bool
    events: int
    head: str
    first_break: int | None


@router.get("", response_model=EventPage)
def read(
    by: SignedIn,
    store: Reading,
    cursor: Annotated[str, Query(pattern=r"^[0-9]{1,9}$", description="`next_cursor` of the page before.")] = "0",
    limit: Annotated[int, Query(ge=1, le=500, description="How many at most.")] = 100,
    subject_kind: Annotated[str, Query(pattern=r"^[a-z_]{0,40}$", description="Such as `participant`.")] = "",
    subject_id: Annotated[str, Query(pattern=r"^[A-Za-z0-9_-]{0,64}$")] = "",
) -> Response:
    """Read events in their order, of one subject if it is named."""
    found = actions.read_audit(
        subject_kind=subject_kind, subject_id=subject_id, after=int(cursor), limit=limit, by=by, store=store
    )
    return answer(page_json(found, [_json(link) for link in found.items]))


@router.get("/verify", response_model=VerifiedAnswer)
def verify(by: SignedIn, store: Reading) -> Response:
    """Check that no event is missing, moved or altered."""
    verified = actions.check_audit(by=by, store=store)
    return answer(
        {
            "holds": verified.holds,
            "events": verified.events,
            "head": verified.head,
            "first_break": verified.first_break,
        }
    )


def _json(link: ChainedEvent) -> dict[str, object]:
    return {
        "seq": link.seq,
        "at": link.event.at,
        "who": link.event.who,
        "action": link.event.action,
        "subject_kind": link.event.subject_kind,
        "subject_id": link.event.subject_id,
        "detail": link.event.detail,
        "digest": link.digest,
    }
