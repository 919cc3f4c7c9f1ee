"""A written shortlist has the fields of the page, and tells nobody more than they may read."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given, settings

from matching.interchange import explanation_json, shortlist_json
from matching.model.shortlist import Shortlist
from matching.shortlisting import Shortlister
from tests import strategies
from tests.builders import AS_OF, METHOD, pool_of, profile_of, shortlister_of
from tests.specs.row import job, person

Raw = dict[str, Any]

PROFILE = person(
    travel={"home": "ME14 1XQ", "max_km": 5, "hard": False, "no_go": ["ME15"]},
    adjustments=[{"slug": "sens.headphones", "importance": "essential"}],
)
POOL = [
    job(vacancy_ref="listed", location={"postcode": "ME14 1XQ"}, pay={"hourly": 14}, hours={"min": 20, "max": 20}),
    job(vacancy_ref="asked", employer="Birch & Co", location={}),
    job(vacancy_ref="kept away", location={"postcode": "ME15 6"}),
    job(vacancy_ref="near miss", location={"postcode": "ME14 1"}, adjustments={"sens.headphones": "no"}),
]


def shortlister() -> Shortlister:
    return shortlister_of(pool_of(POOL))


def drawn() -> Shortlist:
    [shortlist] = shortlister().shortlists([profile_of(PROFILE)], as_of=AS_OF, limit=None)
    return shortlist


def written(*, reads_profile: bool = True) -> Raw:
    return shortlist_json(drawn(), reads_profile=reads_profile)


def entry(ref: str, *, reads_profile: bool = True) -> Raw:
    entries = written(reads_profile=reads_profile)["entries"]
    return next(each for each in entries if each["vacancy_ref"] == ref)


def excluded(ref: str, *, reads_profile: bool = True) -> list[Raw]:
    left_out = written(reads_profile=reads_profile)["excluded"]
    return next(each["because"] for each in left_out if each["vacancy_ref"] == ref)


def travel_parts(found: list[Raw]) -> list[str]:
    return [each["part"] for each in found if each["aspect"] == "travel"]


def test_a_shortlist_has_the_fields_of_the_page_in_their_order() -> None:
    assert list(written()) == [
        *("shortlist_id", "participant_ref", "profile_version", "as_of"),
        *("method", "counts", "entries", "negotiate", "excluded"),
    ]
    assert list(entry("listed")) == [
        *("position", "vacancy_ref", "band", "score", "stretch"),
        *("findings", "why", "concerns", "questions", "flags"),
    ]
    assert list(entry("listed")["findings"][0]) == ["aspect", "part", "verdict", "absolute", "value", "sentence"]
    assert list(entry("asked")["questions"][0]) == ["ask", "of", "about", "worth"]
    assert list(entry("listed")["flags"][0]) == ["kind", "sentence"]
    assert list(excluded("kept away")[0]) == ["aspect", "part", "sentence"]
    [miss] = written()["negotiate"]
    assert list(miss) == ["vacancy_ref", "blocked_by", "concession", "would_rank", "opens_for"]


def test_a_shortlist_says_for_whom_when_and_by_which_method_it_was_drawn_up() -> None:
    found = written()
    assert (found["participant_ref"], found["profile_version"], found["as_of"]) == ("P-1", 1, "2026-11-22")
    assert found["method"] == {
        "encoder": METHOD.encoder,
        "weights": METHOD.weights,
        "rules": METHOD.rules,
        "catalogue": METHOD.catalogue,
        "policy": METHOD.policy,
    }
    assert found["counts"] == {"open": 4, "listed": 2, "excluded": 2}


def test_positions_count_from_1_and_scores_are_not_rounded() -> None:
    found = drawn()
    as_read = orjson.loads(orjson.dumps(shortlist_json(found, reads_profile=True)))
    assert [each["position"] for each in as_read["entries"]] == [1, 2]
    assert [each["score"] for each in as_read["entries"]] == [each.score for each in found.entries]


@pytest.mark.parametrize(("reads_profile", "part"), [(True, "no_go"), (False, "distance")])
def test_a_place_to_keep_away_from_is_called_distance_for_those_who_may_not_read_the_profile(
    reads_profile: bool, part: str
) -> None:
    assert travel_parts(excluded("kept away", reads_profile=reads_profile)) == [part]
    assert travel_parts(entry("listed", reads_profile=reads_profile)["findings"]) == ["distance", part]
    about = [question["about"] for question in entry("asked", reads_profile=reads_profile)["questions"]]
    assert sorted(each for each in about if each.startswith("travel")) == sorted(["travel.distance", f"travel.{part}"])


def test_who_may_read_the_profile_changes_names_and_no_sentence() -> None:
    def sentences(reads_profile: bool) -> list[str]:
        found = written(reads_profile=reads_profile)
        because = [reason["sentence"] for left_out in found["excluded"] for reason in left_out["because"]]
        return because + [each["sentence"] for one in found["entries"] for each in one["findings"]]

    assert sentences(True) == sentences(False)
    assert "The place is outside the area asked for." in sentences(False)


def test_because_holds_all_absolute_conflicts_and_nothing_else() -> None:
    # Too far as well, but that limit is not hard.
    assert [reason["part"] for reason in excluded("kept away")] == ["no_go"]
    both = {**POOL[2], "adjustments": {"sens.headphones": "no"}}
    [shortlist] = shortlister_of(pool_of([both])).shortlists([profile_of(PROFILE)], as_of=AS_OF)
    [left_out] = shortlist_json(shortlist, reads_profile=True)["excluded"]
    assert [reason["part"] for reason in left_out["because"]] == ["sens.headphones", "no_go"]


def test_a_near_miss_names_the_parts_in_its_way() -> None:
    [miss] = written()["negotiate"]
    assert miss["vacancy_ref"] == "near miss"
    assert miss["blocked_by"] == [{"aspect": "adjustments", "part": "sens.headphones"}]


def test_exclusions_come_in_the_order_of_their_references() -> None:
    refs = [left_out["vacancy_ref"] for left_out in written()["excluded"]]
    assert refs == sorted(refs) == ["kept away", "near miss"]


def test_an_entry_carries_every_finding_that_is_present() -> None:
    explained = shortlister().explain(profile_of(PROFILE), "listed", as_of=AS_OF)
    parts = [(each["aspect"], each["part"], each["verdict"]) for each in entry("listed")["findings"]]
    assert parts == [(finding.aspect, finding.part, finding.verdict) for finding in explained.findings]
    assert ("travel", "no_go", "ok") in parts


def test_an_explanation_says_where_a_role_stands_or_what_keeps_it_out() -> None:
    listed, kept_away = (
        explanation_json(shortlister().explain(profile_of(PROFILE), ref, as_of=AS_OF), reads_profile=False)
        for ref in ("listed", "kept away")
    )
    assert (listed["vacancy_ref"], listed["open"], listed["position"]) == ("listed", True, 1)
    assert (kept_away["open"], kept_away["position"]) == (True, None)
    assert travel_parts(kept_away["findings"]) == ["distance", "distance"]


@settings(max_examples=settings().max_examples // 2)
@given(strategies.profiles(), strategies.pools(size=3))
def test_what_is_written_is_plain_json_and_reads_back_the_same(profile: Raw, pool: list[Raw]) -> None:
    [shortlist] = shortlister_of(pool_of(pool)).shortlists([profile_of(profile)], as_of=AS_OF, limit=None)
    found = shortlist_json(shortlist, reads_profile=True)
    assert orjson.loads(orjson.dumps(found)) == found
