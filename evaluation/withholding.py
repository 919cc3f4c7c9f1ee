"""Withhold what tells of fewer than ten people, and whatever else would give it away by subtraction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from evaluation.estimates import FEWEST, Estimate
from evaluation.tables import Cell, ReportTable, Unit, Withheld

#: The first cell of the row that is the sum of the others.
TOTAL = "All"


def withhold(
    table: ReportTable,
    *,
    told_of: Mapping[str, Sequence[str]] | None = None,
    total: str = TOTAL,
    parts_of_a_whole: bool = True,
) -> ReportTable:
    """Return the table without the cells that tell of fewer than ten people; nobody (0) is not withheld.

    `told_of` names, for a column, the columns that count the people whom it tells of; a cell goes if any of these
    counts is withheld. A column it does not name tells of as many as its own count or denominator says.

    The rows are taken as parts of a whole that the reader knows, whether or not the row `total` shows it. So where one
    count alone is withheld, or those that are come to fewer than ten, or could be told apart by their sum, the next
    smallest goes as well, and in the last resort the total. Not so where rows are no parts, such as steps of a funnel.
    """
    places = {heading.name: place for place, heading in enumerate(table.headings)}
    governed = {name: tuple(by) for name, by in (told_of or {}).items()}
    parts = [number for number, row in enumerate(table.rows) if parts_of_a_whole and row[0] != total]
    totals = [number for number in range(len(table.rows)) if number not in parts]
    gone: dict[str, dict[int, bool]] = {}  # by column that counts people: rows, and whether only as a complement
    for name in _counting(table, governed):
        columns = [places[each] for each in places if name in governed.get(each, (each,)) and _counts(table, each)]
        gone[name] = _gone(table.rows, places[name], columns, parts, totals)
    rows = tuple(
        tuple(_cell(cell, table, place, number, governed, gone) for place, cell in enumerate(row))
        for number, row in enumerate(table.rows)
    )
    return replace(table, rows=rows)


def count_in_words(count: int) -> str:
    """A count as it stands in a sentence.

    >>> count_in_words(1200), count_in_words(3), count_in_words(0)
    ('1,200', 'fewer than 10', 'none')
    """
    return f"{count:,}" if count >= FEWEST else f"fewer than {FEWEST}" if count else "none"


def is_told(count: int) -> bool:
    """Whether a figure about so many people may be told: nobody, or ten and more."""
    return not 0 < count < FEWEST


def _counting(table: ReportTable, governed: Mapping[str, Iterable[str]]) -> list[str]:
    own = [each.name for each in table.headings if each.name not in governed and each.unit is Unit.COUNT]
    return list(dict.fromkeys([*own, *(name for by in governed.values() for name in by)]))


def _counts(table: ReportTable, name: str) -> bool:
    return next(each.unit is Unit.COUNT for each in table.headings if each.name == name)


def _cell(
    cell: Cell,
    table: ReportTable,
    place: int,
    number: int,
    governed: Mapping[str, Iterable[str]],
    gone: Mapping[str, Mapping[int, bool]],
) -> Cell:
    if cell is None or isinstance(cell, str | Withheld) or not place:
        return cell
    name = table.headings[place].name
    found = [gone[by][number] for by in governed.get(name, (name,)) if number in gone.get(by, {})]
    if found:
        return Withheld(complement=all(found))
    if isinstance(cell, Estimate) and not is_told(cell.count):
        return Withheld()
    return cell


def _gone(
    rows: Sequence[Sequence[Cell]],
    people: int,
    columns: Sequence[int],
    parts: Sequence[int],
    totals: Sequence[int],
) -> dict[int, bool]:
    """The rows whose count of people is withheld, and for each whether it goes only for the sake of another."""
    counts = {number: _whole(rows[number][people]) for number in (*parts, *totals)}
    gone = {number: False for number, count in counts.items() if not is_told(count)}
    hidden = {number: gone[number] for number in parts if number in gone}
    rest = sorted((number for number in parts if counts[number] and number not in hidden), key=counts.__getitem__)
    while hidden and not _is_safe(rows, people, columns, hidden, counts):
        if not rest:
            gone |= {number: True for number in totals if number not in gone}
            break
        hidden[rest.pop(0)] = True
    return gone | hidden


def _is_safe(
    rows: Sequence[Sequence[Cell]],
    people: int,
    columns: Sequence[int],
    hidden: Mapping[int, bool],
    counts: Mapping[int, int],
) -> bool:
    if sum(counts[number] for number in hidden) < FEWEST:
        return False
    return all(
        _can_be_two(
            {number: _whole(rows[number][column]) for number in hidden},
            {number: _bounds(column == people, as_complement) for number, as_complement in hidden.items()},
        )
        for column in (people, *columns)
    )


def _bounds(is_people: bool, as_complement: bool) -> tuple[float, float]:
    """What a reader knows of a withheld count: people are 1 to 9, or 10 and more; what people did has no upper end."""
    if as_complement:
        return FEWEST, float("inf")
    return (1, FEWEST - 1) if is_people else (0, float("inf"))


def _can_be_two(values: Mapping[int, int], bounds: Mapping[int, tuple[float, float]]) -> bool:
    """Whether each withheld count could be at least two numbers, if the reader knows their sum."""
    whole = sum(values.values())
    for number, (low, high) in bounds.items():
        others = [each for other, each in bounds.items() if other != number]
        least = max(low, whole - sum(most for _, most in others))
        if min(high, whole - sum(fewest for fewest, _ in others)) <= least:
            return False
    return True


def _whole(cell: Cell) -> int:
    return cell if isinstance(cell, int) else cell.count if isinstance(cell, Estimate) else 0
