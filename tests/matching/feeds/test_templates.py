"""The CSV templates, and the page that documents their columns."""

from __future__ import annotations

from pathlib import Path

import pytest

from matching.feeds import Kind, read_profiles, read_vacancies, template
from matching.feeds.csv_columns import columns
from matching.feeds.templates import describe_columns
from matching.interchange import schema
from tests.matching.feeds.files import write

PAGE = Path(__file__).parents[3] / "docs" / "feeds.md"


def test_the_template_of_vacancies_is_accepted_as_it_is(tmp_path: Path) -> None:
    readings = read_vacancies([write(tmp_path, "v.csv", template(Kind.VACANCIES))])
    assert readings.problems == readings.warnings == ()
    assert [vacancy.title for vacancy in readings.values] == ["Kitchen assistant"]


def test_the_template_of_profiles_is_accepted_as_it_is(tmp_path: Path) -> None:
    readings = read_profiles(write(tmp_path, "p.csv", template(Kind.PROFILES)))
    assert readings.problems == readings.warnings == ()
    assert [profile.goal.own_words for profile in readings.values] == ["To cook for people."]


@pytest.mark.parametrize("kind", Kind)
def test_the_template_shows_the_required_columns_first(kind: Kind) -> None:
    required = [column.name for column in columns(kind).values() if column.required]
    assert template(kind).split(",")[: len(required)] == required


@pytest.mark.parametrize("kind", Kind)
def test_the_page_documents_every_column(kind: Kind) -> None:
    assert describe_columns(kind) in PAGE.read_text()


def fields(schema_part: dict[str, object], prefix: str = "") -> set[str]:
    """Names of the fields of a schema, dotted; what is within lists is one field."""
    while "anyOf" in schema_part:
        schema_part = schema_part["anyOf"][0]  # type: ignore[index]
    properties = schema_part.get("properties")
    if not isinstance(properties, dict) or prefix == "adjustments":
        return {prefix}
    dotted = {name: f"{prefix}.{name}" if prefix else name for name in properties}
    return set().union(*(fields(part, dotted[name]) for name, part in properties.items()))


@pytest.mark.parametrize("kind", Kind)
def test_there_is_a_column_for_every_field_of_the_interchange_format(kind: Kind) -> None:
    ours = {name for name, column in columns(kind).items() if not name.startswith("work_history.")}
    theirs = fields(schema({Kind.VACANCIES: "vacancy", Kind.PROFILES: "profile"}[kind]))
    short_forms = {name for name in ours if name.startswith("sensory.") and name.count(".") == 1}
    assert theirs - {"work_history"} == ours - short_forms
