"""What an occupation suggests about the senses: the mixture by hand, its chances as laws, and the shipped table."""

from __future__ import annotations

import csv
import importlib.util
import os
import re
import sys
from dataclasses import replace
from math import sqrt
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.encoder import SentenceTransformerEncoder
from embeddings.errors import IndexRefused, NotYetEncoded
from embeddings.hashing import HashingEncoder
from embeddings.rounding import rounded
from embeddings.stored import StoredEncoder
from matching.errors import Invalid
from matching.fit.levels import LEAST_CHANCE, chance_at_most
from matching.model.sensory import SensoryDimension
from matching.priors import (
    DIMENSIONS,
    MEAN_OF_ALL_WEIGHT,
    NEIGHBOURS,
    OccupationTable,
    TitlePriors,
    load_occupations,
    nearest_occupations,
    occupation_vectors,
    prior_columns,
    read_occupations,
    shipped_vectors,
)

REPOSITORY = Path(__file__).parents[2]
TABLE = REPOSITORY / "matching" / "data" / "occupation_priors.csv"
SCRIPT = REPOSITORY / "derive" / "occupation_priors.py"
SHARED_DATA = Path(os.environ.get("WELLPLACED_SHARED_DATA", REPOSITORY.parent / "shared" / "data"))

NOISE = DIMENSIONS.index(SensoryDimension.NOISE)
SMELL = DIMENSIONS.index(SensoryDimension.SMELL)
TEMPERATURE = DIMENSIONS.index(SensoryDimension.TEMPERATURE)
VISUAL_CLUTTER = DIMENSIONS.index(SensoryDimension.VISUAL_CLUTTER)

levels = st.floats(0, 4)
spreads = st.floats(0, 3)


def a_table(
    *,
    noise: list[float],
    spread: list[float] | None = None,
    uk_titles: tuple[str, ...] | None = None,
    family: list[int] | None = None,
) -> OccupationTable:
    count = len(noise)
    level = np.full((count, len(DIMENSIONS)), np.nan)
    level[:, NOISE] = noise
    between = np.full_like(level, np.nan)
    between[:, NOISE] = np.where(np.isnan(noise), np.nan, spread or [0.5] * count)
    return OccupationTable(
        codes=tuple(f"11-{row:04}.00" for row in range(count)),
        titles=tuple(f"occupation {row}" for row in range(count)),
        uk_titles=uk_titles or ("",) * count,
        family=np.array(family or [11] * count, dtype=np.int16),
        level=level,
        spread=between,
    )


def turned(*cosines: float) -> np.ndarray:
    """Unit vectors in a plane with these cosines to the first axis."""
    return np.array([[cosine, sqrt(1 - cosine * cosine)] for cosine in cosines], dtype=np.float32)


ALONG = np.array([[1.0, 0.0]], dtype=np.float32)
NOWHERE = np.zeros((1, 2), dtype=np.float32)


# --- the mixture -----------------------------------------------------------------------------------------------------


def test_neighbours_weigh_the_sixth_power_of_their_cosine_and_the_mean_of_all_its_own_weight() -> None:
    # Cosines 1 and 1/2 weigh 1 and 1/64; the mean of all is 2.
    found = prior_columns(ALONG, turned(1.0, 0.5), a_table(noise=[3.0, 1.0]))

    by_hand = (3.0 + 1.0 / 64 + 2.0 * MEAN_OF_ALL_WEIGHT) / (1 + 1 / 64 + MEAN_OF_ALL_WEIGHT)
    assert found.mean[0, NOISE] == pytest.approx(by_hand, abs=1e-6)


def test_the_spread_holds_what_neighbours_differ_by_and_what_each_varies_by() -> None:
    # Two equal neighbours at 1 and 3 with spreads 0.3 and 0.4: mean 2, variance 1 + (0.09 + 0.16) / 2. The mean of all
    # has the same mean and variance, so its weight changes nothing.
    found = prior_columns(ALONG, turned(1.0, 1.0), a_table(noise=[1.0, 3.0], spread=[0.3, 0.4]))

    assert found.mean[0, NOISE] == pytest.approx(2.0)
    assert found.spread[0, NOISE] == pytest.approx(sqrt(1.125))


