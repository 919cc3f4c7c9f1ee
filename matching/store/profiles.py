"""Versioned vocational profiles; what concerns safety is kept in a table of its own."""

from __future__ import annotations

from matching.store.nouns import Nouns


class Profiles(Nouns):
    """Versioned vocational profiles; what concerns safety is kept in a table of its own."""
