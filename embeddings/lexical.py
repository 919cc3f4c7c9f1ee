"""Score documents by the words they share with a query: BM25 with frozen word statistics, a segment at a time.

A document's score depends on its own words, the query and the frozen statistics, never on the other documents: it is
divided by what the query's own words could score, not by the best hit.
"""

from __future__ import annotations

import gzip
import hashlib
import math
import re
import threading
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from embeddings.errors import WordStatisticsRefused

#: How soon repeating a word stops counting, and how much a long document is held back. The usual values.
SATURATION = 1.2
LENGTH_WEIGHT = 0.75
#: A document that holds the query's weightiest words, this many, fully matches. Long queries name more than any one
#: document says: by all their words even the best hit scored next to nothing. Chosen in docs/meaning.md.
WORDS_OF_A_FULL_MATCH = 2

_WORD = re.compile(r"[^\W_]+(?:[+#]+)?")
#: New documents that are taken in one by one are merged into segments once there are this many small ones.
_SEGMENTS_OF_A_SIZE = 8


def tokenize(text: str) -> list[str]:
    """Return the words of a text in order: lower case, without accents, `c++` and `c#` kept."""
    folded = text.casefold()
    if not folded.isascii():
        decomposed = unicodedata.normalize("NFKD", folded)
        folded = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return _WORD.findall(folded)


#: Words that hold a sentence together and say nothing of its subject; a query is scored by its other words.
FUNCTION_WORDS = frozenset(
    tokenize(
        "a about an and any are as at be been but by can do does for from had has have how i if in into is it its me "
        "my no not of on or other our own she he so some such than that the their them then there these they this "
        "those to up us was we were what when where which while who will with would you your"
    )
)


def query_words(query: str) -> list[str]:
    """Return the distinct words of a query that say something, in order; all of them if none does."""
    words = set(tokenize(query))
    return sorted(words - FUNCTION_WORDS or words)


