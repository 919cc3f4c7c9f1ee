"""Wiring: the one place that picks implementations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from embeddings.cache import CachedEncoder
from embeddings.encoder import Encoder, Progress, SentenceTransformerEncoder
from embeddings.hashing import HashingEncoder
from matching import texts
from matching.model.shortlist import Method
from matching.model.vacancy import Vacancy
from matching.places import load_sectors
from matching.policy import policy_digest
from matching.pool import VacancyPool, build_pool
from matching.priors import load_occupations, occupation_vectors, prior_columns
from matching.retrieval import Recipe, VacancyIndex, shipped_recipe
from matching.scoring import WeightedScorer, load_weights
from matching.settings import Settings
from matching.shortlisting import Shortlister
from matching.taxonomy import load_catalogue

# Changes with every change of a verdict, a value or the order that the data files do not show.
RULES = "matching-1"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Service:
    """What the doors call: it draws up shortlists over whatever vacancies it is given."""

    recipe: Recipe

    def shortlister(self, vacancies: Sequence[Vacancy], *, progress: Progress | None = None) -> Shortlister:
        """Lay vacancies out, look up or encode their texts, and return what answers for them."""
        catalogue, sectors = load_catalogue(), load_sectors()
        pool = build_pool(vacancies, catalogue=catalogue, sectors=sectors)
        index = VacancyIndex.build(
            [(texts.title(each), texts.duties(each)) for each in vacancies], self.recipe, progress
        )
        return Shortlister(
            pool=with_priors(pool, [texts.title(each) for each in vacancies], self.recipe.encoder),
            meaning=index,
            scorer=WeightedScorer(weights=load_weights()),
            catalogue=catalogue,
            sectors=sectors,
            method=Method(
                encoder=self.recipe.name,
                weights=load_weights().digest,
                rules=RULES,
                catalogue=f"{catalogue.digest}-{sectors.digest}",
                policy=policy_digest(),
            ),
        )


def assemble(settings: Settings) -> Service:
    """Choose the encoder and its recipe; nothing heavy is imported until a text must really be encoded."""
    cache = settings.cache_dir / "vectors.sqlite"
    match settings.encoder:
        case "shipped":
            return Service(recipe=shipped_recipe(cache_path=cache))
        case "hashing":
            return Service(recipe=shipped_recipe(encoder=HashingEncoder()))
        case folder:
            own = SentenceTransformerEncoder(Path(folder))
            kept = CachedEncoder(own.name, own.dimension, lambda: own, cache)
            return Service(recipe=shipped_recipe(encoder=kept))


def with_priors(pool: VacancyPool, titles: Sequence[str], encoder: Encoder) -> VacancyPool:
    """Fill in what the nearest occupations suggest about conditions for which no file states a prior."""
    table = load_occupations()
    distinct = list(dict.fromkeys(titles))
    place = {title: number for number, title in enumerate(distinct)}
    priors = prior_columns(encoder.encode(distinct), occupation_vectors(encoder, table), table)
    title_of_row = np.array([place[title] for title in titles], np.int64)
    mean, spread = pool.columns["prior_mean"], pool.columns["prior_spread"]
    unstated = np.isnan(mean)
    return pool.with_columns(
        prior_mean=np.where(unstated, priors.mean[title_of_row].T, mean),
        prior_spread=np.where(unstated, priors.spread[title_of_row].T, spread),
        family=priors.family[title_of_row][None, :],
    )
