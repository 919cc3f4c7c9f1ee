"""Users, their roles and teams."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import Field, StringConstraints

from api.dependencies import Cursor, Id, IfMatch, Now, Reading, SignedIn, TheRunning, Writing, answer, page_json
from api.routes.shapes import Answer, IdText, Shape, Short
from api.transaction import RecordedRoute, shown_once
from matching.actions import users as actions
from matching.actions.users import LINK_LASTS, UserDetails
from matching.model.people import Role
from matching.store.tables import User

router = APIRouter(prefix="/v1/users", tags=["users"], route_class=RecordedRoute)


class UserSent(Shape):
    """What is said of a user."""

    email: Annotated[str, StringConstraints(min_length=3, max_length=320)]
    name: Short
    roles: Annotated[list[Role], Field(min_length=1, max_length=10)]
    team_ids: Annotated[list[IdText], Field(default_factory=list, max_length=50)]

    def details(self) -> UserDetails:
        """The same for the domain."""
        return UserDetails(email=self.email, name=self.name, roles=tuple(self.roles), team_ids=tuple(self.team_ids))


class UserAnswer(Answer):
    """A user: whether the account is closed, and whether the second step is set up."""

    id: str
    email: str
    name: str
    roles: list[Role]
    team_ids: list[str]
    disabled_at: datetime | None
    has_app: bool
    version: int


class InvitedAnswer(Answer):
    """A user with the link that sets their password: hand it over; it is shown this once."""

    user: UserAnswer
    password_link: str | None
    link_expires_at: datetime


class UserPage(Answer):
    """Some users."""

    items: list[UserAnswer]
    next_cursor: str | None


@router.post("", status_code=201, response_model=InvitedAnswer)
def add(sent: UserSent, request: Request, by: SignedIn, at: Now, store: Writing, running: TheRunning) -> Response:
    """Add a user; the answer to a retried key is without the link."""
    user, token = actions.add_user(details=sent.details(), by=by, at=at, store=store, sealer=running.sealer)
    invited = _invited(user, running.settings.public_url, token, at)
    shown_once(request, {**invited, "password_link": None})
    return answer(invited, status=201, version=user.version, location=f"/v1/users/{user.id}")


@router.get("", response_model=UserPage)
def find(by: SignedIn, store: Reading, page: Cursor) -> Response:
    """List the users of the organisation."""
    found = actions.list_users(after=page.after, limit=page.limit, by=by, store=store)
    return answer(page_json(found, [_json(user) for user in found.items]))


@router.get("/{user_id}", response_model=UserAnswer)
def show(user_id: Id, by: SignedIn, store: Reading) -> Response:
    """Read a user."""
    user = actions.read_user(user_id=user_id, by=by, store=store)
    return answer(_json(user), version=user.version)


@router.put("/{user_id}", response_model=UserAnswer)
def change(user_id: Id, sent: UserSent, version: IfMatch, by: SignedIn, at: Now, store: Writing) -> Response:
    """Change a user; roles and teams hold from the next request on."""
    user = actions.change_user(user_id=user_id, details=sent.details(), version=version, by=by, at=at, store=store)
    return answer(_json(user), version=user.version)


@router.post("/{user_id}/disable", response_model=UserAnswer)
def disable(user_id: Id, version: IfMatch, by: SignedIn, at: Now, store: Writing) -> Response:
    """Close an account and end its sessions."""
    user = actions.disable_user(user_id=user_id, version=version, by=by, at=at, store=store)
    return answer(_json(user), version=user.version)


@router.post("/{user_id}/enable", response_model=UserAnswer)
def enable(user_id: Id, version: IfMatch, by: SignedIn, at: Now, store: Writing) -> Response:
    """Open a closed account again."""
    user = actions.enable_user(user_id=user_id, version=version, by=by, at=at, store=store)
    return answer(_json(user), version=user.version)


@router.post("/{user_id}/reset", response_model=InvitedAnswer)
def reset(user_id: Id, request: Request, by: SignedIn, at: Now, store: Writing, running: TheRunning) -> Response:
    """Let somebody in again who lost password or telephone, with a new link; nothing of before signs in."""
    user, token = actions.reset_user(user_id=user_id, by=by, at=at, store=store, sealer=running.sealer)
    invited = _invited(user, running.settings.public_url, token, at)
    shown_once(request, {**invited, "password_link": None})
    return answer(invited, version=user.version)


def _invited(user: User, public_url: str, token: str, at: datetime) -> dict[str, object]:
    return {
        "user": _json(user),
        # After the `#`, so that no server and no proxy on the way writes it down.
        "password_link": f"{public_url.rstrip('/')}/set-password#{token}",
        "link_expires_at": at + LINK_LASTS,
    }


def _json(user: User) -> dict[str, object]:
    return {
        "id": user.id,
        "email": user.email,
        "name": user.name,
        "roles": user.roles,
        "team_ids": user.team_ids,
        "disabled_at": user.disabled_at,
        "has_app": user.totp_last_step is not None,
        "version": user.version,
    }
