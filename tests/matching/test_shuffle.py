"""A declared shuffle of near-ties: which entries are a block, how likely each order is, and what stays as it was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from matching.bootstrap import assemble
from matching.interchange import schema, shortlist_json
from matching.model.shortlist import Shortlist
from matching.ranking import PAGE, Shuffle
from matching.settings import Settings
from matching.shortlisting import Shortlister
from tests import strategies
from tests.builders import AS_OF, METHOD, pool_of, profile_of, shortlister_of, vacancy_of
from tests.matching import test_laws, test_shortlisting
from tests.matching.test_laws import as_bytes
from tests.matching.test_shortlisting import WANTS_DOGS, over_roles, roles
from tests.specs.row import job

Raw = dict[str, Any]
NEAR_TIES = Shuffle(width=0.1, seed=7)


def shuffled(over: Shortlister, shuffle: Shuffle = NEAR_TIES) -> Shortlister:
    """The same shortlister, with a shuffle that its method names."""
    return replace(over, shuffle=shuffle, method=replace(over.method, shuffle=shuffle.name))


def drawn(over: Shortlister, limit: int | None = None) -> Shortlist:
    [shortlist] = over.shortlists([WANTS_DOGS], as_of=AS_OF, limit=limit)
    return shortlist


def refs(shortlist: Shortlist) -> list[str]:
    return [entry.vacancy_ref for entry in shortlist.entries]


def a_list(*nearness: float, **more: Any) -> Shortlister:
    """A shortlister over a role for each nearness, best first, each of another employer."""
    return over_roles(
        {
            f"V-{at:02}": {"employer": f"Employer {at}", "nearness": near, "family": 11, "open": True, **more}
            for at, near in enumerate(nearness)
        }
    )


# Blocks


@pytest.mark.parametrize(
    ("scores", "blocks"),
    [
        ([], []),
        ([0.5], [1]),
        ([0.5, 0.5, 0.5], [3]),
        ([0.5, 0.45, 0.41], [3]),
        ([0.5, 0.45, 0.39], [2, 1]),
        ([0.5, 0.39, 0.3], [1, 2]),
        ([0.9, 0.8, 0.71, 0.7, 0.6], [2, 2, 1]),
        ([0.5, 0.45, 0.55, 0.5], [2, 2]),
    ],
)
def test_a_block_holds_what_is_at_most_the_width_below_its_first_and_not_above_it(
    scores: list[float], blocks: list[int]
) -> None:
    # A hair more than a tenth: 0.9 - 0.8 is a little more than 0.1 in binary.
    assert [len(block) for block in Shuffle(width=0.1 + 1e-9, seed=0).blocks(scores)] == blocks


@given(st.lists(st.floats(0, 1), max_size=12), st.floats(0.001, 1))
def test_blocks_are_every_place_once_and_in_order(scores: list[float], width: float) -> None:
    blocks = Shuffle(width=width, seed=0).blocks(scores)
    assert [place for block in blocks for place in block] == list(range(len(scores)))
    assert all(len(block) for block in blocks)
    for block in blocks:
        first = scores[block.start]
        assert all(0 <= first - scores[place] <= width for place in block)
    for before, after in pairwise(blocks):
        assert not 0 <= scores[before.start] - scores[after.start] <= width


@pytest.mark.parametrize(("width", "seed"), [(0.0, 1), (-0.1, 1), (1.5, 1), (0.1, -1), (float("nan"), 1)])
def test_no_width_and_no_seed_are_refused(width: float, seed: int) -> None:
    with pytest.raises(ValueError, match="near-ties"):
        Shuffle(width=width, seed=seed)


# Lists


def test_only_near_ties_of_the_first_page_change_places() -> None:
    over = a_list(0.70, 0.69, 0.68, 0.50, 0.40, 0.30, 0.29, 0.20, 0.14, 0.13, 0.125, 0.124)
    narrow = Shuffle(width=0.04, seed=3)
    before = refs(drawn(over))
    orders = {tuple(refs(drawn(shuffled(over, replace(narrow, seed=seed))))) for seed in range(60)}
    assert {order[3:5] for order in orders} == {tuple(before[3:5])}
    assert {frozenset(order[:3]) for order in orders} == {frozenset(before[:3])}
    assert len({order[:3] for order in orders}) == 6
    assert {frozenset(order[5:7]) for order in orders} == {frozenset(before[5:7])}
    assert {order[10:] for order in orders} == {tuple(before[10:])}


def test_each_entry_says_how_likely_it_was_to_stand_where_it_does() -> None:
    over = a_list(0.70, 0.69, 0.68, 0.50, 0.30, 0.29, 0.20, 0.16, 0.15, 0.14, 0.139, 0.138)
    entries = drawn(shuffled(over, Shuffle(width=0.04, seed=3))).entries
    third, half = 1 / 3, 1 / 2
    # The tenth is in a block with none but those of the page, however near the eleventh comes.
    assert [entry.propensity for entry in entries] == [*[third] * 3, 1, half, half, 1, *[third] * 3, 1, 1]


def chi_square(counts: Sequence[int]) -> float:
    expected = sum(counts) / len(counts)
    return sum((count - expected) ** 2 / expected for count in counts)


def test_over_many_seeds_each_of_three_stands_at_each_place_a_third_of_the_time() -> None:
    over, seeds = a_list(0.70, 0.69, 0.68), range(1800)
    orders = Counter(tuple(refs(drawn(shuffled(over, Shuffle(width=0.1, seed=seed))))) for seed in seeds)
    # 20.5 is passed by chance once in a thousand with five degrees of freedom, 13.8 with two.
    assert len(orders) == 6
    assert chi_square(list(orders.values())) < 20.5
    for place in range(3):
        at_place = Counter[str]()
        for order, count in orders.items():
            at_place[order[place]] += count
        assert chi_square(list(at_place.values())) < 13.8


def test_over_many_lists_with_one_seed_each_order_comes_up_as_often() -> None:
    over = shuffled(a_list(0.70, 0.69, 0.68))
    people = [replace(WANTS_DOGS, digest=f"{number:064}") for number in range(1200)]
    orders = Counter(
        tuple(entry.vacancy_ref for entry in shortlist.entries) for shortlist in over.shortlists(people, as_of=AS_OF)
    )
    assert len(orders) == 6
    assert chi_square(list(orders.values())) < 20.5


def test_the_same_list_is_shuffled_alike_each_time_and_as_it_always_was() -> None:
    over = shuffled(shortlister_of(pool_of([job(vacancy_ref=f"V-{number}") for number in range(4)])))
    assert over.method == replace(METHOD, shuffle="near-ties within 0.1, seed 7")
    first = refs(drawn(over))
    assert first == refs(drawn(over))
    # Written down, so that no other version of anything shuffles old lists otherwise.
    assert NEAR_TIES.lot("a list", "V-1").hex()[:16] == "4346c5672c9561d4"


def test_a_stretch_suggestion_keeps_its_place() -> None:
    found = {
        f"V-{at:02}": {"employer": f"Employer {at}", "nearness": 0.6, "family": 13 if at == 11 else 11, "open": True}
        for at in range(12)
    }
    for seed in range(20):
        entries = drawn(shuffled(over_roles(found), Shuffle(width=0.1, seed=seed))).entries
        assert (entries[9].vacancy_ref, entries[9].stretch, entries[9].propensity) == ("V-11", True, 1)
        assert [entry.propensity for entry in entries[:9]] == [1 / 9] * 9


# What stays as it was


@given(st.lists(roles, min_size=1, max_size=16), st.integers(0, 50))
def test_nobody_enters_or_leaves_the_page_and_what_follows_it_stays(found: list[Raw], seed: int) -> None:
    over = over_roles({f"V-{at:02}": each for at, each in enumerate(found)})
    plain, lots = drawn(over), drawn(shuffled(over, Shuffle(width=0.3, seed=seed)))
    assert frozenset(refs(lots)[:PAGE]) == frozenset(refs(plain)[:PAGE])
    assert refs(lots)[PAGE:] == refs(plain)[PAGE:]
    assert lots.negotiate == plain.negotiate
    assert lots.excluded == plain.excluded
    assert lots.counts == plain.counts
    as_was = {entry.vacancy_ref: entry for entry in plain.entries}
    for place, entry in enumerate(lots.entries, start=1):
        assert entry.position == place
        before = as_was[entry.vacancy_ref]
        assert replace(entry, position=before.position, propensity=None) == before


@given(st.lists(roles, min_size=1, max_size=16), st.integers(1, 13))
def test_the_first_places_and_what_a_role_must_reach_are_those_before_it(found: list[Raw], places: int) -> None:
    over = over_roles({f"V-{at:02}": each for at, each in enumerate(found)})
    plain = over.first_places(WANTS_DOGS, places, as_of=AS_OF)
    assert shuffled(over, Shuffle(width=0.5, seed=1)).first_places(WANTS_DOGS, places, as_of=AS_OF) == plain


@given(strategies.caseloads(size=2), strategies.pools())
def test_without_one_a_list_holds_no_word_of_it(caseload: list[Raw], pool: list[Raw]) -> None:
    written = as_bytes(shortlister_of(pool_of(pool)), caseload)
    assert b"propensity" not in written
    assert b"shuffle" not in written


LAWS: Sequence[Callable[[], None]] = (
    test_laws.test_the_same_inputs_give_the_same_bytes_in_whatever_order_vacancies_come,
    test_laws.test_an_entry_stands_where_the_explanation_says,
    test_laws.test_a_shortlist_in_a_caseload_is_what_the_person_alone_would_get,
    test_shortlisting.test_every_piece_is_that_of_the_whole_list,
    test_shortlisting.test_the_list_of_who_sees_a_part_is_the_list_over_that_part,
)


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__.removeprefix("test_"))
def test_it_holds_of_a_shuffled_list_too(law: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (test_laws, test_shortlisting):
        monkeypatch.setattr(module, "shortlister_of", lambda pool: shuffled(shortlister_of(pool)))
    law()


# Where it is written


@given(strategies.profiles(), strategies.pools())
def test_a_shuffled_list_is_as_its_schema_says(profile: Raw, pool: list[Raw]) -> None:
    [shortlist] = shuffled(shortlister_of(pool_of(pool))).shortlists([profile_of(profile)], as_of=AS_OF)
    written = orjson.loads(orjson.dumps(shortlist_json(shortlist, reads_profile=True)))
    Draft202012Validator(schema("shortlist")).validate(written)
    assert written["method"]["shuffle"] == "near-ties within 0.1, seed 7"
    assert all(0 < entry["propensity"] <= 1 for entry in written["entries"])


def test_the_settings_switch_it_on_and_the_method_names_it(tmp_path: Path) -> None:
    settings = Settings(encoder="hashing", cache_dir=tmp_path, shuffle_width=0.02, shuffle_seed=9)
    over = assemble(settings).shortlister([vacancy_of(job())])
    assert over.shuffle == Shuffle(width=0.02, seed=9)
    assert over.method.shuffle == "near-ties within 0.02, seed 9"
    plain = assemble(replace_width(settings)).shortlister([vacancy_of(job())])
    assert (plain.shuffle, plain.method.shuffle) == (None, None)


def replace_width(settings: Settings) -> Settings:
    """The same settings without a width: a seed alone shuffles nothing."""
    return settings.model_copy(update={"shuffle_width": 0.0})
