"""Whoever waits for work may ask how far it is, if it is about what they may see."""

from __future__ import annotations

import pytest

from matching.actions.index import profile_changed
from matching.actions.jobs import queue
from tests.matching.actions.roles import take_on
from tests.service import NORTH, START, Service


def waiting(service: Service) -> str:
    """The address of the job that encodes what a participant of Ana's says."""
    with service.database.writing(NORTH) as store:
        participant = take_on(store, "P-1", wanted_work=[{"label": "feeding owls"}])
        return f"/v1/jobs/{profile_changed(store, participant, START)}"


class TestShow:
    def test_a_job_can_be_polled_until_it_is_done(self, service: Service) -> None:
        path = waiting(service)
        before = service.as_("ana").get(path)
        service.run_jobs()
        after = service.as_("ana").get(path)
        assert (before.json()["state"], before.headers["Retry-After"]) == ("waiting", "1")
        assert (after.json()["state"], "Retry-After" in after.headers) == ("done", False)

    def test_neither_payload_nor_words_are_told(self, sqlite_service: Service) -> None:
        told = sqlite_service.as_("ana").get(waiting(sqlite_service))
        assert sorted(told.json()) == ["attempts", "finished_at", "id", "kind", "made_at", "state"]
        assert "par-P-1" not in told.text
        assert "owls" not in told.text

    @pytest.mark.parametrize(
        ("who", "status"),
        [
            ("ana", 200),
            ("lee", 200),
            ("adam", 200),
            ("ben", 404),
            ("eve", 404),
            ("val", 404),
            ("aud", 404),
            ("sam", 404),
        ],
    )
    def test_only_who_may_see_the_participant_or_runs_the_organisation(
        self, sqlite_service: Service, who: str, status: int
    ) -> None:
        assert sqlite_service.as_(who).get(waiting(sqlite_service)).status_code == status

    def test_nobody_asks_signed_out(self, sqlite_service: Service) -> None:
        assert sqlite_service.client.get(waiting(sqlite_service)).status_code == 401

    def test_work_about_nobody_is_the_administrators_alone(self, sqlite_service: Service) -> None:
        with sqlite_service.database.writing(NORTH) as store:
            path = f"/v1/jobs/{queue(store, 'encode', 'pool', {}, START)}"
        statuses = {who: sqlite_service.as_(who).get(path).status_code for who in ("adam", "ana", "lee")}
        assert statuses == {"adam": 200, "ana": 404, "lee": 404}

    def test_a_job_that_never_was_is_not_found(self, sqlite_service: Service) -> None:
        assert sqlite_service.as_("ana").get("/v1/jobs/unheard-of").status_code == 404
