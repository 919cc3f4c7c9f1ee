"""Pages on everything that we hold of somebody: read by them, taken along as a file, erased for good."""

from __future__ import annotations

import orjson
from fastapi import APIRouter, Response
from starlette.background import BackgroundTask

from api.dependencies import Id
from api.pages.held import sections_of
from api.pages.person import person_of
from api.pages.route import PageRoute
from api.pages.visit import SignedInVisit, Visit
from matching.actions.erasure import erase_participant, wipe_log
from matching.actions.subject_access import export_participant, names_in
from matching.errors import Invalid
from matching.model.people import Permission

router = APIRouter(prefix="/participants/{participant_id}", route_class=PageRoute, include_in_schema=False)


@router.get("/held")
def show_held(participant_id: Id, visit: Visit) -> Response:
    """Show everything that is held on a participant, as they may ask to see it."""
    person = person_of(visit, participant_id)
    held = export_participant(participant_id=participant_id, by=visit.by, at=visit.at, store=visit.writing)
    names = names_in(held, by=visit.by, store=visit.reading)
    return visit.show("participants/held.html", person=person, sections=sections_of(held, names))


@router.get("/held.json")
def give_held(participant_id: Id, visit: Visit) -> Response:
    """Give the same as a file."""
    held = export_participant(participant_id=participant_id, by=visit.by, at=visit.at, store=visit.writing)
    return Response(
        orjson.dumps(held, option=orjson.OPT_INDENT_2),
        media_type="application/json",
        headers={
            "Cache-Control": "no-store",
            "Content-Disposition": f'attachment; filename="participant-{participant_id}.json"',
        },
    )


@router.get("/erase")
def ask_to_erase(participant_id: Id, visit: Visit) -> Response:
    """Say what erasing does, and ask."""
    return _ask(participant_id, visit)


@router.post("/erase")
def answer_to_erase(participant_id: Id, visit: Visit) -> Response:
    """Go on to the last check, or leave everything as it is."""
    visit.need(Permission.PARTICIPANTS_ERASE)
    person_of(visit, participant_id)
    try:
        form = visit.form()
        erases = form.yes_no("erase", needed="Choose whether to erase or to keep.")
        form.done()
    except Invalid as refused:
        return _ask(participant_id, visit.again(refused))
    path = f"/participants/{participant_id}"
    return visit.go(f"{path}/erase/check" if erases else path, done="" if erases else "participant-kept")


@router.get("/erase/check")
def ask_again(participant_id: Id, visit: Visit) -> Response:
    """Ask a last time, and name whom it is about."""
    visit.need(Permission.PARTICIPANTS_ERASE)
    return visit.show("participants/erase_check.html", person=person_of(visit, participant_id))


@router.post("/erase/check")
def erase(participant_id: Id, visit: Visit) -> Response:
    """Erase a participant for good; only codes, days and counts stay."""
    erase_participant(participant_id=participant_id, by=visit.by, at=visit.at, store=visit.writing)
    answered = visit.go("/participants", done="participant-erased")
    # After the commit: what was replaced must not stay in the log of the database.
    answered.background = BackgroundTask(wipe_log, visit.running.database)
    return answered


def _ask(participant_id: str, visit: SignedInVisit) -> Response:
    visit.need(Permission.PARTICIPANTS_ERASE)
    return visit.show("participants/erase.html", person=person_of(visit, participant_id))
