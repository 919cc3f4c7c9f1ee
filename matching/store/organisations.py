"""The organisation itself and its teams."""

from __future__ import annotations

from matching.store.nouns import Nouns


class Organisations(Nouns):
    """The organisation itself and its teams."""
