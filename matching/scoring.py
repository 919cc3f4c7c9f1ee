"""The score of a vacancy: a weighted mean of its findings' values, by documented weights."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np

from matching.errors import Problem, Where
from matching.fit import lasting
from matching.fit.part import Codes, Judged, Part, Values, judge
from matching.lasting import SustainModel
from matching.lasting_features import ABSENT
from matching.model.finding import Aspect
from matching.pool import Jobs
from matching.tables import Cells, Table, digest, number, one_of, raise_problems, text

WEIGHTS_FILE = Path(__file__).with_name("data") / "weights.csv"
SHARED = "*"  # in place of a part: the weight is shared by the parts of the aspect that are present


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """Weights of parts and aspects, and the figures that turn facts into values; versioned by digest."""

    by_part: Mapping[str, float]
    figures: Mapping[str, float]
    digest: str

    def of(self, part: Part) -> float:
        """The weight of a part that has one of its own, else of its whole aspect."""
        own = self.by_part.get(f"{part.aspect}.{part.name}")
        return self.by_part[f"{part.aspect}.{SHARED}"] if own is None else own

    def shares(self, part: Part) -> bool:
        """Whether the part shares its aspect's weight with the other parts that are present."""
        return f"{part.aspect}.{part.name}" not in self.by_part


@cache
def load_weights() -> Weights:
    """Return the shipped weights, read and checked once."""
    return read_weights(WEIGHTS_FILE)


def read_weights(file: Path) -> Weights:
    """Read weights and figures; raises `Invalid` naming every row that is wrong."""
    table = Table(file)
    rows = table.read_rows(dict, _COLUMNS, key=["name"], check=partial(_without_weight, file=file.name))
    raise_problems([table])
    return Weights(
        by_part={row["name"]: row["value"] for row in rows if row["kind"] == "weight"},
        figures={row["name"]: row["value"] for row in rows if row["kind"] == "figure"},
        digest=digest(table.text),
    )


_COLUMNS: Cells = {
    "kind": one_of(["weight", "figure"], otherwise="should be weight or figure"),
    "name": text,
    "value": number(most=1000, otherwise="should be a number from 0 to 1000"),
    **dict.fromkeys(("why", "source", "status"), str),
}


def _without_weight(rows: Sequence[dict[str, Any]], *, file: str) -> list[Problem]:
    covered = {row["name"].split(".")[0] for row in rows if row["kind"] == "weight"}
    return [Problem(Where(file), f"no weight for the aspect '{aspect}'") for aspect in Aspect if aspect not in covered]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WeightedScorer:
    """Scores by documented weights; the same facts give the same bits whatever else is in the pool.

    score = sum over parts of weight x value / sum of weights, where the parts of an aspect that share
    its weight have it in equal shares among those that are present for the vacancy.

    Where a model of how long jobs last is configured, what it makes of a match is one more part, `lasting.sustain`.
    Its value lies between 0 and 1, so no score moves by more than that part's share of the weight.
    """

    weights: Weights
    model: SustainModel | None = None

    def with_lasting(self, judged: Sequence[Judged], jobs: Jobs) -> list[Judged]:
        """The judgements, with what the model makes of the others in place of what it made of any before."""
        others = [each for each in judged if each.part.aspect is not Aspect.LASTING]
        if self.model is None:
            return others
        learnt_from = [each for each in others if lasting.takes_part(each.part)]
        part = lasting.part(
            self.model,
            codes=aspect_codes(learnt_from, len(jobs)),
            values=aspect_values(learnt_from, len(jobs), self.weights),
            jobs=jobs,
        )
        return [*others, judge(part, jobs)]

    def scores(self, judged: Sequence[Judged], count: int) -> Values:
        """Score `count` vacancies from all their judged parts."""
        total = np.zeros(count)
        weight: Values | float = 0.0  # one for all, until a part is not present everywhere
        for aspect in Aspect:
            of_aspect = [each for each in judged if each.part.aspect is aspect]
            shared = [each for each in of_aspect if self.weights.shares(each.part)]
            share = self.weights.by_part.get(f"{aspect}.{SHARED}", 0.0)
            if shared and all(each.at is None for each in shared):
                total += _mean_everywhere(shared, share)
                weight = weight + share
            elif shared:
                values, present = _mean(shared, count)
                present *= share
                values *= present
                total += values
                weight = weight + present
            for each in of_aspect:
                if not self.weights.shares(each.part):
                    own = self.weights.of(each.part)
                    total += (
                        own * each.values if each.by_kind is None else each.by_kind.spread(own * each.by_kind.values)
                    )
                    weight = weight + own
        total /= np.where(weight == 0, 1.0, weight)
        return total

    def effects(self, judged: Sequence[Judged], count: int) -> list[Values]:
        """For each judged part, how much of the score one whole unit of its value makes, where it is present."""
        weight = np.zeros(count)
        counts: dict[Aspect, Values] = {}
        for each in judged:
            if self.weights.shares(each.part):
                shared = counts.setdefault(each.part.aspect, np.zeros(count))
                shared[slice(None) if each.at is None else each.at] += 1
            else:
                weight += self.weights.of(each.part)
        for aspect, shared in counts.items():
            weight += self.weights.by_part[f"{aspect}.{SHARED}"] * (shared > 0)
        effects = []
        for each in judged:
            at = slice(None) if each.at is None else each.at
            own = self.weights.of(each.part)
            sharing = counts[each.part.aspect][at] if self.weights.shares(each.part) else 1.0
            effects.append(own / sharing / np.where(weight == 0, 1.0, weight)[at])
        return effects


