"""What is done with machine tokens: made for another system with few permissions and an end, listed, revoked."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from matching.actions.events import record
from matching.errors import Invalid, Problem, Where
from matching.model.people import Actor, Permission
from matching.permissions import MACHINE_PERMISSIONS, check
from matching.sealing import digest_of
from matching.store import Page, Store, new_id
from matching.store.tables import MachineToken

LONGEST = timedelta(days=366)
# Told apart at a glance, also by what searches code for secrets left in it.
_PREFIX = "wellplaced_"


def actor_of_token(token: MachineToken) -> Actor:
    """A machine as somebody who asks."""
    return Actor(
        organisation_id=token.organisation_id,
        user_id=token.public_id,
        # What machines may be given can shrink after a token was made.
        permissions=MACHINE_PERMISSIONS & {each for each in Permission if each.value in token.permissions},
    )


def create_token(
    *, name: str, permissions: Collection[Permission], expires_at: datetime, by: Actor, at: datetime, store: Store
) -> tuple[MachineToken, str]:
    """Make a token; returns what the machine sends, which is shown this once and stored nowhere."""
    check(by, Permission.USERS_MANAGE)
    problems = []
    if not permissions:
        problems.append(Problem(Where(field="permissions"), "should name at least one permission"))
    if not MACHINE_PERMISSIONS.issuperset(permissions):
        problems.append(
            Problem(Where(field="permissions"), "should name none that reads participants or manages users")
        )
    if not at < expires_at <= at + LONGEST:
        problems.append(Problem(Where(field="expires_at"), f"should be within the next {LONGEST.days} days"))
    if problems:
        raise Invalid(problems)
    secret = _PREFIX + secrets.token_urlsafe(32)
    token = MachineToken(
        id=digest_of(secret),
        public_id=new_id(at),
        name=name,
        permissions=sorted({each.value for each in permissions}),
        created_by=by.user_id,
        created_at=at,
        expires_at=expires_at,
    )
    store.users.add_token(token)
    record(store, "token.created", by=by, at=at, of=("token", token.public_id), permissions=list(token.permissions))
    return token, secret


def list_tokens(*, after: str | None, limit: int, by: Actor, store: Store) -> Page[MachineToken]:
    """The tokens of the organisation, those that ended too."""
    check(by, Permission.USERS_MANAGE)
    return store.users.tokens(after=after, limit=limit)


def revoke_token(*, token_id: str, by: Actor, at: datetime, store: Store) -> MachineToken:
    """End a token at once; ended twice, the first time counts."""
    check(by, Permission.USERS_MANAGE)
    token = store.users.token(token_id)
    if token.revoked_at is None:
        token.revoked_at = at
        record(store, "token.revoked", by=by, at=at, of=("token", token.public_id))
    return token
