"""How long such jobs last: what a model learnt from past jobs whose match was like this one's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Final

import numpy as np

from matching.columns import Rows
from matching.fit.part import Codes, Part, Said, SoftPart, Values
from matching.lasting import SustainModel
from matching.lasting_features import ASPECTS, features_of
from matching.model.finding import Aspect, Code
from matching.model.vacancy import Vacancy
from matching.pool import Jobs

HALF_A_YEAR: Final = 26  # weeks
#: What concerns somebody's safety is learnt from nobody and weighs nothing here.
_SAFETY: Final = frozenset({(Aspect.TRAVEL, "no_go")})


def takes_part(part: Part) -> bool:
    """Whether a model looks at what this part finds."""
    return part.aspect in ASPECTS and (part.aspect, part.name) not in _SAFETY


def part(model: SustainModel, *, codes: Mapping[Aspect, Codes], values: Mapping[Aspect, Values], jobs: Jobs) -> Sustain:
    """The part of some jobs, from what was found of each aspect of each; nothing else about the person enters."""
    features = features_of(codes=codes, values=values, source=jobs.column("source"), contract=jobs.column("contract"))
    rows = np.arange(len(jobs)) if jobs.rows is None else jobs.rows
    return Sustain(name="sustain", model=model, rows=rows, chances=model.chances(features, weeks=model.intervals.weeks))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sustain(SoftPart):
    """The share of past jobs with a match like this that went on; it raises or lowers the score a little."""

    aspect: ClassVar[Aspect] = Aspect.LASTING

    model: SustainModel = field(repr=False)
    rows: Rows = field(repr=False)  # of the pool, ascending
    chances: Values = field(repr=False)  # of those rows

    def values(self, jobs: Jobs, codes: Codes) -> Values:
        return self._at(jobs)

    def say(self, job: Vacancy, code: Code, view: Jobs) -> Said:
        chances = self._at(view)
        low, high = self.model.interval(chances)
        weeks = self.model.intervals.weeks
        so_long = "half a year" if weeks == HALF_A_YEAR else f"{weeks} weeks"
        return Said(
            sentence=f"Past jobs that fitted like this went on for {so_long} in "
            f"{_cases(float(chances[0]), float(low[0]), float(high[0]))}."
        )

    def _at(self, jobs: Jobs) -> Values:
        if jobs.rows is None or jobs.rows is self.rows:
            return self.chances
        return self.chances[np.searchsorted(self.rows, jobs.rows)]


def _cases(chance: float, low: float, high: float) -> str:
    """A chance and its interval in tenths.

    >>> _cases(0.52, 0.41, 0.63), _cases(0.97, 0.88, 0.99), _cases(0.52, 0.52, 0.52)
    ('about 5 of 10 cases (4 to 6)', 'nearly all cases (9 or more of 10)', 'about 5 of 10 cases')
    """
    tenths, least, most = (round(10 * number) for number in (chance, low, high))
    if tenths == 0:
        return "hardly any case" + (f" ({most} of 10 or fewer)" if most > 0 else "")
    if tenths == 10:
        return "nearly all cases" + (f" ({least} or more of 10)" if least < 10 else "")
    return f"about {tenths} of 10 cases" + (f" ({least} to {most})" if least < most else "")
