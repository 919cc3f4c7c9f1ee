"""Pages on questions: whom to call and what to ask, and nothing of the people behind."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.routes.lists import drawn, logged, person
from tests.service import Service

_BAKES: dict[str, Any] = {"wanted_work": [{"label": "baking"}], "hours.max": 16}


@pytest.fixture
def asked(sqlite_service: Service) -> Service:
    """Two employers with questions, for somebody on Ana's caseload."""
    for name in ("Hazel Bakery", "Ash Hotel"):
        for title in ("Baker", "Bread baker"):
            logged(sqlite_service, title, employer=name)
    drawn(sqlite_service, person(sqlite_service, ref="P-SECRET", **_BAKES))
    return sqlite_service


def _employer(service: Service, name: str = "Hazel Bakery") -> str:
    found = service.as_("eve").get("/v1/employers").json()["items"]
    return next(str(each["id"]) for each in found if each["name"] == name)


def test_questions_are_told_by_employer(asked: Service) -> None:
    page = asked.as_("ana").get("/questions").text
    assert "Hazel Bakery" in page
    assert "Ash Hotel" in page
    assert "It matters for 1 person." in page


def test_the_worth_of_a_question_is_no_number_on_the_page(asked: Service) -> None:
    told = asked.as_("ana").get("/v1/questions").json()["items"]
    worth = {str(each["worth"]) for call in told for each in call["questions"] if each["worth"] != int(each["worth"])}
    page = asked.as_("ana").get("/questions").text
    assert not any(each in page for each in worth)


def test_nothing_of_the_people_behind_is_told(asked: Service) -> None:
    for who in ("ana", "eve"):
        assert "P-SECRET" not in asked.as_(who).get("/questions").text


def test_one_employer_is_asked_role_by_role(asked: Service) -> None:
    page = asked.as_("eve").get(f"/questions?employer={_employer(asked)}").text
    assert "Questions for Hazel Bakery" in page
    assert "Ash Hotel" not in page
    assert page.count("<h2") >= 2


def test_a_question_leads_to_its_answer(asked: Service) -> None:
    assert "/answer?about=hours.weekly_hours" in asked.as_("eve").get("/questions").text


def test_who_wants_no_contact_yet_is_shown_with_the_day(asked: Service) -> None:
    path = f"/v1/employers/{_employer(asked)}"
    asked.as_("eve").change("PUT", path, {"name": "Hazel Bakery", "no_contact_until": "2027-05-03"}, version=1)
    page = asked.as_("ana").get("/questions").text
    assert "Wants no contact until 3 May 2027." in page
    assert "Not today" in page


def test_who_was_called_lately_is_shown_with_when_again(asked: Service) -> None:
    employer_id = _employer(asked)
    path = f"/v1/employers/{employer_id}"
    asked.as_("eve").change("PUT", path, {"name": "Hazel Bakery", "contact_every_days": 14}, version=1)
    asked.as_("eve").post("/v1/contacts", {"employer_id": employer_id, "mode": "phone", "on": "2026-11-20"})
    page = asked.as_("ana").get("/questions").text
    assert "Wants to hear from us again from 4 December 2026." in page
    assert "Last contact 2 days ago." in page


def test_without_questions_the_page_says_where_they_come_from(sqlite_service: Service) -> None:
    assert "Questions come from the roles on people&#39;s lists." in sqlite_service.as_("ana").get("/questions").text


def test_an_employer_that_does_not_exist_is_not_found(sqlite_service: Service) -> None:
    assert sqlite_service.as_("ana").get("/questions?employer=nobody").status_code == 404


def test_who_asks_no_employers_sees_no_questions(sqlite_service: Service) -> None:
    assert sqlite_service.as_("val").get("/questions").status_code == 403
