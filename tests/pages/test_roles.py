"""Pages on roles: looked through, read with what is known, kept up to date, and told to others."""

from __future__ import annotations

import re

from httpx import Response

from tests.api.routes.lists import closed, drawn, learnt, logged, person
from tests.service import Service

HOSTILE = "<script>alert('hostile')</script>"


def _titles(answer: Response) -> list[str]:
    """The roles of a list, as they stand."""
    assert answer.status_code == 200, answer.text
    return re.findall(r'href="/roles/[0-9a-f]{32}" data-words="theirs">([^<]*)<', answer.text)


def _version(service: Service, vacancy_id: str, by: str = "ana") -> str:
    return str(service.as_(by).get(f"/v1/vacancies/{vacancy_id}").json()["version"])


# Many


def test_roles_are_found_by_words_of_their_title_and_of_their_employer(sqlite_service: Service) -> None:
    logged(sqlite_service, "Night baker")
    logged(sqlite_service, "Cleaner", employer="Ash Hotel")
    ana = sqlite_service.as_("ana")
    assert _titles(ana.get("/roles?search=BAKER")) == ["Night baker"]
    assert _titles(ana.get("/roles?search=ash")) == ["Cleaner"]
    assert _titles(ana.get("/roles?search=cleaner hotel")) == ["Cleaner"]
    assert _titles(ana.get("/roles?search=baker hotel")) == []


def test_signs_that_mean_something_to_a_database_are_only_letters(sqlite_service: Service) -> None:
    logged(sqlite_service, "Baker")
    assert _titles(sqlite_service.as_("ana").get("/roles?search=%25")) == []


def test_the_newest_role_comes_first(sqlite_service: Service) -> None:
    for title in ("First", "Second", "Third"):
        logged(sqlite_service, title)
        sqlite_service.clock.pass_(minutes=1)
    assert _titles(sqlite_service.as_("ana").get("/roles")) == ["Third", "Second", "First"]


def test_what_is_shown_is_chosen_by_what_is_to_be_done(sqlite_service: Service) -> None:
    logged(sqlite_service, "Advertised", source="advertised")
    mine = logged(sqlite_service, "By word of mouth", by="eve")
    closed(sqlite_service, logged(sqlite_service, "Gone"))
    shown = {
        show: set(_titles(sqlite_service.as_("eve").get(f"/roles?show={show}")))
        for show in ("open", "not-advertised", "mine", "ended", "paused", "all", "nothing-like-that")
    }
    assert mine
    assert shown == {
        "open": {"Advertised", "By word of mouth"},
        "not-advertised": {"By word of mouth"},
        "mine": {"By word of mouth"},
        "ended": {"Gone"},
        "paused": set(),
        "all": {"Advertised", "By word of mouth", "Gone"},
        "nothing-like-that": {"Advertised", "By word of mouth"},
    }


def test_roles_that_nobody_has_confirmed_for_long_are_to_be_checked(sqlite_service: Service) -> None:
    logged(sqlite_service, "Long ago")
    sqlite_service.clock.pass_(days=20)
    logged(sqlite_service, "Just now")
    answer = sqlite_service.as_("ana").get("/roles?show=check")
    assert _titles(answer) == ["Long ago"]
    assert "Ask soon" in answer.text


def test_the_nearest_role_comes_first_and_what_has_no_place_last(sqlite_service: Service) -> None:
    for title, postcode in (("Far", "CT1 1"), ("Near", "ME14 1"), ("Nowhere", None)):
        logged(sqlite_service, title, **({"location": {"postcode": postcode}} if postcode else {}))
    sqlite_service.run_jobs()
    answer = sqlite_service.as_("ana").get("/roles?near=me14 1")
    assert _titles(answer) == ["Near", "Far", "Nowhere"]
    assert "Less than 1 km away" in answer.text
    assert "Where 1 role may be, nobody knows yet." in answer.text


