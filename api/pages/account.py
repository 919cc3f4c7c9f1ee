"""One's own account: who I am here, my password, and where I am signed in."""

from __future__ import annotations

from fastapi import APIRouter, Response

from api import auth
from api.pages.labels import label
from api.pages.route import PageRoute
from api.pages.sign_in import signed_out, too_many
from api.pages.visit import SignedInVisit, Visit
from matching.actions import sign_in as actions
from matching.errors import Conflict, Invalid, TooMany
from matching.model.people import Role

router = APIRouter(prefix="/account", route_class=PageRoute, include_in_schema=False)


@router.get("")
def show(visit: Visit) -> Response:
    """Show who is signed in, what they may do here, and when their session ends."""
    user = visit.reading.users.get(visit.by.user_id)
    return visit.show(
        "account/show.html",
        user=user,
        roles=[label(Role(role)) for role in user.roles],
        organisation=visit.reading.organisations.get().name,
        ends_at=visit.request.state.session.expires_at,
    )


@router.get("/password")
def ask_for_password(visit: Visit) -> Response:
    """Ask for the present password and the one to be."""
    return visit.show("account/password.html", has_password=_has_password(visit))


@router.post("/password")
def change_password(visit: Visit) -> Response:
    """Change one's password; every session ends, and a new one opens here."""
    form = visit.form()
    present, new = visit.typed.get("present_password"), visit.typed.get("new_password")
    if not present:
        form.refuse("present_password", "Enter the password that you have now.")
    if not new:
        form.refuse("new_password", "Enter a new password.")
    try:
        form.done()
        opened = actions.change_password(
            present=present,
            new=new,
            by=visit.by,
            at=visit.at,
            lasts=auth.session_lasts(visit.running),
            database=visit.running.database,
            sealer=visit.running.sealer,
        )
    except (Invalid, Conflict) as refused:
        return _password_form(visit.again(refused, says=_SAYS))
    except TooMany as refused:
        return _password_form(too_many(visit, "present_password", refused))
    response = visit.go("/account", done="password-changed")
    auth.give_session(response, opened)
    return response


@router.post("/sign-out-everywhere")
def sign_out_everywhere(visit: Visit) -> Response:
    """Sign out wherever one is signed in, here too."""
    actions.sign_out_everywhere(by=visit.by, at=visit.at, store=visit.writing)
    return signed_out(visit, done="signed-out-everywhere")


_SAYS = {"present": ("present_password", "This"), "new": ("new_password", "Your new password")}


def _password_form(visit: SignedInVisit) -> Response:
    return visit.show("account/password.html", has_password=True)


def _has_password(visit: SignedInVisit) -> bool:
    """Whether there is a password at all: who comes by single sign-on has none here."""
    return visit.reading.users.get(visit.by.user_id).password_hash is not None
