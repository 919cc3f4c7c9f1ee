"""What a request needs, as named types: who is signed in, the stores, the time, the pools, and the page asked for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

import orjson
from fastapi import Depends, Header, Path, Query, Request, Response

from api.auth import actor_of
from api.errors import VersionNeeded
from api.running import Running
from api.transaction import Work
from matching.actions.index import LivePools
from matching.errors import Invalid, Problem, Where
from matching.model.people import Actor
from matching.store import Page, Store


def running(request: Request) -> Running:
    """What this process holds."""
    held: Running = request.app.state.running
    return held


def now(request: Request) -> datetime:
    """The moment of the request: the one place where the service reads the clock."""
    work: Work = request.state.work
    if work.at is None:
        work.at = running(request).clock()
    return work.at


def public() -> None:
    """Declare that a route is open to everyone."""


def signed_in(request: Request, at: Annotated[datetime, Depends(now)]) -> Actor:
    """Who asks; raises `NotSignedIn`. A retried key is answered from here, before anything is done twice."""
    work: Work = request.state.work
    work.actor = actor_of(request, running(request), at)
    work.find_replay()
    return work.actor


def reading(request: Request, _: Annotated[Actor, Depends(signed_in)]) -> Store:
    """A transaction that changes nothing."""
    work: Work = request.state.work
    return work.reading


def writing(request: Request, _: Annotated[Actor, Depends(signed_in)]) -> Store:
    """The transaction that this request commits."""
    work: Work = request.state.work
    return work.writing


def pools(request: Request) -> LivePools:
    """The pools of this process."""
    return running(request).pools


Public = Depends(public)
SignedIn = Annotated[Actor, Depends(signed_in)]
Reading = Annotated[Store, Depends(reading)]
Writing = Annotated[Store, Depends(writing)]
Now = Annotated[datetime, Depends(now)]
ThePools = Annotated[LivePools, Depends(pools)]
TheRunning = Annotated[Running, Depends(running)]
#: An id in a path. What is no id cannot exist, and is told so by its shape.
Id = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$", max_length=64)]


def today(at: datetime) -> date:
    """The day of a moment where the service is used: in the United Kingdom."""
    from zoneinfo import ZoneInfo

    return at.astimezone(ZoneInfo("Europe/London")).date()


@dataclass(frozen=True, slots=True, kw_only=True)
class Paging:
    """Where a page starts and how long it may be."""

    after: str | None
    limit: int


def paging(
    cursor: Annotated[
        str | None, Query(pattern=r"^[A-Za-z0-9_.-]{1,200}$", description="`next_cursor` of the page before.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=100, description="How many at most.")] = 50,
) -> Paging:
    """The page that was asked for."""
    return Paging(after=cursor, limit=limit)


Cursor = Annotated[Paging, Depends(paging)]


#: An ETag of ours, weak or not; who leaves the quotes out is understood.
_VERSION = re.compile(r'(?:W/)?"([0-9]{1,9})"|([0-9]{1,9})')


def if_match(
    stated: Annotated[
        str | None, Header(alias="If-Match", description="The `ETag` of what was read; without it a change is a 428.")
    ] = None,
) -> int:
    """The version that a change was made to, from `If-Match`; a change without one is not taken."""
    if stated is None:
        raise VersionNeeded("Send the ETag of what you read as If-Match, so that no change of others is lost.")
    read = _VERSION.fullmatch(stated.strip())
    if read is None:
        raise Invalid([Problem(Where(field="If-Match"), 'should be an ETag such as "3"')])
    return int(read[1] or read[2])


IfMatch = Annotated[int, Depends(if_match)]


def answer(value: Any, *, status: int = 200, version: int | None = None, location: str | None = None) -> Response:
    """Write an answer as JSON, with the version that a change must name."""
    headers = {"Cache-Control": "no-store"}
    if version is not None:
        headers["ETag"] = f'"{version}"'
    if location is not None:
        headers["Location"] = location
    return Response(orjson.dumps(value), status_code=status, media_type="application/json", headers=headers)


def page_json(page: Page[Any], items: list[Any]) -> dict[str, Any]:
    """A page as JSON: its items and where the next one begins."""
    return {"items": items, "next_cursor": page.next_after}