def test_roles_are_found_alike_on_either_database(service: Service) -> None:
    near = logged(service, "Kennel hand", employer="Ash 100%", location={"postcode": "ME14 1"})
    service.clock.pass_(minutes=1)
    logged(service, "Kennel cleaner", location={"postcode": "CT1 1"})
    service.run_jobs()
    ana = service.as_("ana")
    assert _titles(ana.get("/roles?search=KENNEL&near=ME14")) == ["Kennel hand", "Kennel cleaner"]
    assert _titles(ana.get("/roles?search=kennel")) == ["Kennel cleaner", "Kennel hand"]
    assert _titles(ana.get("/roles?search=100%25 hand&show=not-advertised")) == ["Kennel hand"]
    assert "1.5 km away" in ana.get("/roles?near=ME14").text
    assert ana.get(f"/roles/{near}").status_code == ana.get(f"/roles/{near}/people").status_code == 200


def test_a_whole_postcode_is_not_taken_since_it_may_be_a_home(sqlite_service: Service) -> None:
    answer = sqlite_service.as_("ana").get("/roles?near=ME14 1XQ")
    assert answer.status_code == 422
    assert "Enter only the first part of it, such as ME14." in answer.text


def test_a_place_that_is_none_is_said_beside_its_input(sqlite_service: Service) -> None:
    for near, told in (("the sea", "such as ME14 or ME14 1"), ("ZZ9", "We do not know this place")):
        answer = sqlite_service.as_("ana").get(f"/roles?near={near}")
        assert answer.status_code == 422
        assert answer.text.count(told) == 2, "on top and beside the field"


def test_roles_come_in_pages(sqlite_service: Service) -> None:
    for number in range(27):
        logged(sqlite_service, f"Role {number}", source="advertised")
        sqlite_service.clock.pass_(seconds=1)
    ana = sqlite_service.as_("ana")
    first, second = ana.get("/roles?search=role"), ana.get("/roles?search=role&page=2")
    assert _titles(second) == ["Role 1", "Role 0"]
    assert len(_titles(first)) == 25
    assert "27 roles" in first.text
    assert "search=role&amp;show=open&amp;near=&amp;page=2" in first.text
    assert "There are fewer pages than this" in ana.get("/roles?page=9").text


def test_a_role_told_in_trust_is_seen_by_nobody_else(sqlite_service: Service) -> None:
    secret = logged(sqlite_service, "In trust", visibility="own_caseload", location={"postcode": "ME14"})
    sqlite_service.run_jobs()
    for path in ("/roles?show=all", "/roles?near=ME14", "/roles?search=trust"):
        assert "In trust" not in sqlite_service.as_("eve").get(path).text
    assert sqlite_service.as_("eve").get(f"/roles/{secret}").status_code == 404


# One


def test_a_fact_is_told_with_its_source_and_its_age(sqlite_service: Service) -> None:
    role = logged(sqlite_service, "Baker")
    learnt(sqlite_service, role, pay={"hourly": 12.6})
    sqlite_service.clock.pass_(days=120)
    text = sqlite_service.as_("ana").get(f"/roles/{role}").text
    assert "£12.60 an hour" in text
    assert "Seen on a visit on 20 November 2026, 122 days ago" in text
    assert "Old: ask again" in text


def test_what_nobody_knows_leads_to_where_it_is_written_down(sqlite_service: Service) -> None:
    role = logged(sqlite_service, "Baker")
    text = sqlite_service.as_("ana").get(f"/roles/{role}").text
    assert f'href="/roles/{role}/answer?about=sensory.noise"' in text
    assert f'href="/roles/{role}/answer?about=pay.floor"' in text
    assert f'href="/roles/{role}/facts?about=contract"' in text, "no list asks for it"


