"""More requests than can be answered: most are told so at once, health is always told, and then all is as before."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pytest

from api import middleware
from api.metrics import Metrics
from api.middleware import MOST_AT_ONCE, WORKED_ON_AT_ONCE, Surroundings
from api.serving import _RESTARTS, _Child
from tests.service import Service


@dataclass
class Slow:
    """An application that reads what is sent, works for a while, and answers; it counts how many it works on."""

    seconds: float
    now: int = 0
    most: int = 0
    paths: list[str] = field(default_factory=list)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["method"] == "POST":
            while (await receive()).get("more_body", False):
                pass
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(self.seconds)
        self.now -= 1
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"{}"})


@dataclass(frozen=True)
class Told:
    """What was answered to a request, and after how many seconds."""

    status: int
    retry_after: str
    seconds: float


Body = Callable[[], Awaitable[dict[str, Any]]]


async def ask(app: Any, path: str = "/v1/vacancies", body: Body | None = None) -> Told:
    """One request; with a body it is a POST."""
    told: dict[str, Any] = {}

    async def nothing() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            told["status"], told["headers"] = message["status"], dict(message["headers"])

    headers = [(b"host", b"localhost"), (b"content-length", b"9" if body else b"0")]
    scope = {
        "type": "http", "method": "POST" if body else "GET", "path": path, "raw_path": path.encode(),
        "query_string": b"", "headers": headers, "state": {}, "scheme": "https", "server": ("localhost", 443),
    }  # fmt: skip
    began = time.perf_counter()
    await app(scope, body or nothing, send)
    return Told(told["status"], told["headers"].get(b"retry-after", b"").decode(), time.perf_counter() - began)


def surrounded(app: Slow) -> Surroundings:
    return Surroundings(app, upload_bytes=1_000_000, metrics=Metrics())


def run(work: Callable[[], Awaitable[Any]]) -> Any:
    return asyncio.run(work())  # type: ignore[arg-type]


class TestManyAtOnce:
    def test_no_more_are_worked_on_than_there_are_places(self) -> None:
        slow = Slow(seconds=0.05)
        app = surrounded(slow)

        async def many() -> list[Told]:
            return await asyncio.gather(*(ask(app) for _ in range(MOST_AT_ONCE)))

        assert {each.status for each in run(many)} == {200}
        assert slow.most == WORKED_ON_AT_ONCE

    def test_who_finds_the_queue_full_is_told_at_once_when_to_come_again(self) -> None:
        app = surrounded(Slow(seconds=0.2))

        async def many() -> list[Told]:
            return await asyncio.gather(*(ask(app) for _ in range(10 * MOST_AT_ONCE)))

        told = run(many)
        refused = [each for each in told if each.status == 503]
        assert Counter(each.status for each in told) == {200: MOST_AT_ONCE, 503: 9 * MOST_AT_ONCE}
        assert {each.retry_after for each in refused} == {"1"}
        # Each by itself takes a moment: the last of 576 has waited for those before it, and for none that works.
        assert max(each.seconds for each in refused) < 2

    def test_who_waits_too_long_for_a_place_is_told_so(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(middleware, "LONGEST_WAIT_SECONDS", 0.1)
        app = surrounded(Slow(seconds=1.0))

        async def many() -> list[Told]:
            return await asyncio.gather(*(ask(app) for _ in range(WORKED_ON_AT_ONCE + 5)))

        told = run(many)
        assert Counter(each.status for each in told) == {200: WORKED_ON_AT_ONCE, 503: 5}
        assert max(each.seconds for each in told if each.status == 503) < 0.9

    def test_health_is_told_while_all_places_are_taken_and_the_queue_is_full(self) -> None:
        app = surrounded(Slow(seconds=0.3))

        async def busy() -> list[Told]:
            others = [asyncio.ensure_future(ask(app)) for _ in range(3 * MOST_AT_ONCE)]
            await asyncio.sleep(0.1)
            told = await asyncio.gather(*(ask(app, path) for path in ("/livez", "/readyz", "/metrics")))
            await asyncio.gather(*others)
            return list(told)

        assert [each.status for each in run(busy)] == [200, 200, 200]

    def test_afterwards_all_is_as_before(self) -> None:
        app = surrounded(Slow(seconds=0.01))

        async def storm_and_calm() -> list[Told]:
            await asyncio.gather(*(ask(app) for _ in range(10 * MOST_AT_ONCE)))
            return await asyncio.gather(*(ask(app) for _ in range(WORKED_ON_AT_ONCE)))

        calm = run(storm_and_calm)
        assert {each.status for each in calm} == {200}

    def test_who_sends_slowly_keeps_no_place(self) -> None:
        app = surrounded(Slow(seconds=0.01))

        async def slowly() -> list[Told]:
            sent = asyncio.Event()

            async def body() -> dict[str, Any]:
                await sent.wait()
                return {"type": "http.request", "body": b"x" * 9, "more_body": False}

            senders = [asyncio.ensure_future(ask(app, body=body)) for _ in range(2 * WORKED_ON_AT_ONCE)]
            await asyncio.sleep(0.05)
            readers = await asyncio.gather(*(ask(app) for _ in range(5)))
            sent.set()
            return [*readers, *await asyncio.gather(*senders)]

        assert {each.status for each in run(slowly)} == {200}

    def test_who_fails_gives_the_place_back(self) -> None:
        async def fail(_scope: Any, _receive: Any, _send: Any) -> None:
            raise ValueError

        app = Surroundings(fail, upload_bytes=1, metrics=Metrics())

        async def many() -> list[Any]:
            return await asyncio.gather(*(ask(app) for _ in range(2 * WORKED_ON_AT_ONCE)), return_exceptions=True)

        assert {type(each) for each in run(many)} == {ValueError}


class TestOneUser:
    def test_who_asks_too_often_is_told_when_to_come_again_and_others_are_served(self, sqlite_service: Service) -> None:
        sqlite_service.running.rates.__init__(requests_per_minute=5)  # type: ignore[misc]
        answers = [sqlite_service.as_("ana").get("/v1/vacancies") for _ in range(8)]
        assert [each.status_code for each in answers] == [200] * 5 + [429] * 3
        assert 0 < int(answers[-1].headers["Retry-After"]) <= 60
        assert sqlite_service.as_("ben").get("/v1/vacancies").status_code == 200


class TestProcesses:
    def starts(self, child: _Child, lived_seconds: float, times: int) -> list[float]:
        """When a process that ends after so long each time is started."""
        now, starts = 0.0, []
        for _ in range(times):
            child.ended(now)
            if child.cannot_run:
                break
            now = max(now, child.not_before)
            child.starts.append(now)
            starts.append(now)
            now += lived_seconds
        return starts

    def test_a_web_process_that_never_could_run_ends_the_service(self) -> None:
        child = _Child("web 1", lambda: None)
        assert len(self.starts(child, 0.5, 20)) == _RESTARTS
        assert child.cannot_run

    def test_one_that_could_is_started_again_for_ever_with_pauses(self) -> None:
        child = _Child("web 1", lambda: None, was_able=True)
        starts = self.starts(child, 0.5, 20)
        assert len(starts) == 20
        assert max(later - earlier for earlier, later in pairwise(starts)) <= 60

    def test_a_worker_that_each_job_ends_does_not_end_the_service(self) -> None:
        child = _Child("worker", lambda: None, is_needed=False)
        assert len(self.starts(child, 0.1, 50)) == 50
        assert not child.cannot_run
