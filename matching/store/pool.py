"""The order in which versions of vacancies entered the pool, and the vectors of their texts."""

from __future__ import annotations

from matching.store.nouns import Nouns


class Pool(Nouns):
    """The order in which versions of vacancies entered the pool, and the vectors of their texts."""