def test_a_title_near_nothing_gets_the_mean_of_all() -> None:
    found = prior_columns(NOWHERE, turned(1.0, 0.5, 0.1), a_table(noise=[0.0, 1.0, 3.5]))

    assert found.mean[0, NOISE] == pytest.approx(1.5)


def test_an_occupation_on_the_other_side_has_no_say() -> None:
    found = prior_columns(ALONG, turned(-1.0, 0.0), a_table(noise=[0.0, 2.0]))

    assert found.mean[0, NOISE] == pytest.approx(1.0)


def test_an_occupation_without_a_rating_has_no_say() -> None:
    found = prior_columns(ALONG, turned(1.0, 0.5), a_table(noise=[np.nan, 1.25]))

    assert found.mean[0, NOISE] == pytest.approx(1.25)


def test_what_nothing_tells_of_is_nan_and_never_zero() -> None:
    found = prior_columns(ALONG, turned(1.0), a_table(noise=[2.0]))

    assert np.isnan(found.mean[0, SMELL])
    assert np.isnan(found.spread[0, SMELL])


def test_only_the_nearest_few_have_a_say() -> None:
    cosines = [0.9] * NEIGHBOURS + [0.8]
    with_ninth = prior_columns(ALONG, turned(*cosines), a_table(noise=[1.0] * NEIGHBOURS + [4.0]))

    of_all = (NEIGHBOURS + 4.0) / (NEIGHBOURS + 1)
    weight = NEIGHBOURS * 0.9**6
    by_hand = (weight + of_all * MEAN_OF_ALL_WEIGHT) / (weight + MEAN_OF_ALL_WEIGHT)
    assert with_ninth.mean[0, NOISE] == pytest.approx(by_hand, abs=1e-4)


def test_the_family_is_that_of_the_nearest() -> None:
    found = prior_columns(ALONG, turned(0.2, 0.9), a_table(noise=[1.0, 1.0], family=[35, 43]))

    assert found.family.tolist() == [43]
    assert found.family.dtype == np.int16


def test_an_occupation_counts_once_by_the_nearer_of_its_names() -> None:
    # Names in order: title 0, British title 0, title 1.
    table = a_table(noise=[3.0, 1.0], uk_titles=("porter", ""))
    found = nearest_occupations(ALONG, turned(0.25, 1.0, 0.5), table)

    assert found.occupation.tolist() == [[0, 1]]
    assert found.cosine.tolist() == [[1.0, 0.5]]


def test_equally_near_occupations_come_in_the_order_of_the_table() -> None:
    count = NEIGHBOURS + 4
    found = nearest_occupations(ALONG, turned(*[0.5] * count), a_table(noise=[1.0] * count))

    assert found.occupation.tolist() == [list(range(NEIGHBOURS))]


def test_vectors_that_do_not_match_the_names_are_refused() -> None:
    with pytest.raises(ValueError, match="2 names need as many vectors"):
        prior_columns(ALONG, turned(1.0), a_table(noise=[1.0, 2.0]))


def test_no_titles_give_no_rows() -> None:
    found = prior_columns(np.empty((0, 2)), turned(1.0), a_table(noise=[1.0]))

    assert found.mean.shape == found.spread.shape == (0, len(DIMENSIONS))
    assert found.family.shape == (0,)


@given(seed=st.integers(0, 2**32 - 1), count=st.integers(1, 40), data=st.data())
def test_a_title_gets_the_same_bits_whatever_titles_share_its_batch(seed: int, count: int, data: st.DataObject) -> None:
    chance = np.random.default_rng(seed)
    table = a_table(noise=chance.uniform(0, 4, 30).tolist(), spread=chance.uniform(0.5, 1, 30).tolist())
    names, titles = (_unit(chance.normal(size=(rows, 24))) for rows in (30, count))
    among = prior_columns(titles, names, table)
    row = data.draw(st.integers(0, count - 1))

    alone = prior_columns(titles[row : row + 1], names, table)

    assert alone.mean.tobytes() == among.mean[row].tobytes()
    assert alone.spread.tobytes() == among.spread[row].tobytes()
    assert alone.family[0] == among.family[row]


