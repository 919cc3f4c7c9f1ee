"""How near in meaning each vacancy is to what a person wants and can do: exact, and each row on its own.

The recipe, with what each step buys, is measured in docs/meaning.md: title and text of a vacancy are encoded apart,
bent by the linear map and averaged; a small share of the words they have in common with the query is added.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from embeddings.cache import CachedEncoder
from embeddings.encoder import DEFAULT_DIMENSION, Encoder, Progress, SentenceTransformerEncoder
from embeddings.index import VectorIndex, best_first
from embeddings.lexical import WORDS_OF_A_FULL_MATCH, LexicalIndex, WordStatistics
from embeddings.linear_map import LinearMap
from embeddings.linear_map import __file__ as _embeddings_file
from embeddings.onnx_encoder import Numbers
from embeddings.rounding import rounded
from embeddings.vectors import SharedIndex
from matching.keys import KEY_BYTES, Numbering

Rows = NDArray[np.int64]

#: How much of a similarity comes from shared words; the rest comes from meaning. Measured in docs/meaning.md.
LEXICAL_SHARE = 0.10
LINEAR_MAP = Path(_embeddings_file).parent / "data" / "linear_map.f32"
WORD_STATISTICS = Path(__file__).parent / "data" / "word_statistics.csv.gz"

_ROWS_AT_ONCE = 4096
_QUERIES_AT_ONCE = 64
_QUERIES_KEPT = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What makes a similarity of two texts: encoder, linear map, word statistics, and the share of shared words."""

    encoder: Encoder
    linear_map: LinearMap
    statistics: WordStatistics
    lexical_share: float = LEXICAL_SHARE

    def __post_init__(self) -> None:
        if self.linear_map.encoder_name != self.encoder.name:
            raise ValueError(f"the linear map is for {self.linear_map.encoder_name!r}, not for {self.encoder.name!r}")
        if not 0.0 <= self.lexical_share <= 1.0:
            raise ValueError("the lexical share must be 0 to 1")

    @property
    def name(self) -> str:
        """Identify everything that a similarity depends on besides the two texts."""
        words = f"{self.lexical_share:g} of {WORDS_OF_A_FULL_MATCH} words {self.statistics.digest}"
        return f"{self.encoder.name} + map {self.linear_map.name} + {words}"

    def vectors(self, texts: Sequence[str], progress: Progress | None = None) -> NDArray[np.float32]:
        """Return the mapped unit vector of each text."""
        return self.linear_map.apply(self.encoder.encode(texts, progress))


def shipped_recipe(*, encoder: Encoder | None = None, cache_path: Path | None = None) -> Recipe:
    """Return the recipe of the service: the shipped encoder unless another is given.

    The shipped map serves the shipped encoder and its exported back ends, as measured in docs/meaning.md; another
    encoder goes without one. Vectors of the shipped encoder are kept in the file at `cache_path`, or in memory.
    """
    statistics = _shipped_statistics()
    if encoder is None:
        shipped = SentenceTransformerEncoder()
        encoder = CachedEncoder(shipped.name, DEFAULT_DIMENSION, lambda: shipped, cache_path)
    trained_for = SentenceTransformerEncoder().name
    if encoder.name in {trained_for, *(numbers.encoder_name for numbers in Numbers)}:
        linear_map = LinearMap.load(LINEAR_MAP, encoder_name=trained_for).serving(encoder.name)
    else:
        linear_map = LinearMap.identity(encoder.name, encoder.dimension)
    return Recipe(encoder=encoder, linear_map=linear_map, statistics=statistics)


@cache
def _shipped_statistics() -> WordStatistics:
    return WordStatistics.load(WORD_STATISTICS)


MakeShared = Callable[[], SharedIndex]


def document_key(document: tuple[str, str]) -> bytes:
    """What a (title, text) is known by, where no text is kept."""
    title, text = (part.encode("utf-8", "surrogatepass") for part in document)
    content = len(title).to_bytes(8, "little") + title + text
    return hashlib.blake2b(content, digest_size=KEY_BYTES).digest()


