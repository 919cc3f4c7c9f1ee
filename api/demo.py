"""The demo: an invented county in a folder of its own, served with one of its specialists signed in."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from api.auth import digest_of
from api.serving import serve, settings_environment
from api.talk import say
from fixtures.world import load_world
from matching.actions.participants import ParticipantDetails, take_on
from matching.actions.profile_changes import Change
from matching.actions.profiles import write_profile
from matching.actions.users import actor_of_user
from matching.actions.vacancies import VacancyDraft, take_vacancy
from matching.model.fact import FactSource
from matching.model.people import Actor, Role, StatementSource
from matching.store import Database, Store, new_id, open_database
from matching.store.migrating import upgrade
from matching.store.tables import Organisation, SignInSession, Team, User

_ORGANISATION, _TEAM = "marlshire", "marlshire-east"
_PEOPLE = {
    "robin": ("Robin Ash", (Role.EMPLOYMENT_SPECIALIST, Role.EMPLOYER_ENGAGEMENT)),
    "frankie": ("Frankie Rowan", (Role.TEAM_LEADER,)),
    "sasha": ("Sasha Elm", (Role.ADMINISTRATOR,)),
}
_SIGNED_IN = "robin"
_DAY = timedelta(days=1)


def serve_demo(*, host: str, port: int) -> int:
    """Make the county, serve it until a signal comes, and delete it."""
    with tempfile.TemporaryDirectory(prefix="wellplaced-demo-") as folder:
        url = f"sqlite:///{Path(folder) / 'wellplaced.sqlite'}"
        cookie, csrf_token = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        upgrade(url)
        database = open_database(url)
        furnish(database, at=datetime.now(UTC), cookie=cookie, csrf_token=csrf_token)
        database.close()
        say("Everybody and every employer here is invented. Nothing is kept.")
        say(f"Well Placed listens on http://{host}:{port}, with {_PEOPLE[_SIGNED_IN][0]} signed in. Look at:")
        for path in ("/v1/participants", "/v1/vacancies", "/v1/questions", "/v1/openapi.json"):
            say(f"  curl http://{host}:{port}{path}")
        say("It takes some seconds until the words of all roles have been read.")
        return serve(
            host=host,
            port=port,
            web_processes=1,
            environment=settings_environment(database_url=url, data_dir=folder, log_level="warning"),
            demo_session=f"{cookie}:{csrf_token}",
        )


def furnish(database: Database, *, at: datetime, cookie: str, csrf_token: str) -> None:
    """Fill an empty database with the county of the fixtures, with one session open."""
    with database.writing(_ORGANISATION) as store:
        store.session.add(Organisation(id=_ORGANISATION, name="Marlshire (invented)", settings={}, created_at=at))
        store.session.flush()
        store.session.add(Team(id=_TEAM, name="East", created_at=at, version=1))
        store.session.flush()
        users = {key: _user(key, name, roles, at) for key, (name, roles) in _PEOPLE.items()}
        store.session.add_all(users.values())
        store.session.flush()
        store.sign_ins.add_session(
            SignInSession(
                id=digest_of(cookie),
                user_id=users[_SIGNED_IN].id,
                csrf_token=csrf_token,
                created_at=at,
                last_seen_at=at + _DAY,
                expires_at=at + _DAY,
                second_step_at=at,
            )
        )
    robin = actor_of_user(users[_SIGNED_IN])
    world = load_world()
    with database.writing(_ORGANISATION) as store:
        for document in world.vacancies:
            _take_role(document, by=robin, at=at, store=store)
    with database.writing(_ORGANISATION) as store:
        for document in world.profiles:
            _take_person(document, by=robin, at=at, store=store)


def _user(key: str, name: str, roles: tuple[Role, ...], at: datetime) -> User:
    address = f"{key}@example.org"
    return User(
        id=new_id(at),
        email=address,
        email_key=address,
        name=name,
        roles=[role.value for role in roles],
        team_ids=[_TEAM],
        created_at=at,
        version=1,
    )


def _take_role(document: Mapping[str, Any], *, by: Actor, at: datetime, store: Store) -> None:
    said = dict(document)
    ref = str(said.pop("vacancy_ref"))
    draft = VacancyDraft(document=said, known_by=FactSource.PHONE, observed_on=at.date())
    take_vacancy(external_ref=ref, draft=draft, by=by, at=at, store=store)


def _take_person(document: Mapping[str, Any], *, by: Actor, at: datetime, store: Store) -> None:
    said = dict(document)
    ref = str(said.pop("participant_ref"))
    details = ParticipantDetails(name=f"Invented person {ref[-3:]}", entered_on=at.date())
    person = take_on(ref=ref, details=details, by=by, at=at, store=store)
    changes = [
        Change(field=field, value=value, source=StatementSource.PARTICIPANT, said_on=at.date())
        for field, value in said.items()
    ]
    write_profile(participant_id=person.id, changes=changes, base_version=0, by=by, at=at, store=store)
