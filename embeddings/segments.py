"""Rows of an index in segments: sealed ones with codes where there is a kernel, and an open one that grows.

A segment is sealed once it is full, and only then coded, so codes are never changed. Whoever holds a tuple of segments
may go on reading it while the index grows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from embeddings import kernels
from embeddings.codes import PRODUCT_STEP, Codes, Rows, Vectors, length_in_steps, whole
from embeddings.plain_products import fill_gathered_products, fill_products

#: For fewer rows than this the plain way is as fast, since calling a kernel takes some 10 microseconds.
_FEWEST_CODED_ROWS = 256
#: Less than every product: what the k best so far begin with.
_NOTHING = np.iinfo(np.int32).min


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """Consecutive rows in one block of memory. `space` may reach beyond the rows that are in use."""

    first_row: int
    count: int
    space: Vectors
    codes: Codes | None = None

    @property
    def vectors(self) -> Vectors:
        return self.space[: self.count]

    @property
    def sealed(self) -> bool:
        return self.count == len(self.space)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Share:
    """The part of the rows asked about that lies in one segment, numbered from its first (all of it if None)."""

    segment: Segment
    rows: Rows | None
    columns: slice

    @property
    def count(self) -> int:
        return self.segment.count if self.rows is None else len(self.rows)

    @property
    def codes(self) -> Codes | None:
        """The codes to read, or None where the vectors are as well read themselves."""
        return None if self.count < _FEWEST_CODED_ROWS else self.segment.codes


def count_of(segments: Sequence[Segment]) -> int:
    """Number of rows in consecutive segments."""
    return segments[-1].first_row + segments[-1].count if segments else 0


def with_codes(segment: Segment) -> Segment:
    """Return the segment with codes if it is sealed and there is a kernel that reads them."""
    if segment.codes is not None or not segment.sealed or kernels.in_use() is None:
        return segment
    return replace(segment, codes=kernels.codes_of(segment.space))


def grown(segments: Sequence[Segment], stored: Vectors, *, open_rows: int) -> tuple[Segment, ...]:
    """Return the segments with further rows: in the open one while there is room, then in new ones.

    An open segment has room for `open_rows` rows. Segments that readers hold are not changed within their count.
    """
    result = list(segments)
    first_row = count_of(segments)
    while len(stored):
        last = result[-1] if result else None
        room = 0 if last is None else len(last.space) - last.count
        if last is not None and room:
            fitting = stored[:room]
            last.space[last.count : last.count + len(fitting)] = fitting
            result[-1] = with_codes(replace(last, count=last.count + len(fitting)))
        else:
            fitting = space = stored
            if len(stored) < open_rows:
                space = np.empty((open_rows, stored.shape[1]), dtype=np.float32)
                space[: len(stored)] = stored
            result.append(with_codes(Segment(first_row=first_row, count=len(stored), space=space)))
        first_row += len(fitting)
        stored = stored[len(fitting) :]
    return tuple(result)


def vectors_at(segments: Sequence[Segment], rows: Rows, *, dimension: int) -> Vectors:
    """Return the stored vectors of these rows, in their order."""
    found = np.empty((len(rows), dimension), dtype=np.float32)
    for segment in segments:
        here = (rows >= segment.first_row) & (rows < segment.first_row + segment.count)
        found[here] = segment.vectors[rows[here] - segment.first_row]
    return found


def products(segments: Sequence[Segment], queries: Vectors, rows: Rows | None) -> Vectors:
    """Return the inner product of each query with each of these rows (all if None), in their order.

    Queries must be rounded and in C order, rows within the segments.
    """
    kernel = kernels.in_use()
    whole_queries = whole(queries)
    ordered, order = _ordered(segments, rows)
    result = np.empty((len(queries), count_of(segments) if ordered is None else len(ordered)), dtype=np.float32)
    for share in _shares(segments, ordered):
        vectors, codes, here = share.segment.vectors, share.codes, result[:, share.columns]
        if kernel is not None and codes is not None:
            kernel.similarities(codes, vectors, whole_queries, rows=share.rows, result=here)
        else:
            _fill_plain(here, queries, share)
    if order is None:
        return result
    in_their_order = np.empty_like(result)
    in_their_order[:, order] = result
    return in_their_order


def candidates(
    segments: Sequence[Segment], query: Vectors, k: int, rows: Rows | None, dropped: NDArray[np.bool_] | None
) -> tuple[Rows, Vectors]:
    """Return rows that include the k nearest to one query, ties by row, with their exact products; none is dropped.

    `rows` are the rows to look at (all if None), in any order. A coded segment's k best bound those of the next.
    """
    if k <= 0 or not len(segments) or (rows is not None and not len(rows)):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)
    kernel, ordered = kernels.in_use(), _ordered(segments, rows)[0]
    whole_query = whole(query[None])[0]
    most = count_of(segments) if rows is None else len(rows)
    best_k = np.full(min(k, most), _NOTHING, dtype=np.int32)
    found: list[tuple[Rows, Vectors]] = []
    for share in _shares(segments, ordered):
        segment, codes = share.segment, share.codes
        gone = None if dropped is None else dropped[segment.first_row : segment.first_row + segment.count]
        if kernel is not None and codes is not None:
            near, whole_products = kernel.nearest(
                codes,
                segment.vectors,
                whole_query,
                length=length_in_steps(whole_query),
                rows=share.rows,
                dropped=gone,
                best_k=best_k,
            )
            near_products = whole_products.astype(np.float32) * np.float32(PRODUCT_STEP)
        else:
            near, near_products = _plain_candidates(share, query, gone)
        found.append((near + segment.first_row, near_products))
    return np.concatenate([near for near, _ in found]), np.concatenate([near for _, near in found])


def _plain_candidates(share: _Share, query: Vectors, gone: NDArray[np.bool_] | None) -> tuple[Rows, Vectors]:
    rows = np.arange(share.count, dtype=np.int64) if share.rows is None else share.rows
    similarity = np.empty((1, len(rows)), dtype=np.float32)
    _fill_plain(similarity, query[None], share)
    if gone is None:
        return rows, similarity[0]
    there = ~gone[rows]
    return rows[there], similarity[0][there]


def _fill_plain(result: Vectors, queries: Vectors, share: _Share) -> None:
    if share.rows is None:
        fill_products(result, queries, share.segment.vectors)
    else:
        fill_gathered_products(result, queries, share.segment.space, share.rows)


def _ordered(segments: Sequence[Segment], rows: Rows | None) -> tuple[Rows | None, Rows | None]:
    """Return rows so that each segment's share is one slice, and the place that each was given at if not the same."""
    if rows is None or len(segments) < 2 or bool(np.all(rows[1:] >= rows[:-1])):
        return rows, None
    order = np.argsort(rows, kind="stable")
    return rows[order], order


def _shares(segments: Sequence[Segment], ordered: Rows | None) -> Iterator[_Share]:
    if ordered is None:
        for segment in segments:
            columns = slice(segment.first_row, segment.first_row + segment.count)
            yield _Share(segment=segment, rows=None, columns=columns)
    elif len(segments) == 1:
        yield _Share(segment=segments[0], rows=ordered, columns=slice(0, len(ordered)))
    else:
        first_rows = [segment.first_row for segment in segments]
        cuts = [*np.searchsorted(ordered, first_rows).tolist(), len(ordered)]
        for segment, start, stop in zip(segments, cuts[:-1], cuts[1:], strict=True):
            if start < stop:
                yield _Share(segment=segment, rows=ordered[start:stop] - segment.first_row, columns=slice(start, stop))
