"""My day: what is due, who waits, what to ask, which roles to look after; and who has no such day."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from matching.actions.my_day import FIRST_WITHIN_DAYS, FOLLOWED_WITHIN, next_check_in
from tests.api.routes.lists import drawn, logged, person
from tests.api.routes.people import employer, taken_on
from tests.service import Service

_BAKES: dict[str, Any] = {"wanted_work": [{"label": "baking"}], "hours.max": 16}
_HOSTILE = "<script>alert('x')</script>"


def _unconfirmed(service: Service, *, by: str = "ana", title: str = "Kennel hand") -> str:
    """A role that was told in trust and that nobody has confirmed for three weeks."""
    vacancy_id = logged(service, title, by=by, source="unadvertised")
    service.clock.pass_(days=21)
    return vacancy_id


def _in_a_job(service: Service, participant_id: str, *, started_on: str) -> str:
    start = {
        "participant_id": participant_id,
        "employer_id": employer(service, "Larch Kennels"),
        "job_title": "Kennel hand",
        "started_on": started_on,
    }
    answer = service.as_("ana").post("/v1/placements", start)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def test_who_has_waited_longest_comes_first_with_what_would_help(sqlite_service: Service) -> None:
    taken_on(sqlite_service, ref="P-2", entered_on="2026-11-10")
    taken_on(sqlite_service, ref="P-1", entered_on="2026-11-02")
    page = sqlite_service.as_("ana").get("/").text
    assert page.index("P-1") < page.index("P-2")
    assert "20 days without a role put to them or a contact." in page
    assert "Start the profile" in page


def test_who_joined_today_has_not_waited(sqlite_service: Service) -> None:
    taken_on(sqlite_service, ref="P-1", entered_on="2026-11-22")
    page = sqlite_service.as_("ana").get("/").text
    assert "They joined today." in page
    assert "Something was done" not in page


def test_the_next_step_is_a_list_and_then_a_contact(sqlite_service: Service) -> None:
    participant_id = person(sqlite_service)
    assert f'href="/participants/{participant_id}/lists/new">Draw up a list' in sqlite_service.as_("ana").get("/").text
    drawn(sqlite_service, participant_id)
    page = sqlite_service.as_("ana").get("/").text
    assert f'href="/contacts/new?participant={participant_id}">Log a contact' in page


def test_a_caseload_is_held_against_its_limits(sqlite_service: Service) -> None:
    for number in range(21):
        taken_on(sqlite_service, ref=f"P-{number}")
    page = sqlite_service.as_("ana").get("/").text
    assert "You support 21 people, above the 20 of full fidelity" in page
    assert "See all 21 people" in page


def test_a_leader_who_supports_nobody_sees_who_waits_in_the_team(sqlite_service: Service) -> None:
    taken_on(sqlite_service, ref="P-1")
    page = sqlite_service.as_("lee").get("/").text
    assert "Who in your teams has waited longest" in page
    assert "P-1" in page


def test_a_new_specialist_is_told_where_to_begin(sqlite_service: Service) -> None:
    page = sqlite_service.as_("ana").get("/").text
    assert "You support nobody yet." in page
    assert "/participants/new" in page


def test_employer_engagement_is_told_nothing_of_people(sqlite_service: Service) -> None:
    participant_id = person(sqlite_service, ref="P-SECRET", **{"goal.own_words": "to bake"})
    logged(sqlite_service, "Baker")
    drawn(sqlite_service, participant_id)
    page = sqlite_service.as_("eve").get("/").text
    assert "P-SECRET" not in page
    assert participant_id not in page
    assert "waited longest" not in page
    assert "Log a role" in page


@pytest.mark.parametrize(("who", "first"), [("val", "/files"), ("adam", "/administration"), ("aud", "/audit")])
def test_whose_work_has_no_such_day_is_led_on(sqlite_service: Service, who: str, first: str) -> None:
    answer = sqlite_service.as_(who).get("/", follow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (303, first)


def test_questions_of_lists_are_merged_by_employer(sqlite_service: Service) -> None:
    logged(sqlite_service, "Baker")
    drawn(sqlite_service, person(sqlite_service, **_BAKES))
    page = sqlite_service.as_("ana").get("/").text
    assert "How many hours a week is the job" in page
    assert "Nobody has been in touch with them yet." in page
    assert "It matters for 1 person." in page


def test_who_wants_no_contact_today_is_passed_over(sqlite_service: Service) -> None:
    for name in ("Hazel Bakery", "Ash Hotel"):
        logged(sqlite_service, f"Baker at {name}", employer=name)
    drawn(sqlite_service, person(sqlite_service, **_BAKES))
    quiet = sqlite_service.as_("eve").get("/v1/employers").json()["items"]
    hazel = next(each for each in quiet if each["name"] == "Hazel Bakery")
    sqlite_service.as_("eve").change(
        "PUT",
        f"/v1/employers/{hazel['id']}",
        {"name": "Hazel Bakery", "no_contact_until": "2027-05-03"},
        version=1,
    )
    page = sqlite_service.as_("ana").get("/").text
    assert "Ash Hotel" in page
    assert "Hazel Bakery" not in page


def test_a_role_is_confirmed_with_one_press(sqlite_service: Service) -> None:
    vacancy_id = _unconfirmed(sqlite_service)
    ana = sqlite_service.as_("ana")
    assert "It leaves the lists on 22 December 2026." in ana.get("/").text
    answer = ana.send("/my-day/still-there", {"vacancy_id": vacancy_id})
    assert answer.headers["Location"] == "/?done=role-still-there"
    assert "No role of yours needs a check now." in ana.get("/").text


def test_a_role_that_was_closed_meanwhile_leads_to_what_can_be_done(sqlite_service: Service) -> None:
    vacancy_id = _unconfirmed(sqlite_service)
    sqlite_service.as_("ana").change("POST", f"/v1/vacancies/{vacancy_id}/close", version=1)
    answer = sqlite_service.as_("ana").send("/my-day/still-there", {"vacancy_id": vacancy_id})
    assert answer.headers["Location"] == f"/roles/{vacancy_id}/status"


def test_a_role_that_others_keep_is_theirs_to_check(sqlite_service: Service) -> None:
    _unconfirmed(sqlite_service, by="eve", title="Told by Eve")
    assert "Told by Eve" not in sqlite_service.as_("ana").get("/").text


def test_a_check_in_is_due_soon_after_a_start(sqlite_service: Service) -> None:
    placement_id = _in_a_job(sqlite_service, taken_on(sqlite_service, ref="P-1"), started_on="2026-11-18")
    page = sqlite_service.as_("ana").get("/").text
    assert f"/jobs/{placement_id}/check-ins/new" in page
    assert "It was due on 21 November 2026." in page


def test_a_check_in_that_was_made_is_not_due_for_a_week(sqlite_service: Service) -> None:
    placement_id = _in_a_job(sqlite_service, taken_on(sqlite_service, ref="P-1"), started_on="2026-11-18")
    told = {"on": "2026-11-22", "still_in_work": True}
    assert sqlite_service.as_("ana").post(f"/v1/placements/{placement_id}/check-ins", told).status_code == 201
    assert "Check in with" not in sqlite_service.as_("ana").get("/").text
    sqlite_service.clock.pass_(days=5)
    assert "It is due by 29 November 2026." in sqlite_service.as_("ana").get("/").text


def test_who_was_not_in_the_job_any_more_is_due_for_its_end(sqlite_service: Service) -> None:
    placement_id = _in_a_job(sqlite_service, taken_on(sqlite_service, ref="P-1"), started_on="2026-11-10")
    told = {"on": "2026-11-13", "still_in_work": False}
    assert sqlite_service.as_("ana").post(f"/v1/placements/{placement_id}/check-ins", told).status_code == 201
    assert f"/jobs/{placement_id}/end" in sqlite_service.as_("ana").get("/").text


def test_check_ins_of_others_are_not_told(sqlite_service: Service) -> None:
    _in_a_job(sqlite_service, taken_on(sqlite_service, ref="P-1"), started_on="2026-11-18")
    assert "Check in with" not in sqlite_service.as_("ben").get("/").text


@pytest.mark.parametrize(
    ("days_after_start", "next_after"), [(None, FIRST_WITHIN_DAYS), (0, 7), (27, 27 + 7), (28, 28 + 31), (200, 231)]
)
def test_check_ins_are_weekly_at_first_and_monthly_then(days_after_start: int | None, next_after: int) -> None:
    start = date(2026, 3, 2)
    last = None if days_after_start is None else date.fromordinal(start.toordinal() + days_after_start)
    assert (next_check_in(started_on=start, last_on=last) - start).days == next_after
    assert tuple(sorted(FOLLOWED_WITHIN)) == FOLLOWED_WITHIN, "the later rule comes later"


def test_what_i_planned_is_due_and_says_with_whom(sqlite_service: Service) -> None:
    planned = {"employer_id": employer(sqlite_service), "mode": "phone", "on": "2026-11-22", "planned": True}
    contact_id = sqlite_service.as_("ana").post("/v1/contacts", planned).json()["id"]
    page = sqlite_service.as_("ana").get("/").text
    assert f"/contacts/{contact_id}/change" in page
    assert contact_id not in sqlite_service.as_("ben").get("/").text


def test_names_are_shown_as_text(sqlite_service: Service) -> None:
    taken_on(sqlite_service, ref="P-1", name=_HOSTILE)
    logged(sqlite_service, _HOSTILE, source="unadvertised")
    sqlite_service.clock.pass_(days=21)
    page = sqlite_service.as_("ana").get("/").text
    assert _HOSTILE not in page
    assert page.count("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;") >= 2


def test_that_check_ins_were_read_is_noted(sqlite_service: Service) -> None:
    participant_id = taken_on(sqlite_service, ref="P-1")
    _in_a_job(sqlite_service, participant_id, started_on="2026-11-18")
    sqlite_service.as_("ana").get("/")
    events = sqlite_service.as_("aud").get("/v1/audit").json()["items"]
    assert [each["subject_id"] for each in events if each["action"] == "check_ins.read"] == [participant_id]
