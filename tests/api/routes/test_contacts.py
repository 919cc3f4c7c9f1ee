"""Contacts with employers over HTTP: on behalf of whom, within which limit, and who sees what of them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from httpx import Response

from tests.service import Service

TODAY = "2026-11-22"


def employer(service: Service, **limits: Any) -> str:
    added = service.as_("eve").post("/v1/employers", {"name": "Hazel Bakery", **limits})
    return str(added.json()["id"])


def participant(service: Service, *, of: str = "ana", ref: str = "P-1") -> str:
    taken_on = service.as_(of).post("/v1/participants", {"ref": ref, "name": "Robin Invented", "entered_on": TODAY})
    assert taken_on.status_code == 201, taken_on.text
    return str(taken_on.json()["id"])


def contact(service: Service, employer_id: str, *, of: str = "ana", **more: Any) -> Response:
    said = {"employer_id": employer_id, "mode": "visit", "on": TODAY, **more}
    return service.as_(of).post("/v1/contacts", said)


def fields(refused: Response) -> list[str]:
    assert refused.status_code == 422, refused.text
    return [each["field"] for each in refused.json()["errors"]]


class TestLog:
    def test_a_contact_is_read_as_it_was_logged(self, service: Service) -> None:
        person = participant(service)
        logged = contact(
            service,
            employer(service),
            person_met="Kim",
            hiring_authority=True,
            on_behalf_of=[person],
            serves="wants to bake",
            notes="two ovens",
        )
        assert logged.status_code == 201
        read = service.as_("ana").get(logged.headers["Location"])
        assert read.json() == logged.json()
        assert (read.json()["on_behalf_of"], read.json()["serves"]) == ([person], "wants to bake")

    def test_nobody_speaks_for_a_participant_of_another_caseload(self, sqlite_service: Service) -> None:
        person = participant(sqlite_service)
        bakery = employer(sqlite_service)
        assert contact(sqlite_service, bakery, of="ben", on_behalf_of=[person]).status_code == 403
        assert contact(sqlite_service, bakery, of="eve", on_behalf_of=[person]).status_code == 403

    @pytest.mark.parametrize(
        ("said", "field"),
        [
            ({"on": "2026-11-23"}, "on"),
            ({"on": "2026-11-21", "planned": True}, "on"),
            ({"on": "2028-11-23", "planned": True}, "on"),
            ({"on": "0001-01-01"}, "on"),
            ({"mode": "pigeon"}, "mode"),
            ({"score": 3}, "score"),
        ],
    )
    def test_what_is_wrong_is_named(self, sqlite_service: Service, said: dict[str, Any], field: str) -> None:
        assert fields(contact(sqlite_service, employer(sqlite_service), **said)) == [field]

    def test_facts_learnt_on_a_visit_become_facts_of_the_role(self, service: Service) -> None:
        role = service.as_("eve").post("/v1/vacancies", {"title": "Baker", "employer": "Hazel Bakery"}).json()
        fact = {"vacancy_id": role["id"], "field": "sensory.noise", "value": {"typical": 2}}
        assert contact(service, role["employer_id"], facts=[fact]).status_code == 201
        found = service.as_("eve").get(f"/v1/vacancies/{role['id']}/facts").json()["items"]
        noise = next(each for each in found if each["field"] == "sensory.noise")
        assert (noise["source"], noise["observed_on"]) == ("visit", TODAY)

    def test_a_fact_of_another_employers_role_is_refused_and_nothing_is_kept(self, sqlite_service: Service) -> None:
        role = sqlite_service.as_("eve").post("/v1/vacancies", {"title": "Baker", "employer": "Other Ltd"}).json()
        bakery = employer(sqlite_service)
        fact = {"vacancy_id": role["id"], "field": "sensory.noise", "value": {"typical": 2}}
        assert fields(contact(sqlite_service, bakery, facts=[fact])) == ["facts[1].vacancy_id"]
        assert sqlite_service.as_("ana").get(f"/v1/employers/{bakery}/contacts").json()["items"] == []


class TestLimit:
    def test_a_second_contact_within_the_limit_is_refused_whoever_makes_it(self, service: Service) -> None:
        bakery = employer(service, contact_every_days=14)
        contact(service, bakery, on="2026-11-10")
        refused = contact(service, bakery, of="ben")
        assert refused.status_code == 409
        assert "2026-11-24" in refused.json()["detail"]

    def test_of_two_at_the_same_moment_one_is_refused(self, service: Service) -> None:
        bakery = employer(service, contact_every_days=14)
        with ThreadPoolExecutor(2) as both:
            answered = list(both.map(lambda name: contact(service, bakery, of=name).status_code, ("ana", "ben")))
        assert sorted(answered) == [201, 409]

    def test_a_reason_lets_it_through_and_is_kept(self, sqlite_service: Service) -> None:
        bakery = employer(sqlite_service, contact_every_days=14)
        contact(sqlite_service, bakery, on="2026-11-10")
        let_through = contact(sqlite_service, bakery, of="ben", over_limit_because="they called us")
        assert (let_through.status_code, let_through.json()["over_limit_because"]) == (201, "they called us")

    @pytest.mark.parametrize(
        ("every", "until", "before", "on", "status"),
        [
            (14, None, "2026-11-08", TODAY, 201),  # fourteen days later
            (14, None, "2026-11-09", TODAY, 409),
            (14, None, TODAY, "2026-11-09", 409),  # logged late, but it was too near all the same
            (None, None, TODAY, TODAY, 201),
            (None, TODAY, None, TODAY, 201),  # until that day, and so on it
            (None, "2026-11-23", None, TODAY, 409),
        ],
    )
    def test_days_apart(
        self, sqlite_service: Service, every: int | None, until: str | None, before: str | None, on: str, status: int
    ) -> None:
        bakery = employer(sqlite_service, contact_every_days=every, no_contact_until=until)
        if before is not None:
            assert contact(sqlite_service, bakery, on=before).status_code == 201
        assert contact(sqlite_service, bakery, of="ben", on=on).status_code == status

    def test_a_plan_keeps_others_away_until_it_is_called_off(self, service: Service) -> None:
        bakery = employer(service, contact_every_days=7)
        planned = contact(service, bakery, on="2026-11-25", planned=True)
        assert contact(service, bakery, of="ben").status_code == 409
        called_off = service.as_("ana").change("DELETE", planned.headers["Location"], version=1)
        assert called_off.status_code == 204
        assert contact(service, bakery, of="ben").status_code == 201

    def test_the_standing_names_the_colleague_in_touch_and_the_next_day(self, service: Service) -> None:
        bakery = employer(service, contact_every_days=14)
        contact(service, bakery, on="2026-11-10")
        standing = service.as_("ben").get(f"/v1/employers/{bakery}/contact-standing").json()
        assert (standing["may_be_contacted"], standing["next_allowed_on"]) == (False, "2026-11-24")
        assert (standing["last_contact_on"], standing["last_contact_by"]) == ("2026-11-10", "user-ana")

    def test_the_next_day_keeps_clear_of_what_is_planned(self, sqlite_service: Service) -> None:
        bakery = employer(sqlite_service, contact_every_days=7)
        contact(sqlite_service, bakery, on="2026-11-20")
        contact(sqlite_service, bakery, on="2026-11-29", planned=True)
        standing = sqlite_service.as_("ben").get(f"/v1/employers/{bakery}/contact-standing").json()
        assert standing["next_allowed_on"] == "2026-12-06"
        assert standing["next_planned_on"] == "2026-11-29"


class TestChange:
    def test_a_plan_that_was_made_counts_as_the_last_contact(self, service: Service) -> None:
        bakery, person = employer(service, contact_every_days=7), participant(service)
        said = {"employer_id": bakery, "mode": "visit", "on": "2026-11-23", "on_behalf_of": [person]}
        planned = service.as_("ana").post("/v1/contacts", {**said, "planned": True})
        service.clock.pass_(days=1)
        made = service.as_("ana").change("PUT", planned.headers["Location"], said, version=1)
        assert (made.status_code, made.json()["planned"], made.json()["version"]) == (200, False, 2)
        standing = service.as_("ben").get(f"/v1/employers/{bakery}/contact-standing").json()
        assert standing["last_contact_on"] == "2026-11-23"

    def test_only_who_logged_it_changes_it(self, sqlite_service: Service) -> None:
        bakery = employer(sqlite_service)
        logged = contact(sqlite_service, bakery)
        said = {"employer_id": bakery, "mode": "phone", "on": TODAY}
        assert sqlite_service.as_("ben").change("PUT", logged.headers["Location"], said, version=1).status_code == 403
        assert sqlite_service.as_("ana").change("PUT", logged.headers["Location"], said, version=2).status_code == 412

    def test_a_contact_that_was_made_stays_on_record(self, sqlite_service: Service) -> None:
        logged = contact(sqlite_service, employer(sqlite_service))
        assert sqlite_service.as_("ana").change("DELETE", logged.headers["Location"], version=1).status_code == 409


class TestWhoSees:
    def test_employer_engagement_sees_the_contact_but_not_on_whose_behalf(self, service: Service) -> None:
        bakery, person = employer(service), participant(service)
        contact(service, bakery, on_behalf_of=[person], serves="wants to bake", notes="two ovens")
        (seen,) = service.as_("eve").get(f"/v1/employers/{bakery}/contacts").json()["items"]
        assert (seen["on_behalf_of"], seen["serves"], seen["notes"]) == ([], None, "two ovens")

    def test_contacts_for_a_participant_show_to_their_specialist_alone(self, service: Service) -> None:
        person = participant(service)
        contact(service, employer(service), on_behalf_of=[person])
        path = f"/v1/participants/{person}/contacts"
        assert len(service.as_("ana").get(path).json()["items"]) == 1
        assert service.as_("ben").get(path).status_code == 403
        assert service.as_("eve").get(path).status_code == 403
        assert service.as_("sam").get(path).status_code == 404

    def test_another_organisation_finds_none_of_it(self, service: Service) -> None:
        bakery = employer(service)
        logged = contact(service, bakery)
        for path in (
            logged.headers["Location"],
            f"/v1/employers/{bakery}/contacts",
            f"/v1/employers/{bakery}/contact-standing",
        ):
            assert service.as_("sam").get(path).status_code == 404

    def test_reading_a_contact_on_behalf_of_somebody_is_in_the_record(self, sqlite_service: Service) -> None:
        bakery, person = employer(sqlite_service), participant(sqlite_service)
        contact(sqlite_service, bakery, on_behalf_of=[person])
        sqlite_service.as_("ana").get(f"/v1/employers/{bakery}/contacts")
        with sqlite_service.database.reading("north") as store:
            actions = [link.event.action for link in store.audit.chain() if link.event.subject_id == person]
        assert actions[-1] == "contacts.read"


class TestWeeks:
    def test_contacts_are_counted_by_week_for_oneself_and_for_ones_team(self, service: Service) -> None:
        bakery = employer(service)
        contact(service, bakery, on="2026-11-16", serves="wants to bake")
        contact(service, bakery, on=TODAY, mode="phone")
        contact(service, bakery, of="ben", on=TODAY)
        path = "/v1/contacts/weeks?first=2026-11-01&last=2026-11-30"
        (week,) = service.as_("ana").get(path).json()["items"]
        assert week == {
            "user_id": "user-ana",
            "week_begins": "2026-11-16",
            "contacts": 2,
            "face_to_face": 1,
            "with_stated_wish": 1,
            "employers": 1,
        }
        assert service.as_("lee").get(path).json()["items"] == [week]

    def test_the_auditor_counts_nobodys_contacts(self, sqlite_service: Service) -> None:
        refused = sqlite_service.as_("aud").get("/v1/contacts/weeks?first=2026-11-01&last=2026-11-30")
        assert refused.status_code == 403
