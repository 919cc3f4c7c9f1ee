"""What makes an answer besides the vacancies: the same for every pool of a process."""

from __future__ import annotations

from dataclasses import dataclass

from matching.model.shortlist import Method
from matching.places import SectorTable
from matching.pool import VacancyPool
from matching.priors import TitlePriors
from matching.ranking import Shuffle
from matching.retrieval import MakeShared, Recipe
from matching.scoring import WeightedScorer
from matching.shortlisting import Meaning, Shortlister
from matching.taxonomy import Catalogue


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What makes an answer besides the vacancies: encoder, priors, catalogues, weights; the same for every pool."""

    recipe: Recipe
    priors: TitlePriors
    catalogue: Catalogue
    sectors: SectorTable
    scorer: WeightedScorer
    method: Method
    shuffle: Shuffle | None = None
    shared_vectors: MakeShared | None = None  # of one organisation, where the database holds them for all processes

    def shortlister(self, pool: VacancyPool, meaning: Meaning) -> Shortlister:
        """Put together what answers over one pool."""
        return Shortlister(
            pool=pool,
            meaning=meaning,
            scorer=self.scorer,
            catalogue=self.catalogue,
            sectors=self.sectors,
            method=self.method,
            shuffle=self.shuffle,
        )

    @property
    def texts_needed(self) -> tuple[str, ...]:
        """Names of occupations that must be learnt first, where neither a file nor this process can tell of them."""
        return self.priors.texts_needed

    @property
    def names(self) -> dict[str, str]:
        """All that a document's saved numbers depend on besides its texts."""
        return {
            "recipe": self.recipe.name,
            "dimension": str(self.recipe.encoder.dimension),
            "priors": self.priors.digest,
            "vectors": "held" if self.shared_vectors is None else "shared",
        }
