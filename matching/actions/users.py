"""What is done with users: added, changed, closed, and let in again with a link that works once."""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from itsdangerous import BadSignature, URLSafeSerializer

from matching.actions.events import record
from matching.errors import Conflict, Invalid, Problem, Stale, Where
from matching.model.people import Actor, Permission, Role
from matching.permissions import check, check_any, permissions_of
from matching.sealing import Sealer, digest_of
from matching.store import Page, Store, new_id
from matching.store.tables import User

LINK_LASTS = timedelta(hours=72)
OPERATOR = "operator"
_PURPOSE = "set-password"
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")


@dataclass(frozen=True, slots=True, kw_only=True)
class UserDetails:
    """What is said of a user."""

    email: str
    name: str
    roles: tuple[Role, ...]
    team_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordLink:
    """What a link that sets a password stands for, as its signature vouches for it."""

    organisation_id: str
    user_id: str
    digest: str


def actor_of_user(user: User) -> Actor:
    """A user as somebody who asks."""
    return Actor(
        organisation_id=user.organisation_id,
        user_id=user.id,
        permissions=permissions_of([Role(role) for role in user.roles]),
        team_ids=tuple(user.team_ids),
    )


def operator(organisation_id: str) -> Actor:
    """Whoever runs the service, at the command line: manages users, and reads nothing else."""
    return Actor(
        organisation_id=organisation_id,
        user_id=OPERATOR,
        permissions=frozenset({Permission.USERS_MANAGE, Permission.ORGANISATION_MANAGE}),
    )


def email_key(email: str) -> str:
    """An address as it is compared."""
    return email.strip().lower()


def add_user(*, details: UserDetails, by: Actor, at: datetime, store: Store, sealer: Sealer) -> tuple[User, str]:
    """Add a user; returns the token of the link by which they set their first password."""
    check(by, Permission.USERS_MANAGE)
    _check_details(details, store)
    user = User(
        id=new_id(at),
        email=details.email.strip(),
        email_key=email_key(details.email),
        name=details.name,
        roles=_listed(details.roles),
        team_ids=sorted(set(details.team_ids)),
        created_at=at,
        version=1,
    )
    user.organisation_id = store.organisation_id
    link = _new_link(user, at, sealer)
    store.users.write(user)
    record(store, "user.added", by=by, at=at, of=("user", user.id), roles=user.roles, teams=user.team_ids)
    return user, link


def read_user(*, user_id: str, by: Actor, store: Store) -> User:
    """A user of the organisation."""
    check(by, Permission.USERS_MANAGE)
    return store.users.get(user_id)


def list_users(*, after: str | None, limit: int, by: Actor, store: Store) -> Page[User]:
    """Users of the organisation: for who manages them, and for who may hand a participant to a colleague."""
    check_any(by, Permission.USERS_MANAGE, Permission.PARTICIPANTS_TAKE_ON)
    return store.users.page(after=after, limit=limit)


def names_of(*, user_ids: Collection[str], store: Store) -> dict[str, str]:
    """What colleagues are called, for whoever reads that one of them did something; nothing else of them."""
    return store.users.names(user_ids)


def change_user(*, user_id: str, details: UserDetails, version: int, by: Actor, at: datetime, store: Store) -> User:
    """Change what is said of a user; roles and teams hold from the next request on."""
    check(by, Permission.USERS_MANAGE)
    _check_details(details, store)
    user = _locked(user_id, version, store)
    if Role.ADMINISTRATOR not in details.roles:
        _keep_an_administrator(user, store)
    user.email, user.email_key = details.email.strip(), email_key(details.email)
    user.name = details.name
    user.roles, user.team_ids = _listed(details.roles), sorted(set(details.team_ids))
    user.version += 1
    store.users.write(user)
    record(store, "user.changed", by=by, at=at, of=("user", user.id), roles=user.roles, teams=user.team_ids)
    return user


def disable_user(*, user_id: str, version: int, by: Actor, at: datetime, store: Store) -> User:
    """Close an account: every session ends, and nobody signs in with it until it is opened again."""
    check(by, Permission.USERS_MANAGE)
    user = _locked(user_id, version, store)
    _keep_an_administrator(user, store)
    if user.disabled_at is None:
        user.disabled_at = at
        user.version += 1
    user.password_link = None
    ended = store.sign_ins.revoke_all(user.id, at=at)
    record(store, "user.disabled", by=by, at=at, of=("user", user.id), sessions=ended)
    return user


