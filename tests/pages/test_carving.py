"""Pages that make a role of tasks of others."""

from __future__ import annotations

from typing import Any

from httpx import Response

from tests.api.routes.lists import logged
from tests.service import Service

WHEN = {"observed_on-day": "22", "observed_on-month": "11", "observed_on-year": "2026"}
IDEA = {"title": "Sweeper", "known_by": "visit", **WHEN}


def _carved(service: Service, path: str, by: str = "ana", **typed: Any) -> Response:
    return service.as_(by).send(f"{path}/carve", {**IDEA, **typed})


def _known(service: Service, answer: Response) -> dict[str, Any]:
    assert answer.status_code == 303, answer.text
    known: dict[str, Any] = service.as_("ana").get(f"/v1/vacancies/{answer.headers['Location'].split('/')[2]}").json()
    return known


def _employer_of(service: Service, role: str) -> str:
    return str(service.as_("ana").get(f"/v1/vacancies/{role}").json()["employer_id"])


def test_ticked_tasks_make_a_role_that_says_where_they_come_from(sqlite_service: Service) -> None:
    role = logged(sqlite_service, "Baker", tasks=["bake bread", "sweep the floor", "wash trays"])
    ticked: dict[str, Any] = {"tasks.1": ["sweep the floor", "wash trays"]}
    known = _known(sqlite_service, _carved(sqlite_service, f"/roles/{role}", **ticked))
    facts = {fact["field"]: fact["value"] for fact in known["facts"]}
    assert facts == {"title": "Sweeper", "tasks": ["sweep the floor", "wash trays"]}
    assert known["source"] == "carved"
    assert len(known["carved_from"]) == 1


def test_tasks_of_several_roles_of_an_employer_make_one(sqlite_service: Service) -> None:
    first = logged(sqlite_service, "Baker", tasks=["bake bread", "sweep"])
    logged(sqlite_service, "Clerk", tasks=["type", "open the post"])
    there = f"/employers/{_employer_of(sqlite_service, first)}"
    page = sqlite_service.as_("ana").get(f"{there}/carve").text
    assert all(task in page for task in ("bake bread", "sweep", "type", "open the post"))
    order = ("tasks.1", "tasks.2") if page.index("sweep") < page.index("open the post") else ("tasks.2", "tasks.1")
    ticked: dict[str, Any] = {order[0]: "sweep", order[1]: "open the post"}
    known = _known(sqlite_service, _carved(sqlite_service, there, **ticked))
    assert len(known["carved_from"]) == 2


def test_without_a_task_or_a_name_it_is_refused_and_everything_is_kept(sqlite_service: Service) -> None:
    role = logged(sqlite_service, "Baker", tasks=["bake bread", "sweep"])
    answer = _carved(sqlite_service, f"/roles/{role}", title="", note="Mo would be glad")
    assert answer.status_code == 422
    for told in ("Enter the job title.", "Tick at least one task."):
        assert answer.text.count(told) == 2
    assert "Mo would be glad" in answer.text


def test_what_was_ticked_is_kept_when_the_name_is_missing(sqlite_service: Service) -> None:
    role = logged(sqlite_service, "Baker", tasks=["bake bread", "sweep"])
    answer = _carved(sqlite_service, f"/roles/{role}", **{"title": "", "tasks.1": "sweep"})
    assert 'value="sweep" checked' in answer.text
    assert 'value="bake bread" checked' not in answer.text


def test_a_task_that_is_no_longer_there_is_refused(sqlite_service: Service) -> None:
    role = logged(sqlite_service, "Baker", tasks=["bake bread"])
    answer = _carved(sqlite_service, f"/roles/{role}", **{"tasks.1": "polish the moon"})
    assert answer.status_code == 422
    assert answer.text.count("is no task of this vacancy") == 2 or "One of these tasks" in answer.text


def test_where_no_task_is_known_the_page_says_what_to_do_first(sqlite_service: Service) -> None:
    role = logged(sqlite_service, "Baker")
    page = sqlite_service.as_("ana").get(f"/roles/{role}/carve").text
    assert f'href="/roles/{role}/facts"' in page
    assert _carved(sqlite_service, f"/roles/{role}", **{"tasks.1": "sweep"}).status_code == 422


def test_what_was_told_to_few_is_not_told_to_more(sqlite_service: Service) -> None:
    role = logged(sqlite_service, "Baker", tasks=["sweep"], visibility="own_caseload")
    answer = _carved(sqlite_service, f"/roles/{role}", **{"tasks.1": "sweep", "visibility": "organisation"})
    assert answer.status_code == 422
    assert 'id="visibility-error"' in answer.text


def test_a_role_that_was_told_to_others_offers_no_tasks(sqlite_service: Service) -> None:
    role = logged(sqlite_service, "Baker", tasks=["told in trust"], visibility="own_caseload")
    there = _employer_of(sqlite_service, role)
    assert sqlite_service.as_("eve").get(f"/roles/{role}/carve").status_code == 404
    assert "told in trust" not in sqlite_service.as_("eve").get(f"/employers/{there}/carve").text


def test_a_script_in_a_task_is_shown_as_text(sqlite_service: Service) -> None:
    role = logged(sqlite_service, "Baker", tasks=["<script>x()</script>"])
    page = sqlite_service.as_("ana").get(f"/roles/{role}/carve").text
    assert "<script>x()" not in page
    assert "&lt;script&gt;x()" in page
