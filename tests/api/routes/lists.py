"""Participants with lists for tests of the service: taken on, roles logged, words read, lists drawn."""

from __future__ import annotations

from typing import Any

from httpx import Response

from tests.api.routes.people import taken_on, write
from tests.service import Service

BAKES = {"wanted_work": [{"label": "baking bread"}], "travel": {"home": "ME14 1AA"}}


def logged(service: Service, title: str, *, by: str = "ana", employer: str = "Hazel Bakery", **facts: Any) -> str:
    """Log a role that everybody in the organisation may see, unless it says otherwise, and return the id."""
    sent = {"title": title, "employer": employer, "visibility": "organisation", **facts}
    answered = service.as_(by).post("/v1/vacancies", sent)
    assert answered.status_code == 201, answered.text
    return str(answered.json()["id"])


def learnt(service: Service, vacancy_id: str, *, by: str = "ana", **facts: Any) -> None:
    """Record what a visit showed of a role."""
    sent = {"source": "visit", "observed_on": "2026-11-20", "facts": facts}
    answered = service.as_(by).post(f"/v1/vacancies/{vacancy_id}/facts", sent)
    assert answered.status_code == 201, answered.text


def closed(service: Service, vacancy_id: str, *, by: str = "ana") -> None:
    """Close a role."""
    version = service.as_(by).get(f"/v1/vacancies/{vacancy_id}").json()["version"]
    answered = service.as_(by).change("POST", f"/v1/vacancies/{vacancy_id}/close", version=version)
    assert answered.status_code == 200, answered.text


def person(service: Service, ref: str = "p-1", *, by: str = "ana", entered_on: str = "2026-11-02", **said: Any) -> str:
    """Take somebody on whose profile says something."""
    participant_id = taken_on(service, by, ref=ref, entered_on=entered_on)
    answered = write(service, participant_id, said or BAKES, version=0, by=by)
    assert answered.status_code == 200, answered.text
    return participant_id


def draw(service: Service, participant_id: str, *, by: str = "ana", entries: int = 10) -> Response:
    """Ask for a list."""
    return service.as_(by).post("/v1/shortlists", {"participant_id": participant_id, "entries": entries})


def drawn(service: Service, participant_id: str, *, by: str = "ana", entries: int = 10) -> dict[str, Any]:
    """A list that was drawn once everything is read, as it is read."""
    service.run_jobs()
    answered = draw(service, participant_id, by=by, entries=entries)
    assert answered.status_code == 201, answered.text
    return read(service, answered.json()["id"], by=by)


def read(service: Service, shortlist_id: str, *, by: str = "ana") -> dict[str, Any]:
    """A list as it is read."""
    answered = service.as_(by).get(f"/v1/shortlists/{shortlist_id}")
    assert answered.status_code == 200, answered.text
    found: dict[str, Any] = answered.json()
    return found
