"""Tokens by which other systems ask."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import AwareDatetime, Field

from api.dependencies import Cursor, Id, Now, Reading, SignedIn, Writing, answer, page_json
from api.routes.shapes import Answer, Shape, Short
from api.transaction import RecordedRoute, shown_once
from matching.actions import tokens as actions
from matching.model.people import Permission
from matching.store.tables import MachineToken

router = APIRouter(prefix="/v1/tokens", tags=["users"], route_class=RecordedRoute)


class TokenSent(Shape):
    """What a token is for, what it may do, and until when."""

    name: Short
    permissions: Annotated[list[Permission], Field(min_length=1, max_length=20)]
    expires_at: AwareDatetime


class TokenAnswer(Answer):
    """A token, without what the machine sends."""

    id: str
    name: str
    permissions: list[Permission]
    created_by: str
    created_at: AwareDatetime
    expires_at: AwareDatetime
    revoked_at: AwareDatetime | None


class MadeAnswer(Answer):
    """A token that was made; `secret` goes into `Authorization: Bearer …` and is shown this once."""

    token: TokenAnswer
    secret: str | None


class TokenPage(Answer):
    """Some tokens."""

    items: list[TokenAnswer]
    next_cursor: str | None


@router.post("", status_code=201, response_model=MadeAnswer)
def make(sent: TokenSent, request: Request, by: SignedIn, at: Now, store: Writing) -> Response:
    """Make a token; the answer to a retried key is without its secret."""
    token, secret = actions.create_token(
        name=sent.name, permissions=sent.permissions, expires_at=sent.expires_at, by=by, at=at, store=store
    )
    shown_once(request, {"token": _json(token), "secret": None})
    return answer({"token": _json(token), "secret": secret}, status=201)


@router.get("", response_model=TokenPage)
def find(by: SignedIn, store: Reading, page: Cursor) -> Response:
    """List the tokens."""
    found = actions.list_tokens(after=page.after, limit=page.limit, by=by, store=store)
    return answer(page_json(found, [_json(token) for token in found.items]))


@router.delete("/{token_id}", response_model=TokenAnswer)
def revoke(token_id: Id, by: SignedIn, at: Now, store: Writing) -> Response:
    """End a token at once."""
    return answer(_json(actions.revoke_token(token_id=token_id, by=by, at=at, store=store)))


def _json(token: MachineToken) -> dict[str, object]:
    return {
        "id": token.public_id,
        "name": token.name,
        "permissions": token.permissions,
        "created_by": token.created_by,
        "created_at": token.created_at,
        "expires_at": token.expires_at,
        "revoked_at": token.revoked_at,
    }
