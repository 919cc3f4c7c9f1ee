"""When no number is given: too little of the log does what the ranking would do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from evaluation.estimates import FEWEST
from evaluation.off_policy.placing import Numbers

#: Limits of evaluation.md, section 5.
LEAST_EFFECTIVE = 50
LARGEST_OVER_MEAN = 20
MOST_OUTSIDE = 0.1
#: As many outcomes of its own must the log's tell as much as: with fewer, intervals hold the truth too seldom.
LEAST_EFFECTIVE_OUTCOMES = 5


class Gate(StrEnum):
    """What stands against a number."""

    LOG = "log"
    OUTCOMES = "outcomes"
    OVERLAP = "overlap"
    EFFECTIVE_SAMPLE = "effective sample"
    LARGEST_WEIGHT = "largest weight"


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    """How far the log does what the ranking would do.

    `outside`: the share of the ranking's weight that falls on places where the log never puts the entry.
    `effective_lists`: the lists times (sum of weights)^2 / (count x sum of squared weights), Kish's effective sample.
    `largest_over_mean`: the largest weight over the mean weight. `shuffled`: the share of entries with any chance.
    """

    lists: int
    participants: int
    outside: float
    effective_lists: float
    largest_over_mean: float
    shuffled: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """No number: which gate closed, and why, as a sentence."""

    gate: Gate
    why: str
    method: str = ""
    overlap: Overlap | None = None


def overlap_of(*, weight: Numbers, outside: Numbers, shuffled: float, lists: int, participants: int) -> Overlap:
    """Measure the overlap from the weight of each logged entry, and the share of its chance that the log never had."""
    total, squares = float(weight.sum()), float((weight**2).sum())
    return Overlap(
        lists=lists,
        participants=participants,
        outside=float(outside.mean()) if len(outside) else 0.0,
        effective_lists=lists * total**2 / (len(weight) * squares) if squares else 0.0,
        largest_over_mean=float(weight.max()) * len(weight) / total if total else float(np.inf),
        shuffled=shuffled,
    )


def closed_gate(overlap: Overlap, *, outcomes: int, method: str) -> Closed | None:
    """Return the first gate that is closed, or None."""

    def closed(gate: Gate, why: str) -> Closed:
        return Closed(gate=gate, why=why, method=method, overlap=overlap)

    if overlap.shuffled == 0 and overlap.outside > 0:
        return closed(
            Gate.OVERLAP,
            "These lists were not shuffled, so only the ranking that drew them can be valued: "
            f"{overlap.outside:.0%} of this ranking's weight falls on places where the log never put the entry.",
        )
    if overlap.outside > MOST_OUTSIDE:
        return closed(
            Gate.OVERLAP,
            f"{overlap.outside:.0%} of this ranking's weight falls on places where the log never put the entry; "
            f"at most {MOST_OUTSIDE:.0%} may.",
        )
    if overlap.largest_over_mean > LARGEST_OVER_MEAN:
        return closed(
            Gate.LARGEST_WEIGHT,
            f"One entry would count {overlap.largest_over_mean:.0f} times as much as the mean one; "
            f"at most {LARGEST_OVER_MEAN} times is let through.",
        )
    if overlap.effective_lists < LEAST_EFFECTIVE:
        return closed(
            Gate.EFFECTIVE_SAMPLE,
            f"The lists tell as much of this ranking as {overlap.effective_lists:.0f} of its own would; "
            f"{LEAST_EFFECTIVE} are needed.",
        )
    if overlap.participants < LEAST_EFFECTIVE:
        people = f"{overlap.participants}" if overlap.participants >= FEWEST else f"fewer than {FEWEST}"
        return closed(Gate.EFFECTIVE_SAMPLE, f"The lists are of {people} people; {LEAST_EFFECTIVE} are needed.")
    effective = outcomes * overlap.effective_lists / overlap.lists
    if outcomes < FEWEST:
        return closed(Gate.OUTCOMES, f"The lists brought fewer than {FEWEST} outcomes of this kind.")
    if effective < LEAST_EFFECTIVE_OUTCOMES:
        return closed(
            Gate.OUTCOMES,
            f"The lists brought {outcomes} outcomes of this kind, which tell as much of this ranking as "
            f"{effective:.1f} of its own would; {LEAST_EFFECTIVE_OUTCOMES} are needed.",
        )
    return None
