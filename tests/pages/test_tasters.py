"""Pages on job tasters: what both sides found, in words and never as a mark."""

from __future__ import annotations

from typing import Any

from tests.api.routes.lists import logged, person
from tests.api.routes.people import employer, taken_on
from tests.pages.text import text_of
from tests.service import Service

_HOSTILE = "<script>alert('x')</script>"
_TODAY = {"on-day": "22", "on-month": "11", "on-year": "2026"}


def _sent(service: Service, participant_id: str, **typed: Any) -> Any:
    sent = {"kind": "job_taster", "job": "other", "employer": "Hazel Bakery", **_TODAY}
    return service.as_("ana").send(f"/participants/{participant_id}/tasters/new", {**sent, **typed})


def _taster(service: Service, **typed: Any) -> str:
    """A taster, as an address."""
    employer(service)
    answer = _sent(service, taken_on(service), **typed)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"]).partition("?")[0]


def test_a_taster_says_in_words_what_both_sides_found(sqlite_service: Service) -> None:
    path = _taster(sqlite_service, participant_found=f"Liked it {_HOSTILE}", employer_found="Quick to learn")
    answer = sqlite_service.as_("ana").get(path)
    page = text_of(answer)
    assert "Job taster on 22 November 2026" in page
    assert "What the employer found Quick to learn" in page
    assert "&lt;script&gt;alert" in answer.text
    assert _HOSTILE not in answer.text
    assert not {"passed", "failed", "score", "mark"} & set(page.lower().split())


def test_what_is_not_known_yet_is_asked_for(sqlite_service: Service) -> None:
    page = text_of(sqlite_service.as_("ana").get(_taster(sqlite_service)))
    assert "Not known yet. Ask the person how it was for them." in page
    assert "Write down what was found" in page


def test_one_that_is_planned_says_so(sqlite_service: Service) -> None:
    page = text_of(sqlite_service.as_("ana").get(_taster(sqlite_service, **{"on-day": "25"})))
    assert "This is planned, in 3 days." in page


def test_nobody_has_found_anything_before_the_day(sqlite_service: Service) -> None:
    employer(sqlite_service)
    answer = _sent(sqlite_service, taken_on(sqlite_service), participant_found="Liked it", **{"on-day": "25"})
    assert answer.status_code == 422
    assert "The day is still to come, so nobody has found anything yet." in answer.text
    assert "Liked it" in answer.text


def test_one_for_a_role_keeps_it_when_it_is_changed(sqlite_service: Service) -> None:
    participant, vacancy = person(sqlite_service), logged(sqlite_service, "Kennel hand")
    path = _sent(sqlite_service, participant, job=vacancy).headers["Location"].partition("?")[0]
    assert f'value="{vacancy}" checked' in " ".join(sqlite_service.as_("ana").get(f"{path}/change").text.split())
    sent = {"kind": "working_interview", "job": vacancy, "version": "1", **_TODAY}
    assert sqlite_service.as_("ana").send(f"{path}/change", sent).status_code == 303
    page = text_of(sqlite_service.as_("ana").get(path))
    assert "Working interview on 22 November 2026" in page
    assert "The role that it is for" in page


def test_who_cannot_see_its_role_cannot_change_it_and_so_cannot_lose_it(sqlite_service: Service) -> None:
    secret = logged(sqlite_service, "Kennel hand", visibility="own_caseload")
    path = _sent(sqlite_service, person(sqlite_service), job=secret).headers["Location"].partition("?")[0]
    shown = sqlite_service.as_("lee").get(path)
    assert shown.status_code == 200
    assert secret not in shown.text
    assert sqlite_service.as_("lee").get(f"{path}/change").status_code == 403
    refused = sqlite_service.as_("lee").send(f"{path}/change", {"kind": "job_taster", "version": "1", **_TODAY})
    assert refused.status_code == 403
    assert "told to somebody else in trust" in refused.text


def test_who_was_second_to_change_it_gets_their_words_back(sqlite_service: Service) -> None:
    path = _taster(sqlite_service)
    sent = {"kind": "job_taster", "job": "other", "employer": "Hazel Bakery", "version": "1", **_TODAY}
    assert sqlite_service.as_("ana").send(f"{path}/change", {**sent, "employer_found": "Kind"}).status_code == 303
    answer = sqlite_service.as_("lee").send(f"{path}/change", {**sent, "employer_found": "Careful"})
    assert answer.status_code == 412
    assert "Careful" in answer.text
    assert 'name="version" value="2"' in answer.text


def test_they_stand_with_the_jobs_of_the_person(sqlite_service: Service) -> None:
    employer(sqlite_service)
    participant = taken_on(sqlite_service)
    _sent(sqlite_service, participant)
    page = text_of(sqlite_service.as_("ana").get(f"/participants/{participant}/jobs"))
    assert "Job taster at Hazel Bakery" in page
    assert "What was found is not written down yet." in page
