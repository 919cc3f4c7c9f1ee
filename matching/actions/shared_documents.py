"""Have the database hold the vectors of documents that all processes share, and look over what it holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from embeddings.encoder import Progress
from embeddings.stored import StoredEncoder
from matching.actions.index import LivePools
from matching.actions.organisation_pool import change_of
from matching.documents import Document, document_of
from matching.retrieval import VacancyIndex, document_key
from matching.store import Database, Store

if TYPE_CHECKING:
    from matching.store.shared_vectors import SharedVectors

#: Documents whose vectors are made and kept at a time: two texts each, which the encoder's shelf holds at once.
_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What was done about documents: how many there are, had a vector, were given one, and wait for the encoder."""

    documents: int
    known: int
    added: int
    waiting: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What was found of documents in the pool: without a vector, with another than their texts make, or unread yet."""

    documents: int
    lacking: int
    different: int
    waiting: int
    unused: int  # vectors of documents that are in the pool no more

    @property
    def is_sound(self) -> bool:
        """Whether every document that can be checked has the vector that its texts make."""
        return not self.lacking and not self.different


def keep_documents(documents: Sequence[Document], *, shared: SharedVectors, pools: LivePools, store: Store) -> Kept:
    """Keep the vector of each document whose texts have theirs; what is there is left, so doing it twice is no harm.

    A worker calls it after it has encoded the texts, and before it lets a role enter the pool.
    """
    each = list(dict.fromkeys(documents))
    lacking = [each[place] for place in shared.lacking([document_key(document) for document in each])]
    added = 0
    for block, vectors in _made(lacking, pools=pools, store=store):
        shared.keep([document_key(document) for document in block], vectors)
        added += len(block)
    return Kept(documents=len(each), known=len(each) - len(lacking), added=added, waiting=len(lacking) - added)


def fill(
    organisation_id: str,
    *,
    shared: SharedVectors,
    pools: LivePools,
    database: Database,
    progress: Progress | None = None,
) -> Kept:
    """Keep the vectors of all documents in an organisation's pool, so that its processes need none of their own."""
    done = Kept(documents=0, known=0, added=0, waiting=0)
    with database.reading(organisation_id) as store:
        for block in _documents_in_pool(store, progress):
            kept = keep_documents(block, shared=shared, pools=pools, store=store)
            done = Kept(
                documents=done.documents + kept.documents,
                known=done.known + kept.known,
                added=done.added + kept.added,
                waiting=done.waiting + kept.waiting,
            )
    return done


def look_over(
    organisation_id: str,
    *,
    shared: SharedVectors,
    pools: LivePools,
    database: Database,
    progress: Progress | None = None,
) -> Findings:
    """Make the vectors of all documents in an organisation's pool again and hold those in the database against them.

    `shared` is to have no rows yet.
    """
    documents = lacking = different = waiting = 0
    with database.reading(organisation_id) as store:
        for block in _documents_in_pool(store, progress):
            gaps = set(shared.lacking([document_key(each) for each in block]))
            there = [document for place, document in enumerate(block) if place not in gaps]
            documents, lacking, waiting = documents + len(block), lacking + len(gaps), waiting + len(there)
            for made, vectors in _made(there, pools=pools, store=store):
                rows = shared.take([document_key(each) for each in made])
                different += int((shared.vectors_at(rows) != vectors).any(axis=1).sum())
                waiting -= len(made)
    return Findings(
        documents=documents,
        lacking=lacking,
        different=different,
        waiting=waiting,
        unused=shared.kept_count() - (documents - lacking),
    )


def _documents_in_pool(store: Store, progress: Progress | None) -> Iterator[list[Document]]:
    """Each document in the pool, once, some at a time: a million roles do not fit into memory."""
    met: set[bytes] = set()
    mark = store.pool.mark()
    for block in store.pool.changes_in_blocks(0, up_to=mark, size=_AT_ONCE):
        vacancies = (change_of(entry).vacancy for entry in block)
        documents = dict.fromkeys(document_of(vacancy) for vacancy in vacancies if vacancy is not None)
        new = [document for document in documents if document_key(document) not in met]
        met.update(map(document_key, new))
        yield new
        if progress is not None:
            progress(block[-1].seq, mark)


def _made(
    documents: Sequence[Document], *, pools: LivePools, store: Store
) -> Iterator[tuple[list[Document], NDArray[np.float32]]]:
    """Documents in blocks, with the vectors that their texts make; left out is what has a text that nobody has read."""
    recipe = pools.means.recipe
    encoder = recipe.encoder
    if not isinstance(encoder, StoredEncoder):
        raise TypeError("pools look vectors up; a worker encodes")
    for start in range(0, len(documents), _AT_ONCE):
        block = list(documents[start : start + _AT_ONCE])
        texts = [part for document in block for part in document]
        with encoder.keeping(texts):
            unread = set(pools.missing(store, texts))
            block = [document for document in block if unread.isdisjoint(document)]
            index = VacancyIndex(recipe)
            index.add_documents(block)
        if block:
            yield block, index.vectors.vectors_at(np.arange(len(block)))
