"""The whole method on one screen: screen, retrieve, score, rank, explain."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

from matching.columns import Rows
from matching.errors import NotFound, suggestion
from matching.explaining import Drawn, FirstPlaces, Ordered, Reach, findings_of
from matching.fit import constraint_parts, soft_parts
from matching.fit.nearness import Nearness
from matching.fit.part import Judged, Mask, Part, Setting, judge
from matching.model.profile import VocationalProfile
from matching.model.shortlist import Explanation, Method, Shortlist
from matching.negotiation import NearMisses, Opening, near_misses, opens_for
from matching.places import SectorTable
from matching.pool import VacancyPool
from matching.ranking import PAGE, Shuffle, by_score
from matching.scoring import WeightedScorer
from matching.screening import Survivors, conflicts, survivors
from matching.taxonomy import Catalogue
from matching.texts import AspectText, abilities, wishes

# A slip of the hand is looked for among so many references before and after; to compare all would take too long.
COMPARED_REFS: Final = 500


class Meaning(Protocol):
    """How near in meaning texts are to rows of the pool: texts x rows, each independent of the others."""

    def similarities(self, texts: Sequence[str], rows: Rows) -> npt.NDArray[np.float64]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class MeaningOfSome:
    """The meaning of a larger pool for some of its rows, numbered anew."""

    whole: Meaning
    rows: Rows

    def similarities(self, texts: Sequence[str], rows: Rows) -> npt.NDArray[np.float64]:
        """How near each text is to each of these rows."""
        return self.whole.similarities(texts, self.rows[rows])


@dataclass(kw_only=True, eq=False)
class Shortlister:
    """Draws up shortlists from one pool of vacancies, by one method.

    Where `visible` is given (a mask over the rows of the pool), what is not visible is in no list and in no count, and
    cannot be asked about: for who asks it does not exist.
    """

    pool: VacancyPool
    meaning: Meaning
    scorer: WeightedScorer
    catalogue: Catalogue
    sectors: SectorTable
    method: Method
    shuffle: Shuffle | None = None  # named in `method` too

    def shortlists(
        self,
        profiles: Sequence[VocationalProfile],
        *,
        as_of: date,
        limit: int | None = 10,
        visible: Mask | None = None,
        profile_version: int = 1,
    ) -> list[Shortlist]:
        """One shortlist a profile, each as the profile alone would get it; `opens_for` counts over all of them."""
        drawn = [
            self.drawn(profile, as_of=as_of, visible=visible, profile_version=profile_version) for profile in profiles
        ]
        opened = opens_for(each.near for each in drawn)
        return [each.shortlist(limit=limit, opens_for=opened) for each in drawn]

    def order(self, profile: VocationalProfile, *, as_of: date, visible: Mask | None = None) -> Ordered:
        """Screen, retrieve, score and rank: the exact list, without a sentence."""
        setting = self._setting(as_of)
        parts = constraint_parts(profile, setting, self.pool)
        is_open = self.pool.is_open(on=as_of)
        if visible is not None:
            is_open &= visible
        left = survivors(parts, self.pool, is_open)
        judged, wanted = self._judged(profile, parts, setting, left)
        scores = self.scorer.scores(judged, len(left.rows))
        order = by_score(scores, self.pool.ref_rank[left.rows])
        return Ordered(
            parts=parts, is_open=is_open, rows=left.rows, judged=judged, scores=scores, order=order, wanted=wanted
        )

    def drawn(
        self, profile: VocationalProfile, *, as_of: date, visible: Mask | None = None, profile_version: int = 1
    ) -> Drawn:
        """The list of one person, from which entries, exclusions and what could be negotiated are read as needed."""
        ordered = self.order(profile, as_of=as_of, visible=visible)
        setting = self._setting(as_of)

        def judge_rows(rows: Rows) -> list[Judged]:
            return self._judged(profile, ordered.parts, setting, Survivors(jobs=self.pool.jobs(rows), codes={}))[0]

        return Drawn(
            pool=self.pool,
            scorer=self.scorer,
            method=self.method,
            profile=profile,
            profile_version=profile_version,
            as_of=as_of,
            ordered=ordered,
            judge_rows=judge_rows,
            shuffle=self.shuffle,
        )

    def explain(
        self, profile: VocationalProfile, vacancy_ref: str, *, as_of: date, visible: Mask | None = None
    ) -> Explanation:
        """Say why one vacancy is, or is not, on the list; raises `NotFound` if it is not there for who asks."""
        row = self.pool.row_of(vacancy_ref)
        if row is None or (visible is not None and not visible[row]):
            near = suggestion(vacancy_ref, self._refs_near(vacancy_ref, visible))
            raise NotFound(f"no vacancy here has the reference '{vacancy_ref}'{near}")
        setting, rows = self._setting(as_of), np.array([row], np.int64)
        asked = Survivors(jobs=self.pool.jobs(rows), codes={})
        judged, _ = self._judged(profile, constraint_parts(profile, setting, self.pool), setting, asked)
        vacancy = self.pool.vacancies[row]
        findings = findings_of(judged, 0, vacancy, self.pool.jobs(rows))
        listed = vacancy.is_open(on=as_of) and not any(finding.excludes for finding in findings)
        drawn = self.drawn(profile, as_of=as_of, visible=visible) if listed else None
        return Explanation(
            vacancy=vacancy,
            is_open=vacancy.is_open(on=as_of),
            position=None if drawn is None else drawn.position_of(vacancy_ref),
            findings=findings,
            as_of=as_of,
        )

    def texts_of(self, profile: VocationalProfile) -> tuple[str, ...]:
        """The texts of a profile that a list of it needs vectors of."""
        return tuple(each.text for each in (*wishes(profile, self.catalogue), *abilities(profile)))

    def among(self, refs: Iterable[str], *, visible: Mask | None = None) -> Shortlister:
        """A shortlister over these vacancies alone, as far as they are there and visible: same facts, same numbers.

        For asking many people about a few vacancies: what is worked out for each person is small then.
        """
        found = {self.pool.row_of(ref) for ref in refs}
        rows = np.array(sorted(row for row in found if row is not None), np.int64)
        if visible is not None:
            rows = rows[visible[rows]]
        return replace(self, pool=self.pool.kept(rows), meaning=MeaningOfSome(whole=self.meaning, rows=rows))

    def scores_of(
        self, profile: VocationalProfile, refs: Sequence[str], *, as_of: date, visible: Mask | None = None
    ) -> list[Reach | None]:
        """How far each vacancy reaches, with the numbers of `order`; `None` if it is not on the person's list.

        Nothing else of the pool is ranked. To ask for many people, ask `among(refs)`.
        """
        setting, numbers = self._setting(as_of), [self.pool.row_of(ref) for ref in refs]
        asked = np.zeros(len(self.pool), np.bool_)
        asked[[number for number in numbers if number is not None]] = True
        asked &= self.pool.is_open(on=as_of)
        if visible is not None:
            asked &= visible
        parts = constraint_parts(profile, setting, self.pool)
        left = survivors(parts, self.pool, asked)
        rows = left.rows
        if not len(rows):
            return [None] * len(refs)
        judged, wanted = self._judged(profile, parts, setting, left)
        scores = self.scorer.scores(judged, len(rows))
        nearness = np.full(len(rows), -np.inf) if wanted is None else wanted.best
        family = self.pool.columns["family"][0][rows]
        found = {
            row: Reach(score=score, nearness=near, family=group)
            for row, score, near, group in zip(
                rows.tolist(), scores.tolist(), nearness.tolist(), family.tolist(), strict=True
            )
        }
        return [None if number is None else found.get(number) for number in numbers]

    def first_places(
        self, profile: VocationalProfile, places: int = PAGE, *, as_of: date, visible: Mask | None = None
    ) -> FirstPlaces:
        """Who stands first on a list, and what a new or changed vacancy must reach to stand there too."""
        return self.drawn(profile, as_of=as_of, visible=visible).first_places(places)

    def opens_for(self, near: NearMisses, profiles: Iterable[VocationalProfile], *, as_of: date) -> Counter[Opening]:
        """For how many of these people one person's near misses open by the same concession; few rows are judged."""
        if not len(near.rows):
            return Counter()
        alone = self.pool.kept(near.rows)
        setting, jobs = self._setting(as_of), alone.jobs()
        found = []
        for profile in profiles:
            parts = constraint_parts(profile, setting, alone)
            found.append(near_misses(parts, jobs, conflicts(parts, jobs)))
        return opens_for(found)

    def _refs_near(self, ref: str, visible: Mask | None) -> list[str]:
        """References that stand near one in their order, among those that whoever asks may see."""
        rows = self.pool.ordered_rows
        if self.pool.gone is not None:
            rows = rows[~self.pool.gone[rows]]
        if visible is not None:
            rows = rows[visible[rows]]
        place = bisect_left(rows, ref, key=lambda row: self.pool.refs[row])
        return [self.pool.refs[row] for row in rows[max(place - COMPARED_REFS, 0) : place + COMPARED_REFS]]

    def _setting(self, as_of: date) -> Setting:
        return Setting(catalogue=self.catalogue, sectors=self.sectors, as_of=as_of, figures=self.scorer.weights.figures)

    def _judged(
        self, profile: VocationalProfile, parts: Iterable[Part], setting: Setting, left: Survivors
    ) -> tuple[list[Judged], Nearness | None]:
        to_wishes, to_abilities = self._nearness(wishes(profile, self.catalogue), abilities(profile), left.rows)
        soft = soft_parts(profile, setting, to_wishes=to_wishes, to_abilities=to_abilities)
        judged = [judge(part, left.jobs, left.codes.get(number)) for number, part in enumerate((*parts, *soft))]
        return self.scorer.with_lasting(judged, left.jobs), to_wishes

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
