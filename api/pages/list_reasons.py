"""Pages on what a shortlist left out: why a role is not there, all by reason, and what one change would open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Response

from api.dependencies import Id
from api.pages.entries import aspect_words, by_aspect, is_in_the_way, rank_words, ruled_out_by
from api.pages.lists import person_behind
from api.pages.route import PageRoute
from api.pages.searching import roles_found
from api.pages.visit import SignedInVisit, Visit
from matching.actions import redrawing
from matching.actions import shortlists as actions
from matching.actions.redrawing import NamedRole
from matching.actions.vacancies import read_known_vacancy
from matching.errors import Conflict
from matching.model.finding import Aspect

router = APIRouter(prefix="/lists/{shortlist_id}", route_class=PageRoute, include_in_schema=False)

_ON_A_PAGE = 20
_NEARLY_ON_A_PAGE = 10


@router.get("/why")
def why(shortlist_id: Id, visit: Visit) -> Response:
    """Say why a role is, or is not, on a list; look for it by its words first."""
    person = person_behind(visit, shortlist_id)
    vacancy_id = visit.asked("role", most=64)
    known: dict[str, Any] = {"person": person, "shortlist_id": shortlist_id, "found": roles_found(visit)}
    if not vacancy_id:
        return visit.show("lists/why.html", **known)
    role = read_known_vacancy(vacancy_id=vacancy_id, by=visit.by, store=visit.reading)
    try:
        told = redrawing.explain_absence(
            shortlist_id=shortlist_id, vacancy_id=vacancy_id, pools=visit.pools, **visit.stores()
        )
    except Conflict as refused:
        return _cannot(visit, shortlist_id, refused)
    against = ruled_out_by(told["findings"])
    return visit.show(
        "lists/why_one.html",
        **known,
        role=role,
        told=told,
        ruled_out_by=against,
        aspects=by_aspect(told["findings"]),
        about=_first_in_the_way(told["findings"]),
        would_be=rank_words(told["would_rank"]) if told["would_rank"] else "",
    )


@router.get("/excluded")
def excluded(shortlist_id: Id, visit: Visit) -> Response:
    """Show the roles that were left out, with every reason, and how many there are for each."""
    person = person_behind(visit, shortlist_id)
    asked = visit.asked("reason", most=40)
    aspect = next((each for each in Aspect if each.value == asked), None)
    try:
        page = redrawing.read_excluded(
            shortlist_id=shortlist_id,
            aspect=aspect,
            after=_after(visit),
            limit=_ON_A_PAGE,
            pools=visit.pools,
            **visit.stores(),
        )
    except Conflict as refused:
        return _cannot(visit, shortlist_id, refused)
    roles = _named(page.items, visit)
    row, _ = actions.readable_shortlist(shortlist_id, by=visit.by, store=visit.reading)
    counts = [(name, aspect_words(name), count) for name, count in page.by_reason.items()]
    return visit.show(
        "lists/excluded.html",
        person=person,
        row=row,
        page=page,
        roles=roles,
        chosen=aspect,
        counts=sorted(counts, key=lambda each: (-each[2], each[1])),
        aspects={each["vacancy_ref"]: by_aspect(each["because"]) for each in page.items},
    )


@router.get("/nearly")
def nearly(shortlist_id: Id, visit: Visit) -> Response:
    """Show the roles that one change by the employer would open, those that would stand first on top."""
    person = person_behind(visit, shortlist_id)
    try:
        page = redrawing.read_negotiation(
            shortlist_id=shortlist_id,
            after=_after(visit),
            limit=_NEARLY_ON_A_PAGE,
            pools=visit.pools,
            **visit.stores(),
        )
    except Conflict as refused:
        return _cannot(visit, shortlist_id, refused)
    roles = _named(page.items, visit)
    items = [
        {
            **each,
            "role": roles[each["vacancy_ref"]],
            "would_be": rank_words(each["would_rank"]),
            "others": each["opens_for"] - 1,
            "about": f"{each['blocked_by'][0]['aspect']}.{each['blocked_by'][0]['part']}",
        }
        for each in page.items
        if each["vacancy_ref"] in roles
    ]
    return visit.show(
        "lists/nearly.html", person=person, shortlist_id=shortlist_id, items=items, next_after=page.next_after
    )


def _first_in_the_way(findings: Sequence[Mapping[str, Any]]) -> str:
    """What the question to the employer is about; empty where nothing is in the way."""
    return next((f"{each['aspect']}.{each['part']}" for each in findings if is_in_the_way(each)), "")


def _named(items: Sequence[Mapping[str, Any]], visit: SignedInVisit) -> dict[str, NamedRole]:
    refs = [each["vacancy_ref"] for each in items]
    return redrawing.roles_with_refs(refs=refs, by=visit.by, store=visit.reading)


def _after(visit: SignedInVisit) -> str | None:
    """Where the page begins; what is no such place begins at the top."""
    asked = visit.asked("after", most=9)
    return asked if asked.isascii() and asked.isdecimal() else None


def _cannot(visit: SignedInVisit, shortlist_id: str, refused: Conflict) -> Response:
    """A list that cannot be drawn again, as after a change of the method, is still there to be read."""
    again = visit.again(refused)
    person = person_behind(again, shortlist_id)
    return again.show("lists/not_again.html", person=person, shortlist_id=shortlist_id)
