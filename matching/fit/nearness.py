"""Nearness in meaning of vacancies to each thing a person wants or can do, combined by maximum."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from matching.columns import Rows
from matching.fit.part import Values
from matching.pool import Jobs
from matching.texts import AspectText


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Nearness:
    """Similarity of each aspect text (rows of the matrix) to some rows of the pool, in ascending order."""

    texts: tuple[AspectText, ...]
    rows: Rows
    best: Values  # the largest similarity after its factor; never the middle of two wishes
    weighted: npt.NDArray[np.float64]  # texts x rows, after the factors

    @staticmethod
    def of(
        texts: tuple[AspectText, ...], similarities: npt.NDArray[np.float64], rows: Rows, figures: Mapping[str, float]
    ) -> Nearness:
        """Combine similarities (texts x rows) by maximum; ties go to the text named first."""
        weighted = similarities * np.array([figures[text.factor] for text in texts])[:, None]
        return Nearness(texts=texts, rows=rows, best=weighted.max(axis=0), weighted=weighted)

    def at(self, jobs: Jobs) -> Rows | slice:
        """Where the jobs of a view stand among these rows."""
        if jobs.rows is None or jobs.rows is self.rows:
            return slice(None)
        return np.searchsorted(self.rows, jobs.rows)

    def value(self, jobs: Jobs, figures: Mapping[str, float]) -> Values:
        """The best similarity between the documented bounds, stretched to 0 to 1."""
        none, full = figures["nearness.none"], figures["nearness.full"]
        return np.clip((self.best[self.at(jobs)] - none) / (full - none), 0.0, 1.0)

    @staticmethod
    def degree(similarity: float, figures: Mapping[str, float]) -> str:
        """How near in words, from the documented bounds up."""
        if similarity >= figures["nearness.very_close"]:
            return "very close to"
        return "close to" if similarity >= figures["nearness.close"] else "not far from"

    def closest(self, view: Jobs) -> tuple[AspectText, float]:
        """The text that is nearest to the one job of a view, and its similarity."""
        place = np.arange(len(self.rows))[self.at(view)][0]
        return self.texts[int(self.weighted[:, place].argmax())], float(self.best[place])
