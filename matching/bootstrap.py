"""Wiring: the one place that picks implementations."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from embeddings.cache import CachedEncoder
from embeddings.encoder import Encoder, Progress, SentenceTransformerEncoder
from embeddings.hashing import HashingEncoder
from embeddings.onnx_encoder import Numbers, OnnxEncoder
from embeddings.stored import MOST_TEXTS, StoredEncoder
from matching import texts
from matching.lasting import SustainModel
from matching.lasting_reading import NotEnoughEvidence, read_model
from matching.laying_out import build_pool
from matching.means import Means
from matching.model.shortlist import Method
from matching.model.vacancy import Vacancy
from matching.places import load_sectors
from matching.policy import policy_digest
from matching.priors import TitlePriors, with_priors
from matching.ranking import Shuffle
from matching.retrieval import Recipe, VacancyIndex, shipped_recipe
from matching.scoring import WeightedScorer, load_weights
from matching.settings import Settings
from matching.shortlisting import Shortlister
from matching.taxonomy import load_catalogue

if TYPE_CHECKING:
    from matching.store import Database
    from matching.store.shared_vectors import SharedVectors

_log = logging.getLogger(__name__)

# Changes with every change of a verdict, a value or the order that the data files do not show.
RULES = "matching-2"


@dataclass(frozen=True, kw_only=True, eq=False)
class Service:
    """What the doors call: it draws up shortlists over whatever vacancies it is given."""

    recipe: Recipe
    names_by: Encoder | None = None  # for names of occupations, if not the recipe's: of the same name, and can compute
    model: SustainModel | None = None  # of how long jobs last; the documented weights rule alone without one
    shuffle: Shuffle | None = None  # of near-ties; no order is drawn by lot without one

    @cached_property
    def means(self) -> Means:
        """What makes an answer besides the vacancies; a `LivePool` is made of it."""
        catalogue, sectors, weights = load_catalogue(), load_sectors(), load_weights()
        return Means(
            recipe=self.recipe,
            priors=TitlePriors(encoder=self.names_by or self.recipe.encoder),
            catalogue=catalogue,
            sectors=sectors,
            scorer=WeightedScorer(weights=weights, model=self.model),
            shuffle=self.shuffle,
            method=Method(
                encoder=self.recipe.name,
                weights=weights.digest,
                rules=RULES,
                catalogue=f"{catalogue.digest}-{sectors.digest}",
                policy=policy_digest(),
                model=None if self.model is None else f"{self.model.name} {self.model.digest}",
                shuffle=None if self.shuffle is None else self.shuffle.name,
            ),
        )

    def shortlister(self, vacancies: Sequence[Vacancy], *, progress: Progress | None = None) -> Shortlister:
        """Lay vacancies out, look up or encode their texts, and return what answers for them."""
        pool = build_pool(vacancies, catalogue=self.means.catalogue, sectors=self.means.sectors)
        titles = [texts.title(each) for each in vacancies]
        index = VacancyIndex.build(list(zip(titles, map(texts.duties, vacancies), strict=True)), self.recipe, progress)
        priors = self.means.priors.columns(titles, self.recipe.encoder)
        return self.means.shortlister(with_priors(pool, priors), index)


def assemble(settings: Settings) -> Service:
    """Choose the encoder and its recipe; nothing heavy is imported until a text must really be encoded.

    Raises `Invalid` if the model of how long jobs last is not there or cannot be used.
    """
    return Service(
        recipe=shipped_recipe(encoder=chosen_encoder(settings)),
        model=chosen_model(settings),
        shuffle=chosen_shuffle(settings),
    )


def assemble_stored(settings: Settings, *, most_texts: int = MOST_TEXTS) -> Service:
    """The same for a process that never encodes: `service.recipe.encoder` is a `StoredEncoder` of the same name.

    Occupations come from the shipped file or, for the encoder that needs no weights, are worked out at once. Of an
    encoder from a folder their names must be learnt like any text: see `Means.texts_needed`.
    """
    chosen = chosen_encoder(settings)
    stored = StoredEncoder(chosen.name, chosen.dimension, most_texts=most_texts)
    # Only the encoder that needs no weights may compute here; the shipped one's names are in a file.
    return Service(
        recipe=shipped_recipe(encoder=stored),
        names_by=chosen if settings.encoder == "hashing" else None,
        model=chosen_model(settings),
        shuffle=chosen_shuffle(settings),
    )


def chosen_encoder(settings: Settings) -> Encoder:
    """The encoder that the settings name; vectors of one with weights are kept in the cache."""
    computing = computing_encoder(settings)
    if isinstance(computing, HashingEncoder):
        return computing
    return CachedEncoder(computing.name, computing.dimension, lambda: computing, settings.cache_dir / "vectors.sqlite")


def computing_encoder(settings: Settings) -> Encoder:
    """The encoder that the settings name, without a cache; nothing heavy is loaded until a text comes."""
    match settings.encoder:
        case "shipped":
            return SentenceTransformerEncoder()
        case "shipped-onnx":
            return OnnxEncoder(settings.exported_encoder, numbers=Numbers.FLOAT32)
        case "shipped-int8":
            return OnnxEncoder(settings.exported_encoder, numbers=Numbers.INT8)
        case "hashing":
            return HashingEncoder()
        case folder:
            return SentenceTransformerEncoder(Path(folder))


def chosen_model(settings: Settings) -> SustainModel | None:
    """The model of how long jobs last that the settings name; raises `Invalid` if it is not there or not whole.

    Where its training said that there was too little history, there is none: the documented weights rule alone.
    """
    if settings.sustain_model is None:
        return None
    try:
        return read_model(settings.sustain_model)
    except NotEnoughEvidence:
        _log.warning("no model of how long jobs last takes part, its training had not enough evidence")
        return None


def chosen_vectors(settings: Settings, database: Database, recipe: Recipe) -> Callable[[str], SharedVectors] | None:
    """`shared_vectors` if the settings ask for them; `None` if processes hold their own."""
    return None if settings.vectors == "memory" else shared_vectors(database, recipe)


def shared_vectors(database: Database, recipe: Recipe) -> Callable[[str], SharedVectors]:
    """What gives an organisation, by its id, the vectors that the database holds for all processes.

    Raises `Conflict`, which says what to do, if the database has no table for them.
    """
    from matching.store.shared_vectors import SharedVectors
    from matching.store.shared_vectors_table import check_table

    check_table(database, dimension=recipe.encoder.dimension)
    return lambda organisation_id: SharedVectors(
        database=database, organisation_id=organisation_id, recipe=recipe.name, dimension=recipe.encoder.dimension
    )


def chosen_shuffle(settings: Settings) -> Shuffle | None:
    """The shuffle of near-ties that the settings ask for."""
    return Shuffle(width=settings.shuffle_width, seed=settings.shuffle_seed) if settings.shuffle_width > 0 else None
