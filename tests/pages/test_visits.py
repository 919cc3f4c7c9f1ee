"""The walk through a workplace: every page is saved before the next one opens."""

from __future__ import annotations

from typing import Any

from httpx import Response

from tests.api.routes.lists import logged
from tests.service import Service

ON = {"on-day": "20", "on-month": "11", "on-year": "2026"}
SENSES = (
    "noise",
    "lighting",
    "crowding",
    "smell",
    "temperature",
    "touch",
    "movement",
    "visual_clutter",
    "unpredictability",
    "social_demand",
)


def _saved(service: Service, role: str, step: str, by: str = "ana", **typed: Any) -> Response:
    return service.as_(by).send(f"/roles/{role}/visit/{step}", {**ON, **typed})


def _facts(service: Service, role: str) -> dict[str, Any]:
    known = service.as_("ana").get(f"/v1/vacancies/{role}").json()
    return {fact["field"]: fact for fact in known["facts"]}


def test_it_begins_with_the_day_of_the_visit(sqlite_service: Service) -> None:
    role = logged(sqlite_service, "Baker")
    answer = sqlite_service.as_("ana").send(f"/roles/{role}/visit", ON)
    assert answer.headers["Location"] == f"/roles/{role}/visit/noise?on=2026-11-20"


def test_a_day_that_cannot_be_is_refused(sqlite_service: Service) -> None:
    role = logged(sqlite_service, "Baker")
    answer = sqlite_service.as_("ana").send(f"/roles/{role}/visit", {**ON, "on-year": "2027"})
    assert answer.status_code == 422
    assert answer.text.count("The date must be today or before.") == 2
    assert 'value="2027"' in answer.text


def test_the_ten_senses_follow_each_other_and_then_the_building_and_the_work(sqlite_service: Service) -> None:
    role = logged(sqlite_service, "Baker")
    walked, path = [], f"/roles/{role}/visit/noise?on=2026-11-20"
    while "/check" not in path:
        step = path.rpartition("/")[2].partition("?")[0]
        walked.append(step)
        page = sqlite_service.as_("ana").get(path).text
        assert f"{len(walked)} of 12" in page
        path = _saved(sqlite_service, role, step).headers["Location"]
    assert tuple(walked) == (*SENSES, "place", "work")
    assert path == f"/roles/{role}/visit/check?on=2026-11-20"
    assert set(_facts(sqlite_service, role)) == {"title"}, "what nobody looked at stays unknown"


def test_each_page_is_saved_with_its_day_as_seen_on_a_visit(sqlite_service: Service) -> None:
    role = logged(sqlite_service, "Baker")
    typed = {"sensory.noise.typical": "1", "sensory.noise.peak": "4", "sensory.noise.can_leave": "yes"}
    answer = _saved(sqlite_service, role, "noise", **typed)
    assert answer.headers["Location"] == f"/roles/{role}/visit/lighting?on=2026-11-20"
    facts = _facts(sqlite_service, role)
    assert facts["sensory.noise"]["value"] == {"typical": 1, "peak": 4}
    assert facts["sensory.noise.can_leave"]["value"] is True
    assert (facts["sensory.noise"]["source"], facts["sensory.noise"]["observed_on"]) == ("visit", "2026-11-20")


def test_the_words_of_each_level_are_there(sqlite_service: Service) -> None:
    role = logged(sqlite_service, "Baker")
    page = sqlite_service.as_("ana").get(f"/roles/{role}/visit/smell").text
    for words in ("None noticed", "Faint", "Coffee, food, polish", "Strong cooking", "Pervasive chemicals"):
        assert words in page
    assert "Did not look" in page


def test_going_back_shows_what_was_saved(sqlite_service: Service) -> None:
    role = logged(sqlite_service, "Baker")
    _saved(sqlite_service, role, "noise", **{"sensory.noise.typical": "3"})
    same_day = sqlite_service.as_("ana").get(f"/roles/{role}/visit/noise?on=2026-11-20").text
    other_day = sqlite_service.as_("ana").get(f"/roles/{role}/visit/noise?on=2026-11-22").text
    assert 'value="3" checked' in same_day
    assert 'value="3" checked' not in other_day, "another visit is another look"
    assert "Known so far" in other_day


def test_a_later_look_on_the_same_day_holds(sqlite_service: Service) -> None:
    role = logged(sqlite_service, "Baker")
    for level in ("3", "2"):
        _saved(sqlite_service, role, "noise", **{"sensory.noise.typical": level})
    assert _facts(sqlite_service, role)["sensory.noise"]["value"] == {"typical": 2}


def test_a_peak_below_most_of_the_time_is_refused_and_kept(sqlite_service: Service) -> None:
    role = logged(sqlite_service, "Baker")
    answer = _saved(sqlite_service, role, "noise", **{"sensory.noise.typical": "3", "sensory.noise.peak": "1"})
    assert answer.status_code == 422
    assert answer.text.count("must not be less than most of the time") == 2
    assert 'value="3" checked' in answer.text
    assert 'name="on-day" value="20"' in answer.text


def test_the_building_is_looked_at_too(sqlite_service: Service) -> None:
    role = logged(sqlite_service, "Baker")
    _saved(sqlite_service, role, "place", **{"adjustments.bldg.step_free": "yes", "adjustments.bldg.auto_door": ""})
    facts = _facts(sqlite_service, role)
    assert facts["adjustments.bldg.step_free"]["value"] == "yes"
    assert "adjustments.bldg.auto_door" not in facts


def test_stopping_leads_to_everything_that_the_visit_found(sqlite_service: Service) -> None:
    role = logged(sqlite_service, "Baker")
    answer = _saved(sqlite_service, role, "noise", **{"sensory.noise.typical": "4", "then": "check"})
    page = sqlite_service.as_("ana").get(answer.headers["Location"]).text
    assert "Must shout at 2 m" in page
    assert "Not looked at" in page
    assert f'href="/roles/{role}/visit/smell?on=2026-11-20"' in page


def test_a_page_that_there_is_not_is_not_found(sqlite_service: Service) -> None:
    role = logged(sqlite_service, "Baker")
    assert sqlite_service.as_("ana").get(f"/roles/{role}/visit/taste").status_code in (404, 422)
    assert sqlite_service.as_("ana").get(f"/roles/{role}/visit/noise?on=soon").status_code == 200


def test_a_role_that_was_told_to_others_is_not_found(sqlite_service: Service) -> None:
    role = logged(sqlite_service, "Baker", visibility="own_caseload")
    assert sqlite_service.as_("eve").get(f"/roles/{role}/visit").status_code == 404
    assert _saved(sqlite_service, role, "noise", by="eve", **{"sensory.noise.typical": "1"}).status_code == 404
