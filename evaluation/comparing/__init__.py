"""An old and a new ranking side by side on the same lists, with a verdict by a stated rule.

The main measure is job starts that last 26 weeks for each list, by the doubly robust estimate; where too few lasted to
tell, it is job starts. It needs lists whose near-ties were shuffled: without them the verdict is `cannot tell`. Guards
are coverage (unevenness of exposure among roles and employers, share of roles not advertised, roles that come among the
first three) and fairness (gaps between groups in what stands first, and job starts of each group). `verdict_of` has the
rule.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from evaluation.comparing.exposure import coverage_lines, fit_gap_lines, group_start_lines
from evaluation.comparing.order import ndcg_by_person
from evaluation.comparing.verdict import Line, Part, Role, Verdict, verdict_of
from evaluation.estimates import Estimate
from evaluation.metrics.intervals import bootstrap_mean
from evaluation.off_policy import Closed, Ranking, Reward, ShuffledLog, Value, difference_of, shuffled_log, value_of
from evaluation.off_policy.placing import pages_of
from evaluation.off_policy.valuing import list_contributions
from evaluation.tables import Unit, Unsaid

if TYPE_CHECKING:
    from evaluation.history import History

__all__ = ["Comparison", "Line", "Part", "Role", "Verdict", "compare", "verdict_of"]

#: How much less the new ranking may bring, as a share of what the old one brings.
VALUE_MARGIN = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Both rankings line by line, and the verdict."""

    old: str
    new: str
    verdict: Verdict
    why: str
    lines: tuple[Line, ...]
    lists: int
    participants: int
    notes: tuple[str, ...]


def compare(*, old: Ranking, new: Ranking, history: History, seed: int = 0) -> Comparison:
    """Compare two rankings of the lists of a history; raises Invalid where positions or propensities are broken."""
    pages = pages_of(history)
    before, after = old.placing(history, pages), new.placing(history, pages)
    logs = {reward: shuffled_log(history, reward=reward, seed=seed) for reward in _REWARDS}
    values = [_value_line(log, reward, old, new) for reward, log in logs.items()]
    lines = [
        *_with_main(values),
        _order_line(history, *ndcg_by_person(history, pages, before, after), seed=seed),
        *coverage_lines(history, pages, before, after, seed=seed),
        *fit_gap_lines(history, pages, before, after, seed=seed),
        *_group_lines(logs[Reward.JOB_START], values[-1], old, new, seed=seed),
    ]
    verdict, why = verdict_of(lines)
    return Comparison(
        old=old.name,
        new=new.name,
        verdict=verdict,
        why=why,
        lines=tuple(lines),
        lists=len(history.shortlists),
        participants=history.shortlists["participant"].nunique(),
        notes=_NOTES,
    )


_REWARDS = (Reward.LASTING_26_WEEKS, Reward.JOB_START)
_NOTES = (
    "Outcomes are for each list, had that list alone been ranked so, and rest on the shuffle of near-ties.",
    "The order (nDCG@10) is of what was chosen under the logged order, and so favours that order. It decides nothing.",
    "Groups of fewer than ten people are withheld, with one more where that would give them away.",
    "Coverage and fairness are of the same lists in another order: neither ranking could add a role to a list.",
)


def _value_line(log: ShuffledLog | Closed, reward: Reward, old: Ranking, new: Ranking) -> Line:
    if isinstance(log, Closed):
        why = Unsaid(why=log.why)
        return _line_of_value(reward, why, why, why)
    before, after = (_told(value_of(log, each)) for each in (old, new))
    closed = next((each for each in (before, after) if isinstance(each, Unsaid)), None)
    return _line_of_value(reward, before, after, closed or difference_of(log, old, new))


def _told(value: Value | Closed) -> Estimate | Unsaid:
    return Unsaid(why=value.why) if isinstance(value, Closed) else value.doubly_robust


def _line_of_value(
    reward: Reward, old: Estimate | Unsaid, new: Estimate | Unsaid, difference: Estimate | Unsaid
) -> Line:
    return Line(
        part=Part.VALUE,
        name=str(reward),
        words=f"{reward.words}, for each list",
        unit=Unit.NUMBER,
        role=Role.GUARD,
        old=old,
        new=new,
        difference=difference,
        margin=VALUE_MARGIN * old.value if isinstance(old, Estimate) else 0.0,
    )


def _with_main(values: list[Line]) -> list[Line]:
    """Make the first line that has a number the main one; the first of all where none has."""
    main = next((line for line in values if line.gain), values[0])
    return [replace(line, role=Role.MAIN) if line is main else line for line in values]


def _order_line(history: History, old: np.ndarray, new: np.ndarray, *, seed: int) -> Line:
    told = np.flatnonzero(np.isfinite(old))
    before, after, difference = (bootstrap_mean(each[told], told, seed=seed) for each in (old, new, new - old))
    return Line(
        part=Part.ORDER,
        name="ndcg_at_10",
        words="nDCG@10 of graded outcomes, mean over people",
        unit=Unit.NUMBER,
        role=Role.TOLD,
        old=before,
        new=after,
        difference=difference,
    )


def _group_lines(log: ShuffledLog | Closed, value: Line, old: Ranking, new: Ranking, *, seed: int) -> Iterator[Line]:
    """Job starts for each list by group, where they can be valued."""
    if isinstance(log, Closed) or not isinstance(value.old, Estimate) or not value.gain:
        return
    people, settled = len(log.history.participants), log.brought.settled
    placings = [each.placing(log.history, log.pages) for each in (old, new)]
    robust = [list_contributions(log, each).doubly_robust for each in placings]
    yield from group_start_lines(
        log.history,
        sums=[np.bincount(log.people[settled], weights=each[settled], minlength=people) for each in robust],
        lists=np.bincount(log.people[settled], minlength=people).astype(np.float64),
        margin=VALUE_MARGIN * value.old.value,
        seed=seed,
    )
