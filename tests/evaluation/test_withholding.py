"""Withholding: worked by hand, and the law that no withheld count can be worked out from what is shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hypothesis import given
from hypothesis import strategies as st

from evaluation.estimates import FEWEST, Estimate
from evaluation.tables import Cell, Heading, ReportTable, Unit, Unsaid, Withheld
from evaluation.withholding import withhold

FEW, OTHER = Withheld(), Withheld(complement=True)
TOLD_OF = {"starts": ["people"], "rate": ["people"]}


def share(count: int) -> Estimate:
    return Estimate(value=0.5, low=0.4, high=0.6, count=count)


def table(*rows: Sequence[Cell]) -> ReportTable:
    return ReportTable(
        name="by_source",
        title="By source",
        says="What became of roles.",
        headings=(
            Heading(name="source", words="Source", unit=Unit.WORDS),
            Heading(name="people", words="People", unit=Unit.COUNT),
            Heading(name="starts", words="Job starts", unit=Unit.COUNT),
            Heading(name="rate", words="Lasted", unit=Unit.SHARE),
        ),
        rows=tuple(map(tuple, rows)),
    )


def test_a_row_of_fewer_than_ten_people_goes_with_all_that_tells_of_them_and_the_next_smallest_with_it():
    found = withhold(
        table(
            ("advertised", 40, 44, share(44)),
            ("carved", 4, 12, share(12)),
            ("unadvertised", 20, 21, share(21)),
            ("All", 60, 77, share(77)),
        ),
        told_of=TOLD_OF,
    )
    assert found.rows == (
        ("advertised", 40, 44, share(44)),
        ("carved", FEW, FEW, FEW),
        ("unadvertised", OTHER, OTHER, OTHER),
        ("All", 60, 77, share(77)),
    )


def test_two_small_rows_that_hide_one_another_need_no_third():
    found = withhold(table(("a", 40, 40, None), ("b", 7, 7, None), ("c", 8, 8, None)), told_of=TOLD_OF)
    assert [row[1] for row in found.rows] == [40, FEW, FEW]


def test_small_rows_that_together_are_fewer_than_ten_need_a_third():
    found = withhold(table(("a", 40, 40, None), ("b", 2, 2, None), ("c", 3, 3, None)), told_of=TOLD_OF)
    assert [row[1] for row in found.rows] == [OTHER, FEW, FEW]


def test_rows_whose_sum_tells_them_apart_need_another():
    # 9 and 9 of which both are at most 9 can only be 9 and 9.
    found = withhold(table(("a", 40, 40, None), ("b", 9, 9, None), ("c", 9, 9, None)), told_of=TOLD_OF)
    assert [row[1] for row in found.rows] == [OTHER, FEW, FEW]


def test_where_no_row_is_left_to_hide_it_the_total_goes():
    found = withhold(table(("a", 1, 1, None), ("b", 10, 10, None), ("All", 11, 11, None)), told_of=TOLD_OF)
    assert [row[1] for row in found.rows] == [FEW, OTHER, OTHER]


def test_nobody_is_told():
    found = withhold(table(("a", 40, 44, share(44)), ("b", 0, 0, None)), told_of=TOLD_OF)
    assert found.rows == table(("a", 40, 44, share(44)), ("b", 0, 0, None)).rows


def test_a_cell_that_tells_of_two_counts_goes_with_either():
    found = withhold(
        table(("a", 40, 0, share(40)), ("b", 30, 5, share(30)), ("c", 30, 15, share(30)), ("d", 30, 30, share(30))),
        told_of={"rate": ["people", "starts"]},
    )
    assert [row[3] for row in found.rows] == [share(40), FEW, OTHER, share(30)]
    assert [row[1] for row in found.rows] == [40, 30, 30, 30]


def test_an_estimate_of_fewer_than_ten_goes_without_being_told():
    found = withhold(table(("a", 40, 44, share(9)), ("b", 40, 44, share(10))))
    assert [row[3] for row in found.rows] == [FEW, share(10)]


def test_words_and_what_cannot_be_said_stay():
    unsaid = Unsaid(why="Nobody was followed for so long.")
    found = withhold(table(("a", 40, 44, unsaid), ("b", 40, 44, None)), told_of=TOLD_OF)
    assert found.rows == (("a", 40, 44, unsaid), ("b", 40, 44, None))


COUNTS = st.lists(st.integers(0, 24), min_size=1, max_size=4)


@given(COUNTS)
def test_no_withheld_count_can_be_worked_out(counts: list[int]):
    rows = [(f"row {place}", count, count, None) for place, count in enumerate(counts)]
    found = withhold(table(*rows, ("All", sum(counts), sum(counts), None)), told_of=TOLD_OF).rows
    told = [row[1] for row in found]
    assert all(cell == 0 or cell >= FEWEST for cell in told if isinstance(cell, int))
    hidden = [cell for cell in told[:-1] if isinstance(cell, Withheld)]
    if not hidden or isinstance(told[-1], Withheld):
        return  # nothing is hidden, or the sum is hidden too
    shown = sum(cell for cell in told[:-1] if isinstance(cell, int))
    possible = list(solutions(hidden, sum(counts) - shown))
    assert possible
    assert all(len({each[place] for each in possible}) > 1 for place in range(len(hidden)))
    assert sum(counts) - shown >= FEWEST


@given(COUNTS)
def test_no_more_is_withheld_than_is_needed_when_every_count_is_large(counts: list[int]):
    rows = [(f"row {place}", count + FEWEST, count + FEWEST, None) for place, count in enumerate(counts)]
    assert withhold(table(*rows), told_of=TOLD_OF) == table(*rows)


def solutions(hidden: Sequence[Withheld], whole: int) -> Iterator[tuple[int, ...]]:
    """Every way in which the withheld counts may come to their sum."""
    if not hidden:
        if whole == 0:
            yield ()
        return
    least, most = (FEWEST, whole) if hidden[0].complement else (1, FEWEST - 1)
    for count in range(least, min(most, whole) + 1):
        for rest in solutions(hidden[1:], whole - count):
            yield (count, *rest)
