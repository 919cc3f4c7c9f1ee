"""The examples of docs/api.md run, in their order, against the service: what the page says is what is answered."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from tests.service import Service

PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
_BLOCK = re.compile(r"^```(http|json) ([^\n]+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_NAMED = re.compile(r"\{([a-z_]+)((?:\.[a-z_0-9]+)+)\}")
ANY = "…"


def test_every_example_is_answered_as_the_page_says(sqlite_service: Service) -> None:
    kept: dict[str, Any] = {}
    blocks = _BLOCK.findall(PAGE)
    assert len(blocks) >= 30
    for (kind, who, request), (other, told, answer) in zip(blocks[::2], blocks[1::2], strict=True):
        assert (kind, other) == ("http", "json"), request
        status, _, name = told.partition(" ")
        response = _ask(sqlite_service, who.strip(), _filled(request, kept))
        assert response.status_code == int(status), f"{request}\n{response.text}"
        got = response.json() if response.content else None
        if answer.strip():
            _compare(json.loads(_filled(answer, kept)), got, where=request.splitlines()[0])
        if name:
            kept[name] = {"body": got, "etag": response.headers.get("ETag", "").strip('"')}
        sqlite_service.run_jobs()


def _ask(service: Service, who: str, request: str) -> Any:
    head, _, body = request.strip().partition("\n\n")
    first, *lines = head.splitlines()
    method, path = first.split(" ", 1)
    headers = dict(line.split(": ", 1) for line in lines)
    content = json.loads(body) if body.strip() else None
    if who == "nobody":
        return service.client.request(method, path, json=content, headers=headers)
    client = service.as_(who)
    return client.client.request(method, path, json=content, headers={**client.headers, **headers})


def _filled(text: str, kept: dict[str, Any]) -> str:
    """Put what earlier answers held in the place of `{name.body.id}`."""

    def found(match: re.Match[str]) -> str:
        value: Any = kept[match[1]]
        for step in match[2].strip(".").split("."):
            value = value[int(step)] if step.isdigit() else value[step]
        return str(value)

    return _NAMED.sub(found, text)


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
