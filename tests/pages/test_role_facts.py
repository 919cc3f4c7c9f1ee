"""Forms for what is known of a role: what they take, keep, refuse, and take back."""

from __future__ import annotations

import re
from typing import Any

from httpx import Response

from tests.api.routes.lists import learnt, logged
from tests.service import Service

TODAY = {"observed_on-day": "22", "observed_on-month": "11", "observed_on-year": "2026"}
HEARD = {"source": "phone", **TODAY}


def _sent(service: Service, role: str, typed: dict[str, Any], by: str = "ana") -> Response:
    return service.as_(by).send(f"/roles/{role}/facts", {**HEARD, **typed})


def _facts(service: Service, role: str) -> dict[str, Any]:
    known = service.as_("ana").get(f"/v1/vacancies/{role}").json()
    return {fact["field"]: fact for fact in known["facts"]}


def test_several_facts_are_written_down_at_once_with_their_source_and_day(sqlite_service: Service) -> None:
    role = logged(sqlite_service, "Baker")
    typed = {"pay.hourly": "£12.60", "hours.min": "16", "sensory.noise.typical": "2", "physical.lift_kg": "10"}
    answer = _sent(sqlite_service, role, {**typed, "note": "Sam at the till said so"})
    assert answer.headers["Location"] == f"/roles/{role}?done=facts-added", answer.text
    facts = _facts(sqlite_service, role)
    assert facts["pay"]["value"] == {"hourly": 12.6}
    assert facts["hours.min"]["value"] == 16
    assert facts["sensory.noise"]["value"] == {"typical": 2}
    assert facts["physical.lift_kg"]["value"] == 10
    assert {(facts[name]["source"], facts[name]["note"]) for name in ("pay", "hours.min")} == {
        ("phone", "Sam at the till said so")
    }


def test_what_was_left_as_it_is_says_nothing_new(sqlite_service: Service) -> None:
    role = logged(sqlite_service, "Baker", tasks=["bake bread", "sweep"])
    typed = {"title": "Baker", "tasks": "bake bread\r\nsweep", "pay.hourly": "13"}
    _sent(sqlite_service, role, {**typed, "source": "visit"})
    facts = _facts(sqlite_service, role)
    assert facts["title"]["source"] == "phone"
    assert facts["tasks"]["source"] == "phone"
    assert facts["pay"]["source"] == "visit"


def test_a_task_is_added_to_those_that_are_known(sqlite_service: Service) -> None:
    role = logged(sqlite_service, "Baker", tasks=["bake bread"])
    assert "bake bread</textarea>" in sqlite_service.as_("ana").get(f"/roles/{role}/facts").text
    _sent(sqlite_service, role, {"title": "Baker", "tasks": "bake bread\r\nsweep"})
    assert _facts(sqlite_service, role)["tasks"]["value"] == ["bake bread", "sweep"]


def test_a_form_with_nothing_in_it_says_so(sqlite_service: Service) -> None:
    role = logged(sqlite_service, "Baker")
    answer = _sent(sqlite_service, role, {"title": "Baker", "note": "Nobody was in"})
    assert answer.status_code == 422
    assert "Fill in at least one thing that you learnt." in answer.text
    assert "Nobody was in" in answer.text


def test_every_fault_is_named_and_everything_typed_is_kept(sqlite_service: Service) -> None:
    role = logged(sqlite_service, "Baker")
    typed = {"source": "", "pay.hourly": "plenty", "hours.min": "30", "hours.max": "16", "tasks": "stir the pot"}
    answer = _sent(sqlite_service, role, {**typed, "offer.2": "maybe"})
    assert answer.status_code == 422
    for told in ("Choose how you know.", "must be a number", "must not be below the least", "Choose the adjustment."):
        assert answer.text.count(told) == 2, told
    for kept in ('value="plenty"', 'value="30"', "stir the pot"):
        assert kept in answer.text
    opened = re.findall(r'<details class="govuk-details wp-part" id="(\w+)" open>', answer.text)
    assert opened == ["hours", "adjustments"], "what is wrong is not folded away"


def test_what_the_domain_refuses_stands_beside_its_input(sqlite_service: Service) -> None:
    role = logged(sqlite_service, "Baker")
    learnt(sqlite_service, role, hours={"min": 20})
    answer = _sent(sqlite_service, role, {"hours.min": "200"})
    assert answer.status_code == 422
    assert 'href="#hours.min"' in answer.text


def test_a_day_to_come_is_refused(sqlite_service: Service) -> None:
    role = logged(sqlite_service, "Baker")
    answer = _sent(sqlite_service, role, {"pay.hourly": "13", "observed_on-year": "2027"})
    assert answer.status_code == 422
    assert answer.text.count("The day is in the future.") == 2


