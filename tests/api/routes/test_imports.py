"""Files over HTTP: tried, mended, taken in once, taken out again."""

from __future__ import annotations

import csv
import io
import zipfile
from typing import Any

import pytest
from httpx import Response

from fixtures.world import load_world
from matching.feeds import Kind, template
from tests.service import Service, SignedInClient

WORLD = load_world()
GOOD = b"vacancy_ref,title,employer,hours.min,hours.max\nx1,Baker,Hazel Bakery,8,16\nx2,Porter,Ash Hotel,10,20\n"
MIXED = GOOD + b"x3,,Ash Hotel,10,20\nx4,Cook,=cmd(),30,20\n"


def try_file(who: SignedInClient, content: bytes, name: str = "roles.csv", kind: str = "vacancies") -> Response:
    return who.post("/v1/imports", data={"kind": kind}, files={"file": (name, content)})


def take(service: Service, who: SignedInClient, tried: Response, query: str = "") -> dict[str, Any]:
    taken = who.post(f"/v1/imports/{tried.json()['id']}/take{query}")
    assert taken.status_code == 202, taken.text
    service.run_jobs()
    shown: dict[str, Any] = who.get(taken.headers["Location"]).json()
    return shown


class TestTry:
    def test_trying_changes_nothing(self, sqlite_service: Service) -> None:
        tried = try_file(sqlite_service.as_("eve"), GOOD)
        assert (tried.status_code, tried.json()["good"], tried.json()["new"]) == (201, 2, 2)
        assert sqlite_service.as_("eve").get("/v1/vacancies").json()["items"] == []

    def test_every_refused_row_is_named_with_its_field(self, sqlite_service: Service) -> None:
        tried = try_file(sqlite_service.as_("eve"), MIXED).json()
        assert {(each["row"], each["field"]) for each in tried["first_problems"]} >= {("row 4", "title")}
        assert tried["good"] == 2

    def test_the_file_that_comes_back_holds_the_refused_rows_alone(self, sqlite_service: Service) -> None:
        who = sqlite_service.as_("eve")
        tried = try_file(who, MIXED).json()
        back = who.get(f"/v1/imports/{tried['id']}/errors")
        rows = list(csv.DictReader(io.StringIO(back.content.decode("utf-8-sig"))))
        assert [row["vacancy_ref"] for row in rows] == ["x3", "x4"]
        assert rows[1]["employer"] == "'=cmd()"

    @pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00garbage", b"PK\x03\x04cut off", b"not,a,header\n1,2,3\n"])
    def test_what_is_no_table_is_refused_with_its_reason(self, sqlite_service: Service, content: bytes) -> None:
        for name in ("roles.csv", "roles.xlsx"):
            tried = try_file(sqlite_service.as_("eve"), content, name)
            assert tried.status_code == 201
            assert tried.json()["good"] == 0

    def test_a_refused_file_cannot_be_taken_in(self, sqlite_service: Service) -> None:
        tried = try_file(sqlite_service.as_("eve"), b"vacancy_ref,title\n")
        assert sqlite_service.as_("eve").post(f"/v1/imports/{tried.json()['id']}/take").status_code == 409


