"""Rounded vectors: inner products without error."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.rounding import STEP, rounded


def unit_vectors(seed: int, count: int, dimension: int = 384) -> np.ndarray:
    vectors = np.random.default_rng(seed).standard_normal((count, dimension))
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_components_are_multiples_of_the_step_and_move_by_half_a_step_at_most():
    vectors = unit_vectors(1, 50)

    result = rounded(vectors)

    assert np.array_equal(result / STEP, np.rint(result / STEP))
    assert np.max(np.abs(result - vectors)) <= STEP / 2 + 1e-7


def test_the_result_is_float32_in_c_order():
    result = rounded(np.asfortranarray(unit_vectors(2, 3)))

    assert result.dtype == np.float32
    assert result.flags.c_contiguous


@given(st.integers(0, 2**32 - 1))
def test_rounding_twice_changes_nothing(seed: int):
    once = rounded(unit_vectors(seed, 3))

    assert rounded(once).tobytes() == once.tobytes()


@given(st.integers(0, 2**32 - 1))
def test_a_float32_product_is_the_true_product_in_any_order_of_addition(seed: int):
    one, other = rounded(unit_vectors(seed, 2))
    shuffled = np.random.default_rng(seed).permutation(len(one))
    exact = sum((Fraction(float(a)) * Fraction(float(b)) for a, b in zip(one, other, strict=True)), Fraction(0))

    assert Fraction(float(one @ other)) == exact
    assert Fraction(float(np.cumsum(one[shuffled] * other[shuffled])[-1])) == exact


@pytest.mark.parametrize("bad", [np.nan, np.inf, 2.0], ids=["nan", "infinite", "too long"])
def test_vectors_whose_products_could_not_be_exact_are_refused(bad: float):
    with pytest.raises(ValueError, match="compared exactly"):
        rounded([[bad, 0.0]])
