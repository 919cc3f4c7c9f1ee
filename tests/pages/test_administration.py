"""Pages for who administers, manages and audits."""

from __future__ import annotations

from tests.service import Service


def _location(service: Service, who: str, path: str, **typed: str) -> str:
    answer = service.as_(who).send(path, typed)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


def test_a_new_user_gets_a_link_that_is_shown_once(sqlite_service: Service) -> None:
    sent = {"name": "Kim", "email": "kim@example.org", "roles": "auditor", "once": "a1"}
    first = sqlite_service.as_("adam").send("/administration/users/new", sent)
    second = sqlite_service.as_("adam").send("/administration/users/new", sent)
    assert "/set-password#" in first.text
    assert "/set-password#" not in second.text
    assert "The link was shown already" in second.text


def test_the_last_administrator_cannot_be_closed_and_is_told_why(sqlite_service: Service) -> None:
    answer = sqlite_service.as_("adam").send("/administration/users/user-adam/close", {"version": "1"})
    assert answer.status_code == 409
    assert "There is a problem" in answer.text


def test_a_closed_account_is_opened_again(sqlite_service: Service) -> None:
    _location(sqlite_service, "adam", "/administration/users/user-ben/close", version="1")
    assert "Open the account again" in sqlite_service.as_("adam").get("/administration/users/user-ben").text
    _location(sqlite_service, "adam", "/administration/users/user-ben/open", version="2")
    assert "Close the account" in sqlite_service.as_("adam").get("/administration/users/user-ben").text


def test_a_user_of_another_organisation_is_not_there(sqlite_service: Service) -> None:
    assert sqlite_service.as_("adam").get("/administration/users/user-sam").status_code == 404


def test_teams_are_added_and_renamed(sqlite_service: Service) -> None:
    _location(sqlite_service, "adam", "/administration/teams", name="Coast")
    _location(sqlite_service, "adam", "/administration/teams/team-a", name="Hills", version="1")
    page = sqlite_service.as_("adam").get("/administration/teams").text
    assert "Coast" in page
    assert "Hills" in page


def test_settings_out_of_their_limits_are_refused_beside_their_field(sqlite_service: Service) -> None:
    answer = sqlite_service.as_("adam").send("/administration/settings", {"name": "North", "consent_days": "0"})
    assert answer.status_code == 422
    assert "The number of days must be between 1 and 3,650." in answer.text


def test_an_auditor_sees_that_nothing_is_missing(sqlite_service: Service) -> None:
    sqlite_service.as_("eve").send("/employers/new", {"name": "Hazel Bakery"})
    assert "Nothing is missing" in sqlite_service.as_("aud").get("/audit/check").text
    assert "employer.added" in sqlite_service.as_("aud").get("/audit").text


def test_numbers_of_few_are_not_shown(sqlite_service: Service) -> None:
    page = sqlite_service.as_("lee").get("/numbers").text
    assert "Not shown: fewer than 10" in page
    assert "that is" not in page


def test_a_proposal_is_made_and_says_that_it_decides_nothing(sqlite_service: Service) -> None:
    sent = {"whose": "own", "people_per_opening": "2", "most_per_person": "1"}
    answer = sqlite_service.as_("ana").send("/allocations", sent)
    assert answer.status_code == 303, answer.text
    assert "before you put them forward" in sqlite_service.as_("ana").get(answer.headers["Location"]).text


def test_a_specialist_makes_no_proposal_for_a_team(sqlite_service: Service) -> None:
    sent = {"whose": "team-a", "people_per_opening": "2", "most_per_person": "1"}
    assert sqlite_service.as_("ana").send("/allocations", sent).status_code == 422
