"""Pages on alerts: whom a new role may suit, until it was seen."""

from __future__ import annotations

from tests.api.routes.lists import logged, person
from tests.api.routes.people import taken_on
from tests.service import Service


def _told(service: Service, *, name: str = "Robin") -> str:
    """Somebody on Ana's caseload whom a new role may suit; returns the id of the alert."""
    participant_id = person(service)
    service.as_("ana").change(
        "PATCH", f"/v1/participants/{participant_id}", {"name": name, "entered_on": "2026-11-02"}, version=2
    )
    service.run_jobs()
    logged(service, "Bread baker")
    service.run_jobs()
    alerts = service.as_("ana").get("/v1/alerts").json()["items"]
    assert alerts, "the role entered the first entries"
    return str(alerts[0]["id"])


def test_a_new_role_is_told_with_the_person_it_may_suit(sqlite_service: Service) -> None:
    _told(sqlite_service)
    for path in ("/", "/alerts"):
        page = sqlite_service.as_("ana").get(path).text
        assert "Bread baker" in page
        assert "It may suit" in page


def test_what_was_seen_is_gone_and_can_be_looked_up(sqlite_service: Service) -> None:
    alert_id = _told(sqlite_service)
    ana = sqlite_service.as_("ana")
    answer = ana.send(f"/alerts/{alert_id}/seen")
    assert answer.headers["Location"] == "/alerts?done=alert-seen"
    assert "Bread baker" not in ana.get("/alerts").text
    assert "Seen on 22 November 2026." in ana.get("/alerts?show=all").text


def test_who_presses_it_on_their_day_comes_back_there(sqlite_service: Service) -> None:
    alert_id = _told(sqlite_service)
    answer = sqlite_service.as_("ana").send(f"/alerts/{alert_id}/seen", {"back": "day"})
    assert answer.headers["Location"] == "/?done=alert-seen"


def test_no_other_address_is_come_back_to(sqlite_service: Service) -> None:
    alert_id = _told(sqlite_service)
    answer = sqlite_service.as_("ana").send(f"/alerts/{alert_id}/seen", {"back": "https://elsewhere.example"})
    assert answer.headers["Location"] == "/alerts?done=alert-seen"


def test_alerts_for_people_of_others_are_not_told(sqlite_service: Service) -> None:
    alert_id = _told(sqlite_service)
    assert "Bread baker" not in sqlite_service.as_("ben").get("/alerts").text
    assert sqlite_service.as_("ben").send(f"/alerts/{alert_id}/seen").status_code == 404


def test_employer_engagement_reads_no_alerts(sqlite_service: Service) -> None:
    assert sqlite_service.as_("eve").get("/alerts").status_code == 403


def test_an_empty_list_says_when_something_comes(sqlite_service: Service) -> None:
    taken_on(sqlite_service)
    assert "You are told here when a new role may suit somebody." in sqlite_service.as_("ana").get("/alerts").text
