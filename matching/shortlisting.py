"""The whole method on one screen: screen, retrieve, score, rank, explain."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import numpy as np
import numpy.typing as npt

from matching.errors import NotFound, suggestion
from matching.explaining import Drawn, Ordered, findings_of
from matching.fit import constraint_parts, soft_parts
from matching.fit.nearness import Nearness
from matching.fit.part import Judged, Part, Setting, judge
from matching.model.profile import VocationalProfile
from matching.model.shortlist import Explanation, Method, Shortlist
from matching.negotiation import near_misses, opens_for
from matching.places import SectorTable
from matching.pool import Rows, VacancyPool
from matching.ranking import by_score
from matching.scoring import WeightedScorer
from matching.screening import Survivors, conflicts, survivors
from matching.taxonomy import Catalogue
from matching.texts import AspectText, abilities, wishes


class Meaning(Protocol):
    """How near in meaning texts are to rows of the pool: texts x rows, each independent of the others."""

    def similarities(self, texts: Sequence[str], rows: Rows) -> npt.NDArray[np.float64]: ...


@dataclass(kw_only=True, eq=False)
class Shortlister:
    """Draws up shortlists from one pool of vacancies, by one method."""

    pool: VacancyPool
    meaning: Meaning
    scorer: WeightedScorer
    catalogue: Catalogue
    sectors: SectorTable
    method: Method

    def shortlists(
        self, profiles: Sequence[VocationalProfile], *, as_of: date, limit: int | None = 10
    ) -> list[Shortlist]:
        """One shortlist a profile, each as the profile alone would get it; `opens_for` counts over all of them."""
        drawn = [self._drawn(profile, as_of=as_of) for profile in profiles]
        opened = opens_for(each.near for each in drawn)
        return [each.shortlist(limit=limit, opens_for=opened) for each in drawn]

    def order(self, profile: VocationalProfile, *, as_of: date) -> Ordered:
        """Screen, retrieve, score and rank: the exact list, without a sentence."""
        setting = self._setting(as_of)
        parts = constraint_parts(profile, setting, self.pool)
        is_open = self.pool.is_open(on=as_of)
        left = survivors(parts, self.pool, is_open)
        judged, wanted = self._judged(profile, parts, setting, left)
        scores = self.scorer.scores(judged, len(left.rows))
        order = by_score(scores, self.pool.ref_rank[left.rows])
        return Ordered(
            parts=parts, is_open=is_open, rows=left.rows, judged=judged, scores=scores, order=order, wanted=wanted
        )

    def explain(self, profile: VocationalProfile, vacancy_ref: str, *, as_of: date) -> Explanation:
        """Say why one vacancy is, or is not, on the list; raises `NotFound` if the pool does not hold it."""
        row = next((row for row, ref in enumerate(self.pool.refs) if ref == vacancy_ref), None)
        if row is None:
            near = suggestion(vacancy_ref, self.pool.refs)
            raise NotFound(f"no vacancy here has the reference '{vacancy_ref}'{near}")
        setting, rows = self._setting(as_of), np.array([row], np.int64)
        asked = Survivors(jobs=self.pool.jobs(rows), codes={})
        judged, _ = self._judged(profile, constraint_parts(profile, setting, self.pool), setting, asked)
        vacancy = self.pool.vacancies[row]
        findings = findings_of(judged, 0, vacancy, self.pool.jobs(rows))
        listed = vacancy.is_open(on=as_of) and not any(finding.excludes for finding in findings)
        position = self._drawn(profile, as_of=as_of).position_of(row) if listed else None
        return Explanation(
            vacancy=vacancy, is_open=vacancy.is_open(on=as_of), position=position, findings=findings, as_of=as_of
        )

    def _drawn(self, profile: VocationalProfile, *, as_of: date) -> Drawn:
        ordered = self.order(profile, as_of=as_of)
        excluded = np.setdiff1d(ordered.open_rows, ordered.rows, assume_unique=True)
        conflict = conflicts(ordered.parts, self.pool.jobs(excluded))
        near = near_misses(ordered.parts, self.pool.jobs(excluded), conflict)
        asked = Survivors(jobs=self.pool.jobs(near.rows), codes={})
        near_judged, _ = self._judged(profile, ordered.parts, self._setting(as_of), asked)
        return Drawn(
            pool=self.pool,
            scorer=self.scorer,
            method=self.method,
            profile=profile,
            as_of=as_of,
            ordered=ordered,
            excluded=excluded,
            conflict=conflict,
            near=near,
            near_judged=near_judged,
        )

    def _setting(self, as_of: date) -> Setting:
        return Setting(catalogue=self.catalogue, sectors=self.sectors, as_of=as_of, figures=self.scorer.weights.figures)

    def _judged(
        self, profile: VocationalProfile, parts: Iterable[Part], setting: Setting, left: Survivors
    ) -> tuple[list[Judged], Nearness | None]:
        to_wishes, to_abilities = self._nearness(wishes(profile, self.catalogue), abilities(profile), left.rows)
        soft = soft_parts(profile, setting, to_wishes=to_wishes, to_abilities=to_abilities)
        judged = [judge(part, left.jobs, left.codes.get(number)) for number, part in enumerate((*parts, *soft))]
        return judged, to_wishes

    def _nearness(
        self, wished: tuple[AspectText, ...], able: tuple[AspectText, ...], rows: Rows
    ) -> tuple[Nearness | None, Nearness | None]:
        """Nearness to what is wanted and to what can be done; each row of vectors is read once for all texts."""
        similarities = self.meaning.similarities([each.text for each in (*wished, *able)], rows)
        figures = self.scorer.weights.figures
        return (
            Nearness.of(wished, similarities[: len(wished)], rows, figures) if wished else None,
            Nearness.of(able, similarities[len(wished) :], rows, figures) if able else None,
        )
