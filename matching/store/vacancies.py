"""Vacancies, their versions and the facts behind them."""

from __future__ import annotations

from matching.store.nouns import Nouns


class Vacancies(Nouns):
    """Vacancies, their versions and the facts behind them."""
