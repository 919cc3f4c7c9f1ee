"""Wiring: the one place that picks implementations."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from embeddings.encoder import Encoder, Progress, SentenceTransformerEncoder
from embeddings.hashing import HashingEncoder
from matching import texts
from matching.model.shortlist import Method
from matching.model.vacancy import Vacancy
from matching.places import load_sectors
from matching.policy import policy_digest
from matching.pool import Rows, VacancyPool, build_pool
from matching.priors import load_occupations, occupation_vectors, prior_columns
from matching.retrieval import Recipe, VacancyIndex, shipped_recipe
from matching.scoring import WeightedScorer, load_weights
from matching.settings import Settings
from matching.shortlisting import Shortlister
from matching.taxonomy import load_catalogue

RULES_VERSION = "matching-1"
