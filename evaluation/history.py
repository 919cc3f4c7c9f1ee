"""A history: what was listed, chosen, started and how long it lasted, as frames that have been checked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pandas import DataFrame


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class History:
    """Frames by the columns of `evaluation.columns`, each row numbered from 0; ids are row numbers of their tables.

    An optional table that a history lacks is an empty frame with its columns; `groups` is `None` where nobody was
    asked. `data_until` is the last day that the history tells of: nothing is known of what came after.
    """

    data_until: date
    participants: DataFrame
    vacancies: DataFrame
    shortlists: DataFrame
    entries: DataFrame
    decisions: DataFrame
    steps: DataFrame
    questions: DataFrame
    contacts: DataFrame
    placements: DataFrame
    earnings: DataFrame
    groups: DataFrame | None = None
