"""The engine gives exactly the verdicts of an independent, literal reading of the rules."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given

from matching.interchange import shortlist_json
from tests import strategies
from tests.builders import AS_OF, centroid, pool_of, profile_of, shortlister_of
from tests.oracle import reading


def expected_findings(profile: dict[str, Any], vacancy: dict[str, Any]) -> dict[tuple[str, str], tuple[str, bool]]:
    found = reading.findings(profile, vacancy, centroid=centroid)
    return {part: (str(expected.verdict), expected.absolute) for part, expected in found.items()}


def engine_findings(profile: dict[str, Any], vacancy: dict[str, Any]) -> dict[tuple[str, str], tuple[str, bool]]:
    shortlister = shortlister_of(pool_of([vacancy]))
    found = shortlister.explain(profile_of(profile), vacancy["vacancy_ref"], as_of=AS_OF).findings
    return {
        (finding.aspect.value, finding.part): (finding.verdict.value, finding.absolute)
        for finding in found
        if finding.aspect not in ("preferences", "skills", "evidence")
    }


@given(strategies.profiles(), strategies.vacancies())
def test_every_part_has_the_verdict_of_the_literal_reading(profile: dict[str, Any], vacancy: dict[str, Any]) -> None:
    assert engine_findings(profile, vacancy) == expected_findings(profile, vacancy)


@given(strategies.profiles(), strategies.pools())
def test_the_list_its_bands_and_its_exclusions_are_those_of_the_literal_reading(
    profile: dict[str, Any], pool: list[dict[str, Any]]
) -> None:
    [drawn] = shortlister_of(pool_of(pool)).shortlists([profile_of(profile)], as_of=AS_OF, limit=None)
    written = shortlist_json(drawn, reads_profile=True)
    open_ones = [vacancy for vacancy in pool if reading.is_open(vacancy, AS_OF)]
    found = {each["vacancy_ref"]: reading.findings(profile, each, centroid=centroid) for each in open_ones}

    assert written["counts"]["open"] == len(open_ones)
    assert {entry["vacancy_ref"]: entry["band"] for entry in written["entries"]} == {
        ref: reading.band(findings) for ref, findings in found.items() if not reading.excluded(findings)
    }
    assert {
        left_out["vacancy_ref"]: {(each["aspect"], each["part"]) for each in left_out["because"]}
        for left_out in written["excluded"]
    } == {ref: reading.because(findings) for ref, findings in found.items() if reading.excluded(findings)}


@given(strategies.caseloads(), strategies.pools())
def test_the_negotiation_list_and_whom_it_opens_for_are_those_of_the_literal_reading(
    caseload: list[dict[str, Any]], pool: list[dict[str, Any]]
) -> None:
    drawn = shortlister_of(pool_of(pool)).shortlists([profile_of(each) for each in caseload], as_of=AS_OF)
    open_ones = [vacancy for vacancy in pool if reading.is_open(vacancy, AS_OF)]
    for profile, shortlist in zip(caseload, drawn, strict=True):
        expected = {}
        for vacancy in open_ones:
            concession = reading.concession(profile, vacancy, reading.findings(profile, vacancy, centroid=centroid))
            if concession is not None:
                opened = reading.opens_for(caseload, vacancy, centroid=centroid)
                expected[vacancy["vacancy_ref"]] = opened[concession]
        assert {miss.vacancy_ref: miss.opens_for for miss in shortlist.negotiate} == expected


@given(strategies.profiles(), strategies.pools())
def test_screening_stops_early_and_still_leaves_the_same_rows(
    profile: dict[str, Any], pool: list[dict[str, Any]]
) -> None:
    shortlister = shortlister_of(pool_of(pool))
    ordered = shortlister.order(profile_of(profile), as_of=AS_OF)
    left = [
        row
        for row in ordered.open_rows
        if not reading.excluded(reading.findings(profile, pool[row], centroid=centroid))
    ]
    np.testing.assert_array_equal(ordered.rows, left)
