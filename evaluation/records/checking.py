"""The rules that the rows of a history keep among themselves: keys, the order of days, one method to a list."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.compute as pc
from numpy.typing import NDArray

from evaluation.columns import ENTRIES, NOBODY, TABLES, Kind, Table, value_column, verdict_column
from evaluation.records.cells import Mask
from evaluation.records.faults import Faults
from evaluation.records.frames import ReadTable
from matching.model.finding import Aspect

Days = NDArray[np.datetime64]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Order:
    """A day that must not come before another, of the row itself or of the one that a column `by` names."""

    table: str
    later: str
    earlier: str
    by: str = ""
    when: str


_ENTERED = "when the participant entered"
_DRAWN = "when the list was drawn"
_STARTED = "when the job started"
_ORDERS = (
    _Order(table="participants", later="support_ends_on", earlier="entered_on", when=_ENTERED),
    _Order(table="participants", later="first_met_on", earlier="entered_on", when=_ENTERED),
    _Order(table="shortlists", later="drawn_on", earlier="entered_on", by="participant", when=_ENTERED),
    _Order(table="decisions", later="decided_on", earlier="drawn_on", by="shortlist", when=_DRAWN),
    _Order(table="steps", later="on", earlier="drawn_on", by="shortlist", when=_DRAWN),
    _Order(table="questions", later="answered_on", earlier="asked_on", when="when it was asked"),
    _Order(table="placements", later="started_on", earlier="entered_on", by="participant", when=_ENTERED),
    _Order(table="placements", later="started_on", earlier="drawn_on", by="shortlist", when=_DRAWN),
    _Order(table="placements", later="ended_on", earlier="started_on", when=_STARTED),
    _Order(table="placements", later="last_seen_on", earlier="started_on", when=_STARTED),
    _Order(
        table="placements",
        later="ended_on",
        earlier="last_seen_on",
        when="when the job was still seen to go on",
    ),
    _Order(table="earnings", later="to_on", earlier="from_on", when="when the period starts"),
    _Order(table="earnings", later="to_on", earlier="started_on", by="placement", when=_STARTED),
)
#: Days that may lie ahead: they are plans.
_PLANNED = frozenset({("participants", "support_ends_on")})
#: A cell that makes sense only where another one is filled.
_NEEDS = (
    ("placements", "end_reason", "ended_on"),
    ("placements", "who_says", "ended_on"),
    *((ENTRIES.name, value_column(aspect), verdict_column(aspect)) for aspect in Aspect),
)


def check(read: Mapping[str, ReadTable], *, data_until: date, faults: Faults) -> None:
    """Add every row that breaks a rule to the faults; cells that could not be read break none."""
    look = _Look(read, faults)
    for table in TABLES.values():
        _keys(look, table)
        _days_past_the_end(look, table, data_until)
    for order in _ORDERS:
        _order(look, order)
    for table_name, column, needs in _NEEDS:
        _need(look, table_name, column, needs)
    for rule in (_moved_without_answer, _positions, _propensities, _methods, _other_peoples_lists, _overlaps):
        rule(look)


class _Look:
    """The tables as they are looked at, row by row of their files."""

    def __init__(self, read: Mapping[str, ReadTable], faults: Faults) -> None:
        self.read, self._faults = read, faults

    def frame(self, table: str) -> pd.DataFrame:
        return self.read[table].frame

    def row(self, table: str, row: int) -> str:
        """A row as people find it in the file."""
        read = self.read[table]
        return f"{read.file.counts} {read.numbers[row]}"

    def days(self, table: str, column: str, by: str = "") -> Days:
        """A column of days, or that of the rows which `by` names; NaT where there are none."""
        of = TABLES[table].column(by).names if by else table
        days: Days = self.frame(of)[column].to_numpy()
        return np.append(days, np.datetime64("NaT", "s"))[self.frame(table)[by].to_numpy()] if by else days

    def refuse(self, table: str, column: str, rule: str, wrong: Mask, says: Callable[[int], str]) -> None:
        """Add the rows where something is wrong."""
        if not wrong.any():
            return
        rows, read = np.flatnonzero(wrong), self.read[table]
        self._faults.add(
            file=read.file,
            column=column,
            rule=rule,
            numbers=read.numbers[rows],
            message=lambda place: says(int(rows[place])),
        )


def _order(look: _Look, order: _Order) -> None:
    later = look.days(order.table, order.later)
    earlier = look.days(order.table, order.earlier, order.by)
    look.refuse(
        order.table,
        order.later,
        f"before {order.earlier}",
        later < earlier,
        lambda row: f"{_day(later[row])} is before {_day(earlier[row])}, {order.when}",
    )


def _day(day: np.datetime64) -> str:
    return str(day.astype("datetime64[D]"))


def _days_past_the_end(look: _Look, table: Table, data_until: date) -> None:
    for column in table.columns:
        if column.kind is not Kind.DAY or (table.name, column.name) in _PLANNED:
            continue
        _days_of_column_past_the_end(look, table.name, column.name, data_until)


def _days_of_column_past_the_end(look: _Look, table: str, column: str, data_until: date) -> None:
    days = look.days(table, column)
    look.refuse(
        table,
        column,
        "after the end",
        days > np.datetime64(data_until, "s"),
        lambda row: f"{_day(days[row])} is after {data_until}, the last day of the history",
    )


def _need(look: _Look, table: str, column: str, needs: str) -> None:
    frame = look.frame(table)
    wrong = (frame[column].notna() & frame[needs].isna()).to_numpy()
    look.refuse(table, column, f"needs {needs}", wrong, lambda row: f"is filled, but '{needs}' is empty")


def _moved_without_answer(look: _Look) -> None:
    frame = look.frame("questions")
    wrong = frame["moved_lists"].fillna(False).to_numpy(dtype=bool) & frame["answered_on"].isna().to_numpy()
    look.refuse("questions", "moved_lists", "needs answered_on", wrong, lambda row: "is true, but there is no answer")


def _keys(look: _Look, table: Table) -> None:
    if table.key == (table.columns[0].name,) and table.columns[0].names == table.name:
        ids = look.read[table.name].ids
        firsts = pc.fill_null(pc.index_in(ids, value_set=ids, skip_nulls=True), NOBODY).to_numpy(zero_copy_only=False)
        wrong = (firsts >= 0) & (firsts != np.arange(len(firsts)))
    else:
        wrong, firsts = _repeats(look.frame(table.name), table.key)
    what = " and ".join(table.key)
    look.refuse(
        table.name,
        table.key[0],
        "repeated",
        wrong,
        lambda row: f"the same {what} as in {look.row(table.name, int(firsts[row]))}",
    )


def _positions(look: _Look) -> None:
    wrong, firsts = _repeats(look.frame("entries"), ("shortlist", "position"))
    look.refuse(
        "entries",
        "position",
        "repeated",
        wrong,
        lambda row: f"the same position of the same list as in {look.row('entries', int(firsts[row]))}",
    )


def _repeats(frame: pd.DataFrame, key: Sequence[str]) -> tuple[Mask, NDArray[np.int64]]:
    """Which rows repeat the key of an earlier one, and the first row with the key of each; no key is no repeat."""
    codes = {name: _codes(frame[name]) for name in key}
    known = np.logical_and.reduce([each >= 0 for each in codes.values()])
    coded = pd.DataFrame(codes)
    wrong = coded.duplicated(keep="first").to_numpy() & known
    firsts = np.arange(len(frame))
    if wrong.any():
        again = np.flatnonzero(coded.duplicated(keep=False).to_numpy() & known)
        found = coded.iloc[again].assign(row=again).groupby(list(key))["row"].transform("min")
        firsts[again] = found.to_numpy()
    return wrong, firsts


def _codes(cells: pd.Series) -> NDArray[np.int64]:
    """A number for each value, negative where there is none."""
    if isinstance(cells.dtype, pd.CategoricalDtype):
        cells = cells.cat.codes
    elif cells.dtype.kind == "M":
        days = cells.to_numpy().astype("datetime64[D]").astype(np.int64)
        return np.where(cells.isna(), NOBODY, days)
    codes: NDArray[np.int64] = cells.to_numpy()
    return codes


def _propensities(look: _Look) -> None:
    wrong = look.frame("entries")["propensity"].to_numpy() == 0
    says = "is 0, but what was shown cannot have been impossible"
    look.refuse("entries", "propensity", "0", wrong, lambda row: says)


def _methods(look: _Look) -> None:
    """Each entry was placed by the method that drew its list, so no list has two."""
    entries, lists = look.frame("entries"), look.frame("shortlists")
    own = entries["method"].cat.codes.to_numpy()
    drawn = np.append(lists["method"].cat.codes.to_numpy(), NOBODY)[entries["shortlist"].to_numpy()]
    wrong = (own != NOBODY) & (drawn != NOBODY) & (own != drawn)

    def says(row: int) -> str:
        return f"two methods on one list: '{entries['method'].iat[row]}' here, '{_method(look, row)}' for the list"

    look.refuse("entries", "method", "two methods", wrong, says)


def _method(look: _Look, entry: int) -> Any:
    return look.frame("shortlists")["method"].iat[look.frame("entries")["shortlist"].iat[entry]]


def _other_peoples_lists(look: _Look) -> None:
    placements, lists = look.frame("placements"), look.frame("shortlists")
    own = placements["participant"].to_numpy()
    drawn_for = np.append(lists["participant"].to_numpy(), NOBODY)[placements["shortlist"].to_numpy()]
    look.refuse(
        "placements",
        "shortlist",
        "of another participant",
        (own != NOBODY) & (drawn_for != NOBODY) & (own != drawn_for),
        lambda row: "the list was drawn for another participant",
    )


def _overlaps(look: _Look) -> None:
    """Pay of one job from one source is told once for each day."""
    frame = look.frame("earnings")
    pay = pd.DataFrame({name: _codes(frame[name]) for name in ("placement", "source", "from_on", "to_on")})
    pay = pay[(pay >= 0).all(axis=1) & ~pay.duplicated(["placement", "source", "from_on"])]
    pay = pay.sort_values(["placement", "source", "from_on"], kind="stable")
    one = ["placement", "source"]
    so_far = pay.groupby(one)["to_on"].cummax().groupby([pay[name] for name in one]).shift()
    wrong = np.zeros(len(frame), dtype=bool)
    wrong[pay.index[pay["from_on"] <= so_far]] = True
    before = pd.Series(pay.index, index=pay.index).shift(fill_value=NOBODY)
    look.refuse(
        "earnings",
        "from_on",
        "overlaps",
        wrong,
        lambda row: f"the period overlaps that of {look.row('earnings', int(before[row]))}, of the same job and source",
    )
