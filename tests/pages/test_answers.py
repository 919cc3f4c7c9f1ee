"""Pages on answers: what an employer said, taken as a fact, and for whom it changes something."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.routes.lists import drawn, learnt, logged, person
from tests.service import Service

_HOSTILE = "<script>alert('x')</script>"
_BAKES: dict[str, Any] = {"wanted_work": [{"label": "baking"}], "hours.max": 16}
_TOLD = {"source": "phone", "said_on-day": "22", "said_on-month": "11", "said_on-year": "2026"}
_HOURS = {"about": "hours.weekly_hours", "hours.min": "8", "hours.max": "16", **_TOLD}


@pytest.fixture
def role(sqlite_service: Service) -> str:
    """A role on the list of somebody on Ana's caseload."""
    vacancy_id = logged(sqlite_service, "Baker")
    drawn(sqlite_service, person(sqlite_service, ref="P-SECRET", **_BAKES))
    return vacancy_id


def _sent(service: Service, vacancy_id: str, typed: dict[str, Any], *, by: str = "ana") -> Any:
    return service.as_(by).send(f"/roles/{vacancy_id}/answer", typed)


def _saved(service: Service, vacancy_id: str, typed: dict[str, Any], *, by: str = "ana") -> str:
    answer = _sent(service, vacancy_id, typed, by=by)
    assert answer.status_code == 303, answer.text
    return str(service.as_(by).get(answer.headers["Location"]).text)


def test_the_question_is_asked_in_its_own_words(sqlite_service: Service, role: str) -> None:
    page = sqlite_service.as_("ana").get(f"/roles/{role}/answer?about=hours.weekly_hours").text
    assert "How many hours a week is the job, at the least and at the most?" in page
    assert "It matters for 1 person waiting now." in page


def test_an_answer_changes_what_is_known_and_says_for_whom(sqlite_service: Service, role: str) -> None:
    page = _saved(sqlite_service, role, _HOURS)
    assert "The answer was saved." in page
    assert "8 hours a week" in page
    assert "P-SECRET" in page
    assert page.index("Not known") < page.index("Fits"), "what it was, and what it is"
    known = sqlite_service.as_("ana").get(f"/v1/vacancies/{role}").json()
    assert known["document"]["hours"] == {"min": 8, "max": 16}


def test_who_reads_no_participants_learns_whom_to_tell(sqlite_service: Service, role: str) -> None:
    page = _saved(sqlite_service, role, _HOURS, by="eve")
    assert "P-SECRET" not in page
    assert "Ana: 1 person" in page


def test_without_a_question_one_is_chosen_first(sqlite_service: Service, role: str) -> None:
    page = sqlite_service.as_("eve").get(f"/roles/{role}/answer").text
    assert f"/roles/{role}/answer?about=hours.weekly_hours" in page


def test_a_question_that_no_fact_answers_leads_to_the_choice(sqlite_service: Service, role: str) -> None:
    page = sqlite_service.as_("ana").get(f"/roles/{role}/answer?about=skills.baking").text
    assert "What did they tell you?" in page


def test_who_would_rather_not_say_is_noted(sqlite_service: Service, role: str) -> None:
    page = _saved(sqlite_service, role, {"about": "pay.floor", "refused": "yes", **_TOLD})
    assert "They would rather not say" in page
    answers = sqlite_service.as_("ana").get(f"/v1/vacancies/{role}/answers").json()["items"]
    assert [each["refused"] for each in answers] == [True]


def test_an_answer_and_no_answer_at_once_are_refused(sqlite_service: Service, role: str) -> None:
    answer = _sent(sqlite_service, role, {**_HOURS, "refused": "yes"})
    assert answer.status_code == 422
    assert "Take this tick away, or take the answer away." in answer.text


def test_what_was_filled_in_already_is_no_answer(sqlite_service: Service, role: str) -> None:
    learnt(sqlite_service, role, sensory={"noise": {"typical": 2}})
    typed = {"about": "sensory.noise", "sensory.noise.typical": "2", "refused": "yes", **_TOLD}
    assert _sent(sqlite_service, role, typed).status_code == 303


