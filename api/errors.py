"""Errors as answers: the one table from what the domain raises to a problem document (RFC 9457)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

from api.headers import HEADERS
from embeddings.vectors import VectorsGone
from matching.actions.jobs import reason_of
from matching.actions.organisation_pool import NotReady
from matching.errors import Conflict, Invalid, MatchingError, NotFound, NotPermitted, NotSignedIn, Stale, TooMany
from matching.store.outages import Outage, outage_of

PROBLEM = "application/problem+json"
#: Names of fields that are not ours are told back, but not a whole book of them.
_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemType:
    """A kind of problem: the last part of its address, its status and its title."""

    slug: str
    status: int
    title: str

    @property
    def uri(self) -> str:
        """The address under which the problem is explained."""
        return f"/problems/{self.slug}"


INVALID = ProblemType(slug="invalid", status=422, title="What was sent cannot be taken")
MALFORMED = ProblemType(slug="malformed", status=400, title="The request could not be read")
NOT_SIGNED_IN = ProblemType(slug="not-signed-in", status=401, title="Nobody is signed in")
NOT_PERMITTED = ProblemType(slug="not-permitted", status=403, title="This is not allowed")
NOT_FOUND = ProblemType(slug="not-found", status=404, title="This does not exist")
NOT_ALLOWED_HERE = ProblemType(slug="method-not-allowed", status=405, title="This cannot be done to that")
CONFLICT = ProblemType(slug="conflict", status=409, title="This can no longer be done as asked")
STALE = ProblemType(slug="stale", status=412, title="This has changed since it was read")
TOO_LARGE = ProblemType(slug="too-large", status=413, title="What was sent is too large")
UNSUPPORTED = ProblemType(slug="unsupported-media-type", status=415, title="This kind of content is not taken")
VERSION_NEEDED = ProblemType(slug="version-needed", status=428, title="Say which version you read")
TOO_MANY = ProblemType(slug="too-many-requests", status=429, title="Too many requests")
INTERNAL = ProblemType(slug="internal", status=500, title="Something went wrong here")
BUSY = ProblemType(slug="busy", status=503, title="The service is busy or not ready")
NO_ROOM = ProblemType(slug="no-room", status=507, title="There is no room to keep this")

PROBLEM_TYPES = (
    INVALID,
    MALFORMED,
    NOT_SIGNED_IN,
    NOT_PERMITTED,
    NOT_FOUND,
    NOT_ALLOWED_HERE,
    CONFLICT,
    STALE,
    TOO_LARGE,
    UNSUPPORTED,
    VERSION_NEEDED,
    TOO_MANY,
    INTERNAL,
    BUSY,
    NO_ROOM,
)
BY_STATUS: Mapping[int, ProblemType] = {each.status: each for each in PROBLEM_TYPES}

# Looked up by the most particular class first.
_OF_DOMAIN: tuple[tuple[type[MatchingError], ProblemType], ...] = (
    (Invalid, INVALID),
    (NotSignedIn, NOT_SIGNED_IN),
    (NotPermitted, NOT_PERMITTED),
    (NotFound, NOT_FOUND),
    (Stale, STALE),
    (Conflict, CONFLICT),
    (TooMany, TOO_MANY),
    (NotReady, BUSY),
)


#: By what is out of order: the kind of problem, what is said, and after how many seconds to ask again.
_OF_OUTAGE: Mapping[Outage, tuple[ProblemType, str, int]] = {
    Outage.NO_ROOM: (NO_ROOM, "The disk of the service is full. Nothing was changed. Tell whoever runs it.", 30),
    Outage.BUSY: (BUSY, "The database is busy. Nothing was changed. Try again.", 2),
    Outage.AWAY: (BUSY, "The database does not answer. Nothing was changed. Try again.", 5),
}


#: Said where the table that all processes share was dropped under this one.
_VECTORS_GONE = "The vectors of the roles were dropped. Whoever runs the service must fill them in again."


class VersionNeeded(MatchingError):
    """A change came without the version that it was made to."""


def problem(
    kind: ProblemType,
    detail: str,
    *,
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> Response:
    """Write a problem document."""
    told = {"type": kind.uri, "title": kind.title, "status": kind.status, "detail": detail, **more}
    return Response(
        orjson.dumps(told),
        status_code=kind.status,
        media_type=PROBLEM,
        headers={"Cache-Control": "no-store", **(headers or {})},
    )


def kind_of(error: MatchingError) -> ProblemType:
    """The kind of problem that an error of the domain is."""
    return next((kind for family, kind in _OF_DOMAIN if isinstance(error, family)), INTERNAL)


def of_domain(error: MatchingError) -> Response:
    """The problem document for what the domain raised on purpose."""
    if isinstance(error, VersionNeeded):
        return problem(VERSION_NEEDED, str(error))
    kind = kind_of(error)
    if isinstance(error, Invalid):
        errors = [{"field": str(each.where), "message": each.message} for each in error.problems]
        return problem(kind, "See the errors, each with its field.", errors=errors)
    if isinstance(error, Stale):
        return problem(kind, str(error), version=error.version, current=error.current)
    if isinstance(error, NotSignedIn):
        return problem(kind, str(error), headers={"WWW-Authenticate": 'Bearer realm="wellplaced"'})
    if isinstance(error, TooMany):
        return problem(kind, str(error), headers={"Retry-After": str(error.seconds)})
    if isinstance(error, NotReady):
        return problem(kind, str(error), headers={"Retry-After": "2"})
    return problem(kind, str(error))


def of_outage(outage: Outage) -> Response:
    """The problem document for a database or disk that is out of order for a while."""
    kind, detail, seconds = _OF_OUTAGE[outage]
    return problem(kind, detail, headers={"Retry-After": str(seconds)})


def of_validation(error: RequestValidationError) -> Response:
    """The problem document for a body, path or query of the wrong shape; what was sent is not repeated."""
    errors = [{"field": _field(each), "message": _plain(each)} for each in error.errors()]
    return problem(INVALID, "See the errors, each with its field.", errors=errors)


def _field(error: Mapping[str, Any]) -> str:
    if error["type"] == "json_invalid":  # its place is a position, and no field
        return ""
    return ".".join(str(step)[:_LONGEST_NAME] for step in error["loc"] if step != "body")


def _plain(error: Mapping[str, Any]) -> str:
    match error["type"]:
        case "missing":
            return "is missing"
        case "extra_forbidden":
            return "is not a field here"
        case "json_invalid":
            return "is not JSON in UTF-8"
        case "value_error":  # one of our own sentences
            return str(error["ctx"]["error"])
        case _:
            return str(error["msg"])


#: Writes a problem as a page for a person, or says that a program asked: kind, what the domain said, headers.
PageOf = Callable[[Request, ProblemType, str, Mapping[str, str] | None], Response | None]


def add_handlers(app: FastAPI, page_of: PageOf) -> None:
    """Answer every error: programs with a problem document, people with a page."""

    @app.exception_handler(MatchingError)
    def from_domain(request: Request, error: MatchingError) -> Response:
        written = of_domain(error)
        detail = "" if isinstance(error, Invalid) else str(error)
        return page_of(request, kind_of(error), detail, _retry(written)) or written

    @app.exception_handler(VectorsGone)
    def from_vectors(request: Request, error: VectorsGone) -> Response:
        structlog.get_logger().error("vectors gone", reason=str(error))
        written = problem(BUSY, _VECTORS_GONE, headers={"Retry-After": "60"})
        return page_of(request, BUSY, _VECTORS_GONE, _retry(written)) or written

    @app.exception_handler(RequestValidationError)
    def from_validation(request: Request, error: RequestValidationError) -> Response:
        # Of a page nothing but its address is checked by its shape.
        return page_of(request, NOT_FOUND, "", None) or of_validation(error)

    @app.exception_handler(SQLAlchemyError)
    @app.exception_handler(OSError)
    def from_outage(request: Request, error: Exception) -> Response:
        outage = outage_of(error)
        if outage is None:
            raise error
        request_id = request.scope.get("state", {}).get("request_id")
        structlog.get_logger().error(
            "outage", kind=outage.value, request_id=request_id, reason=reason_of(error.__cause__ or error)
        )
        written = of_outage(outage)
        return page_of(request, _OF_OUTAGE[outage][0], "", _retry(written)) or written

    @app.exception_handler(HTTPException)
    def from_framework(request: Request, error: HTTPException) -> Response:
        if outage_of(error) is not None:
            return from_outage(request, error)  # a body that found no room where it was put down
        kind = BY_STATUS.get(error.status_code, INTERNAL)
        return page_of(request, kind, "", error.headers) or problem(kind, kind.title + ".", headers=error.headers)

    @app.exception_handler(Exception)
    def unforeseen(request: Request, error: Exception) -> Response:
        request_id = request.scope.get("state", {}).get("request_id")
        structlog.get_logger().error("unforeseen", request_id=request_id, exc_info=error)
        told = problem(INTERNAL, "The error has been noted. Nothing was changed.")
        answered = page_of(request, INTERNAL, "", None) or told
        # This is answered outside of everything that puts headers on answers.
        answered.headers.update({**HEADERS, "X-Request-ID": str(request_id)})
        return answered


def _retry(written: Response) -> Mapping[str, str] | None:
    return {name: value for name, value in written.headers.items() if name == "retry-after"}
