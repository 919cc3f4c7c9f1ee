"""Words for synthetic vacancies: a few thousand titles and texts, encoded once, combined row by row into an index."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from embeddings.hashing import HashingEncoder
from embeddings.index import VectorIndex
from embeddings.lexical import LENGTH_WEIGHT, SATURATION, LexicalIndex, WordStatistics, _Segment, tokenize
from embeddings.rounding import rounded
from fixtures.generate import read_real_titles
from fixtures.world import load_world
from matching.retrieval import Recipe, VacancyIndex, shipped_recipe
from matching.settings import Settings

MOST_TITLES = 6000
_BLOCK_ROWS = 50_000
_VECTOR_BLOCK_ROWS = 4096
_DEFAULT_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """Distinct titles and texts, and where they come from."""

    source: str
    titles: tuple[str, ...] = field(repr=False)
    texts: tuple[str, ...] = field(repr=False)


def load_wording(*, seed: int) -> Wording:
    """Real vacancy titles and occupation descriptions where the public data is at hand, else the invented county's."""
    folder = Path(os.environ.get("WELLPLACED_SHARED_DATA", _DEFAULT_DATA))
    if (folder / "vacancy-titles-esco").is_dir():
        pairs = read_real_titles(folder)
        titles, texts = list(dict.fromkeys(title for title, _ in pairs)), list(dict.fromkeys(text for _, text in pairs))
        chosen = np.sort(np.random.default_rng(seed).permutation(len(titles))[:MOST_TITLES])
        return Wording(
            source="real vacancy titles (Decorte et al. 2021) and ESCO descriptions of occupations",
            titles=tuple(titles[number] for number in chosen),
            texts=tuple(texts),
        )
    vacancies = load_world().vacancies
    titles = list(dict.fromkeys(vacancy["title"] for vacancy in vacancies))
    texts = list(dict.fromkeys(vacancy["description"] for vacancy in vacancies if vacancy.get("description")))
    return Wording(source="titles and texts of the invented county", titles=tuple(titles), texts=tuple(texts))


def load_recipe(encoder: str) -> Recipe:
    """The recipe of the service with the shipped encoder (vectors kept in the user's cache folder) or hashing."""
    if encoder == "hashing":
        return shipped_recipe(encoder=HashingEncoder())
    return shipped_recipe(cache_path=Settings().cache_dir / "vectors.sqlite")


def build_index(
    wording: Wording, recipe: Recipe, *, title_of_row: npt.NDArray[np.int32], text_of_row: npt.NDArray[np.int32]
) -> VacancyIndex:
    """The service's own index over rows that each combine a title and a text, built without a string a row.

    Every row has its own vector and its own postings, though some combine the same two: nothing is saved by sharing.
    """
    words = lexical_index(wording, recipe.statistics, title_of_row=title_of_row, text_of_row=text_of_row)
    titles, texts = recipe.vectors(wording.titles), recipe.vectors(wording.texts)
    vectors = np.empty((len(title_of_row), recipe.encoder.dimension), np.float32)
    for start in range(0, len(vectors), _VECTOR_BLOCK_ROWS):
        block = slice(start, start + _VECTOR_BLOCK_ROWS)
        vectors[block] = rounded((titles[title_of_row[block]] + texts[text_of_row[block]]) * np.float32(0.5))
    # The index has no public way to take prepared parts.
    index = VacancyIndex(recipe)
    index._vectors = VectorIndex.adopt(vectors)
    index._words = words
    index._space, index._count = np.arange(len(vectors), dtype=np.int64), len(vectors)
    return index


def lexical_index(
    wording: Wording,
    statistics: WordStatistics,
    *,
    title_of_row: npt.NDArray[np.int32],
    text_of_row: npt.NDArray[np.int32],
) -> LexicalIndex:
    """The postings that `LexicalIndex.build` would make of title and text, put together from word numbers."""
    slots: dict[str, int] = {}
    titles, texts = _Words.of(wording.titles, slots), _Words.of(wording.texts, slots)
    counts = np.zeros(len(slots), np.int64)
    blocks = [slice(start, start + _BLOCK_ROWS) for start in range(0, len(title_of_row), _BLOCK_ROWS)]
    # Twice over the rows: once to count, once to fill, so that no more than one block is held besides the result.
    for block in blocks:
        slot, _, _ = _postings(titles, texts, title_of_row[block], text_of_row[block], statistics)
        counts += np.bincount(slot, minlength=len(slots))
    starts = np.concatenate([[0], np.cumsum(counts)])
    documents, effects = np.empty(starts[-1], np.int32), np.empty(starts[-1], np.float32)
    filled = starts[:-1].copy()
    for block in blocks:
        slot, document, effect = _postings(titles, texts, title_of_row[block], text_of_row[block], statistics)
        here = np.bincount(slot, minlength=len(slots))
        first = np.cumsum(here) - here
        at = np.arange(len(slot)) + (filled - first)[slot]
        documents[at], effects[at] = document + block.start, effect
        filled += here
    index = LexicalIndex(statistics)
    index._segments = (
        _Segment(
            first_document=0,
            count=len(title_of_row),
            slots=slots,
            starts=starts,
            documents=documents,
            effects=effects,
        ),
    )
    return index


@dataclass(frozen=True, slots=True)
class _Words:
    """The word numbers of some texts, one after another."""

    first: npt.NDArray[np.int64]
    slots: npt.NDArray[np.int64]

    @staticmethod
    def of(texts: Sequence[str], slots: dict[str, int]) -> _Words:
        found = [[slots.setdefault(word, len(slots)) for word in tokenize(text)] for text in texts]
        first = np.concatenate([[0], np.cumsum([len(each) for each in found])]).astype(np.int64)
        return _Words(first, np.array([slot for each in found for slot in each], np.int64))

    def lengths(self, texts: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
        return self.first[texts + 1] - self.first[texts]

    def of_rows(self, texts: npt.NDArray[np.int32]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Row and word number of every word of these texts."""
        lengths = self.lengths(texts)
        ends = np.cumsum(lengths)
        at = np.arange(ends[-1] if len(ends) else 0) + np.repeat(self.first[texts] - (ends - lengths), lengths)
        return np.repeat(np.arange(len(texts)), lengths), self.slots[at]


def _postings(
    titles: _Words,
    texts: _Words,
    title_of_row: npt.NDArray[np.int32],
    text_of_row: npt.NDArray[np.int32],
    statistics: WordStatistics,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    count = len(title_of_row)
    keys = [slot * count + row for row, slot in (titles.of_rows(title_of_row), texts.of_rows(text_of_row))]
    distinct, times = np.unique(np.concatenate(keys), return_counts=True)
    slot, row = np.divmod(distinct, count)
    lengths = titles.lengths(title_of_row) + texts.lengths(text_of_row)
    factor = SATURATION * (1.0 - LENGTH_WEIGHT + LENGTH_WEIGHT * lengths / statistics.mean_length)
    return slot, row, (times / (times + factor[row])).astype(np.float32)
