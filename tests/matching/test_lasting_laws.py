"""With a model of how long jobs last switched on, every law still holds and no score moves further than its bound."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from matching.pool import VacancyPool
from matching.scoring import WeightedScorer, load_weights
from matching.shortlisting import Shortlister
from tests import builders, strategies
from tests.builders import AS_OF, pool_of, profile_of
from tests.matching import sustain_models, test_laws, test_order, test_shortlisting
from tests.matching.test_laws import as_bytes

Raw = dict[str, Any]
MODEL = sustain_models.by_chance(1)
#: So much that the model alone makes nearly the whole order: what it did wrong could not hide behind the other parts.
HEAVY = replace(load_weights(), by_part={**load_weights().by_part, "lasting.sustain": 1000.0}, digest="heavy")

LAWS: Sequence[Callable[[], None]] = (
    test_laws.test_the_list_equals_scoring_every_vacancy_alone,
    test_laws.test_nothing_excluded_is_listed_and_nothing_else_is_missing,
    test_laws.test_more_tolerance_never_excludes_more,
    test_laws.test_adding_or_removing_a_vacancy_changes_neither_score_nor_order_of_the_others,
    test_laws.test_the_order_of_the_input_changes_neither_score_nor_order,
    test_laws.test_widening_a_limit_never_excludes_more,
    test_laws.test_the_same_inputs_give_the_same_bytes_in_whatever_order_vacancies_come,
    test_laws.test_removing_a_fact_never_turns_ok_into_conflict_or_conflict_into_ok,
    test_laws.test_values_lie_from_0_to_1_and_unknown_ones_strictly_between,
    test_laws.test_a_score_lies_between_the_least_and_the_largest_value_of_its_findings,
    test_laws.test_an_entry_stands_where_the_explanation_says,
    test_shortlisting.test_every_piece_is_that_of_the_whole_list,
    test_shortlisting.test_a_few_vacancies_have_the_numbers_that_they_have_among_all,
    test_shortlisting.test_the_first_places_stay_as_they_are_unless_a_change_is_said_to_matter,
    test_shortlisting.test_the_first_places_are_those_of_the_list_as_it_is_read,
)


def with_model(pool: VacancyPool) -> Shortlister:
    """A shortlister over a pool in which the model makes the order."""
    return replace(builders.shortlister_of(pool), scorer=WeightedScorer(weights=HEAVY, model=MODEL))


@pytest.fixture
def switched_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the other modules' tests ask shortlisters in which the model takes part."""
    for module in (test_laws, test_order, test_shortlisting):
        monkeypatch.setattr(module, "shortlister_of", with_model)
    monkeypatch.setattr(test_laws, "WeightedScorer", partial(WeightedScorer, model=MODEL))
    monkeypatch.setattr(test_laws, "load_weights", lambda: HEAVY)


@pytest.mark.usefixtures("switched_on")
@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__.removeprefix("test_"))
def test_it_holds_with_a_model_switched_on(law: Callable[[], None]) -> None:
    law()


# Laws 2 and 3, of people whom nothing excludes, so that the role stands on each list


@st.composite
def helped(draw: DrawFn) -> Raw:
    """A person to whom some adjustments are helpful, and none essential, some as what makes noise bearable."""
    slugs = draw(st.lists(st.sampled_from(strategies.ALL_OFFERED), min_size=1, max_size=4, unique=True))
    mitigations = draw(st.lists(st.sampled_from(strategies.MITIGATIONS["noise"]), unique=True, max_size=2))
    return {
        "participant_ref": "P-1",
        "interests": ["dogs"],
        "adjustments": [{"slug": slug, "importance": "helpful"} for slug in slugs],
        "sensory": {"noise": {"tolerance": draw(st.integers(0, 3)), "hard": False, "mitigations": mitigations}},
    }