class TestTake:
    def test_the_good_rows_are_there_and_the_same_file_again_changes_nothing(self, service: Service) -> None:
        who = service.as_("eve")
        assert take(service, who, try_file(who, GOOD))["taken"] == {"new": 2}
        assert take(service, who, try_file(who, GOOD))["taken"] == {"unchanged": 2}
        assert len(who.get("/v1/vacancies").json()["items"]) == 2

    def test_a_changed_row_changes_its_role_alone(self, sqlite_service: Service) -> None:
        who = sqlite_service.as_("eve")
        take(sqlite_service, who, try_file(who, GOOD))
        changed = take(sqlite_service, who, try_file(who, GOOD.replace(b"8,16", b"8,18")))
        assert changed["taken"] == {"changed": 1, "unchanged": 1}

    def test_with_refused_rows_one_must_say_that_they_are_skipped(self, sqlite_service: Service) -> None:
        who = sqlite_service.as_("eve")
        tried = try_file(who, MIXED)
        assert who.post(f"/v1/imports/{tried.json()['id']}/take").status_code == 409
        assert take(sqlite_service, who, tried, "?skip_refused=true")["taken"] == {"new": 2}

    def test_a_template_is_taken_in_as_it_is(self, sqlite_service: Service) -> None:
        who = sqlite_service.as_("eve")
        tried = try_file(who, template(Kind.VACANCIES, "xlsx"), "roles.xlsx")
        assert take(sqlite_service, who, tried)["state"] == "taken"

    def test_profiles_come_in_for_who_may_write_them(self, sqlite_service: Service) -> None:
        lee = sqlite_service.as_("lee")
        content = WORLD.profiles_path.read_bytes()
        shown = take(sqlite_service, lee, try_file(lee, content, "people.json", "profiles"))
        assert shown["taken"] == {"new": len(WORLD.profiles)}
        assert try_file(sqlite_service.as_("eve"), content, "people.json", "profiles").status_code == 403

    def test_another_system_takes_a_file_in_with_its_token_and_asks_about_the_job(
        self, sqlite_service: Service
    ) -> None:
        wanted = {"name": "feed", "permissions": ["imports_run", "vacancies_write"], "expires_at": "2027-01-01T00:00Z"}
        secret = sqlite_service.as_("adam").post("/v1/tokens", wanted).json()["secret"]
        machine = SignedInClient(sqlite_service.client, {"Authorization": f"Bearer {secret}"})
        tried = try_file(machine, GOOD)
        job_id = machine.post(f"/v1/imports/{tried.json()['id']}/take").json()["job_id"]
        sqlite_service.run_jobs()
        assert machine.get(f"/v1/imports/{tried.json()['id']}").json()["taken"] == {"new": 2}
        assert machine.get(f"/v1/jobs/{job_id}").json()["state"] == "done"

    def test_who_takes_no_files_in_does_not_see_the_job(self, sqlite_service: Service) -> None:
        tried = try_file(sqlite_service.as_("eve"), GOOD)
        job_id = sqlite_service.as_("eve").post(f"/v1/imports/{tried.json()['id']}/take").json()["job_id"]
        assert sqlite_service.as_("ana").get(f"/v1/jobs/{job_id}").status_code == 404


class TestExports:
    def test_what_goes_out_comes_in_again_unchanged(self, sqlite_service: Service) -> None:
        who = sqlite_service.as_("eve")
        take(sqlite_service, who, try_file(who, GOOD))
        out = who.post("/v1/exports", {"kind": "vacancies", "form": "xlsx"})
        assert out.status_code == 200
        tried = try_file(who, out.content, "again.xlsx").json()
        assert (tried["good"], tried["problems"]) == (2, 0)

    def test_a_formula_is_guarded(self, sqlite_service: Service) -> None:
        who = sqlite_service.as_("eve")
        who.post("/v1/employers", {"name": "=HYPERLINK(1)"})
        out = who.post("/v1/exports", {"kind": "employers"})
        assert "'=HYPERLINK(1)" in out.content.decode("utf-8-sig")

    def test_each_export_is_listed(self, sqlite_service: Service) -> None:
        who = sqlite_service.as_("eve")
        who.post("/v1/exports", {"kind": "employers"})
        assert [each["kind"] for each in who.get("/v1/exports").json()["items"]] == ["employers"]

    def test_a_specialist_takes_nothing_out(self, sqlite_service: Service) -> None:
        assert sqlite_service.as_("ana").post("/v1/exports", {"kind": "vacancies"}).status_code == 403

    def test_the_history_is_for_evaluators_and_holds_no_id(self, sqlite_service: Service) -> None:
        lee = sqlite_service.as_("lee")
        take(sqlite_service, lee, try_file(lee, WORLD.profiles_path.read_bytes(), "people.json", "profiles"))
        assert lee.get("/v1/exports/history").status_code == 403
        told = sqlite_service.as_("val").get("/v1/exports/history")
        with zipfile.ZipFile(io.BytesIO(told.content)) as archive:
            people = archive.read("participants.csv").decode()
        assert len(people.splitlines()) == 1 + len(WORLD.profiles)
        assert "wp-001" not in people
        assert told.content == sqlite_service.as_("val").get("/v1/exports/history").content
