"""What is read from a folder or a ZIP, and that what cannot be read is refused by name."""

from __future__ import annotations

import io
import json
import random
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from evaluation.columns import TABLES, Kind
from evaluation.history import History
from evaluation.records import csv_files, history_files, parquet_files
from evaluation.records.reading import history_of, read_history
from evaluation.records.writing import write_history
from matching.errors import Invalid
from tests.evaluation.told_histories import ABOUT, UNTIL, frames, told, told_but, written

FORMS: tuple[Literal["csv", "parquet"], ...] = ("csv", "parquet")


def refused(path: Path, **more: Any) -> list[str]:
    """What is said of a history that cannot be read."""
    with pytest.raises(Invalid) as caught:
        read_history(path, **more)
    return [str(problem) for problem in caught.value.problems]


def assert_same(one: History, other: History) -> None:
    assert one.data_until == other.data_until
    for name, frame in frames(one).items():
        pd.testing.assert_frame_equal(frame, frames(other)[name])


def zipped(folder: Path) -> Path:
    """The files of a folder in a ZIP beside it."""
    path = folder.with_suffix(".zip")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.iterdir()):
            archive.write(file, file.name)
    return path


class TestFrames:
    def test_ids_become_row_numbers_and_days_and_words_get_their_types(self) -> None:
        read = history_of(told(), UNTIL)
        assert read.entries["shortlist"].tolist() == [0, 0, 1, 1]
        assert read.entries["vacancy"].tolist() == [0, 1, 2, 0]
        assert read.placements["shortlist"].tolist() == [0, -1]
        assert read.placements["participant"].tolist() == [0, 1]
        assert read.participants["participant"].tolist() == [0, 1]
        assert read.placements["started_on"].tolist() == [pd.Timestamp("2026-04-06"), pd.Timestamp("2026-05-04")]
        assert read.placements["ended_on"].isna().tolist() == [False, True]
        assert read.placements["end_reason"].tolist()[0] == "redundancy"

    @pytest.mark.parametrize("name", TABLES)
    def test_every_column_has_the_type_of_its_kind(self, name: str) -> None:
        types = {
            Kind.ID: "int32",
            Kind.DAY: "datetime64[s]",
            Kind.WHOLE: "int32",
            Kind.NUMBER: "float64",
            Kind.SHARE: "float32",
            Kind.YES_NO: "boolean",
            Kind.WORD: "category",
        }
        optional = {Kind.WHOLE: "Int32"}
        frame = frames(history_of(told(), UNTIL))[name]
        for column in TABLES[name].columns:
            expected = types[column.kind] if column.required else optional.get(column.kind, types[column.kind])
            assert frame[column.name].dtype == expected, column.name

    def test_a_table_that_is_not_there_is_an_empty_frame_and_groups_are_none(self) -> None:
        tables = told()
        for name in ("steps", "questions", "contacts", "earnings", "groups"):
            del tables[name]
        read = history_of(tables, UNTIL)
        assert (len(read.steps), list(read.steps)) == (0, ["shortlist", "vacancy", "step", "on"])
        assert read.steps.dtypes.astype(str).tolist() == ["int32", "int32", "category", "datetime64[s]"]
        assert read.groups is None
        assert "groups" not in read.rows_read

    def test_words_of_one_name_can_be_compared_by_their_codes(self) -> None:
        read = history_of(told(), UNTIL)
        assert read.placements["employer"].cat.categories.equals(read.vacancies["employer"].cat.categories)
        assert read.placements["employer"].cat.codes[0] == read.vacancies["employer"].cat.codes[0]
        assert read.entries["method"].cat.codes[0] == read.shortlists["method"].cat.codes[0]

    def test_the_rows_that_were_read_are_counted(self) -> None:
        rows = history_of(told(), UNTIL).rows_read
        assert rows == {name: len(frame) for name, frame in told().items()}

    def test_days_may_be_dates_and_ids_numbers_even_beside_missing_ones(self) -> None:
        tables = told()
        numbers = {"l1": 1, "l2": 2}
        for name in ("shortlists", "entries", "decisions", "steps", "placements"):
            tables[name] = tables[name].assign(shortlist=tables[name]["shortlist"].map(numbers))
        tables["shortlists"]["drawn_on"] = [date(2026, 3, 2), date(2026, 3, 9)]
        tables["placements"]["started_on"] = pd.to_datetime(tables["placements"]["started_on"])
        assert_same(history_of(tables, UNTIL), history_of(told(), UNTIL))


