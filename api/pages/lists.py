"""Pages on shortlists: a person's lists, drawing one up, reading it, and all that people did with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Response

from api.dependencies import Id
from api.pages.entries import Card, cards
from api.pages.person import Person, person_from, person_of
from api.pages.route import PageRoute
from api.pages.visit import SignedInVisit, Visit
from matching.actions import shortlists as actions
from matching.actions.drawing import check_may_be_matched
from matching.actions.jobs import read_job
from matching.actions.shortlists import Pending, ShortlistView
from matching.actions.users import names_of
from matching.errors import Conflict, NotFound

router = APIRouter(route_class=PageRoute, include_in_schema=False)

_ON_A_PAGE = 20


@router.get("/participants/{participant_id}/lists")
def find(participant_id: Id, visit: Visit) -> Response:
    """Show the lists of a person, the newest first."""
    person = person_of(visit, participant_id)
    page = actions.find_newest_shortlists(
        participant_id=participant_id, before=visit.asked("after") or None, limit=_ON_A_PAGE, **visit.stores()
    )
    names = names_of(user_ids={row.drawn_by for row in page.items}, store=visit.reading)
    return visit.show("lists/all.html", person=person, page=page, names=names, cannot=_cannot(person))


@router.get("/participants/{participant_id}/lists/new")
def ask(participant_id: Id, visit: Visit) -> Response:
    """Ask whether a list is to be drawn up."""
    person = person_of(visit, participant_id)
    return visit.show("lists/new.html", person=person, cannot=_cannot(person))


@router.post("/participants/{participant_id}/lists/new")
def draw(participant_id: Id, visit: Visit) -> Response:
    """Draw a list up; while the words of the profile are being read, wait for that first."""
    try:
        drawn = actions.draw_up_shortlist(participant_id=participant_id, pools=visit.pools, **visit.stores())
    except Conflict as refused:
        again = visit.again(refused)
        person = person_of(again, participant_id)
        return again.show("lists/new.html", person=person, cannot=_cannot(person))
    if isinstance(drawn, Pending):
        return visit.go(f"/participants/{participant_id}/lists/waiting?job={drawn.job_id}")
    return visit.go(f"/lists/{drawn.id}", done="list-drawn")


@router.get("/participants/{participant_id}/lists/waiting")
def wait(participant_id: Id, visit: Visit) -> Response:
    """Say how far the reading of a profile's words is."""
    person = person_of(visit, participant_id)
    job = read_job(job_id=visit.asked("job", most=64), by=visit.by, store=visit.reading)
    if job.key != participant_id:
        raise NotFound("There is no such job.")
    return visit.show("lists/waiting.html", person=person, state=job.state)


@router.get("/lists/{shortlist_id}")
def show(shortlist_id: Id, visit: Visit) -> Response:
    """Show a list as people arranged it: why, what is in the way, and what to do next."""
    view = actions.read_shortlist(shortlist_id=shortlist_id, **visit.stores())
    return visit.show("lists/show.html", **reading_of(visit, view))


@router.get("/lists/{shortlist_id}/history")
def history(shortlist_id: Id, visit: Visit) -> Response:
    """Show everything that people changed and decided on a list, the latest first."""
    view = actions.read_shortlist(shortlist_id=shortlist_id, **visit.stores())
    return visit.show("lists/history.html", **reading_of(visit, view), events=_events(view))


def reading_of(visit: SignedInVisit, view: ShortlistView) -> dict[str, Any]:
    """What pages on a list show of it: whose it is, its roles, and who did what."""
    standing, removed = cards(
        view,
        needs=actions.needs_behind(view, store=visit.reading),
        documents=actions.present_documents(view, store=visit.reading),
        today=visit.today,
    )
    return {
        "person": person_from(visit, view.participant),
        "view": view,
        "standing": standing,
        "removed": removed,
        "names": names_of(user_ids=_people(view), store=visit.reading),
    }


def one_card(standing: Sequence[Card], removed: Sequence[Card]) -> Card:
    """The one role of a list that was read for it alone."""
    (card,) = (*standing, *removed)
    return card


def person_behind(visit: SignedInVisit, shortlist_id: str) -> Person:
    """Whose list it is, for those who may read it."""
    row, _ = actions.readable_shortlist(shortlist_id, by=visit.by, store=visit.reading)
    return person_of(visit, row.participant_id)


def _cannot(person: Person) -> str:
    """Why no list can be drawn up; empty where one can."""
    try:
        check_may_be_matched(person.row)
    except Conflict as refused:
        return str(refused)
    return ""


def _people(view: ShortlistView) -> set[str]:
    changed = {each.by for arranged in view.arranged for each in arranged.changes}
    decided = {each.by for arranged in view.arranged for each in arranged.decisions}
    return {view.row.drawn_by, *changed, *decided}


def _events(view: ShortlistView) -> list[Mapping[str, Any]]:
    """Changes and decisions alike, the latest first."""
    found: list[Mapping[str, Any]] = []
    for arranged in view.arranged:
        title = arranged.vacancy.title
        found += [{"at": each.at, "kind": each.kind, "row": each, "title": title} for each in arranged.changes]
        found += [{"at": each.at, "kind": "decided", "row": each, "title": title} for each in arranged.decisions]
    return sorted(found, key=lambda event: event["at"], reverse=True)
