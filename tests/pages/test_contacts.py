"""Pages on contacts: logged for whom they serve, planned, changed, called off, and kept to what the employer wants."""

from __future__ import annotations

from typing import Any

from tests.api.routes.lists import logged
from tests.api.routes.people import employer, taken_on
from tests.service import Service

_HOSTILE = "<script>alert('x')</script>"
_TODAY = {"on-day": "22", "on-month": "11", "on-year": "2026"}
_TOMORROW = {**_TODAY, "on-day": "23"}
_CALL = {"happened": "made", "mode": "phone", "hiring_authority": "unknown", **_TODAY}


def _logged(service: Service, employer_id: str, *, by: str = "ana", **typed: Any) -> str:
    answer = service.as_(by).send("/contacts/new", {"employer": employer_id, **_CALL, **typed})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"]).partition("?")[0]


def _limited(service: Service) -> str:
    """An employer that wants two weeks between contacts and was called two days ago."""
    employer_id = employer(service)
    service.as_("eve").change(
        "PUT", f"/v1/employers/{employer_id}", {"name": "Hazel Bakery", "contact_every_days": 14}, version=1
    )
    service.as_("eve").post("/v1/contacts", {"employer_id": employer_id, "mode": "phone", "on": "2026-11-20"})
    return employer_id


def test_a_contact_is_logged_for_somebody_with_their_wish(sqlite_service: Service) -> None:
    participant_id, employer_id = taken_on(sqlite_service, name="Robin"), employer(sqlite_service)
    path = _logged(sqlite_service, employer_id, on_behalf_of=participant_id, serves="to bake", person_met="Sam")
    page = sqlite_service.as_("ana").get(path).text
    for words in ("Robin", "to bake", "Sam", "Hazel Bakery", "22 November 2026"):
        assert words in page


def test_the_employer_is_chosen_first(sqlite_service: Service) -> None:
    employer_id, participant_id = employer(sqlite_service), taken_on(sqlite_service)
    page = sqlite_service.as_("ana").get(f"/contacts/new?participant={participant_id}").text
    assert f"/contacts/new?participant={participant_id}&amp;employer={employer_id}" in page


def test_whom_it_is_for_is_ticked_already(sqlite_service: Service) -> None:
    employer_id, participant_id = employer(sqlite_service), taken_on(sqlite_service)
    page = sqlite_service.as_("ana").get(f"/contacts/new?employer={employer_id}&participant={participant_id}").text
    assert f'value="{participant_id}" checked' in page


def test_only_ones_own_people_can_be_ticked(sqlite_service: Service) -> None:
    employer_id, theirs = employer(sqlite_service), taken_on(sqlite_service, "ben", ref="P-BEN")
    assert "P-BEN" not in sqlite_service.as_("ana").get(f"/contacts/new?employer={employer_id}").text
    sent = {"employer": employer_id, **_CALL, "on_behalf_of": theirs}
    assert sqlite_service.as_("ana").send("/contacts/new", sent).status_code == 403


def test_employer_engagement_is_asked_for_nobody(sqlite_service: Service) -> None:
    taken_on(sqlite_service, ref="P-SECRET")
    page = sqlite_service.as_("eve").get(f"/contacts/new?employer={employer(sqlite_service)}").text
    assert "P-SECRET" not in page
    assert "For whom?" not in page
    assert "Which wish" not in page


def test_who_must_wait_is_asked_why_they_do_not(sqlite_service: Service) -> None:
    employer_id = _limited(sqlite_service)
    ana = sqlite_service.as_("ana")
    assert "over_limit_because" not in ana.get(f"/contacts/new?employer={employer_id}").text
    answer = ana.send("/contacts/new", {"employer": employer_id, **_CALL, "notes": "Ask for Sam"})
    assert answer.status_code == 422
    assert "They want to hear from us again from 4 December 2026. Say why you are in touch before." in answer.text
    assert "Ask for Sam" in answer.text
    _logged(sqlite_service, employer_id, over_limit_because="They called us")


def test_a_refused_form_says_why_and_keeps_what_was_typed(sqlite_service: Service) -> None:
    participant_id = taken_on(sqlite_service)
    sent = {"employer": employer(sqlite_service), "on-day": "40", "on_behalf_of": participant_id, "notes": _HOSTILE}
    answer = sqlite_service.as_("ana").send("/contacts/new", sent)
    assert answer.status_code == 422
    for words in ("Say whether it has happened.", "Choose how you were in touch."):
        assert words in answer.text
    assert 'value="40"' in answer.text
    assert f'value="{participant_id}" checked' in answer.text
    assert _HOSTILE not in answer.text


def test_a_contact_that_was_made_lies_in_the_past(sqlite_service: Service) -> None:
    sent = {"employer": employer(sqlite_service), **_CALL, **_TOMORROW}
    answer = sqlite_service.as_("ana").send("/contacts/new", sent)
    assert answer.status_code == 422
    assert 'href="#on-day"' in answer.text


def test_a_plan_is_said_to_be_made(sqlite_service: Service) -> None:
    path = _logged(sqlite_service, employer(sqlite_service), happened="planned", **_TOMORROW)
    ana = sqlite_service.as_("ana")
    assert "Planned: Phone call, Hazel Bakery" in ana.get(path).text
    assert ana.send(f"{path}/change", {**_CALL, "version": "1"}).status_code == 303
    assert "Planned:" not in ana.get(path).text


