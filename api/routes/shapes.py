"""What requests and answers are made of: strict shapes, and the problems that every route may answer with."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from api.errors import PROBLEM, ProblemType
from matching.places import parse_postcode


class Shape(BaseModel):
    """Something sent: nothing but its fields, and none of them a surprise."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Answer(BaseModel):
    """Something answered."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ProblemDocument(BaseModel):
    """A problem (RFC 9457); `errors` names each field that is wrong."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[dict[str, str]] = Field(default_factory=list)
    version: int | None = None
    current: dict[str, Any] | None = None


def _postcode(text: str) -> str:
    try:
        return parse_postcode(text).text
    except ValueError:  # its sentence repeats what was sent
        raise ValueError("is not a UK postcode, sector or outcode such as ME14 1XQ, ME14 1 or ME14") from None


Short = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Words = Annotated[str, StringConstraints(max_length=5000)]
Postcode = Annotated[str, StringConstraints(max_length=10), AfterValidator(_postcode)]
#: A day that somebody who works here can mean; reckoning from it stays within the calendar.
Day = Annotated[date, Field(ge=date(1950, 1, 1), le=date(2100, 12, 31))]
IdText = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


_DEEPEST = 32


def _not_deep(value: Any) -> Any:
    """Refuse what is nested more deeply than anything that is meant: writers of JSON give up on it."""
    level = [value]
    for _ in range(_DEEPEST):
        level = [
            member
            for each in level
            if isinstance(each, (dict, list))
            for member in (each.values() if isinstance(each, dict) else each)
        ]
        if not level:
            return value
    raise PydanticCustomError("too_deep", "is nested too deeply")


#: A value of the interchange format, still to be read.
JsonValue = Annotated[Any, AfterValidator(_not_deep)]


def problems(*kinds: ProblemType) -> dict[int | str, dict[str, Any]]:
    """Document the problems that a route may answer with."""
    schema = {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}
    return {kind.status: {"description": kind.title, "content": {PROBLEM: schema}} for kind in kinds}
