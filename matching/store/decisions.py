"""Decisions on roles, with their history."""

from __future__ import annotations

from matching.store.nouns import Nouns


class Decisions(Nouns):
    """Decisions on roles, with their history."""
