"""A history: what was listed, chosen, started and how long it lasted, as frames that have been checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from evaluation.columns import NOBODY, TABLES, Kind

if TYPE_CHECKING:
    from pandas import DataFrame


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class History:
    """Frames by the columns of `evaluation.columns`, each row numbered from 0; ids are row numbers of their tables.

    An optional table that a history lacks is an empty frame with its columns; `groups` is `None` where nobody was
    asked. `data_until` is the last day that the history tells of: nothing is known of what came after. Free words of
    one column name have the same categories in every table.
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
    simulated: bool = False
    rows_read: Mapping[str, int] = field(default_factory=dict)  # by table, before `until` left out what came later
    left_out: Mapping[str, int] = field(default_factory=dict)  # by what it is: records that could not be put into it

    def table(self, name: str) -> DataFrame | None:
        """The frame of a table; `None` for groups where nobody was asked."""
        frame: DataFrame | None = getattr(self, name)
        return frame


#: A row is of this day: it is told of in a history that ends then or later.
_DAY_OF_ROW: Mapping[str, str] = {
    "participants": "entered_on",
    "vacancies": "logged_on",
    "shortlists": "drawn_on",
    "decisions": "decided_on",
    "steps": "on",
    "questions": "asked_on",
    "contacts": "on",
    "placements": "started_on",
    "earnings": "to_on",
}
#: What became known of a row after its day, and what else was not known before then.
_LATER: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "participants": {"support_ends_on": (), "first_met_on": ()},
    "questions": {"answered_on": ("moved_lists",)},
    "placements": {"ended_on": ("end_reason", "who_says")},
}


def until(history: History, as_of: date) -> History:
    """Return what was so on a day: nothing that came later is told, and rows are numbered anew.

    A job that went on after the day counts as seen up to it. `rows_read` stays: the difference was left out.
    """
    kept: dict[str, Any] = {}  # by table, the new number of each old row
    frames: dict[str, Any] = {}
    for name in TABLES:
        frame = history.table(name)
        if frame is not None:
            frames[name], kept[name] = _until(name, frame, as_of, kept)
    return replace(history, data_until=as_of, **with_shared_categories(frames))


def with_shared_categories(frames: Mapping[str, DataFrame]) -> dict[str, DataFrame]:
    """The frames with one list of categories, of what occurs, for free words that several tables hold.

    So `employer` of a job and of a role, or `method` of a list and of an entry, can be compared by their codes.
    """
    held: dict[str, list[str]] = {}
    for name in frames:
        for column in TABLES[name].columns:
            if column.kind is Kind.WORD and not column.words:
                held.setdefault(column.name, []).append(name)
    shared = dict(frames)
    for column_name, names in held.items():
        found = [frames[name][column_name].cat.remove_unused_categories() for name in names]
        words = sorted({word for each in found for word in each.cat.categories})
        for name, each in zip(names, found, strict=True):
            shared[name] = shared[name].assign(**{column_name: each.cat.set_categories(words)})
    return shared


def _until(name: str, frame: DataFrame, as_of: date, kept: Mapping[str, Any]) -> tuple[DataFrame, Any]:
    import numpy as np

    last = np.datetime64(as_of, "s")
    ids = [column for column in TABLES[name].columns if column.kind is Kind.ID]
    stays = np.ones(len(frame), dtype=bool)
    if name in _DAY_OF_ROW:
        stays &= (frame[_DAY_OF_ROW[name]] <= last).to_numpy()
    for column in ids:
        if column.names != name and column.required:
            stays &= _at(kept[column.names], frame[column.name].to_numpy()) != NOBODY
    numbers = np.where(stays, np.cumsum(stays) - 1, NOBODY).astype(np.int32)
    frame = frame[stays].reset_index(drop=True)
    for column in ids:
        renumbered = numbers if column.names == name else kept[column.names]
        frame[column.name] = _at(renumbered, frame[column.name].to_numpy())
    return _without_later(name, frame, last), numbers


def _at(numbers: Any, rows: Any) -> Any:
    """The new numbers of rows; those that name nothing still do."""
    import numpy as np

    return np.append(numbers, np.int32(NOBODY))[rows]


def _without_later(name: str, frame: DataFrame, last: Any) -> DataFrame:
    import numpy as np

    if name == "placements":
        ends_later = (frame["ended_on"] > last) | (frame["last_seen_on"] > last)
        frame["last_seen_on"] = frame["last_seen_on"].where(~ends_later, last)
    for column, more in _LATER.get(name, {}).items():
        later = (frame[column] > last).to_numpy()
        frame[column] = frame[column].where(~later, np.datetime64("NaT", "s"))
        for each in more:
            frame[each] = frame[each].where(~later, None)
    return frame
