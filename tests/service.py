"""A whole service for tests: two invented organisations, a user of every role signed in, on either database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient
from httpx import Response

from api.app import create_app
from api.auth import COOKIE, CSRF_HEADER, digest_of
from api.running import Running, open_running
from matching.model.people import Role
from matching.settings import Settings
from matching.store import Database
from matching.store.tables import Organisation, SignInSession, Team, User

#: The Sunday evening on which every test begins, unless it says otherwise.
START = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)

NORTH, SOUTH = "north", "south"
TEAM_A, TEAM_B, TEAM_SOUTH = "team-a", "team-b", "team-south"

#: Who there is: (organisation, roles, teams). Ana and Ben are specialists of different teams; Lee leads Ana's.
PEOPLE: dict[str, tuple[str, tuple[Role, ...], tuple[str, ...]]] = {
    "ana": (NORTH, (Role.EMPLOYMENT_SPECIALIST,), (TEAM_A,)),
    "ben": (NORTH, (Role.EMPLOYMENT_SPECIALIST,), (TEAM_B,)),
    "eve": (NORTH, (Role.EMPLOYER_ENGAGEMENT,), (TEAM_A,)),
    "lee": (NORTH, (Role.TEAM_LEADER,), (TEAM_A,)),
    "val": (NORTH, (Role.EVALUATOR,), ()),
    "adam": (NORTH, (Role.ADMINISTRATOR,), ()),
    "aud": (NORTH, (Role.AUDITOR,), ()),
    "sam": (SOUTH, (Role.EMPLOYMENT_SPECIALIST,), (TEAM_SOUTH,)),
    "sue": (SOUTH, (Role.TEAM_LEADER,), (TEAM_SOUTH,)),
}


@dataclass
class Clock:
    """A clock that stands until it is moved."""

    at: datetime = START

    def __call__(self) -> datetime:
        return self.at

    def pass_(self, **time: float) -> None:
        """Let time pass, said as for `timedelta`."""
        self.at += timedelta(**time)


@dataclass
class Service:
    """The running service, and its users by name."""

    running: Running
    clock: Clock
    client: TestClient
    users: dict[str, User] = field(default_factory=dict)

    @property
    def database(self) -> Database:
        """The database beneath."""
        return self.running.database

    def as_(self, name: str) -> SignedInClient:
        """Ask as one of the users."""
        return SignedInClient(self.client, {"Cookie": f"{COOKIE}={cookie_of(name)}", CSRF_HEADER: csrf_of(name)})

    def run_jobs(self) -> None:
        """Do all work that waits, as the worker would."""
        from matching.actions.jobs import run_due_jobs

        run_due_jobs(self.running.worker, at=self.clock.at)


@dataclass
class SignedInClient:
    """A client that sends somebody's session with every request."""

    client: TestClient
    headers: dict[str, str]

    def get(self, path: str, **more: Any) -> Response:
        return self._ask("GET", path, **more)

    def post(self, path: str, json: Any = None, **more: Any) -> Response:
        return self._ask("POST", path, json=json, **more)

    def put(self, path: str, json: Any = None, **more: Any) -> Response:
        return self._ask("PUT", path, json=json, **more)

    def patch(self, path: str, json: Any = None, **more: Any) -> Response:
        return self._ask("PATCH", path, json=json, **more)

    def delete(self, path: str, **more: Any) -> Response:
        return self._ask("DELETE", path, **more)

    def change(self, method: str, path: str, json: Any = None, *, version: int | str) -> Response:
        """A change with the version that it was made to."""
        return self._ask(method, path, json=json, headers={"If-Match": f'"{version}"'})

    def send(self, path: str, typed: Mapping[str, Any] | None = None, **more: Any) -> Response:
        """Send a form as a browser does: with the token in a field, and without following where it leads."""
        headers = {"Cookie": self.headers["Cookie"], "Sec-Fetch-Site": "same-origin"}
        data = {"csrf": self.headers[CSRF_HEADER], **(typed or {})}
        return self.client.request("POST", path, headers=headers, data=data, follow_redirects=False, **more)

    def _ask(self, method: str, path: str, *, headers: dict[str, str] | None = None, **more: Any) -> Response:
        return self.client.request(method, path, headers={**self.headers, **(headers or {})}, **more)


def start_service(url: str, folder: Path, **settings: Any) -> Service:
    """Start the service over an empty database, with everybody signed in."""
    clock = Clock()
    running = open_running(
        Settings(
            database_url=url,
            data_dir=folder / "data",
            cache_dir=folder / "cache",
            encoder="hashing",
            secret_key="k" * 32,
            allowed_hosts=("testserver", "localhost"),
            **settings,
        ),
        clock=clock,
    )
    service = Service(
        running=running,
        clock=clock,
        client=TestClient(create_app(running), base_url="https://testserver", raise_server_exceptions=False),
    )
    service.users = furnish(service.database)
    return service


def furnish(database: Database) -> dict[str, User]:
    """Put the organisations, teams and users into an empty database, each with a session that does not end."""
    users = {}
    for organisation_id, team_ids in ((NORTH, (TEAM_A, TEAM_B)), (SOUTH, (TEAM_SOUTH,))):
        with database.writing(organisation_id) as store:
            store.session.add(
                Organisation(id=organisation_id, name=f"Invented {organisation_id}", settings={}, created_at=START)
            )
            store.session.flush()
            store.session.add_all(Team(id=team_id, name=team_id, created_at=START) for team_id in team_ids)
            store.session.flush()
            for name, (home, roles, teams) in PEOPLE.items():
                if home == organisation_id:
                    user = _user(name, roles, teams)
                    store.session.add(user)
                    store.session.flush()
                    store.session.add(_session(name, user.id))
                    users[name] = user
    return users


def _user(name: str, roles: tuple[Role, ...], teams: tuple[str, ...]) -> User:
    return User(
        id=f"user-{name}",
        email=f"{name}@example.org",
        email_key=f"{name}@example.org",
        name=name.title(),
        roles=[role.value for role in roles],
        team_ids=list(teams),
        created_at=START,
        version=1,
    )


def _session(name: str, user_id: str) -> SignInSession:
    return SignInSession(
        id=digest_of(cookie_of(name)),
        user_id=user_id,
        csrf_token=csrf_of(name),
        created_at=START,
        last_seen_at=START + timedelta(days=3650),  # tests that let months pass need not sign in again
        expires_at=START + timedelta(days=3650),
        second_step_at=START,
    )


def cookie_of(name: str) -> str:
    return f"session-of-{name}"


def csrf_of(name: str) -> str:
    return f"csrf-of-{name}"