def test_adjustments_are_written_down_by_name(sqlite_service: Service) -> None:
    role = logged(sqlite_service, "Baker")
    typed = {"adjustment.1": "place.quiet_room", "offer.1": "yes", "adjustment.2": "time.flex_start", "offer.2": "no"}
    assert _sent(sqlite_service, role, typed).status_code == 303
    text = sqlite_service.as_("ana").get(f"/roles/{role}").text
    assert text.index("Room to retreat to") < text.index("Yes, they offer it")
    assert _facts(sqlite_service, role)["adjustments.time.flex_start"]["value"] == "no"


def test_one_field_alone_is_changed_from_what_is_known(sqlite_service: Service) -> None:
    role = logged(sqlite_service, "Baker")
    learnt(sqlite_service, role, pay={"hourly": 12.6, "period": "weekly"})
    text = sqlite_service.as_("ana").get(f"/roles/{role}/facts?about=pay.period").text
    assert 'value="12.6"' in text
    assert "Known now: <span>£12.60 an hour</span>; <span>Paid every week</span>" in text
    assert 'name="hours.min"' not in text
    sent = {"about": "pay.period", "pay.hourly": "13", "pay.period": "monthly", "source": "visit"}
    assert _sent(sqlite_service, role, sent).status_code == 303
    assert _facts(sqlite_service, role)["pay.period"]["value"] == "monthly"


def test_the_same_said_again_is_a_new_look(sqlite_service: Service) -> None:
    role = logged(sqlite_service, "Baker")
    learnt(sqlite_service, role, contract="permanent")
    _sent(sqlite_service, role, {"about": "contract", "contract": "permanent", "source": "visit"})
    assert _facts(sqlite_service, role)["contract"]["observed_on"] == "2026-11-22"


def test_a_field_that_there_is_not_is_asked_for_by_nobody(sqlite_service: Service) -> None:
    role = logged(sqlite_service, "Baker")
    for about in ("visibility", "../../etc", "adjustments.none.such", "sensory.nothing", "<b>"):
        answer = sqlite_service.as_("ana").get(f"/roles/{role}/facts?about={about}")
        assert answer.status_code == 200
        assert "Add what you learnt" in answer.text


def test_a_fact_that_was_a_mistake_is_taken_back(sqlite_service: Service) -> None:
    role = logged(sqlite_service, "Baker", pay={"hourly": 12})
    learnt(sqlite_service, role, pay={"hourly": 99})
    fact = _facts(sqlite_service, role)["pay"]["id"]
    path = f"/roles/{role}/facts/{fact}/take-back"
    asked = sqlite_service.as_("ana").get(path).text
    assert "£99 an hour" in asked
    version = re.search(r'name="version" value="(\d+)"', asked)
    assert version is not None
    answer = sqlite_service.as_("ana").send(path, {"version": version[1]})
    assert answer.headers["Location"] == f"/roles/{role}?done=fact-taken-back"
    assert _facts(sqlite_service, role)["pay"]["value"] == {"hourly": 12}
    assert sqlite_service.as_("ana").get(path).status_code == 404, "only once"
    assert "Taken back" in sqlite_service.as_("ana").get(f"/roles/{role}/facts?about=pay").text


def test_nothing_is_taken_back_from_what_has_changed_since(sqlite_service: Service) -> None:
    role = logged(sqlite_service, "Baker", pay={"hourly": 12})
    fact = _facts(sqlite_service, role)["pay"]["id"]
    learnt(sqlite_service, role, hours={"min": 16})
    answer = sqlite_service.as_("eve").send(f"/roles/{role}/facts/{fact}/take-back", {"version": "1"})
    assert answer.status_code == 412
    assert 'name="version" value="2"' in answer.text


def test_who_may_not_write_is_refused_before_they_fill_anything_in(sqlite_service: Service) -> None:
    role = logged(sqlite_service, "Baker")
    assert sqlite_service.as_("val").get(f"/roles/{role}/facts").status_code == 403


def test_what_was_said_of_a_field_is_told_with_where_it_stands(sqlite_service: Service) -> None:
    role = logged(sqlite_service, "Baker", pay={"hourly": 12})
    learnt(sqlite_service, role, pay={"hourly": 13})
    _sent(sqlite_service, role, {"about": "pay", "pay.hourly": "14", "source": "advert", "note": "<i>seen</i>"})
    text = sqlite_service.as_("ana").get(f"/roles/{role}/facts?about=pay").text
    rows = re.findall(r'data-label="Now">([^<]*)<', text)
    assert rows == ["Kept beside", "Counts now", "Kept beside"] or rows == ["Kept beside", "Counts now", "Replaced"]
    assert "&lt;i&gt;seen&lt;/i&gt;" in text


def test_the_form_for_everything_is_light_enough_for_a_phone(sqlite_service: Service) -> None:
    role = logged(sqlite_service, "Baker")
    assert len(sqlite_service.as_("ana").get(f"/roles/{role}/facts").content) < 125_000
