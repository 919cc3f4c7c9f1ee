"""Participants and profiles for tests of the service, shown by what matters."""

from __future__ import annotations

from typing import Any

from httpx import Response

from tests.service import Service

ENTERED_ON = "2026-11-02"
SAID_ON = "2026-11-20"
DOGS = {
    "wanted_work": [{"label": "working with dogs", "strength": 3}],
    "hours": {"max": 16},
    "travel": {"home": "ME15 8"},
}


def taken_on(service: Service, by: str = "ana", *, ref: str = "p-1", **more: Any) -> str:
    """Take a participant on and return the id."""
    answered = service.as_(by).post("/v1/participants", {"ref": ref, "entered_on": ENTERED_ON, **more})
    assert answered.status_code == 201, answered.text
    return str(answered.json()["id"])


def changes(fields: dict[str, Any], *, source: str = "participant", said_on: str = SAID_ON) -> dict[str, Any]:
    """A body that changes fields."""
    told = [{"field": name, "value": value, "source": source, "said_on": said_on} for name, value in fields.items()]
    return {"changes": told}


def write(service: Service, participant_id: str, fields: dict[str, Any], *, version: int, by: str = "ana") -> Response:
    """Write fields of a profile."""
    path = f"/v1/participants/{participant_id}/profile"
    return service.as_(by).change("PATCH", path, changes(fields), version=version)


def employer(service: Service, name: str = "Hazel Bakery") -> str:
    """Add an employer and return the id."""
    return str(service.as_("eve").post("/v1/employers", {"name": name}).json()["id"])
