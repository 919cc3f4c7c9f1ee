"""A service in which a model of how long jobs last takes part, or near-ties are shuffled: lists, pages and alerts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings

from api.app import create_app
from api.pages.easy_words import _lines, is_known
from api.running import open_running
from tests.api.routes.lists import drawn, logged, person
from tests.databases import Databases
from tests.matching.actions import test_redrawing, test_standings
from tests.matching.actions.histories import histories
from tests.matching.sustain_models import WISHES, by_chance, written, written_not_enough
from tests.pages.test_lists import shown
from tests.service import Service, start_service

EMPLOYERS = ("Ash", "Beech", "Cedar", "Dale", "Elm", "Fir")


@pytest.fixture
def url(databases: Databases, tmp_path: Path) -> str:
    return databases.fresh("sqlite", tmp_path)


@pytest.fixture
def with_model(url: str, tmp_path: Path) -> Iterator[Service]:
    """A service with a model switched on."""
    written(WISHES, tmp_path / "model")
    yield from started(url, tmp_path, sustain_model=tmp_path / "model")


@pytest.fixture
def with_shuffle(url: str, tmp_path: Path) -> Iterator[Service]:
    """A service that shuffles near-ties."""
    yield from started(url, tmp_path, shuffle_width=0.1, shuffle_seed=3)


@pytest.fixture
def with_any_model(url: str, tmp_path: Path) -> Iterator[Service]:
    """A service with a model in which everything counts."""
    written(by_chance(3), tmp_path / "model")
    yield from started(url, tmp_path, sustain_model=tmp_path / "model")


@pytest.fixture
def with_both(url: str, tmp_path: Path) -> Iterator[Service]:
    """The same with a wide shuffle."""
    written(by_chance(3), tmp_path / "model")
    yield from started(url, tmp_path, sustain_model=tmp_path / "model", shuffle_width=0.1, shuffle_seed=3)


def started(url: str, folder: Path, **chosen: Any) -> Iterator[Service]:
    service = start_service(url, folder, **chosen)
    yield service
    service.client.close()
    service.database.close()


def restarted(service: Service, **chosen: Any) -> Service:
    """The same service after a start with other settings."""
    running = open_running(service.running.settings.model_copy(update=chosen), clock=service.clock)
    return replace(service, running=running, client=TestClient(create_app(running), base_url="https://testserver"))


def several_roles(service: Service) -> None:
    for employer in EMPLOYERS:
        logged(service, "Bread baker", employer=f"{employer} Bakery", location={"postcode": "ME14 1AA"})


def lasting_of(entry: dict[str, Any]) -> list[str]:
    return [finding["sentence"] for finding in entry["findings"] if finding["aspect"] == "lasting"]


class TestModel:
    def test_each_entry_tells_how_long_past_jobs_lasted_and_the_method_by_which_model(
        self, with_model: Service
    ) -> None:
        several_roles(with_model)
        found = drawn(with_model, person(with_model))
        assert found["method"]["model"].startswith("made by hand ")
        assert all(len(lasting_of(entry)) == 1 for entry in found["drawn"])
        assert lasting_of(found["drawn"][0])[0].startswith("Past jobs that fitted like this went on for half a year")

    def test_the_list_is_drawn_again_byte_for_byte(self, with_model: Service) -> None:
        several_roles(with_model)
        found = drawn(with_model, person(with_model))
        again = with_model.as_("ana").get(f"/v1/shortlists/{found['id']}/document")
        assert again.status_code == 200, again.text
        assert again.json()["entries"] == found["drawn"]
        assert again.json()["method"] == found["method"]

    def test_without_the_model_it_is_not_drawn_again_and_still_read_as_it_was(self, with_model: Service) -> None:
        several_roles(with_model)
        found = drawn(with_model, person(with_model))
        later = restarted(with_model, sustain_model=None)
        again = later.as_("ana").get(f"/v1/shortlists/{found['id']}/document")
        assert again.status_code == 409
        assert "The method has changed" in again.json()["detail"]
        assert later.as_("ana").get(f"/v1/shortlists/{found['id']}").json()["drawn"] == found["drawn"]

    def test_the_page_of_a_list_says_so_and_shows_the_sentence_under_its_name(self, with_model: Service) -> None:
        several_roles(with_model)
        path = f"/lists/{drawn(with_model, person(with_model))['id']}"
        page = shown(with_model, path)
        assert "How long past jobs with a match like this went on counted a little." in page
        assert "Nobody’s chances were measured" not in page
        assert "how long jobs last by made by hand" in page
        assert "How long such jobs last" in page
        assert "Past jobs that fitted like this went on for half a year" in page

    def test_a_sheet_in_easy_words_is_silent_on_it(self, with_model: Service) -> None:
        several_roles(with_model)
        found = drawn(with_model, person(with_model))["drawn"][0]["findings"]
        assert {finding["aspect"] for finding in found} >= {"lasting", "evidence"}
        assert all(is_known(finding) for finding in found if finding["aspect"] == "lasting")
        assert [each for finding in found if finding["aspect"] == "lasting" for each in _lines(finding)] == []

    def test_a_service_whose_model_had_too_little_history_starts_without_it(self, url: str, tmp_path: Path) -> None:
        folder = written_not_enough(tmp_path / "model")
        for service in started(url, tmp_path, sustain_model=folder):
            several_roles(service)
            found = drawn(service, person(service))
            assert "model" not in found["method"]
            assert not any(map(lasting_of, found["drawn"]))


class TestShuffle:
    def test_a_list_holds_how_likely_each_place_was_and_is_drawn_again_byte_for_byte(
        self, with_shuffle: Service
    ) -> None:
        several_roles(with_shuffle)
        found = drawn(with_shuffle, person(with_shuffle))
        assert found["method"]["shuffle"] == "near-ties within 0.1, seed 3"
        assert [entry["propensity"] for entry in found["drawn"]] == [1 / 6] * 6
        again = with_shuffle.as_("ana").get(f"/v1/shortlists/{found['id']}/document")
        assert again.status_code == 200, again.text
        assert again.json()["entries"] == found["drawn"]

    def test_equal_roles_stand_in_other_orders_for_other_people(self, with_shuffle: Service) -> None:
        several_roles(with_shuffle)
        orders = {
            tuple(entry["vacancy_ref"] for entry in drawn(with_shuffle, person(with_shuffle, f"p-{number}"))["drawn"])
            for number in range(6)
        }
        assert len(orders) > 1

    def test_the_page_of_a_list_says_so(self, with_shuffle: Service) -> None:
        several_roles(with_shuffle)
        page = shown(with_shuffle, f"/lists/{drawn(with_shuffle, person(with_shuffle))['id']}")
        assert "Among the first roles, those with nearly the same score were put in order by lot." in page
        assert "shuffled near-ties within 0.1, seed 3" in page
        assert "Nobody’s chances were measured." in page


class TestHistories:
    """Histories of changes, held against everybody's lists drawn anew."""

    # Standings are those before the lots, which the tests of the shuffle say; so no shuffle takes part here.
    @settings(max_examples=6, suppress_health_check=list(HealthCheck), deadline=None)
    @given(happened=histories(roles=12, rounds=3))
    def test_alerts_are_those_of_a_full_redraw_of_everybody(
        self, with_any_model: Service, happened: dict[str, Any]
    ) -> None:
        test_standings.check_history(with_any_model, happened)

    @settings(max_examples=4, suppress_health_check=list(HealthCheck), deadline=None)
    @given(happened=histories(roles=8, rounds=2))
    def test_every_stored_list_is_drawn_again_byte_for_byte(self, with_both: Service, happened: dict[str, Any]) -> None:
        test_redrawing.check_history(with_both, happened)


def test_a_plain_list_says_neither(sqlite_service: Service) -> None:
    several_roles(sqlite_service)
    found = drawn(sqlite_service, person(sqlite_service))
    assert set(found["method"]) == {"encoder", "weights", "rules", "catalogue", "policy"}
    assert not any("propensity" in entry for entry in found["drawn"])
    page = shown(sqlite_service, f"/lists/{found['id']}")
    assert "by lot" not in page
    assert "Nobody’s chances were measured." in page