@given(helped(), strategies.vacancies(), st.integers(0, 20), st.data())
def test_an_offer_never_lowers_a_role_and_a_refusal_never_raises_it_whatever_the_model(
    profile: Raw, vacancy: Raw, seed: int, data: st.DataObject
) -> None:
    change = data.draw(strategies.offer_changes(vacancy | {"status": "open"}, strategies.slugs_of_interest(profile)))
    no, unknown, yes = (alone(profile, each, seed) for each in (change.no, change.unknown, change.yes))
    assert yes >= unknown >= no


@given(helped(), strategies.vacancies(), st.integers(1, 4), st.integers(0, 20))
def test_a_quieter_role_never_scores_less_than_itself_louder_whatever_the_model(
    profile: Raw, vacancy: Raw, typical: int, seed: int
) -> None:
    noise = {"noise": {"typical": typical, "peak": 4, "source": "visit"}}
    loud = vacancy | {"status": "open", "sensory": noise}
    at_first = alone(profile, loud, seed)
    assert all(alone(profile, quiet, seed) >= at_first for _, quiet in strategies.quieter(loud))


def alone(profile: Raw, vacancy: Raw, seed: int) -> float:
    """The score of a role, nearly all of it by a model."""
    scorer = WeightedScorer(weights=HEAVY, model=sustain_models.by_chance(seed))
    using = replace(builders.shortlister_of(pool_of([{**vacancy, "opens_on": None, "closes_on": None}])), scorer=scorer)
    [score] = using.order(profile_of(profile), as_of=AS_OF).scores.tolist()
    return float(score)


@pytest.mark.usefixtures("switched_on")
@pytest.mark.parametrize(("profile", "refused", "conceded", "blocked_by"), test_order.CONCEDED)
def test_a_near_miss_would_still_stand_where_the_role_with_the_changed_fact_does(
    profile: Raw, refused: Raw, conceded: Raw, blocked_by: list[tuple[str, str]]
) -> None:
    test_order.test_a_near_miss_would_stand_where_the_role_with_the_changed_fact_does(
        profile, refused, conceded, blocked_by
    )


@given(strategies.profiles(), strategies.pools(), st.integers(0, 20))
def test_no_score_moves_further_than_the_share_of_the_weight_that_the_model_has(
    profile: Raw, pool: list[Raw], seed: int
) -> None:
    using, weights = builders.shortlister_of(pool_of(pool)), load_weights()
    scorer = WeightedScorer(weights=weights, model=sustain_models.by_chance(seed))
    without = using.order(profile_of(profile), as_of=AS_OF)
    with_it = replace(using, scorer=scorer).order(profile_of(profile), as_of=AS_OF)
    assert np.array_equal(without.rows, with_it.rows)
    own = weights.by_part["lasting.sustain"]
    share = scorer.effects(with_it.judged, len(with_it.rows))[-1]
    others = own / np.where(share == 0, 1, share) - own  # the weight of all other parts that are present
    np.testing.assert_allclose(share, own / (others + own))
    assert np.all(np.abs(with_it.scores - without.scores) <= share + 1e-12)
    assert np.all(share <= own / (own + min(load_weights().by_part.values())))


def test_the_model_weighs_no_more_than_any_main_aspect() -> None:
    weights = load_weights().by_part
    main = ("preferences.wanted_work", "skills.strengths", "adjustments.*", "hours.*", "travel.*", "pay.*", "shift.*")
    assert all(weights["lasting.sustain"] <= weights[name] for name in main)


@settings(max_examples=settings().max_examples // 2)
@given(strategies.caseloads(size=2), strategies.pools())
def test_switched_off_every_list_is_byte_for_byte_what_weights_without_it_give(
    caseload: list[Raw], pool: list[Raw]
) -> None:
    using, shipped = builders.shortlister_of(pool_of(pool)), load_weights()
    others = {name: weight for name, weight in shipped.by_part.items() if name != "lasting.sustain"}
    before = replace(using, scorer=WeightedScorer(weights=replace(shipped, by_part=others)))
    assert as_bytes(using, caseload) == as_bytes(before, caseload)
