"""The examples of docs/api.md run, in their order, against the service: what the page says is what is answered."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyotp
import pytest
from fastapi.testclient import TestClient

from api.errors import PROBLEM_TYPES
from api.routes.webhooks import webhook_rules
from matching.actions.delivering import Sender, signature
from matching.actions.webhooks import WebhookRules
from matching.model.people import Permission, Role
from matching.permissions import MACHINE_PERMISSIONS, permissions_by_role
from tests.service import PEOPLE, Service

PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
#: An example: who asks what, and what is answered. Between two of them days may pass; the worker does what waits,
#: unless somebody asks at once.
_EXAMPLE = re.compile(
    r"(?:^<!-- at (?P<at>once) -->\n\n)?^```http (?P<who>\w+)\n(?P<request>.*?)^```\n\n"
    r"^```(?P<form>json|csv) (?P<status>\d+)(?: (?P<name>\w+))?\n(?P<answer>.*?)^```$"
    r"|^<!-- (?P<days>\d+) days? later -->$",
    re.MULTILINE | re.DOTALL,
)
_NAMED = re.compile(r"\{([a-z_]+)((?:\.[a-z_0-9]+)+)\}")
ANY = "…"
WEBHOOK_HOST = "systems.example.org"


@pytest.fixture
def reader(sqlite_service: Service) -> Reader:
    """Somebody who follows the page against a service whose settings list the host of the webhook."""
    sqlite_service.client.app.dependency_overrides[webhook_rules] = lambda: WebhookRules(  # type: ignore[attr-defined]
        hosts=(WEBHOOK_HOST,),
        sealer=sqlite_service.running.sealer,
        sender=Sender(resolve=lambda _host, _port: ["192.0.2.1"], allows=lambda _address: True),
    )
    return Reader(service=sqlite_service)


def test_every_example_is_answered_as_the_page_says(reader: Reader) -> None:
    for example in _EXAMPLE.finditer(PAGE):
        reader.follow(example)
    assert reader.count >= 30
    assert reader.count == PAGE.count("```http"), "an example is not a request with its answer"


def test_the_look_for_differences_sees_them() -> None:
    got = {"id": "a1", "items": [1, 2]}
    _compare({"id": ANY, "items": [1, ANY]}, got, where="GET /")
    for told in ({"id": "b"}, {"other": ANY}, {"items": [1]}, {"items": [2, ANY]}, {"items": [1, 2, 3, ANY]}):
        with pytest.raises(AssertionError):
            _compare(told, got, where="GET /")


@dataclass
class Reader:
    """Follows the page example by example and keeps what was answered by its name."""

    service: Service
    kept: dict[str, Any] = field(default_factory=dict)
    count: int = 0
    _clients: dict[str, TestClient] = field(default_factory=dict)

    def follow(self, example: re.Match[str]) -> Any:
        """Ask as an example asks, and hold the answer against what it tells."""
        if example["days"]:
            self.service.clock.pass_(days=int(example["days"]))
            return None
        if not example["at"]:
            self.service.run_jobs()
        self.count += 1
        first = example["request"].splitlines()[0]
        response = self._ask(example["who"], self._filled(example["request"]))
        assert response.status_code == int(example["status"]), f"{first}\n{response.text}"
        told = self._filled(example["answer"])
        if example["form"] == "csv":
            _compare_lines(told, response.content.decode("utf-8-sig"), where=first)
        else:
            got = response.json() if response.content else None
            if told.strip():
                _compare(json.loads(told), got, where=first)
            if example["name"]:
                self.kept[example["name"]] = {"body": got, "etag": response.headers.get("ETag", "").strip('"')}
        self.service.clock.pass_(minutes=1)
        return response

    def _ask(self, who: str, request: str) -> Any:
        head, _, body = request.strip().partition("\n\n")
        first, *lines = head.splitlines()
        method, path = first.split(" ", 1)
        headers = dict(line.split(": ", 1) for line in lines)
        content = body.replace("\n", "\r\n") if "multipart" in headers.get("Content-Type", "") else body
        if content:
            headers.setdefault("Content-Type", "application/json")
        if who in PEOPLE:
            headers = {**self.service.as_(who).headers, **headers}
        return self._client(who).request(method, path, content=content.encode() or None, headers=headers)

    def _client(self, who: str) -> TestClient:
        """The client of the service, or for who is none of the users one of their own that keeps its cookies."""
        if who in PEOPLE:
            return self.service.client
        if who not in self._clients:
            self._clients[who] = TestClient(self.service.client.app, base_url="https://testserver")
        return self._clients[who]

    def _filled(self, text: str) -> str:
        """Put what earlier answers held in the place of `{name.body.id}`."""

        def found(match: re.Match[str]) -> str:
            value: Any = self.kept[match[1]]
            for step in match[2].strip(".").split("."):
                value = self._step(value, step)
            return str(value)

        return _NAMED.sub(found, text)

    def _step(self, value: Any, step: str) -> Any:
        if isinstance(value, list):
            return value[int(step)]
        if isinstance(value, dict):
            return value[step]
        known: dict[str, Callable[[str], str]] = {
            "fragment": lambda link: link.partition("#")[2],
            "code": lambda uri: pyotp.parse_uri(uri).at(self.service.clock.at),  # type: ignore[union-attr]
        }
        return known[step](value)


def _compare(told: Any, got: Any, *, where: str) -> None:
    """What is told must be there; more may be; `…` stands for anything."""
    if told == ANY:
        return
    if isinstance(told, dict):
        assert isinstance(got, dict), where
        for name, value in told.items():
            assert name in got, f"{where}: no '{name}' in {got}"
            _compare(value, got[name], where=f"{where} .{name}")
    elif isinstance(told, list):
        assert isinstance(got, list), where
        rest = told[-1:] == [ANY]
        wanted = told[:-1] if rest else told
        assert len(got) >= len(wanted) if rest else len(got) == len(wanted), f"{where}: {got}"
        for number, value in enumerate(wanted):
            _compare(value, got[number], where=f"{where} [{number}]")
    else:
        assert told == got, f"{where}: {told!r} is told, {got!r} is answered"


def _compare_lines(told: str, got: str, *, where: str) -> None:
    """The same for a file of text: `…` stands for the rest of a line."""
    for wanted, line in zip(told.splitlines(), got.splitlines(), strict=True):
        start, dots, _ = wanted.partition(ANY)
        assert line.startswith(start) if dots else line == wanted, f"{where}: {wanted!r} is told, {line!r} is answered"


# Tables


def _rows(heading: str) -> Iterator[list[str]]:
    """The cells of the first table below a heading, without its first two lines."""
    below = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in below.splitlines() if line.startswith("| ")]
    for line in lines[2:]:
        yield [cell.strip() for cell in line.strip("|").split(" | ")]


def test_the_page_has_a_row_for_each_type_of_problem_and_a_place_to_link_to() -> None:
    told = [(slug, status, title) for slug, status, title, _ in _rows("Problems")]
    assert told == [(f'<a id="{kind.uri}"></a>`{kind.uri}`', str(kind.status), kind.title) for kind in PROBLEM_TYPES]


def test_the_page_says_of_each_permission_who_holds_it() -> None:
    roles = permissions_by_role()
    expected = {
        each.value: ([role.value for role in Role if each in roles[role]], each in MACHINE_PERMISSIONS)
        for each in Permission
    }
    told = {
        permission.strip("`"): (re.findall(r"`(\w+)`", holders), for_machines == "yes")
        for permission, _, holders, for_machines in _rows("Roles")
    }
    assert told == expected


# Webhooks


def test_the_page_shows_how_to_verify_a_message() -> None:
    (code,) = re.findall(r"^```python\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)
    shown: dict[str, Any] = {}
    exec(code, shown)  # noqa: S102 - it is the page's own
    body, timestamp = b'{"event":"alert.made"}', 1_795_000_000
    headers = {
        "Wellplaced-Timestamp": str(timestamp),
        "Wellplaced-Signature": f"sha256={signature('s' * 40, timestamp=timestamp, body=body)}",
    }
    assert shown["is_genuine"](secret="s" * 40, headers=headers, body=body, now=timestamp + 10)
    assert not shown["is_genuine"](secret="t" * 40, headers=headers, body=body, now=timestamp + 10)
    assert not shown["is_genuine"](secret="s" * 40, headers=headers, body=body + b" ", now=timestamp + 10)
    assert not shown["is_genuine"](secret="s" * 40, headers=headers, body=body, now=timestamp + 3600)
