"""Imports and exports."""

from __future__ import annotations

from matching.store.nouns import Nouns


class Files(Nouns):
    """Imports and exports."""
