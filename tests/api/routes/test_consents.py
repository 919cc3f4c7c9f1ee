"""Consents over HTTP, and what an employer may be told."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from httpx import Response

from matching.actions.consents import disclosure_for, live_consent
from tests.api.routes.people import employer, taken_on, write
from tests.service import Service

TOLD = {
    "strengths": ["Notices when a mix is five grams out"],
    "hours": {"min": 10, "max": 16},
    "adjustments": [{"slug": "comm.written_instructions", "importance": "essential"}],
    "sensory": {"noise": {"tolerance": 1}},
    "physical": {"lift_max_kg": 5, "climb": False},
    "goal": {"own_words": "never told"},
    "travel": {"home": "ME15 8", "max_minutes": 40, "modes": ["wheelchair"], "no_go": ["ME14"]},
    "employers_avoided": ["Never Told Ltd"],
    "role_exclusions": ["no_alcohol_premises"],
    "checks_to_avoid": ["enhanced"],
}


def said(service: Service, participant_id: str, employer_id: str, *, by: str = "ana", **more: Any) -> Response:
    """Record a choice; a yes to everything about hours unless more is said."""
    body = {
        "employer_id": employer_id,
        "choice": "yes",
        "items": ["hours"],
        "method": "in_person",
        "given_on": "2026-11-20",
        **more,
    }
    return service.as_(by).post(f"/v1/participants/{participant_id}/consents", body)


def introduction(service: Service, participant_id: str, employer_id: str) -> list[str]:
    """The sentences that an employer may read."""
    path = f"/v1/participants/{participant_id}/consents/introductions/{employer_id}"
    answered = service.as_("ana").get(path)
    assert answered.status_code == 200, answered.text
    return list(answered.json()["sentences"])


def live(service: Service, participant_id: str, employer_id: str, on: date) -> set[str]:
    """What may be told on a day."""
    with service.database.reading("north") as store:
        return {item.value for item in live_consent(store, participant_id, employer_id, on)}


class TestIntroduction:
    def test_without_consent_nothing_is_told(self, service: Service) -> None:
        participant_id = taken_on(service, name="Invented Ines")
        write(service, participant_id, TOLD, version=0)
        assert introduction(service, participant_id, employer(service)) == []

    def test_only_what_is_covered_is_told(self, service: Service) -> None:
        participant_id = taken_on(service, name="Invented Ines")
        write(service, participant_id, TOLD, version=0)
        employer_id = employer(service)
        said(service, participant_id, employer_id, items=["hours", "physical"])
        assert introduction(service, participant_id, employer_id) == [
            "We support somebody who is interested in your work.",
            "They look for 10 to 16 hours a week.",
            "They lift up to 5 kg.",
            "Work without climbing suits them.",
        ]

    def test_another_employer_is_told_nothing(self, sqlite_service: Service) -> None:
        participant_id = taken_on(sqlite_service)
        write(sqlite_service, participant_id, TOLD, version=0)
        said(sqlite_service, participant_id, employer(sqlite_service))
        assert introduction(sqlite_service, participant_id, employer(sqlite_service, "Old Mill")) == []

    def test_with_every_item_some_things_are_never_told(self, sqlite_service: Service) -> None:
        participant_id = taken_on(sqlite_service, name="Invented Ines")
        write(sqlite_service, participant_id, TOLD, version=0)
        employer_id = employer(sqlite_service)
        items = [
            "name",
            "adjustments",
            "sensory",
            "hours",
            "availability",
            "travel",
            "physical",
            "strengths",
            "work_history",
        ]
        said(sqlite_service, participant_id, employer_id, items=items)
        sentences = introduction(sqlite_service, participant_id, employer_id)
        text = " ".join(sentences).casefold()
        assert "invented ines" in text
        for never in ("never told", "me15", "me14", "wheelchair", "alcohol", "enhanced", "check"):
            assert never not in text
        assert all(len(sentence.split()) <= 26 for sentence in sentences)

    def test_the_name_needs_a_consent_of_its_own(self, sqlite_service: Service) -> None:
        participant_id = taken_on(sqlite_service, name="Invented Ines")
        employer_id = employer(sqlite_service)
        said(sqlite_service, participant_id, employer_id)
        assert "Ines" not in " ".join(introduction(sqlite_service, participant_id, employer_id))
        said(sqlite_service, participant_id, employer_id, items=["name"])
        assert "Ines" in " ".join(introduction(sqlite_service, participant_id, employer_id))

    def test_there_is_no_disclosure_without_consent(self, sqlite_service: Service) -> None:
        participant_id = taken_on(sqlite_service)
        employer_id = employer(sqlite_service)
        with sqlite_service.database.reading("north") as store:
            participant = store.participants.get(participant_id)
            on = date(2026, 11, 22)
            told = disclosure_for(participant=participant, employer_id=employer_id, on=on, store=store)
        assert told is None


YES, NO = "yes", "no"


class TestLive:
    @pytest.mark.parametrize(
        ("choices", "on", "expected"),
        [
            ([{"items": ["hours"]}], "2026-11-19", set()),
            ([{"items": ["hours"]}], "2026-11-20", {"hours"}),
            ([{"items": ["hours"]}], "2027-11-20", {"hours"}),
            ([{"items": ["hours"]}], "2027-11-21", set()),
            ([{"items": ["hours"], "expires_on": "2026-11-21"}], "2026-11-22", set()),
            ([{"items": ["hours"]}, {"items": ["name"], "given_on": "2026-11-21"}], "2026-11-22", {"hours", "name"}),
            ([{"items": ["hours", "name"]}, {"choice": NO, "items": ["name"]}], "2026-11-22", {"hours"}),
            ([{"items": ["hours", "name"]}, {"choice": NO, "items": []}], "2026-11-22", set()),
            ([{"choice": NO, "items": []}, {"items": ["hours"]}], "2026-11-22", {"hours"}),
        ],
    )
    def test_what_was_said_last_holds(
        self, sqlite_service: Service, choices: list[dict[str, Any]], on: str, expected: set[str]
    ) -> None:
        participant_id, employer_id = taken_on(sqlite_service), employer(sqlite_service)
        for choice in choices:
            assert said(sqlite_service, participant_id, employer_id, **choice).status_code == 201
            sqlite_service.clock.pass_(minutes=1)
        assert live(sqlite_service, participant_id, employer_id, date.fromisoformat(on)) == expected

    def test_a_withdrawal_ends_it_and_stays_on_record(self, service: Service) -> None:
        participant_id, employer_id = taken_on(service), employer(service)
        consent_id = said(service, participant_id, employer_id).json()["id"]
        path = f"/v1/participants/{participant_id}/consents"
        withdrawn = service.as_("ana").post(f"{path}/{consent_id}/withdrawal", {})
        assert withdrawn.json()["withdrawn_on"] == "2026-11-22"
        assert live(service, participant_id, employer_id, date(2026, 11, 22)) == set()
        assert len(service.as_("ana").get(path).json()["items"]) == 1
        assert service.as_("ana").post(f"{path}/{consent_id}/withdrawal", {}).status_code == 409

    def test_a_withdrawal_takes_the_item_from_earlier_choices_too(self, sqlite_service: Service) -> None:
        participant_id, employer_id = taken_on(sqlite_service), employer(sqlite_service)
        said(sqlite_service, participant_id, employer_id, items=["hours", "name"], given_on="2026-11-01")
        later = said(sqlite_service, participant_id, employer_id, items=["name"]).json()["id"]
        sqlite_service.as_("ana").post(f"/v1/participants/{participant_id}/consents/{later}/withdrawal", {})
        assert live(sqlite_service, participant_id, employer_id, date(2026, 11, 22)) == {"hours"}


class TestRecord:
    @pytest.mark.parametrize(
        ("more", "field"),
        [
            ({"items": []}, "items"),
            ({"given_on": "2026-11-24"}, "given_on"),
            ({"expires_on": "2026-11-01"}, "expires_on"),
            ({"items": ["diagnosis"]}, "items.0"),
            ({"method": "rumour"}, "method"),
        ],
    )
    def test_what_makes_no_sense_is_refused_by_field(
        self, sqlite_service: Service, more: dict[str, Any], field: str
    ) -> None:
        refused = said(sqlite_service, taken_on(sqlite_service), employer(sqlite_service), **more)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)

    @pytest.mark.parametrize(("name", "status"), [("lee", 201), ("ben", 403), ("eve", 403), ("sam", 404)])
    def test_only_the_specialist_and_their_leader_record(self, sqlite_service: Service, name: str, status: int) -> None:
        participant_id, employer_id = taken_on(sqlite_service), employer(sqlite_service)
        assert said(sqlite_service, participant_id, employer_id, by=name).status_code == status

    def test_an_employer_of_another_organisation_does_not_exist(self, sqlite_service: Service) -> None:
        participant_id = taken_on(sqlite_service, "sam")
        assert said(sqlite_service, participant_id, employer(sqlite_service), by="sam").status_code == 404
