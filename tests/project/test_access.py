"""Every route by every role: the expected answers are one table, `access.txt`, and no route may be missing from it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from argon2 import PasswordHasher
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Route

from api.app import create_app
from api.dependencies import public, signed_in
from matching import passwords
from tests.databases import Databases
from tests.project.access_world import ASKERS, CANARIES, TODAY, World, make_world, roles_file
from tests.service import start_service

#: What is sent with each route that takes something; ids in braces are those of the world.
#: Who said what a form of a profile holds, and when.
SAID = {"source": "participant", "said_on-day": "20", "said_on-month": "11", "said_on-year": "2026"}
BODIES: dict[str, Any] = {
    "POST /administration/settings": {
        "name": "Invented north",
        "confirm_vacancies_days": "30",
        "consent_days": "365",
        "keep_participants_days": "730",
        "keep_profile_versions_days": "365",
        "keep_drafts_days": "30",
        "keep_shortlists_days": "730",
        "keep_imported_files_days": "30",
        "keep_traces_days": "30",
        "forget_daily": "yes",
        "propose_nightly": "no",
    },
    "POST /administration/teams": {"name": "Coast"},
    "POST /administration/teams/{team_id}": {"name": "Coast"},
    "POST /administration/users/new": {"email": "kim@example.org", "name": "Kim", "roles": "auditor"},
    "POST /administration/users/{user_id}/change": {"email": "ben@example.org", "name": "Ben", "roles": "auditor"},
    "POST /allocations": {"whose": "own", "people_per_opening": "2", "most_per_person": "1"},
    "POST /allocations/{allocation_id}/take-out/{participant_id}/{vacancy_id}": {"reason": "tasks"},
    "POST /account/password": {"present_password": "not the password", "new_password": "lantern otter gravel"},
    "POST /employers/new": {"name": "Ash Hotel"},
    "POST /files/exports": {"what": "vacancies", "form": "csv"},
    "POST /files/exports#placements": {"what": "placements", "form": "csv"},
    "POST /files/imports/{import_id}/take": {"skip_refused": "yes"},
    "POST /set-password": {"token": "made up", "password": "lantern otter gravel"},
    "POST /sign-in": {"email": "{anybody}@example.org", "password": "not the password"},
    "POST /sign-in/code": {"code": "123456"},
    "POST /employers/{employer_id}/change": {"name": "Hazel & Sons"},
    "POST /employers/{employer_id}/workplaces/new": {"name": "Bank Street", "postcode": "ME14 1"},
    "POST /roles/{vacancy_id}/status": {"becomes": "paused"},
    "POST /roles/{vacancy_id}/audience": {"visibility": "organisation"},
    "POST /roles/{vacancy_id}/facts": {
        "source": "phone",
        "observed_on-day": "22",
        "observed_on-month": "11",
        "observed_on-year": "2026",
        "pay.hourly": "12.60",
    },
    "POST /participants/new": {
        "ref": "P-3",
        "entered_on-day": "2",
        "entered_on-month": "11",
        "entered_on-year": "2026",
    },
    "POST /participants/new#for-kit": {
        "ref": "P-3",
        "entered_on-day": "2",
        "entered_on-month": "11",
        "entered_on-year": "2026",
        "seat": "user-kit team-a",
    },
    "POST /participants/{participant_id}/start": {"version": "2", "hours_max": "16", "source": "participant"},
    "POST /participants/{participant_id}/change": {
        "entered_on-day": "2",
        "entered_on-month": "11",
        "entered_on-year": "2026",
    },
    "POST /participants/{participant_id}/status": {"status": "paused"},
    "POST /participants/{participant_id}/specialist": {"seat": "user-kit team-a"},
    "POST /participants/{participant_id}/objection": {"wants_lists": "no"},
    "POST /participants/{participant_id}/erase": {"erase": "yes"},
    "POST /participants/{participant_id}/consents/new": {
        "choice": "no",
        "method": "phone",
        "given_on-day": "22",
        "given_on-month": "11",
        "given_on-year": "2026",
    },
    "POST /participants/{participant_id}/consents/{consent_id}/withdraw": {
        "withdrawn_on-day": "22",
        "withdrawn_on-month": "11",
        "withdrawn_on-year": "2026",
    },
    "POST /participants/{participant_id}/profile/{section}": {**SAID, "hours-min": "8"},
    "POST /participants/{participant_id}/profile/adjustments": {
        **SAID,
        "add": "sens.headphones",
        "importance": "helpful",
    },
    "POST /participants/{participant_id}/profile/adjustments/{place}": {
        **SAID,
        "slug": "time.late_start",
        "importance": "helpful",
    },
    "POST /participants/{participant_id}/profile/senses/{dimension}": {
        **SAID,
        "sensory-noise.direction": "avoid",
        "sensory-noise.level": "2",
        "sensory-noise.hard": "no",
    },
    "POST /participants/{participant_id}/profile/work-refused/new": {**SAID, "label": "bars", "absolute": "no"},
    "POST /participants/{participant_id}/profile/work-refused/{place}": {
        **SAID,
        "entry": "pubs at night",
        "label": "pubs",
        "absolute": "no",
    },
    "POST /participants/{participant_id}/profile/drafts/{draft_id}/take-up": {"fields": "hours.max"},
    "POST /participants/{participant_id}/profile/drafts/{draft_id}/throw-away": {},
    "POST /roles/new": {
        "title": "Porter",
        "employer": "Ash Hotel",
        "known_by": "phone",
        "observed_on-day": "22",
        "observed_on-month": "11",
        "observed_on-year": "2026",
    },
    "POST /roles/new/paste": {"text": "16 hours a week"},
    "POST /roles/{vacancy_id}/visit": {"on-day": "22", "on-month": "11", "on-year": "2026"},
    "POST /roles/{vacancy_id}/visit/{step}": {
        "sensory.smell.typical": "2",
        "on-day": "22",
        "on-month": "11",
        "on-year": "2026",
    },
    "POST /roles/{vacancy_id}/carve": {
        "tasks.1": "sweep the floor",
        "title": "Sweeper",
        "known_by": "visit",
        "observed_on-day": "22",
        "observed_on-month": "11",
        "observed_on-year": "2026",
    },
    "POST /employers/{employer_id}/carve": {
        "tasks.1": "sweep the floor",
        "title": "Sweeper",
        "known_by": "visit",
        "observed_on-day": "22",
        "observed_on-month": "11",
        "observed_on-year": "2026",
    },
    "POST /participants/{participant_id}/jobs/new": {
        "job": "{vacancy_id}",
        "started_on-day": "22",
        "started_on-month": "11",
        "started_on-year": "2026",
    },
    "POST /jobs/{placement_id}/change": {
        "job_title": "Baker",
        "started_on-day": "2",
        "started_on-month": "11",
        "started_on-year": "2026",
    },
    "POST /jobs/{placement_id}/end": {
        "ended_on-day": "22",
        "ended_on-month": "11",
        "ended_on-year": "2026",
        "reason": "better_job",
        "said_by": "participant",
    },
    "POST /jobs/{placement_id}/check-ins/new": {
        "on-day": "22",
        "on-month": "11",
        "on-year": "2026",
        "still_in_work": "yes",
    },
    "POST /jobs/{placement_id}/check-ins/{check_in_id}": {
        "on-day": "22",
        "on-month": "11",
        "on-year": "2026",
        "still_in_work": "yes",
    },
    "POST /jobs/{placement_id}/pay/new": {
        "from_on-day": "9",
        "from_on-month": "11",
        "from_on-year": "2026",
        "to_on-day": "15",
        "to_on-month": "11",
        "to_on-year": "2026",
        "gross": "100",
        "source": "paye",
    },
    "POST /jobs/{placement_id}/pay/{earnings_id}": {
        "from_on-day": "2",
        "from_on-month": "11",
        "from_on-year": "2026",
        "to_on-day": "8",
        "to_on-month": "11",
        "to_on-year": "2026",
        "gross": "100",
        "source": "paye",
    },
    "POST /participants/{participant_id}/tasters/new": {
        "kind": "job_taster",
        "job": "{vacancy_id}",
        "on-day": "22",
        "on-month": "11",
        "on-year": "2026",
    },
    "POST /tasters/{taster_id}/change": {
        "kind": "job_taster",
        "job": "{vacancy_id}",
        "on-day": "22",
        "on-month": "11",
        "on-year": "2026",
    },
    "POST /lists/{shortlist_id}/roles/{vacancy_id}/decide": {"choice": "not_wanted", "reason": "tasks"},
    "POST /lists/{shortlist_id}/roles/{vacancy_id}/move": {"to": "down", "reason": "fits_wish"},
    "POST /lists/{shortlist_id}/roles/{vacancy_id}/remove": {"reason": "tasks"},
    "POST /lists/{shortlist_id}/roles/{vacancy_id}/add": {"reason": "fits_wish"},
    "POST /my-day/still-there": {"vacancy_id": "{vacancy_id:own}"},
    "POST /contacts/new": {
        "employer": "{employer_id}",
        "happened": "made",
        "mode": "phone",
        "on-day": "22",
        "on-month": "11",
        "on-year": "2026",
    },
    "POST /contacts/new#on-behalf": {
        "employer": "{employer_id}",
        "happened": "made",
        "mode": "phone",
        "on-day": "22",
        "on-month": "11",
        "on-year": "2026",
        "on_behalf_of": "{participant_id}",
    },
    "POST /contacts/{contact_id}/change": {
        "happened": "made",
        "mode": "phone",
        "on-day": "22",
        "on-month": "11",
        "on-year": "2026",
        "on_behalf_of": "{participant_id}",
    },
    "POST /roles/{vacancy_id}/answer": {
        "about": "sensory.noise",
        "sensory.noise.typical": "1",
        "source": "phone",
        "said_on-day": "22",
        "said_on-month": "11",
        "said_on-year": "2026",
    },
    "POST /v1/allocations": {},
    "POST /v1/allocations/{allocation_id}/edits": {
        "kind": "remove",
        "participant_id": "{participant_id}",
        "vacancy_id": "{vacancy_id:late}",
        "reason": "tasks",
    },
    "POST /v1/vacancies/{vacancy_id}/answers": {
        "about": "sensory.noise",
        "value": {"typical": 1},
        "source": "phone",
        "said_on": TODAY,
    },
    "POST /v1/participants/{participant_id}/consents": {
        "employer_id": "{employer_id}",
        "choice": "no",
        "method": "phone",
        "given_on": TODAY,
    },
    "POST /v1/participants/{participant_id}/consents/{consent_id}/withdrawal": {},
    "POST /v1/contacts": {"employer_id": "{employer_id}", "mode": "visit", "on": TODAY},
    "POST /v1/contacts#on-behalf": {
        "employer_id": "{employer_id}",
        "mode": "visit",
        "on": TODAY,
        "on_behalf_of": ["{participant_id}"],
    },
    "PUT /v1/contacts/{contact_id}": {
        "employer_id": "{employer_id}",
        "mode": "phone",
        "on": TODAY,
        "on_behalf_of": ["{participant_id}"],
    },
    "POST /v1/decisions": {
        "participant_id": "{participant_id}",
        "vacancy_id": "{vacancy_id}",
        "choice": "not_wanted",
        "reason": "tasks",
    },
    "POST /v1/decisions/take-back": {"participant_id": "{participant_id}", "vacancy_id": "{vacancy_id}"},
    "POST /v1/employers": {"name": "Ash Hotel"},
    "PUT /v1/employers/{employer_id}": {"name": "Hazel & Sons"},
    "POST /v1/employers/{employer_id}/workplaces": {"name": "Shop"},
    "POST /v1/exports": {"kind": "vacancies"},
    "POST /v1/exports#placements": {"kind": "placements"},
    "PUT /v1/organisation": {"name": "Invented north", "settings": {}},
    "POST /v1/participants": {"ref": "P-3", "entered_on": TODAY},
    "PUT /v1/participants/{participant_id}": {"entered_on": TODAY},
    "PUT /v1/participants/{participant_id}/specialist": {"specialist_id": "user-kit"},
    "PUT /v1/participants/{participant_id}/status": {"status": "paused"},
    "PUT /v1/participants/{participant_id}/objection": {"objects": True},
    "PATCH /v1/participants/{participant_id}/profile": {
        "changes": [{"field": "hours.min", "value": 8, "source": "participant", "said_on": TODAY}]
    },
    "POST /v1/participants/{participant_id}/profile/drafts/{draft_id}/taking-up": {},
    "POST /v1/placements": {
        "participant_id": "{participant_id}",
        "employer_id": "{employer_id}",
        "job_title": "Porter",
        "started_on": TODAY,
    },
    "PUT /v1/placements/{placement_id}": {"job_title": "Baker", "started_on": "2026-11-02"},
    "PUT /v1/placements/{placement_id}/end": {"ended_on": TODAY, "reason": "better_job", "said_by": "participant"},
    "POST /v1/placements/{placement_id}/check-ins": {"on": TODAY, "still_in_work": True},
    "PUT /v1/placements/{placement_id}/check-ins/{check_in_id}": {"on": TODAY, "still_in_work": True},
    "POST /v1/placements/{placement_id}/earnings": {
        "from_on": "2026-11-09",
        "to_on": "2026-11-15",
        "gross_pence": 1,
        "source": "paye",
    },
    "PUT /v1/placements/{placement_id}/earnings/{earnings_id}": {
        "from_on": "2026-11-02",
        "to_on": "2026-11-08",
        "gross_pence": 1,
        "source": "paye",
    },
    "POST /v1/shortlists": {"participant_id": "{participant_id}"},
    "POST /v1/shortlists/{shortlist_id}/entries": {"vacancy_id": "{vacancy_id:late}", "reason": "fits_wish"},
    "PATCH /v1/shortlists/{shortlist_id}/entries/{vacancy_id}": {"to": 2, "reason": "fits_wish"},
    "POST /v1/shortlists/{shortlist_id}/entries/{vacancy_id}/removal": {"reason": "tasks"},
    "POST /v1/sign-in/password": {"email": "{anybody}@example.org", "password": "not the password"},
    "POST /v1/sign-in/code": {"code": "123456"},
    "POST /v1/sign-in/first-password": {"token": "made up", "password": "lantern otter gravel"},
    "PUT /v1/sign-in/password": {"present": "not the password", "new": "lantern otter gravel"},
    "POST /v1/tasters": {
        "participant_id": "{participant_id}",
        "employer_id": "{employer_id}",
        "kind": "job_taster",
        "on": TODAY,
    },
    "PUT /v1/tasters/{taster_id}": {
        "participant_id": "{participant_id}",
        "employer_id": "{employer_id}",
        "kind": "job_taster",
        "on": TODAY,
    },
    "POST /v1/teams": {"name": "Coast"},
    "PUT /v1/teams/{team_id}": {"name": "Coast"},
    "POST /v1/tokens": {"name": "Other", "permissions": ["vacancies_read"], "expires_at": "2026-12-01T00:00:00Z"},
    "POST /v1/users": {"email": "kim@example.org", "name": "Kim", "roles": ["auditor"]},
    "PUT /v1/users/{user_id}": {"email": "ben@example.org", "name": "Ben", "roles": ["auditor"]},
    "POST /v1/vacancies": {"title": "Porter", "employer": "Ash Hotel"},
    "POST /v1/vacancies/carved": {
        "title": "Sweeper",
        "origins": [{"vacancy_id": "{vacancy_id}", "tasks": ["sweep the floor"]}],
    },
    "POST /v1/vacancies/{vacancy_id}/facts": {"source": "visit", "facts": {"openings": 2}},
    "PATCH /v1/vacancies/{vacancy_id}/audience": {"visibility": "organisation"},
    "POST /v1/webhooks": {"url": "https://1.1.1.1/other", "secret": "s" * 40},
    "PUT /v1/webhooks/{webhook_id}": {"url": "https://1.1.1.1/told"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table."""

    method: str
    path: str
    expected: Mapping[str, int]

    @property
    def route(self) -> str:
        """The route that the line is about, as the application names it."""
        return f"{self.method} {re.split('[?#]', re.sub(r':[a-z]+}', '}', self.path))[0]}"

    @property
    def body(self) -> Any:
        """What is sent: for this very line, or for its route; `None` for nothing."""
        return BODIES.get(str(self), BODIES.get(self.route))

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def _rows() -> Iterator[Row]:
    for line in Path(__file__).with_name("access.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            method, path, *codes = line.split()
            yield Row(method=method, path=path, expected=dict(zip(ASKERS, map(int, codes), strict=True)))


TABLE = list(_rows())


def _walked(routes: Iterable[BaseRoute]) -> Iterator[Route]:
    """Every route, also of the routers that were included: the framework keeps them nested."""
    for route in routes:
        included = getattr(route, "original_router", None)
        if included is not None:
            yield from _walked(included.routes)
        elif isinstance(route, Route | APIRoute):
            yield route  # type: ignore[misc]  # an APIRoute has all that is asked of it here
        else:
            raise TypeError(f"nobody has said how to look at {route!r}")


@pytest.fixture(scope="module")
def world(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("world")
    url = databases.fresh("sqlite", folder)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=512, parallelism=1))
        service = start_service(url, folder, webhook_hosts=("1.1.1.1",), requests_per_minute=100_000)
        yield make_world(service)
    service.client.close()
    service.database.close()


