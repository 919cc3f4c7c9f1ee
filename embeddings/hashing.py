"""An encoder without weights, for fast tests: words and parts of words, hashed."""

from __future__ import annotations

import math
import re
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from embeddings.encoder import Progress

_WORD = re.compile(r"[^\W_]+")
_WORD_WEIGHT = 1.0
_PART_WEIGHT = 0.5
_PART_LENGTHS = (3, 4)


class HashingEncoder:
    """Give texts that share words, or parts of words, vectors that are near: deterministic on every machine."""

    def __init__(self, dimension: int = 384) -> None:
        if dimension < 1:
            raise ValueError("dimension must be at least 1")
        self._dimension = dimension

    @property
    def name(self) -> str:
        return f"hashing-{self._dimension}"

    @property
    def dimension(self) -> int:
        return self._dimension

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> NDArray[np.float32]:
        vectors = np.zeros((len(texts), self._dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            vectors[row] = self._vector(text)
            if progress is not None:
                progress(row + 1, len(texts))
        return vectors

    def _vector(self, text: str) -> NDArray[np.float64]:
        vector = np.zeros(self._dimension)
        for word in _WORD.findall(text.casefold()):
            self._add(vector, f"w:{word}", _WORD_WEIGHT)
            framed = f"<{word}>"
            parts = [framed[at : at + n] for n in _PART_LENGTHS for at in range(len(framed) - n + 1)]
            for part in parts:
                self._add(vector, f"p:{part}", _PART_WEIGHT / math.sqrt(len(parts)))
        length = math.sqrt(math.fsum(vector * vector))
        if length == 0.0:
            # A text without words is still a point: always the same one, so that no caller divides by nothing.
            self._add(vector, "", 1.0)
            return vector
        return vector / length

    def _add(self, vector: NDArray[np.float64], feature: str, weight: float) -> None:
        # crc32 is the same in every process, which the built-in hash of text is not. Its top bit gives the sign.
        code = zlib.crc32(feature.encode("utf-8", "surrogatepass"))
        vector[(code & 0x7FFFFFFF) % self._dimension] += weight if code >> 31 else -weight
