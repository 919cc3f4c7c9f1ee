"""Pasted notes and adverts: suggestions beside their words, taken one by one, and the text kept by nobody."""

from __future__ import annotations

import html
import logging
import re
from typing import Any

import pytest
from httpx import Response
from sqlalchemy import inspect
from sqlalchemy import text as sql

from tests.service import NORTH, Service

PASTE = "/roles/new/paste"
NOTES = "Hazel Bakery. 16 hours a week, £12.50 an hour. Loud mixers. There is a quiet room. Must be 18+."


def _looked(service: Service, text: str = NOTES, **typed: Any) -> str:
    answer = service.as_("eve").send(PASTE, {"text": text, "step": "read", **typed})
    assert answer.status_code == 200, answer.text
    return answer.text


def _offered(page: str) -> dict[str, str]:
    """The names of the inputs that take a suggestion, by what they take."""
    boxes = re.findall(
        r'name="(choice\.\w+)" type="checkbox" value="take"(?: checked)?[^>]*>\s*<label[^>]*>\s*([^<]+?)\s*</label>',
        page,
        re.DOTALL,
    )
    selects = re.findall(r'<label[^>]*for="(choice\.\w+)">\s*([^<]+?)\s*</label>\s*<select', page, re.DOTALL)
    return {html.unescape(words): name for name, words in (*boxes, *selects)}


def _took(service: Service, typed: dict[str, Any], text: str = NOTES) -> Response:
    return service.as_("eve").send(PASTE, {"pasted": text, "step": "take", **typed})


def _inputs(page: str) -> dict[str, str]:
    """What stands in the inputs of a page that hold something."""
    found = {}
    for tag in re.findall(r"<input[^>]+>", page):
        held = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if held.get("type") in ("radio", "checkbox") and " checked" not in tag:
            continue
        if held.get("value"):
            found[held.get("name", "")] = html.unescape(held["value"])
    return found


def test_each_suggestion_stands_beside_the_words_it_came_from(sqlite_service: Service) -> None:
    page = _looked(sqlite_service)
    for words in ("16 hours a week", "£12.50 an hour", "Loud", "quiet room", "Must be 18"):
        assert f"<mark>{words}</mark>" in page


def test_nothing_is_taken_beforehand(sqlite_service: Service) -> None:
    page = _looked(sqlite_service)
    assert "checked" not in page
    assert "selected" not in page
    held = _inputs(_took(sqlite_service, {}).text)
    assert not [name for name in held if name.startswith(("hours", "pay.", "sensory", "adjustments")) and held[name]]


def test_what_is_taken_fills_the_form_and_can_be_changed_there(sqlite_service: Service) -> None:
    offered = _offered(_looked(sqlite_service))
    taken = {offered["Take: £12.50 an hour"]: "take", offered["Take: 18 years"]: "take"}
    page = _took(sqlite_service, taken).text
    held = _inputs(page)
    assert held["pay.hourly"] == "12.5"
    assert held["requirements.minimum_age"] == "18"
    assert "hours.min" not in held
    assert 'action="/roles/new"' in page


def test_where_words_are_not_exact_somebody_chooses_what_they_mean(sqlite_service: Service) -> None:
    offered = _offered(_looked(sqlite_service))
    page = _took(sqlite_service, {offered["Noise: what do the words mean?"]: "3"}).text
    assert _inputs(page)["sensory.noise.typical"] == "3"


def test_a_role_is_logged_by_the_form_that_was_filled_in(sqlite_service: Service) -> None:
    text = "Job title: Kitchen helper\nEmployer: Ash Hotel\nDuties:\n- wash up\n- sweep\n9am to 1pm Mon and Tue."
    offered = _offered(_looked(sqlite_service, text))
    form = _took(sqlite_service, dict.fromkeys(offered.values(), "take"), text).text
    held = _inputs(form)
    days = re.findall(r'name="pattern.shifts.1.days" type="checkbox" value="(\w+)" checked', form)
    tags = re.findall(r'name="task_tags" type="checkbox" value="(\w+)" checked', form)
    tasks = re.search(r'name="tasks"[^>]*>([^<]*)<', form)
    assert tasks is not None
    sent = {**held, "known_by": "advert", "tasks": tasks[1], "pattern.shifts.1.days": days, "task_tags": tags}
    sent.pop("csrf", None)
    answer = sqlite_service.as_("eve").send("/roles/new", sent)
    assert answer.status_code == 303, answer.text
    role = answer.headers["Location"].split("/")[2]
    known = sqlite_service.as_("eve").get(f"/v1/vacancies/{role}").json()
    facts = {each["field"]: (each["value"], each["source"]) for each in known["facts"]}
    shifts = [{"days": ["mon", "tue"], "from": "09:00", "to": "13:00"}]
    assert facts == {
        "title": ("Kitchen helper", "advert"),
        "tasks": (["wash up", "sweep"], "advert"),
        "task_tags": (["cleaning", "washing_up"], "advert"),
        "pattern": ({"kind": "fixed", "shifts": shifts}, "advert"),
    }
    assert known["employer"] == "Ash Hotel"


