"""Around every request: its number, limits to its size and to how many run at once, its line in the log, headers."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Collection, Mapping
from weakref import WeakKeyDictionary

import structlog
from fastapi import FastAPI, HTTPException, Request, Response
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import BUSY, MALFORMED, TOO_LARGE, ProblemType, problem
from api.headers import HEADERS
from api.metrics import Metrics
from api.pages.errors import page_of
from matching.settings import Settings

LARGEST_BODY = 1_000_000
#: Requests that are worked on at once in a process: more would only take turns at the interpreter, and each holds up to
#: three connections to the database (of 32 in `matching/store/database.py`).
WORKED_ON_AT_ONCE = 12
#: With those that wait for their turn: a quick refusal beats a long queue.
MOST_AT_ONCE = 64
LONGEST_WAIT_SECONDS = 5.0
#: Always answered: whoever looks after the service must see it when it is busy.
_WITHOUT_WAITING = frozenset({"/livez", "/readyz", "/metrics"})
_UPLOADS = ("/v1/imports", "/files/imports")


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


# Of FastAPI's own kind: any other error while a body is read becomes a 400.
class _TooLarge(HTTPException):
    """More was sent than is taken: of a kind that the framework passes on from where it reads a body."""

    def __init__(self) -> None:
        super().__init__(TOO_LARGE.status)


class _Busy(HTTPException):
    """No turn came in time."""

    def __init__(self) -> None:
        super().__init__(BUSY.status, headers=_AGAIN)


_AGAIN = {"Retry-After": "1"}


class _Turn:
    """A request's place among those that are worked on, taken once and given back once."""

    def __init__(self, places: asyncio.Semaphore) -> None:
        self._places = places
        self._is_taken = False

    async def take(self) -> None:
        """Wait for a place; raises `_Busy` if none is free in time."""
        if self._is_taken:
            return
        try:
            async with asyncio.timeout(LONGEST_WAIT_SECONDS):
                await self._places.acquire()
        except TimeoutError:
            raise _Busy from None
        self._is_taken = True

    def give_back(self) -> None:
        """Let the next one begin."""
        if self._is_taken:
            self._is_taken = False
            self._places.release()


class Surroundings:
    """Number each request, refuse what is too large or too much, put headers on the answer, and note how it went."""

    def __init__(self, app: ASGIApp, upload_bytes: int, metrics: Metrics) -> None:
        self._app = app
        self._upload_bytes = upload_bytes
        self._metrics = metrics
        self._at_once = 0
        # A semaphore belongs to one event loop. A process has one; tests ask from several.
        self._places: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = secrets.token_hex(8)
        scope.setdefault("state", {})["request_id"] = request_id
        limit = self._upload_bytes if scope["path"].startswith(_UPLOADS) else LARGEST_BODY
        turn = _Turn(self._places.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(WORKED_ON_AT_ONCE)))
        waits = scope["path"] not in _WITHOUT_WAITING
        taken = 0
        status = 0
        began = time.perf_counter()

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            if message["type"] == "http.request":
                taken += len(message.get("body", b""))
                if taken > limit:
                    raise _TooLarge
                if waits and not message.get("more_body", False):
                    # Once all is here: whoever sends slowly keeps nobody else waiting.
                    await turn.take()
            return message

        async def with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                turn.give_back()  # the work is done and committed: whoever reads slowly keeps nobody waiting either
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-ID"] = request_id
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        self._at_once += 1
        try:
            stated = dict(scope["headers"]).get(b"content-length", b"0")
            if not stated.isdigit() or int(stated) > limit:
                raise _TooLarge
            if waits and self._at_once > MOST_AT_ONCE:
                raise _Busy
            if waits and not _has_body(scope):
                await turn.take()
            await self._app(scope, counted, with_headers)
        except _Busy:
            if status:
                raise
            refusal = _refusal(scope, BUSY, "Too many requests at once. Try again.", _AGAIN)
            await refusal(scope, receive, with_headers)
        except _TooLarge:
            if status:
                raise
            refusal = _refusal(scope, TOO_LARGE, f"At most {limit:,} bytes are taken here.", {})
            await refusal(scope, receive, with_headers)
        finally:
            turn.give_back()
            self._at_once -= 1
            self._note(scope, status=status or 500, seconds=time.perf_counter() - began)

    def _note(self, scope: Scope, *, status: int, seconds: float) -> None:
        """One line and two numbers a request: the route by its pattern, who asked by id, and nothing that was said."""
        route = getattr(scope.get("route"), "path", "none")
        method = scope["method"] if scope["method"] in _METHODS else "OTHER"
        self._metrics.requests.labels(method, route, str(status)).inc()
        self._metrics.request_seconds.labels(method, route).observe(seconds)
        actor = getattr(scope["state"].get("work"), "actor", None)
        structlog.get_logger().info(
            "request",
            request_id=scope["state"]["request_id"],
            method=method,
            route=route,
            status=status,
            milliseconds=round(seconds * 1000, 1),
            organisation_id=actor and actor.organisation_id,
            user_id=actor and actor.user_id,
        )


def _has_body(scope: Scope) -> bool:
    headers = dict(scope["headers"])
    return headers.get(b"content-length", b"0") != b"0" or b"transfer-encoding" in headers


class KnownHosts:
    """Refuse hosts that are not ours: by the host that was asked it is told whether a page is one of ours."""

    def __init__(self, app: ASGIApp, hosts: Collection[str]) -> None:
        self._app = app
        self._hosts = frozenset(host.lower() for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, if it is for us."""
        if scope["type"] == "http" and _host_name(Headers(scope=scope).get("host", "")) not in self._hosts:
            refusal = _refusal(scope, MALFORMED, "The service is not known by this host.", {})
            await refusal(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _refusal(scope: Scope, kind: ProblemType, detail: str, headers: Mapping[str, str]) -> Response:
    """What is answered before the application is asked: a page to people, a problem to programs."""
    return page_of(Request(scope), kind, detail, headers) or problem(kind, detail, headers=headers)


def _host_name(host: str) -> str:
    """A host without its port; an address of IPv6 keeps its brackets."""
    name, colon, port = host.rpartition(":")
    return (name if colon and port.isdecimal() else host).lower()


def add_middleware(app: FastAPI, settings: Settings, metrics: Metrics) -> None:
    """Put the surroundings around the application; what is added last is met first."""
    app.add_middleware(KnownHosts, hosts=settings.allowed_hosts)
    app.add_middleware(Surroundings, upload_bytes=settings.upload_megabytes * 1_000_000, metrics=metrics)
