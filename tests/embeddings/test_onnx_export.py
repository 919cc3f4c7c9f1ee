"""The export: checked weights in, the same whole files out."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import numpy as np
import pytest

import embeddings.encoder as encoder_module
import embeddings.onnx_export as export_module
from embeddings.encoder import DEFAULT_WEIGHTS_SHA256
from embeddings.errors import EncoderRefused
from embeddings.onnx_encoder import MANIFEST, TOKENIZER, Numbers, OnnxEncoder
from embeddings.onnx_export import export

onnx = pytest.importorskip("onnx", reason="the extra wellplaced[onnx] is not installed")
onnxruntime = pytest.importorskip("onnxruntime", reason="the extra wellplaced[onnx] is not installed")
graphs = pytest.importorskip("embeddings.onnx_graph")

WIDTH, HEADS, LONGEST, WORDS = 8, 2, 6, 11


def weights(*, seed: int) -> dict[str, np.ndarray]:
    """The weights of an invented encoder of one layer."""
    rng = np.random.default_rng(seed)

    def drawn(*shape: int) -> np.ndarray:
        return rng.normal(size=shape).astype(np.float32)

    found = {
        "embeddings.word_embeddings.weight": drawn(WORDS, WIDTH),
        "embeddings.position_embeddings.weight": drawn(LONGEST + 2, WIDTH),
        "embeddings.token_type_embeddings.weight": drawn(2, WIDTH),
    }
    for name, rows, columns in [
        ("attention.self.query", WIDTH, WIDTH),
        ("attention.self.key", WIDTH, WIDTH),
        ("attention.self.value", WIDTH, WIDTH),
        ("attention.output.dense", WIDTH, WIDTH),
        ("intermediate.dense", 4 * WIDTH, WIDTH),
        ("output.dense", WIDTH, 4 * WIDTH),
    ]:
        found[f"encoder.layer.0.{name}.weight"] = drawn(rows, columns)
        found[f"encoder.layer.0.{name}.bias"] = drawn(rows)
    for name in ("embeddings", "encoder.layer.0.attention.output", "encoder.layer.0.output"):
        found[f"{name}.LayerNorm.weight"] = drawn(WIDTH)
        found[f"{name}.LayerNorm.bias"] = drawn(WIDTH)
    return found


def graph(*, seed: int = 1, in_whole_numbers: bool = False) -> bytes:
    shape = graphs.Shape(heads=HEADS, longest=LONGEST, epsilon=1e-12)
    return graphs.graph_of(weights(seed=seed), shape, in_whole_numbers=in_whole_numbers)


def test_the_same_weights_give_the_same_bytes():
    assert graph() == graph()
    assert graph() != graph(seed=2)


@pytest.mark.parametrize("tokens", [[1], [3, 1, 4, 1, 5, 9]])
def test_a_graph_of_one_layer_works_out_what_the_formulas_say(tokens: list[int]):
    session = onnxruntime.InferenceSession(graph(), providers=["CPUExecutionProvider"])

    vector = session.run(None, {"tokens": np.array(tokens)})[0]

    assert np.allclose(
        vector, by_the_formulas({k: v.astype(np.float64) for k, v in weights(seed=1).items()}, tokens), atol=1e-5
    )


def by_the_formulas(known: dict[str, np.ndarray], tokens: list[int]) -> np.ndarray:
    from scipy.special import erf, softmax

    def product(states: np.ndarray, name: str) -> np.ndarray:
        return states @ known[f"encoder.layer.0.{name}.weight"].T + known[f"encoder.layer.0.{name}.bias"]

    def normed(states: np.ndarray, name: str) -> np.ndarray:
        apart = states - states.mean(axis=1, keepdims=True)
        unit = apart / np.sqrt((apart**2).mean(axis=1, keepdims=True) + 1e-12)
        return unit * known[f"{name}.LayerNorm.weight"] + known[f"{name}.LayerNorm.bias"]

    states = known["embeddings.word_embeddings.weight"][tokens]
    states = states + known["embeddings.position_embeddings.weight"][: len(tokens)]
    states = normed(states + known["embeddings.token_type_embeddings.weight"][0], "embeddings")
    query, key, value = (product(states, f"attention.self.{part}") for part in ("query", "key", "value"))
    seen = []
    for head in range(HEADS):
        own = slice(head * WIDTH // HEADS, (head + 1) * WIDTH // HEADS)
        share = softmax(query[:, own] @ key[:, own].T / np.sqrt(WIDTH / HEADS), axis=1)
        seen.append(share @ value[:, own])
    states = normed(product(np.hstack(seen), "attention.output.dense") + states, "encoder.layer.0.attention.output")
    wide = product(states, "intermediate.dense")
    wide = wide * (1 + erf(wide / np.sqrt(2))) / 2
    states = normed(product(wide, "output.dense") + states, "encoder.layer.0.output")
    return states.mean(axis=0) / np.linalg.norm(states.mean(axis=0))


def test_no_two_products_of_whole_numbers_pass_sixteen_bits():
    largest_byte = 128 + graphs.INPUT_STEPS
    made = onnx.load_from_string(graph(in_whole_numbers=True))
    whole = [onnx.numpy_helper.to_array(each) for each in made.graph.initializer if each.name.endswith(".whole")]

    assert len(whole) == 4
    assert max(np.abs(each.astype(int)).max() for each in whole) == graphs.WEIGHT_STEPS
    assert 2 * largest_byte * graphs.WEIGHT_STEPS < 2**15


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exported") / "new" / "encoder"
    export(folder)
    return folder


def test_the_manifest_tells_weights_names_and_digests(exported: Path):
    manifest = json.loads((exported / MANIFEST).read_text(encoding="utf-8"))

    assert manifest["weights_sha256"] == DEFAULT_WEIGHTS_SHA256
    assert manifest["encoders"] == {each.file: each.encoder_name for each in Numbers}
    assert set(manifest["sha256"]) == {TOKENIZER, *(each.file for each in Numbers)}
    for name, digest in manifest["sha256"].items():
        assert hashlib.sha256((exported / name).read_bytes()).hexdigest() == digest
    assert {path.name for path in exported.iterdir()} == {MANIFEST, *manifest["sha256"]}


def test_exporting_again_changes_nothing(exported: Path):
    before = (exported / MANIFEST).read_bytes()

    export(exported)

    assert (exported / MANIFEST).read_bytes() == before


def test_other_weights_are_refused_before_anything_is_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    (tmp_path / "model.safetensors").write_bytes(b"other weights")
    monkeypatch.setattr(encoder_module, "_shipped_folder", lambda: tmp_path)

    with pytest.raises(EncoderRefused, match="not the weights"):
        export(tmp_path / "out")

    assert not (tmp_path / "out").exists()


def test_a_write_that_fails_leaves_no_half_file_and_nothing_that_is_taken_for_an_export(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    def small_files(model: Path) -> list[tuple[str, bytes]]:
        return [(TOKENIZER, b"{}"), (Numbers.FLOAT32.file, b"graph")]

    synced = []

    def full_disk(handle: int) -> None:
        synced.append(handle)
        if len(synced) > 1:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(export_module, "_files", small_files)
    monkeypatch.setattr(os, "fsync", full_disk)

    with pytest.raises(OSError, match="No space left"):
        export(tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == [TOKENIZER]
    with pytest.raises(EncoderRefused, match="no encoder has been exported"):
        OnnxEncoder(tmp_path, numbers=Numbers.FLOAT32).encode(["cleaner"])
