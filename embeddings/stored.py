"""An encoder that only looks up: vectors are made elsewhere and learnt here, and what is missing is named.

    with encoder.keeping(texts):
        missing = encoder.missing(texts)
        encoder.learn(missing, vectors_of(missing))
        ...  # whatever encodes these texts, or any of them, cannot fail

Outside of `keeping`, what was not used for longest is dropped first once more texts are held than were allowed for.
"""

from __future__ import annotations

import hashlib
import threading
from collections import Counter, OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice

import numpy as np
from numpy.typing import ArrayLike, NDArray

from embeddings.encoder import Progress
from embeddings.errors import NotYetEncoded

#: Texts held at a time by default; 20,000 vectors of 384 numbers are 31 MB.
MOST_TEXTS = 20_000


class StoredEncoder:
    """Vectors by text, learnt from whoever keeps them. Safe to use from many threads."""

    def __init__(self, name: str, dimension: int, *, most_texts: int = MOST_TEXTS) -> None:
        """Stand in for the encoder of this name; `most_texts` bounds memory, but for what is being kept."""
        if dimension < 1 or most_texts < 1:
            raise ValueError("dimension and most_texts must be at least 1")
        self._name = name
        self._dimension = dimension
        self._most_texts = most_texts
        # Digests for keys: descriptions are longer than their vectors.
        self._vectors: OrderedDict[bytes, NDArray[np.float32]] = OrderedDict()
        self._kept: Counter[bytes] = Counter()
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        return self._name

    @property
    def dimension(self) -> int:
        return self._dimension

    def __len__(self) -> int:
        return len(self._vectors)

    def missing(self, texts: Sequence[str]) -> list[str]:
        """Return the texts without a vector, each once, in order."""
        text_of_key = _by_key(texts)
        with self._lock:
            return [text for key, text in text_of_key.items() if not self._used(key)]

    def learn(self, texts: Sequence[str], vectors: ArrayLike) -> None:
        """Take in the encoder's own unit vector of each text; what is learnt in one call is held until the next."""
        rows = np.array(vectors, dtype=np.float32)
        if len(texts) == 0 and rows.size == 0:
            return
        if rows.shape != (len(texts), self._dimension):
            raise ValueError(f"each text needs one vector of {self._dimension} components")
        if not bool(np.all(np.isfinite(rows))):
            raise ValueError("the components of a vector must be finite")
        keys = [_key(text) for text in texts]
        with self._lock:
            for key, row in zip(keys, rows, strict=True):
                # A copy each: a view would hold the whole batch in memory for as long as one of its rows.
                self._vectors[key] = row.copy()
                self._vectors.move_to_end(key)
            self._drop_surplus(spared=frozenset(keys))

    def forget(self, texts: Sequence[str]) -> None:
        """Drop the vectors of these texts, kept or not; texts that are not held are passed over."""
        with self._lock:
            for key in _by_key(texts):
                self._vectors.pop(key, None)

    @contextmanager
    def keeping(self, texts: Sequence[str]) -> Iterator[None]:
        """Hold on to what is known, or learnt meanwhile, of these texts until the block ends."""
        keys = list(_by_key(texts))
        with self._lock:
            self._kept.update(keys)
        try:
            yield
        finally:
            with self._lock:
                self._kept.subtract(keys)
                for key in keys:
                    if self._kept[key] <= 0:
                        del self._kept[key]
                self._drop_surplus(spared=frozenset())

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> NDArray[np.float32]:
        """Return the vector learnt for each text, in order; raise NotYetEncoded if any has none."""
        found = np.empty((len(texts), self._dimension), dtype=np.float32)
        missing: dict[bytes, str] = {}
        keys = [_key(text) for text in texts]
        with self._lock:
            for row, (key, text) in enumerate(zip(keys, texts, strict=True)):
                if self._used(key):
                    found[row] = self._vectors[key]
                else:
                    missing[key] = text
        if missing:
            raise NotYetEncoded(list(missing.values()))
        if progress is not None:
            progress(len(texts), len(texts))
        return found

    def _used(self, key: bytes) -> bool:
        """Whether a vector is held; if so it counts as just used."""
        if key not in self._vectors:
            return False
        self._vectors.move_to_end(key)
        return True

    def _drop_surplus(self, *, spared: frozenset[bytes]) -> None:
        surplus = len(self._vectors) - self._most_texts
        if surplus <= 0:
            return
        droppable = (key for key in self._vectors if key not in self._kept and key not in spared)
        for key in list(islice(droppable, surplus)):
            del self._vectors[key]


def _key(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=20).digest()


def _by_key(texts: Sequence[str]) -> dict[bytes, str]:
    return {_key(text): text for text in texts}
