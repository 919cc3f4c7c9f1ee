"""Contacts with employers, their answers, and job tasters."""

from __future__ import annotations

from matching.store.nouns import Nouns


class Contacts(Nouns):
    """Contacts with employers, their answers, and job tasters."""
