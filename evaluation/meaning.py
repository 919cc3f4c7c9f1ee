"""The ranking recipe on any labelled set, beside what it must beat: the encoder alone and BM25 alone."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embeddings.encoder import Progress
from embeddings.index import best_first
from embeddings.lexical import LexicalIndex, WordStatistics
from embeddings.linear_map import LinearMap
from evaluation.labelled_sets import LabelledSet, read_labelled_folder, read_labelled_set
from evaluation.metrics.ranking import average_precision, ndcg_at, recall_at, reciprocal_rank
from matching.errors import Invalid
from matching.retrieval import Recipe, VacancyIndex, shipped_recipe

#: How deep each list is looked at. What stands below counts as not found.
DEPTH = 1000
FIRST = 10
_QUERIES_AT_ONCE = 64
_RESAMPLES = 1000

#: Queries in, and for each of them a score for every document.
Score = Callable[[Sequence[str]], NDArray[np.float64]]


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodResult:
    """One line of the table: means over the judged queries, and how far the recipe is ahead in nDCG@10."""

    method: str
    ndcg_at_10: float
    mean_average_precision: float
    mean_reciprocal_rank: float
    recall_at_1: float
    recall_at_10: float
    recipe_ahead: float
    recipe_ahead_low: float
    recipe_ahead_high: float


#: What a table shows of each method: the field, and how it is headed.
MEASURES = {
    "ndcg_at_10": "nDCG@10",
    "mean_average_precision": "MAP",
    "mean_reciprocal_rank": "MRR",
    "recall_at_1": "recall@1",
    "recall_at_10": "recall@10",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MeaningTable:
    """Every method on one labelled set."""

    recipe: str
    queries: int
    documents: int
    results: tuple[MethodResult, ...]
    queries_left_out: int = 0  # without a relevant document

    def result(self, method: str) -> MethodResult:
        """Return the line of one method."""
        return next(line for line in self.results if line.method == method)

    def markdown(self) -> str:
        """Return the table for a page."""
        left_out = f" ({self.queries_left_out:,} without a relevant one left out)" if self.queries_left_out else ""
        return f"{self.queries:,} queries{left_out}, {self.documents:,} documents\n\n" + _markdown(
            [*MEASURES.values(), "recipe ahead by (95 %)"],
            {line.method: [*_numbers(line), "" if line.method == RECIPE else _ahead(line)] for line in self.results},
        )

    def json(self) -> str:
        """Return the same as JSON."""
        return json.dumps(asdict(self), indent=1) + "\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class MeanOfSets:
    """One method over several labelled sets: each set counts alike, however many queries it has."""

    method: str
    ndcg_at_10: float
    mean_average_precision: float
    mean_reciprocal_rank: float
    recall_at_1: float
    recall_at_10: float


def mean_of_sets(tables: Sequence[MeaningTable]) -> tuple[MeanOfSets, ...]:
    """Return the mean over the sets, method by method."""
    return tuple(
        MeanOfSets(
            method=line.method,
            **{
                name: math.fsum(getattr(table.result(line.method), name) for table in tables) / len(tables)
                for name in MEASURES
            },
        )
        for line in tables[0].results
    )


def markdown_of_tables(tables: Mapping[str, MeaningTable]) -> str:
    """Return a table for each labelled set by its name and, of several, the mean."""
    pages = [f"# {name}\n\n{table.markdown()}" for name, table in tables.items()]
    if len(tables) > 1:
        means = {line.method: _numbers(line) for line in mean_of_sets(list(tables.values()))}
        pages.append(f"# Mean of {len(tables)} sets\n\n{_markdown(list(MEASURES.values()), means)}")
    return "\n".join(pages)


def json_of_tables(tables: Mapping[str, MeaningTable]) -> str:
    """Return the same as JSON: `sets` with their names, and `mean`, empty for one set."""
    means = mean_of_sets(list(tables.values())) if len(tables) > 1 else ()
    told = {
        "sets": [{"name": name, **asdict(table)} for name, table in tables.items()],
        "mean": [asdict(line) for line in means],
    }
    return json.dumps(told, indent=1) + "\n"


def _numbers(line: MethodResult | MeanOfSets) -> list[str]:
    return [f"{getattr(line, name):.3f}" for name in MEASURES]


def _ahead(line: MethodResult) -> str:
    return f"{line.recipe_ahead:+.3f} ({line.recipe_ahead_low:+.3f} to {line.recipe_ahead_high:+.3f})"


def _markdown(headings: Sequence[str], rows: Mapping[str, Sequence[str]]) -> str:
    """A table whose columns stand under each other on a terminal too."""
    lines = [["method", *headings], *([method, *cells] for method, cells in rows.items())]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    lines.insert(1, ["-" * width for width in widths])
    padded = ([cell.ljust(width) for cell, width in zip(line, widths, strict=True)] for line in lines)
    return "".join(f"| {' | '.join(line)} |\n" for line in padded)


RECIPE = "recipe"
MAPPED = "encoder and map"
ENCODER = "encoder alone"
BM25 = "BM25 alone"


def evaluate(
    *, queries: Path, corpus: Path, qrels: Path, recipe: Recipe | None = None, progress: Progress | None = None
) -> MeaningTable:
    """Return how well each method ranks a labelled set that lies in three files, tab-separated and without headers.

    `queries` holds id and text; `corpus` id, title and text; `qrels` query, document and grade (0 or more). Raises
    Invalid with every row that cannot be read. By default the recipe is the one that ships.
    """
    labelled = read_labelled_set(queries=queries, corpus=corpus, qrels=qrels)
    return evaluate_set(labelled, recipe or shipped_recipe(), progress)


def evaluate_folder(folder: Path, recipe: Recipe, progress: Progress | None = None) -> MeaningTable:
    """Return the same for a folder that holds queries.tsv, corpus.tsv and qrels.tsv."""
    return evaluate_set(read_labelled_folder(folder), recipe, progress)


def evaluate_set(labelled: LabelledSet, recipe: Recipe, progress: Progress | None = None) -> MeaningTable:
    """Return how well each method ranks a labelled set. Queries without a relevant document are left out.

    Documents with equal scores stand in order of their ids, so the order of the rows in a file decides nothing.
    `progress` is called with what is done of texts to encode, then of queries to rank.
    """
    documents = sorted(labelled.corpus)
    pairs = [labelled.corpus[document] for document in documents]
    judged = sorted(query for query in labelled.queries if max(labelled.grades.get(query, {}).values(), default=0) > 0)
    if not judged:
        raise Invalid("No query has a relevant document, so there is nothing to measure.")
    texts = [labelled.queries[query] for query in judged]
    grades = [labelled.grades[query] for query in judged]
    table: dict[str, NDArray[np.float64]] = {}
    for name, made in _methods(recipe, pairs, progress).items():
        ranked = _ranked(made(), texts, documents, progress)
        table[name] = np.array([_metrics(*pair) for pair in zip(ranked, grades, strict=True)])
    return MeaningTable(
        recipe=recipe.name,
        queries=len(judged),
        documents=len(documents),
        results=tuple(_result(name, numbers, table[RECIPE]) for name, numbers in table.items()),
        queries_left_out=len(labelled.queries) - len(judged),
    )


def _methods(
    recipe: Recipe, pairs: Sequence[tuple[str, str]], progress: Progress | None
) -> dict[str, Callable[[], Score]]:
    """What makes the scores of each method; one index at a time need be in memory."""
    identity = LinearMap.identity(recipe.encoder.name, recipe.encoder.dimension)
    mapped = replace(recipe, lexical_share=0.0)

    def index(of: Recipe) -> Callable[[], Score]:
        return lambda: VacancyIndex.build(pairs, of, progress).similarities

    return {
        RECIPE: index(recipe),
        MAPPED: index(mapped),
        ENCODER: index(replace(mapped, linear_map=identity)),
        BM25: lambda: _bm25([f"{title}\n{text}" for title, text in pairs]),
    }


def _bm25(texts: Sequence[str]) -> Score:
    """Return plain BM25 over these texts, with their own word statistics: the strongest form of the baseline."""
    index = LexicalIndex.build(texts, WordStatistics.of(texts))
    return lambda queries: np.stack([index.bm25(query) for query in queries])


def _ranked(
    score: Score, texts: Sequence[str], documents: Sequence[str], progress: Progress | None
) -> Iterator[list[str]]:
    rows = np.arange(len(documents), dtype=np.int64)
    for start in range(0, len(texts), _QUERIES_AT_ONCE):
        for scores in score(texts[start : start + _QUERIES_AT_ONCE]):
            yield [documents[row] for row in best_first(scores, rows, DEPTH)]
        if progress is not None:
            progress(min(start + _QUERIES_AT_ONCE, len(texts)), len(texts))


def _metrics(ranked: Sequence[str], grades: Mapping[str, int]) -> tuple[float, ...]:
    """The measures of one query, in the order of `MEASURES`."""
    return (
        ndcg_at(FIRST, ranked=ranked, grades=grades),
        average_precision(ranked=ranked, grades=grades),
        reciprocal_rank(ranked=ranked, grades=grades),
        recall_at(1, ranked=ranked, grades=grades),
        recall_at(FIRST, ranked=ranked, grades=grades),
    )


def _result(method: str, numbers: NDArray[np.float64], of_recipe: NDArray[np.float64]) -> MethodResult:
    means = [math.fsum(column) / len(column) for column in numbers.T]
    ahead = of_recipe[:, 0] - numbers[:, 0]
    low, high = _interval_of_mean(ahead)
    return MethodResult(
        method=method,
        **dict(zip(MEASURES, means, strict=True)),
        recipe_ahead=math.fsum(ahead) / len(ahead),
        recipe_ahead_low=low,
        recipe_ahead_high=high,
    )


def _interval_of_mean(values: NDArray[np.float64]) -> tuple[float, float]:
    """Return the 95 % bootstrap interval of a mean; the seed is fixed, so the same values give the same interval."""
    draws = np.random.default_rng(0).integers(0, len(values), size=(_RESAMPLES, len(values)))
    low, high = np.quantile(values[draws].mean(axis=1), [0.025, 0.975])
    return float(low), float(high)
