"""The exported encoder: which files it takes, that a text has one vector, and how near the shipped one it is."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings.encoder import DEFAULT_WEIGHTS_SHA256, SentenceTransformerEncoder
from embeddings.errors import EncoderRefused
from embeddings.onnx_encoder import MANIFEST, TOKENIZER, Numbers, OnnxEncoder

pytest.importorskip("onnx", reason="the extra wellplaced[onnx] is not installed")
pytest.importorskip("onnxruntime", reason="the extra wellplaced[onnx] is not installed")

TEXTS = [
    "cleaner",
    "Kitchen porter, nights",
    "Van driver (7.5t) £12.60 p/h",
    "",
    "réception à l'école 🙂",
    *(
        "Washing up, keeping the kitchen clean, putting deliveries away and helping the cook with simple preparation. "
        * repeated
        for repeated in (1, 2, 4, 9, 30)
    ),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    from embeddings.onnx_export import export

    path = tmp_path_factory.mktemp("exported")
    export(path)
    yield path
    shutil.rmtree(path)  # 150 MB


@pytest.fixture
def damaged(folder: Path, tmp_path: Path) -> Path:
    """A folder with the same files, to be damaged."""
    for path in folder.iterdir():
        if path.name == MANIFEST:
            shutil.copy(path, tmp_path)
        else:
            (tmp_path / path.name).symlink_to(path)
    return tmp_path


@pytest.fixture(scope="module", params=list(Numbers))
def encoder(request: pytest.FixtureRequest, folder: Path) -> OnnxEncoder:
    return OnnxEncoder(folder, numbers=request.param, workers=1)


@pytest.fixture(scope="module")
def alone(encoder: OnnxEncoder) -> np.ndarray:
    """The vector of each text when it is encoded by itself."""
    return np.stack([encoder.encode([text])[0] for text in TEXTS])


@pytest.fixture(scope="module")
def reference() -> np.ndarray:
    return SentenceTransformerEncoder(workers=1).encode(TEXTS)


def test_no_two_back_ends_have_one_name():
    names = {SentenceTransformerEncoder().name, *(numbers.encoder_name for numbers in Numbers)}

    assert len(names) == 3
    assert all(DEFAULT_WEIGHTS_SHA256[:12] in name for name in names)


def test_it_encodes_without_pytorch(folder: Path):
    code = (
        "import sys; from pathlib import Path; from embeddings.onnx_encoder import Numbers, OnnxEncoder\n"
        "vectors = OnnxEncoder(Path(sys.argv[1]), numbers=Numbers.INT8).encode(['kitchen porter', 'cleaner'])\n"
        "assert vectors.shape == (2, 384)\n"
        "assert not {'torch', 'sentence_transformers', 'transformers', 'onnx'} & set(sys.modules)"
    )

    ran = subprocess.run([sys.executable, "-c", code, folder], capture_output=True, text=True, check=False)

    assert ran.returncode == 0, ran.stderr


def test_naming_it_reads_no_file(tmp_path: Path):
    assert OnnxEncoder(tmp_path / "none", numbers=Numbers.INT8).name == Numbers.INT8.encoder_name


def test_a_folder_without_an_export_is_refused_with_the_command(tmp_path: Path):
    with pytest.raises(EncoderRefused, match="wellplaced encoder export"):
        OnnxEncoder(tmp_path, numbers=Numbers.INT8).encode(["cleaner"])


@pytest.mark.parametrize("name", [Numbers.INT8.file, TOKENIZER])
def test_a_changed_file_is_refused(damaged: Path, name: str):
    content = bytearray((damaged / name).read_bytes())
    content[len(content) // 2] ^= 1
    (damaged / name).unlink()
    (damaged / name).write_bytes(content)

    with pytest.raises(EncoderRefused, match=f"{name}: the file is not the one"):
        OnnxEncoder(damaged, numbers=Numbers.INT8).encode(["cleaner"])


def test_a_missing_file_is_refused(damaged: Path):
    (damaged / Numbers.INT8.file).unlink()

    with pytest.raises(EncoderRefused, match="cannot be read"):
        OnnxEncoder(damaged, numbers=Numbers.INT8).encode(["cleaner"])


def test_files_that_the_libraries_cannot_read_are_refused(damaged: Path):
    (damaged / Numbers.INT8.file).unlink()
    (damaged / Numbers.INT8.file).write_bytes(b"no graph")
    manifest = json.loads((damaged / MANIFEST).read_text(encoding="utf-8"))
    manifest["sha256"][Numbers.INT8.file] = hashlib.sha256(b"no graph").hexdigest()
    (damaged / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")

    with pytest.raises(EncoderRefused, match="cannot be loaded"):
        OnnxEncoder(damaged, numbers=Numbers.INT8).encode(["cleaner"])


def test_without_the_library_the_extra_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)

    with pytest.raises(EncoderRefused, match=r"wellplaced\[onnx\]"):
        OnnxEncoder(folder, numbers=Numbers.INT8).encode(["cleaner"])


@pytest.mark.parametrize("changed", [{"weights_sha256": "0" * 64}, {"graph": "alone.0"}, {"format": "another"}])
def test_an_export_of_other_weights_or_another_version_is_refused(damaged: Path, changed: dict[str, str]):
    manifest = json.loads((damaged / MANIFEST).read_text(encoding="utf-8")) | changed
    (damaged / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")

    with pytest.raises(EncoderRefused, match="another version"):
        OnnxEncoder(damaged, numbers=Numbers.INT8).encode(["cleaner"])


@pytest.mark.real_encoder
class TestExportedEncoder:
    @given(picked=st.lists(st.integers(0, len(TEXTS) - 1), min_size=1, max_size=20))
    @settings(max_examples=20, deadline=None)
    def test_a_vector_has_the_same_bits_whatever_the_texts_beside_it(
        self, encoder: OnnxEncoder, alone: np.ndarray, picked: list[int]
    ):
        assert encoder.encode([TEXTS[number] for number in picked]).tobytes() == alone[picked].tobytes()

    def test_a_vector_has_the_same_bits_when_two_texts_run_at_once(
        self, encoder: OnnxEncoder, folder: Path, alone: np.ndarray
    ):
        together = OnnxEncoder(folder, numbers=encoder._numbers, workers=2).encode(TEXTS * 4)

        assert together.tobytes() == np.tile(alone, (4, 1)).tobytes()

    def test_float32_agrees_with_the_shipped_encoder_within_a_hundred_thousandth(
        self, folder: Path, reference: np.ndarray
    ):
        vectors = OnnxEncoder(folder, numbers=Numbers.FLOAT32, workers=1).encode(TEXTS)

        assert np.max(np.abs(vectors - reference)) < 1e-5

    def test_whole_numbers_stay_near_the_shipped_encoder(self, folder: Path, reference: np.ndarray):
        cosines = (OnnxEncoder(folder, numbers=Numbers.INT8, workers=1).encode(TEXTS) * reference).sum(axis=1)

        assert cosines.min() > 0.97
        assert cosines.mean() > 0.985
        assert cosines.max() < 0.99999  # they really are other numbers

    def test_vectors_have_unit_length(self, alone: np.ndarray):
        assert alone.dtype == np.float32
        assert np.allclose(np.linalg.norm(alone, axis=1), 1.0, atol=1e-6)

    def test_progress_grows_to_all_texts(self, encoder: OnnxEncoder):
        told: list[tuple[int, int]] = []

        encoder.encode(TEXTS[:5] * 8, lambda done, total: told.append((done, total)))

        assert told[-1] == (40, 40)
        assert len(told) > 1
        assert all(before < after for before, after in pairwise(told))

    def test_no_texts_give_no_rows(self, encoder: OnnxEncoder):
        assert encoder.encode([]).shape == (0, 384)