def test_of_two_values_of_one_fact_one_is_taken(sqlite_service: Service) -> None:
    text = "16 hours a week. 20 hours a week. Staff wear gloves."
    offered = _offered(_looked(sqlite_service, text))
    hours = [name for words, name in offered.items() if "hours" in words]
    answer = _took(sqlite_service, dict.fromkeys(hours, "take"), text)
    assert answer.status_code == 422
    assert "take one of these" in answer.text
    assert answer.text.count("checked") == 2, "both are still ticked"


def test_going_back_keeps_what_was_taken_and_what_was_typed(sqlite_service: Service) -> None:
    offered = _offered(_looked(sqlite_service))
    taken = {offered["Take: £12.50 an hour"]: "take", offered["Noise: what do the words mean?"]: "3"}
    form = _took(sqlite_service, taken).text
    marks = re.findall(r'name="taken" value="([^"]+)"', form)
    back = {"pasted": NOTES, "taken": marks, "step": "back", "title": "Baker's help", "pay.hourly": "13"}
    page = sqlite_service.as_("eve").send(PASTE, back).text
    assert page.count("checked") == 1
    assert page.count("selected") == 1
    again = _inputs(_took(sqlite_service, {**taken, "title": "Baker's help", "pay.hourly": "13"}).text)
    assert again["title"] == "Baker's help"
    assert again["pay.hourly"] == "13", "what was changed by hand stays"


def test_the_text_can_be_changed(sqlite_service: Service) -> None:
    page = sqlite_service.as_("eve").send(PASTE, {"pasted": NOTES, "step": "change", "title": "Porter"}).text
    assert "Loud mixers" in page
    assert 'name="title" value="Porter"' in page


@pytest.mark.parametrize(
    ("text", "told"), [("  ", "Paste some notes or an advert."), ("x" * 20_001, "Use at most 20,000")]
)
def test_a_text_that_cannot_be_read_is_refused(sqlite_service: Service, text: str, told: str) -> None:
    answer = sqlite_service.as_("eve").send(PASTE, {"text": text})
    assert answer.status_code == 422
    assert answer.text.count(told) == 2


def test_the_longest_text_is_read(sqlite_service: Service) -> None:
    assert "16 hours a week" in _looked(sqlite_service, ("16 hours a week. " * 1200)[:20_000])


def test_a_text_that_says_nothing_leads_to_the_form_all_the_same(sqlite_service: Service) -> None:
    assert "We found no facts" in _looked(sqlite_service, "Spoke to Jo.")
    assert 'name="title"' in _took(sqlite_service, {}, "Spoke to Jo.").text


def test_a_script_is_shown_as_text(sqlite_service: Service) -> None:
    hostile = "<script>x()</script> 16 hours a week <img src=x onerror=y>"
    for page in (_looked(sqlite_service, hostile), _took(sqlite_service, {}, hostile).text):
        assert "<script>x()" not in page
        assert "<img" not in page


def test_the_text_is_neither_stored_nor_logged(
    sqlite_service: Service, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    told_in_trust = "Pelican-7431 said so. 16 hours a week."
    _looked(sqlite_service, told_in_trust)
    form = {"title": "Porter", "employer": "Ash Hotel", "known_by": "phone", "pasted": told_in_trust, "once": "a1"}
    today = {"observed_on-day": "22", "observed_on-month": "11", "observed_on-year": "2026"}
    assert sqlite_service.as_("eve").send("/roles/new", {**form, **today}).status_code == 303
    printed = capsys.readouterr()
    assert "Pelican" not in caplog.text + printed.out + printed.err
    with sqlite_service.database.reading(NORTH) as store:
        connection = store.session.connection()
        for table in inspect(connection).get_table_names():
            assert "Pelican" not in repr(connection.execute(sql(f'SELECT * FROM "{table}"')).fetchall())  # noqa: S608


def test_who_may_not_log_roles_is_not_asked(sqlite_service: Service) -> None:
    assert sqlite_service.as_("val").get(PASTE).status_code == 403
    assert sqlite_service.as_("val").send(PASTE, {"text": NOTES}).status_code == 403
