"""The hosts that the service answers to: any other is refused with a problem, whatever was asked."""

from __future__ import annotations

import pytest

from tests.service import Service


@pytest.mark.parametrize("host", ["testserver", "testserver:8443", "TestServer"])
def test_our_hosts_are_answered_with_or_without_a_port(sqlite_service: Service, host: str) -> None:
    assert sqlite_service.client.get("/livez", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", ["other.example", "testserver.example", "testserver:8443:1", "[::1]", ""])
def test_another_host_is_refused_with_a_problem(sqlite_service: Service, host: str) -> None:
    answer = sqlite_service.client.get("/livez", headers={"Host": host})
    assert (answer.status_code, answer.headers["Content-Type"]) == (400, "application/problem+json")
    assert answer.json()["type"] == "/problems/malformed"