class VacancyIndex:
    """The vacancies of a pool by meaning, row by row: the same rows as the pool's columns.

    Vacancies with the same title and text share one document, so a chain's two hundred equal adverts cost one vector.
    """

    def __init__(self, recipe: Recipe, *, shared: MakeShared | None = None) -> None:
        """Begin without documents; their vectors are held here, or by what `shared` makes for many processes."""
        self.recipe = recipe
        self._shared = shared
        self._sealed_keys = np.zeros((0, KEY_BYTES), np.uint8)
        self._later_keys: list[bytes] = []
        self._number_of_key = Numbering()
        self._space: Rows = np.zeros(0, dtype=np.int64)
        self._count = 0
        self._vectors: VectorIndex | SharedIndex = VectorIndex(recipe.encoder.dimension) if shared is None else shared()
        self._words = LexicalIndex(recipe.statistics)
        self._queries: dict[str, NDArray[np.float32]] = {}
        self._growing = threading.Lock()

    @classmethod
    def of_documents(
        cls,
        keys: NDArray[np.uint8],
        vectors: VectorIndex | None,
        words: LexicalIndex,
        recipe: Recipe,
        *,
        numbers: Numbering | None = None,
        shared: MakeShared | None = None,
    ) -> VacancyIndex:
        """Take over documents by their keys (documents x KEY_BYTES), with vectors and words; no row is there yet.

        Vectors that are shared are not given: they are taken by the keys. `numbers` tells the number of each key, where
        somebody has sorted them already.
        """
        index = cls(recipe, shared=shared)
        if vectors is not None:
            index._vectors = vectors
        elif shared is not None:
            index._take_shared(keys)
        if not len(keys) == index._vectors.count == words.count:
            raise ValueError("every document needs one vector and its words")
        index._sealed_keys = keys
        index._number_of_key = Numbering.of_rows(keys) if numbers is None else numbers
        index._words = words
        return index

    def _take_shared(self, keys: NDArray[np.uint8]) -> None:
        if not isinstance(self._vectors, VectorIndex):
            self._vectors.take(keys)

    def kept(self, numbers: Rows) -> VacancyIndex:
        """Return an index that holds these documents alone, numbered in this order, and no row yet."""
        vectors = VectorIndex.adopt(self._vectors.vectors_at(numbers)) if self._shared is None else None
        keys, words = self.keys[numbers], self._words.kept(numbers)
        kept = VacancyIndex.of_documents(keys, vectors, words, self.recipe, shared=self._shared)
        kept._queries = self._queries
        return kept

    @classmethod
    def build(
        cls, vacancies: Sequence[tuple[str, str]], recipe: Recipe, progress: Progress | None = None
    ) -> VacancyIndex:
        """Index the (title, text) of each vacancy in order; the text is empty where there is none."""
        index = cls(recipe)
        index.add(vacancies, progress)
        return index

    @property
    def count(self) -> int:
        """Number of rows."""
        return self._count

    def add(self, vacancies: Sequence[tuple[str, str]], progress: Progress | None = None) -> Rows:
        """Index further vacancies and return their rows. A changed vacancy is a new row; the pool forgets the old.

        One thread may add while others ask: rows are counted last, when all that they need is there.
        """
        numbers = self.add_documents(vacancies, progress)
        rows = np.arange(self._count, self._count + len(vacancies), dtype=np.int64)
        self._make_room(self._count + len(vacancies))
        self._space[rows] = numbers
        self._count += len(vacancies)
        return rows

    # -- documents, whichever rows they belong to ----------------------------------------------------------------------

    @property
    def document_count(self) -> int:
        """Number of documents."""
        return len(self._sealed_keys) + len(self._later_keys)

    @property
    def keys(self) -> NDArray[np.uint8]:
        """What each document is known by, by number: documents x KEY_BYTES. No text is kept."""
        later = np.frombuffer(b"".join(self._later_keys), np.uint8).reshape(-1, KEY_BYTES)
        return np.concatenate([self._sealed_keys, later])

    @property
    def vectors(self) -> VectorIndex | SharedIndex:
        """The vector of each document, by number."""
        return self._vectors

    @property
    def words(self) -> LexicalIndex:
        """The words of each document, by number."""
        return self._words

    def without_vectors(self, vacancies: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """Return the (title, text) that adding these would have to encode, each once, in order."""
        known = self._number_of_key
        return [each for each in dict.fromkeys(vacancies) if known.get(document_key(each)) is None]

    def add_documents(self, vacancies: Sequence[tuple[str, str]], progress: Progress | None = None) -> Rows:
        """Return the number of each (title, text), with a new one for what was not there.

        Nothing has changed if the encoder raises. Readers may go on, and one thread adds at a time.
        """
        with self._growing:
            new = self.without_vectors(vacancies)
            if new:
                first = self.document_count
                numbers = range(first, first + len(new))
                vectors = _document_vectors(new, self.recipe, progress)
                keys = [document_key(document) for document in new]
                words = [f"{title}\n{text}" for title, text in new]
                if not isinstance(self._vectors, VectorIndex):
                    # The database may be gone, and then nothing has changed.
                    self._vectors.put(keys, vectors)
                    self._words.add(words)
                else:
                    # Words before vectors: who asks meanwhile may find words without a vector, never vectors without.
                    self._words.add(words)
                    if first:
                        self._vectors.put(numbers, vectors)
                    else:
                        self._vectors = VectorIndex.adopt(vectors)
                self._later_keys += keys
                for key, number in zip(keys, numbers, strict=True):
                    self._number_of_key.put(key, number)
            return self._numbers_of(vacancies)

    def _numbers_of(self, documents: Sequence[tuple[str, str]]) -> Rows:
        """The number of each of these documents, all of which are there."""
        number_of = {document: self._number_of_key.get(document_key(document)) for document in dict.fromkeys(documents)}
        return np.array([number_of[document] for document in documents], dtype=np.int64)

    def forget_queries(self, texts: Iterable[str]) -> None:
        """Drop what is kept of things that people want and can do, as when somebody is erased."""
        dropped = set(texts)
        self._queries = {text: vector for text, vector in self._queries.items() if text not in dropped}

    def document_similarities(self, texts: Sequence[str], documents: Rows) -> NDArray[np.float64]:
        """Return how near each text is to each of these documents, with the same bits as for their rows."""
        if not texts:
            return np.zeros((0, len(documents)))
        return self._document_similarities(texts, documents)

    def similarities(self, texts: Sequence[str], rows: ArrayLike | None = None) -> NDArray[np.float64]:
        """Return how near each text is to each of these rows (all if None): texts x rows.

        A number depends on the text, the vacancy and the recipe alone, to the bit.
        """
        document_of_row = self._document_of_row
        if not texts:
            return np.zeros((0, len(document_of_row) if rows is None else len(np.asarray(rows))))
        if rows is not None:
            return self._document_similarities(texts, document_of_row[np.asarray(rows, dtype=np.int64)])
        documents = int(document_of_row.max(initial=-1)) + 1
        similarities = self._document_similarities(texts, None)[:, :documents]
        # Without repetitions a row is its own document, since documents are numbered as they come.
        return similarities if documents == len(document_of_row) else similarities[:, document_of_row]

    def _document_similarities(self, texts: Sequence[str], documents: Rows | None) -> NDArray[np.float64]:
        share = self.recipe.lexical_share
        products = self._vectors.similarities(self._query_vectors(texts), documents)
        similarities = np.multiply(products, 1.0 - share, dtype=np.float64)
        words = self._words.scores_of(texts, documents)[:, : similarities.shape[1]]
        words *= share
        similarities += words
        return similarities

    @property
    def _document_of_row(self) -> Rows:
        return self._space[: self._count]

    def _make_room(self, count: int) -> None:
        if count > len(self._space):
            space = np.zeros(max(count, 2 * len(self._space)), dtype=np.int64)
            space[: self._count] = self._document_of_row
            self._space = space

    def _query_vectors(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of what people want and can do, which are asked for again and again."""
        kept = self._queries
        unseen = [text for text in dict.fromkeys(texts) if text not in kept]
        if unseen:
            if len(kept) + len(unseen) > _QUERIES_KEPT:
                kept, unseen = {}, list(dict.fromkeys(texts))
            # A new dictionary: another thread may be reading the old one.
            kept = kept | dict(zip(unseen, self.recipe.vectors(unseen), strict=True))
            self._queries = kept
        return np.stack([kept[text] for text in texts])


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRows:
    """Rows of one pool, each with its document in an index that may grow: what these rows are never changes."""

    index: VacancyIndex
    document_of_row: Rows

    def similarities(self, texts: Sequence[str], rows: Rows) -> NDArray[np.float64]:
        """Return how near each text is to each of these rows: texts x rows."""
        return self.index.document_similarities(texts, self.document_of_row[rows])


def rank_by_meaning(
    queries: Sequence[str],
    documents: Sequence[str] | Sequence[tuple[str, str]],
    k: int,
    *,
    encoder: Encoder | None = None,
) -> list[list[int]]:
    """Return for each query the positions of the k documents nearest in meaning: best first, ties by position.

    A document is a text or a (title, text). By default this is the recipe that the service ships, with the encoder's
    vectors kept in memory. Another `encoder` takes the place of the shipped one, and then no linear map is used.
    """
    recipe = _recipe_in_memory() if encoder is None else shipped_recipe(encoder=encoder)
    pairs = [(document, "") if isinstance(document, str) else (document[0], document[1]) for document in documents]
    return rank(VacancyIndex.build(pairs, recipe), queries, k)


def rank(index: VacancyIndex, queries: Sequence[str], k: int) -> list[list[int]]:
    """Return for each query the k rows nearest in meaning: best first, ties by row."""
    rows = np.arange(index.count, dtype=np.int64)
    ranked = []
    for start in range(0, len(queries), _QUERIES_AT_ONCE):
        for scores in index.similarities(queries[start : start + _QUERIES_AT_ONCE]):
            ranked.append(best_first(scores, rows, k).tolist())
    return ranked


@cache
def _recipe_in_memory() -> Recipe:
    return shipped_recipe()


def _document_vectors(
    documents: Sequence[tuple[str, str]], recipe: Recipe, progress: Progress | None
) -> NDArray[np.float32]:
    """Return the vector of each document: the mean of its title's and its text's, or the one of what it has."""
    parts = list(dict.fromkeys(part for document in documents for part in document))
    place = {part: number for number, part in enumerate(parts)}
    vectors = recipe.vectors(parts, progress)
    halves = [
        (title if title.strip() or not text.strip() else text, text if text.strip() else title)
        for title, text in documents
    ]
    first = np.array([place[title] for title, _ in halves], dtype=np.int64)
    second = np.array([place[text] for _, text in halves], dtype=np.int64)
    mean = np.empty((len(documents), recipe.encoder.dimension), dtype=np.float32)
    for start in range(0, len(documents), _ROWS_AT_ONCE):
        block = slice(start, start + _ROWS_AT_ONCE)
        mean[block] = rounded((vectors[first[block]] + vectors[second[block]]) * np.float32(0.5))
    return mean