def test_blocks_leave_no_seam() -> None:
    chance = np.random.default_rng(7)
    table = a_table(noise=chance.uniform(0, 4, 20).tolist())
    names, titles = _unit(chance.normal(size=(20, 16))), _unit(chance.normal(size=(2500, 16)))
    whole = prior_columns(titles, names, table)

    pieces = [prior_columns(titles[start : start + 7], names, table) for start in range(0, 2500, 7)]

    assert np.concatenate([piece.mean for piece in pieces]).tobytes() == whole.mean.tobytes()
    assert np.concatenate([piece.spread for piece in pieces]).tobytes() == whole.spread.tobytes()


# --- chances ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mean", "spread", "level", "chance"),
    [
        # Half a level above a mean is half the width when the spread is 1/sqrt(6): 1 - (1/2)(1/2)(1/2).
        (2.0, 1 / sqrt(6), 2, 0.875),
        (2.5, 1.0, 2, 0.5),
        (3.0, 1 / sqrt(6), 2, 0.125),
        (0.0, 1.0, 3, 1 - LEAST_CHANCE),
        (4.0, 0.5, 1, LEAST_CHANCE),
        (2.0, 0.0, 2, 1 - LEAST_CHANCE),
        (4.0, 1.0, 4, 1 - LEAST_CHANCE),
        (np.nan, np.nan, 2, 0.5),
    ],
)
def test_chances_worked_by_hand(mean: float, spread: float, level: int, chance: float) -> None:
    assert chance_at_most(mean, spread, level) == pytest.approx(chance)


@given(mean=levels, spread=spreads, level=st.integers(-1, 5))
def test_a_chance_is_never_near_none_or_certainty(mean: float, spread: float, level: int) -> None:
    assert 0.05 < chance_at_most(mean, spread, level) < 0.95


@given(mean=levels, spread=spreads)
def test_more_tolerance_never_lowers_the_chance(mean: float, spread: float) -> None:
    assert np.all(np.diff(chance_at_most(mean, spread, np.arange(-1, 6))) >= 0)


@given(one=levels, other=levels, spread=spreads, level=st.integers(0, 4))
def test_a_louder_mean_never_raises_the_chance(one: float, other: float, spread: float, level: int) -> None:
    quieter, louder = sorted((one, other))
    assert chance_at_most(louder, spread, level) <= chance_at_most(quieter, spread, level)


def test_chances_broadcast_over_rows_and_levels() -> None:
    mean = np.array([[0.5], [3.5]], dtype=np.float32)
    assert chance_at_most(mean, np.ones_like(mean), np.arange(5)).shape == (2, 5)


# --- the shipped table -----------------------------------------------------------------------------------------------


def test_the_table_has_740_occupations_in_the_order_of_their_codes() -> None:
    codes = load_occupations().codes
    assert len(codes) == 740
    assert list(codes) == sorted(set(codes))
    assert all(re.fullmatch(r"\d\d-\d{4}\.\d\d", code) for code in codes)


def test_the_family_is_the_major_group_of_the_code() -> None:
    table = load_occupations()
    assert table.family.tolist() == [int(code[:2]) for code in table.codes]


def test_names_are_readable_and_stand_for_one_occupation_each() -> None:
    names = load_occupations().names
    assert all(name == name.strip() and "_" not in name for name in names)
    assert len({name.casefold() for name in names}) == len(names)


def test_names_start_where_the_table_says() -> None:
    table = load_occupations()
    assert [table.names[start] for start in table.name_starts] == list(table.titles)


def test_levels_lie_between_0_and_4_and_spreads_between_half_a_level_and_one() -> None:
    table = load_occupations()
    assert np.nanmin(table.level) >= 0
    assert np.nanmax(table.level) <= 4
    assert np.nanmin(table.spread) >= 0.5
    assert np.nanmax(table.spread) <= 1.0


def test_nothing_tells_of_visual_clutter() -> None:
    missing = np.isnan(load_occupations().level).all(axis=0)
    assert np.flatnonzero(missing).tolist() == [VISUAL_CLUTTER]


def test_all_other_levels_are_known_but_for_the_crowding_of_one_occupation() -> None:
    table = load_occupations()
    missing = [(table.codes[row], DIMENSIONS[column]) for row, column in np.argwhere(np.isnan(table.level))]
    assert [cell for cell in missing if cell[1] != SensoryDimension.VISUAL_CLUTTER] == [
        ("15-2091.00", SensoryDimension.CROWDING)
    ]