def _mean_everywhere(shared: Sequence[Judged], share: float) -> Values:
    """A share of the mean of values that are all present; worked out by kind where all are of the same kinds."""
    kinds = shared[0].by_kind
    if kinds is not None and all(each.by_kind is not None and each.by_kind.alike is kinds.alike for each in shared):
        return kinds.spread(share * (_sum([each.by_kind.values for each in shared if each.by_kind]) / len(shared)))
    return share * (_sum([each.values for each in shared]) / len(shared))


def _sum(values: Sequence[Values]) -> Values:
    total = np.zeros(len(values[0]))
    for each in values:
        total += each
    return total


def _mean(shared: Sequence[Judged], count: int) -> tuple[Values, Values]:
    """Mean of the values that are present, and 1 where any is."""
    if all(each.at is None for each in shared):
        total = np.zeros(count)
        for each in shared:
            total += each.values
        return total / len(shared), np.ones(count)
    total, present = np.zeros(count), np.zeros(count)
    for each in shared:
        at = slice(None) if each.at is None else each.at
        total[at] += each.values
        present[at] += 1
    return total / np.maximum(present, 1), np.minimum(present, 1.0)


def aspect_codes(judged: Sequence[Judged], count: int) -> Mapping[Aspect, Codes]:
    """By aspect that has a part, the worst code of its parts; `ABSENT` in rows where none is present."""
    found: dict[Aspect, Codes] = {}
    for each in judged:
        codes = found.setdefault(each.part.aspect, np.full(count, ABSENT, np.int8))
        at = slice(None) if each.at is None else each.at
        codes[at] = np.maximum(codes[at], each.codes)
    return found


def aspect_values(judged: Sequence[Judged], count: int, weights: Weights) -> Mapping[Aspect, Values]:
    """By aspect that has a part, the mean of its parts' values by their weights; NaN in rows where none is present."""
    return {
        aspect: _weighted_mean([each for each in judged if each.part.aspect is aspect], count, weights)
        for aspect in Aspect
        if any(each.part.aspect is aspect for each in judged)
    }


def _weighted_mean(judged: Sequence[Judged], count: int, weights: Weights) -> Values:
    total, weight = np.zeros(count), np.zeros(count)
    shared = [each for each in judged if weights.shares(each.part)]
    if shared:
        values, present = _mean(shared, count)
        total += weights.of(shared[0].part) * present * values
        weight += weights.of(shared[0].part) * present
    for each in judged:
        if not weights.shares(each.part):
            at = slice(None) if each.at is None else each.at
            total[at] += weights.of(each.part) * each.values
            weight[at] += weights.of(each.part)
    return np.where(weight == 0, np.nan, total / np.where(weight == 0, 1.0, weight))


def mean_of_findings(findings: Iterable[tuple[Aspect, str, float]], weights: Weights) -> Mapping[Aspect, float]:
    """The same for one vacancy whose findings are kept as aspect, part and value, as in a stored list."""
    shared: dict[Aspect, list[float]] = {}
    own: dict[Aspect, list[tuple[float, float]]] = {}
    for aspect, part, value in findings:
        weight = weights.by_part.get(f"{aspect}.{part}")
        if weight is None:
            shared.setdefault(aspect, []).append(value)
        else:
            own.setdefault(aspect, []).append((weight, value))
    means: dict[Aspect, float] = {}
    for aspect in (*shared, *(each for each in own if each not in shared)):
        weighed = list(own.get(aspect, []))
        if aspect in shared:
            weighed.append((weights.by_part[f"{aspect}.{SHARED}"], sum(shared[aspect]) / len(shared[aspect])))
        weight = sum(each for each, _ in weighed)
        if weight > 0:
            means[aspect] = sum(each * value for each, value in weighed) / weight
    return means
