"""My day: what is due, who has waited longest, what to ask which employer, and which roles to look after."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from api.pages.calls import calls_for
from api.pages.route import PageRoute
from api.pages.visit import SignedInVisit, Visit
from matching.actions.alerts import alerts_told
from matching.actions.contacts import planned_contacts
from matching.actions.looking import look_through
from matching.actions.my_day import check_ins_due, waiting_longest
from matching.actions.participants import Caseload, caseload_counts, caseload_sentence
from matching.actions.vacancies import confirm_vacancy, unconfirmed_since
from matching.errors import Conflict
from matching.model.people import Permission
from matching.store.vacancies import VacancyFilter

router = APIRouter(route_class=PageRoute, include_in_schema=False)

#: As many of each as somebody takes in at once; the rest is one press away.
_SHOWN = 5
#: Each with its first two questions.
_CALLS = 3
#: Roles that nobody will have confirmed in time in so many days.
_SOON_DAYS = 14


@router.get("/")
def show(visit: Visit) -> Response:
    """Show what the day asks for, or lead on whose work has no such day."""
    if not visit.by.can_any({Permission.PARTICIPANTS_READ_OWN, Permission.QUESTIONS_READ}):
        first = next((place["href"] for place in visit.menu if place["href"] != "/"), "/account")
        return visit.go(first)
    # What only reads comes first: the first note of what was read takes the writers' turn.
    known = {**_roles(visit), **_planned(visit), **_calls(visit), **_people(visit)}
    return visit.show("my_day/show.html", **known)


@router.post("/my-day/still-there")
def confirm(visit: Visit) -> Response:
    """Say that a role is still there, and come back."""
    vacancy_id = visit.typed.get("vacancy_id")
    try:
        confirm_vacancy(vacancy_id=vacancy_id, by=visit.by, at=visit.at, store=visit.writing)
    except Conflict:
        # It was filled or closed meanwhile: its own page says so, and what can be done.
        visit.work.begin_again()
        return visit.go(f"/roles/{vacancy_id}/status")
    return visit.go("/", done="role-still-there")


def _people(visit: SignedInVisit) -> dict[str, Any]:
    """Who waits, what is due with them, and what is new for them; nothing where the asker reads no participants."""
    if not visit.can(Permission.PARTICIPANTS_READ_OWN):
        return {"reads_people": False}
    of = Caseload.OWN
    counts = caseload_counts(of=of, by=visit.by, store=visit.reading)
    if not counts and visit.can(Permission.PARTICIPANTS_READ_TEAM):
        of = Caseload.TEAM  # who leads and supports nobody sees the team's day
        counts = caseload_counts(of=of, by=visit.by, store=visit.reading)
    due = check_ins_due(**visit.stores())
    alerts = alerts_told(only_new=True, after=None, limit=_SHOWN, **visit.stores())
    waiting = waiting_longest(of=of, limit=_SHOWN, by=visit.by, at=visit.at, store=visit.writing)
    return {
        "reads_people": True,
        "of_team": of is Caseload.TEAM,
        "waiting": waiting,
        "caseload": caseload_sentence(counts[0]) if of is Caseload.OWN and counts else "",
        "supported": sum(each.active for each in counts),
        "check_ins": due[:_SHOWN],
        "more_check_ins": len(due) - _SHOWN,
        "alerts": alerts.items,
        "more_alerts": alerts.next_after is not None,
    }


def _calls(visit: SignedInVisit) -> dict[str, Any]:
    if not visit.can(Permission.QUESTIONS_READ):
        return {"asks": False}
    # More than are shown, since those who want no contact today are passed over.
    page = calls_for(visit, limit=2 * _SHOWN)
    today = [call for call in page.items if call.contact.allows(visit.today)]
    return {"asks": True, "calls": (today or list(page.items))[:_CALLS]}


def _roles(visit: SignedInVisit) -> dict[str, Any]:
    if not visit.can(Permission.VACANCIES_READ):
        return {"roles": (), "more_roles": 0}
    since = unconfirmed_since(within_days=_SOON_DAYS, at=visit.at, store=visit.reading)
    only = VacancyFilter(unconfirmed_since=since, owner_id=visit.by.user_id)
    looked = look_through(only=only, start=0, limit=_SHOWN, by=visit.by, store=visit.reading)
    return {"roles": looked.roles, "more_roles": looked.count - len(looked.roles)}


def _planned(visit: SignedInVisit) -> dict[str, Any]:
    if not visit.can(Permission.EMPLOYERS_READ):
        return {"planned": ()}
    return {"planned": planned_contacts(limit=_SHOWN, by=visit.by, store=visit.reading)}
