"""One request, one transaction: committed before the answer leaves, rolled back with every error, once a key."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Coroutine, Mapping
from contextlib import ExitStack
from datetime import datetime
from typing import Any

import orjson
from fastapi import HTTPException, Request, Response, params
from fastapi.concurrency import run_in_threadpool
from fastapi.routing import APIRoute

from matching.errors import Conflict, Invalid, Problem, Where
from matching.model.people import Actor
from matching.store import Database, Store
from matching.store.outages import outage_of
from matching.store.tables import IdempotencyKey

KEY_HEADER = "Idempotency-Key"
_LONGEST_KEY = 200
#: A vacancy nests five deep; what nests far more is meant to exhaust somebody's stack.
_MOST_NESTED = 60


class Work:
    """The stores of one request: opened when first asked for, ended together."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._stack = ExitStack()
        self._reading: Store | None = None
        self._writing: Store | None = None
        self.actor: Actor | None = None
        self.key: str | None = None
        self.request_digest = ""
        self.at: datetime | None = None
        self.replay: Response | None = None
        self.kept_body: bytes | None = None
        self.keeps_refusal = False
        self.keeps_redirects_alone = False

    @property
    def reading(self) -> Store:
        """A transaction that changes nothing."""
        if self._reading is None:
            self._reading = self._stack.enter_context(self._database.reading(self._organisation_id))
        return self._reading

    @property
    def writing(self) -> Store:
        """The transaction that this request commits; on SQLite its first statement takes the writers' lock."""
        if self._writing is None:
            self._writing = self._stack.enter_context(self._database.writing(self._organisation_id))
        return self._writing

    @property
    def _organisation_id(self) -> str:
        if self.actor is None:
            raise RuntimeError("a store was asked for before anybody was signed in")
        return self.actor.organisation_id

    def find_replay(self) -> None:
        """Look whether this key was answered before: raises `Replayed`, or `Conflict` for another request."""
        if self.key is not None:
            self._replay_from(self.reading)

    def find_late_replay(self) -> None:
        """Look again when a request failed: the same key may have been answered while this one was on its way."""
        if self.key is not None and self.actor is not None:
            with self._database.reading(self._organisation_id) as store:
                self._replay_from(store)

    def _replay_from(self, store: Store) -> None:
        row = store.sign_ins.answer_of(self._key_id)
        if row is None:
            return
        if row.request_digest != self.request_digest:
            raise Conflict("This Idempotency-Key was used for another request.")
        raise Replayed(
            Response(row.body, status_code=row.status, headers={**row.headers, "Idempotency-Replayed": "true"})
        )

    def end(self, response: Response) -> None:
        """Commit if the request succeeded, with its answer beside the change; otherwise leave everything as it was."""
        refused = response.status_code >= 400
        if refused and not self.keeps_refusal:
            self.abandon(RuntimeError("refused"))
            return
        # A page that only brings a form back has changed nothing: its mark is still good for what is sent next.
        passing = self.keeps_redirects_alone and response.status_code != 303 and self.kept_body is None
        if not refused and not passing and self.key is not None and self._writing is not None and self.at is not None:
            # Writers take turns, so what another request with this key has answered is seen by now.
            self._replay_from(self._writing)
            kept = {name: value for name, value in response.headers.items() if name in _KEPT_HEADERS}
            self._writing.sign_ins.remember_answer(
                IdempotencyKey(
                    id=self._key_id,
                    request_digest=self.request_digest,
                    status=response.status_code,
                    headers=kept,
                    body=bytes(response.body) if self.kept_body is None else self.kept_body,
                    created_at=self.at,
                )
            )
        self._stack.close()

    def abandon(self, error: BaseException) -> None:
        """Roll back whatever was begun."""
        try:
            self._stack.__exit__(type(error), error, error.__traceback__)
        except BaseException as raised:
            # On a lost connection there is nothing left to roll back, and the first error says what happened.
            if raised is not error and outage_of(raised) is None:
                raise

    def begin_again(self) -> None:
        """Roll back what a refused form began, and start anew for the page that says so: what it reads is noted."""
        self.abandon(RuntimeError("refused"))
        self._stack = ExitStack()
        self._reading = self._writing = None
        self.keeps_refusal = True

    @property
    def _key_id(self) -> str:
        actor = self.actor
        if actor is None:
            raise RuntimeError("a key belongs to somebody")
        return hashlib.sha256(f"{actor.organisation_id}\n{actor.user_id}\n{self.key}".encode()).hexdigest()


