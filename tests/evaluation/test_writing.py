"""What is written of a history: a file for each table, the same bytes for the same tables, over nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest

from evaluation.records.writing import write_history
from matching.errors import Invalid
from tests.evaluation.told_histories import ABOUT, told

FORMS: tuple[Literal["csv", "parquet"], ...] = ("csv", "parquet")


def files(folder: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in folder.iterdir()}


@pytest.mark.parametrize("form", FORMS)
def test_the_same_tables_make_the_same_bytes(tmp_path: Path, form: Literal["csv", "parquet"]) -> None:
    write_history(told(), tmp_path / "one", form=form, about=ABOUT)
    write_history(told(), tmp_path / "two", form=form, about=ABOUT)
    assert files(tmp_path / "one") == files(tmp_path / "two")
    assert set(files(tmp_path / "one")) == {"history.json", *(f"{name}.{form}" for name in told())}


def test_a_line_reads_as_the_format_says(tmp_path: Path) -> None:
    write_history(told(), tmp_path / "one", form="csv", about=ABOUT)
    lines = (tmp_path / "one" / "earnings.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0].replace('"', "") == "placement,from_on,to_on,hours,gross_pence,source,verified"
    assert lines[1] == "j1,2026-04-06,2026-04-30,,80000,payslip,true"


@pytest.mark.parametrize("form", FORMS)
def test_a_folder_with_anything_in_it_is_left_alone(tmp_path: Path, form: Literal["csv", "parquet"]) -> None:
    (tmp_path / "kept.txt").write_text("kept")
    with pytest.raises(Invalid, match="not empty"):
        write_history(told(), tmp_path, form=form, about=ABOUT)
    assert files(tmp_path) == {"kept.txt": b"kept"}


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    write_history(told(), tmp_path, form="csv", about=ABOUT)
    assert "history.json" in files(tmp_path)
