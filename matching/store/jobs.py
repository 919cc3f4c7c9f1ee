"""Work to be done after the transaction that asked for it."""

from __future__ import annotations

from matching.store.nouns import Nouns


class Jobs(Nouns):
    """Work to be done after the transaction that asked for it."""