def shown_once(request: Request, kept: Mapping[str, object]) -> None:
    """Say what is kept for retries of an answer that shows a secret: the answer without it, or it would be stored."""
    request.state.work.kept_body = orjson.dumps(kept)


_KEPT_HEADERS = frozenset({"content-type", "location", "etag", "cache-control"})


class Replayed(Exception):
    """The key was answered before: this is that answer."""

    def __init__(self, response: Response) -> None:
        self.response = response


class StrictRequest(Request):
    """A request whose JSON is UTF-8, without NaN, lone surrogates or NUL: none of them can be stored everywhere.

    Nor may a name be said twice in one object: of two readers one would take the first value, and one the last.
    """

    async def json(self) -> Any:
        body = await self.body()
        if _is_deep(body):
            raise orjson.JSONDecodeError("this is nested too deeply", "", 0)
        value = orjson.loads(body)
        if rb"\u0000" in body and _holds_nul(value):
            raise orjson.JSONDecodeError("NUL cannot be stored", "", 0)
        json.loads(body, object_pairs_hook=_each_once)
        return value


def _is_deep(body: bytes) -> bool:
    """Whether brackets open further than anything meant here does; those inside texts count too, and never matter."""
    if body.count(b"[") + body.count(b"{") <= _MOST_NESTED:
        return False
    depth = deepest = 0
    for byte in body:
        if byte in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"]}":
            depth -= 1
    return deepest > _MOST_NESTED


def _each_once(pairs: list[tuple[str, Any]]) -> None:
    if len({name for name, _ in pairs}) < len(pairs):
        raise orjson.JSONDecodeError("a name is said twice", "", 0)


def _holds_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any("\0" in name or _holds_nul(member) for name, member in value.items())
    return isinstance(value, list) and any(map(_holds_nul, value))


class RecordedRoute(APIRoute):
    """A route whose handler works in one transaction."""

    async def prepare(self, request: Request, work: Work) -> None:
        """Find the key by which a request that is sent twice is done once, and the digest that tells it from others."""
        work.key = _key(request)
        if work.key is not None:
            work.request_digest = request_digest(request, await request.body())

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the handler: open, answer, commit."""
        handle = super().get_route_handler()
        field = self.body_field
        takes = None if field is None else _FORM if isinstance(field.field_info, params.Form) else _JSON

        async def in_one_transaction(plain: Request) -> Response:
            request = StrictRequest(plain.scope, plain.receive)
            work = Work(request.app.state.running.database)
            request.state.work = work
            if takes is not None and _has_body(request):
                _check_content_type(request, takes)
            await self.prepare(request, work)
            try:
                response = await handle(request)
                await run_in_threadpool(work.end, response)
            except Replayed as replayed:
                await run_in_threadpool(work.abandon, replayed)
                return replayed.response
            except BaseException as error:
                await run_in_threadpool(work.abandon, error)
                if outage_of(error) is not None:
                    raise  # nothing can be looked up now
                try:
                    await run_in_threadpool(work.find_late_replay)
                except Replayed as replayed:
                    return replayed.response
                raise
            return response

        return in_one_transaction


def request_digest(request: Request, said: bytes) -> str:
    """What tells one request from another."""
    return hashlib.sha256(b"\n".join([request.method.encode(), str(request.url.path).encode(), said])).hexdigest()


_JSON, _FORM = "application/json", "multipart/form-data"


def _has_body(request: Request) -> bool:
    return request.headers.get("Content-Length", "0") != "0" or "Transfer-Encoding" in request.headers


def _check_content_type(request: Request, takes: str) -> None:
    """Refuse another kind of content by its name, rather than by what is missing in it."""
    stated = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if stated != takes:
        raise HTTPException(415)


def _key(request: Request) -> str | None:
    key = request.headers.get(KEY_HEADER)
    if key is None or request.method != "POST":
        return None
    if not 1 <= len(key) <= _LONGEST_KEY or not key.isascii() or not key.isprintable():
        raise Invalid([Problem(Where(field=KEY_HEADER), "should be 1 to 200 printable characters")])
    return key