def test_what_is_usual_is_told_apart_from_what_is_known(sqlite_service: Service) -> None:
    role = logged(sqlite_service, "Baker", sensory={"smell": {"typical": 1, "source": "occupation_prior"}})
    text = sqlite_service.as_("ana").get(f"/roles/{role}").text
    usual = text[text.index('class="wp-usual"') :]
    assert "Usual for this kind of job. Nobody has checked it here." in usual
    assert "Smells: mild" in usual
    assert f"/roles/{role}/answer?about=sensory.smell" in text[: text.index('class="wp-usual"')], "still to be asked"


def test_two_sources_that_disagree_stand_side_by_side_with_a_question(sqlite_service: Service) -> None:
    role = logged(sqlite_service, "Baker")
    learnt(sqlite_service, role, pay={"hourly": 12.6})
    said = {"source": "advert", "observed_on": "2026-11-21", "facts": {"pay": {"hourly": 13}}}
    assert sqlite_service.as_("ana").post(f"/v1/vacancies/{role}/facts", said).status_code == 201
    text = sqlite_service.as_("ana").get(f"/roles/{role}").text
    assert text.index("This counts now") < text.index("£12.60 an hour") < text.index("£13 an hour")
    assert "Ask: " in text


def test_the_questions_of_people_who_wait_come_first(sqlite_service: Service) -> None:
    role = logged(sqlite_service, "Baker", tasks=["baking bread"])
    drawn(sqlite_service, person(sqlite_service, pay_floor={"hourly": 12}, wanted_work=[{"label": "baking bread"}]))
    text = sqlite_service.as_("eve").get(f"/roles/{role}").text
    assert "Ask this first" in text
    assert "p-1" not in text


def test_what_others_typed_is_shown_as_text(sqlite_service: Service) -> None:
    role = logged(sqlite_service, HOSTILE, employer=HOSTILE, tasks=[HOSTILE], description=HOSTILE)
    said = {"source": "phone", "note": HOSTILE, "facts": {"requirements": {"qualifications": [{"slug": "a"}]}}}
    sqlite_service.as_("ana").post(f"/v1/vacancies/{role}/facts", said)
    ana = sqlite_service.as_("ana")
    paths = ("", "/facts", "/facts?about=tasks", "/status", "/audience", "/versions", "/versions/1", "/questions")
    for path in (
        *(f"/roles/{role}{end}" for end in paths),
        "/roles",
        f"/roles?search={HOSTILE}",
        f"/roles?near={HOSTILE}",
    ):
        text = ana.get(path).text
        assert "<script>alert" not in text, path
        assert "&lt;script&gt;alert" in text or path.startswith("/roles?"), path


# Whether it is there


def test_one_press_says_that_a_role_is_still_there(sqlite_service: Service) -> None:
    role = logged(sqlite_service, "Baker")
    sqlite_service.clock.pass_(days=20)
    answer = sqlite_service.as_("eve").send(f"/roles/{role}/confirm")
    assert answer.headers["Location"] == f"/roles/{role}?done=role-confirmed"
    assert "Said to be there today" in sqlite_service.as_("eve").get(f"/roles/{role}").text


def test_a_role_that_is_filled_leaves_the_open_ones_and_can_be_opened_again(sqlite_service: Service) -> None:
    role = logged(sqlite_service, "Baker")
    ana = sqlite_service.as_("ana")
    ana.send(f"/roles/{role}/status", {"becomes": "filled", "version": _version(sqlite_service, role)})
    assert _titles(ana.get("/roles")) == []
    ana.send(f"/roles/{role}/status", {"becomes": "open", "version": _version(sqlite_service, role)})
    assert _titles(ana.get("/roles")) == ["Baker"]


def test_who_was_second_keeps_what_they_chose(sqlite_service: Service) -> None:
    role = logged(sqlite_service, "Baker")
    learnt(sqlite_service, role, pay={"hourly": 12.6})
    answer = sqlite_service.as_("ana").send(f"/roles/{role}/status", {"becomes": "closed", "version": "1"})
    assert answer.status_code == 412
    assert re.search(r'value="closed"\s+checked', answer.text)
    assert 'name="version" value="2"' in answer.text


