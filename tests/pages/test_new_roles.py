"""The page that logs a role: what it asks first, takes, refuses and keeps."""

from __future__ import annotations

import re
from typing import Any

import pytest
from httpx import Response
from sqlalchemy import select

from matching.store.tables import AuditRow
from tests.api.routes.people import employer, taken_on, write
from tests.service import NORTH, Service

TODAY = {"observed_on-day": "22", "observed_on-month": "11", "observed_on-year": "2026"}
LEAST = {"title": "Porter", "employer": "Ash Hotel", "known_by": "phone", **TODAY}


def _sent(service: Service, by: str = "eve", **typed: Any) -> Response:
    return service.as_(by).send("/roles/new", {**LEAST, **typed})


def _logged(service: Service, by: str = "eve", **typed: Any) -> dict[str, Any]:
    """What is known of a role that was logged."""
    answer = _sent(service, by, **typed)
    assert answer.status_code == 303, answer.text
    found = re.fullmatch(r"/roles/([^/]+)/logged", answer.headers["Location"])
    assert found is not None
    known: dict[str, Any] = service.as_(by).get(f"/v1/vacancies/{found[1]}").json()
    return known


def _asked_first(service: Service, by: str) -> list[str]:
    """The names of the inputs that stand at once."""
    page = service.as_(by).get("/roles/new").text
    first = page[page.index("What you learnt") : page.index("More facts")]
    return list(dict.fromkeys(re.findall(r'name="([^"]+)"', first)))


def test_a_title_and_an_employer_are_enough_and_all_else_stays_unknown(sqlite_service: Service) -> None:
    known = _logged(sqlite_service)
    assert {fact["field"] for fact in known["facts"]} == {"title"}
    assert known["source"] == "unadvertised"
    assert known["facts"][0]["source"] == "phone"


def test_the_next_page_says_what_can_be_done_now(sqlite_service: Service) -> None:
    answer = _sent(sqlite_service)
    page = sqlite_service.as_("eve").get(answer.headers["Location"]).text
    for link in ("facts", "visit", "people"):
        assert f"/{link}" in page
    assert "Log another role" in page
    assert "Porter" in page


def test_only_what_was_learnt_is_written_down(sqlite_service: Service) -> None:
    typed = {
        "hours.min": "16",
        "hours.negotiable": "maybe",
        "pay.hourly": "£12.50",
        "pay.period": "weekly",
        "location.postcode": "me14 1xx",
        "sensory.noise.typical": "1",
        "adjustments.place.quiet_room": "yes",
        "adjustments.sup.buddy": "",
        "physical.lift_kg": "10",
        "requirements.dbs": "none",
        "tasks": "wash up\r\nsweep",
    }
    facts = {each["field"]: each["value"] for each in _logged(sqlite_service, **typed)["facts"]}
    assert facts == {
        "title": "Porter",
        "hours.min": 16,
        "hours.negotiable": "maybe",
        "pay": {"hourly": 12.5},
        "pay.period": "weekly",
        "location.postcode": "ME14 1XX",
        "sensory.noise": {"typical": 1},
        "adjustments.place.quiet_room": "yes",
        "physical.lift_kg": 10,
        "requirements.dbs": "none",
        "tasks": ["wash up", "sweep"],
    }


def test_an_employer_who_is_known_is_not_added_again(sqlite_service: Service) -> None:
    there = employer(sqlite_service, "Hazel Bakery")
    assert _logged(sqlite_service, employer="hazel  bakery")["employer_id"] == there


def test_known_employers_are_offered_while_typing(sqlite_service: Service) -> None:
    employer(sqlite_service, "Hazel & Sons")
    page = sqlite_service.as_("eve").get("/roles/new").text
    assert '<option value="Hazel &amp; Sons">' in page


def test_the_employer_whose_page_led_here_is_filled_in(sqlite_service: Service) -> None:
    there = employer(sqlite_service, "Hazel Bakery")
    assert 'value="Hazel Bakery"' in sqlite_service.as_("eve").get(f"/roles/new?employer={there}").text
    assert sqlite_service.as_("eve").get("/roles/new?employer=nobody").status_code == 200


def test_a_role_from_an_advert_is_for_everybody_and_another_for_the_team(sqlite_service: Service) -> None:
    advert = _logged(sqlite_service, known_by="advert")
    call = _logged(sqlite_service)
    assert (advert["source"], advert["visibility"]) == ("advertised", "organisation")
    assert (call["source"], call["visibility"]) == ("unadvertised", "team")


def test_who_may_see_it_is_chosen(sqlite_service: Service) -> None:
    assert _logged(sqlite_service, visibility="own_caseload")["visibility"] == "own_caseload"


