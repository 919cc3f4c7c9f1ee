"""Whether the process lives, and whether it can do its work."""

from __future__ import annotations

import time

import pytest
from httpx import Response
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from api import running
from matching.store.revisions import NEWEST
from tests.matching.actions.roles import log, role
from tests.service import NORTH, Service


def once_loaded(service: Service) -> Response:
    """The answer of `/readyz` when the pools have been loaded, or cannot be."""
    until = time.monotonic() + 10
    while True:
        answer = service.client.get("/readyz")
        if "being loaded" not in answer.text or time.monotonic() > until:
            return answer
        time.sleep(0.01)


class TestLive:
    def test_a_process_that_answers_lives_signed_in_or_not(self, sqlite_service: Service) -> None:
        assert sqlite_service.client.get("/livez").json() == {"status": "alive"}


class TestReady:
    def test_ready_once_the_pools_are_loaded(self, service: Service) -> None:
        with service.database.writing(NORTH) as store:
            log(store, role("A"))
        service.run_jobs()
        answer = once_loaded(service)
        assert (answer.status_code, answer.json()) == (200, {"status": "ready"})
        assert service.running.pools.counts["loaded"] >= 1

    def test_a_pool_that_waits_for_its_vectors_is_not_waited_for(self, service: Service) -> None:
        with service.database.writing(NORTH) as store:
            log(store, role("A"))
        service.run_jobs()
        with service.database.writing(NORTH) as store:
            store.session.execute(text("DELETE FROM text_vectors"))
        assert once_loaded(service).status_code == 200

    def test_pools_that_take_too_long_are_not_waited_for(
        self, sqlite_service: Service, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pools = type(sqlite_service.running.pools)
        monkeypatch.setattr(pools, "begin_loading", lambda _: None)
        for seconds, status in ((0.1, 503), (running._LONGEST_LOADING_SECONDS, 200)):
            monkeypatch.setattr(pools, "loading_seconds", property(lambda _, seconds=seconds: seconds))
            assert sqlite_service.client.get("/readyz").status_code == status

    def test_a_database_that_does_not_answer_is_told(
        self, sqlite_service: Service, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse() -> None:
            raise OperationalError("SELECT", {}, OSError())

        monkeypatch.setattr(sqlite_service.database.engine, "connect", refuse)
        answer = sqlite_service.client.get("/readyz")
        assert (answer.status_code, answer.json()["detail"]) == (503, "The database does not answer.")
        assert answer.headers["content-type"] == "application/problem+json"

    def test_a_database_of_another_revision_is_told(self, sqlite_service: Service) -> None:
        with sqlite_service.database.engine.begin() as connection:
            connection.execute(text("UPDATE schema_revision SET version_num = '0000'"))
        answer = sqlite_service.client.get("/readyz")
        assert (answer.status_code, answer.json()["detail"]) == (
            503,
            f"The database is at revision 0000, and this program needs {NEWEST}.",
        )


class TestNotReady:
    def test_a_pool_without_vectors_is_told_as_busy_with_a_time_to_ask_again(self) -> None:
        from api.errors import of_domain
        from matching.actions.organisation_pool import NotReady

        answer = of_domain(NotReady())
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
