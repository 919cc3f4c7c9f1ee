"""Whom a role might suit: by how long people wait, never by merit, and never a name to who may not read it."""

from __future__ import annotations

import re
from dataclasses import replace

from fastapi.testclient import TestClient

from api.app import create_app
from api.running import open_running
from tests.api.routes.lists import drawn, logged, person
from tests.service import Service


def _names(text: str) -> list[str]:
    return re.findall(r'href="/participants/[0-9a-f]{32}" data-words="theirs">([^<]*)<', text)


def test_who_has_waited_longest_comes_first(sqlite_service: Service) -> None:
    role = logged(sqlite_service, "Baker", tasks=["baking bread"])
    person(sqlite_service, "p-new", entered_on="2026-11-10")
    person(sqlite_service, "p-long", entered_on="2026-06-01")
    sqlite_service.run_jobs()
    text = sqlite_service.as_("ana").get(f"/roles/{role}/people").text
    assert _names(text) == ["p-long", "p-new"]
    assert "Nobody is ordered by how good they are." in text
    assert "No opportunity so far. Here since 1 June 2026." in text


def test_since_when_it_stands_on_a_list_is_told(sqlite_service: Service) -> None:
    role = logged(sqlite_service, "Baker", tasks=["baking bread"])
    drawn(sqlite_service, person(sqlite_service, "p-drawn"))
    person(sqlite_service, "p-not-drawn")
    sqlite_service.run_jobs()
    text = sqlite_service.as_("ana").get(f"/roles/{role}/people").text
    assert text.count("On their list since 22 November 2026.") == 1
    assert text.count("It comes onto the next list that you draw.") == 1


def test_of_colleagues_only_how_many_is_told_and_with_whom(sqlite_service: Service) -> None:
    role = logged(sqlite_service, "Baker", tasks=["baking bread"])
    person(sqlite_service, "p-of-ana")
    sqlite_service.run_jobs()
    text = sqlite_service.as_("eve").get(f"/roles/{role}/people").text
    assert "1 person with" in text
    assert "Ana" in text
    assert "p-of-ana" not in text


def test_a_role_on_nobodys_list_says_what_to_do(sqlite_service: Service) -> None:
    role = logged(sqlite_service, "Baker")
    sqlite_service.run_jobs()
    text = sqlite_service.as_("ana").get(f"/roles/{role}/people").text
    assert "nobody’s list among those whom you support" in text
    assert "See what is not known of it" in text


def test_a_role_whose_words_are_not_read_yet_says_to_wait(sqlite_service: Service) -> None:
    role = logged(sqlite_service, "Baker")
    answer = sqlite_service.as_("ana").get(f"/roles/{role}/people")
    assert answer.status_code == 200
    assert "still being read" in answer.text


def test_people_come_in_pages(sqlite_service: Service) -> None:
    role = logged(sqlite_service, "Baker", tasks=["baking bread"])
    for number in range(22):
        person(sqlite_service, f"p-{number}", entered_on=f"2026-10-{number + 1:02}")
    sqlite_service.run_jobs()
    first = sqlite_service.as_("ana").get(f"/roles/{role}/people").text
    after = re.search(rf"/roles/{role}/people\?after=([0-9a-f]+)", first)
    assert after is not None
    second = sqlite_service.as_("ana").get(f"/roles/{role}/people?after={after[1]}").text
    assert _names(first)[0] == "p-0"
    assert _names(second) == ["p-20", "p-21"]


def test_a_process_that_has_drawn_nothing_tells_the_same(sqlite_service: Service) -> None:
    role = logged(sqlite_service, "Baker", tasks=["baking bread"])
    person(sqlite_service, "p-1")
    sqlite_service.run_jobs()
    told = sqlite_service.as_("ana").get(f"/roles/{role}/people")
    running = open_running(sqlite_service.running.settings, clock=sqlite_service.clock)
    client = TestClient(create_app(running), base_url="https://testserver", raise_server_exceptions=False)
    other = replace(sqlite_service, running=running, client=client)
    assert _names(other.as_("ana").get(f"/roles/{role}/people").text) == _names(told.text) == ["p-1"]
    running.close()


def test_that_somebody_looked_is_noted_for_each_person(sqlite_service: Service) -> None:
    role = logged(sqlite_service, "Baker", tasks=["baking bread"])
    someone = person(sqlite_service, "p-1")
    sqlite_service.run_jobs()
    sqlite_service.as_("ana").get(f"/roles/{role}/people")
    noted = sqlite_service.as_("aud").get("/v1/audit?limit=100").json()["items"]
    assert any(each["action"] == "participant.suited_read" and each["subject_id"] == someone for each in noted)
