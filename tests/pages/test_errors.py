"""What people read when something goes wrong: words, a way on, and what they had typed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from unittest.mock import patch

import pytest
from sqlalchemy.exc import OperationalError
from starlette.types import Message
from structlog.testing import capture_logs

from api.app import create_app
from api.middleware import MOST_AT_ONCE
from matching.actions import employers, imports
from matching.actions.organisation_pool import NotReady
from matching.errors import Conflict, Stale, TooMany
from matching.store import Database
from tests.service import Service


@pytest.fixture(autouse=True)
def _logs_are_kept_quiet() -> Iterator[None]:
    with capture_logs():
        yield


def test_an_address_of_nothing_is_a_page_with_ways_on(sqlite_service: Service) -> None:
    answer = sqlite_service.as_("ana").get("/no-such-page")
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert "Page not found" in answer.text
    assert 'href="/help"' in answer.text


def test_programs_are_told_the_same_as_a_problem(sqlite_service: Service) -> None:
    answer = sqlite_service.as_("ana").get("/v1/no-such-noun")
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_what_is_not_for_somebody_says_why_and_keeps_their_menu(sqlite_service: Service) -> None:
    answer = sqlite_service.as_("val").get("/employers")
    assert answer.status_code == 403
    assert "Your role does not read what is known of employers." in answer.text
    assert 'href="/numbers"' in answer.text


def test_the_address_of_a_button_says_so(sqlite_service: Service) -> None:
    answer = sqlite_service.as_("ana").get("/sign-out")
    assert answer.status_code == 405
    assert "This is the address of a button." in answer.text


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (Conflict("This employer has merged."), 409, "This employer has merged."),
        (Stale("Somebody was first.", version=2, current={}), 412, "Somebody was quicker"),
        (TooMany("You ask too often.", seconds=5), 429, "Wait a few seconds"),
        (TooMany("You ask too often.", seconds=40), 429, "Wait a minute"),
        (TooMany("You ask too often.", seconds=900), 429, "Wait a few minutes"),
        (NotReady(), 503, "Not ready yet"),
        (RuntimeError("a secret of the code"), 500, "Sorry, something went wrong"),
        (OperationalError("select a secret", {}, Exception("gone")), 500, "Sorry, something went wrong"),
    ],
)
def test_each_kind_of_error_has_its_words(sqlite_service: Service, error: Exception, status: int, words: str) -> None:
    with patch.object(imports, "list_imports", side_effect=error):
        answer = sqlite_service.as_("eve").get("/files")
    assert answer.status_code == status
    assert words in answer.text
    assert "secret" not in answer.text


def test_what_was_typed_is_there_to_be_copied(sqlite_service: Service) -> None:
    with patch.object(employers, "add_employer", side_effect=RuntimeError):
        answer = sqlite_service.as_("ana").send("/employers/new", {"name": "Ash <b>", "notes": "Ask for Sam"})
    assert answer.status_code == 500
    assert "What you typed" in answer.text
    assert "Ash &lt;b&gt;" in answer.text
    assert "Ask for Sam" in answer.text


def test_a_fault_of_ours_has_the_number_of_its_line_in_the_log(sqlite_service: Service) -> None:
    with patch.object(imports, "list_imports", side_effect=RuntimeError):
        answer = sqlite_service.as_("eve").get("/files")
    assert "Give them this number: <strong" in answer.text


def test_a_page_of_a_fault_is_guarded_like_any_other(sqlite_service: Service) -> None:
    with patch.object(imports, "list_imports", side_effect=RuntimeError):
        answer = sqlite_service.as_("eve").get("/files")
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Frame-Options"] == "DENY"


def test_it_stands_although_the_database_does_not_answer(sqlite_service: Service) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OperationalError("connect", {}, Exception("no database"))

    with patch.object(Database, "directory", refuse), patch.object(Database, "reading", refuse):
        read = sqlite_service.as_("eve").get("/files")
        sent = sqlite_service.as_("ana").send("/employers/new", {"name": "Ash Hotel"})
    assert (read.status_code, sent.status_code) == (500, 500)
    assert "Sorry, something went wrong" in read.text
    assert "Ash Hotel" in sent.text


def test_a_form_that_is_too_large_says_where_the_words_are(sqlite_service: Service) -> None:
    answer = sqlite_service.as_("ana").send("/employers/new", {"name": "a" * 1_000_001})
    assert answer.status_code == 413
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "What you typed should still be there." in answer.text


def test_a_file_may_be_larger_than_a_form(sqlite_service: Service) -> None:
    content = b"vacancy_ref,title,employer,description\nv,Baker,Ash," + b"a" * 1_100_000
    answer = sqlite_service.as_("eve").send(
        "/files/imports/new", {"kind": "vacancies"}, files={"file": ("roles.csv", content)}
    )
    assert answer.status_code == 303


def test_a_host_that_is_not_ours_gets_a_page_for_a_page(sqlite_service: Service) -> None:
    for host in ("elsewhere.example", "[", "a/v1/", ""):
        answer = sqlite_service.client.get("/employers", headers={"Host": host})
        assert (answer.status_code, answer.headers["Content-Type"]) == (400, "text/html; charset=utf-8")


def test_too_many_at_once_is_a_page_for_a_page(sqlite_service: Service) -> None:
    app = create_app(sqlite_service.running)
    with ThreadPoolExecutor(1) as elsewhere:  # the browser of other tests runs a loop of its own in this thread
        busy, statuses = elsewhere.submit(asyncio.run, _many(app, MOST_AT_ONCE + 1)).result()
    assert statuses == [503]
    assert b"Not ready yet" in busy
    assert b"<!DOCTYPE html>" in busy


async def _many(app: Any, number: int) -> tuple[bytes, list[int]]:
    """Ask for pages that all wait for their forms, but for the last; what that one is answered."""
    release = asyncio.Event()
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/employers/new",
        "raw_path": b"/employers/new",
        "query_string": b"",
        "headers": [
            (b"host", b"testserver"),
            (b"content-type", b"application/x-www-form-urlencoded"),
            (b"content-length", b"1"),
        ],
        "client": ("127.0.0.1", 1),
        "server": ("testserver", 443),
        "scheme": "https",
    }

    async def wait() -> Message:
        await release.wait()
        return {"type": "http.request", "body": b"a", "more_body": False}

    async def drop(_: Message) -> None:
        pass

    waiting = [asyncio.create_task(app({**scope}, wait, drop)) for _ in range(number - 1)]
    await asyncio.sleep(0.2)
    said: list[Message] = []

    async def keep(message: Message) -> None:
        said.append(message)

    await app({**scope}, wait, keep)
    release.set()
    await asyncio.gather(*waiting)
    return b"".join(each.get("body", b"") for each in said), [each["status"] for each in said if "status" in each]