def test_every_row_says_where_it_is_from() -> None:
    with TABLE.open(encoding="utf-8", newline="") as file:
        assert {(row["source"], row["status"]) for row in csv.DictReader(file)} == {
            ("O*NET 18.1 Work Context, adapted", "derived")
        }


def test_the_shipped_table_is_read_once() -> None:
    assert load_occupations() is load_occupations()


def test_a_table_without_a_column_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "occupations.csv"
    path.write_text("onet_code,title,family,noise,noise_spread\n11-1011.00,Chiefs,11,1.0,0.9\n")
    with pytest.raises(Invalid, match="uk_title"):
        read_occupations(path=path)


def test_a_level_that_is_no_number_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "occupations.csv"
    path.write_text("onet_code,title,uk_title,family,noise,noise_spread\n11-1011.00,Chiefs,,11,loud,0.9\n")
    with pytest.raises(Invalid, match="loud"):
        read_occupations(path=path)


def test_a_level_without_its_spread_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "occupations.csv"
    path.write_text("onet_code,title,uk_title,family,noise,noise_spread\n11-1011.00,Chiefs,,11,2.0,\n")
    with pytest.raises(Invalid, match="together"):
        read_occupations(path=path)


def test_a_title_that_is_an_occupations_own_name_finds_it_first() -> None:
    encoder = HashingEncoder()
    table = load_occupations()
    found = nearest_occupations(encoder.encode(["kitchen porter"]), occupation_vectors(encoder), table)
    assert table.label(found.occupation[0, 0]) == "Kitchen Porter"


# --- where it comes from ---------------------------------------------------------------------------------------------


def test_recipes_cover_dimensions_that_exist_in_their_order() -> None:
    names = list(_script().RECIPES)
    assert names == [dimension for dimension in DIMENSIONS if dimension != SensoryDimension.VISUAL_CLUTTER]


def test_a_weighted_mean_of_ratings_becomes_a_level() -> None:
    # (3 x 3 + 1 x 1) / 4 on a scale from 0.
    ratings = {"Physical_Proximity": 4.0, "Contact_With_Others": 2.0}
    assert _script().RECIPES["crowding"].level(ratings) == pytest.approx(2.5)


def test_repetition_lowers_unpredictability_and_irregular_hours_fill_their_shorter_scale() -> None:
    # Levels 2, 0, 4 (rating 3 of 3) and 4 - 3.
    ratings = {
        "Time_Pressure": 3.0,
        "Pace_Determined_by_Speed_of_Equipment": 1.0,
        "Work_Schedules": 3.0,
        "Importance_of_Repeating_Same_Tasks": 4.0,
    }
    assert _script().RECIPES["unpredictability"].level(ratings) == pytest.approx(7 / 4)


def test_movement_is_the_mean_of_its_three_strongest_parts() -> None:
    recipe = _script().RECIPES["movement"]
    ratings = dict.fromkeys((part.column for part in recipe.elements), 1.0)
    ratings["Spend_Time_Walking_and_Running"] = 5.0
    ratings["Spend_Time_Bending_or_Twisting_the_Body"] = 4.0
    ratings["In_an_Open_Vehicle_or_Equipment"] = 3.0
    assert recipe.level(ratings) == pytest.approx(3.0)


def test_a_dimension_with_less_than_half_of_its_parts_rated_stays_empty() -> None:
    assert _script().RECIPES["crowding"].level({"Contact_With_Others": 5.0}) is None


@pytest.mark.needs_shared_data
@pytest.mark.skipif(not (SHARED_DATA / "onet-work-context").is_dir(), reason="the public data sets are not here")
def test_the_script_makes_the_shipped_table_again_byte_for_byte(tmp_path: Path) -> None:
    script = _script()
    rows = script.read_ratings(path=SHARED_DATA / "onet-work-context" / "work_context.csv")
    script.write_table(rows=[script.occupation_row(row=row) for row in rows], path=tmp_path / "again.csv")
    assert (tmp_path / "again.csv").read_bytes() == TABLE.read_bytes()


@pytest.mark.real_encoder
def test_a_kitchen_porter_is_expected_noisier_and_hotter_than_an_accounts_clerk() -> None:
    encoder = SentenceTransformerEncoder()
    found = prior_columns(
        encoder.encode(["kitchen porter wanted, busy hotel", "accounts clerk, purchase ledger"]),
        occupation_vectors(encoder),
        load_occupations(),
    )
    porter, clerk = found.mean
    assert porter[NOISE] > clerk[NOISE] + 0.25
    assert porter[TEMPERATURE] > clerk[TEMPERATURE] + 0.5


