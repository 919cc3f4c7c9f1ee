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
from evaluation.metrics.ranking import average_precision, ndcg_at, recall_at, reciprocal_rank
from matching.errors import Invalid, Problem, Where
from matching.retrieval import Recipe, VacancyIndex, shipped_recipe

#: How deep each list is looked at. What stands below counts as not found.
DEPTH = 1000
FIRST = 10
_QUERIES_AT_ONCE = 64
_RESAMPLES = 1000

#: Queries in, and for each of them a score for every document.
Score = Callable[[Sequence[str]], NDArray[np.float64]]


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledSet:
    """Queries and documents by id, and the grade of each document that was judged for a query."""

    queries: Mapping[str, str]
    corpus: Mapping[str, tuple[str, str]]
    grades: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodResult:
    """One line of the table: means over the judged queries, and how far the recipe is ahead in nDCG@10."""

    method: str
    ndcg_at_10: float
    mean_average_precision: float
    mean_reciprocal_rank: float
    recall_at_10: float
    recipe_ahead: float
    recipe_ahead_low: float
    recipe_ahead_high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MeaningTable:
    """Every method on one labelled set."""

    recipe: str
    queries: int
    documents: int
    results: tuple[MethodResult, ...]

    def result(self, method: str) -> MethodResult:
        """Return the line of one method."""
        return next(line for line in self.results if line.method == method)

    def markdown(self) -> str:
        """Return the table for a page."""
        lines = [
            f"{self.queries} queries, {self.documents} documents",
            "",
            "| method | nDCG@10 | MAP | MRR | recall@10 | recipe ahead by (95 %) |",
            "| --- | --- | --- | --- | --- | --- |",
        ]
        for line in self.results:
            numbers = (line.ndcg_at_10, line.mean_average_precision, line.mean_reciprocal_rank, line.recall_at_10)
            ahead = f"{line.recipe_ahead:+.3f} ({line.recipe_ahead_low:+.3f} to {line.recipe_ahead_high:+.3f})"
            cells = [line.method, *(f"{number:.3f}" for number in numbers), "" if line.method == RECIPE else ahead]
            lines.append("| " + " | ".join(cells) + " |")
        return "\n".join(lines) + "\n"

    def json(self) -> str:
        """Return the same as JSON."""
        return json.dumps(asdict(self), indent=1) + "\n"


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


def evaluate_set(labelled: LabelledSet, recipe: Recipe, progress: Progress | None = None) -> MeaningTable:
    """Return how well each method ranks a labelled set. Queries without a relevant document are left out."""
    documents = list(labelled.corpus)
    pairs = list(labelled.corpus.values())
    judged = [
        query for query in labelled.queries if any(grade > 0 for grade in labelled.grades.get(query, {}).values())
    ]
    if not judged:
        raise Invalid("No query has a relevant document, so there is nothing to measure.")
    identity = LinearMap.identity(recipe.encoder.name, recipe.encoder.dimension)
    mapped = replace(recipe, lexical_share=0.0)
    recipes = {RECIPE: recipe, MAPPED: mapped, ENCODER: replace(mapped, linear_map=identity)}
    methods: dict[str, Score] = {
        name: VacancyIndex.build(pairs, each, progress).similarities for name, each in recipes.items()
    }
    methods[BM25] = _bm25([f"{title}\n{text}" for title, text in pairs])
    texts = [labelled.queries[query] for query in judged]
    grades = [labelled.grades[query] for query in judged]
    found = {
        name: [_metrics(ranked, grade) for ranked, grade in zip(_ranked(score, texts, documents), grades, strict=True)]
        for name, score in methods.items()
    }
    table = {name: np.array(lines) for name, lines in found.items()}
    results = tuple(_result(name, numbers, table[RECIPE]) for name, numbers in table.items())
    return MeaningTable(recipe=recipe.name, queries=len(judged), documents=len(documents), results=results)


def _bm25(texts: Sequence[str]) -> Score:
    """Return plain BM25 over these texts, with their own word statistics: the strongest form of the baseline."""
    index = LexicalIndex.build(texts, WordStatistics.of(texts))
    return lambda queries: np.stack([index.bm25(query) for query in queries])


