"""Jobs started, check-ins, earnings and outcomes."""

from __future__ import annotations

from matching.store.nouns import Nouns


class Placements(Nouns):
    """Jobs started, check-ins, earnings and outcomes."""