# Vectors of the names


@pytest.mark.real_encoder
def test_the_shipped_vectors_are_those_that_the_encoder_gives_bit_for_bit() -> None:
    encoder, table = SentenceTransformerEncoder(), load_occupations()
    assert np.array_equal(occupation_vectors(encoder, table), rounded(encoder.encode(table.names)))


def test_the_shipped_vectors_need_no_encoder() -> None:
    class Mute:
        name = SentenceTransformerEncoder().name
        dimension = 384

        def encode(self, texts: object, progress: object = None) -> np.ndarray:
            raise AssertionError("nothing need be encoded")

    vectors = occupation_vectors(Mute())
    assert vectors.shape == (len(load_occupations().names), 384)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=0.02)


def test_other_names_are_encoded() -> None:
    table = replace(load_occupations(), titles=("Baker", *load_occupations().titles[1:]))
    stored = StoredEncoder(SentenceTransformerEncoder().name, 384)
    with pytest.raises(NotYetEncoded) as refused:
        occupation_vectors(stored, table)
    assert "Baker" in refused.value.texts


def test_shipped_vectors_of_other_names_are_refused_and_not_taken_for_these() -> None:
    with pytest.raises(IndexRefused, match="names is"):
        shipped_vectors(encoder_name=SentenceTransformerEncoder().name, names_digest="other")


def test_the_script_writes_vectors_that_are_read_back_in_whole_steps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = importlib.util.spec_from_file_location(
        "derive_occupation_vectors", SCRIPT.with_name("occupation_vectors.py")
    )
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    encoder, table = HashingEncoder(16), load_occupations()
    script.write_vectors(encoder=encoder, table=table, path=tmp_path / "vectors.i16")
    monkeypatch.setattr("matching.priors.OCCUPATION_VECTORS", tmp_path / "vectors.i16")
    found = shipped_vectors(encoder_name=encoder.name, names_digest=table.names_digest)
    assert np.array_equal(found, rounded(encoder.encode(table.names)))


def test_titles_that_are_looked_up_are_told_of_by_names_that_are_worked_out() -> None:
    computing, stored = HashingEncoder(32), StoredEncoder("hashing-32", 32)
    titles = ["Kitchen porter", "Baker", "Kitchen porter"]
    stored.learn(titles, computing.encode(titles))
    found = TitlePriors(encoder=computing).columns(titles, stored)
    expected = prior_columns(computing.encode(titles), occupation_vectors(computing), load_occupations())
    np.testing.assert_array_equal(found.mean, expected.mean)
    np.testing.assert_array_equal(found.spread, expected.spread)
    assert np.array_equal(found.family, expected.family)


def test_names_that_must_be_learnt_first_are_named_until_they_are() -> None:
    computing, stored = HashingEncoder(32), StoredEncoder("hashing-32", 32)
    priors = TitlePriors(encoder=stored)
    assert set(priors.texts_needed) == set(load_occupations().names)
    stored.learn(priors.texts_needed, computing.encode(priors.texts_needed))
    assert priors.texts_needed == ()
    stored.forget(load_occupations().names)
    assert priors.texts_needed == ()


def test_titles_and_names_by_different_encoders_are_not_compared() -> None:
    with pytest.raises(ValueError, match="cannot be compared"):
        TitlePriors(encoder=HashingEncoder(32)).columns(["Baker"], HashingEncoder(16))


@pytest.mark.parametrize("field", ["level", "spread", "family"])
def test_the_digest_of_a_table_changes_with_every_figure(field: str) -> None:
    table = load_occupations()
    figures = getattr(table, field).copy()
    figures.flat[0] += 1
    assert replace(table, **{field: figures}).digest != table.digest


def _unit(rows: np.ndarray) -> np.ndarray:
    unit: np.ndarray = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return unit


def _script() -> ModuleType:
    """Load the script by its path: nothing imports `derive`."""
    spec = importlib.util.spec_from_file_location("derive_occupation_priors", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # Dataclasses look their own module up while they are made.
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
