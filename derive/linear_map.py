"""Train the linear map on pairs of public names, descriptions and tasks of occupations.

    python -m derive.linear_map            # writes embeddings/data/linear_map.f32 and its manifest
    python -m derive.linear_map measure    # the same training without the held-out occupations, and how they are ranked

What people call an occupation, or three tasks of it, should lie nearest to that occupation's own title and description.
The map starts as the identity and is held near it, so that it bends the space and does not make another one.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from derive.labelled_sets import (
    SHARED_DATA,
    Occupation,
    esco_occupations,
    in_threes,
    is_held_out,
    labelled_sets,
    onet_occupations,
    vacancy_titles,
)
from derive.word_statistics import statistics_of
from embeddings.cache import CachedEncoder
from embeddings.encoder import Encoder, SentenceTransformerEncoder
from embeddings.linear_map import LinearMap
from evaluation.meaning import evaluate_set
from matching.retrieval import LINEAR_MAP, Recipe, shipped_recipe
from matching.settings import Settings

SOURCES = [
    "other names, ESCO v1.1.1",
    "other names, O*NET 27.0",
    "task statements three at a time, O*NET 27.0",
    "vacancy titles, JobBERT evaluation data set (validation half)",
]

ATTRIBUTIONS = [
    "This service uses the ESCO classification of the European Commission.",
    "This product includes information from the O*NET 27.0 Database by the U.S. Department of Labor, Employment and "
    "Training Administration (USDOL/ETA). Used under the CC BY 4.0 license. O*NET is a trademark of USDOL/ETA. The "
    "data was modified, and USDOL/ETA has not approved, endorsed, or tested these modifications.",
    "Vacancy titles: Decorte, Van Hautte, Demeester, Develder, JobBERT: Understanding Job Titles through Skills, FEAST "
    "at ECML-PKDD 2021 (MIT).",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Something that is said of an occupation, and the occupation."""

    said: str
    occupation: Occupation


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """How the map is trained. Chosen on occupations that are neither trained on nor held out; see docs/meaning.md."""

    steps: int = 1000
    pairs_a_step: int = 512
    scale: float = 20.0
    learning_rate: float = 1e-3
    pull_to_identity: float = 0.05
    seed: int = 1


def train(groups: Sequence[Sequence[Pair]], encoder: Encoder, training: Training) -> LinearMap:
    """Return the map after training. Each step draws evenly from the groups, whatever their sizes.

    In-batch cross-entropy, both ways, between what is said and the title, and between what is said and the description;
    two pairs of one occupation are never each other's wrong answer. The learning rate falls along a cosine.
    """
    import torch
    from torch.nn.functional import cross_entropy, normalize

    torch.set_num_threads(1)
    generator = torch.Generator().manual_seed(training.seed)
    pairs = [pair for group in groups for pair in group]
    said = torch.from_numpy(encoder.encode([pair.said for pair in pairs]))
    sides = [
        torch.from_numpy(encoder.encode([pair.occupation.title for pair in pairs])),
        torch.from_numpy(encoder.encode([pair.occupation.description for pair in pairs])),
    ]
    number = {code: at for at, code in enumerate(dict.fromkeys(pair.occupation.code for pair in pairs))}
    occupation = torch.tensor([number[pair.occupation.code] for pair in pairs])
    starts = np.cumsum([0, *(len(group) for group in groups)]).tolist()
    size = training.pairs_a_step
    right, diagonal = torch.arange(size), torch.eye(size, dtype=torch.bool)
    identity = torch.eye(encoder.dimension)
    matrix = torch.nn.Parameter(identity.clone())
    optimiser = torch.optim.Adam([matrix], lr=training.learning_rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, T_max=training.steps)
    for _ in range(training.steps):
        group = torch.randint(len(groups), (size,), generator=generator)
        share = torch.rand(size, generator=generator, dtype=torch.float64)
        first, sizes = torch.tensor(starts)[group], torch.diff(torch.tensor(starts))[group]
        drawn = first + (share * sizes).long()
        same = (occupation[drawn][:, None] == occupation[drawn][None, :]) & ~diagonal
        query = normalize(said[drawn] @ matrix, dim=1)
        loss = training.pull_to_identity * ((matrix - identity) ** 2).sum()
        for side in sides:
            logits = training.scale * query @ normalize(side[drawn] @ matrix, dim=1).T
            logits = logits.masked_fill(same, -1e4)
            loss = loss + (cross_entropy(logits, right) + cross_entropy(logits.T, right)) / (2 * len(sides))
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        schedule.step()
    return LinearMap(name="trained", encoder_name=encoder.name, matrix=matrix.detach().numpy())


