"""The shipped encoder by other means: the same model, read from exported ONNX files and run without PyTorch.

`embeddings.onnx_export` writes the files. A text is worked out alone, at its own length, on one thread: nothing beside
it and no padding can change its last bits.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from embeddings.encoder import DEFAULT_DIMENSION, DEFAULT_MODEL, DEFAULT_WEIGHTS_SHA256, Progress
from embeddings.errors import EncoderRefused

FORMAT: Final = "wellplaced exported encoder 1"
MANIFEST: Final = "manifest.json"
TOKENIZER: Final = "tokenizer.json"
#: Changes with whatever changes a bit of a vector: the graph, how weights are rounded, how texts are run.
GRAPH: Final = "alone.1"
_EXPORT = "Run `wellplaced encoder export`."
#: Texts that one thread takes at a time, of like length.
_TEXTS_AT_ONCE = 16


class Numbers(StrEnum):
    """What the products of matrices are worked out in."""

    FLOAT32 = "float32"
    INT8 = "int8"

    @property
    def file(self) -> str:
        """The name of the exported file."""
        return f"{self}.onnx"

    @property
    def encoder_name(self) -> str:
        """The name of the encoder: its vectors never meet those of another name."""
        return f"{DEFAULT_MODEL}/onnx-{self}/{DEFAULT_WEIGHTS_SHA256[:12]}/{GRAPH}"


class OnnxEncoder:
    """The shipped model in float32, or with products of 8-bit whole numbers. Loaded when a text comes."""

    def __init__(self, folder: Path, *, numbers: Numbers, workers: int | None = None) -> None:
        """Use the files exported to `folder`. `workers` texts are worked out at once."""
        self._folder = folder
        self._numbers = numbers
        self._workers = workers
        self._lock = threading.Lock()
        self._loaded: _LoadedFiles | None = None

    @property
    def name(self) -> str:
        return self._numbers.encoder_name

    @property
    def dimension(self) -> int:
        return DEFAULT_DIMENSION

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> NDArray[np.float32]:
        """Return one row of unit length for each text, in order; raise EncoderRefused if the files cannot be used."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        with self._lock:
            if self._loaded is None:
                self._loaded = _LoadedFiles(self._folder, numbers=self._numbers, workers=self._workers or _cores())
        return self._loaded.encode(texts, progress)


class _LoadedFiles:
    """Tokenizer and graph in memory. Texts run side by side, each on a single thread."""

    def __init__(self, folder: Path, *, numbers: Numbers, workers: int) -> None:
        manifest = read_manifest(folder)
        graph = _checked(folder, numbers.file, manifest)
        tokenizer = _checked(folder, TOKENIZER, manifest)
        try:
            import onnxruntime
            from tokenizers import Tokenizer
        except ImportError as error:
            raise EncoderRefused(
                f"{error.name} is not installed, which runs exported encoders: install wellplaced[onnx]."
            ) from error
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        try:
            self._session: Any = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
            self._tokenizer: Any = Tokenizer.from_str(tokenizer.decode())
        except Exception as error:  # what these two libraries raise has no nearer base in common
            raise EncoderRefused(f"{folder}: the exported encoder cannot be loaded ({error}). {_EXPORT}") from error
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(max_length=int(manifest["longest"]))
        self._executor = ThreadPoolExecutor(max_workers=workers, thread_name_prefix="encoder")

    def encode(self, texts: Sequence[str], progress: Progress | None) -> NDArray[np.float32]:
        tokens = [np.array(found.ids, dtype=np.int64) for found in self._tokenizer.encode_batch(list(texts))]
        # The longest first, so that no thread is left with a long text at the end.
        order = sorted(range(len(texts)), key=lambda row: -len(tokens[row]))
        vectors = np.empty((len(texts), DEFAULT_DIMENSION), dtype=np.float32)
        parts = [order[start : start + _TEXTS_AT_ONCE] for start in range(0, len(order), _TEXTS_AT_ONCE)]
        tasks = {self._executor.submit(self._vectors, [tokens[row] for row in part]): part for part in parts}
        done = 0
        try:
            for task in as_completed(tasks):
                vectors[tasks[task]] = task.result()
                done += len(tasks[task])
                if progress is not None:
                    progress(done, len(texts))
        except BaseException:
            for task in tasks:
                task.cancel()
            raise
        return vectors

    def _vectors(self, tokens: Sequence[NDArray[np.int64]]) -> NDArray[np.float32]:
        vectors: NDArray[np.float32] = np.stack([self._session.run(None, {"tokens": each})[0] for each in tokens])
        return vectors


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return what was written beside the exported files; raise EncoderRefused unless it is of this version's files."""
    path = folder / MANIFEST
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise EncoderRefused(f"{folder}: no encoder has been exported here. {_EXPORT}") from None
    except (OSError, ValueError) as error:
        raise EncoderRefused(f"{path}: the manifest cannot be read ({error}). {_EXPORT}") from error
    wanted = {"format": FORMAT, "weights_sha256": DEFAULT_WEIGHTS_SHA256, "graph": GRAPH}
    if not isinstance(manifest, dict) or any(manifest.get(key) != value for key, value in wanted.items()):
        raise EncoderRefused(f"{path}: these files were exported by another version. {_EXPORT}")
    return manifest


def _checked(folder: Path, name: str, manifest: dict[str, Any]) -> bytes:
    """Return the content of an exported file, if it is what the manifest says."""
    path = folder / name
    try:
        content = path.read_bytes()
    except OSError as error:
        raise EncoderRefused(f"{path}: the exported file cannot be read ({error}). {_EXPORT}") from error
    if hashlib.sha256(content).hexdigest() != manifest["sha256"].get(name):
        raise EncoderRefused(f"{path}: the file is not the one that was exported. {_EXPORT}")
    return content


def _cores() -> int:
    """How many texts to work out at once: as many as NumPy may use threads, so `OMP_NUM_THREADS` holds here too."""
    from threadpoolctl import threadpool_info

    return max([int(each["num_threads"]) for each in threadpool_info() if each["user_api"] == "blas"], default=1)
