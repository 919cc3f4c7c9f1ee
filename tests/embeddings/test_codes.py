"""The coded form of vectors: nothing is lost, and the bound that lets a row be passed over holds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.codes import (
    PRODUCT_STEP,
    WIDE_SHIFT,
    Codes,
    codes_of,
    high_and_low,
    length_in_steps,
    padded,
    whole,
)
from embeddings.rounding import LONGEST, rounded


def drawn(seed: int, *, count: int = 40, dimension: int = 70, peak: float = 0.0) -> np.ndarray:
    """Vectors of length about 0.9, the first component of each raised by up to `peak`."""
    random = np.random.default_rng(seed)
    made = random.standard_normal((count, dimension))
    made *= 0.9 / np.linalg.norm(made, axis=1, keepdims=True)
    made[:, 0] += np.linspace(0.0, peak, count)
    return rounded(made)


seeds = st.integers(0, 2**32 - 1)
peaks = st.sampled_from([0.0, 0.1, 0.3, 0.9])


@given(seed=seeds, peak=peaks, dimension=st.integers(1, 200))
def test_high_and_low_give_back_every_component(seed: int, peak: float, dimension: int):
    vectors = drawn(seed, dimension=dimension, peak=peak)

    codes = codes_of(vectors)

    narrow = codes.shifts < WIDE_SHIFT
    high, low = high_and_low(codes)
    again = high.astype(int) * (1 << codes.shifts.astype(int))[:, None] + low
    assert np.array_equal(again[narrow, :dimension], (vectors * 2048).astype(int)[narrow])
    assert not again[narrow, dimension:].any()


@given(seed=seeds, peak=peaks)
def test_what_the_high_parts_leave_out_is_within_the_bound(seed: int, peak: float):
    vectors, query = drawn(seed, peak=peak), drawn(seed + 1, count=1)[0]

    codes = codes_of(vectors)

    steps = whole(query[None])[0]
    estimate = (high_and_low(codes)[0].astype(np.int64) @ steps.astype(np.int64)) << codes.shifts
    exact = np.rint(vectors.astype(float) @ query.astype(float) / PRODUCT_STEP).astype(np.int64)
    assert np.all(np.abs(exact - estimate) <= length_in_steps(steps) * codes.errors.astype(np.int64))


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_the_longest_component_that_may_be_stored_can_be_coded(sign: float):
    longest = rounded([[sign * (LONGEST - 2**-12), 0.0], [sign * 1017 / 2048, 2**-11]])

    codes = codes_of(longest)

    assert codes.shifts.tolist() == [WIDE_SHIFT, 3]
    assert int(high_and_low(codes)[0][0, 0]) * 32 == pytest.approx(longest[0, 0] * 2048, abs=16)


def test_arrays_are_taken_back():
    codes = codes_of(drawn(1))

    again = Codes.of_arrays(codes.arrays())

    assert again.count == 40
    assert again.width == padded(70) == 128
    assert again.belong_to(drawn(2))
    assert not again.belong_to(drawn(2, count=39))
    assert not again.belong_to(drawn(2, dimension=129))


@pytest.mark.parametrize("name", ["records", "shifts", "errors"])
def test_arrays_of_another_kind_are_refused(name: str):
    arrays = codes_of(drawn(1)).arrays()

    with pytest.raises(ValueError, match="lack"):
        Codes.of_arrays({key: array for key, array in arrays.items() if key != name})
    for changed in (arrays[name][:-1], arrays[name].astype(np.int32), np.repeat(arrays[name], 2, axis=0)[::2]):
        with pytest.raises(ValueError, match="codes must"):
            Codes.of_arrays(arrays | {name: changed})


def test_arrays_that_do_not_begin_at_a_multiple_of_their_type_are_refused():
    arrays = codes_of(drawn(1)).arrays()
    errors = np.frombuffer(b"x" + arrays["errors"].tobytes(), np.uint8)[1:].view(np.uint16)

    with pytest.raises(ValueError, match="aligned"):
        Codes.of_arrays(arrays | {"errors": errors})


@pytest.mark.parametrize("component", [0.1, np.nan, np.inf, 3.0])
def test_vectors_that_are_not_rounded_are_refused(component: float):
    with pytest.raises(ValueError, match="rounded"), np.errstate(invalid="ignore"):
        codes_of(np.array([[0.5, component]], dtype=np.float32))


def test_more_components_than_32_bits_can_add_up_are_refused():
    with pytest.raises(ValueError, match="at most 65536"):
        codes_of(np.zeros((1, 65_537), dtype=np.float32))


@given(st.lists(st.integers(-300, 300), min_size=1, max_size=20))
def test_a_length_is_rounded_up(steps: list[int]):
    length = length_in_steps(np.array(steps, dtype=np.int16))

    square = sum(step * step for step in steps)
    assert length**2 >= square
    assert length == 0 or (length - 1) ** 2 < square
