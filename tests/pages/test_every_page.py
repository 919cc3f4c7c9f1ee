"""What holds of every page and form, found by walking through them all as everybody who works here."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import pytest
from httpx import Response

from tests.databases import Databases
from tests.pages.crawl import Form, faults_of, forms_of
from tests.project.access_world import World, make_world
from tests.project.test_access import TABLE, Row
from tests.service import start_service

#: Who looks: somebody of every role.
WHO = ("ana", "eve", "lee", "val", "adam", "aud")
PAGES = [
    row
    for row in TABLE
    if row.method == "GET" and not row.path.startswith(("/v1/", "/assets", "/livez", "/readyz", "/metrics"))
]
#: Forms of people who are not signed in yet: nobody has a token there.
_ON_THE_WAY_IN = ("/sign-in", "/set-password")
ATTACK = """"'><script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}"""


@pytest.fixture(scope="module")
def world(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("every")
    service = start_service(
        databases.fresh("sqlite", folder), folder, webhook_hosts=("1.1.1.1",), requests_per_minute=1_000_000
    )
    yield make_world(service)
    service.client.close()
    service.database.close()


def _seen(world: World, row: Row) -> Iterator[tuple[str, str]]:
    """The page as each of those who may see it gets it."""
    for who in WHO:
        if row.expected[who] == 200:
            answer = world.ask(who, "GET", row.path)
            if "text/html" in answer.headers.get("Content-Type", ""):
                yield who, answer.text


def _forms(world: World, row: Row) -> Iterator[tuple[str, Form]]:
    for who, html in _seen(world, row):
        for form in forms_of(html):
            if form.method == "post":
                yield who, form


@pytest.mark.parametrize("row", PAGES, ids=str)
class TestEveryPage:
    def test_holds_no_script_or_style_of_its_own_and_asks_nobody_else(self, world: World, row: Row) -> None:
        assert {who: faults for who, html in _seen(world, row) if (faults := faults_of(html))} == {}

    def test_its_forms_carry_the_token_of_the_session(self, world: World, row: Row) -> None:
        signed_in = [form for _, form in _forms(world, row) if not form.action.startswith(_ON_THE_WAY_IN)]
        assert [
            form.action for form in signed_in if not any(each.name == "csrf" and each.value for each in form.inputs)
        ] == []


#: What would end the visit or take away what the other pages show.
_LEFT_ALONE = re.compile(r"/sign-out|/account|/erase|/disable|/close|/status|/specialist")


def _sent(world: World, who: str, form: Form, values: Mapping[str, list[str]]) -> Response:
    headers = {"Cookie": world.service.as_(who).headers["Cookie"]}
    files = {"file": ("roles.csv", ATTACK.encode())} if form.takes_file else None
    return world.service.client.post(form.action, data=values, files=files, headers=headers, follow_redirects=False)


def test_no_form_is_answered_with_an_error_of_ours(world: World) -> None:
    """Sent with nothing, and as it is shown."""
    wrong, sent = [], 0
    for row in PAGES:
        for who, form in _forms(world, row):
            if _LEFT_ALONE.search(form.action):
                continue
            shown = form.as_shown()
            for values in ({"csrf": shown.get("csrf", [])}, shown):
                answer = _sent(world, who, form, values)
                sent += 1
                if answer.status_code >= 500:
                    wrong.append(f"{who} {form.action}: {answer.status_code}")
    assert wrong == []
    assert sent > 100


def test_hostile_text_is_text_everywhere(world: World) -> None:
    """In the answer to each form, and on every page once the forms have stored what they took."""
    stored = 0
    for row in PAGES:
        for who, form in _forms(world, row):
            if _LEFT_ALONE.search(form.action):
                continue
            answer = _sent(world, who, form, form.filled_with(ATTACK))
            assert answer.status_code < 500, f"{who} {form.action}: {answer.text[:300]}"
            assert not _runs(answer.text), f"{who} {form.action}"
            stored += answer.status_code == 303
    assert stored >= 10
    shown = []
    for row in PAGES:
        for who, html in _seen(world, row):
            assert not _runs(html), f"{who} {row.path}"
            if "&lt;script&gt;alert(1)" in html:
                shown.append(row.path)
    assert len(set(shown)) >= 5, "what was stored is there to be seen"


def _runs(html: str) -> bool:
    return "<script>alert" in html or "<img src=x" in html or ">49" in html
