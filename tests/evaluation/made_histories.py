"""Small histories for tests: say what matters, the rest is filled in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

import pandas as pd

from evaluation.columns import TABLES
from evaluation.history import History
from evaluation.records.reading import history_of

DAY_0 = date(2025, 1, 6)  # a Monday
UNTIL = date(2027, 1, 4)  # 104 weeks later

Row = dict[str, Any]


def day(weeks: float) -> str:
    """The day so many weeks after the first."""
    return str(DAY_0 + timedelta(days=round(weeks * 7)))


class MadeHistory:
    """Takes participants, roles, lists, jobs and the rest one by one; ids are counted up from 0."""

    def __init__(self) -> None:
        self.rows: dict[str, list[Row]] = {name: [] for name in TABLES}

    def participant(self, **more: Any) -> int:
        return self._add("participants", "participant", entered_on=day(0), **more)

    def vacancy(self, *, employer: str = "Acorn Foods", source: str = "advertised", **more: Any) -> int:
        return self._add("vacancies", "vacancy", employer=employer, source=source, logged_on=day(0), **more)

    def shortlist(
        self,
        participant: int,
        vacancies: Sequence[int],
        *,
        drawn: float = 0,
        method: str = "first",
        entries: Sequence[Row] = (),
    ) -> int:
        """A list of these roles in this order; `entries` says more of the entries, in the same order."""
        shortlist = self._add(
            "shortlists",
            "shortlist",
            participant=participant,
            drawn_on=day(drawn),
            open=len(vacancies),
            listed=len(vacancies),
            excluded=0,
            method=method,
        )
        more = [*entries, *[{}] * (len(vacancies) - len(entries))]
        for place, (vacancy, said) in enumerate(zip(vacancies, more, strict=True), start=1):
            entry = {
                "shortlist": shortlist,
                "vacancy": vacancy,
                "position": place,
                "band": "fits_what_we_know",
                "score": 1 / (1 + place),
                "stretch": False,
                "propensity": 1.0,
                "method": method,
            }
            self.rows["entries"].append(entry | said)
        return shortlist

    def decision(
        self, shortlist: int, vacancy: int, *, on: float, choice: str = "put_forward", reason: str | None = None
    ) -> None:
        self.rows["decisions"].append(
            {"shortlist": shortlist, "vacancy": vacancy, "choice": choice, "reason": reason, "decided_on": day(on)}
        )

    def step(self, shortlist: int, vacancy: int, step: str, *, on: float) -> None:
        self.rows["steps"].append({"shortlist": shortlist, "vacancy": vacancy, "step": step, "on": day(on)})

    def job(
        self,
        participant: int,
        *,
        start: float,
        weeks: float | None = None,
        seen: float | None = None,
        shortlist: int | None = None,
        vacancy: int | None = None,
        employer: str = "Acorn Foods",
        reason: str | None = None,
        **more: Any,
    ) -> int:
        """A job that lasted `weeks`, or that was last seen after `seen` weeks, or still runs."""
        return self._add(
            "placements",
            "placement",
            participant=participant,
            employer=employer,
            vacancy=vacancy,
            shortlist=shortlist,
            started_on=day(start),
            ended_on=None if weeks is None else day(start + weeks),
            end_reason=reason,
            last_seen_on=None if seen is None else day(start + seen),
            **more,
        )

    def pay(self, placement: int, first: date, last: date, pence: int, *, source: str = "paye") -> None:
        self.rows["earnings"].append(
            {
                "placement": placement,
                "from_on": str(first),
                "to_on": str(last),
                "hours": None,
                "gross_pence": pence,
                "source": source,
                "verified": True,
            }
        )

    def row(self, table: str, **cells: Any) -> None:
        self.rows[table].append(cells)

    def history(self, until: date = UNTIL) -> History:
        return history_of(
            {name: frame_of(name, rows) for name, rows in self.rows.items() if name != "groups" or rows}, until
        )

    def _add(self, table: str, key: str, **cells: Any) -> int:
        number = len(self.rows[table])
        self.rows[table].append({key: number} | cells)
        return number


def frame_of(table: str, rows: Iterable[Row]) -> pd.DataFrame:
    """The rows as file values, every column of the table there."""
    columns = [column.name for column in TABLES[table].columns]
    return pd.DataFrame(list(rows), columns=columns, dtype=object)
