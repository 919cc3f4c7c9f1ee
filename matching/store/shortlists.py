"""Shortlists as drawn, and how people arranged them."""

from __future__ import annotations

from matching.store.nouns import Nouns


class Shortlists(Nouns):
    """Shortlists as drawn, and how people arranged them."""
