"""Titles and texts for any number of vacancies, nearly all distinct, and vectors of them without encoding each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import overload

import numpy as np
import numpy.typing as npt

from benchmarks.wording import load_wording
from embeddings.encoder import Encoder
from fixtures.world import load_world

_SEED = 1
#: Of ten adverts, one tells what its occupation tells and no more, as agencies write them.
_PLAIN_OF = 10
_SENTENCE = re.compile(r"(?<=[.!?])\s+")


@dataclass(frozen=True, slots=True)
class Wordings(Sequence[tuple[str, str]]):
    """Pairs of a title and a text, made when they are asked for: a title, an occupation and two sentences."""

    source: str
    titles: tuple[str, ...] = field(repr=False)
    texts: tuple[str, ...] = field(repr=False)
    sentences: tuple[str, ...] = field(repr=False)

    def __len__(self) -> int:
        return len(self.titles) * len(self.texts) * len(self.sentences) ** 2 * _PLAIN_OF

    @overload
    def __getitem__(self, number: int) -> tuple[str, str]: ...
    @overload
    def __getitem__(self, number: slice) -> Sequence[tuple[str, str]]: ...
    def __getitem__(self, number: int | slice) -> tuple[str, str] | Sequence[tuple[str, str]]:
        if isinstance(number, slice):
            return [self[each] for each in range(*number.indices(len(self)))]
        if not 0 <= number < len(self):
            raise IndexError(number)
        rest, title = divmod(number, len(self.titles))
        rest, text = divmod(rest, len(self.texts))
        rest, first = divmod(rest, len(self.sentences))
        plain, second = divmod(rest, len(self.sentences))
        # A line each, so that a vector can be put together from those of the lines.
        lines = (self.texts[text],) if plain == 0 else (self.texts[text], self.sentences[first], self.sentences[second])
        return self.titles[title], "\n".join(lines)


def load_wordings() -> Wordings:
    """The wording of the other benchmarks, told on by sentences of the invented county's roles."""
    wording = load_wording(seed=_SEED)
    told = (each.get("description") or "" for each in load_world().vacancies)
    sentences = dict.fromkeys(sentence for text in told for sentence in _SENTENCE.split(_line(text)) if sentence)
    return Wordings(
        wording.source,
        tuple(map(_line, wording.titles)),
        tuple(text for each in wording.texts if (text := _line(each))),
        tuple(sentences),
    )


def _line(text: str) -> str:
    return " ".join(text.split())


class LineVectors:
    """Vectors of texts as the mean of those of their lines, of which there are some thousands."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._line = cache(self._encoded)

    def of(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Unit vectors: texts x dimension; a text of one line has the encoder's own."""
        vectors = np.array([np.sum([self._line(line) for line in text.split("\n")], axis=0) for text in texts])
        return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)

    def _encoded(self, line: str) -> npt.NDArray[np.float32]:
        vector: npt.NDArray[np.float32] = self._encoder.encode([line])[0]
        return vector
