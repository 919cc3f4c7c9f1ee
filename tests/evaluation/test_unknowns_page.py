"""The pages about unknowns: what docs/unknowns.md says in short is what the benchmark has kept."""

from __future__ import annotations

import re

from benchmarks.unknowns import BEGINS, DOCS, ENDS, PAGE, with_figures
from tests.evaluation.test_unknowns import of_an_invented_world


def figures(text: str) -> list[str]:
    """Every cell that holds an interval."""
    return re.findall(r"\| *([\d.]+(?: %)? \([\d.]+ to [\d.]+\))", text)


def test_every_figure_of_the_short_page_stands_on_the_full_one():
    short = DOCS.read_text(encoding="utf-8").partition(BEGINS)[2].partition(ENDS)[0]
    full = PAGE.read_text(encoding="utf-8")

    assert len(figures(short)) == 4 * 6 * 4
    assert [cell for cell in figures(short) if f"| {cell}" not in full] == []


def test_new_figures_take_the_place_of_old_ones_and_of_nothing_else():
    page = f"Before.\n\n{BEGINS}\nold\n{ENDS}\n\nAfter.\n"

    once = with_figures(page, of_an_invented_world())

    assert once.startswith("Before.\n")
    assert once.endswith("\nAfter.\n")
    assert "old" not in once
    assert once.count("| asked (our rule) ") == 4
    assert with_figures(once, of_an_invented_world()) == once
