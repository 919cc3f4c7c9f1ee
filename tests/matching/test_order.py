"""Order: scores worked by hand, places, the spread across employers, the stretch, and what an answer is worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching import questions
from matching.errors import Invalid, NotFound
from matching.fit.part import Judged, Part, judge
from matching.fit.pay import Floor
from matching.model.finding import Asked, Verdict
from matching.model.shortlist import Shortlist, ShortlistEntry
from matching.pool import VacancyPool
from matching.ranking import MOST_OF_ONE_EMPLOYER, PAGE, StretchRule, by_score, spread
from matching.scoring import WeightedScorer, Weights, load_weights, read_weights
from matching.shortlisting import Shortlister
from matching.whatif import Standing, with_values
from tests import strategies
from tests.builders import AS_OF, pool_of, profile_of, shortlister_of
from tests.oracle import reading
from tests.specs.row import free, job, person, span, works

Raw = dict[str, Any]
Nearness = Mapping[str, float]

TODAY, OLD = AS_OF.isoformat(), "2026-01-01"


class Stated:
    """A meaning of words that a test states: how near each reference is to whatever is wanted."""

    def __init__(self, pool: VacancyPool, nearness: Nearness) -> None:
        self._nearness = np.array([nearness.get(ref, 0.0) for ref in pool.refs])

    def similarities(self, texts: Sequence[str], rows: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        """The stated nearness for every text."""
        return np.tile(self._nearness[rows], (len(texts), 1))


def weights(**by_part: float) -> Weights:
    """Weights of nothing but the parts that are named."""
    nothing = dict.fromkeys(load_weights().by_part, 0.0)
    return replace(load_weights(), by_part=nothing | by_part)


def shortlister(pool: Sequence[Raw], nearness: Nearness | None = None, **columns: Sequence[int]) -> Shortlister:
    """A shortlister over raw vacancies; columns such as `family` take the place of what the pool holds."""
    laid_out = pool_of(pool)
    arrays = {name: np.array([values], laid_out.columns[name].dtype) for name, values in columns.items()}
    made = shortlister_of(laid_out.with_columns(**arrays))
    return made if nearness is None else replace(made, meaning=Stated(made.pool, nearness))


def drawn(profile: Raw, using: Shortlister, limit: int | None = None) -> Shortlist:
    [shortlist] = using.shortlists([profile_of(profile)], as_of=AS_OF, limit=limit)
    return shortlist


def refs(shortlist: Shortlist) -> list[str]:
    return [entry.vacancy_ref for entry in shortlist.entries]


def by_score_alone(profile: Raw, using: Shortlister) -> list[str]:
    """References before spread and stretch."""
    ordered = using.order(profile_of(profile), as_of=AS_OF)
    return [using.pool.refs[ordered.rows[position]] for position in ordered.order]


def jobs(*refs: str, **fields: Any) -> list[Raw]:
    """Vacancies of one employer each, all with the same facts."""
    return [job(vacancy_ref=ref, employer=f"Employer of {ref}", **fields) for ref in refs]


# Scores


THREE_NEEDS = person(
    adjustments=[{"slug": slug} for slug in ("sens.headphones", "place.quiet_room", "sup.named_person")],
    hours={"max": 20},
)
TWO_OF_THREE = {"sens.headphones": "yes", "place.quiet_room": "yes", "sup.named_person": "no"}
FOUND = job(adjustments=TWO_OF_THREE, hours={"min": 16, "max": 16})


def score(profile: Raw, vacancy: Raw, **by_part: float) -> float:
    using = replace(shortlister([vacancy]), scorer=WeightedScorer(weights=weights(**by_part)))
    [entry] = drawn(profile, using).entries
    return entry.score


def test_parts_that_share_a_weight_have_equal_shares_of_it() -> None:
    assert score(THREE_NEEDS, FOUND, **{"adjustments.*": 3}) == pytest.approx(2 / 3)


def test_a_score_is_the_weighted_mean_of_the_values() -> None:
    # Needs 2/3, hours 1 and evidence 1/2, weighed 3, 2 and 1: (2 + 2 + 1/2) / 6.
    by_part = {"adjustments.*": 3, "hours.*": 2, "evidence.checked": 1}
    assert score(THREE_NEEDS, FOUND, **by_part) == pytest.approx(0.75)


def test_a_part_with_a_weight_of_its_own_has_no_share_in_its_aspect() -> None:
    # Room and person share 3 with values 1 and 0; headphones alone weigh 1 with value 1: (1.5 + 1) / 4.
    by_part = {"adjustments.*": 3, "adjustments.sens.headphones": 1}
    assert score(THREE_NEEDS, FOUND, **by_part) == pytest.approx(2.5 / 4)


def test_an_aspect_that_is_not_present_takes_no_part_in_the_mean() -> None:
    by_part = {"adjustments.*": 3, "hours.*": 2, "pay.*": 50, "evidence.checked": 1}
    assert score(THREE_NEEDS, FOUND, **by_part) == pytest.approx(0.75)


def test_a_share_is_of_the_parts_that_are_present_for_that_vacancy_alone() -> None:
    # Driving is unknown for both; only the second asks for a qualification, which is held.
    profile = person(driving="full_auto", qualifications=["cscs"])
    pool = jobs("V-1", requirements={"qualifications": []}) + jobs(
        "V-2", requirements={"qualifications": [{"slug": "cscs"}]}
    )
    using = replace(shortlister(pool), scorer=WeightedScorer(weights=weights(**{"requirements.*": 1})))
    entries = {entry.vacancy_ref: entry for entry in drawn(profile, using).entries}
    driving = {ref: value_of(entry, "requirements", "driving") for ref, entry in entries.items()}
    assert entries["V-1"].score == pytest.approx(driving["V-1"])
    assert entries["V-2"].score == pytest.approx((driving["V-2"] + 1.0) / 2)


def value_of(entry: ShortlistEntry, aspect: str, part: str) -> float:
    [value] = [finding.value for finding in entry.findings if (finding.aspect, finding.part) == (aspect, part)]
    return value


def test_one_unit_of_a_value_makes_its_share_of_the_weight_of_the_score() -> None:
    using = shortlister([FOUND])
    scorer = WeightedScorer(weights=weights(**{"adjustments.*": 3, "hours.*": 2, "evidence.checked": 1}))
    ordered = replace(using, scorer=scorer).order(profile_of(THREE_NEEDS), as_of=AS_OF)
    effects = dict(
        zip(
            (f"{each.part.aspect}.{each.part.name}" for each in ordered.judged),
            (effect.tolist() for effect in scorer.effects(ordered.judged, 1)),
            strict=True,
        )
    )
    assert effects["adjustments.sens.headphones"] == pytest.approx([1 / 6])
    assert effects["hours.weekly_hours"] == pytest.approx([1 / 3])
    assert effects["evidence.checked"] == pytest.approx([1 / 6])


@given(strategies.profiles(), strategies.pools(size=3))
def test_raising_one_value_raises_the_score_by_its_effect(profile: Raw, pool: list[Raw]) -> None:
    using = shortlister(pool)
    ordered = using.order(profile_of(profile), as_of=AS_OF)
    count = len(ordered.rows)
    for number, (judged, effect) in enumerate(
        zip(ordered.judged, using.scorer.effects(ordered.judged, count), strict=True)
    ):
        raised = with_values(ordered.judged, {number: judged.values + 0.25})
        gained = using.scorer.scores(raised, count) - ordered.scores
        at = slice(None) if judged.at is None else judged.at
        np.testing.assert_allclose(gained[at], 0.25 * effect, atol=1e-12)


def test_a_wish_counts_more_than_a_strength_a_need_hours_travel_senses_and_the_age_of_facts() -> None:
    shipped = load_weights().by_part
    order = ("preferences.wanted_work", "skills.strengths", "adjustments.*", "hours.*", "sensory.*", "evidence.checked")
    values = [shipped[name] for name in order]
    assert values == sorted(values, reverse=True)
    assert len(set(values)) == len(values)
    assert shipped["sensory.*"] < shipped["travel.*"] < shipped["skills.strengths"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("weight,hours.*,two,,,", "weights.csv, row 2, value: 'two' should be a number from 0 to 1000"),
        ("weight,hours.*,-1,,,", "weights.csv, row 2, value: '-1' should be a number from 0 to 1000"),
        ("weight,hours.*,nan,,,", "weights.csv, row 2, value: 'nan' should be a number from 0 to 1000"),
        ("wait,hours.*,1,,,", "weights.csv, row 2, kind: 'wait' should be weight or figure"),
        ("figure,near,1,,,\nfigure,near,2,,,", "weights.csv, row 3, name: 'near' is here twice"),
        ("weight,pay.*,1,,,", "weights.csv: no weight for the aspect 'hours'"),
    ],
)
def test_a_table_of_weights_that_is_wrong_is_refused_by_row(tmp_path: Any, line: str, message: str) -> None:
    file = tmp_path / "weights.csv"
    file.write_text(f"kind,name,value,why,source,status\n{line}\n")
    with pytest.raises(Invalid) as refused:
        read_weights(file)
    assert message in str(refused.value).splitlines()


# Places


@given(st.lists(st.sampled_from([0.0, 0.1, 0.5, 0.5000000000000001, 1.0]), max_size=30), st.randoms())
def test_positions_come_by_score_and_equal_scores_by_reference(scores: list[float], chance: Any) -> None:
    ranks = list(range(len(scores)))
    chance.shuffle(ranks)
    order = by_score(np.array(scores), np.array(ranks, np.int64))
    assert order.tolist() == sorted(range(len(scores)), key=lambda position: (-scores[position], ranks[position]))


def test_references_break_ties_as_text_and_not_as_numbers() -> None:
    assert by_score_alone(person(), shortlister(jobs("V-10", "V-9", "a", "Z", "V-1"))) == [
        "V-1",
        "V-10",
        "V-9",
        "Z",
        "a",
    ]


@pytest.mark.parametrize(
    ("newcomer", "ref_rank", "place"),
    [(0.95, 9, 1), (0.9, 0, 1), (0.9, 5, 2), (0.8, 0, 2), (0.8, 4, 3), (0.8, 9, 4), (0.1, 0, 5)],
)
def test_a_newcomer_takes_the_place_of_its_score_and_then_of_its_reference(
    newcomer: float, ref_rank: int, place: int
) -> None:
    standing = Standing(scores=np.array([0.9, 0.8, 0.8, 0.5]), ref_rank=np.array([1, 3, 6, 2]))
    assert standing.place(score=newcomer, ref_rank=ref_rank) == place


@given(st.lists(st.sampled_from([0.1, 0.2, 0.3]), max_size=8), st.sampled_from([0.1, 0.2, 0.25]), st.integers(0, 99))
def test_a_newcomer_stands_where_sorting_it_in_would_put_it(
    scores: list[float], newcomer: float, ref_rank: int
) -> None:
    ranks = np.arange(len(scores)) * 13 + 5
    order = by_score(np.array(scores), ranks)
    standing = Standing.of(np.array(scores), ranks, order)
    others = sorted((-score, rank) for score, rank in zip(scores, ranks.tolist(), strict=True))
    expected = 1 + sum(other < (-newcomer, ref_rank) for other in others)
    assert standing.place(score=newcomer, ref_rank=ref_rank) == expected


def test_other_values_of_one_part_leave_the_rest_as_judged() -> None:
    part = Floor(name="floor", hourly=12.5)
    judged = [judge(part, pool_of([job(pay={"hourly": pay})]).jobs()) for pay in (12, 13)]
    changed = with_values(judged, {1: np.array([0.25])})
    assert changed[0] is judged[0]
    assert changed[1] == replace(judged[1], values=changed[1].values)
    assert changed[1].values.tolist() == [0.25]


# Spread


employers = st.lists(st.sampled_from(strategies.EMPLOYERS), max_size=25)


@given(employers)
def test_the_spread_is_that_of_the_literal_reading(names: list[str]) -> None:
    order, _ = spread(range(len(names)), lambda position: reading.plain_name(names[position]))
    expected = reading.spread([(str(position), name) for position, name in enumerate(names)])
    assert [str(position) for position in order] == expected


@given(employers)
def test_what_stands_lower_after_the_spread_is_what_is_said_to_have_moved(names: list[str]) -> None:
    order, moved = spread(range(len(names)), lambda position: reading.plain_name(names[position]))
    assert moved == {position for place, position in enumerate(order) if place > position}


@given(st.lists(st.sampled_from(strategies.EMPLOYERS), min_size=1, max_size=16))
def test_the_entries_are_the_list_by_score_spread_across_employers(names: list[str]) -> None:
    pool = [
        job(vacancy_ref=f"V-{number:02}", employer=name, facts_checked_on=f"2026-11-{1 + number * 7 % 20:02}")
        for number, name in enumerate(names)
    ]
    using = shortlister(pool)
    before = by_score_alone(person(), using)
    employer = {vacancy["vacancy_ref"]: vacancy["employer"] for vacancy in pool}
    shortlist = drawn(person(), using)
    assert refs(shortlist) == reading.spread([(ref, employer[ref]) for ref in before])
    moved = {entry.vacancy_ref for entry in shortlist.entries if "spread" in {flag.kind for flag in entry.flags}}
    assert moved == {ref for place, ref in enumerate(refs(shortlist)) if place > before.index(ref)}


def test_a_fourth_role_of_one_employer_waits_until_the_page_is_full() -> None:
    names = ["Acorn"] * 5 + ["Birch"] * 5 + ["Cedar"] * 5
    order, moved = spread(range(15), lambda position: names[position])
    assert order == [0, 1, 2, 5, 6, 7, 10, 11, 12, 3, 4, 8, 9, 13, 14]
    assert moved == {3, 4, 8, 9}
    assert (PAGE, MOST_OF_ONE_EMPLOYER) == (10, 3)


def test_the_score_of_what_moved_is_that_of_before_the_spread() -> None:
    pool = [job(vacancy_ref=f"V-{number}", facts_checked_on=f"2026-11-{20 - number}") for number in range(4)]
    pool.append(job(vacancy_ref="V-4", employer="Birch & Co", facts_checked_on="2026-10-01"))
    shortlist = drawn(person(), shortlister(pool))
    assert refs(shortlist) == ["V-0", "V-1", "V-2", "V-4", "V-3"]
    assert shortlist.entries[4].score > shortlist.entries[3].score


# Stretch

WANTS_DOGS = person(interests=["dogs"])
TWELVE = [f"V-{number:02}" for number in range(1, 13)]
NEARER_FIRST = {ref: 0.9 - 0.02 * number for number, ref in enumerate(TWELVE)}


def stretch(families: Sequence[int], nearness: Nearness = NEARER_FIRST) -> tuple[list[str], list[str]]:
    """References in the order of the page, and those marked as a stretch."""
    shortlist = drawn(WANTS_DOGS, shortlister(jobs(*TWELVE), nearness, family=families))
    return refs(shortlist), [entry.vacancy_ref for entry in shortlist.entries if entry.stretch]


def test_a_near_role_of_a_family_that_is_not_on_the_page_stands_at_place_10() -> None:
    order, marked = stretch([35] * 11 + [39])
    assert marked == ["V-12"]
    assert order == [*TWELVE[:9], "V-12", "V-10", "V-11"]


def test_a_stretch_says_that_it_is_one_and_keeps_its_score() -> None:
    shortlist = drawn(WANTS_DOGS, shortlister(jobs(*TWELVE), NEARER_FIRST, family=[35] * 11 + [39]))
    plain = drawn(WANTS_DOGS, shortlister(jobs(*TWELVE), NEARER_FIRST, family=[35] * 12))
    tenth = shortlist.entries[9]
    assert [flag.kind for flag in tenth.flags] == ["stretch"]
    assert tenth.score == plain.entries[11].score
    assert [entry.position for entry in shortlist.entries] == list(range(1, 13))


def test_of_several_stretches_the_nearest_is_taken_and_of_equals_the_first() -> None:
    assert stretch([35] * 10 + [39, 41])[1] == ["V-11"]
    level = NEARER_FIRST | {"V-11": 0.6, "V-12": 0.6}
    assert stretch([35] * 10 + [39, 41], level)[1] == ["V-11"]


@pytest.mark.parametrize(
    ("families", "nearness"),
    [
        pytest.param([35] * 12, NEARER_FIRST, id="the same family as the page"),
        pytest.param([35] * 11 + [-1], NEARER_FIRST, id="a family that nobody knows"),
        pytest.param([35] * 11 + [39], NEARER_FIRST | {"V-12": 0.4}, id="not near enough"),
    ],
)
def test_there_is_no_stretch_where_a_role_is(families: Sequence[int], nearness: Nearness) -> None:
    order, marked = stretch(families, nearness)
    assert (order, marked) == (TWELVE, [])


def test_there_is_no_stretch_on_a_list_that_fits_the_page() -> None:
    using = shortlister(jobs(*TWELVE[:10]), NEARER_FIRST, family=[35] * 9 + [39])
    assert not any(entry.stretch for entry in drawn(WANTS_DOGS, using).entries)


def test_there_is_no_stretch_for_a_person_who_wants_nothing_in_particular() -> None:
    using = shortlister(jobs(*TWELVE), NEARER_FIRST, family=[35] * 11 + [39])
    assert not any(entry.stretch for entry in drawn(person(strengths=["patient"]), using).entries)


@given(st.lists(st.tuples(st.sampled_from([-1, 35, 39, 41]), st.floats(0, 1)), max_size=8), st.floats(0, 1))
def test_a_stretch_is_the_nearest_of_a_known_family_outside_the_page_if_it_is_near_enough(
    roles: list[tuple[int, float]], least_nearness: float
) -> None:
    page, rest = roles[:2], roles[2:]
    chosen = StretchRule(least_nearness=least_nearness).choose(
        range(2, len(roles)),
        taken=range(len(page)),
        nearness=lambda role: roles[role][1],
        family=lambda role: roles[role][0],
    )
    known = {family for family, _ in page}
    fitting = [near for family, near in rest if family >= 0 and family not in known and near >= least_nearness]
    assert (None if chosen is None else roles[chosen][1]) == max(fitting, default=None)


# What a list carries


def test_a_limit_cuts_the_entries_and_nothing_else() -> None:
    profile = person(adjustments=[{"slug": "sens.headphones", "importance": "essential"}])
    pool = jobs("V-1", "V-2", "V-3") + jobs("V-4", "V-5", adjustments={"sens.headphones": "no"})
    whole, cut = (drawn(profile, shortlister(pool), limit) for limit in (None, 1))
    assert len(whole.entries) == 3
    assert cut == replace(whole, entries=whole.entries[:1])
    assert (whole.counts.open, whole.counts.listed, whole.counts.excluded) == (5, 3, 2)
    assert (len(whole.excluded), len(whole.negotiate)) == (2, 2)


def test_the_default_limit_is_one_page() -> None:
    [shortlist] = shortlister(jobs(*TWELVE)).shortlists([profile_of(person())], as_of=AS_OF)
    assert len(shortlist.entries) == PAGE


def test_the_reasons_name_the_persons_own_words_before_anything_else() -> None:
    profile = person(
        interests=["dogs"],
        strengths=["patient with animals"],
        adjustments=[{"slug": "sens.headphones"}],
        hours={"max": 20},
    )
    vacancy = job(adjustments={"sens.headphones": "yes"}, hours={"min": 16, "max": 16})
    [entry] = drawn(profile, shortlister([vacancy], {"V-1": 0.9})).entries
    assert len(entry.why) == 3
    assert "“dogs”" in entry.why[0]
    assert "“patient with animals”" in entry.why[1]


@given(strategies.profiles(), strategies.pools())
def test_every_reason_and_every_concern_is_the_sentence_of_a_finding(profile: Raw, pool: list[Raw]) -> None:
    for entry in drawn(profile, shortlister(pool)).entries:
        by_sentence = {finding.sentence: finding for finding in entry.findings}
        assert len(entry.why) <= 3
        assert all(by_sentence[reason].verdict is Verdict.OK for reason in entry.why)
        conflicts = {finding.sentence for finding in entry.findings if finding.verdict is Verdict.CONFLICT}
        assert conflicts <= set(entry.concerns) <= by_sentence.keys()
        assert not set(entry.why) & set(entry.concerns)


def test_a_vacancy_that_is_not_there_is_not_explained_but_a_near_name_is_suggested() -> None:
    with pytest.raises(NotFound, match=r"no vacancy here has the reference 'V-01'.*'V-1'"):
        shortlister([job()]).explain(profile_of(person()), "V-01", as_of=AS_OF)


# Questions


def guessed(*, absolute: bool, value: float) -> Judged:
    part: Part = Floor(name="floor", absolute=absolute, hourly=12.5)
    return Judged(part, np.array([1], np.int8), np.array([value]), np.array([2]))


FIVE = np.array([0.9, 0.8, 0.7, 0.6, 0.45])
STANDING = Standing(scores=FIVE, ref_rank=np.arange(5))


@pytest.mark.parametrize(
    ("absolute", "value", "effect", "worth"),
    [
        # At place 3. A good answer, of chance 0.4, makes 0.7 + 0.5 x 0.6 = 1.0: two places up, so 0.8. A bad one
        # makes 0.7 - 0.5 x 0.4 = 0.5: one place down, so 0.6.
        pytest.param(False, 0.4, 0.5, 0.8, id="a good answer moves more"),
        # A good answer makes 0.7 + 0.4 x 0.25 = 0.8: none above is passed but the equal one. 1 x 0.75. A bad one
        # makes 0.7 - 0.4 x 0.75 = 0.4: two places down, of chance 0.25.
        pytest.param(False, 0.75, 0.4 + 1e-9, 0.75, id="a likely answer counts more than a far one"),
        # A bad answer takes it off the list, behind all five: from place 3 to 6.
        pytest.param(True, 0.4, 0.01, 0.6 * 3, id="a bad answer takes it off the list"),
        pytest.param(False, 0.5, 0.0, 0.0, id="no weight, no worth"),
        pytest.param(False, 0.5, 0.1, 0.0, id="too little to pass anybody"),
    ],
)
def test_the_worth_of_an_answer_is_how_far_it_could_move_the_role(
    absolute: bool, value: float, effect: float, worth: float
) -> None:
    found = questions.worths(guessed(absolute=absolute, value=value), np.array([effect]), FIVE, STANDING, len(FIVE))
    assert found.tolist() == pytest.approx([worth])


NEED = "sens.headphones"
EIGHT = [f"V-{number}" for number in range(1, 9)]


@pytest.mark.parametrize("asked", EIGHT)
def test_a_worth_is_what_drawing_the_list_up_again_with_each_answer_shows(asked: str) -> None:
    profile = person(interests=["dogs"], adjustments=[{"slug": NEED}])
    nearness = {ref: 0.9 - 0.05 * number for number, ref in enumerate(EIGHT)}

    def with_answer(answer: str) -> Shortlister:
        said = [job(vacancy_ref=asked, employer=f"Employer of {asked}", adjustments={NEED: answer})]
        return shortlister([*jobs(*(ref for ref in EIGHT if ref != asked)), *said], nearness)

    now, good, bad = (
        1 + by_score_alone(profile, with_answer(answer)).index(asked) for answer in ("unknown", "yes", "no")
    )
    [entry] = [entry for entry in drawn(profile, with_answer("unknown")).entries if entry.vacancy_ref == asked]
    [question] = [question for question in entry.questions if question.about == f"adjustments.{NEED}"]
    chance = value_of(entry, "adjustments", NEED)
    assert question.worth == pytest.approx(max(chance * abs(now - good), (1 - chance) * abs(bad - now)), abs=0.001)
    assert question.worth > 0


def test_the_same_question_is_worth_more_where_its_answer_moves_more() -> None:
    # Five roles close together, and one far ahead of them that no answer reaches.
    profile = person(interests=["dogs"], adjustments=[{"slug": NEED}])
    nearness = {"V-1": 0.9} | {f"V-{number}": 0.5 - 0.001 * number for number in range(2, 7)}
    entries = drawn(profile, shortlister(jobs(*nearness), nearness)).entries
    worth = {entry.vacancy_ref: entry.questions[0].worth for entry in entries}
    assert worth["V-1"] == 0.0
    assert all(worth[ref] > 0 for ref in nearness if ref != "V-1")


def test_where_home_is_not_known_the_participant_is_asked_once_at_the_larger_worth() -> None:
    profile = person(travel={"max_km": 10, "max_minutes": 60}, interests=["dogs"])
    nearness = {"V-1": 0.9, "V-2": 0.89, "V-3": 0.88}
    for entry in drawn(profile, shortlister(jobs(*nearness, location={"postcode": "ME14 1"}), nearness)).entries:
        [question] = entry.questions
        assert (question.of, question.about) == (Asked.PARTICIPANT, "travel.distance")
        assert "live" in question.ask


WHO_IS_ASKED = [
    (person(travel={"max_km": 10}), job(location={"postcode": "ME14 1"}), "participant", "travel.distance"),
    (person(travel={"home": "ME14 1", "max_km": 10}), job(), "employer", "travel.distance"),
    (person(travel={"home": "ME14 1", "max_minutes": 10}), job(), "employer", "travel.minutes"),
    (person(travel={"no_go": ["ME14"]}), job(), "employer", "travel.no_go"),
    (person(), job(requirements={"qualifications": [{"slug": "cscs"}]}), "participant", "requirements.cscs"),
    (
        person(qualifications=[]),
        job(requirements={"qualifications": [{"slug": "cscs"}]}),
        "employer",
        "requirements.cscs",
    ),
    (person(qualifications=[]), job(), "employer", "requirements.qualifications"),
    (person(), job(requirements={"driving": "full_auto"}), "participant", "requirements.driving"),
    (person(driving="none"), job(), "employer", "requirements.driving"),
    (person(), job(requirements={"minimum_age": 18}), "participant", "requirements.minimum_age"),
    (person(legal={"minimum_age_met": [16]}), job(), "employer", "requirements.minimum_age"),
    (person(legal={"barred_adults": True}), job(), "employer", "requirements.regulated_adults"),
    (person(checks_to_avoid=["enhanced"]), job(), "employer", "requirements.dbs"),
    (person(hours={"max": 20}), job(), "employer", "hours.weekly_hours"),
    (person(hours={"legal_cap": 20}), job(), "employer", "hours.legal_cap"),
    (free(span("mon", "09:00", "17:00")), job(), "employer", "availability.can"),
    (free(span("mon", "09:00", "17:00", kind="cannot")), job(), "employer", "availability.cannot"),
    (person(shift={"max_hours": 6}), job(), "employer", "shift.length"),
    (person(shift={"nights": "no"}), job(), "employer", "shift.nights"),
    (person(shift={"weekends": "no"}), job(), "employer", "shift.weekends"),
    (person(adjustments=[{"slug": NEED}]), job(), "employer", f"adjustments.{NEED}"),
    (person(sensory={"noise": {"tolerance": 2}}), job(), "employer", "sensory.noise"),
    (person(sensory={"noise": {"tolerance": 2, "direction": "seek"}}), job(), "employer", "sensory.noise"),
    (person(pay_floor={"hourly": 12.5}), job(), "employer", "pay.floor"),
    (person(physical={"lift_max_kg": 5}), job(), "employer", "physical.lift"),
    (person(physical={"stand_max_minutes": 5}), job(), "employer", "physical.stand"),
    (person(physical={"walk_max_minutes": 5}), job(), "employer", "physical.walk"),
    (person(physical={"climb": False}), job(), "employer", "physical.climb"),
    (person(role_exclusions=["no_gambling"]), job(), "employer", "exclusions.no_gambling"),
]


@pytest.mark.parametrize(("profile", "vacancy", "of", "about"), WHO_IS_ASKED, ids=[row[3] for row in WHO_IS_ASKED])
def test_what_is_not_known_is_asked_of_whoever_can_know(profile: Raw, vacancy: Raw, of: str, about: str) -> None:
    [entry] = drawn(profile, shortlister([vacancy])).entries
    [question] = entry.questions
    assert (question.of.value, question.about) == (of, about)
    assert "?" in question.ask


@given(strategies.profiles(), strategies.pools())
def test_every_unknown_has_its_question_and_nothing_else_has_one(profile: Raw, pool: list[Raw]) -> None:
    for entry in drawn(profile, shortlister(pool)).entries:
        unknown = [finding for finding in entry.findings if finding.verdict is Verdict.UNKNOWN]
        assert {question.ask for question in entry.questions} == {finding.ask for finding in unknown}
        assert {question.about for question in entry.questions} <= {finding.about for finding in unknown}
        of_employer = [finding.about for finding in unknown if finding.asked is Asked.EMPLOYER]
        assert sorted(q.about for q in entry.questions if q.of is Asked.EMPLOYER) == sorted(of_employer)


@given(strategies.profiles(), strategies.pools())
def test_questions_come_best_first_and_none_moves_a_role_further_than_the_list_is_long(
    profile: Raw, pool: list[Raw]
) -> None:
    shortlist = drawn(profile, shortlister(pool))
    for entry in shortlist.entries:
        worths = [question.worth for question in entry.questions]
        assert worths == sorted(worths, reverse=True)
        assert all(0 <= worth <= shortlist.counts.listed for worth in worths)


# Negotiation

SOFT_NEED = {"slug": NEED}
OTHERS = [
    job(vacancy_ref=f"V-{number}", employer=f"Employer {number}", facts_checked_on=day, adjustments={NEED: answer})
    for number, (answer, day) in enumerate(
        [("yes", TODAY), ("yes", OLD), ("maybe", "2026-11-01"), ("maybe", OLD), ("no", TODAY), ("no", OLD)]
    )
]
# What every other role meets, so that they stand on the list.
MET = {
    "pay": {"hourly": 14},
    "hours": {"min": 16, "max": 16},
    "location": {"remote": "only"},
    "pattern": {"kind": "fixed", "shifts": [span("mon", "10:00", "12:00")]},
}
LIST = [{**other, **MET, "adjustments": other["adjustments"] | {"place.quiet_room": "yes"}} for other in OTHERS]


def wants(**fields: Any) -> Raw:
    return person(**{"adjustments": [SOFT_NEED], **fields})


CONCEDED = [
    pytest.param(
        wants(adjustments=[SOFT_NEED, {"slug": "place.quiet_room", "importance": "essential"}]),
        {"adjustments": {"place.quiet_room": "no"}},
        {"adjustments": {"place.quiet_room": "yes"}},
        [("adjustments", "place.quiet_room")],
        id="a need",
    ),
    pytest.param(
        wants(pay_floor={"hourly": 12.5, "hard": True}),
        {"pay": {"hourly": 12}},
        {"pay": {"hourly": 12.5}},
        [("pay", "floor")],
        id="pay",
    ),
    pytest.param(
        wants(remote="only"),
        {"location": {"remote": "mostly"}},
        {"location": {"remote": "only"}},
        [("travel", "remote")],
        id="work at home",
    ),
    pytest.param(
        wants(hours={"max": 20}),
        {"hours": {"min": 30, "max": 40}},
        {"hours": {"min": 20, "max": 40}},
        [("hours", "weekly_hours")],
        id="hours",
    ),
    pytest.param(
        wants(hours={"max": 25, "legal_cap": 20}),
        {"hours": {"min": 30, "max": 40}},
        {"hours": {"min": 20, "max": 20}},
        [("hours", "weekly_hours"), ("hours", "legal_cap")],
        id="hours and their legal cap at once",
    ),
    pytest.param(
        wants(shift={"nights": "no"}),
        {"pattern": {"shifts": [span("mon", "22:00", "06:00")]}},
        {"pattern": {"shifts": [span("mon", "15:00", "23:00")]}},
        [("shift", "nights")],
        id="nights",
    ),
    pytest.param(
        wants(
            availability=[span("mon", "09:00", "13:00"), span("tue", "09:00", "13:00", kind="cannot")],
            shift={"max_hours": 4, "weekends": "no"},
        ),
        {"pattern": {"shifts": [span("mon tue sat", "09:00", "14:00")]}},
        {"pattern": {"shifts": [span("mon", "09:00", "13:00")]}},
        [("availability", "can"), ("availability", "cannot"), ("shift", "length"), ("shift", "weekends")],
        id="times and shifts at once",
    ),
]


@pytest.mark.parametrize(("profile", "refused", "conceded", "blocked_by"), CONCEDED)
def test_a_near_miss_would_stand_where_the_role_with_the_changed_fact_does(
    profile: Raw, refused: Raw, conceded: Raw, blocked_by: list[tuple[str, str]]
) -> None:
    role = job(vacancy_ref="V-2b", employer="Employer Z", facts_checked_on="2026-11-10", **{**MET, **refused})
    [miss] = drawn(profile, shortlister([*LIST, role])).negotiate
    assert (miss.vacancy_ref, miss.opens_for) == ("V-2b", 1)
    assert list(miss.blocked_by) == blocked_by

    changed = [*LIST, {**role, **conceded}]
    assert miss.would_rank == 1 + by_score_alone(profile, shortlister(changed)).index("V-2b")
    assert 1 < miss.would_rank < len(changed)


def test_a_conceded_part_counts_as_fully_met_even_where_the_change_itself_would_give_less() -> None:
    # Headphones bring noise from 3 to the 2 that is borne, which is worth 0.8; conceded, it counts as 1.
    profile = person(sensory={"noise": {"tolerance": 2, "hard": True, "mitigations": [NEED]}})
    noisy = job(vacancy_ref="V-1", sensory={"noise": {"typical": 3}}, adjustments={NEED: "no"})
    calm = job(vacancy_ref="V-2", employer="Birch & Co", sensory={"noise": {"typical": 0}})
    [miss] = drawn(profile, shortlister([noisy, calm])).negotiate
    assert miss.would_rank == 1
    agreed = {**noisy, "adjustments": {NEED: "yes"}}
    assert by_score_alone(profile, shortlister([agreed, calm])) == ["V-2", "V-1"]


@pytest.mark.parametrize(("ref", "would_rank"), [("V-0", 1), ("V-2", 2), ("V-4", 3)])
def test_a_near_miss_with_an_equal_score_takes_its_place_by_reference(ref: str, would_rank: int) -> None:
    profile = person(pay_floor={"hourly": 12.5, "hard": True})
    pool = [*jobs("V-1", "V-3", pay={"hourly": 12.5}), *jobs(ref, pay={"hourly": 12})]
    [miss] = drawn(profile, shortlister(pool)).negotiate
    assert miss.would_rank == would_rank


def test_a_near_miss_is_ranked_before_the_spread_across_employers() -> None:
    profile = person(pay_floor={"hourly": 12.5, "hard": True})
    same_employer = [job(vacancy_ref=f"V-{number}", pay={"hourly": 13}) for number in range(1, 5)]
    others = jobs("V-5", "V-6", pay={"hourly": 13})
    low = job(vacancy_ref="V-4b", pay={"hourly": 12})
    [miss] = drawn(profile, shortlister([*same_employer, *others, low])).negotiate
    assert miss.would_rank == 5


def test_two_kinds_of_concession_are_no_near_miss() -> None:
    profile = person(pay_floor={"hourly": 12.5, "hard": True}, hours={"max": 20})
    vacancy = job(pay={"hourly": 12}, hours={"min": 30, "max": 40})
    shortlist = drawn(profile, shortlister([vacancy]))
    assert (len(shortlist.excluded), shortlist.negotiate) == (1, ())


def test_what_no_employer_can_lift_is_no_near_miss() -> None:
    profile = person(pay_floor={"hourly": 12.5, "hard": True}, employers_avoided=["Acorn Foods"])
    assert drawn(profile, shortlister([job(pay={"hourly": 12})])).negotiate == ()


def test_a_near_miss_stands_among_the_exclusions_as_well() -> None:
    shortlist = drawn(person(hours={"max": 20}), shortlister([works("fixed", min=30, max=40)]))
    assert [miss.vacancy_ref for miss in shortlist.negotiate] == ["V-1"]
    assert [left_out.vacancy_ref for left_out in shortlist.excluded] == ["V-1"]
