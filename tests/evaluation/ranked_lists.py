"""Small histories of ranked lists: a test names only the columns that matter to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from evaluation.columns import TABLES
from evaluation.history import History
from evaluation.records.reading import history_of

UNTIL = date(2026, 6, 30)
_ENTRY = {"band": "fits_what_we_know", "score": 0.5, "stretch": False, "propensity": 1.0, "method": "m1"}
_LIST = {"drawn_on": "2025-03-01", "open": 100, "excluded": 0, "method": "m1"}
_VACANCY = {"employer": "mill", "source": "advertised", "logged_on": "2025-01-01"}
_JOB = {"employer": "mill", "started_on": "2025-04-01"}

Row = Mapping[str, Any]


def history_of_lists(
    *lists: Sequence[Row],
    people: Sequence[str] | None = None,
    list_columns: Mapping[int, Row] | None = None,
    participant_columns: Mapping[str, Row] | None = None,
    vacancies: Mapping[str, Row] | None = None,
    jobs: Sequence[Row] = (),
    groups: Sequence[tuple[str, str, str]] | None = None,
    until: date = UNTIL,
) -> History:
    """Return a history of lists of entries; `people` says whose each list is (p0, p1, ... unless stated).

    An entry may leave out its `vacancy` (v0, v1, ... over all lists) and `position` (as it stands). A job names its
    `participant`, and the list (`shortlist`, such as s0) and `vacancy` it came from, or neither.
    """
    whose = list(people) if people is not None else [f"p{number}" for number in range(len(lists))]
    entries = [
        {"shortlist": f"s{number}", "position": place + 1, **_ENTRY, **row}
        for number, rows in enumerate(lists)
        for place, row in enumerate(rows)
    ]
    for number, entry in enumerate(entries):
        entry.setdefault("vacancy", f"v{number}")
    named = sorted({entry["vacancy"] for entry in entries} | set(vacancies or {}))
    everybody = sorted(set(whose) | set(participant_columns or {}))
    tables = {
        "participants": [
            {"participant": each, "entered_on": "2025-02-01", **(participant_columns or {}).get(each, {})}
            for each in everybody
        ],
        "vacancies": [{"vacancy": each, **_VACANCY, **(vacancies or {}).get(each, {})} for each in named],
        "shortlists": [
            {
                "shortlist": f"s{number}",
                "participant": person,
                **_LIST,
                "listed": len(lists[number]),
                **(list_columns or {}).get(number, {}),
            }
            for number, person in enumerate(whose)
        ],
        "entries": entries,
        "placements": [{"placement": f"j{number}", **_JOB, **job} for number, job in enumerate(jobs)],
        "decisions": [],
    }
    if groups is not None:
        tables["groups"] = [{"participant": who, "kind": kind, "group": group} for who, kind, group in groups]
    return history_of({name: _frame(name, rows) for name, rows in tables.items()}, until)


def _frame(name: str, rows: Sequence[Row]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=[column.name for column in TABLES[name].columns])