def _ranked(score: Score, texts: Sequence[str], documents: Sequence[str]) -> Iterator[list[str]]:
    rows = np.arange(len(documents), dtype=np.int64)
    for start in range(0, len(texts), _QUERIES_AT_ONCE):
        for scores in score(texts[start : start + _QUERIES_AT_ONCE]):
            yield [documents[row] for row in best_first(scores, rows, DEPTH)]


def _metrics(ranked: Sequence[str], grades: Mapping[str, int]) -> tuple[float, float, float, float]:
    return (
        ndcg_at(FIRST, ranked=ranked, grades=grades),
        average_precision(ranked=ranked, grades=grades),
        reciprocal_rank(ranked=ranked, grades=grades),
        recall_at(FIRST, ranked=ranked, grades=grades),
    )


def _result(method: str, numbers: NDArray[np.float64], of_recipe: NDArray[np.float64]) -> MethodResult:
    ndcg, precision, rank, recall = (math.fsum(column) / len(column) for column in numbers.T)
    ahead = of_recipe[:, 0] - numbers[:, 0]
    low, high = _interval_of_mean(ahead)
    return MethodResult(
        method=method,
        ndcg_at_10=ndcg,
        mean_average_precision=precision,
        mean_reciprocal_rank=rank,
        recall_at_10=recall,
        recipe_ahead=math.fsum(ahead) / len(ahead),
        recipe_ahead_low=low,
        recipe_ahead_high=high,
    )


def _interval_of_mean(values: NDArray[np.float64]) -> tuple[float, float]:
    """Return the 95 % bootstrap interval of a mean; the seed is fixed, so the same values give the same interval."""
    draws = np.random.default_rng(0).integers(0, len(values), size=(_RESAMPLES, len(values)))
    low, high = np.quantile(values[draws].mean(axis=1), [0.025, 0.975])
    return float(low), float(high)


# -- files -------------------------------------------------------------------------------------------------------------


def read_labelled_set(*, queries: Path, corpus: Path, qrels: Path) -> LabelledSet:
    """Read the three files; raise Invalid with every row that cannot be read."""
    problems: list[Problem] = []
    asked = {cells[0]: cells[1] for _, cells in _identified(queries, (2,), problems)}
    documents = {cells[0]: (cells[1], "".join(cells[2:])) for _, cells in _identified(corpus, (3, 2), problems)}
    grades: dict[str, dict[str, int]] = {}
    for where, (query, document, grade) in _rows(qrels, (3,), problems):
        if not (grade.isascii() and grade.isdecimal()):
            problems.append(Problem(where, f"the grade '{grade}' is not a whole number from 0"))
        elif query not in asked:
            problems.append(Problem(where, f"there is no query '{query}' in {queries.name}"))
        elif document not in documents:
            problems.append(Problem(where, f"there is no document '{document}' in {corpus.name}"))
        else:
            grades.setdefault(query, {})[document] = int(grade)
    if problems:
        raise Invalid(problems)
    return LabelledSet(queries=asked, corpus=documents, grades=grades)


def _identified(path: Path, columns: Sequence[int], problems: list[Problem]) -> Iterator[tuple[Where, list[str]]]:
    """Yield the rows of a file whose first column is an id; add repeated ids to the problems."""
    seen: set[str] = set()
    for where, cells in _rows(path, columns, problems):
        if cells[0] in seen:
            problems.append(Problem(where, f"the id '{cells[0]}' was there before"))
        seen.add(cells[0])
        yield where, cells


def _rows(path: Path, columns: Sequence[int], problems: list[Problem]) -> Iterator[tuple[Where, list[str]]]:
    """Yield each line's cells; add lines with another number of columns to the problems. Empty lines do not count."""
    try:
        # Not splitlines: a text may hold characters that Unicode counts as line ends.
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        problems.append(Problem(Where(file=str(path)), f"the file cannot be read ({error})"))
        return
    for number, line in enumerate(lines, start=1):
        cells = line.removesuffix("\r").split("\t")
        where = Where(file=path.name, row=str(number))
        if len(cells) in columns:
            yield where, cells
        elif line.strip():
            expected = " or ".join(map(str, sorted(columns)))
            problems.append(Problem(where, f"{len(cells)} columns instead of {expected}"))