def test_something_must_be_chosen(sqlite_service: Service) -> None:
    role = logged(sqlite_service, "Baker")
    answer = sqlite_service.as_("ana").send(f"/roles/{role}/status", {"version": "1"})
    assert answer.status_code == 422
    assert "Choose what has become of it." in answer.text


def test_what_is_closed_cannot_be_said_to_be_there(sqlite_service: Service) -> None:
    role = logged(sqlite_service, "Baker")
    closed(sqlite_service, role)
    assert sqlite_service.as_("ana").send(f"/roles/{role}/confirm").status_code == 409


# Who may see it


def test_the_owner_hands_a_role_to_a_colleague(sqlite_service: Service) -> None:
    role = logged(sqlite_service, "Baker", visibility="own_caseload")
    typed = {"visibility": "team", "owner_id": "user-eve", "team_id": "", "version": "1"}
    assert sqlite_service.as_("ana").send(f"/roles/{role}/audience", typed).status_code == 303
    text = sqlite_service.as_("eve").get(f"/roles/{role}").text
    assert "Told in trust" in text
    assert "Eve" in text


def test_who_was_told_does_not_tell_others(sqlite_service: Service) -> None:
    role = logged(sqlite_service, "Baker")
    assert sqlite_service.as_("eve").get(f"/roles/{role}/audience").status_code == 403
    assert f"/roles/{role}/audience" not in sqlite_service.as_("eve").get(f"/roles/{role}").text


# How it came to be what it is


def test_each_change_is_told_with_what_it_changed(sqlite_service: Service) -> None:
    role = logged(sqlite_service, "Baker")
    learnt(sqlite_service, role, pay={"hourly": 12.6})
    sqlite_service.clock.pass_(days=1)
    said = {"source": "visit", "facts": {"pay": {"hourly": 13}}}
    sqlite_service.as_("eve").post(f"/v1/vacancies/{role}/facts", said)
    text = sqlite_service.as_("ana").get(f"/roles/{role}/versions").text
    assert text.count("Something was learnt") == 2
    then = sqlite_service.as_("ana").get(f"/roles/{role}/versions/3").text
    assert then.index("£12.60 an hour") < then.index("£13 an hour"), "before, and then"
    assert "Eve" in then
    assert sqlite_service.as_("ana").get(f"/roles/{role}/versions/4").status_code == 404


def test_earlier_changes_are_on_earlier_pages(sqlite_service: Service) -> None:
    role = logged(sqlite_service, "Baker")
    for number in range(30):
        sqlite_service.clock.pass_(days=1)
        said = {"source": "visit", "facts": {"pay": {"hourly": 13 + number}}}
        sqlite_service.as_("ana").post(f"/v1/vacancies/{role}/facts", said)
    ana = sqlite_service.as_("ana")
    first = ana.get(f"/roles/{role}/versions")
    assert f"/roles/{role}/versions/31" in first.text
    assert f"/roles/{role}/versions?before=7" in first.text
    second = ana.get(f"/roles/{role}/versions?before=7").text
    assert all(f"/roles/{role}/versions/{number}" in second for number in range(1, 7))
    assert f"/roles/{role}/versions/7" not in second


def test_answers_so_far_are_told_beside_what_is_to_be_asked(sqlite_service: Service) -> None:
    role = logged(sqlite_service, "Baker")
    said = {"about": "pay.floor", "value": {"hourly": 12.6}, "source": "phone", "said_on": "2026-11-20"}
    assert sqlite_service.as_("ana").post(f"/v1/vacancies/{role}/answers", said).status_code == 201
    refused = {"about": "sensory.noise", "refused": True, "source": "phone", "said_on": "2026-11-20"}
    assert sqlite_service.as_("ana").post(f"/v1/vacancies/{role}/answers", refused).status_code == 201
    text = sqlite_service.as_("eve").get(f"/roles/{role}/questions").text
    assert "£12.60 an hour" in text
    assert "They did not want to say" in text
