"""Nothing that became known after the decision, and nothing of the person, may be learnt from: two ways to find a leak.

By structure: every feature names the columns it comes from, and when and of whom they tell. By number: nobody can say
from a match alone who will still be in a job after half a year, so a model that can has seen the answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from evaluation.columns import TABLES, value_column, verdict_column
from evaluation.estimates import Estimate
from matching.errors import Invalid, Problem, Where
from matching.lasting_features import FEATURES, Feature, aspect_of

if TYPE_CHECKING:
    from evaluation.history import History

#: Above this share of pairs told apart at 26 weeks, the answer is among the features (docs/evaluation.md).
MOST_AUC = 0.75


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The column of a history that a feature comes from."""

    table: str
    column: str

    def __str__(self) -> str:
        return f"{self.table}.{self.column}"


def _source(feature: Feature) -> Source:
    aspect = aspect_of(feature)
    if feature is Feature.FIXED_END:
        return Source(table="vacancies", column="contract")
    if aspect is None:
        return Source(table="vacancies", column="source")
    is_value = str(feature) == value_column(aspect)
    return Source(table="entries", column=value_column(aspect) if is_value else verdict_column(aspect))


SOURCES: Mapping[Feature, Source] = {feature: _source(feature) for feature in FEATURES}

#: The day on which the columns of a table are known, for those known by the time a list is drawn.
_KNOWN_ON: Mapping[str, str] = {"entries": "shortlists.drawn_on", "vacancies": "vacancies.logged_on"}
_OF_THE_PERSON = frozenset({"participants", "groups"})
#: Columns of the tables above that tell of the list or the method, not of the match.
_NOT_OF_THE_MATCH = frozenset({"shortlist", "vacancy", "position", "score", "propensity", "method", "stretch", "band"})


def known_on(source: Source) -> str:
    """The column that holds the day from which a source is known."""
    return _KNOWN_ON[source.table]


def check_sources(sources: Mapping[Feature, Source] = SOURCES) -> None:
    """Raise `Invalid` for every feature that comes from after the decision, or tells of the person."""
    problems = []
    for feature, source in sources.items():
        if source.table not in TABLES or not any(source.column == each.name for each in TABLES[source.table].columns):
            why = f"comes from {source}, which no history has"
        elif source.table in _OF_THE_PERSON:
            why = f"comes from {source}, which tells of the person and not of the match"
        elif source.table not in _KNOWN_ON:
            why = f"comes from {source}, which is known only after the decision"
        elif source.table == "entries" and source.column in _NOT_OF_THE_MATCH:
            why = f"comes from {source}, which tells of the list and not of the match"
        else:
            continue
        problems.append(Problem(Where(field=feature), f"leak: {why}"))
    if problems:
        raise Invalid(problems)


def check_days(history: History) -> None:
    """Raise `Invalid` naming the placements whose list was drawn, or whose role was logged, after they began."""
    placements = history.placements
    lists, roles = placements["shortlist"].to_numpy(), placements["vacancy"].to_numpy()
    came = (lists >= 0) & (roles >= 0)
    started = placements["started_on"].to_numpy()
    drawn = history.shortlists["drawn_on"].to_numpy()
    logged = history.vacancies["logged_on"].to_numpy()
    problems = []
    for days, rows, of in ((drawn, lists, "list was drawn"), (logged, roles, "role was logged")):
        for row in np.flatnonzero(came)[days[rows[came]] > started[came]].tolist():
            where = Where(file="placements", row=str(row + 1))
            problems.append(Problem(where, f"leak: the {of} after the job began"))
    if problems:
        raise Invalid(problems)


def check_auc(auc: Estimate, alone: Mapping[Feature, float]) -> None:
    """Raise `Invalid` naming the feature that alone tells most apart, where the model or a feature tells too much.

    `alone` holds for each feature the share of pairs that it tells apart, whichever way round.
    """
    worst = max(FEATURES, key=lambda feature: alone[feature])
    if auc.value <= MOST_AUC and alone[worst] <= MOST_AUC:
        return
    raise Invalid(
        [
            Problem(
                Where(field=worst),
                f"leak: of pairs of held-out jobs the model tells {auc.value:.2f} apart at 26 weeks, and this feature "
                f"alone {alone[worst]:.2f}; more than {MOST_AUC} is not to be had from a match. "
                f"Look whether {SOURCES[worst]} was written after the job began.",
            )
        ]
    )
