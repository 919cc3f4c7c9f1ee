"""Pages on users, for who administers: added, changed, closed, opened again, let in again."""

from __future__ import annotations

from fastapi import APIRouter, Response

from api.dependencies import Id
from api.pages.labels import labelled, options
from api.pages.route import PageRoute
from api.pages.visit import SignedInVisit, Visit
from matching.actions import users as actions
from matching.actions.organisations import list_teams
from matching.actions.users import LINK_LASTS, UserDetails
from matching.errors import Conflict, Invalid
from matching.model.people import Permission, Role
from matching.store.tables import User

router = APIRouter(prefix="/administration/users", route_class=PageRoute, include_in_schema=False)

_ON_A_PAGE = 50
_MOST_TEAMS = 100
_SAYS = {"email": ("email", "The email address"), "name": ("name", "The name"), "roles": ("roles", "The roles")}


@router.get("")
def find(visit: Visit) -> Response:
    """List the users."""
    visit.need(Permission.USERS_MANAGE)
    page = actions.list_users(after=visit.asked("after") or None, limit=_ON_A_PAGE, by=visit.by, store=visit.reading)
    return visit.show("users/list.html", page=page, teams=_teams(visit), Role=Role)


@router.get("/new")
def ask(visit: Visit) -> Response:
    """Ask who is to be added."""
    visit.need(Permission.USERS_MANAGE)
    return _form(visit, None)


@router.post("/new")
def add(visit: Visit) -> Response:
    """Add a user and show the link by which they set a password."""
    try:
        user, token = actions.add_user(
            details=_details(visit), by=visit.by, at=visit.at, store=visit.writing, sealer=visit.running.sealer
        )
    except (Invalid, Conflict) as refused:
        return _form(visit.again(refused, says=_SAYS), None)
    return _invited(visit, user, token)


@router.get("/{user_id}")
def show(user_id: Id, visit: Visit) -> Response:
    """Show a user, and what can be done."""
    user = actions.read_user(user_id=user_id, by=visit.by, store=visit.reading)
    return _show(visit, user)


@router.get("/{user_id}/change")
def ask_for_change(user_id: Id, visit: Visit) -> Response:
    """Ask what is to be changed."""
    return _form(visit, actions.read_user(user_id=user_id, by=visit.by, store=visit.reading))


@router.post("/{user_id}/change")
def change(user_id: Id, visit: Visit) -> Response:
    """Change a user; roles and teams hold from the next page on."""
    try:
        actions.change_user(
            user_id=user_id,
            details=_details(visit),
            version=visit.form().version(),
            by=visit.by,
            at=visit.at,
            store=visit.writing,
        )
    except (Invalid, Conflict) as refused:
        again = visit.again(refused, says=_SAYS)
        return _form(again, actions.read_user(user_id=user_id, by=visit.by, store=again.reading))
    return visit.go(f"/administration/users/{user_id}", done="user-changed")


@router.post("/{user_id}/close")
def close(user_id: Id, visit: Visit) -> Response:
    """Close an account and end its sessions."""
    try:
        actions.disable_user(
            user_id=user_id, version=visit.form().version(), by=visit.by, at=visit.at, store=visit.writing
        )
    except Conflict as refused:
        return _refused(visit.again(refused), user_id)
    return visit.go(f"/administration/users/{user_id}", done="user-closed")


@router.post("/{user_id}/open")
def open_again(user_id: Id, visit: Visit) -> Response:
    """Open a closed account again."""
    try:
        actions.enable_user(
            user_id=user_id, version=visit.form().version(), by=visit.by, at=visit.at, store=visit.writing
        )
    except Conflict as refused:
        return _refused(visit.again(refused), user_id)
    return visit.go(f"/administration/users/{user_id}", done="user-opened")


@router.post("/{user_id}/let-in")
def let_in_again(user_id: Id, visit: Visit) -> Response:
    """Let somebody in again who lost password or telephone, by a new link."""
    try:
        user, token = actions.reset_user(
            user_id=user_id, by=visit.by, at=visit.at, store=visit.writing, sealer=visit.running.sealer
        )
    except Conflict as refused:
        return _refused(visit.again(refused), user_id)
    return _invited(visit, user, token)


def _details(visit: SignedInVisit) -> UserDetails:
    form = visit.form()
    details = UserDetails(
        email=form.text("email", needed="Enter the email address.", most=320),
        name=form.text("name", needed="Enter the name."),
        roles=form.choices("roles", Role, needed="Choose at least one role."),
        team_ids=tuple(each for each in visit.typed.all("teams") if each in _teams(visit)),
    )
    form.done()
    return details


def _teams(visit: SignedInVisit) -> dict[str, str]:
    """The teams by id."""
    page = list_teams(after=None, limit=_MOST_TEAMS, by=visit.by, store=visit.reading)
    return {team.id: team.name for team in page.items}


def _form(visit: SignedInVisit, user: User | None) -> Response:
    return visit.show("users/form.html", user=user, roles=options(Role), teams=list(_teams(visit).items()))


def _show(visit: SignedInVisit, user: User) -> Response:
    teams = _teams(visit)
    return visit.show(
        "users/show.html",
        user=user,
        role_words=", ".join(labelled(Role, each) for each in user.roles),
        team_words=", ".join(teams.get(each, each) for each in user.team_ids) or "None",
    )


def _refused(visit: SignedInVisit, user_id: str) -> Response:
    return _show(visit, actions.read_user(user_id=user_id, by=visit.by, store=visit.reading))


def _invited(visit: SignedInVisit, user: User, token: str) -> Response:
    """Show the link, this once: for a form that is sent twice the page is kept without it."""
    link = f"{visit.running.settings.public_url.rstrip('/')}/set-password#{token}"
    until = visit.at + LINK_LASTS
    visit.work.kept_body = bytes(visit.show("users/invited.html", user=user, link="", until=until).body)
    return visit.show("users/invited.html", user=user, link=link, until=until)
