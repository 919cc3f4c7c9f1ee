"""Where other systems want to be told."""

from __future__ import annotations

from matching.store.nouns import Nouns


class Webhooks(Nouns):
    """Where other systems want to be told."""
