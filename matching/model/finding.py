"""A finding: one part of one aspect of fit, with its verdict, its value and its sentence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Aspect(StrEnum):
    """An aspect of fit, in the order in which a specialist reads them."""

    PREFERENCES = "preferences"
    SKILLS = "skills"
    HOURS = "hours"
    AVAILABILITY = "availability"
    SHIFT = "shift"
    ADJUSTMENTS = "adjustments"
    SENSORY = "sensory"
    TRAVEL = "travel"
    PAY = "pay"
    PHYSICAL = "physical"
    REQUIREMENTS = "requirements"
    EXCLUSIONS = "exclusions"
    EMPLOYER = "employer"
    REFUSED_WORK = "refused_work"
    EVIDENCE = "evidence"
    LASTING = "lasting"


# Unknowns of these aspects put a role into the band `ask_first` (matching.md, bands).
BAND_ASPECTS = frozenset(
    {
        Aspect.HOURS,
        Aspect.AVAILABILITY,
        Aspect.SHIFT,
        Aspect.ADJUSTMENTS,
        Aspect.SENSORY,
        Aspect.TRAVEL,
        Aspect.PAY,
        Aspect.PHYSICAL,
    }
)


class Verdict(StrEnum):
    """What is known: it fits, it does not, or nobody knows."""

    OK = "ok"
    CONFLICT = "conflict"
    UNKNOWN = "unknown"


class Code(IntEnum):
    """Verdicts as they stand in columns; a larger one outweighs a smaller when parts are joined."""

    OK = 0
    UNKNOWN = 1
    CONFLICT = 2

    @property
    def verdict(self) -> Verdict:
        """The verdict in words."""
        return (Verdict.OK, Verdict.UNKNOWN, Verdict.CONFLICT)[self]


class Asked(StrEnum):
    """Who can answer a question."""

    EMPLOYER = "employer"
    PARTICIPANT = "participant"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One part of one aspect for one vacancy."""

    aspect: Aspect
    part: str
    verdict: Verdict
    absolute: bool
    value: float
    sentence: str
    ask: str | None = None
    asked: Asked = Asked.EMPLOYER
    settled_by: tuple[str, ...] = ()

    @property
    def about(self) -> str:
        """The aspect and part together, such as `sensory.noise`."""
        return f"{self.aspect}.{self.part}"

    @property
    def excludes(self) -> bool:
        """Whether this finding alone keeps the vacancy off the list."""
        return self.absolute and self.verdict is Verdict.CONFLICT


def verdict_of(findings: Iterable[Finding]) -> Verdict:
    """The verdict of an aspect from its parts: conflict if any conflicts, else unknown if any is unknown, else ok."""
    verdicts = {finding.verdict for finding in findings}
    if Verdict.CONFLICT in verdicts:
        return Verdict.CONFLICT
    return Verdict.UNKNOWN if Verdict.UNKNOWN in verdicts else Verdict.OK
