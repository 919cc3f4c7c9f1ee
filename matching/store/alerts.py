"""Standings, alerts and proposals of allocation."""

from __future__ import annotations

from matching.store.nouns import Nouns


class Alerts(Nouns):
    """Standings, alerts and proposals of allocation."""
