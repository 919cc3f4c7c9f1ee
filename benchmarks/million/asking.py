"""Specialists of a large organisation, as they ask the service over HTTP."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from itertools import cycle
from typing import Any

import httpx

from api.auth import COOKIE, CSRF_HEADER
from benchmarks.county import cookie_of

#: How long an answer, or the service itself, is waited for.
PATIENCE_SECONDS = 900.0
#: Answers that say: not yet.
_LATER = (202, 503)


class Asking:
    """Specialists who draw and read lists of their own people."""

    def __init__(self, base: str, people: Mapping[str, str]) -> None:
        self._client = httpx.Client(base_url=base, timeout=PATIENCE_SECONDS)
        self._people = cycle(sorted(people.items()))
        self._turn = threading.Lock()
        self.last = ""  # the list that was acknowledged last
        self.wrong: list[str] = []

    def one(self) -> bool:
        """Draw and read the list of whoever comes next; whether that was answered as it should be."""
        with self._turn:
            participant_id, specialist = next(self._people)
        return self.drawn(participant_id, specialist) is not None

    def drawn(self, participant_id: str, specialist: str) -> dict[str, Any] | None:
        """A new list of somebody, as it is read."""
        headers = _headers(specialist)
        drawn = self._client.post("/v1/shortlists", json={"participant_id": participant_id}, headers=headers)
        if drawn.status_code in _LATER:
            return None
        if drawn.status_code != 201:
            self.wrong.append(f"list: {drawn.status_code} {drawn.text[:150]}")
            return None
        self.last = drawn.json()["id"]
        shown = self._client.get(f"/v1/shortlists/{self.last}", headers=headers)
        if shown.status_code != 200:
            self.wrong.append(f"read: {shown.status_code} {shown.text[:150]}")
            return None
        read: dict[str, Any] = shown.json()
        return read

    def ready(self) -> bool:
        """Whether the service says so."""
        return self._client.get("/readyz").status_code == 200

    def waiting_jobs(self) -> float:
        """Jobs that wait for the worker, as the service tells."""
        told = self._client.get("/metrics").text.splitlines()
        waiting = [line.rpartition(" ")[2] for line in told if line.startswith("wellplaced_jobs_waiting")]
        return float(waiting[-1]) if waiting else 0.0

    def log(self, role: Mapping[str, Any], *, by: str) -> str | None:
        """Log a role; returns its id."""
        logged = self._client.post("/v1/vacancies", json=role, headers=_headers(by))
        if logged.status_code != 201:
            self.wrong.append(f"log: {logged.status_code} {logged.text[:150]}")
            return None
        return str(logged.json()["id"])

    def close_role(self, vacancy_id: str, *, by: str) -> None:
        """Close a role, which then stands on no list."""
        headers = {**_headers(by), "If-Match": '"1"'}
        closed = self._client.post(f"/v1/vacancies/{vacancy_id}/close", headers=headers)
        if closed.status_code != 200:
            self.wrong.append(f"close: {closed.status_code} {closed.text[:150]}")

    def shows(self, path: str, *, by: str) -> bool:
        """Whether something is there for somebody."""
        return self._client.get(path, headers=_headers(by)).status_code == 200

    def close(self) -> None:
        """End the connections."""
        self._client.close()


def _headers(user_id: str) -> dict[str, str]:
    return {"Cookie": f"{COOKIE}={cookie_of(user_id)}", CSRF_HEADER: user_id}


def wanted_role(profile: Mapping[str, Any], *, employer: str) -> dict[str, Any]:
    """A role at somebody's door that is called what they want most, in hours that suit them."""
    most = profile["hours"]["max"]
    return {
        "title": profile["wanted_work"][0]["label"],
        "tasks": [profile["wanted_work"][0]["label"]],
        "task_tags": [],
        "employer": employer,
        "visibility": "organisation",
        "hours": {"min": min(most, profile["hours"].get("min", most)), "max": most},
        "location": {"postcode": profile["travel"]["home"]},
    }
