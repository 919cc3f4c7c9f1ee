"""Builders for tests: read raw records as the engine does, and judge them without a meaning of words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from matching.errors import Where
from matching.fit.part import Setting
from matching.interchange import read_profile, read_vacancy
from matching.laying_out import build_pool
from matching.model.profile import VocationalProfile
from matching.model.shortlist import Method
from matching.model.vacancy import Vacancy
from matching.places import load_sectors, parse_postcode
from matching.pool import VacancyPool
from matching.scoring import WeightedScorer, load_weights
from matching.shortlisting import Shortlister
from matching.taxonomy import load_catalogue

AS_OF = date(2026, 11, 22)
METHOD = Method(encoder="by-letters", weights="w", rules="r", catalogue="c", policy="p")


def profile_of(record: dict[str, Any]) -> VocationalProfile:
    """Read one raw profile."""
    return read_profile(record, Where("profile"))


def vacancy_of(record: dict[str, Any]) -> Vacancy:
    """Read one raw vacancy."""
    return read_vacancy(record, Where("vacancy"))


def pool_of(records: Sequence[dict[str, Any]]) -> VacancyPool:
    """Lay raw vacancies out in columns."""
    return build_pool([vacancy_of(each) for each in records], catalogue=load_catalogue(), sectors=load_sectors())


def setting(as_of: date = AS_OF) -> Setting:
    """The shipped catalogues, places and figures on a day."""
    return Setting(catalogue=load_catalogue(), sectors=load_sectors(), as_of=as_of, figures=load_weights().figures)


@cache
def centroid(text: str) -> tuple[float, float] | None:
    """The centroid that the engine's table gives a postcode."""
    return load_sectors().centroid(parse_postcode(text))


class LettersInCommon:
    """A stand-in for meaning that needs no model: the share of letter pairs of a text found in a title."""

    def __init__(self, pool: VacancyPool) -> None:
        self._pairs = [_pairs(vacancy.title) for vacancy in pool.vacancies]

    def similarities(self, texts: Sequence[str], rows: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        """Similarity of each text to each row."""
        wanted = [_pairs(text) for text in texts]
        cells = [[len(pairs & self._pairs[row]) / max(len(pairs), 1) for row in rows] for pairs in wanted]
        return np.array(cells, np.float64).reshape(len(texts), len(rows))


def _pairs(text: str) -> frozenset[str]:
    lower = text.lower()
    return frozenset(lower[place : place + 2] for place in range(len(lower) - 1))


def shortlister_of(pool: VacancyPool) -> Shortlister:
    """A shortlister over a pool that needs no model."""
    return Shortlister(
        pool=pool,
        meaning=LettersInCommon(pool),
        scorer=WeightedScorer(weights=load_weights()),
        catalogue=load_catalogue(),
        sectors=load_sectors(),
        method=METHOD,
    )
