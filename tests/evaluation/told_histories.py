"""A small history as files tell it, to be broken in one place by tests of reading and checking."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from evaluation.history import History
from evaluation.records.writing import write_history

UNTIL = date(2026, 11, 22)
ABOUT = {"data_until": UNTIL, "simulated": True}


def told() -> dict[str, pd.DataFrame]:
    """Two people, three roles, a list for each, a job that ended and one that goes on, and some of everything else."""
    rows: dict[str, list[dict[str, Any]]] = {
        "participants": [
            {
                **{"participant": "ash", "entered_on": "2026-01-05", "support_ends_on": "2027-01-04", "route": None},
                **{"first_met_on": "2026-01-20", "model": "ips", "provider": "north", "hours_wanted": 16},
            },
            {
                **{"participant": "elm", "entered_on": "2026-02-02", "support_ends_on": None, "route": "out_of_work"},
                **{"first_met_on": None, "model": None, "provider": None, "hours_wanted": None},
            },
        ],
        "vacancies": [
            _vacancy("baker", "Hazel Bakery", "advertised"),
            _vacancy("groom", "Beech Kennels", "unadvertised", contract="permanent", openings=2),
            _vacancy("packer", "Oak Nursery", "carved"),
        ],
        "shortlists": [
            {"shortlist": "l1", "participant": "ash", "drawn_on": "2026-03-02", **_COUNTS, "method": "first"},
            {"shortlist": "l2", "participant": "elm", "drawn_on": "2026-03-09", **_COUNTS, "method": "second"},
        ],
        "entries": [
            _entry("l1", "baker", 1, "first", travel="ok", travel_value=0.75),
            _entry("l1", "groom", 2, "first", band="ask_first", stretch=True, sensory="unknown", sensory_value=0.5),
            _entry("l2", "packer", 1, "second", band="negotiated", propensity=0.25),
            _entry("l2", "baker", 2, "second", score=0.125),
        ],
        "decisions": [
            {
                **{"shortlist": "l1", "vacancy": "baker", "choice": "put_forward", "reason": None},
                "decided_on": "2026-03-03",
            },
            {
                **{"shortlist": "l2", "vacancy": "packer", "choice": "not_now", "reason": "hours"},
                "decided_on": "2026-03-10",
            },
        ],
        "steps": [{"shortlist": "l1", "vacancy": "baker", "step": "interview", "on": "2026-03-12"}],
        "questions": [
            {
                **{"question": "q1", "vacancy": "groom", "about": "sensory", "asked_on": "2026-03-04"},
                **{"answered_on": "2026-03-06", "moved_lists": True},
            },
            {
                **{"question": "q2", "vacancy": "packer", "about": "hours", "asked_on": "2026-03-11"},
                **{"answered_on": None, "moved_lists": None},
            },
        ],
        "contacts": [
            {"contact": "c1", "participant": who, "employer": "Hazel Bakery", "mode": "visit", "on": "2026-01-20"}
            for who in ("ash", "elm")
        ],
        "placements": [
            _placement("j1", "ash", "Hazel Bakery", vacancy="baker", shortlist="l1", started_on="2026-04-06")
            | {"ended_on": "2026-09-30", "end_reason": "redundancy", "who_says": "employer", "hours_week": 16.5},
            _placement("j2", "elm", "Old Mill", started_on="2026-05-04", last_seen_on="2026-10-01", permanent=True),
        ],
        "earnings": [
            _pay("j1", "2026-04-06", "2026-04-30", "payslip"),
            _pay("j1", "2026-05-01", "2026-05-31", "payslip"),
            _pay("j1", "2026-04-06", "2026-06-30", "paye"),
        ],
        "groups": [{"participant": "ash", "kind": "age", "group": "25 to 34"}],
    }
    return {name: pd.DataFrame(table) for name, table in rows.items()}


_COUNTS = {"open": 3, "listed": 2, "excluded": 1}


def _vacancy(vacancy: str, employer: str, source: str, **more: Any) -> dict[str, Any]:
    known = {"contract": None, "family": None, "openings": None, "logged_on": "2026-01-01"}
    return {"vacancy": vacancy, "employer": employer, "source": source, **known, **more}


def _entry(shortlist: str, vacancy: str, position: int, method: str, **more: Any) -> dict[str, Any]:
    known = {"band": "fits_what_we_know", "score": 0.5, "stretch": False, "propensity": 1.0, "method": method}
    aspects = {"travel": None, "travel_value": None, "sensory": None, "sensory_value": None}
    return {"shortlist": shortlist, "vacancy": vacancy, "position": position, **known, **aspects, **more}


def _placement(placement: str, participant: str, employer: str, **more: Any) -> dict[str, Any]:
    unknown = ("vacancy", "shortlist", "hours_week", "permanent", "ended_on", "end_reason", "who_says", "last_seen_on")
    job = {"placement": placement, "participant": participant, "employer": employer}
    return {**job, **dict.fromkeys(unknown), **more}


def _pay(placement: str, from_on: str, to_on: str, source: str) -> dict[str, Any]:
    pay = {"hours": None, "gross_pence": 80_000, "source": source, "verified": True}
    return {"placement": placement, "from_on": from_on, "to_on": to_on, **pay}


def told_but(table: str, row: int, **cells: Any) -> dict[str, pd.DataFrame]:
    """The same history with other cells in one row."""
    tables = told()
    frame = tables[table].astype(object)
    for column, value in cells.items():
        frame.loc[row, column] = value
    return {**tables, table: frame}


def told_twice(table: str, row: int, **cells: Any) -> dict[str, pd.DataFrame]:
    """The same history with a row once more at the end of its table, but for some cells."""
    tables = told()
    frame = tables[table].astype(object)
    again = pd.concat([frame, frame.iloc[[row]].assign(**cells)], ignore_index=True)
    return {**tables, table: again}


def written(folder: Path, tables: Mapping[str, pd.DataFrame], form: Literal["csv", "parquet"] = "csv") -> Path:
    """A folder that holds these tables as they are, however wrong they are."""
    if form == "parquet":
        write_history(tables, folder, form=form, about=ABOUT)
        return folder
    write_history({}, folder, form=form, about=ABOUT)
    for name, frame in tables.items():
        frame.to_csv(folder / f"{name}.csv", index=False)
    return folder


def frames(history: History) -> dict[str, pd.DataFrame]:
    """The frames of a history by table."""
    return {name: frame for name in told() if (frame := history.table(name)) is not None}
