"""Train the linear map on pairs of public names, descriptions and tasks of occupations.

    python -m derive.linear_map          # writes embeddings/data/linear_map.f32 and its manifest
    python -m derive.linear_map measure  # trains without the held-out occupations and prints what each step buys

What people call an occupation, or three tasks of it, should lie nearest to that occupation's own title and description.
The map starts as the identity and is held near it, so that it bends the space and does not make another one.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from derive.labelled_sets import SHARED_DATA, Occupation, esco_occupations, in_threes, onet_occupations
from embeddings.encoder import Encoder
from embeddings.linear_map import LinearMap
from matching.retrieval import LINEAR_MAP

ATTRIBUTIONS = [
    "This service uses the ESCO classification of the European Commission.",
    "This product includes information from the O*NET 27.0 Database by the U.S. Department of Labor, Employment and "
    "Training Administration (USDOL/ETA). Used under the CC BY 4.0 license. O*NET is a trademark of USDOL/ETA. The data "
    "was modified, and USDOL/ETA has not approved, endorsed, or tested these modifications.",
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
    pairs_a_step: int = 256
    scale: float = 20.0
    learning_rate: float = 1e-3
    pull_to_identity: float = 0.02
    seed: int = 1


def pairs_of(occupations: Sequence[Occupation]) -> list[Pair]:
    """Return other names, and tasks in threes, each with its occupation."""
    names = [Pair(said=name, occupation=each) for each in occupations for name in each.other_names]
    tasks = [Pair(said=done, occupation=each) for each in occupations for done in in_threes(each.tasks)]
    return names + tasks


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
        loss.backward()
        optimiser.step()
        schedule.step()
    return LinearMap(name="trained", encoder_name=encoder.name, matrix=matrix.detach().numpy())


def training_groups(folder: Path, wanted: Callable[[Occupation], bool]) -> list[list[Pair]]:
    """Return the groups of pairs to draw from: names in ESCO, names in O*NET, tasks in O*NET."""
    esco = [each for each in esco_occupations(folder) if wanted(each)]
    onet = [each for each in onet_occupations(folder) if wanted(each)]
    onet_pairs = pairs_of(onet)
    names = {(name, each.code) for each in onet for name in each.other_names}
    return [
        pairs_of(esco),
        [pair for pair in onet_pairs if (pair.said, pair.occupation.code) in names],
        [pair for pair in onet_pairs if (pair.said, pair.occupation.code) not in names],
    ]