@dataclass(frozen=True, slots=True, kw_only=True)
class WordStatistics:
    """In how many documents of a large collection each word occurs: how much meeting it in two texts tells."""

    documents: int
    mean_length: float
    document_frequency: Mapping[str, int] = field(repr=False)
    _digest: list[str] = field(default_factory=list, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.documents < 1 or not self.mean_length > 0:
            raise ValueError("word statistics need at least one document with a word")

    @classmethod
    def of(cls, texts: Iterable[str]) -> WordStatistics:
        """Count the words of these texts themselves."""
        frequency: dict[str, int] = {}
        documents = words = 0
        for text in texts:
            found = tokenize(text)
            documents += 1
            words += len(found)
            for word in set(found):
                frequency[word] = frequency.get(word, 0) + 1
        return cls(
            documents=max(documents, 1), mean_length=words / documents if words else 1.0, document_frequency=frequency
        )

    @classmethod
    def load(cls, path: Path) -> WordStatistics:
        """Read a table: a line with the number of documents and the mean length, then `word,documents` lines."""
        try:
            first, *lines = gzip.decompress(path.read_bytes()).decode("utf-8").splitlines()
            documents, mean_length = first.split(",")
            frequency = {word: int(count) for word, _, count in (line.rpartition(",") for line in lines)}
            return cls(documents=int(documents), mean_length=float(mean_length), document_frequency=frequency)
        except (OSError, EOFError, ValueError) as error:
            raise WordStatisticsRefused(f"{path}: the table of word statistics cannot be read ({error}).") from error

    def save(self, path: Path) -> None:
        """Write the table that `load` reads; the same statistics give the same bytes."""
        lines = [f"{self.documents},{self.mean_length!r}"]
        lines += [f"{word},{count}" for word, count in sorted(self.document_frequency.items())]
        path.write_bytes(gzip.compress(("\n".join(lines) + "\n").encode("utf-8"), compresslevel=9, mtime=0))

    def without_rare_words(self, fewest: int) -> WordStatistics:
        """Leave out words of fewer documents: they are weighed as unknown ones, nearly the same."""
        kept = {word: count for word, count in self.document_frequency.items() if count >= fewest}
        return WordStatistics(documents=self.documents, mean_length=self.mean_length, document_frequency=kept)

    def weight(self, word: str) -> float:
        """Return the inverse document frequency of a word; one that is not in the table counts as found once."""
        found_in = self.document_frequency.get(word, 1)
        return math.log(1.0 + (self.documents - found_in + 0.5) / (found_in + 0.5))

    @property
    def digest(self) -> str:
        """Eight letters that change with any number in the table."""
        if not self._digest:
            content = f"{self.documents},{self.mean_length!r},{sorted(self.document_frequency.items())!r}"
            self._digest.append(hashlib.sha256(content.encode()).hexdigest()[:8])
        return self._digest[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Segment:
    """Postings of consecutive documents: for each word the documents that hold it, ascending, and its effect there."""

    first_document: int
    count: int
    slots: Mapping[str, int]
    starts: NDArray[np.int64]
    documents: NDArray[np.int32]
    effects: NDArray[np.float32]

    def postings(self, word: str) -> tuple[NDArray[np.int32], NDArray[np.float32]] | None:
        slot = self.slots.get(word)
        if slot is None:
            return None
        part = slice(int(self.starts[slot]), int(self.starts[slot + 1]))
        return self.documents[part], self.effects[part]


class LexicalIndex:
    """Documents 0..n-1 by the words they hold. Readers may go on while one writer adds."""

    def __init__(self, statistics: WordStatistics) -> None:
        self.statistics = statistics
        self._segments: tuple[_Segment, ...] = ()
        self._scratch = threading.local()

    @classmethod
    def build(cls, texts: Sequence[str], statistics: WordStatistics) -> LexicalIndex:
        """Index these texts in order."""
        index = cls(statistics)
        index.add(texts)
        return index

    @property
    def count(self) -> int:
        """Number of documents."""
        return _count(self._segments)

    def kept(self, documents: NDArray[np.int64]) -> LexicalIndex:
        """Return an index of these documents alone, numbered in this order; no text is read again."""
        index = LexicalIndex(self.statistics)
        segments = self._segments
        if segments and len(documents):
            whole = segments[0] if len(segments) == 1 else _joined(segments)
            index._segments = (_only(whole, documents),)
        return index

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return everything but the statistics as arrays, from which `of_arrays` makes an equal index."""
        segments = self._segments
        if not segments:
            segments = (_segment_of([], first_document=0, statistics=self.statistics),)
        whole = segments[0] if len(segments) == 1 else _joined(segments)
        words = "\n".join(whole.slots).encode("utf-8", "surrogatepass")
        return {
            "words": np.frombuffer(words, np.uint8),
            "starts": whole.starts,
            "documents": whole.documents,
            "effects": whole.effects,
            "count": np.array([whole.count]),
        }

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, NDArray[Any]], statistics: WordStatistics) -> LexicalIndex:
        """Make an index of arrays that `arrays` returned, which are used where they lie."""
        index = cls(statistics)
        words = arrays["words"].tobytes().decode("utf-8", "surrogatepass")
        count = int(arrays["count"][0])
        if count:
            segment = _Segment(
                first_document=0,
                count=count,
                slots={word: slot for slot, word in enumerate(words.split("\n") if words else ())},
                starts=arrays["starts"],
                documents=arrays["documents"],
                effects=arrays["effects"],
            )
            index._segments = (segment,)
        return index

    def add(self, texts: Sequence[str]) -> NDArray[np.int64]:
        """Index further texts and return their document numbers."""
        first = self.count
        if len(texts):
            segment = _segment_of(texts, first_document=first, statistics=self.statistics)
            self._segments = _merged_where_many((*self._segments, segment))
        return np.arange(first, first + len(texts), dtype=np.int64)

    def scores(self, query: str, documents: ArrayLike | None = None) -> NDArray[np.float64]:
        """Return for each document (all if None) how much of the query's words it holds: 0 to 1.

        That is its BM25 score over the most that the query's two weightiest words could score, and 1 at most. The
        number of a document has the same bits whatever else is asked about or held in the index.
        """
        line: NDArray[np.float64] = self.scores_of([query], documents)[0]
        return line

    def scores_of(self, queries: Sequence[str], documents: ArrayLike | None = None) -> NDArray[np.float64]:
        """Return the scores of several queries (queries x documents)."""
        totals = self._bm25_of(queries, documents)
        for line, query in zip(totals, queries, strict=True):
            weights = sorted(map(self.statistics.weight, query_words(query)), reverse=True)
            if weights:
                # Every word's effect is below 1, so the most that words could score is the sum of their weights.
                line /= math.fsum(weights[:WORDS_OF_A_FULL_MATCH])
        return np.minimum(totals, 1.0, out=totals)

    def bm25(self, query: str, documents: ArrayLike | None = None) -> NDArray[np.float64]:
        """Return the plain BM25 score of each document (all if None): each word of the query counts once."""
        line: NDArray[np.float64] = self._bm25_of([query], documents)[0]
        return line

    def _bm25_of(self, queries: Sequence[str], documents: ArrayLike | None) -> NDArray[np.float64]:
        segments = self._segments
        if documents is None:
            totals = np.zeros((len(queries), _count(segments)))
            for segment in segments:
                part = slice(segment.first_document, segment.first_document + segment.count)
                for line, query in zip(totals, queries, strict=True):
                    for holding, effects, weight in self._found(query, segment):
                        line[part][holding] += weight * effects
            return totals
        wanted = np.asarray(documents, dtype=np.int64)
        if len(wanted) and (int(wanted.min()) < 0 or int(wanted.max()) >= _count(segments)):
            raise IndexError(f"documents must be 0 to {_count(segments) - 1}")
        if not bool(np.all(wanted[1:] > wanted[:-1])):
            distinct, place = np.unique(wanted, return_inverse=True)
            return self._for_ascending(queries, distinct, segments)[:, place]
        return self._for_ascending(queries, wanted, segments)

    def _for_ascending(
        self, queries: Sequence[str], wanted: NDArray[np.int64], segments: Sequence[_Segment]
    ) -> NDArray[np.float64]:
        """Add up effects for documents in ascending order: a map tells where each document of a segment is wanted."""
        totals = np.zeros((len(queries), len(wanted)))
        for segment in segments:
            start, stop = np.searchsorted(wanted, [segment.first_document, segment.first_document + segment.count])
            if start == stop:
                continue
            local = wanted[start:stop] - segment.first_document
            places = self._nowhere(segment.count)
            places[local] = np.arange(start, stop)
            for line, query in zip(totals, queries, strict=True):
                for holding, effects, weight in self._found(query, segment):
                    at = places.take(holding)
                    here = np.flatnonzero(at >= 0)
                    line[at.take(here)] += weight * effects.take(here)
            places[local] = -1
        return totals

    def _found(self, query: str, segment: _Segment) -> Iterator[tuple[NDArray[np.int32], NDArray[np.float32], float]]:
        """Postings of the query's words and their weights, in one order for every wording of the query."""
        for word in query_words(query):
            postings = segment.postings(word)
            if postings is not None:
                yield (*postings, self.statistics.weight(word))

    def _nowhere(self, length: int) -> NDArray[np.int32]:
        """Return places that are all -1, kept by thread and wiped after use: filling a million would cost more."""
        places: NDArray[np.int32] | None = getattr(self._scratch, "places", None)
        if places is None or len(places) < length:
            places = np.full(length, -1, np.int32)
            self._scratch.places = places
        return places[:length]


def _count(segments: Sequence[_Segment]) -> int:
    return segments[-1].first_document + segments[-1].count if segments else 0


def _segment_of(texts: Sequence[str], *, first_document: int, statistics: WordStatistics) -> _Segment:
    slots: dict[str, int] = {}
    lengths = np.zeros(len(texts), dtype=np.int64)
    slot_of_word: list[int] = []
    for document, text in enumerate(texts):
        words = tokenize(text)
        lengths[document] = len(words)
        slot_of_word.extend([slots.setdefault(word, len(slots)) for word in words])
    document_of_word = np.repeat(np.arange(len(texts), dtype=np.int64), lengths)
    # One number for each (word, document), so that one sort brings postings in order and counts repetitions.
    keys = np.array(slot_of_word, dtype=np.int64) * max(len(texts), 1) + document_of_word
    distinct, times = np.unique(keys, return_counts=True)
    slot, document = np.divmod(distinct, max(len(texts), 1))
    length_factor = SATURATION * (1.0 - LENGTH_WEIGHT + LENGTH_WEIGHT * lengths / statistics.mean_length)
    effects = times / (times + length_factor[document])
    return _Segment(
        first_document=first_document,
        count=len(texts),
        slots=slots,
        starts=np.searchsorted(slot, np.arange(len(slots) + 1)),
        documents=document.astype(np.int32),
        effects=effects.astype(np.float32),
    )


def _merged_where_many(segments: tuple[_Segment, ...]) -> tuple[_Segment, ...]:
    """Join the last segments when many of like size have come together, so that their number grows by logarithm."""
    while len(segments) >= _SEGMENTS_OF_A_SIZE:
        last = segments[-_SEGMENTS_OF_A_SIZE:]
        if last[0].count > _SEGMENTS_OF_A_SIZE * last[-1].count:
            break
        segments = (*segments[:-_SEGMENTS_OF_A_SIZE], _joined(last))
    return segments


def _only(segment: _Segment, documents: NDArray[np.int64]) -> _Segment:
    """Leave out the postings of all other documents, and words that none of these holds."""
    new_number = np.full(segment.count, -1, dtype=np.int32)
    new_number[documents] = np.arange(len(documents), dtype=np.int32)
    number = new_number[segment.documents]
    here = np.flatnonzero(number >= 0)
    slot_of_posting = np.repeat(np.arange(len(segment.slots)), np.diff(segment.starts))[here]
    kept, slot = np.unique(slot_of_posting, return_inverse=True)
    order = np.lexsort((number[here], slot))
    words = list(segment.slots)
    return _Segment(
        first_document=0,
        count=len(documents),
        slots={words[old]: new for new, old in enumerate(kept)},
        starts=np.searchsorted(slot[order], np.arange(len(kept) + 1)),
        documents=number[here][order],
        effects=segment.effects[here][order],
    )


def _joined(segments: Sequence[_Segment]) -> _Segment:
    slots: dict[str, int] = {}
    slot_parts, document_parts = [], []
    for segment in segments:
        new_slots = np.array([slots.setdefault(word, len(slots)) for word in segment.slots], dtype=np.int64)
        slot_parts.append(np.repeat(new_slots, np.diff(segment.starts)))
        document_parts.append(segment.documents + np.int32(segment.first_document - segments[0].first_document))
    slot = np.concatenate(slot_parts)
    order = np.argsort(slot, kind="stable")
    return _Segment(
        first_document=segments[0].first_document,
        count=sum(segment.count for segment in segments),
        slots=slots,
        starts=np.searchsorted(slot[order], np.arange(len(slots) + 1)),
        documents=np.concatenate(document_parts)[order],
        effects=np.concatenate([segment.effects for segment in segments])[order],
    )
