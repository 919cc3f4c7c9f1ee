"""Every document that a pool has met, by number: its vector and words in the index, and what its title suggests."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from matching import texts
from matching.columns import Rows
from matching.means import Means
from matching.model.vacancy import Vacancy
from matching.priors import DIMENSIONS, PriorColumns
from matching.retrieval import VacancyIndex

Document = tuple[str, str]  # title and text, as they are encoded

PRIORS: Final = ("mean", "spread", "family")


def document_of(vacancy: Vacancy) -> Document:
    """The texts of a vacancy that are encoded."""
    return texts.title(vacancy), texts.duties(vacancy)


def texts_of(documents: Iterable[Document]) -> list[str]:
    """Every part of the documents that is encoded, each once, in order."""
    return list(dict.fromkeys(part for document in documents for part in document))


@dataclass(slots=True, kw_only=True)
class Documents:
    """The documents of the snapshots that grow out of one another; none is ever taken out."""

    means: Means
    index: VacancyIndex
    sealed: PriorColumns  # of the first documents
    later: PriorColumns  # of those behind them

    @classmethod
    def empty(cls, means: Means) -> Documents:
        """No document yet."""
        return cls.of(means, VacancyIndex(means.recipe, shared=means.shared_vectors), no_priors())

    @classmethod
    def of(cls, means: Means, index: VacancyIndex, priors: PriorColumns) -> Documents:
        """The documents of an index, with what the title of each suggests."""
        return cls(means=means, index=index, sealed=priors, later=no_priors())

    def add(self, documents: Sequence[Document]) -> Rows:
        """Return the number of each document; the encoder must have the texts of those that are new.

        If it raises, nothing has changed.
        """
        new = self.index.without_vectors(documents)
        if not new:
            return self.index.add_documents(documents)
        encoder = self.means.recipe.encoder
        encoder.encode(texts_of(new))  # names all that is missing, and not only the titles
        more = self.means.priors.columns([title for title, _ in new], encoder)
        joined = joined_priors(self.later, more)
        numbers = self.index.add_documents(documents)
        self.later = joined
        return numbers

    def kept(self, numbers: Rows) -> Documents:
        """These documents alone, numbered in this order."""
        return Documents.of(self.means, self.index.kept(numbers), self.columns(numbers))

    def columns(self, numbers: Rows) -> PriorColumns:
        """What the titles of documents suggest, a row a number."""
        first = len(self.sealed.family)
        is_later = numbers >= first
        found = (
            PriorColumns(**{name: getattr(self.sealed, name).take(numbers, axis=0, mode="clip") for name in PRIORS})
            if first
            else no_priors(len(numbers))
        )
        for name in PRIORS:
            getattr(found, name)[is_later] = getattr(self.later, name)[numbers[is_later] - first]
        return found


def no_priors(count: int = 0) -> PriorColumns:
    """Room for what so many titles suggest."""
    shape = (count, len(DIMENSIONS))
    return PriorColumns(
        mean=np.zeros(shape, np.float32), spread=np.zeros(shape, np.float32), family=np.zeros(count, np.int16)
    )


def joined_priors(one: PriorColumns, two: PriorColumns) -> PriorColumns:
    """The rows of both."""
    return PriorColumns(**{name: np.concatenate([getattr(one, name), getattr(two, name)]) for name in PRIORS})
