"""Pages on one role of a shortlist: decided with the person, moved, taken off, or added by hand, each with a reason."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from api.dependencies import Id
from api.pages.labels import options
from api.pages.lists import one_card, person_behind, reading_of
from api.pages.route import PageRoute
from api.pages.searching import roles_found
from api.pages.typed import FormReader, given
from api.pages.visit import SignedInVisit, Visit
from matching.actions import arranging, decisions
from matching.actions import shortlists as actions
from matching.actions.arranging import MOST_ARRANGED, Because, Direction
from matching.actions.contacts import read_standing
from matching.actions.decisions import Chosen
from matching.actions.vacancies import read_known_vacancy
from matching.errors import Conflict, Invalid
from matching.model.people import Permission
from matching.model.shortlist import Choice, DecisionReason
from matching.model.vacancy import VacancyStatus

router = APIRouter(prefix="/lists/{shortlist_id}", route_class=PageRoute, include_in_schema=False)

_WRITES = (Permission.PARTICIPANTS_WRITE_OWN, Permission.PARTICIPANTS_WRITE_TEAM)
_LONGEST_REASON = 2000
_SET_ASIDE = frozenset({Choice.NOT_NOW, Choice.NOT_WANTED})
_TO_TOP, _TO_PLACE = "top", "place"


# -- decided -----------------------------------------------------------------------------------------------------------


@router.get("/roles/{vacancy_id}/decide")
def ask_to_decide(shortlist_id: Id, vacancy_id: Id, visit: Visit) -> Response:
    """Ask what person and specialist chose for one role."""
    visit.need(*_WRITES)
    return _decision_form(shortlist_id, vacancy_id, visit)


@router.post("/roles/{vacancy_id}/decide")
def decide(shortlist_id: Id, vacancy_id: Id, visit: Visit) -> Response:
    """Keep a decision on one role, with its reason."""
    try:
        chosen = _chosen(visit.form())
        row, _ = actions.readable_shortlist(shortlist_id, by=visit.by, store=visit.reading)
        decisions.decide(
            participant_id=row.participant_id,
            vacancy_id=vacancy_id,
            shortlist_id=shortlist_id,
            chosen=chosen,
            by=visit.by,
            at=visit.at,
            store=visit.writing,
        )
    except (Invalid, Conflict) as refused:
        return _decision_form(shortlist_id, vacancy_id, visit.again(refused))
    return visit.go(f"/lists/{shortlist_id}", done=f"decided-{chosen.choice.value.replace('_', '-')}")


@router.post("/roles/{vacancy_id}/take-back")
def take_back(shortlist_id: Id, vacancy_id: Id, visit: Visit) -> Response:
    """Take back what was decided on one role."""
    try:
        form = visit.form()
        words = form.long_text("why", most=_LONGEST_REASON)
        form.done()
        row, _ = actions.readable_shortlist(shortlist_id, by=visit.by, store=visit.reading)
        decisions.take_back(
            participant_id=row.participant_id,
            vacancy_id=vacancy_id,
            words=words,
            by=visit.by,
            at=visit.at,
            store=visit.writing,
        )
    except (Invalid, Conflict) as refused:
        return _decision_form(shortlist_id, vacancy_id, visit.again(refused))
    return visit.go(f"/lists/{shortlist_id}", done="decision-taken-back")


def _chosen(form: FormReader) -> Chosen:
    choice = form.choice("choice", Choice, needed="Choose what you decided.")
    reason = form.choice("reason", DecisionReason)
    words = form.long_text("words", most=_LONGEST_REASON)
    if choice in _SET_ASIDE and reason is None:
        form.refuse("reason", "Choose a reason. It helps to find better roles.")
    if choice is Choice.PUT_FORWARD and reason is None and not words:
        form.refuse("words", "Say why, in a sentence or with a reason.")
    _check_words(form, reason, words)
    form.done()
    return Chosen(choice=given(choice), reason=reason, words=words)


def _decision_form(shortlist_id: str, vacancy_id: str, visit: SignedInVisit) -> Response:
    known = _one_role(shortlist_id, vacancy_id, visit)
    employer_id = known["card"].arranged.employer.id
    standing = read_standing(employer_id=employer_id, on=visit.today, by=visit.by, store=visit.reading)
    return visit.show("lists/decide.html", **known, contact=standing, reasons=_reasons())


# -- arranged ----------------------------------------------------------------------------------------------------------


@router.get("/roles/{vacancy_id}/move")
def ask_to_move(shortlist_id: Id, vacancy_id: Id, visit: Visit) -> Response:
    """Ask where a role is to stand, and why."""
    visit.need(*_WRITES)
    return _form("lists/move.html", shortlist_id, vacancy_id, visit)


@router.post("/roles/{vacancy_id}/move")
def move(shortlist_id: Id, vacancy_id: Id, visit: Visit) -> Response:
    """Move a role up, down, to the top or to a place."""
    try:
        form = visit.form()
        to, because = _where(form), _because(form)
        arranging.move_entry(
            shortlist_id=shortlist_id,
            vacancy_id=vacancy_id,
            to=to,
            because=because,
            version=form.version(),
            by=visit.by,
            at=visit.at,
            store=visit.writing,
        )
    except (Invalid, Conflict) as refused:
        return _form("lists/move.html", shortlist_id, vacancy_id, visit.again(refused))
    return visit.go(f"/lists/{shortlist_id}", done="role-moved")


@router.get("/roles/{vacancy_id}/remove")
def ask_to_remove(shortlist_id: Id, vacancy_id: Id, visit: Visit) -> Response:
    """Ask why a role is to be taken off."""
    visit.need(*_WRITES)
    return _form("lists/remove.html", shortlist_id, vacancy_id, visit)


@router.post("/roles/{vacancy_id}/remove")
def remove(shortlist_id: Id, vacancy_id: Id, visit: Visit) -> Response:
    """Take a role off a list; its history stays."""
    try:
        form = visit.form()
        arranging.remove_entry(
            shortlist_id=shortlist_id,
            vacancy_id=vacancy_id,
            because=_because(form),
            version=form.version(),
            by=visit.by,
            at=visit.at,
            store=visit.writing,
        )
    except (Invalid, Conflict) as refused:
        return _form("lists/remove.html", shortlist_id, vacancy_id, visit.again(refused))
    return visit.go(f"/lists/{shortlist_id}", done="role-taken-off")


@router.get("/add")
def look_for_role(shortlist_id: Id, visit: Visit) -> Response:
    """Look through all open roles for one to add."""
    visit.need(*_WRITES)
    person = person_behind(visit, shortlist_id)
    found = roles_found(visit, only_status=VacancyStatus.OPEN)
    return visit.show("lists/add.html", person=person, shortlist_id=shortlist_id, found=found)


@router.get("/roles/{vacancy_id}/add")
def ask_to_add(shortlist_id: Id, vacancy_id: Id, visit: Visit) -> Response:
    """Ask why a role is to be added, and where."""
    visit.need(*_WRITES)
    return _addition_form(shortlist_id, vacancy_id, visit)


@router.post("/roles/{vacancy_id}/add")
def add(shortlist_id: Id, vacancy_id: Id, visit: Visit) -> Response:
    """Add a role by hand; one that is ruled out is marked as such."""
    try:
        form = visit.form()
        place = form.whole("place", least=1, most=MOST_ARRANGED, what="The place")
        arranging.add_entry(
            shortlist_id=shortlist_id,
            vacancy_id=vacancy_id,
            place=place,
            because=_because(form),
            version=form.version(),
            pools=visit.pools,
            **visit.stores(),
        )
    except (Invalid, Conflict) as refused:
        return _addition_form(shortlist_id, vacancy_id, visit.again(refused))
    return visit.go(f"/lists/{shortlist_id}", done="role-added")


def _addition_form(shortlist_id: str, vacancy_id: str, visit: SignedInVisit) -> Response:
    row, _ = actions.readable_shortlist(shortlist_id, by=visit.by, store=visit.reading)
    person = person_behind(visit, shortlist_id)
    known = read_known_vacancy(vacancy_id=vacancy_id, by=visit.by, store=visit.reading)
    return visit.show("lists/add_role.html", person=person, row=row, known=known, reasons=_reasons())


def _form(template: str, shortlist_id: str, vacancy_id: str, visit: SignedInVisit) -> Response:
    return visit.show(template, **_one_role(shortlist_id, vacancy_id, visit), reasons=_reasons())


def _one_role(shortlist_id: str, vacancy_id: str, visit: SignedInVisit) -> dict[str, Any]:
    view = actions.read_entry(shortlist_id=shortlist_id, vacancy_id=vacancy_id, **visit.stores())
    known = reading_of(visit, view)
    return {**known, "card": one_card(known["standing"], known["removed"])}


def _where(form: FormReader) -> int | Direction:
    to = form.one_of(
        "to", (Direction.UP, Direction.DOWN, _TO_TOP, _TO_PLACE), needed="Choose where the role is to stand."
    )
    if to == _TO_TOP:
        return 1
    if to == _TO_PLACE:
        place = form.whole("place", least=1, most=MOST_ARRANGED, needed="Enter the number of the place.")
        return place or 1
    return Direction(to) if to else Direction.UP


def _because(form: FormReader) -> Because:
    reason = form.choice("reason", DecisionReason, needed="Choose a reason.")
    words = form.long_text("words", most=_LONGEST_REASON)
    _check_words(form, reason, words)
    form.done()
    return Because(reason=given(reason), words=words)


def _check_words(form: FormReader, reason: DecisionReason | None, words: str) -> None:
    if reason is DecisionReason.OTHER and not words:
        form.refuse("words", "Say in a few words what the other reason is.")


def _reasons() -> list[tuple[str, str]]:
    return [("", "Choose a reason"), *options(DecisionReason)]
