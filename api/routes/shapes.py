"""What requests and answers are made of: strict shapes, and the problems that every route may answer with."""

from __future__ import annotations

from datetime import date
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
)
from pydantic_core import PydanticCustomError

from api.errors import PROBLEM, ProblemType
from matching.places import parse_postcode


class Shape(BaseModel):
    """Something sent: nothing but its fields, and none of them a surprise."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    @field_validator("*", mode="before")
    @classmethod
    def _of_its_kind(cls, value: Any, info: ValidationInfo) -> Any:
        """Refuse text for a number, and a number for a yes or no: the framework would read one as the other."""
        kinds = _kinds(cls, info.field_name or "")
        if kinds <= {int, float, bool} and isinstance(value, (str, int, float)):
            fits = bool in kinds if isinstance(value, bool) else not isinstance(value, str) and kinds & {int, float}
            if not fits:
                wanted = "true or false" if kinds == {bool} else "a number"
                raise PydanticCustomError("wrong_kind", f"should be {wanted}")
        return value


@cache
def _kinds(shape: type[BaseModel], name: str) -> frozenset[object]:
    """The plain types that a field may be of, without that it may be left out."""

    def within(annotation: Any) -> set[object]:
        found = get_origin(annotation)
        if found is Annotated:
            return within(get_args(annotation)[0])
        if found in (Union, UnionType):
            return {each for member in get_args(annotation) for each in within(member)}
        return {annotation} - {NoneType}

    return frozenset(within(shape.model_fields[name].annotation))


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
