"""Pages on the audit record, for auditors: read, of one subject if it is named, and its chain checked."""

from __future__ import annotations

import re

from fastapi import APIRouter, Response

from api.pages.route import PageRoute
from api.pages.visit import Visit
from matching.actions import audit as actions
from matching.actions.users import names_of

router = APIRouter(prefix="/audit", route_class=PageRoute, include_in_schema=False)

_ON_A_PAGE = 25
#: What events are about, in words.
SUBJECTS = {
    "": "Everything",
    "participant": "A participant",
    "vacancy": "A role",
    "employer": "An employer",
    "user": "A user",
    "team": "A team",
    "organisation": "The organisation",
    "allocation": "A proposal",
    "import": "An import",
}


@router.get("")
def read(visit: Visit) -> Response:
    """Show events in their order."""
    kind = visit.asked("kind") if visit.asked("kind") in SUBJECTS else ""
    subject = re.sub(r"[^A-Za-z0-9_-]", "", visit.asked("subject", most=64))
    after = visit.asked("after", most=12)
    page = actions.read_audit(
        subject_kind=kind,
        subject_id=subject,
        after=int(after) if after.isascii() and after.isdecimal() else 0,
        limit=_ON_A_PAGE,
        by=visit.by,
        store=visit.reading,
    )
    names = names_of(user_ids={link.event.who for link in page.items}, store=visit.reading)
    return visit.show("audit/list.html", page=page, names=names, kind=kind, subject=subject, subjects=SUBJECTS)


@router.get("/check")
def check(visit: Visit) -> Response:
    """Check the chain from the first event to the last."""
    return visit.show("audit/check.html", verified=actions.check_audit(by=visit.by, store=visit.reading))
