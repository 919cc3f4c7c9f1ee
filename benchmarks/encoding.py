"""How many texts a second each back end turns into vectors, on one thread."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np

from benchmarks.wording import load_wording
from embeddings.encoder import Encoder, SentenceTransformerEncoder
from embeddings.errors import EncoderRefused
from embeddings.hashing import HashingEncoder
from embeddings.onnx_encoder import Numbers, OnnxEncoder
from embeddings.onnx_export import export

SEED: Final = 7
SHORT_TEXTS, LONG_TEXTS = 512, 96
WORDS_OF_A_LONG_TEXT: Final = 160  # about 200 tokens
WORDS_OF_A_SHORT_TEXT: Final = 5
SINGLE_TEXTS: Final = 20


def measure_encoding() -> list[dict[str, Any]]:
    """Time short and long texts, and one short text alone, with every back end that is there."""
    wording = load_wording(seed=SEED)
    words = " ".join(wording.texts).split()
    rng = np.random.default_rng(SEED)
    short = [" ".join(title.split()[:WORDS_OF_A_SHORT_TEXT]) for title in wording.titles[:SHORT_TEXTS]]
    begins = rng.integers(0, len(words) - WORDS_OF_A_LONG_TEXT, LONG_TEXTS)
    long = [" ".join(words[begin : begin + WORDS_OF_A_LONG_TEXT]) for begin in begins]
    with TemporaryDirectory() as folder:
        with suppress(EncoderRefused):  # without the libraries the exported ones are "not there"
            export(Path(folder))
        exported = [OnnxEncoder(Path(folder), numbers=numbers, workers=1) for numbers in Numbers]
        encoders: list[Encoder] = [SentenceTransformerEncoder(workers=1), *exported, HashingEncoder()]
        return [_measured(encoder, short, long) for encoder in encoders]


def _measured(encoder: Encoder, short: Sequence[str], long: Sequence[str]) -> dict[str, Any]:
    began = time.perf_counter()
    try:
        encoder.encode(["a first text, which loads the model"])
    except EncoderRefused as refused:
        return {"name": encoder.name, "refused": str(refused)}
    loading = time.perf_counter() - began
    singles = []
    for text in short[:SINGLE_TEXTS]:
        began = time.perf_counter()
        encoder.encode([text])
        singles.append(1000 * (time.perf_counter() - began))
    return {
        "name": encoder.name,
        "loading_seconds": loading,
        "short_a_second": _a_second(encoder, short),
        "long_a_second": _a_second(encoder, long),
        "one_short_milliseconds": float(np.median(singles)),
    }


def _a_second(encoder: Encoder, texts: Sequence[str]) -> float:
    began = time.perf_counter()
    encoder.encode(texts)
    return len(texts) / (time.perf_counter() - began)
