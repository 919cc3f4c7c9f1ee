"""Participants: who they are, whose caseload they are on."""

from __future__ import annotations

from matching.store.nouns import Nouns


class Participants(Nouns):
    """Participants: who they are, whose caseload they are on."""
