"""The encoder without weights."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from embeddings.hashing import HashingEncoder

ENCODER = HashingEncoder()


@given(st.lists(st.text(), min_size=1, max_size=4))
def test_every_text_has_a_vector_of_unit_length(texts: list[str]):
    vectors = ENCODER.encode(texts)

    assert vectors.shape == (len(texts), 384)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-6)


@given(st.lists(st.text(), min_size=1, max_size=6), st.integers(0, 5))
def test_a_vector_does_not_depend_on_the_texts_beside_it(texts: list[str], at: int):
    at %= len(texts)

    assert ENCODER.encode([texts[at]])[0].tobytes() == ENCODER.encode(texts)[at].tobytes()


def test_the_same_text_has_the_same_vector_in_another_process():
    code = (
        "from embeddings.hashing import HashingEncoder;"
        "print(HashingEncoder().encode(['kitchen porter']).tobytes().hex())"
    )

    first, second = (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
        for _ in range(2)
    )

    assert first == second == ENCODER.encode(["kitchen porter"]).tobytes().hex()


def test_words_that_share_parts_are_nearer_than_words_that_do_not():
    baking, baker, warehouse = ENCODER.encode(["baking bread", "bread baker", "warehouse stock"])

    assert baking @ baker > 0.3 > baking @ warehouse


def test_the_name_tells_the_dimension():
    assert ENCODER.name == "hashing-384"
    assert HashingEncoder(16).name == "hashing-16"
    assert HashingEncoder(16).encode(["porter"]).shape == (1, 16)
