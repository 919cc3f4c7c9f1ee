"""What a ranking would have brought, as text and as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict

from evaluation.estimates import Estimate
from evaluation.off_policy.gates import Closed, Gate, Overlap
from evaluation.off_policy.rewards import Reward
from evaluation.off_policy.valuing import Value

_PER = 100  # lists

Answers = Mapping[Reward, Value | Closed]


def text_of(answers: Answers, *, method: str, simulated: bool = False) -> str:
    """Return the answers for each reward as a page of text."""
    lines = [f"What '{method}' would have brought", ""]
    if simulated:
        lines += ["The history is simulated: nothing here is about real people.", ""]
    values = [each for each in answers.values() if isinstance(each, Value)]
    for reward, answer in answers.items():
        words = reward.words[0].upper() + reward.words[1:]
        lines += [
            f"{words}, for {_PER} lists",
            *(_closed(answer) if isinstance(answer, Closed) else _value(answer)),
            "",
        ]
    if values:
        lines += _NOTES
    elif any(isinstance(each, Closed) and each.gate is Gate.OVERLAP for each in answers.values()):
        lines += [_advice(method), ""]
    return "\n".join(lines).rstrip() + "\n"


def json_of(answers: Answers, *, method: str, simulated: bool = False) -> str:
    """Return the same as JSON; values are for one list."""
    told = {str(reward): {"answer": _kind(answer), **asdict(answer)} for reward, answer in answers.items()}
    return json.dumps({"method": method, "simulated": simulated, "rewards": told}, indent=1) + "\n"


_NOTES = [
    "Brackets hold 95 % intervals, by drawing participants again. Outcomes are for each list, had that list",
    "alone been ranked so. Whether an entry leads to an outcome is taken to depend on the entry and on where it",
    "stands, not on what stands beside it. The doubly robust estimate is the one to quote.",
]


def _value(value: Value) -> list[str]:
    rows = [
        ("as logged", value.logged),
        ("under this ranking (doubly robust)", value.doubly_robust),
        ("difference", value.gain),
        ("  by inverse propensity", value.weighted),
        ("  the same, self-normalised", value.self_normalised),
    ]
    said = [f"  {words:<38}{_said(estimate)}" for words, estimate in rows]
    # No interval: a bootstrap cannot know how far off the model is, and held the truth one time in five when measured.
    by_model = f"  {'  by the model alone (may be far off)':<38}{_PER * value.direct.value:7.2f}"
    return [*said, by_model, *(f"  {line}" for line in (_of_how_many(value), _overlap(value.overlap), _cause(value)))]


def _said(estimate: Estimate) -> str:
    low, value, high = (_PER * number for number in (estimate.low, estimate.value, estimate.high))
    return f"{value:7.2f} ({low:.2f} to {high:.2f})"


def _of_how_many(value: Value) -> str:
    told = value.overlap
    left_out = f" {value.unsettled_lists:,} lists are too young to be told of." if value.unsettled_lists else ""
    lost = f" {value.out_of_sight:,} jobs went out of sight; others count for them." if value.out_of_sight else ""
    return f"{told.lists:,} lists of {told.participants:,} people brought {value.outcomes:,}.{left_out}{lost}"


def _overlap(overlap: Overlap) -> str:
    return (
        f"They tell as much as {overlap.effective_lists:,.0f} lists ranked so. The largest weight is "
        f"{overlap.largest_over_mean:.1f} times the mean; {overlap.outside:.1%} falls where the log has none."
    )


def _cause(value: Value) -> str:
    if not value.by_chance:
        rests = f"{value.overlap.outside:.1%} of the ranking's weight rests on the model alone"
        return f"{rests}, so this does not show a cause."
    if value.gain.low == value.gain.high:
        return "This is the ranking that drew the lists."
    if value.gain.low > 0 or value.gain.high < 0:
        return "What the ranking would move was shuffled by chance, so the difference is caused by the order."
    return "What the ranking would move was shuffled by chance. The difference may be nothing at all."


def _closed(closed: Closed) -> list[str]:
    return [f"  No number: the gate '{closed.gate}' is closed. {closed.why}"]


def _advice(method: str) -> str:
    base = method.split(",")[0]
    return f"Ask for '{base},near-ties' to learn what it would do among the entries that the log did shuffle."


def _kind(answer: Value | Closed) -> str:
    return "closed" if isinstance(answer, Closed) else "value"