def training_groups(folder: Path, wanted: Callable[[str], bool]) -> list[list[Pair]]:
    """Return the groups of pairs to draw from, of the occupations whose codes are wanted.

    They are names in ESCO, names in O*NET, tasks in O*NET (three at a time), and titles of real vacancies.
    """
    esco = {each.code: each for each in esco_occupations(folder) if wanted(each.code)}
    onet = [each for each in onet_occupations(folder) if wanted(each.code)]
    return [
        [Pair(said=name, occupation=each) for each in esco.values() for name in each.other_names],
        [Pair(said=name, occupation=each) for each in onet for name in each.other_names],
        [Pair(said=three, occupation=each) for each in onet for three in in_threes(each.tasks)],
        [Pair(said=title, occupation=esco[code]) for title, code in vacancy_titles(folder) if code in esco],
    ]


def manifest_of(groups: Sequence[Sequence[Pair]], training: Training) -> dict[str, Any]:
    """Return what tells how the map was made: data with its digest, settings, and the attributions to show."""
    said = sorted(f"{pair.occupation.code}\t{pair.said}" for group in groups for pair in group)
    return {
        "trained_on": {
            "sources": SOURCES,
            "pairs": dict(zip(SOURCES, map(len, groups), strict=True)),
            "occupations": len({pair.occupation.code for group in groups for pair in group}),
            "pairs_sha256": hashlib.sha256("\n".join(said).encode()).hexdigest(),
        },
        "settings": asdict(training),
        "attributions": ATTRIBUTIONS,
    }


def main() -> None:
    """Train on every occupation whose names and tasks are given, and write the artefact that ships."""
    training = Training()
    groups = training_groups(SHARED_DATA, lambda code: True)
    trained = train(groups, caching_encoder(), training)
    LINEAR_MAP.parent.mkdir(exist_ok=True)
    trained.save(LINEAR_MAP, manifest=manifest_of(groups, training))
    print(f"{LINEAR_MAP.name}: {LINEAR_MAP.stat().st_size} bytes from {sum(map(len, groups))} pairs")


def measure() -> None:
    """Train without the held-out occupations, and print how each method does on them; then the map that ships."""
    encoder = caching_encoder()

    def kept(code: str) -> bool:
        return not is_held_out(code)

    trained = train(training_groups(SHARED_DATA, kept), encoder, Training())
    recipes = {
        "map and word statistics made without the held-out occupations": Recipe(
            encoder=encoder, linear_map=trained, statistics=statistics_of(SHARED_DATA, kept)
        ),
        "as shipped (the map has seen these occupations)": shipped_recipe(encoder=encoder),
    }
    for name, labelled in labelled_sets(SHARED_DATA).items():
        for made, recipe in recipes.items():
            print(f"### {name}: {made}\n\n{evaluate_set(labelled, recipe).markdown()}", flush=True)


def caching_encoder() -> Encoder:
    """Return the shipped encoder with its vectors kept where the service keeps them, so that trying again is quick."""
    shipped = SentenceTransformerEncoder()
    path = Settings().cache_dir / "vectors.sqlite"
    return CachedEncoder(shipped.name, shipped.dimension, lambda: shipped, path)


if __name__ == "__main__":
    if sys.argv[1:] == ["measure"]:
        measure()
    else:
        main()
