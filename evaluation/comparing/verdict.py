"""Lines of a comparison and the verdict that follows from them by a stated rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import NormalDist

from evaluation.estimates import Estimate
from evaluation.tables import Unit, Unsaid


class Verdict(StrEnum):
    """Whether the new ranking may take the place of the old one."""

    BETTER = "better"
    NOT_WORSE = "not worse"
    WORSE = "worse"
    CANNOT_TELL = "cannot tell"


class Part(StrEnum):
    """What a line tells of."""

    VALUE = "outcomes"
    ORDER = "order"
    COVERAGE = "coverage"
    FAIRNESS = "fairness"


class Role(StrEnum):
    """What a line does for the verdict."""

    MAIN = "main"
    GUARD = "guard"
    TOLD = "told"  # shown beside the others, and decides nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One measure of both rankings on the same lists, and how far the new one is above the old.

    `margin` is how much worse the new one may be, in the unit of the measure; `more_is` is 1 where more is better, -1
    where less is.
    """

    part: Part
    name: str
    words: str
    unit: Unit
    role: Role
    old: Estimate | Unsaid
    new: Estimate | Unsaid
    difference: Estimate | Unsaid
    margin: float = 0.0
    more_is: int = 1

    @property
    def gain(self) -> tuple[float, float] | None:
        """The interval of how much better the new ranking is; `None` where it cannot be told."""
        if isinstance(self.difference, Unsaid):
            return None
        ends = (self.more_is * self.difference.low, self.more_is * self.difference.high)
        return min(ends), max(ends)


def verdict_of(lines: Sequence[Line]) -> tuple[Verdict, str]:
    """Return the verdict and why, as a sentence.

    `cannot tell` where the main measure has no number. `worse` where its whole interval is below zero, or a guard is
    beyond its margin. `better` where its whole interval is above zero. `not worse` where its whole interval is above
    minus its margin. Else `cannot tell`.
    """
    main = next(line for line in lines if line.role is Role.MAIN)
    if main.gain is None or isinstance(main.difference, Unsaid):
        why = main.difference.why if isinstance(main.difference, Unsaid) else ""
        return Verdict.CANNOT_TELL, f"The main measure ({main.words}) has no number. {why}".strip()
    low, high = main.gain
    if high < 0:
        return Verdict.WORSE, f"The new ranking brings less: {main.words}."
    breached = breached_guards(lines)
    if breached:
        return Verdict.WORSE, f"The new ranking is beyond what is allowed in: {_joined(breached)}."
    if low > 0:
        return Verdict.BETTER, f"The new ranking brings more: {main.words}. No guard is beyond its margin."
    if low > -main.margin:
        return Verdict.NOT_WORSE, (
            f"The new ranking brings at most {main.margin:.3g} less ({main.words}), which is the margin. "
            "No guard is beyond its margin."
        )
    return Verdict.CANNOT_TELL, f"The interval of the main measure ({main.words}) is too wide for any verdict."


def breached_guards(lines: Sequence[Line]) -> list[Line]:
    """Return the guards whose loss is beyond the margin by more than chance.

    There are many guards, so the interval of each is widened for their number (Bonferroni): where nothing is worse,
    chance breaches any of them at most one time in forty.
    """
    guards = [
        (line, line.difference) for line in lines if line.role is Role.GUARD and not isinstance(line.difference, Unsaid)
    ]
    reach = NormalDist().inv_cdf(1 - _ONE_SIDE / len(guards)) if guards else 0.0
    return [
        line
        for line, apart in guards
        if line.more_is * apart.value + reach * (apart.standard_error or 0.0) < -line.margin
    ]


_ONE_SIDE = 0.025


def _joined(lines: Sequence[Line]) -> str:
    return "; ".join(line.words for line in lines)
