"""The laws of a shortlist hold for every profile and pool, whatever the weights."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from matching.interchange import shortlist_json
from matching.model.finding import Finding, Verdict
from matching.scoring import WeightedScorer, Weights, load_weights
from matching.shortlisting import Shortlister
from tests import strategies
from tests.builders import AS_OF, pool_of, profile_of, shortlister_of

Raw = dict[str, Any]

# Pools are slow to draw, so these laws look half as long as the profile of Hypothesis says.
half = settings(max_examples=settings().max_examples // 2)

# Parts of aspects that share a weight; a table of weights may give each one of its own.
SOME_PARTS = ("sensory.noise", "sensory.lighting", "adjustments.place.quiet_room", "hours.legal_cap", "travel.distance")


@st.composite
def some_weights(draw: DrawFn) -> Weights:
    """The shipped weights, or others: some of nothing, some enormous, some for single parts."""
    shipped = load_weights()
    if draw(st.booleans()):
        return shipped
    weight = st.one_of(st.sampled_from([0.0, 0.0, 0.01, 1.0, 1000.0]), st.floats(0.001, 50))
    names = (*shipped.by_part, *draw(st.lists(st.sampled_from(SOME_PARTS), unique=True)))
    return replace(shipped, by_part=draw(st.fixed_dictionaries(dict.fromkeys(names, weight))), digest="drawn")


def weighing(pool: Sequence[Raw], weights: Weights) -> Shortlister:
    """A shortlister over raw vacancies that scores by some weights."""
    return replace(shortlister_of(pool_of(pool)), scorer=WeightedScorer(weights=weights))


def listed(profile: Raw, pool: Sequence[Raw], weights: Weights) -> dict[str, float]:
    """References with their scores, in the order before spread and stretch."""
    shortlister = weighing(pool, weights)
    ordered = shortlister.order(profile_of(profile), as_of=AS_OF)
    return {
        shortlister.pool.refs[ordered.rows[position]]: float(ordered.scores[position]) for position in ordered.order
    }


def place(ref: str, scores: dict[str, float]) -> float:
    """The place of a vacancy on a list, or one beyond all places."""
    return list(scores).index(ref) + 1 if ref in scores else math.inf


def findings(profile: Raw, vacancy: Raw) -> tuple[Finding, ...]:
    """Every finding on one vacancy that is alone in its pool."""
    shortlister = shortlister_of(pool_of([vacancy]))
    return shortlister.explain(profile_of(profile), vacancy["vacancy_ref"], as_of=AS_OF).findings


def excluded(profile: Raw, pool: Sequence[Raw]) -> set[str]:
    """References of the open vacancies that are left out."""
    [drawn] = shortlister_of(pool_of(pool)).shortlists([profile_of(profile)], as_of=AS_OF, limit=0)
    return {left_out.vacancy_ref for left_out in drawn.excluded}


def as_bytes(shortlister: Shortlister, profiles: Sequence[Raw]) -> bytes:
    """The whole answer as it would be written."""
    drawn = shortlister.shortlists([profile_of(each) for each in profiles], as_of=AS_OF, limit=None)
    return b"\n".join(orjson.dumps(shortlist_json(each, reads_profile=True)) for each in drawn)


def replaced(pool: Sequence[Raw], vacancy: Raw) -> list[Raw]:
    """A pool with one vacancy in place of the one with the same reference."""
    return [vacancy if each["vacancy_ref"] == vacancy["vacancy_ref"] else each for each in pool]


# Exact


@half
@given(strategies.profiles(), strategies.pools(), some_weights())
def test_the_list_equals_scoring_every_vacancy_alone(profile: Raw, pool: list[Raw], weights: Weights) -> None:
    alone = [pair for vacancy in pool for pair in listed(profile, [vacancy], weights).items()]
    expected = sorted(alone, key=lambda pair: (-pair[1], pair[0]))
    assert list(listed(profile, pool, weights).items()) == expected


# Law 1


@half
@given(strategies.profiles(), strategies.pools())
def test_nothing_excluded_is_listed_and_nothing_else_is_missing(profile: Raw, pool: list[Raw]) -> None:
    shortlister = shortlister_of(pool_of(pool))
    person = profile_of(profile)
    [drawn] = shortlister.shortlists([person], as_of=AS_OF, limit=None)
    shown = {entry.vacancy_ref for entry in drawn.entries}
    left_out = {each.vacancy_ref for each in drawn.excluded}
    opened = {job.vacancy_ref for job in shortlister.pool.vacancies if job.is_open(on=AS_OF)}
    ruled_out = {
        ref
        for ref in opened
        if any(finding.excludes for finding in shortlister.explain(person, ref, as_of=AS_OF).findings)
    }

    assert left_out == ruled_out
    assert shown == opened - ruled_out
    assert (drawn.counts.open, drawn.counts.listed, drawn.counts.excluded) == (
        len(opened),
        len(shown),
        len(left_out),
    )


# Law 2


@half
@given(strategies.profiles(), strategies.pools(), some_weights(), st.data())
def test_an_offer_never_lowers_a_vacancy_and_a_refusal_never_raises_it(
    profile: Raw, pool: list[Raw], weights: Weights, data: st.DataObject
) -> None:
    slugs = strategies.slugs_of_interest(profile) or strategies.ALL_OFFERED
    change = data.draw(strategies.offer_changes(data.draw(st.sampled_from(pool)), slugs))
    ref = change.unknown["vacancy_ref"]
    no, unknown, yes = (
        listed(profile, replaced(pool, vacancy), weights) for vacancy in (change.no, change.unknown, change.yes)
    )

    assert place(ref, yes) <= place(ref, unknown) <= place(ref, no)
    assert yes.get(ref, -1.0) >= unknown.get(ref, -1.0) >= no.get(ref, -1.0)


# Law 3


@st.composite
def sensory_pairs(draw: DrawFn) -> tuple[Raw, Raw]:
    """A person who avoids one dimension, with mitigations, and a vacancy of which the level is mostly known."""
    dimension = draw(st.sampled_from(["noise", "noise", "lighting", "crowding", "touch"]))
    mitigations = strategies.MITIGATIONS[dimension]
    tolerance = {
        "tolerance": draw(st.integers(0, 3)),
        "hard": draw(st.booleans()),
        "mitigations": draw(st.lists(st.sampled_from(mitigations), unique=True, max_size=3)),
    }
    typical = draw(st.integers(0, 4))
    level = {"typical": typical, "source": "visit"}
    level |= draw(
        st.fixed_dictionaries(
            {},
            optional={
                "peak": st.integers(typical, 4),
                "peak_share": st.sampled_from(["under_10", "10_to_50", "over_50"]),
                "can_leave": st.booleans(),
            },
        )
    )
    offers = draw(st.dictionaries(st.sampled_from(mitigations), st.sampled_from(["yes", "maybe", "no"])))
    vacancy = draw(strategies.vacancies()) | {"sensory": {dimension: level}, "adjustments": offers, "status": "open"}
    profile = {"participant_ref": "P-1", "sensory": {dimension: tolerance}}
    return profile, vacancy


@half
@given(sensory_pairs(), strategies.pools(size=3), some_weights())
def test_a_quieter_job_never_stands_lower_than_itself_louder(
    pair: tuple[Raw, Raw], pool: list[Raw], weights: Weights
) -> None:
    profile, loud = pair
    loud = loud | {"vacancy_ref": "V-0"}
    at_first = listed(profile, [*pool, loud], weights)
    for _, quiet in strategies.quieter(loud):
        now = listed(profile, [*pool, quiet], weights)
        assert place("V-0", now) <= place("V-0", at_first)
        assert now.get("V-0", -1.0) >= at_first.get("V-0", -1.0)


@half
@given(sensory_pairs(), strategies.profiles())
def test_a_bearable_level_never_becomes_unbearable_by_being_quieter(pair: tuple[Raw, Raw], other: Raw) -> None:
    profile, loud = pair
    profile = {**other, **profile}
    order = [Verdict.OK, Verdict.UNKNOWN, Verdict.CONFLICT]
    before = {found.part: found.verdict for found in findings(profile, loud) if found.aspect == "sensory"}
    for _, quiet in strategies.quieter(loud):
        after = {found.part: found.verdict for found in findings(profile, quiet) if found.aspect == "sensory"}
        assert all(order.index(after[part]) <= order.index(before[part]) for part in before)


@half
@given(sensory_pairs())
def test_more_tolerance_never_excludes_more(pair: tuple[Raw, Raw]) -> None:
    profile, vacancy = pair
    for _, wider in strategies.widenings(profile):
        assert excluded(wider, [vacancy]) <= excluded(profile, [vacancy])


# Law 4


@half
@given(strategies.profiles(), strategies.pools(), some_weights(), st.data())
def test_adding_or_removing_a_vacancy_changes_neither_score_nor_order_of_the_others(
    profile: Raw, pool: list[Raw], weights: Weights, data: st.DataObject
) -> None:
    gone = data.draw(st.sampled_from(pool))["vacancy_ref"]
    among_all = listed(profile, pool, weights)
    without = listed(profile, [each for each in pool if each["vacancy_ref"] != gone], weights)
    among_all.pop(gone, None)
    assert list(among_all.items()) == list(without.items())


@half
@given(strategies.profiles(), strategies.pools(), some_weights(), st.data())
def test_the_order_of_the_input_changes_neither_score_nor_order(
    profile: Raw, pool: list[Raw], weights: Weights, data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(pool))
    assert list(listed(profile, pool, weights).items()) == list(listed(profile, shuffled, weights).items())


@half
@given(strategies.profiles(), strategies.pools(size=3), some_weights())
def test_a_copy_of_a_vacancy_has_the_same_score_and_stands_beside_it_by_reference(
    profile: Raw, pool: list[Raw], weights: Weights
) -> None:
    copies = [{**vacancy, "vacancy_ref": f"{vacancy['vacancy_ref']}-again"} for vacancy in pool]
    scores = listed(profile, [*pool, *copies], weights)
    for vacancy in pool:
        assert scores.get(vacancy["vacancy_ref"]) == scores.get(f"{vacancy['vacancy_ref']}-again")
    assert list(scores.items()) == sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))


# Law 5


@half
@given(strategies.profiles(), strategies.pools(), st.data())
def test_widening_a_limit_never_excludes_more(profile: Raw, pool: list[Raw], data: st.DataObject) -> None:
    wider = data.draw(strategies.widened(profile))
    assert excluded(wider, pool) <= excluded(profile, pool)


# Law 6


@half
@given(strategies.caseloads(size=2), strategies.pools(), some_weights(), st.data())
def test_the_same_inputs_give_the_same_bytes_in_whatever_order_vacancies_come(
    caseload: list[Raw], pool: list[Raw], weights: Weights, data: st.DataObject
) -> None:
    first = as_bytes(weighing(pool, weights), caseload)
    assert as_bytes(weighing(pool, weights), caseload) == first
    assert as_bytes(weighing(data.draw(st.permutations(pool)), weights), caseload) == first


@half
@given(strategies.caseloads(), strategies.pools(size=4))
def test_a_shortlist_in_a_caseload_is_what_the_person_alone_would_get(caseload: list[Raw], pool: list[Raw]) -> None:
    shortlister = shortlister_of(pool_of(pool))
    people = [profile_of(each) for each in caseload]
    together = shortlister.shortlists(people, as_of=AS_OF)
    for person, among_others in zip(people, together, strict=True):
        [alone] = shortlister.shortlists([person], as_of=AS_OF)
        openings = tuple(replace(miss, opens_for=1) for miss in among_others.negotiate)
        assert replace(among_others, negotiate=openings) == alone


DRAWN_UP = {"participant_ref": "P-1", "hours": {"max": 20}}
OPEN_JOB = {"vacancy_ref": "V-1", "title": "Baker", "employer": "Acorn Foods", "hours": {"max": 16}}


def digest_of(profile: Raw, pool: Sequence[Raw], **changes: Any) -> str:
    shortlister = shortlister_of(pool_of(pool))
    method = replace(shortlister.method, **{name: value for name, value in changes.items() if name != "as_of"})
    [drawn] = replace(shortlister, method=method).shortlists([profile_of(profile)], as_of=changes.get("as_of", AS_OF))
    return drawn.shortlist_id


@pytest.mark.parametrize(
    ("profile", "pool", "changes"),
    [
        pytest.param(DRAWN_UP | {"remote": "no"}, [OPEN_JOB], {}, id="another profile"),
        pytest.param(DRAWN_UP, [OPEN_JOB | {"tasks": ["bake"]}], {}, id="another fact of a vacancy"),
        pytest.param(DRAWN_UP, [OPEN_JOB, OPEN_JOB | {"vacancy_ref": "V-2"}], {}, id="one vacancy more"),
        pytest.param(DRAWN_UP, [OPEN_JOB], {"as_of": AS_OF.replace(day=23)}, id="another day"),
        *(
            pytest.param(DRAWN_UP, [OPEN_JOB], {name: "another"}, id=f"another {name}")
            for name in ("encoder", "weights", "rules", "catalogue", "policy")
        ),
    ],
)
def test_the_id_of_a_shortlist_changes_with_every_input(profile: Raw, pool: list[Raw], changes: Raw) -> None:
    assert digest_of(profile, pool, **changes) != digest_of(DRAWN_UP, [OPEN_JOB])


def test_the_id_of_a_shortlist_does_not_change_with_a_vacancy_that_is_not_open() -> None:
    filled = OPEN_JOB | {"vacancy_ref": "V-2", "status": "filled"}
    assert digest_of(DRAWN_UP, [OPEN_JOB, filled]) == digest_of(DRAWN_UP, [OPEN_JOB])


# Law 7


@half
@given(strategies.profiles(), strategies.vacancies())
def test_removing_a_fact_never_turns_ok_into_conflict_or_conflict_into_ok(profile: Raw, vacancy: Raw) -> None:
    before = {finding.about: finding.verdict for finding in findings(profile, vacancy)}
    for fact, poorer in strategies.fact_removals(vacancy):
        for finding in findings(profile, poorer):
            was = before.get(finding.about, Verdict.UNKNOWN)
            if was is not Verdict.UNKNOWN:
                assert finding.verdict in (was, Verdict.UNKNOWN), f"{finding.about} after {fact} was taken away"


# Values and scores


@half
@given(strategies.profiles(), strategies.pools(), some_weights())
def test_values_lie_from_0_to_1_and_unknown_ones_strictly_between(
    profile: Raw, pool: list[Raw], weights: Weights
) -> None:
    [drawn] = weighing(pool, weights).shortlists([profile_of(profile)], as_of=AS_OF, limit=None)
    for entry in drawn.entries:
        for finding in entry.findings:
            assert 0.0 <= finding.value <= 1.0, finding
            assert finding.verdict is not Verdict.UNKNOWN or 0.0 < finding.value < 1.0, finding


@half
@given(strategies.profiles(), strategies.pools(), some_weights())
def test_a_score_lies_between_the_least_and_the_largest_value_of_its_findings(
    profile: Raw, pool: list[Raw], weights: Weights
) -> None:
    positive = replace(weights, by_part={name: max(weight, 0.01) for name, weight in weights.by_part.items()})
    [drawn] = weighing(pool, positive).shortlists([profile_of(profile)], as_of=AS_OF, limit=None)
    for entry in drawn.entries:
        values = [finding.value for finding in entry.findings]
        assert min(values) - 1e-12 <= entry.score <= max(values) + 1e-12


@half
@given(strategies.profiles(), strategies.pools(), some_weights())
def test_every_number_of_an_answer_is_finite_whatever_the_weights(
    profile: Raw, pool: list[Raw], weights: Weights
) -> None:
    [drawn] = weighing(pool, weights).shortlists([profile_of(profile)], as_of=AS_OF, limit=None)
    for entry in drawn.entries:
        assert math.isfinite(entry.score)
        assert all(math.isfinite(question.worth) and question.worth >= 0 for question in entry.questions)


def test_weights_that_are_all_nothing_leave_every_score_at_nothing_and_the_order_to_the_references() -> None:
    shipped = load_weights()
    nothing = replace(shipped, by_part=dict.fromkeys(shipped.by_part, 0.0), digest="nothing")
    pool = [OPEN_JOB | {"vacancy_ref": ref} for ref in ("V-2", "V-10", "V-1")]
    assert listed(DRAWN_UP, pool, nothing) == {"V-1": 0.0, "V-10": 0.0, "V-2": 0.0}


def test_where_nothing_weighs_anything_no_answer_about_a_wish_is_worth_asking_for() -> None:
    shipped = load_weights()
    nothing = replace(shipped, by_part=dict.fromkeys(shipped.by_part, 0.0), digest="nothing")
    pool = [OPEN_JOB | {"vacancy_ref": ref} for ref in ("V-1", "V-2")]
    wish = {"participant_ref": "P-1", "adjustments": [{"slug": "sens.headphones", "importance": "helpful"}]}
    [drawn] = weighing(pool, nothing).shortlists([profile_of(wish)], as_of=AS_OF)
    assert [question.worth for entry in drawn.entries for question in entry.questions] == [0.0, 0.0]


@half
@given(strategies.profiles(), strategies.pools())
def test_an_entry_stands_where_the_explanation_says(profile: Raw, pool: list[Raw]) -> None:
    shortlister = shortlister_of(pool_of(pool))
    person = profile_of(profile)
    [drawn] = shortlister.shortlists([person], as_of=AS_OF, limit=None)
    positions = {entry.vacancy_ref: entry.position for entry in drawn.entries}
    for vacancy in pool:
        explanation = shortlister.explain(person, vacancy["vacancy_ref"], as_of=AS_OF)
        assert explanation.position == positions.get(vacancy["vacancy_ref"])


# Who may read what


def sentences(written: Raw) -> list[str]:
    """Every piece of text in a written shortlist."""
    if isinstance(written, dict):
        return [text for inner in written.values() for text in sentences(inner)]
    if isinstance(written, list):
        return [text for inner in written for text in sentences(inner)]
    return [written] if isinstance(written, str) else []


@st.composite
def people_with_places_to_keep_away_from(draw: DrawFn) -> Raw:
    """A profile with at least one area, and often nothing else that excludes."""
    profile: Raw = draw(st.one_of(st.just({"participant_ref": "P-1"}), strategies.profiles()))
    areas = draw(st.lists(st.sampled_from(strategies.AREAS), min_size=1, max_size=3, unique=True))
    return {**profile, "travel": {"home": "ME14 1XQ", "max_km": 50, "no_go": areas}}


@half
@given(people_with_places_to_keep_away_from(), strategies.pools())
def test_no_text_of_an_answer_names_a_place_to_keep_away_from(profile: Raw, pool: list[Raw]) -> None:
    [drawn] = shortlister_of(pool_of(pool)).shortlists([profile_of(profile)], as_of=AS_OF, limit=None)
    areas = [" ".join(area.upper().split()) for area in profile["travel"]["no_go"]]
    for text in sentences(shortlist_json(drawn, reads_profile=True)):
        assert not any(area in text.upper() for area in areas), text


@half
@given(people_with_places_to_keep_away_from(), strategies.pools())
def test_the_part_no_go_is_named_to_nobody_who_may_not_read_the_profile(profile: Raw, pool: list[Raw]) -> None:
    [drawn] = shortlister_of(pool_of(pool)).shortlists([profile_of(profile)], as_of=AS_OF, limit=None)
    assert b"no_go" not in orjson.dumps(shortlist_json(drawn, reads_profile=False))