def test_everything_wrong_is_named_and_nothing_typed_is_lost(sqlite_service: Service) -> None:
    wrong = {"title": "", "known_by": "", "hours.min": "many", "tasks": "stir the pot", "pay.period": "monthly"}
    answer = _sent(sqlite_service, **wrong, **{"adjustments.equip.dictation": "maybe"})
    assert answer.status_code == 422
    for told in ("Enter the job title.", "Choose how you know of it.", "must be a number"):
        assert answer.text.count(told) == 2, told
    for kept in ('value="Ash Hotel"', 'value="many"', "stir the pot"):
        assert kept in answer.text
    assert re.search(r'name="pay.period"[^>]*value="monthly" checked', answer.text)
    assert re.search(r'name="adjustments.equip.dictation"[^>]*value="maybe" checked', answer.text)


def test_what_was_filled_in_or_is_wrong_is_not_folded_away(sqlite_service: Service) -> None:
    page = _sent(sqlite_service, **{"title": "", "physical.walk_minutes": "far"}).text
    opened = re.findall(r'wp-more" open>\s*<summary[^>]*><span[^>]*>([^<]+)<', page)
    assert opened == ["Lifting, standing and walking"]


def test_a_day_to_come_is_refused(sqlite_service: Service) -> None:
    answer = _sent(sqlite_service, **{"observed_on-year": "2027"})
    assert answer.status_code == 422
    assert answer.text.count("The date must be today or before.") == 2


def test_what_the_domain_refuses_stands_beside_its_input(sqlite_service: Service) -> None:
    answer = _sent(sqlite_service, employer="x" * 301)
    assert answer.status_code == 422
    assert 'id="employer-error"' in answer.text


def test_a_form_sent_twice_logs_one_role(sqlite_service: Service) -> None:
    first, second = (_sent(sqlite_service, once="a1b2") for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]


def test_a_script_in_a_title_is_shown_as_text(sqlite_service: Service) -> None:
    answer = _sent(sqlite_service, title="<script>x()</script>")
    for page in (
        sqlite_service.as_("eve").get(answer.headers["Location"]).text,
        _sent(sqlite_service, title="<script>x()</script>", employer="").text,
    ):
        assert "<script>x()" not in page
        assert "&lt;script&gt;x()" in page


def test_what_people_who_wait_need_is_asked_first(sqlite_service: Service) -> None:
    assert "sensory.smell.typical" not in _asked_first(sqlite_service, "ana")
    for number in range(3):
        person = taken_on(sqlite_service, ref=f"p-{number}")
        needs = {"sensory": {"smell": {"tolerance": 1, "direction": "avoid", "hard": True}}}
        write(sqlite_service, person, {**needs, "adjustments": [{"slug": "equip.dictation"}]}, version=0)
    first = _asked_first(sqlite_service, "ana")
    assert first[:2] == ["adjustments.equip.dictation", "sensory.smell.typical"]


def test_employer_engagement_learns_an_order_and_nothing_of_anybody(sqlite_service: Service) -> None:
    person = taken_on(sqlite_service, ref="P-SECRET", name="Robin Secret", team_id="team-a")
    write(sqlite_service, person, {"adjustments": [{"slug": "equip.dictation"}]}, version=0)
    page = sqlite_service.as_("eve").get("/roles/new").text
    assert _asked_first(sqlite_service, "eve")[0] == "adjustments.equip.dictation"
    assert "SECRET" not in page.upper()


def test_people_of_other_teams_change_no_order(sqlite_service: Service) -> None:
    person = taken_on(sqlite_service, by="ben", ref="p-9")
    write(sqlite_service, person, {"adjustments": [{"slug": "equip.dictation"}]}, version=0, by="ben")
    assert "adjustments.equip.dictation" not in _asked_first(sqlite_service, "ana")
    assert "adjustments.equip.dictation" not in _asked_first(sqlite_service, "eve")


@pytest.mark.parametrize(
    "needs",
    [
        {"role_exclusions": ["no_alcohol_premises"]},
        {"checks_to_avoid": ["enhanced"]},
        {"travel": {"home": "ME15 8", "no_go": ["ME14"]}},
    ],
    ids=lambda needs: next(iter(needs)),
)
def test_what_might_tell_something_of_a_person_changes_no_order(sqlite_service: Service, needs: dict[str, Any]) -> None:
    before = set(_asked_first(sqlite_service, "eve"))
    write(sqlite_service, taken_on(sqlite_service, ref="p-1"), needs, version=0)
    assert set(_asked_first(sqlite_service, "eve")) == before


def test_that_profiles_were_counted_is_noted(sqlite_service: Service) -> None:
    person = taken_on(sqlite_service, ref="p-1")
    write(sqlite_service, person, {"hours": {"max": 16}}, version=0)
    sqlite_service.as_("eve").get("/roles/new")
    with sqlite_service.database.reading(NORTH) as store:
        events = store.session.scalars(select(AuditRow).where(AuditRow.action == "questions.ordered")).all()
    assert [event.detail["people"] for event in events] == [1]


def test_who_may_not_log_roles_is_not_asked(sqlite_service: Service) -> None:
    assert sqlite_service.as_("val").get("/roles/new").status_code == 403
    assert sqlite_service.as_("val").send("/roles/new", LEAST).status_code == 403
