"""What a cell of each kind may say, and what is refused with which words."""

from __future__ import annotations

import re

import pytest

from matching.feeds import csv_cells as cells
from matching.feeds.csv_cells import BadCell, Cell


def days(*names: str, starts: str, ends: str) -> dict[str, object]:
    return {"days": list(names), "from": starts, "to": ends}


READ = [
    (cells.TEXT, "12", "12"),
    (cells.NUMBER, "12", 12),
    (cells.NUMBER, "12.50", 12.5),
    (cells.NUMBER, "-3", -3),
    (cells.YES_NO, "true", True),
    (cells.YES_NO, "FALSE", False),
    (cells.LIST, "one", ["one"]),
    (cells.LIST, "one ;two, or three", ["one", "two, or three"]),
    (cells.LIST, "none", []),
    (cells.NUMBERS, "16; 18", [16, 18]),
    (cells.OFFERS, "a.b=yes; c.d = no", {"a.b": "yes", "c.d": "no"}),
    (cells.OFFERS, "none", {}),
    (cells.QUALIFICATIONS, "a; b=6", [{"slug": "a"}, {"slug": "b", "obtainable_weeks": 6}]),
    (cells.SHIFTS, "mon tue 09:00-17:00", [days("mon", "tue", starts="09:00", ends="17:00")]),
    (cells.SHIFTS, "mon, tue 09:00 – 17:00", [days("mon", "tue", starts="09:00", ends="17:00")]),
    (cells.SHIFTS, "fri - sun 18:00-24:00", [days("fri", "sat", "sun", starts="18:00", ends="24:00")]),
    (cells.SHIFTS, "Sat 10:00-14:00; sun 22:00-06:00", [days("sat", starts="10:00", ends="14:00"),
                                                        days("sun", starts="22:00", ends="06:00")]),
    (cells.WINDOWS, "mon 09:00-10:00", [days("mon", starts="09:00", ends="10:00")]),
    (cells.WINDOWS, "cannot mon 09:00-10:00", [days("mon", starts="09:00", ends="10:00") | {"kind": "cannot"}]),
    (cells.LEVEL, "2", {"typical": 2}),
    (cells.LEVEL, "2 peak 3 under_10 can_leave visit 2026-11-02", {
        "typical": 2, "peak": 3, "peak_share": "under_10", "can_leave": True, "source": "visit",
        "observed_on": "2026-11-02"}),
    (cells.LEVEL, "4 cannot_leave", {"typical": 4, "can_leave": False}),
    (cells.TOLERANCE, "1", {"tolerance": 1}),
    (cells.TOLERANCE, "1 seek soft", {"tolerance": 1, "direction": "seek", "hard": False}),
    (cells.TOLERANCE, "1 hard with a.b, c.d e", {"tolerance": 1, "hard": True, "mitigations": ["a.b", "c.d", "e"]}),
    (cells.WANTED, "baking=3; work = fun", [{"label": "baking", "strength": 3}, {"label": "work = fun"}]),
    (cells.SKILLS, "typing=2", [{"label": "typing", "level": 2}]),
    (cells.REFUSALS, "phones=talking selling absolute; heat", [
        {"label": "phones", "tags": ["talking", "selling"], "absolute": True}, {"label": "heat", "tags": []}]),
    (cells.NEEDS, "a.b; c=essential; d=helpful or e or f", [
        {"slug": "a.b"}, {"slug": "c", "importance": "essential"},
        {"slug": "d", "importance": "helpful", "alternatives": ["e", "f"]}]),
]  # fmt: skip


@pytest.mark.parametrize(("cell", "text", "value"), READ, ids=[text for _, text, _ in READ])
def test_a_cell_is_read(cell: Cell, text: str, value: object) -> None:
    assert cell.read(text) == value
    assert type(cell.read(text)) is type(value)


REFUSED = [
    (cells.NUMBER, "£12", "should be a number such as 12 or 12.5"),
    (cells.NUMBER, "1,200", "should be a number such as 12 or 12.5"),
    (cells.NUMBER, "12.", "should be a number such as 12 or 12.5"),
    (cells.NUMBER, "1e3", "should be a number such as 12 or 12.5"),
    (cells.NUMBER, "nan", "should be a number such as 12 or 12.5"),
    (cells.NUMBER, "١٢", "should be a number such as 12 or 12.5"),
    (cells.YES_NO, "yes", "should be true or false"),
    (cells.YES_NO, "1", "should be true or false"),
    (cells.LIST, "a;;b", "has an empty entry"),
    (cells.LIST, "a;", "has an empty entry"),
    (cells.OFFERS, "a.b", "should be a slug and an answer, such as a.b=yes"),
    (cells.OFFERS, "a.b=", "should be written name=value"),
    (cells.OFFERS, "a=yes; a=no", "'a' is here twice"),
    (cells.QUALIFICATIONS, "a=soon", "should be a number"),
    (cells.SHIFTS, "mon 9-5", "should be days and times, such as mon tue 09:00-17:00"),
    (cells.SHIFTS, "09:00-17:00", "should be days and times"),
    (cells.SHIFTS, "someday 09:00-17:00", "should be a day: mon tue wed"),
    (cells.SHIFTS, "fri-mon 09:00-17:00", "runs backwards"),
    (cells.SHIFTS, "mon-wed tue 09:00-17:00", "names a day twice"),
    (cells.WINDOWS, "perhaps mon 09:00-17:00", "should be a day"),
    (cells.LEVEL, "loud", "should be a number"),
    (cells.LEVEL, "2 peak", "'peak' is not understood"),
    (cells.LEVEL, "2 visit phone", "says source twice"),
    (cells.TOLERANCE, "1 avoids", "'avoids' is not understood"),
]


@pytest.mark.parametrize(("cell", "text", "message"), REFUSED, ids=[text for _, text, _ in REFUSED])
def test_a_cell_of_another_form_is_refused(cell: Cell, text: str, message: str) -> None:
    with pytest.raises(BadCell, match=re.escape(message)):
        cell.read(text)
