"""Pages on what employers may know: the person's choice, and nothing beyond it."""

from __future__ import annotations

from httpx import Response

from tests.api.routes.people import employer, taken_on, write
from tests.pages.text import text_of
from tests.service import Service

_GIVEN = {"method": "in_person", "given_on-day": "20", "given_on-month": "11", "given_on-year": "2026"}


def _choose(service: Service, person: str, bakery: str, choice: str, *items: str, **more: str) -> Response:
    sent = {"choice": choice, "items": list(items), **_GIVEN, **more}
    return service.as_("ana").send(f"/participants/{person}/consents/new?employer={bakery}", sent)


def _listed(service: Service, person: str) -> str:
    return text_of(service.as_("ana").get(f"/participants/{person}/consents"))


def test_without_a_choice_it_says_that_nothing_is_told(sqlite_service: Service) -> None:
    assert "we tell no employer anything" in _listed(sqlite_service, taken_on(sqlite_service))


def test_an_employer_is_found_by_name_and_then_chosen_for(sqlite_service: Service) -> None:
    person, bakery = taken_on(sqlite_service), employer(sqlite_service)
    employer(sqlite_service, "Ash Hotel")
    found = sqlite_service.as_("ana").get(f"/participants/{person}/consents/new?search=hazel").text
    assert f"consents/new?employer={bakery}" in found
    assert "Ash Hotel" not in found
    form = sqlite_service.as_("ana").get(f"/participants/{person}/consents/new?employer={bakery}")
    assert "What may Hazel Bakery know?" in text_of(form)


def test_a_yes_names_what_may_be_told(sqlite_service: Service) -> None:
    person, bakery = taken_on(sqlite_service), employer(sqlite_service)
    assert _choose(sqlite_service, person, bakery, "yes", "hours", "name").status_code == 303
    page = _listed(sqlite_service, person)
    assert "Today we may tell them: Their name Hours they want" in page
    assert "Yes: their name, hours they want." in page
    assert "Holds until 20 November 2027." in page


def test_a_yes_to_nothing_is_asked_again(sqlite_service: Service) -> None:
    person, bakery = taken_on(sqlite_service), employer(sqlite_service)
    answer = _choose(sqlite_service, person, bakery, "yes")
    assert answer.status_code == 422
    assert answer.text.count("Tick what they may be told.") == 2, "on top and beside the boxes"


def test_a_no_is_recorded_as_a_choice(sqlite_service: Service) -> None:
    person, bakery = taken_on(sqlite_service), employer(sqlite_service)
    assert _choose(sqlite_service, person, bakery, "no").status_code == 303
    page = _listed(sqlite_service, person)
    assert "No: tell them nothing." in page
    assert "Today we tell them nothing." in page


def test_a_no_that_ticks_something_is_asked_again_and_keeps_the_ticks(sqlite_service: Service) -> None:
    person, bakery = taken_on(sqlite_service), employer(sqlite_service)
    answer = _choose(sqlite_service, person, bakery, "no", "travel")
    assert answer.status_code == 422
    assert "You chose to tell them nothing." in answer.text
    assert 'value="travel" checked' in answer.text


def test_one_thing_can_be_taken_out_of_a_yes(sqlite_service: Service) -> None:
    person, bakery = taken_on(sqlite_service), employer(sqlite_service)
    _choose(sqlite_service, person, bakery, "yes", "hours", "name")
    sqlite_service.clock.pass_(minutes=1)
    assert _choose(sqlite_service, person, bakery, "not_these", "name").status_code == 303
    assert "Today we may tell them: Hours they want What we may tell" in _listed(sqlite_service, person)


def test_a_yes_is_taken_back_and_stays_on_record(sqlite_service: Service) -> None:
    person, bakery = taken_on(sqlite_service), employer(sqlite_service)
    _choose(sqlite_service, person, bakery, "yes", "name")
    consent = sqlite_service.as_("ana").get(f"/v1/participants/{person}/consents").json()["items"][0]["id"]
    day = {"withdrawn_on-day": "22", "withdrawn_on-month": "11", "withdrawn_on-year": "2026"}
    path = f"/participants/{person}/consents/{consent}/withdraw"
    assert sqlite_service.as_("ana").send(path, day).status_code == 303
    page = _listed(sqlite_service, person)
    assert "Taken back on 22 November 2026." in page
    assert "Today we tell them nothing." in page
    assert sqlite_service.as_("ana").send(path, day).status_code == 409, "a second time there is nothing to take back"


def test_a_yes_that_has_run_out_says_since_when(sqlite_service: Service) -> None:
    person, bakery = taken_on(sqlite_service), employer(sqlite_service)
    last = {"expires_on-day": "21", "expires_on-month": "11", "expires_on-year": "2026"}
    _choose(sqlite_service, person, bakery, "yes", "name", **last)
    page = _listed(sqlite_service, person)
    assert "Ended on 21 November 2026." in page
    assert "Take this yes back" not in page


class TestWhatWeMayTell:
    def test_it_says_what_was_agreed_and_no_more(self, sqlite_service: Service) -> None:
        person, bakery = taken_on(sqlite_service, name="Ada"), employer(sqlite_service)
        write(sqlite_service, person, {"hours.max": 16, "travel.max_minutes": 45}, version=0)
        _choose(sqlite_service, person, bakery, "yes", "hours")
        page = text_of(sqlite_service.as_("ana").get(f"/participants/{person}/consents/tell/{bakery}"))
        assert "They look for up to 16 hours a week." in page
        assert "45 minutes" not in page

    def test_on_paper_nobody_is_named_who_did_not_agree_to_it(self, sqlite_service: Service) -> None:
        person, bakery = taken_on(sqlite_service, name="Ada"), employer(sqlite_service)
        write(sqlite_service, person, {"hours.max": 16, "goal.own_words": "My own kitchen"}, version=0)
        _choose(sqlite_service, person, bakery, "yes", "hours")
        answer = sqlite_service.as_("ana").get(f"/participants/{person}/consents/tell/{bakery}")
        title, _, rest = answer.text.partition("</title>")
        assert "Ada" not in title
        assert "Ada" not in text_of(answer)
        before = rest[: rest.index("<main")]
        assert before.index("wp-no-print") < before.index("Ada"), "the frame with the name is not printed"

    def test_without_a_yes_there_is_nothing_to_tell(self, sqlite_service: Service) -> None:
        person, bakery = taken_on(sqlite_service, name="Ada"), employer(sqlite_service)
        page = text_of(sqlite_service.as_("ana").get(f"/participants/{person}/consents/tell/{bakery}"))
        assert "Today we tell this employer nothing about them." in page


def test_choices_are_of_the_own_caseload(sqlite_service: Service) -> None:
    person = taken_on(sqlite_service)
    for who in ("ben", "eve"):
        assert sqlite_service.as_(who).get(f"/participants/{person}/consents").status_code == 403
