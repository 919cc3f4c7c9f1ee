"""One list, read piece by piece: every piece is that of the whole list, and a few rows have the numbers of all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.errors import NotFound
from matching.explaining import FirstPlaces, Reach
from matching.pool import VacancyPool
from matching.ranking import PAGE
from matching.shortlisting import Shortlister
from tests import strategies
from tests.builders import AS_OF, pool_of, profile_of, shortlister_of
from tests.matching.test_order import Stated, shortlister
from tests.specs.row import job, person

Raw = dict[str, Any]

WANTS_DOGS = profile_of(person(interests=["dogs"]))


def using(pool: Sequence[Raw]) -> Shortlister:
    return shortlister_of(pool_of(pool))


# Pieces of a list


@given(strategies.profiles(), strategies.pools(size=8), st.integers(0, 8), st.integers(0, 8))
def test_every_piece_is_that_of_the_whole_list(profile: Raw, pool: list[Raw], start: int, count: int) -> None:
    over, who = using(pool), profile_of(profile)
    [whole] = over.shortlists([who], as_of=AS_OF, limit=None)
    drawn = over.drawn(who, as_of=AS_OF)
    assert drawn.shortlist_id == whole.shortlist_id
    assert drawn.counts == whole.counts
    assert drawn.exclusion_count == whole.counts.excluded == len(whole.excluded)
    assert drawn.exclusions(start=start, count=count) == whole.excluded[start : start + count]
    assert drawn.exclusions(start=start) == whole.excluded[start:]
    assert drawn.entries(limit=count) == whole.entries[:count]
    assert drawn.negotiate(opens_for=Counter(drawn.near.openings)) == whole.negotiate
    assert list(whole.excluded) == sorted(whole.excluded, key=lambda left_out: left_out.vacancy_ref)
    for entry in whole.entries:
        assert drawn.entry_for(entry.vacancy_ref) == entry
        assert drawn.position_of(entry.vacancy_ref) == entry.position
    for left_out in whole.excluded:
        assert drawn.entry_for(left_out.vacancy_ref) is drawn.position_of(left_out.vacancy_ref) is None
    assert drawn.position_of("nowhere") is None


def test_the_version_of_a_profile_stands_on_its_list_and_changes_nothing_else() -> None:
    one, seven = (
        using([job()]).shortlists([WANTS_DOGS], as_of=AS_OF, profile_version=version)[0] for version in (1, 7)
    )
    assert (one.profile_version, seven.profile_version) == (1, 7)
    assert replace(seven, profile_version=1) == one


@given(strategies.profiles(), strategies.pools(size=8), st.data())
def test_the_list_of_who_sees_a_part_is_the_list_over_that_part(
    profile: Raw, pool: list[Raw], data: st.DataObject
) -> None:
    seen = data.draw(st.lists(st.booleans(), min_size=len(pool), max_size=len(pool)))
    over, who = using(pool), profile_of(profile)
    visible = np.array(seen)
    part = using([record for record, is_seen in zip(pool, seen, strict=True) if is_seen])
    expected = part.shortlists([who], as_of=AS_OF, limit=None)
    assert over.shortlists([who], as_of=AS_OF, limit=None, visible=visible) == expected
    for record, is_seen in zip(pool, seen, strict=True):
        ref = record["vacancy_ref"]
        if is_seen:
            assert over.explain(who, ref, as_of=AS_OF, visible=visible) == part.explain(who, ref, as_of=AS_OF)
        else:
            with pytest.raises(NotFound):
                over.explain(who, ref, as_of=AS_OF, visible=visible)


def test_a_hidden_reference_is_not_suggested() -> None:
    over = using([job(vacancy_ref="V-1"), job(vacancy_ref="W-5")])
    with pytest.raises(NotFound) as refused:
        over.explain(WANTS_DOGS, "V-01", as_of=AS_OF, visible=np.array([False, True]))
    assert "V-1" not in str(refused.value)


def test_the_list_has_another_id_for_whom_it_holds_other_vacancies() -> None:
    over = using([job(), job(vacancy_ref="V-2")])
    masks = ([True, True], [True, False], [False, True])
    ids = {over.drawn(WANTS_DOGS, as_of=AS_OF, visible=np.array(mask)).shortlist_id for mask in masks}
    assert len(ids) == 3


# Numbers of a few rows


@given(strategies.profiles(), strategies.pools(size=8), st.data())
def test_a_few_vacancies_have_the_numbers_that_they_have_among_all(
    profile: Raw, pool: list[Raw], data: st.DataObject
) -> None:
    over, who = using(pool), profile_of(profile)
    refs = data.draw(st.lists(st.sampled_from([record["vacancy_ref"] for record in pool] + ["none"]), max_size=4))
    visible = np.array(data.draw(st.lists(st.booleans(), min_size=len(pool), max_size=len(pool))))
    ordered = over.order(who, as_of=AS_OF, visible=visible)
    family = over.pool.columns["family"][0]
    nearness = np.full(len(ordered.rows), -np.inf) if ordered.wanted is None else ordered.wanted.best
    expected = {
        over.pool.refs[row]: Reach(score=score, nearness=near, family=int(family[row]))
        for row, score, near in zip(ordered.rows, ordered.scores.tolist(), nearness.tolist(), strict=True)
    }
    wanted = [expected.get(ref) for ref in refs]
    assert over.scores_of(who, refs, as_of=AS_OF, visible=visible) == wanted
    assert over.among(refs, visible=visible).scores_of(who, refs, as_of=AS_OF) == wanted


# The first places

EMPLOYERS = ("Acorn", "Birch", "Cedar", "Dale", "Elm")
roles = st.fixed_dictionaries(
    {
        "employer": st.sampled_from(EMPLOYERS),
        "nearness": st.sampled_from([0.2, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7]),
        "family": st.sampled_from([-1, 11, 13, 15]),
        "open": st.sampled_from([True, True, True, True, False]),
    }
)


def over_roles(found: dict[str, dict[str, Any]]) -> Shortlister:
    records = [
        job(vacancy_ref=ref, employer=role["employer"], status="open" if role["open"] else "paused")
        for ref, role in found.items()
    ]
    nearness = {ref: role["nearness"] for ref, role in found.items()}
    return shortlister(records, nearness, family=[role["family"] for role in found.values()])


@given(
    st.lists(roles, min_size=3, max_size=16),
    st.dictionaries(st.integers(0, 18), st.none() | roles, min_size=1, max_size=3),
    st.integers(1, 13),
)
def test_the_first_places_stay_as_they_are_unless_a_change_is_said_to_matter(
    before: list[dict[str, Any]], changes: dict[int, dict[str, Any] | None], places: int
) -> None:
    found = {f"V-{at:02}": each for at, each in enumerate(before)}
    changed = {f"V-{at:02}": each for at, each in changes.items()}
    after = over_roles({ref: role for ref, role in (found | changed).items() if role is not None})
    first = over_roles(found).first_places(WANTS_DOGS, places, as_of=AS_OF)
    reaches = dict(zip(changed, after.scores_of(WANTS_DOGS, list(changed), as_of=AS_OF), strict=True))
    drawn = after.drawn(WANTS_DOGS, as_of=AS_OF)
    if not any(first.may_change(ref, reach) for ref, reach in reaches.items()):
        assert drawn.first_places(places) == first
        assert all((drawn.position_of(ref) or places + 1) > places for ref in changed)


@given(st.lists(roles, min_size=1, max_size=16), st.integers(1, 13))
def test_the_first_places_are_those_of_the_list_as_it_is_read(found: list[dict[str, Any]], places: int) -> None:
    over = over_roles({f"V-{at:02}": each for at, each in enumerate(found)})
    first = over.first_places(WANTS_DOGS, places, as_of=AS_OF)
    [whole] = over.shortlists([WANTS_DOGS], as_of=AS_OF, limit=places)
    assert first.refs == tuple(entry.vacancy_ref for entry in whole.entries)
    if first.least_score is not None and places < PAGE:
        assert first.least_score == min(entry.score for entry in whole.entries)


FIRST = FirstPlaces(
    refs=("A", "S"), depends_on=frozenset("ABS"), least_score=0.5, least_nearness=0.4, families=frozenset({11})
)
REACHES = [
    (Reach(score=0.5, nearness=0.0, family=11), True, "an equal score may come in by its reference"),
    (Reach(score=0.49, nearness=0.9, family=11), False, "nor does a near one of a family that is there"),
    (Reach(score=0.49, nearness=0.4, family=13), True, "a near one of another family may be the stretch"),
    (Reach(score=0.49, nearness=0.39, family=13), False, "but not if another is nearer"),
    (Reach(score=0.49, nearness=0.9, family=-1), False, "nor without a known family"),
    (None, False, "nor what is not on the list"),
]


@pytest.mark.parametrize(("reach", "enters", "why"), REACHES, ids=[why for _, _, why in REACHES])
def test_a_role_comes_in_by_its_score_or_as_the_stretch(reach: Reach | None, enters: bool, why: str) -> None:
    assert FIRST.may_enter(reach) == enters


def test_without_one_that_stood_there_or_was_pushed_out_the_places_change() -> None:
    assert [FIRST.may_change(ref, None) for ref in "ABSX"] == [True, True, True, False]


def test_the_role_that_the_stretch_pushes_out_still_decides_which_families_are_on_the_page() -> None:
    found = {
        f"V-{at:02}": {"employer": EMPLOYERS[at % 5], "nearness": 0.9 - 0.02 * at, "family": 13 if at == 11 else 11}
        for at in range(12)
    }
    over = over_roles({ref: role | {"open": True} for ref, role in found.items()})
    first = over.first_places(WANTS_DOGS, as_of=AS_OF)
    assert first.refs == (*list(found)[:9], "V-11")
    assert first.may_change("V-09", None)
    assert not first.may_change("V-10", None)


def test_a_list_with_places_to_spare_takes_any_role() -> None:
    assert replace(FIRST, least_score=None).may_enter(Reach(score=0.0, nearness=-np.inf, family=-1))


def test_a_page_that_one_employer_fills_takes_any_role_of_another() -> None:
    same = {
        f"V-{number:02}": {"employer": "Acorn", "nearness": 0.9, "family": 11, "open": True} for number in range(12)
    }
    first = over_roles(same).first_places(WANTS_DOGS, as_of=AS_OF)
    assert first.least_score is None
    with_other = over_roles(same | {"W": {"employer": "Birch", "nearness": 0.0, "family": 11, "open": True}})
    assert with_other.drawn(WANTS_DOGS, as_of=AS_OF).position_of("W") == 4


def test_a_far_role_below_a_full_page_is_passed_over_without_drawing_the_list() -> None:
    found = {
        f"V-{number:02}": {"employer": EMPLOYERS[number % 5], "nearness": 0.9, "family": 11, "open": True}
        for number in range(12)
    }
    first = over_roles(found).first_places(WANTS_DOGS, as_of=AS_OF)
    late = over_roles({"Z": {"employer": "Fir", "nearness": 0.3, "family": 13, "open": True}})
    assert not first.may_change("Z", late.scores_of(WANTS_DOGS, ["Z"], as_of=AS_OF)[0])


def test_there_is_at_least_one_place() -> None:
    with pytest.raises(ValueError, match="at least one place"):
        using([job()]).first_places(WANTS_DOGS, 0, as_of=AS_OF)


def test_a_few_rows_keep_the_meaning_of_the_whole() -> None:
    pool: VacancyPool = pool_of([job(vacancy_ref="A"), job(vacancy_ref="B")])
    over = replace(shortlister_of(pool), meaning=Stated(pool, {"A": 0.2, "B": 0.7}))
    assert over.among(["B"]).meaning.similarities(["dogs"], np.array([0])).tolist() == [[0.7]]
