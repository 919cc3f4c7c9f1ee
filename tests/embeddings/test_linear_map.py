"""The linear map: what it does to vectors, and that only the right one is used."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings.encoder import SentenceTransformerEncoder
from embeddings.errors import LinearMapRefused
from embeddings.linear_map import LinearMap, manifest_path
from matching.retrieval import LINEAR_MAP


def a_map(seed: int = 0, dimension: int = 12) -> LinearMap:
    noise = np.random.default_rng(seed).standard_normal((dimension, dimension)) * 0.1
    return LinearMap(name="test", encoder_name="hashing-12", matrix=(np.eye(dimension) + noise).astype(np.float32))


def units(seed: int, count: int, dimension: int = 12) -> np.ndarray:
    vectors = np.random.default_rng(seed).standard_normal((count, dimension))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "map.f32"
    a_map().save(path, manifest={"trained_on": "invented pairs"})
    return path


def test_mapped_vectors_are_the_normalised_product():
    vectors = units(1, 20)
    product = vectors @ a_map().matrix

    mapped = a_map().apply(vectors)

    assert mapped.dtype == np.float32
    assert np.allclose(mapped, product / np.linalg.norm(product, axis=1, keepdims=True), atol=1e-6)


@given(seed=st.integers(0, 2**32 - 1), count=st.integers(1, 40), at=st.integers(0, 39))
@settings(max_examples=30)
def test_a_mapped_row_has_the_same_bits_alone_and_among_others(seed: int, count: int, at: int):
    # Of the real size: short sums are often exact by luck.
    vectors, linear_map = units(seed, count, 384), a_map(seed, 384)
    row = at % count

    alone = linear_map.apply(vectors[row : row + 1])[0]

    assert alone.tobytes() == linear_map.apply(vectors)[row].tobytes()
    assert alone.tobytes() == linear_map.apply(vectors[::-1])[count - 1 - row].tobytes()


def test_the_identity_changes_nothing_but_the_last_bit():
    vectors = units(3, 10)

    assert np.allclose(LinearMap.identity("hashing-12", 12).apply(vectors), vectors, atol=1e-7)


def test_a_saved_map_is_read_again(saved: Path):
    loaded = LinearMap.load(saved, encoder_name="hashing-12")

    assert np.array_equal(loaded.matrix, a_map().matrix)
    assert loaded.name.startswith("map-")
    assert json.loads(manifest_path(saved).read_text())["trained_on"] == "invented pairs"


def test_a_map_for_another_encoder_is_refused(saved: Path):
    with pytest.raises(LinearMapRefused, match="cannot serve 'other'"):
        LinearMap.load(saved, encoder_name="other")


@given(bit=st.integers(0, 12 * 12 * 4 * 8 - 1))
def test_one_flipped_bit_is_refused(bit: int, tmp_path_factory: pytest.TempPathFactory):
    path = tmp_path_factory.mktemp("map") / "map.f32"
    a_map().save(path, manifest={})
    content = bytearray(path.read_bytes())
    content[bit // 8] ^= 1 << bit % 8
    path.write_bytes(content)

    with pytest.raises(LinearMapRefused, match="not the one"):
        LinearMap.load(path, encoder_name="hashing-12")


@pytest.mark.parametrize("missing", ["map.f32", "map.json"])
def test_a_missing_file_is_refused_and_never_taken_for_the_identity(saved: Path, missing: str):
    saved.with_name(missing).unlink()

    with pytest.raises(LinearMapRefused):
        LinearMap.load(saved, encoder_name="hashing-12")


@pytest.mark.parametrize("content", ["", "{", "[]", '{"format": "another"}'])
def test_a_manifest_that_cannot_be_read_is_refused(saved: Path, content: str):
    manifest_path(saved).write_text(content)

    with pytest.raises(LinearMapRefused):
        LinearMap.load(saved, encoder_name="hashing-12")


def test_the_shipped_map_is_for_the_shipped_encoder():
    loaded = LinearMap.load(LINEAR_MAP, encoder_name=SentenceTransformerEncoder().name)

    assert loaded.matrix.shape == (384, 384)


def test_the_shipped_map_names_its_sources():
    attributions = " ".join(json.loads(manifest_path(LINEAR_MAP).read_text(encoding="utf-8"))["attributions"])

    assert "This service uses the ESCO classification of the European Commission." in attributions
    assert "O*NET 27.0 Database" in attributions
