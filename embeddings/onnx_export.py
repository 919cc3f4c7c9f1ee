"""Export the shipped encoder to ONNX files, with a manifest of their digests; nothing is downloaded."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from embeddings.encoder import DEFAULT_DIMENSION, DEFAULT_MODEL, DEFAULT_WEIGHTS_SHA256, shipped_model
from embeddings.errors import EncoderRefused
from embeddings.onnx_encoder import FORMAT, GRAPH, MANIFEST, TOKENIZER, Numbers


def export(folder: Path) -> dict[str, int]:
    """Write the files that `OnnxEncoder` reads, in place of any that are there; return the size of each in bytes.

    Each file appears whole or not at all, the manifest last: an export that was cut short is refused when it is read.
    Raises EncoderRefused if the weights are not the shipped ones or a library is missing.
    """
    sizes: dict[str, int] = {}
    digests: dict[str, str] = {}
    model = shipped_model()
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in _files(model):
        _put(folder / name, content)
        sizes[name], digests[name] = len(content), hashlib.sha256(content).hexdigest()
    manifest = {
        "format": FORMAT,
        "model": DEFAULT_MODEL,
        "weights_sha256": DEFAULT_WEIGHTS_SHA256,
        "graph": GRAPH,
        "dimension": DEFAULT_DIMENSION,
        "longest": _longest(model),
        "encoders": {numbers.file: numbers.encoder_name for numbers in Numbers},
        "sha256": digests,
    }
    _put(folder / MANIFEST, (json.dumps(manifest, indent=2) + "\n").encode())
    return sizes


def _files(model: Path) -> Iterator[tuple[str, bytes]]:
    """One after another, so that only one is in memory."""
    try:
        from safetensors.numpy import load_file

        from embeddings.onnx_graph import Shape, graph_of
    except ImportError as error:
        raise EncoderRefused(
            f"{error.name} is not installed, which exporting needs: install wellplaced[onnx]."
        ) from error
    weights = load_file(model / "model.safetensors")
    config = _json(model / "config.json")
    shape = Shape(
        heads=int(config["num_attention_heads"]), longest=_longest(model), epsilon=float(config["layer_norm_eps"])
    )
    yield TOKENIZER, (model / TOKENIZER).read_bytes()
    for numbers in Numbers:
        yield numbers.file, graph_of(weights, shape, in_whole_numbers=numbers is Numbers.INT8)


def _longest(model: Path) -> int:
    return int(_json(model / "sentence_bert_config.json")["max_seq_length"])


def _json(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def _put(path: Path, content: bytes) -> None:
    """Write a file in one step and make it durable."""
    handle, partial = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(partial).chmod(0o644)
        Path(partial).replace(path)
    except BaseException:
        Path(partial).unlink(missing_ok=True)
        raise
