"""Profiles over HTTP: versions, two who save at once, and what concerns safety."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from matching.actions.profiles import matching_profile
from matching.store.tables import AuditRow, ProfileDraft
from tests.api.routes.people import DOGS, changes, taken_on, write
from tests.service import Service

PROFILE = "/v1/participants/{}/profile"


class TestWrite:
    def test_three_facts_are_enough(self, service: Service) -> None:
        participant_id = taken_on(service)
        written = write(service, participant_id, DOGS, version=0)
        assert (written.status_code, written.headers["ETag"]) == (200, '"1"')
        assert written.json()["document"] == {"participant_ref": "p-1", **DOGS}

    def test_each_statement_keeps_its_source_and_date(self, sqlite_service: Service) -> None:
        participant_id = taken_on(sqlite_service)
        body = changes({"hours.max": 16}, source="supporter", said_on="2026-11-01")
        path = PROFILE.format(participant_id)
        told = sqlite_service.as_("ana").change("PATCH", path, body, version=0).json()["statements"]["hours.max"]
        assert (told["source"], told["said_on"], told["written_by"]) == ("supporter", "2026-11-01", "user-ana")

    def test_null_makes_a_field_unknown_again(self, sqlite_service: Service) -> None:
        participant_id = taken_on(sqlite_service)
        write(sqlite_service, participant_id, DOGS, version=0)
        written = write(sqlite_service, participant_id, {"hours.max": None, "wanted_work": None}, version=1).json()
        assert set(written["document"]) == {"participant_ref", "travel"}

    def test_earlier_versions_stay_as_they_were(self, service: Service) -> None:
        participant_id = taken_on(service)
        write(service, participant_id, DOGS, version=0)
        write(service, participant_id, {"hours.max": 20}, version=1)
        path = PROFILE.format(participant_id)
        earlier = service.as_("ana").get(f"{path}/versions/1").json()
        assert earlier["document"]["hours"] == {"max": 16}
        listed = service.as_("ana").get(f"{path}/versions").json()["items"]
        assert [each["version"] for each in listed] == [2, 1]

    def test_the_same_said_again_is_no_new_version(self, sqlite_service: Service) -> None:
        participant_id = taken_on(sqlite_service)
        first, second = (write(sqlite_service, participant_id, DOGS, version=version) for version in (0, 0))
        assert (first.json()["version"], second.json()["version"]) == (1, 1)

    def test_every_problem_is_named_and_no_value_repeated(self, sqlite_service: Service) -> None:
        participant_id = taken_on(sqlite_service)
        fields = {
            "hours": {"min": 30777, "max": 20},
            "remote": "canary-one",
            "travel.modes": ["bus", "canary-two"],
            "travel.home": "canary three",
            "skills": [{"label": "canary-four", "level": 9}],
            "refused_work": [{"label": "canary-five"}, {"label": "canary-five"}],
            "qualifications": ["Canary Six"],
            "shift.max_hours": "canary-seven",
        }
        refused = write(sqlite_service, participant_id, fields, version=0)
        assert refused.status_code == 422
        assert "anary" not in refused.text
        assert "30777" not in refused.text
        assert {problem["field"] for problem in refused.json()["errors"]} == {
            "hours.min",
            "remote",
            "travel.modes[2]",
            "travel.home",
            "skills[1].level",
            "refused_work[2]",
            "qualifications[1]",
            "shift.max_hours",
        }

    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({"colour": "red"}, "changes[1].field"),
            ({"hours.colour": 1}, "changes[1].field"),
            ({"participant_ref": "x"}, "changes[1].field"),
            ({"hours": {"min": 1}, "hours.max": 2}, "changes[2].field"),
        ],
    )
    def test_fields_that_are_none_or_meet_are_refused(
        self, sqlite_service: Service, fields: dict[str, object], field: str
    ) -> None:
        participant_id = taken_on(sqlite_service)
        refused = write(sqlite_service, participant_id, fields, version=0)
        assert refused.json()["errors"][0]["field"] == field

    def test_nothing_is_said_in_the_future(self, sqlite_service: Service) -> None:
        participant_id = taken_on(sqlite_service)
        body = changes({"hours.max": 16}, said_on="2026-11-24")
        path = PROFILE.format(participant_id)
        assert sqlite_service.as_("ana").change("PATCH", path, body, version=0).status_code == 422

    @pytest.mark.parametrize(("name", "status"), [("ben", 403), ("eve", 403), ("lee", 200), ("sam", 404)])
    def test_only_the_specialist_and_their_leader_write(self, sqlite_service: Service, name: str, status: int) -> None:
        participant_id = taken_on(sqlite_service)
        assert write(sqlite_service, participant_id, DOGS, version=0, by=name).status_code == status

    def test_the_audit_record_names_fields_and_no_values(self, sqlite_service: Service) -> None:
        participant_id = taken_on(sqlite_service)
        write(sqlite_service, participant_id, {**DOGS, "employers_avoided": ["Canary Ltd"]}, version=0)
        with sqlite_service.database.reading("north") as store:
            row = store.session.query(AuditRow).filter_by(action="profile.written").one()
        assert row.detail == {"version": 1, "fields": ["hours", "travel", "wanted_work"]}

    def test_two_versions_are_compared_field_by_field(self, sqlite_service: Service) -> None:
        participant_id = taken_on(sqlite_service)
        write(sqlite_service, participant_id, DOGS, version=0)
        write(sqlite_service, participant_id, {"hours.ideal": 12, "interests": ["dogs"]}, version=1)
        path = PROFILE.format(participant_id)
        told = sqlite_service.as_("ana").get(f"{path}/comparison?before=1&after=2").json()["differences"]
        assert told == [
            {"field": "interests", "before": None, "after": ["dogs"]},
            {"field": "hours.ideal", "before": None, "after": 12},
        ]


class TestTwoSavers:
    def test_different_fields_both_land(self, service: Service) -> None:
        participant_id = taken_on(service)
        write(service, participant_id, DOGS, version=0)
        write(service, participant_id, {"hours.max": 20}, version=1)
        second = write(service, participant_id, {"hours.ideal": 12, "interests": ["dogs"]}, version=1, by="lee")
        assert (second.status_code, second.json()["merged"], second.json()["version"]) == (200, True, 3)
        assert second.json()["document"]["hours"] == {"max": 20, "ideal": 12}

    def test_the_same_field_shows_both_and_loses_nothing(self, service: Service) -> None:
        participant_id = taken_on(service)
        write(service, participant_id, DOGS, version=0)
        write(service, participant_id, {"hours.max": 20}, version=1)
        second = write(service, participant_id, {"hours.max": 8, "interests": ["dogs"]}, version=1, by="lee")
        told = second.json()
        assert (second.status_code, told["version"]) == (412, 2)
        assert told["current"]["clashes"] == [{"field": "hours.max", "present": 20, "yours": 8}]
        (draft,) = service.as_("lee").get(PROFILE.format(participant_id) + "/drafts").json()["items"]
        assert draft["id"] == told["current"]["draft_id"]
        assert [(each["field"], each["value"], each["present"]) for each in draft["changes"]] == [
            ("hours.max", 8, 20),
            ("interests", ["dogs"], None),
        ]

    def test_the_same_value_twice_is_no_clash(self, sqlite_service: Service) -> None:
        participant_id = taken_on(sqlite_service)
        write(sqlite_service, participant_id, DOGS, version=0)
        write(sqlite_service, participant_id, {"hours.max": 20}, version=1)
        assert write(sqlite_service, participant_id, {"hours.max": 20}, version=1).status_code == 200

    def test_a_draft_is_taken_up_whole_or_in_part(self, service: Service) -> None:
        participant_id = taken_on(service)
        write(service, participant_id, DOGS, version=0)
        write(service, participant_id, {"hours.max": 20}, version=1)
        stale = write(service, participant_id, {"hours.max": 8, "interests": ["dogs"]}, version=1).json()
        path = f"{PROFILE.format(participant_id)}/drafts/{stale['current']['draft_id']}/taking-up"
        some = service.as_("ana").change("POST", path, {"fields": ["interests"]}, version=2)
        assert (some.json()["document"]["interests"], some.json()["document"]["hours"]) == (["dogs"], {"max": 20})
        rest = service.as_("ana").change("POST", path, {}, version=3)
        assert rest.json()["document"]["hours"] == {"max": 8}
        assert service.as_("ana").get(PROFILE.format(participant_id) + "/drafts").json()["items"] == []

    def test_only_who_wrote_a_draft_throws_it_away(self, sqlite_service: Service) -> None:
        participant_id = taken_on(sqlite_service)
        write(sqlite_service, participant_id, DOGS, version=0)
        write(sqlite_service, participant_id, {"hours.max": 20}, version=1)
        stale = write(sqlite_service, participant_id, {"hours.max": 8}, version=1).json()
        path = f"{PROFILE.format(participant_id)}/drafts/{stale['current']['draft_id']}"
        assert sqlite_service.as_("lee").delete(path).status_code == 403
        assert sqlite_service.as_("ana").delete(path).status_code == 204
        assert sqlite_service.as_("ana").delete(path).status_code == 404

    def test_the_same_stale_save_sent_again_is_one_draft(self, sqlite_service: Service) -> None:
        participant_id = taken_on(sqlite_service)
        write(sqlite_service, participant_id, DOGS, version=0)
        write(sqlite_service, participant_id, {"hours.max": 20}, version=1)
        ids = {
            write(sqlite_service, participant_id, {"hours.max": 8}, version=1).json()["current"]["draft_id"]
            for _ in range(2)
        }
        assert len(ids) == 1

    def test_a_version_that_does_not_exist_yet_is_refused(self, sqlite_service: Service) -> None:
        participant_id = taken_on(sqlite_service)
        assert write(sqlite_service, participant_id, DOGS, version=7).status_code == 412

    def test_sixteen_at_once_on_different_fields_lose_nothing(self, service: Service) -> None:
        participant_id = taken_on(service)
        write(service, participant_id, DOGS, version=0)
        fields: list[dict[str, object]] = [
            {"hours.min": 4},
            {"hours.ideal": 10},
            {"shift.max_hours": 6},
            {"shift.nights": "no"},
            {"travel.max_minutes": 40},
            {"travel.max_km": 12},
            {"remote": "some"},
            {"interests": ["dogs"]},
            {"strengths": ["patient"]},
            {"skills": [{"label": "grooming"}]},
            {"liked_tasks": ["animals"]},
            {"driving": "none"},
            {"physical.lift_max_kg": 10},
            {"physical.climb": False},
            {"sensory.noise": {"tolerance": 1}},
            {"sensory.smell": {"tolerance": 3}},
        ]
        with ThreadPoolExecutor(16) as together:
            answers = list(together.map(lambda each: write(service, participant_id, each, version=1), fields))
        assert [each.status_code for each in answers] == [200] * 16
        told = service.as_("ana").get(PROFILE.format(participant_id)).json()
        assert told["version"] == 17
        for name, value in (pair for each in fields for pair in each.items()):
            found = told["document"]
            for step in name.split("."):
                found = found[step]
            assert found == value


class TestSafety:
    def test_only_their_own_specialist_reads_it(self, service: Service) -> None:
        participant_id = taken_on(service)
        write(service, participant_id, {**DOGS, "employers_avoided": ["Old Mill"], "travel.no_go": ["ME14"]}, version=0)
        path = PROFILE.format(participant_id)
        mine, theirs = (service.as_(name).get(path).json() for name in ("ana", "lee"))
        assert mine["document"]["travel"]["no_go"] == ["ME14"]
        assert mine["document"]["employers_avoided"] == ["Old Mill"]
        assert "no_go" not in str(theirs)
        assert "avoided" not in str(theirs)

    def test_a_leader_changes_neither(self, sqlite_service: Service) -> None:
        participant_id = taken_on(sqlite_service)
        for field in ("travel.no_go", "employers_avoided"):
            assert write(sqlite_service, participant_id, {field: ["ME14"]}, version=0, by="lee").status_code == 403
        assert write(sqlite_service, participant_id, {"travel": {"no_go": []}}, version=0, by="lee").status_code == 403

    def test_travel_written_anew_keeps_the_areas(self, service: Service) -> None:
        participant_id = taken_on(service)
        write(service, participant_id, {**DOGS, "travel.no_go": ["ME14"]}, version=0)
        write(service, participant_id, {"travel": {"home": "ME15 6"}}, version=1, by="lee")
        told = service.as_("ana").get(PROFILE.format(participant_id)).json()["document"]
        assert told["travel"] == {"home": "ME15 6", "no_go": ["ME14"]}

    def test_the_matcher_reads_all_of_it(self, sqlite_service: Service) -> None:
        participant_id = taken_on(sqlite_service)
        write(sqlite_service, participant_id, {**DOGS, "travel.no_go": ["ME14"]}, version=0)
        with sqlite_service.database.reading("north") as store:
            profile = matching_profile(store, store.participants.get(participant_id))
        assert profile.travel.no_go == ("ME14",)

    def test_a_clash_about_it_tells_no_value(self, service: Service) -> None:
        participant_id = taken_on(service)
        write(service, participant_id, {"travel.no_go": ["ME14"]}, version=0)
        write(service, participant_id, {"travel.no_go": ["ME15"]}, version=1)
        stale = write(service, participant_id, {"travel.no_go": ["ME16"]}, version=1)
        assert stale.status_code == 412
        assert stale.json()["current"]["clashes"] == [{"field": "travel.no_go", "present": None, "yours": None}]
        path = PROFILE.format(participant_id) + "/drafts"
        (mine,), (theirs,) = (service.as_(name).get(path).json()["items"] for name in ("ana", "lee"))
        assert mine["changes"][0]["value"] == ["ME16"]
        assert theirs["changes"] == []

    def test_it_lives_in_its_own_table_alone(self, sqlite_service: Service) -> None:
        participant_id = taken_on(sqlite_service)
        write(sqlite_service, participant_id, {"travel.no_go": ["ME14"]}, version=0)
        write(sqlite_service, participant_id, {"travel.no_go": ["ME15"]}, version=1)
        write(sqlite_service, participant_id, {"travel.no_go": ["ME16"]}, version=1)
        with sqlite_service.database.reading("north") as store:
            rows = store.profiles.all_versions(participant_id)
            (draft,) = store.session.query(ProfileDraft).all()
        assert not any("no_go" in str((row.document, row.statements)) for row in rows)
        assert "no_go" not in str(draft.changes)

    def test_what_differs_in_it_is_shown_to_their_specialist_alone(self, sqlite_service: Service) -> None:
        participant_id = taken_on(sqlite_service)
        write(sqlite_service, participant_id, DOGS, version=0)
        write(sqlite_service, participant_id, {"travel.no_go": ["ME14"]}, version=1)
        path = PROFILE.format(participant_id) + "/comparison?before=1&after=2"
        mine, theirs = (sqlite_service.as_(name).get(path).json()["differences"] for name in ("ana", "lee"))
        assert mine == [{"field": "travel.no_go", "before": None, "after": ["ME14"]}]
        assert theirs == []
