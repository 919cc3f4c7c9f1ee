"""The data map: what each column of the database holds, about whom, and how long its table is kept.

The two tables beside this module are ours to keep: nothing in the code says that a column may tell of health. Every
column must stand in them, so that a new one is not stored before somebody has said what it is.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from matching.actions import retention
from matching.store.tables import Base

HERE = Path(__file__).parent

#: What a column may hold, the most sensitive first.
CLASSES = {
    "safety": "Says, or may say, where somebody must not go or whom they avoid. Told to their own specialist alone.",
    "special": "May tell of health, disability or another special category, if only by inference.",
    "words": "Free words. They may hold anything, so they are treated as special.",
    "name": "A name, an address or a reference by which a person is known.",
    "link": "An id or a digest that leads to a person within the service.",
    "fact": "Another fact about a person: a day, a state, a number.",
    "sealed": "A secret, encrypted under a key that is not in the database.",
    "digest": "A digest of a secret. The secret itself is not stored.",
    "secret": "A secret that is stored as it is, and good for one session or one sign-on.",
    "ordinary": "About no person.",
}
ABOUT = {
    "participant": "participants",
    "user": "users",
    "employer_person": "employers' people",
    "nobody": "nobody",
}
#: Tables without a period of their own: as long as the organisation keeps them.
NO_PERIOD = "organisation"
#: Attempts and sign-ons belong to no organisation: the daily job clears them with the traces.
TRACES = "traces"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column, whom it is about, and its class."""

    table: str
    name: str
    about: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A table, what it holds, which period it follows, and what becomes of it when a participant is erased."""

    table: str
    holds: str
    kept: str
    when_erased: str


def columns() -> list[Column]:
    """Read the classes of all columns, in the order of the file."""
    return [
        Column(table=row["table"], name=row["column"], about=row["about"], kind=row["class"])
        for row in _rows("columns.csv")
    ]


def tables() -> list[Kept]:
    """Read what each table holds and how long it is kept."""
    return [Kept(**row) for row in _rows("tables.csv")]


def problems(listed: Sequence[Column] | None = None, kept: Sequence[Kept] | None = None) -> list[str]:
    """What the two tables leave open, or say of a column that is not there; nothing when they hold.

    `listed` and `kept` stand for what is in the files.
    """
    listed, kept = columns() if listed is None else listed, tables() if kept is None else kept
    said = [(column.table, column.name) for column in listed]
    real = [(table.name, column.name) for table in Base.metadata.tables.values() for column in table.columns]
    return [
        *(f"{table}.{name} has no class" for table, name in sorted({*real} - {*said})),
        *(f"{table}.{name} is not in the database" for table, name in sorted({*said} - {*real})),
        *(f"{table}.{name} is listed twice" for table, name in sorted({each for each in said if said.count(each) > 1})),
        *(f"{each.table}.{each.name}: nobody knows the class {each.kind!r}" for each in listed if _is_odd(each)),
        *(f"{name} is not in the list of tables" for name in sorted({*Base.metadata.tables} - {t.table for t in kept})),
        *(f"{each.table}: nobody knows the period {each.kept!r}" for each in kept if each.kept not in periods()),
    ]


def _is_odd(column: Column) -> bool:
    return column.kind not in CLASSES or column.about not in ABOUT


def periods() -> set[str]:
    """The names of the periods that a table may follow: the kinds of data that retention knows, and none."""
    return {*retention._KINDS, retention.PARTICIPANTS, NO_PERIOD, TRACES}


def most_sensitive(of: Sequence[Column]) -> str:
    """The class that decides how a table is treated."""
    return min((column.kind for column in of), key=list(CLASSES).index)


def classes_table() -> Iterator[str]:
    """The classes with how many columns each has."""
    listed = columns()
    yield "| class | means | columns |"
    yield "| --- | --- | --- |"
    for kind, means in CLASSES.items():
        yield f"| {kind} | {means} | {sum(column.kind == kind for column in listed)} |"


def tables_table() -> Iterator[str]:
    """A line for each table: what it holds, about whom, its most sensitive class, its period, its end."""
    of = _by_table()
    yield "| table | holds | about | at most | kept by the period | when a participant is erased |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for each in tables():
        about = [ABOUT[who] for who in ABOUT if any(column.about == who for column in of[each.table])]
        people = ", ".join(who for who in about if who != ABOUT["nobody"]) or ABOUT["nobody"]
        kept = "none of its own" if each.kept == NO_PERIOD else each.kept.replace("_", " ")
        cells = (f"`{each.table}`", each.holds, people, most_sensitive(of[each.table]), kept, each.when_erased)
        yield f"| {' | '.join(cells)} |"


def columns_table() -> Iterator[str]:
    """A line for each table, about whom and class: the columns."""
    yield "| table | about | class | columns |"
    yield "| --- | --- | --- | --- |"
    for table, of in _by_table().items():
        in_order = sorted(of, key=lambda each: (list(ABOUT).index(each.about), list(CLASSES).index(each.kind)))
        for (about, kind), some in groupby(in_order, key=lambda each: (each.about, each.kind)):
            names = ", ".join(f"`{column.name}`" for column in some)
            yield f"| `{table}` | {ABOUT[about]} | {kind} | {names} |"


def listed_as(*kinds: str) -> Iterator[str]:
    """A line for each table that has columns of some classes."""
    for table, of in _by_table().items():
        names = [f"`{column.name}`" for column in of if column.kind in kinds]
        if names:
            yield f"- `{table}`: {', '.join(names)}"


def _by_table() -> dict[str, list[Column]]:
    found: dict[str, list[Column]] = {}
    for column in columns():
        found.setdefault(column.table, []).append(column)
    return found


def _rows(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
