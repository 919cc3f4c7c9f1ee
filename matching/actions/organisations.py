"""What is done with an organisation: founded, named, set up, and divided into teams."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from matching.actions.events import record
from matching.actions.users import UserDetails, add_user, operator
from matching.errors import Conflict, Stale
from matching.model.organisation import OrganisationSettings
from matching.model.people import Actor, Permission, Role
from matching.permissions import check, check_any
from matching.sealing import Sealer
from matching.store import Database, Page, Store, new_id
from matching.store.tables import Organisation, Team, User


@dataclass(frozen=True, slots=True, kw_only=True)
class Founded:
    """A new organisation, its first administrator, and the token of the link that sets their password."""

    organisation_id: str
    administrator: User
    link: str


def found_organisation(
    *, name: str, administrator_email: str, administrator_name: str, at: datetime, database: Database, sealer: Sealer
) -> Founded:
    """Found an organisation with its first administrator: done at the command line, since nobody can sign in yet."""
    organisation_id = new_id(at)
    by = operator(organisation_id)
    with database.writing(organisation_id) as store:
        store.organisations.found(Organisation(id=organisation_id, name=name, settings={}, created_at=at))
        record(store, "organisation.founded", by=by, at=at, of=("organisation", organisation_id))
        details = UserDetails(email=administrator_email, name=administrator_name, roles=(Role.ADMINISTRATOR,))
        administrator, link = add_user(details=details, by=by, at=at, store=store, sealer=sealer)
    return Founded(organisation_id=organisation_id, administrator=administrator, link=link)


def read_organisation(*, by: Actor, store: Store) -> tuple[Organisation, OrganisationSettings]:
    """The organisation and what it has set."""
    check(by, Permission.ORGANISATION_MANAGE)
    return store.organisations.get(), store.organisations.settings()


def change_organisation(
    *, name: str, settings: OrganisationSettings, version: int, by: Actor, at: datetime, store: Store
) -> tuple[Organisation, OrganisationSettings]:
    """Change the name of the organisation and what it has set."""
    check(by, Permission.ORGANISATION_MANAGE)
    organisation = store.organisations.locked()
    if organisation.version != version:
        raise Stale("Somebody has changed the organisation since.", version=organisation.version)
    organisation.name, organisation.settings = name, settings.to_json()
    organisation.version += 1
    record(
        store,
        "organisation.changed",
        by=by,
        at=at,
        of=("organisation", organisation.id),
        version=organisation.version,
        **settings.to_json(),
    )
    return organisation, settings


def list_teams(*, after: str | None, limit: int, by: Actor, store: Store) -> Page[Team]:
    """Teams of the organisation: for who manages users, and for who logs a role or takes a participant on."""
    check_any(by, Permission.USERS_MANAGE, Permission.PARTICIPANTS_TAKE_ON, Permission.VACANCIES_WRITE)
    return store.organisations.teams(after=after, limit=limit)


def add_team(*, name: str, by: Actor, at: datetime, store: Store) -> Team:
    """Add a team."""
    check(by, Permission.USERS_MANAGE)
    _check_name(name, store)
    team = Team(id=new_id(at), name=name, created_at=at, version=1)
    store.organisations.add(team)
    record(store, "team.added", by=by, at=at, of=("team", team.id))
    return team


def rename_team(*, team_id: str, name: str, version: int, by: Actor, at: datetime, store: Store) -> Team:
    """Give a team another name."""
    check(by, Permission.USERS_MANAGE)
    team = store.organisations.team(team_id)
    if team.version != version:
        raise Stale("Somebody has changed this team since.", version=team.version)
    if team.name != name:
        _check_name(name, store)
    team.name = name
    team.version += 1
    record(store, "team.renamed", by=by, at=at, of=("team", team.id))
    return team


def _check_name(name: str, store: Store) -> None:
    # Two that add the same name at once are told apart by the lock, and at last by the database.
    store.organisations.locked()
    if store.organisations.team_named(name) is not None:
        raise Conflict("There is a team of this name already.")