def enable_user(*, user_id: str, version: int, by: Actor, at: datetime, store: Store) -> User:
    """Open a closed account again."""
    check(by, Permission.USERS_MANAGE)
    user = _locked(user_id, version, store)
    if user.disabled_at is not None:
        user.disabled_at = None
        user.version += 1
    record(store, "user.enabled", by=by, at=at, of=("user", user.id))
    return user


def reset_user(*, user_id: str, by: Actor, at: datetime, store: Store, sealer: Sealer) -> tuple[User, str]:
    """Let somebody in again who lost password or telephone: nothing of before signs in; returns a new link's token."""
    check(by, Permission.USERS_MANAGE)
    user = store.users.locked(user_id)
    if user.disabled_at is not None:
        raise Conflict("This account is closed. Open it first.")
    user.password_hash = user.totp_secret = user.totp_last_step = user.single_sign_on_subject = None
    link = _new_link(user, at, sealer)
    user.version += 1
    ended = store.sign_ins.revoke_all(user.id, at=at)
    record(store, "user.reset", by=by, at=at, of=("user", user.id), sessions=ended)
    return user, link


def read_link(token: str, *, at: datetime, sealer: Sealer) -> PasswordLink:
    """Read the token of a link that sets a password; raises `Invalid` for one that is forged or too old."""
    try:
        organisation_id, user_id, expires, nonce = _signer(sealer).loads(token)
    except (BadSignature, ValueError, TypeError):
        raise _unusable() from None
    if at.timestamp() >= expires:
        raise _unusable()
    return PasswordLink(organisation_id=organisation_id, user_id=user_id, digest=digest_of(nonce))


def use_link(link: PasswordLink, *, password_hash: str, at: datetime, store: Store) -> User:
    """Set a password by a link, once; whoever was signed in with the one before no longer is."""
    user = store.users.find(link.user_id)
    user = None if user is None else store.users.locked(link.user_id)
    if user is None or user.disabled_at is not None or user.password_link != link.digest:
        raise _unusable()
    user.password_link = None
    user.password_hash = password_hash
    user.version += 1
    store.sign_ins.revoke_all(user.id, at=at)
    record(store, "user.password_set", by=actor_of_user(user), at=at, of=("user", user.id))
    return user


def _new_link(user: User, at: datetime, sealer: Sealer) -> str:
    nonce = secrets.token_urlsafe(24)
    user.password_link = digest_of(nonce)
    expires = int((at + LINK_LASTS).timestamp())
    return str(_signer(sealer).dumps([user.organisation_id, user.id, expires, nonce]))


def _signer(sealer: Sealer) -> URLSafeSerializer:
    # Its own timed serialiser reads the clock; here the end is part of what is signed, and the clock an argument.
    return URLSafeSerializer(sealer.signing_keys(_PURPOSE), salt=_PURPOSE)


def _unusable() -> Invalid:
    return Invalid([Problem(Where(field="token"), "is not valid, was used or is too old: ask for a new link")])


def _check_details(details: UserDetails, store: Store) -> None:
    problems = []
    if not _EMAIL.fullmatch(details.email.strip()):
        problems.append(Problem(Where(field="email"), "should be an address such as kim@example.org"))
    if not details.roles:
        problems.append(Problem(Where(field="roles"), "should name at least one role"))
    if not set(details.team_ids) <= store.organisations.team_ids():
        problems.append(Problem(Where(field="team_ids"), "should name teams of this organisation"))
    if problems:
        raise Invalid(problems)


def _locked(user_id: str, version: int, store: Store) -> User:
    user = store.users.locked(user_id)
    if user.version != version:
        raise Stale("Somebody has changed this user since.", version=user.version)
    return user


def _keep_an_administrator(user: User, store: Store) -> None:
    """Refuse to take the last administrator away; the organisation is locked, so two cannot go at once."""
    if Role.ADMINISTRATOR.value not in user.roles or user.disabled_at is not None:
        return
    store.organisations.locked()
    if not store.users.administrators_besides(user.id):
        raise Conflict("This is the last administrator. Make somebody else one first.")


def _listed(roles: Collection[Role]) -> list[str]:
    return sorted({role.value for role in roles})
