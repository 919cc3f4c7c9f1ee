"""The engine gives every worked example of the rules the verdict that the table states."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from matching.model.finding import Finding
from tests.builders import AS_OF, pool_of, profile_of, shortlister_of
from tests.specs import TABLES
from tests.specs.row import Row

EXAMPLES = [pytest.param(aspect, row, id=f"{aspect}: {row.name}") for aspect, rows in TABLES.items() for row in rows]


def said(findings: Sequence[Finding], aspect: str, part: str) -> tuple[str | None, bool | None]:
    """The verdict of a part and whether it is absolute; twice None where there is no such finding."""
    found = [finding for finding in findings if (finding.aspect, finding.part) == (aspect, part)]
    assert len(found) <= 1, "a part is found once"
    return (found[0].verdict.value, found[0].absolute) if found else (None, None)


@pytest.mark.parametrize(("aspect", "row"), EXAMPLES)
def test_a_worked_example_has_its_verdict(aspect: str, row: Row) -> None:
    shortlister = shortlister_of(pool_of([row.vacancy]))
    findings = shortlister.explain(profile_of(row.profile), row.vacancy["vacancy_ref"], as_of=AS_OF).findings
    assert said(findings, aspect, row.part) == (row.verdict, row.absolute)


@pytest.mark.parametrize("aspect", TABLES)
def test_a_worked_example_has_the_same_verdict_among_all_other_jobs_of_its_table(aspect: str) -> None:
    rows = TABLES[aspect]
    jobs = [{**row.vacancy, "vacancy_ref": f"V-{number}"} for number, row in enumerate(rows)]
    shortlister = shortlister_of(pool_of(jobs))
    for number, row in enumerate(rows):
        findings = shortlister.explain(profile_of(row.profile), f"V-{number}", as_of=AS_OF).findings
        assert said(findings, aspect, row.part) == (row.verdict, row.absolute), row.name


@pytest.mark.parametrize(("aspect", "row"), EXAMPLES)
def test_a_worked_example_is_off_the_list_if_and_only_if_it_holds_an_absolute_conflict(aspect: str, row: Row) -> None:
    [drawn] = shortlister_of(pool_of([row.vacancy])).shortlists([profile_of(row.profile)], as_of=AS_OF)
    because = {(finding.aspect, finding.part) for left_out in drawn.excluded for finding in left_out.because}
    assert ((aspect, row.part) in because) == (row.verdict == "conflict" and row.absolute is True)
    assert len(drawn.excluded) + len(drawn.entries) == 1