class TestForms:
    @pytest.mark.parametrize("form", ["csv", "parquet"])
    def test_what_was_written_is_read_back(self, tmp_path: Path, form: Literal["csv", "parquet"]) -> None:
        write_history(told(), tmp_path / "history", form=form, about=ABOUT)
        read = read_history(tmp_path / "history")
        assert_same(read, history_of(told(), UNTIL))
        assert read.simulated

    @pytest.mark.parametrize("form", ["csv", "parquet"])
    def test_a_zip_is_read_like_a_folder(self, tmp_path: Path, form: Literal["csv", "parquet"]) -> None:
        write_history(told(), tmp_path / "history", form=form, about=ABOUT)
        assert_same(read_history(zipped(tmp_path / "history")), history_of(told(), UNTIL))

    def test_a_file_of_a_spreadsheet_is_read_too(self, tmp_path: Path) -> None:
        folder = written(tmp_path / "history", told())
        file = folder / "vacancies.csv"
        lines = file.read_text(encoding="utf-8").splitlines()
        spread = [f'"{lines[0].split(",")[0]}"' + lines[0].removeprefix("vacancy"), *lines[1:], ""]
        file.write_bytes(b"\xef\xbb\xbf" + "\r\n".join(spread).encode())
        assert_same(read_history(folder), history_of(told(), UNTIL))

    def test_a_comma_in_a_name_is_no_end_of_a_cell(self, tmp_path: Path) -> None:
        tables = told_but("vacancies", 0, employer='Hazel, "Ash" & Sons')
        write_history(tables, tmp_path / "history", form="csv", about=ABOUT)
        assert read_history(tmp_path / "history").vacancies["employer"][0] == 'Hazel, "Ash" & Sons'

    def test_columns_may_stand_in_any_order(self, tmp_path: Path) -> None:
        tables = {name: frame[frame.columns[::-1]] for name, frame in told().items()}
        assert_same(read_history(written(tmp_path / "history", tables)), history_of(told(), UNTIL))

    @pytest.mark.parametrize("form", ["csv", "parquet"])
    def test_chunks_leave_no_seams(
        self, tmp_path: Path, form: Literal["csv", "parquet"], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(csv_files, "_BLOCK_BYTES", 50)
        monkeypatch.setattr(parquet_files, "_ROWS_AT_ONCE", 1)
        assert_same(read_history(written(tmp_path / "history", told(), form)), history_of(told(), UNTIL))

    def test_how_far_reading_has_come_is_told_to_the_end(self, tmp_path: Path) -> None:
        told_of: list[tuple[int, int]] = []
        read_history(written(tmp_path / "history", told()), progress=lambda *far: told_of.append(far))
        assert [done for done, _ in told_of] == sorted(done for done, _ in told_of)
        assert told_of[-1][0] > 0.5 * told_of[-1][1]

    def test_as_of_a_day_nothing_later_is_read(self, tmp_path: Path) -> None:
        read = read_history(written(tmp_path / "history", told()), as_of=date(2026, 4, 30))
        assert (read.data_until, len(read.placements)) == (date(2026, 4, 30), 1)
        assert read.rows_read["placements"] == 2

    def test_as_of_a_day_after_the_history_is_refused(self, tmp_path: Path) -> None:
        (said,) = refused(written(tmp_path / "history", told()), as_of=date(2026, 12, 1))
        assert said == "The history tells of nothing after 2026-11-22, so it cannot be looked at as of 2026-12-01."


def change(file: Path, change_bytes: Callable[[bytes], bytes]) -> None:
    file.write_bytes(change_bytes(file.read_bytes()))


class TestBrokenCsv:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        return written(tmp_path / "history", told())

    def test_mixed_encodings_are_named_by_line(self, folder: Path) -> None:
        change(folder / "vacancies.csv", lambda held: held.replace(b"Beech", "Bèech".encode("latin-1")))
        assert refused(folder) == ["vacancies.csv, line 3: is not UTF-8: the file mixes encodings, or has another one"]

    def test_a_nul_is_named_by_line(self, folder: Path) -> None:
        change(folder / "vacancies.csv", lambda held: held.replace(b"Beech", b"Bee\0ch"))
        assert refused(folder) == ["vacancies.csv, line 3: holds a NUL character"]

    def test_rows_with_more_or_fewer_cells_are_named_by_line(self, folder: Path) -> None:
        change(folder / "steps.csv", lambda held: held + b"l1,groom,interview\n\nl1,groom,interview,2026-03-12,1\n")
        said = refused(folder)
        assert said == ["steps.csv, line 3: 3 cells instead of 4", "steps.csv, line 5: 5 cells instead of 4"]

    def test_empty_lines_are_no_rows_and_do_not_shift_the_others(self, folder: Path) -> None:
        change(folder / "decisions.csv", lambda held: held.replace(b"l2", b"\n\r\nl2").replace(b"not_now", b"never"))
        (said,) = refused(folder)
        assert said.startswith("decisions.csv, line 5, choice: 'never' is none of put_forward")

    def test_a_line_after_one_that_could_not_be_read_keeps_its_number(self, folder: Path) -> None:
        change(folder / "steps.csv", lambda held: held + b"l1,groom\nl1,packer,interviewed,2026-03-12\n")
        said = refused(folder)
        assert [each.split(":")[0] for each in said] == ["steps.csv, line 3", "steps.csv, line 4, step"]

    def test_lines_are_counted_through_the_whole_file(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(csv_files, "_BLOCK_BYTES", 60)
        change(folder / "placements.csv", lambda held: held.replace(b"2026-05-04", b"2026-05-32"))
        assert refused(folder)[0].startswith("placements.csv, line 3, started_on: '2026-05-32' is not a day")

    def test_a_quotation_mark_that_is_not_closed_is_named_by_line(self, folder: Path) -> None:
        change(folder / "contacts.csv", lambda held: held.replace(b"c1,ash", b'"c1,ash'))
        assert refused(folder) == ["contacts.csv, line 2: opens a quotation mark and does not close it on the line"]

    def test_half_a_line_end_is_named_by_line(self, folder: Path) -> None:
        change(folder / "contacts.csv", lambda held: held.replace(b"visit", b"vi\rsit", 1))
        assert refused(folder) == ["contacts.csv, line 2: holds half a line end (a carriage return)"]

    @pytest.mark.parametrize("held", [b"", b"\n", "größe\n".encode("utf-16"), b"\xff\xfe\n"])
    def test_a_file_without_names_of_columns_is_refused(self, folder: Path, held: bytes) -> None:
        (folder / "steps.csv").write_bytes(held)
        assert any("steps.csv" in said for said in refused(folder))

    def test_a_line_without_end_is_refused(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(csv_files, "_LONGEST_LINE", 1000)
        monkeypatch.setattr(csv_files, "_BLOCK_BYTES", 400)
        change(folder / "steps.csv", lambda held: held + b"x" * 5000)
        assert "steps.csv: has a line longer than 1,000 characters" in refused(folder)

    def test_a_column_that_is_missing_or_unknown_or_twice_there_is_named(self, folder: Path) -> None:
        change(folder / "steps.csv", lambda held: held.replace(b"step,on", b"stepp,step"))
        change(folder / "contacts.csv", lambda held: held.replace(b"mode,on", b"mode,mode"))
        assert refused(folder) == [
            "steps.csv: the column 'stepp' is not known (did you mean 'step'?)",
            "steps.csv: the column 'on' is missing",
            "steps.csv, line 2, step: '2026-03-12' is none of opened, interview",
            "contacts.csv: the column 'mode' is there twice",
            "contacts.csv: the column 'on' is missing",
        ]


class TestBrokenFiles:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        return written(tmp_path / "history", told())

    def test_a_folder_that_is_not_there_is_refused(self, tmp_path: Path) -> None:
        assert refused(tmp_path / "nothing") == ["nothing: there is no such folder or file."]

    def test_a_file_that_is_no_zip_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "history.zip").write_bytes(b"PK\x03\x04 not really")
        assert refused(tmp_path / "history.zip") == ["history.zip: neither a folder nor a ZIP that can be read."]

    def test_a_zip_that_is_cut_off_is_refused(self, folder: Path) -> None:
        path = zipped(folder)
        change(path, lambda held: held[: len(held) // 2])
        assert refused(path) == ["history.zip: neither a folder nor a ZIP that can be read."]

    def test_a_zip_whose_bytes_are_damaged_names_the_file(self, folder: Path) -> None:
        path = zipped(folder)
        with zipfile.ZipFile(path) as archive:
            at = archive.getinfo("entries.csv").header_offset + 80
        change(path, lambda held: held[:at] + bytes(each ^ 0xFF for each in held[at : at + 20]) + held[at + 20 :])
        assert any(said.startswith("entries.csv: cannot be read, or is cut off") for said in refused(path))

    def test_a_zip_that_would_unpack_without_end_is_refused(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(history_files, "MOST_BYTES", 1000)
        assert refused(zipped(folder)) == ["history.zip: unpacked, the ZIP is larger than 1,000 bytes."]

    def test_a_zip_that_lies_about_its_size_is_refused(self, folder: Path) -> None:
        path = zipped(folder)
        with zipfile.ZipFile(path) as archive:
            size = archive.getinfo("entries.csv").file_size
        change(path, lambda held: held.replace(size.to_bytes(4, "little"), (10).to_bytes(4, "little")))
        assert any("entries.csv" in said for said in refused(path))

    def test_a_zip_with_a_password_is_refused(self, folder: Path) -> None:
        path = zipped(folder)
        change(path, lambda held: held.replace(b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01"))
        assert refused(path) == ["history.zip: the ZIP is locked with a password."]

    def test_a_file_that_is_twice_in_the_zip_is_refused(self, folder: Path) -> None:
        path = zipped(folder)
        with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(path, "a") as archive:
            archive.writestr("entries.csv", "x")
        assert refused(path) == ["history.zip: a file is in the ZIP twice."]

    @pytest.mark.parametrize("name", ["../entries.csv", "history/entries.csv", "/entries.csv"])
    def test_files_that_are_not_at_the_top_are_not_looked_at(self, folder: Path, name: str) -> None:
        path = zipped(folder)
        with zipfile.ZipFile(path, "a") as archive:
            archive.writestr(name, "x")
        assert refused(path) == [f"{name}: lies in a folder; the files of a history lie at the top of a ZIP"]

    def test_other_files_beside_the_tables_do_not_matter(self, folder: Path) -> None:
        (folder / "truth.json").write_text("{")
        assert_same(read_history(folder), history_of(told(), UNTIL))

    def test_a_table_that_is_missing_is_named(self, folder: Path) -> None:
        (folder / "entries.csv").unlink()
        assert "entries: is missing: neither entries.csv nor entries.parquet is there" in refused(folder)

    @pytest.mark.parametrize("name", ["participants", "shortlists", "vacancies"])
    def test_what_names_the_rows_of_a_broken_file_is_not_to_blame(self, folder: Path, name: str) -> None:
        (folder / f"{name}.csv").unlink()
        assert refused(folder) == [f"{name}: is missing: neither {name}.csv nor {name}.parquet is there"]

    def test_a_table_that_is_there_in_both_forms_is_named(self, folder: Path) -> None:
        (folder / "steps.parquet").write_bytes(b"")
        assert refused(folder) == ["steps.parquet: the table is there twice: also as steps.csv"]

    def test_a_table_that_nobody_knows_is_named_with_the_likely_one(self, folder: Path) -> None:
        (folder / "entrys.csv").write_text("a\n")
        assert refused(folder) == ["entrys.csv: is no table of a history (did you mean 'entries'?)"]

    @pytest.mark.parametrize(
        ("held", "says"),
        [
            (None, "is missing; it says format, data_until and simulated"),
            ("{", "is not JSON in UTF-8"),
            ("[1]", 'does not say "format": 1, the only one that is known'),
            ('{"format": 2}', 'does not say "format": 1, the only one that is known'),
            ('{"format": 1}', 'does not say "data_until": a day such as "2026-11-22"'),
            ('{"format": 1, "data_until": 5}', 'does not say "data_until": a day such as "2026-11-22"'),
            ('{"format": 1, "data_until": "2026-11-31"}', 'does not say "data_until": a day such as "2026-11-22"'),
            ('{"format": 1, "data_until": "2026-11-22", "simulated": 1}', '"simulated" is neither true nor false'),
            ("[" * 50_000, "is not JSON in UTF-8"),
        ],
    )
    def test_what_history_json_must_say(self, folder: Path, held: str | None, says: str) -> None:
        (folder / "history.json").unlink()
        if held is not None:
            (folder / "history.json").write_text(held)
        assert refused(folder) == [f"history.json: {says}"]

    def test_everything_that_is_wrong_is_told_at_once(self, folder: Path) -> None:
        (folder / "history.json").unlink()
        change(folder / "steps.csv", lambda held: held.replace(b"interview", b"interviewed"))
        change(folder / "vacancies.csv", lambda held: held.replace(b"carved", b"curved"))
        said = refused(folder)
        assert [each.split(":")[0] for each in said] == [
            "history.json",
            "vacancies.csv, line 4, source",
            "steps.csv, line 2, step",
        ]


class TestBrokenParquet:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        return written(tmp_path / "history", told(), "parquet")

    @pytest.mark.parametrize("share", [0.0, 0.3, 0.9])
    def test_one_that_is_cut_off_is_refused(self, folder: Path, share: float) -> None:
        change(folder / "entries.parquet", lambda held: held[: int(len(held) * share)])
        assert "entries.parquet: is no Parquet file, or is cut off" in refused(folder)

    def test_one_with_damaged_pages_is_refused(self, folder: Path) -> None:
        change(folder / "entries.parquet", lambda held: held[:4] + b"\xff" * 60 + held[64:])
        assert any(said.startswith("entries.parquet: cannot be read after row 0") for said in refused(folder))

    def test_rows_are_named_by_their_number(self, folder: Path) -> None:
        table = pq.read_table(folder / "steps.parquet")
        pq.write_table(table.set_column(2, "step", pa.array(["interviewed"])), folder / "steps.parquet")
        assert refused(folder) == [
            "steps.parquet, row 1, step: 'interviewed' is none of opened, interview (did you mean 'interview'?)"
        ]

    def test_text_that_is_not_utf_8_is_named_by_row(self, folder: Path) -> None:
        table = pq.read_table(folder / "contacts.parquet")
        mixed = pa.array([b"Hazel", "Häzel".encode("latin-1")], pa.binary())
        wrong = pa.Array.from_buffers(pa.string(), 2, mixed.buffers())
        pq.write_table(table.set_column(2, "employer", wrong), folder / "contacts.parquet")
        (said,) = refused(folder)
        assert said == ("contacts.parquet, row 2, employer: is not UTF-8: the file mixes encodings, or has another one")

    def test_a_column_of_lists_is_refused(self, folder: Path) -> None:
        table = pq.read_table(folder / "steps.parquet")
        pq.write_table(table.set_column(2, "step", pa.array([["interview"]])), folder / "steps.parquet")
        (said,) = refused(folder)
        assert said.startswith("steps.parquet: the column 'step' is of type list")

    def test_more_rows_than_any_history_has_are_not_begun_with(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(parquet_files, "MOST_ROWS", 3)
        assert "entries.parquet: holds more than 3 rows" in refused(folder)

    def test_an_hour_is_no_day(self, folder: Path) -> None:
        table = pq.read_table(folder / "steps.parquet")
        noon = pa.array(np.array(["2026-03-12T12"], dtype="datetime64[ms]"))
        pq.write_table(table.set_column(3, "on", noon), folder / "steps.parquet")
        assert refused(folder) == ["steps.parquet, row 1, on: '2026-03-12 12:00:00' is not a day such as 2026-11-22"]


@pytest.mark.parametrize("form", FORMS)
def test_whatever_bytes_are_broken_is_refused_in_sentences(tmp_path: Path, form: Literal["csv", "parquet"]) -> None:
    """Or it is read, where what was hit does not matter; but nothing else ever comes out."""
    chance = random.Random(7)
    held = zipped(written(tmp_path / "history", told(), form)).read_bytes()
    path, refusals = tmp_path / "broken.zip", 0
    for _ in range(16):
        at, more = chance.randrange(len(held)), chance.randbytes(chance.randrange(3))
        path.write_bytes(held[:at] + more + held[at + chance.randrange(4) :])
        try:
            read_history(path)
        except Invalid as caught:
            refusals += bool(str(caught))
    assert refusals > 8


def test_history_json_may_say_more(tmp_path: Path) -> None:
    folder = tmp_path / "history"
    write_history(told(), folder, form="csv", about={**ABOUT, "seed": 7})
    assert json.loads((folder / "history.json").read_text())["seed"] == 7
    assert read_history(folder).simulated


def test_a_zip_within_a_zip_is_no_history(tmp_path: Path) -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("history.json", "{}")
    with zipfile.ZipFile(tmp_path / "outer.zip", "w") as archive:
        archive.writestr("history.zip", held.getvalue())
    assert "history.json: is missing; it says format, data_until and simulated" in refused(tmp_path / "outer.zip")


def test_what_the_service_could_not_put_into_a_history_is_read_with_it(tmp_path: Path):
    left_out = {"decisions without a list": 12}
    write_history(told(), tmp_path / "history", form="csv", about={**ABOUT, "left_out": left_out})

    assert read_history(tmp_path / "history").left_out == left_out


@pytest.mark.parametrize("left_out", [[], {"decisions": "many"}, {"decisions": -1}, {"decisions": True}])
def test_counts_of_what_was_left_out_are_whole_numbers(tmp_path: Path, left_out: object):
    write_history(told(), tmp_path / "history", form="csv", about={**ABOUT, "left_out": left_out})

    with pytest.raises(Invalid, match="left_out"):
        read_history(tmp_path / "history")