def test_a_plan_whose_day_has_come_is_taken_as_kept(sqlite_service: Service) -> None:
    path = _logged(sqlite_service, employer(sqlite_service), happened="planned")
    page = sqlite_service.as_("ana").get(f"{path}/change").text
    assert 'value="made" checked' in page


def test_a_plan_is_called_off(sqlite_service: Service) -> None:
    employer_id = employer(sqlite_service)
    path = _logged(sqlite_service, employer_id, happened="planned", **_TOMORROW)
    answer = sqlite_service.as_("ana").send(f"{path}/call-off", {"version": "1"})
    assert answer.headers["Location"] == f"/employers/{employer_id}/contacts?done=contact-called-off"
    assert sqlite_service.as_("ana").get(path).status_code == 404


def test_what_was_made_stays_on_record(sqlite_service: Service) -> None:
    path = _logged(sqlite_service, employer(sqlite_service))
    answer = sqlite_service.as_("ana").send(f"{path}/call-off", {"version": "1"})
    assert answer.status_code == 409
    assert "stays on record" in answer.text


def test_who_was_second_to_change_gets_their_words_back(sqlite_service: Service) -> None:
    path = _logged(sqlite_service, employer(sqlite_service))
    ana = sqlite_service.as_("ana")
    ana.send(f"{path}/change", {**_CALL, "notes": "first", "version": "1"})
    answer = ana.send(f"{path}/change", {**_CALL, "notes": "second", "version": "1"})
    assert answer.status_code == 412
    assert "second" in answer.text
    assert 'name="version" value="2"' in answer.text


def test_only_who_logged_it_changes_it(sqlite_service: Service) -> None:
    path = _logged(sqlite_service, employer(sqlite_service))
    assert "/change" not in sqlite_service.as_("ben").get(path).text
    assert sqlite_service.as_("ben").send(f"{path}/change", {**_CALL, "version": "1"}).status_code == 403


def test_for_whom_is_told_to_those_who_may_read_them(sqlite_service: Service) -> None:
    participant_id = taken_on(sqlite_service, ref="P-SECRET")
    path = _logged(sqlite_service, employer(sqlite_service), on_behalf_of=participant_id, serves="a secret wish")
    for who in ("ben", "eve"):
        page = sqlite_service.as_(who).get(path).text
        assert "P-SECRET" not in page
        assert participant_id not in page
        assert "a secret wish" not in page


def test_whom_one_no_longer_supports_stays_where_they_were(sqlite_service: Service) -> None:
    participant_id = taken_on(sqlite_service, ref="P-SECRET")
    path = _logged(sqlite_service, employer(sqlite_service), on_behalf_of=participant_id, serves="a secret wish")
    with sqlite_service.database.writing("north") as store:
        moved = store.participants.get(participant_id)
        moved.specialist_id, moved.team_id = "user-ben", "team-b"
    ana = sqlite_service.as_("ana")
    assert "P-SECRET" not in ana.get(f"{path}/change").text
    assert ana.send(f"{path}/change", {**_CALL, "version": "1", "notes": "new"}).status_code == 303
    page = sqlite_service.as_("ben").get(path).text
    assert "P-SECRET" in page
    assert "a secret wish" in page


def test_what_was_learnt_is_written_down_next(sqlite_service: Service) -> None:
    vacancy_id = logged(sqlite_service, "Baker")
    employer_id = str(sqlite_service.as_("ana").get(f"/v1/vacancies/{vacancy_id}").json()["employer_id"])
    path = _logged(sqlite_service, employer_id)
    contact_id = path.split("/")[-1]
    page = sqlite_service.as_("ana").get(path).text
    assert f"/roles/{vacancy_id}/answer?contact={contact_id}" in page
    assert f"/roles/new?employer={employer_id}" in page


def test_contacts_for_somebody_come_latest_first(sqlite_service: Service) -> None:
    participant_id, employer_id = taken_on(sqlite_service), employer(sqlite_service)
    _logged(sqlite_service, employer_id, on_behalf_of=participant_id, mode="visit")
    _logged(sqlite_service, employer_id, on_behalf_of=participant_id, mode="email", **{"on-day": "9"})
    page = sqlite_service.as_("ana").get(f"/participants/{participant_id}/contacts").text
    assert page.index("Visit, Hazel Bakery") < page.index("Email, Hazel Bakery")
    assert sqlite_service.as_("ben").get(f"/participants/{participant_id}/contacts").status_code == 403


def test_many_contacts_with_an_employer_are_turned_over(sqlite_service: Service) -> None:
    employer_id = employer(sqlite_service)
    for number in range(1, 28):
        month, day = (10, number) if number <= 20 else (11, number - 20)
        sent = {"employer_id": employer_id, "mode": "phone", "on": f"2026-{month}-{day:02}"}
        assert sqlite_service.as_("ana").post("/v1/contacts", sent).status_code == 201
    first = sqlite_service.as_("ben").get(f"/employers/{employer_id}/contacts").text
    assert first.index("7 November 2026") < first.index("3 October 2026")
    assert "Phone call, 2 October 2026" not in first
    after = first.partition("after=")[2].partition('"')[0]
    second = sqlite_service.as_("ben").get(f"/employers/{employer_id}/contacts?after={after}").text
    assert "Phone call, 2 October 2026" in second
    assert "Phone call, 3 October 2026" not in second


def test_an_employer_that_does_not_exist_is_not_found(sqlite_service: Service) -> None:
    assert sqlite_service.as_("ana").get("/contacts/new?employer=nobody").status_code == 404