@pytest.fixture(scope="module")
def routes(world: World) -> list[Route]:
    return list(_walked(create_app(world.service.running).routes))


def _filled(value: Any, ids: Mapping[str, str]) -> Any:
    match value:
        case str():
            return re.sub(r"{([^}]+)}", lambda found: ids[found[1]], value)
        case dict():
            return {name: _filled(member, ids) for name, member in value.items()}
        case list():
            return [_filled(member, ids) for member in value]
    return value


def _sent(row: Row, world: World) -> dict[str, Any]:
    if row.route in ("POST /v1/imports", "POST /files/imports/new"):
        return roles_file()
    if row.body is None:
        return {}
    # Failed attempts are counted by address, so each asker tries another one.
    filled = _filled(row.body, {**world.ids, "anybody": uuid4().hex})
    return {"json": filled} if "/v1/" in row.path else {"data": filled}


class TestTheTable:
    def test_every_route_is_in_it_and_it_names_no_other(self, routes: list[Route]) -> None:
        present = {f"{method} {route.path}" for route in routes for method in {*(route.methods or ())} - {"HEAD"}}
        assert len(present) > 130
        assert {row.route for row in TABLE} == present

    def test_it_says_each_thing_once(self) -> None:
        assert len({str(row) for row in TABLE}) == len(TABLE)

    def test_every_body_belongs_to_a_route(self) -> None:
        assert set(BODIES) <= {row.route for row in TABLE} | {str(row) for row in TABLE}


