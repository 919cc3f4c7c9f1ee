"""What a list would look like with one fact changed: where a vacancy would stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from matching.columns import Rows
from matching.fit.part import Judged, Values


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Standing:
    """The scores of a list, best first, with ties in order of reference."""

    scores: Values
    ref_rank: npt.NDArray[np.int64]

    @staticmethod
    def of(scores: Values, ref_rank: npt.NDArray[np.int64], order: Rows) -> Standing:
        """Take the scores and references of a list in its order."""
        return Standing(scores=scores[order], ref_rank=ref_rank[order])

    def place(self, *, score: float, ref_rank: int) -> int:
        """The place, from 1, that a newcomer with this score and reference would take."""
        better = int(np.searchsorted(-self.scores, -score, side="left"))
        through = int(np.searchsorted(-self.scores, -score, side="right"))
        return 1 + better + int(np.count_nonzero(self.ref_rank[better:through] < ref_rank))

    def places(self, scores: Values) -> npt.NDArray[np.int64]:
        """The places of many newcomers at once, each ahead of its equals."""
        return 1 + np.searchsorted(-self.scores, -scores, side="left")


def with_values(judged: Sequence[Judged], values: Mapping[int, Values]) -> list[Judged]:
    """The same judgements with the values of some parts, named by position, put in place of their own."""
    return [replace(each, values=values[number]) if number in values else each for number, each in enumerate(judged)]
