"""Zones and kinds of rows change nothing but the time: the same rows, codes, values, scores and order without them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from hypothesis.strategies import DrawFn

from matching import kinds, pool, screening
from matching.columns import empty_columns
from matching.kinds import Read, kinds_of, packed, rows_of_kinds, unpacked
from matching.pool import VacancyPool
from matching.shortlisting import Shortlister
from matching.zones import BLOCK_ROWS, Zones, place_order
from tests import strategies
from tests.builders import AS_OF, pool_of, profile_of, shortlister_of
from tests.strategies import Raw


def sealed_pool(records: Sequence[Raw]) -> VacancyPool:
    """Raw vacancies in order of place, with zones over all of them."""
    laid_out = pool_of(records)
    by_place = place_order(laid_out.columns["easting"][0], laid_out.columns["northing"][0])
    ordered = laid_out.kept(by_place)
    return replace(ordered, zones=Zones.of(ordered.columns, sealed=len(ordered)))


@st.composite
def grown_pools(draw: DrawFn) -> VacancyPool:
    """A pool of which some rows are sealed, some stand behind them, and some are gone."""
    records = draw(strategies.pools())
    cut = draw(st.integers(0, len(records)))
    grown = sealed_pool(records[:cut]).joined(pool_of(records[cut:]))
    gone = draw(st.lists(st.integers(0, len(records) - 1), unique=True)) if records else []
    return grown.joined(pool_of([]), gone=gone)


# Pools are slow to draw.
half = settings(max_examples=settings().max_examples // 2)


@contextmanager
def kinds_however_few() -> Iterator[None]:
    """Look at one job of each kind even where there are few jobs to each."""
    with (
        mock.patch.multiple(pool, JOBS_A_KIND=1e-6, LEAST_ALIKE=0),
        mock.patch.multiple(screening, JOBS_A_KIND=1e-6, LEAST_SEALED=0),
    ):
        yield


def without_zones(shortlister: Shortlister) -> Shortlister:
    """The same shortlister over the same rows, which knows nothing of them in advance."""
    return replace(shortlister, pool=replace(shortlister.pool, zones=None))


def told(shortlister: Shortlister, profile: Raw) -> list[Any]:
    """Everything that an order tells, to the bit."""
    ordered = shortlister.order(profile_of(profile), as_of=AS_OF)
    judged = [
        (
            each.part.aspect,
            each.part.name,
            each.codes.tobytes(),
            each.values.tobytes(),
            None if each.at is None else [*each.at],
        )
        for each in ordered.judged
    ]
    return [ordered.rows.tolist(), ordered.scores.tobytes(), ordered.order.tolist(), judged]


@half
@given(strategies.profiles(), grown_pools())
def test_any_pool_gives_the_same_order_with_zones_and_without(profile: Raw, grown: VacancyPool) -> None:
    shortlister = shortlister_of(grown)
    with kinds_however_few():
        found = told(shortlister, profile)
    assert found == told(without_zones(shortlister), profile)


@half
@given(strategies.profiles(), grown_pools())
def test_any_pool_gives_the_same_list_with_zones_and_without(profile: Raw, grown: VacancyPool) -> None:
    shortlister = shortlister_of(grown)
    with kinds_however_few():
        found = shortlister.shortlists([profile_of(profile)], as_of=AS_OF, limit=None)
    assert found == without_zones(shortlister).shortlists([profile_of(profile)], as_of=AS_OF, limit=None)


def test_a_pool_that_grows_hands_its_zones_on_and_one_that_is_cut_drops_them() -> None:
    records = [{"vacancy_ref": f"v-{number}", "title": "Baker", "employer": "Acorn"} for number in range(3)]
    sealed = sealed_pool(records[:2])
    assert sealed.joined(pool_of(records[2:])).zones is sealed.zones
    assert sealed.kept(np.array([1])).zones is None
    assert sealed.with_columns(open=np.zeros((1, 2), np.bool_)).zones is None


# Order of place


def test_rows_of_one_place_stand_together_and_those_without_a_place_last() -> None:
    easting = np.array([500_000.0, np.nan, 400_000.0, 500_000.0, 400_000.0, 1.0])
    northing = np.array([200_000.0, 1.0, 300_000.0, 200_000.0, 300_000.0, np.nan])
    order = place_order(easting, northing).tolist()
    assert order[4:] == [1, 5]
    assert abs(order.index(0) - order.index(3)) == 1
    assert order.index(0) < order.index(3)
    assert abs(order.index(2) - order.index(4)) == 1


def test_neighbours_along_the_order_are_neighbours_on_the_map() -> None:
    side = 512.0 * np.arange(64)
    easting, northing = (each.ravel() for each in np.meshgrid(side, side))
    order = place_order(easting, northing)
    steps = np.abs(np.diff(easting[order])) + np.abs(np.diff(northing[order]))
    assert set(steps.tolist()) == {512.0}


@given(st.integers(0, 3 * BLOCK_ROWS), st.integers(0, 2**32), st.floats(0, 200_000))
def test_no_row_within_reach_is_passed_over(count: int, seed: int, metres: float) -> None:
    rng = np.random.default_rng(seed)
    columns = empty_columns(count)
    columns["easting"][0] = np.where(rng.random(count) < 0.9, rng.integers(0, 700, count) * 1000.0, np.nan)
    columns["northing"][0] = np.where(rng.random(count) < 0.9, rng.integers(0, 1200, count) * 1000.0, np.nan)
    columns["remote"][0] = rng.integers(0, 4, count)
    order = place_order(columns["easting"][0], columns["northing"][0])
    columns = {name: column[:, order] for name, column in columns.items()}
    home = (float(rng.integers(0, 700_000)), float(rng.integers(0, 1_200_000)))
    near = unpacked(Zones.of(columns, sealed=count).near(home, metres=metres), count)
    east, north = columns["easting"][0] - home[0], columns["northing"][0] - home[1]
    assert not (~near & (np.maximum(np.abs(east), np.abs(north)) <= metres)).any()
    assert near[np.isnan(east) | np.isnan(north) | (columns["remote"][0] == 3)].all()


def test_blocks_far_from_home_are_passed_over() -> None:
    columns = empty_columns(2 * BLOCK_ROWS)
    columns["easting"][0] = np.repeat([100_000.0, 600_000.0], BLOCK_ROWS)
    columns["northing"][0] = 300_000.0
    near = unpacked(
        Zones.of(columns, sealed=2 * BLOCK_ROWS).near((100_000.0, 300_000.0), metres=5000.0), 2 * BLOCK_ROWS
    )
    assert near.tolist() == [True] * BLOCK_ROWS + [False] * BLOCK_ROWS


# Kinds

few_values = arrays.arrays(np.float64, st.integers(1, 200), elements=st.sampled_from([0.0, -0.0, 1.5, 7.0, np.nan]))


@given(few_values, st.integers(0, 2**32))
def test_rows_are_of_one_kind_if_and_only_if_they_agree_to_the_bit(values: Any, seed: int) -> None:
    other = np.random.default_rng(seed).integers(0, 3, len(values)).astype(np.uint8)
    found = kinds_of([values, other])
    assert found is not None
    agreed = [(value.tobytes(), int(also)) for value, also in zip(values, other, strict=True)]
    assert len(set(zip(agreed, found.of_row.tolist(), strict=True))) == len(set(agreed)) == len(found)
    assert found.values[0].take(found.of_row).tobytes() == values.tobytes()
    assert found.values[1].take(found.of_row).tolist() == other.tolist()


def test_kinds_are_numbered_in_order_of_what_makes_them() -> None:
    found = kinds_of([np.array([7, 3, 7, 3]), np.array([1, 9, 0, 9])])
    assert found is not None
    assert found.of_row.tolist() == [2, 0, 1, 0]


def test_kinds_that_fall_into_one_slot_are_told_apart() -> None:
    values = np.arange(300) % 60
    with mock.patch.object(kinds, "_SLOT_BITS", 3), mock.patch.object(kinds, "_SLOTS", 8):
        found = kinds_of([values])
    assert found is not None
    assert found.values[0].take(found.of_row).tolist() == values.tolist()


def test_too_many_kinds_are_not_sorted_out() -> None:
    assert kinds_of([np.arange(kinds.MOST_KINDS)]) is not None
    assert kinds_of([np.arange(kinds.MOST_KINDS + 1)]) is None


def test_nothing_can_be_read_of_an_example_but_what_makes_its_kind() -> None:
    sealed = sealed_pool([{"vacancy_ref": "v", "title": "Baker", "employer": "Acorn"}])
    assert sealed.zones is not None
    examples = sealed.zones.examples([(Read("driving"),)], most=10)
    assert examples is not None
    view = sealed.jobs().examples(examples)
    assert view.column("driving").tolist() == [255, 255]
    with pytest.raises(IndexError):
        view.column("climb")


@given(st.lists(st.integers(0, 11), min_size=1, max_size=300), st.data())
def test_rows_of_wanted_kinds_are_those_that_a_table_gives(numbers: list[int], data: st.DataObject) -> None:
    found = kinds_of([np.array(numbers)])
    assert found is not None
    wanted = np.array(data.draw(st.lists(st.booleans(), min_size=1 << found.bits, max_size=1 << found.bits)))
    words = rows_of_kinds(wanted, found.planes)
    assert words is not None
    assert unpacked(words, len(numbers)).tolist() == wanted[found.of_row].tolist()


def test_what_takes_too_many_steps_is_left_to_looking_up() -> None:
    found = kinds_of([np.arange(4096)])
    assert found is not None
    assert rows_of_kinds(np.random.default_rng(5).random(4096) < 0.5, found.planes) is None
    assert rows_of_kinds(np.arange(4096) < 1234, found.planes) is not None


@given(st.lists(st.booleans(), max_size=200))
def test_flags_come_out_of_words_as_they_went_in(flags: list[bool]) -> None:
    assert unpacked(packed(np.array(flags, np.bool_)), len(flags)).tolist() == flags