class TestDeclarations:
    def test_each_route_declares_who_may_ask(self, routes: list[Route]) -> None:
        silent = [
            route.path
            for route in routes
            if not (isinstance(route, APIRoute) and {signed_in, public} & _calls(route.dependant))
        ]
        assert silent == ["/v1/openapi.json"]

    def test_what_is_open_to_everyone_is_few(self, routes: list[Route]) -> None:
        open_to_all = {
            route.path for route in routes if isinstance(route, APIRoute) and public in _calls(route.dependant)
        }
        assert open_to_all == {
            "/accessibility",
            "/assets/{digest}/{name}",
            "/help",
            "/how-it-works",
            "/livez",
            "/metrics",
            "/privacy",
            "/readyz",
            "/set-password",
            "/sign-in",
            "/sign-in/app",
            "/sign-in/carry-on",
            "/sign-in/code",
            "/v1/sign-in/code",
            "/v1/sign-in/enrolment",
            "/v1/sign-in/first-password",
            "/v1/sign-in/password",
            "/v1/sign-in/single-sign-on",
            "/v1/sign-in/single-sign-on/callback",
        }


def _calls(dependant: Dependant) -> set[Any]:
    return {dependant.call}.union(*map(_calls, dependant.dependencies))


class TestAnswers:
    @pytest.mark.parametrize("row", TABLE, ids=str)
    def test_everybody_is_answered_as_the_table_says(self, world: World, row: Row) -> None:
        answers = {asker: world.ask(asker, row.method, row.path, **_sent(row, world)) for asker in ASKERS}
        assert {asker: answer.status_code for asker, answer in answers.items()} == row.expected
        told = {
            (asker, canary)
            for asker, answer in answers.items()
            for canary, readers in CANARIES.items()
            if canary in answer.text and asker not in readers
        }
        assert told == set(), "words reached somebody whom they are not for"
        # What Zoe typed herself comes back to her, so that nothing typed is lost.
        typed = str(_sent(row, world))
        foreign = [each for each in world.ids.values() if len(each) > 20 and each not in typed]
        assert not [each for each in foreign if each in answers["zoe"].text]

    @pytest.mark.parametrize("canary", CANARIES)
    def test_the_words_that_few_may_read_are_there_to_be_read(self, world: World, canary: str) -> None:
        read = [row for row in TABLE if row.method == "GET" and row.expected["ana"] == 200]
        assert any(canary in world.ask("ana", row.method, row.path).text for row in read)