def test_nothing_said_is_refused_beside_the_first_input(sqlite_service: Service, role: str) -> None:
    answer = _sent(sqlite_service, role, {"about": "hours.weekly_hours", **_TOLD})
    assert answer.status_code == 422
    assert 'href="#hours.min"' in answer.text
    assert "Give the answer, or tick that they would rather not say." in answer.text


def test_nothing_typed_is_lost_when_the_form_is_refused(sqlite_service: Service, role: str) -> None:
    typed = {**_HOURS, "hours.min": "30", "said_on-day": "7", "note": f"said so {_HOSTILE}"}
    page = _sent(sqlite_service, role, typed).text
    assert "The most hours must not be below the least." in page
    for value in ("30", "16", "7"):
        assert f'value="{value}"' in page
    assert _HOSTILE not in page
    assert "said so &lt;script&gt;" in page


def test_a_day_to_come_is_refused_in_words(sqlite_service: Service, role: str) -> None:
    answer = _sent(sqlite_service, role, {**_HOURS, "said_on-year": "2027"})
    assert "The day is in the future." in answer.text
    assert 'href="#said_on-day"' in answer.text


def test_what_a_visit_found_still_holds_beside_a_call(sqlite_service: Service, role: str) -> None:
    learnt(sqlite_service, role, hours={"min": 20, "max": 30})
    page = _saved(sqlite_service, role, _HOURS)
    assert "We knew this from a better source, so that still holds." in page


def test_levels_are_chosen_by_their_words(sqlite_service: Service, role: str) -> None:
    page = sqlite_service.as_("ana").get(f"/roles/{role}/answer?about=sensory.noise").text
    assert "Quiet office hum, normal voice; 45 to 55 dB" in page


def test_what_is_known_of_a_level_is_filled_in(sqlite_service: Service, role: str) -> None:
    learnt(sqlite_service, role, sensory={"noise": {"typical": 2}})
    page = sqlite_service.as_("ana").get(f"/roles/{role}/answer?about=sensory.noise").text
    assert 'value="2" checked' in page
    assert "What we know now: <span" in page


def test_what_is_known_of_hours_is_told_and_not_filled_in(sqlite_service: Service, role: str) -> None:
    learnt(sqlite_service, role, hours={"min": 20})
    page = sqlite_service.as_("ana").get(f"/roles/{role}/answer?about=hours.weekly_hours").text
    assert "At least 20 hours a week" in page
    assert 'value="20"' not in page


def test_an_adjustment_is_answered_yes_maybe_or_no(sqlite_service: Service, role: str) -> None:
    about = "adjustments.place.quiet_room"
    page = _saved(sqlite_service, role, {"about": about, about: "maybe", **_TOLD})
    assert "Maybe" in page
    assert "It changes nothing on anybody's list for now." in page


def test_an_answer_to_one_part_of_a_job_is_about_all_of_them(sqlite_service: Service, role: str) -> None:
    typed = {"about": "exclusions.no_cash_handling", "requirements.settings": "none", **_TOLD}
    assert "None of these" in _saved(sqlite_service, role, typed)
    known = sqlite_service.as_("ana").get(f"/v1/vacancies/{role}").json()
    assert known["document"]["requirements"]["settings"] == []


def test_the_same_form_sent_twice_is_one_answer(sqlite_service: Service, role: str) -> None:
    for _ in range(2):
        _sent(sqlite_service, role, {**_HOURS, "once": "a1b2"})
    assert len(sqlite_service.as_("ana").get(f"/v1/vacancies/{role}/answers").json()["items"]) == 1


def test_a_role_that_was_not_told_cannot_be_answered(sqlite_service: Service) -> None:
    vacancy_id = logged(sqlite_service, "Confided", visibility="own_caseload")
    assert sqlite_service.as_("ben").get(f"/roles/{vacancy_id}/answer?about=pay.floor").status_code == 404
    assert _sent(sqlite_service, vacancy_id, _HOURS, by="ben").status_code == 404


def test_an_answer_of_another_role_is_not_found(sqlite_service: Service, role: str) -> None:
    answer_id = _sent(sqlite_service, role, _HOURS).headers["Location"].split("/")[-1].partition("?")[0]
    other = logged(sqlite_service, "Another")
    assert sqlite_service.as_("ana").get(f"/roles/{other}/answers/{answer_id}").status_code == 404
