"""The published JSON Schemas say what the readers do, as far as a schema can, and describe every shortlist."""

from __future__ import annotations

from functools import cache
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator, FormatChecker

from matching.errors import Invalid, Where
from matching.interchange import read_profile, read_vacancy, schema, shortlist_json
from matching.interchange.profiles import profile_shape
from matching.interchange.schemas import DRAFT, KINDS
from matching.interchange.shapes import ListOf
from matching.interchange.vacancies import vacancy_shape
from tests import strategies
from tests.builders import AS_OF, pool_of, profile_of, shortlister_of
from tests.matching.interchange import records
from tests.specs.row import job, person

Raw = dict[str, Any]

half = settings(max_examples=settings().max_examples // 2)

SHAPES = {"profile": profile_shape, "vacancy": vacancy_shape}
READERS = {"profile": read_profile, "vacancy": read_vacancy}
FULLEST = {kind: records.filled(shape(), lambda place: "word") for kind, shape in SHAPES.items()}
EVERY_FIELD = [(kind, steps, field) for kind, shape in SHAPES.items() for steps, field in records.fields_of(shape())]
FIELDS = [pytest.param(kind, steps, id=f"{kind}: {'.'.join(map(str, steps))}") for kind, steps, _ in EVERY_FIELD]
DISTINCT = [
    param
    for param, (_, _, field) in zip(FIELDS, EVERY_FIELD, strict=True)
    if isinstance(field.shape, ListOf) and field.shape.distinct is not None
]
# What a schema cannot say: it looks at one field at a time.
BETWEEN_FIELDS = ("is above 'max'", "is below 'typical'", "is the same time as 'from'")
WRONG_SOMEWHERE: tuple[object, ...] = (
    *(None, "unknown", "", " ", "nonsense", "NONE", "x y", "yes", "09:00", "24:00", "9:00", "2026-11-22", "2026-02-30"),
    *("ME14", "ME14 1XQ", "ME14 1", "ME141", "ME14 XQ", "M", "a" * 101),
    *(-1, 0, 1, 1.0, 1.5, 3, 5, 169, 2**40, True, False),
    *([], ["unknown"], [None], [[]], [1], {}, {"nonsense": 1}, {"noise": 1}),
)


@cache
def validator(kind: str) -> Draft202012Validator:
    return Draft202012Validator(schema(kind), format_checker=FormatChecker())


def fault(kind: str, record: object) -> str:
    """What the reader refuses a record for; empty if it takes it."""
    try:
        READERS[kind](record, Where())  # type: ignore[operator]
    except Invalid as refused:
        return str(refused)
    return ""


@pytest.mark.parametrize("kind", KINDS)
def test_a_schema_is_one_of_draft_2020_12(kind: str) -> None:
    Draft202012Validator.check_schema(schema(kind))
    assert schema(kind)["$schema"] == DRAFT
    assert orjson.loads(orjson.dumps(schema(kind))) == schema(kind)


@pytest.mark.parametrize("kind", SHAPES)
def test_the_fullest_record_is_accepted(kind: str) -> None:
    validator(kind).validate(FULLEST[kind])


@given(strategies.profiles())
def test_a_profile_that_is_read_is_accepted(profile: Raw) -> None:
    assert not fault("profile", profile)
    validator("profile").validate(profile)


@given(strategies.vacancies())
def test_a_vacancy_that_is_read_is_accepted(vacancy: Raw) -> None:
    assert not fault("vacancy", vacancy)
    validator("vacancy").validate(vacancy)


@half
@given(records.profiles(records.plain_words()), records.vacancies(records.plain_words()))
def test_what_any_shape_allows_is_accepted(profile: Raw, vacancy: Raw) -> None:
    validator("profile").validate(profile)
    validator("vacancy").validate(vacancy)


@pytest.mark.parametrize(("kind", "steps"), FIELDS)
def test_one_field_changed_is_refused_by_the_schema_exactly_where_the_reader_refuses_it(
    kind: str, steps: tuple[str | int, ...]
) -> None:
    changed = [records.with_value(FULLEST[kind], steps, wrong) for wrong in WRONG_SOMEWHERE]
    for record in (*changed, records.without(FULLEST[kind], steps)):
        why = fault(kind, record)
        if not any(words in why for words in BETWEEN_FIELDS):
            accepted = validator(kind).is_valid(record)
            assert accepted == (not why), f"reader: {why or 'takes it'}; schema: {'accepts' if accepted else 'refuses'}"


@pytest.mark.parametrize(("kind", "steps"), DISTINCT)
def test_the_same_member_twice_is_refused_by_the_schema_where_the_reader_refuses_it(
    kind: str, steps: tuple[str | int, ...]
) -> None:
    [member] = value_at(FULLEST[kind], steps)
    record = records.with_value(FULLEST[kind], steps, [member, member])
    assert "here twice" in fault(kind, record)
    assert not validator(kind).is_valid(record)


def value_at(record: Any, steps: tuple[str | int, ...]) -> Any:
    for step in steps:
        record = record[step]
    return record


@pytest.mark.parametrize("kind", SHAPES)
def test_a_field_that_does_not_exist_is_refused(kind: str) -> None:
    assert not validator(kind).is_valid(FULLEST[kind] | {"nonsense": None})


def test_a_default_of_the_reader_stands_in_the_schema() -> None:
    travel = schema("profile")["properties"]["travel"]["anyOf"][0]["properties"]
    assert travel["hard"]["default"] is True
    assert schema("vacancy")["properties"]["openings"]["default"] == 1
    assert schema("vacancy")["properties"]["status"]["default"] == "open"


# Shortlists


@half
@given(strategies.caseloads(size=2), strategies.pools())
def test_every_shortlist_is_as_its_schema_says(caseload: list[Raw], pool: list[Raw]) -> None:
    people = [profile_of(each) for each in caseload]
    for drawn in shortlister_of(pool_of(pool)).shortlists(people, as_of=AS_OF, limit=None):
        for reads_profile in (True, False):
            written = orjson.loads(orjson.dumps(shortlist_json(drawn, reads_profile=reads_profile)))
            validator("shortlist").validate(written)


def test_a_shortlist_with_a_field_more_or_less_is_refused() -> None:
    [drawn] = shortlister_of(pool_of([job()])).shortlists([profile_of(person())], as_of=AS_OF)
    written = shortlist_json(drawn, reads_profile=True)
    assert validator("shortlist").is_valid(written)
    for name in written:
        assert not validator("shortlist").is_valid({key: value for key, value in written.items() if key != name})
    assert not validator("shortlist").is_valid(written | {"readiness": 0.5})
    [entry] = written["entries"]
    assert not validator("shortlist").is_valid(written | {"entries": [entry | {"score": 1.5}]})
