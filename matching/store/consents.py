"""What participants decided about telling employers."""

from __future__ import annotations

from matching.store.nouns import Nouns


class Consents(Nouns):
    """What participants decided about telling employers."""
