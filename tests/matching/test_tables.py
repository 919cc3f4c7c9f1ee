"""A table is read as declared or refused, cell by cell; and the shipped tables are read this way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from math import inf
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.errors import Invalid, Problem, Where
from matching.policy import POLICY_FILES, read_policy
from matching.priors import read_occupations
from matching.scoring import WEIGHTS_FILE, read_weights
from matching.tables import (
    Cell,
    Table,
    choice,
    day,
    digest,
    digest_of,
    if_filled,
    lookup,
    number,
    one_of,
    raise_problems,
    slug,
    text,
    whole,
    written_as,
)
from matching.taxonomy import CATALOGUE_FILES, DATA, read_catalogue
from tests.matching.table_files import copied


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"
    UNSEEN = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Berry:
    name: str
    colour: Colour
    picked_on: date
    sweet: bool
    grams: float
    seeds: int
    price: float | None


HEADER = "name,colour,picked_on,sweet,grams,seeds,price"
CURRANT = "red currant,red,2026-07-01,no,0.5,7,"
BILBERRY = "bilberry,blue,2026-08-01,yes,0.4,12,3.50"
WRONG = {"name": " ", "colour": "green", "picked_on": "soon", "sweet": "very", "grams": "-1", "seeds": "100"}


def a_table(folder: Path, *lines: str, file: str = "berries.csv") -> Table:
    path = folder / file
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return Table(path)


def berries(table: Table, *, key: Sequence[str] = ("name",), **options: Any) -> tuple[Berry, ...]:
    return table.read_rows(Berry, {"seeds": whole(range(100))}, key=key, **options)


def problems(table: Table, **options: Any) -> list[str]:
    berries(table, **options)
    return [str(problem) for problem in table.problems]


class TestReadersOfCells:
    @pytest.mark.parametrize(
        ("read", "cell", "value"),
        [
            (str, "", ""),
            (text, "two words", "two words"),
            (slug, "time_2", "time_2"),
            (day, "2026-04-01", date(2026, 4, 1)),
            (number(most=10, otherwise="?"), "0", 0.0),
            (number(most=10, otherwise="?"), "10.0", 10.0),
            (number(most=inf, otherwise="?"), "1000000.25", 1000000.25),
            (whole(range(5)), "4", 4),
            (choice(Colour), "blue", Colour.BLUE),
            (one_of(["", "a"], otherwise="?"), "", ""),
            (lookup({"yes": True}, otherwise="?"), "yes", True),
            (if_filled(day, empty=None), "", None),
            (if_filled(day, empty=None), "2026-04-01", date(2026, 4, 1)),
            (written_as("[ab]+", otherwise="?"), "abba", "abba"),
        ],
    )
    def test_takes(self, read: Cell[object], cell: str, value: object) -> None:
        found = read(cell)

        assert found == value
        assert type(found) is type(value)

    @pytest.mark.parametrize("cell", ["", " ", "a ", " a", "a\n"])
    def test_words_are_not_empty_and_have_no_space_around_them(self, cell: str) -> None:
        with pytest.raises(ValueError, match="must not be empty, nor begin or end with a space"):
            text(cell)

    @pytest.mark.parametrize("cell", ["", "Time", "2_times", "a-b", "é", "a\n"])
    def test_a_slug_is_small_letters_digits_and_underscores(self, cell: str) -> None:
        with pytest.raises(ValueError, match="is not a slug"):
            slug(cell)

    @pytest.mark.parametrize("cell", ["", "01/04/2026", "20260401", "2026-W14-3", "2026-02-30", "2026-4-1"])
    def test_a_date_has_one_way_to_be_written(self, cell: str) -> None:
        with pytest.raises(ValueError, match=f"'{cell}' is not a date such as 2026-04-01"):
            day(cell)

    @pytest.mark.parametrize("cell", ["", "nan", "inf", "-1", "+1", "1e1", "1_0", " 1", "1.", ".5", "٣", "10.01"])
    def test_a_number_is_in_plain_digits_and_not_too_big(self, cell: str) -> None:
        with pytest.raises(ValueError, match="should be from 0 to 10"):
            number(most=10, otherwise="should be from 0 to 10")(cell)

    @pytest.mark.parametrize("cell", ["", "0", "10", "1.0", "-1", "03", "three"])
    def test_a_whole_number_is_one_of_its_range(self, cell: str) -> None:
        with pytest.raises(ValueError, match=f"'{cell}' is not a whole number from 1 to 9"):
            whole(range(1, 10))(cell)

    def test_a_choice_says_what_there_is_to_choose(self) -> None:
        with pytest.raises(ValueError, match=r"'green' is not one of red, blue$"):
            choice(Colour)("green")

    def test_a_reference_is_known_or_refused_in_its_own_words(self) -> None:
        with pytest.raises(ValueError, match=r"'c' is not in letters\.csv"):
            one_of(["a", "b"], otherwise="is not in letters.csv")("c")

    @given(st.dates(), st.integers(0, 99), st.decimals(0, 1000, places=2))
    def test_what_is_written_plainly_is_read_back(self, on: date, count: int, amount: Any) -> None:
        assert day(str(on)) == on
        assert whole(range(100))(str(count)) == count
        assert number(most=1000, otherwise="?")(f"{amount:f}") == float(amount)


class TestRows:
    def test_fields_are_read_by_their_type_and_the_rest_by_their_reader(self, tmp_path: Path) -> None:
        table = a_table(tmp_path, HEADER, CURRANT, BILBERRY)

        assert berries(table) == (
            Berry(
                name="red currant",
                colour=Colour.RED,
                picked_on=date(2026, 7, 1),
                sweet=False,
                grams=0.5,
                seeds=7,
                price=None,
            ),
            Berry(
                name="bilberry",
                colour=Colour.BLUE,
                picked_on=date(2026, 8, 1),
                sweet=True,
                grams=0.4,
                seeds=12,
                price=3.5,
            ),
        )
        assert table.problems == []

    def test_columns_may_stand_in_any_order(self, tmp_path: Path) -> None:
        lines = [",".join(reversed(line.split(","))) for line in (HEADER, CURRANT, BILBERRY)]

        assert berries(a_table(tmp_path, *lines)) == berries(a_table(tmp_path, HEADER, CURRANT, BILBERRY))

    def test_a_quoted_cell_may_hold_commas_and_newlines(self, tmp_path: Path) -> None:
        table = a_table(tmp_path, HEADER, CURRANT.replace("red currant", '"currant,\nred"'))

        assert [berry.name for berry in berries(table)] == ["currant,\nred"]

    @pytest.mark.parametrize(
        ("lines", "problem"),
        [
            ([], "berries.csv: holds no rows"),
            ([HEADER], "berries.csv: holds no rows"),
            ([HEADER.replace("grams", "ounces"), CURRANT], "berries.csv, row 1, ounces: is one column too many"),
            ([HEADER.replace("grams", "ounces"), CURRANT], "berries.csv, row 2, grams: is missing"),
            ([f"{HEADER},name", f"{CURRANT},"], "berries.csv, row 1, name: is one column too many"),
            ([HEADER, CURRANT, BILBERRY.removesuffix(",3.50")], "berries.csv, row 3, price: is missing"),
            ([HEADER, "", CURRANT], "berries.csv, row 2, name: is missing"),
            ([HEADER, CURRANT, f"{BILBERRY},,"], "berries.csv, row 3, beyond the last column: is not a column"),
            ([HEADER, CURRANT, BILBERRY, CURRANT], "berries.csv, row 4, name: 'red currant' is here twice"),
        ],
    )
    def test_a_table_that_is_not_as_declared_is_refused(
        self, tmp_path: Path, lines: Sequence[str], problem: str
    ) -> None:
        assert any(found.startswith(problem) for found in problems(a_table(tmp_path, *lines)))

    def test_rows_may_be_alike_in_part_of_a_key_of_two(self, tmp_path: Path) -> None:
        blue = CURRANT.replace(",red,", ",blue,")

        assert problems(a_table(tmp_path, HEADER, CURRANT, blue), key=("name", "colour")) == []
        assert problems(a_table(tmp_path, HEADER, CURRANT, blue, blue), key=("name", "colour")) == [
            "berries.csv, row 4, name and colour: 'red currant blue' is here twice"
        ]

    def test_cells_that_are_missing_are_not_here_twice(self, tmp_path: Path) -> None:
        found = problems(a_table(tmp_path, HEADER, CURRANT, "bilberry", "cranberry"), key=("colour",))

        assert not [problem for problem in found if "twice" in problem]

    @given(st.sets(st.tuples(st.integers(0, 4), st.sampled_from(sorted(WRONG)))))
    def test_exactly_the_cells_that_are_wrong_are_named(self, wrong: set[tuple[int, str]]) -> None:
        names = HEADER.split(",")
        rows = [
            dict(zip(names, f"berry {row},{BILBERRY.partition(',')[2]}".split(","), strict=True)) for row in range(5)
        ]
        for row, name in wrong:
            rows[row][name] = f"{WRONG[name]} {row} "
        with TemporaryDirectory() as folder:
            table = a_table(Path(folder), HEADER, *(",".join(row.values()) for row in rows))
            made = berries(table)

        assert {(each.where.row, each.where.field) for each in table.problems} == {
            (f"row {row + 2}", name) for row, name in wrong
        }
        assert len(table.problems) == len(wrong)
        assert len(made) == (0 if wrong else 5)


class TestChecksAcrossRows:
    @staticmethod
    def complain(rows: Sequence[Berry]) -> list[Problem]:
        return [Problem(Where("berries.csv"), f"{len(rows)} are too few")]

    def test_what_a_check_finds_is_a_problem(self, tmp_path: Path) -> None:
        found = problems(a_table(tmp_path, HEADER, CURRANT, BILBERRY), check=self.complain)

        assert found == ["berries.csv: 2 are too few"]

    def test_a_check_is_not_asked_while_a_row_cannot_be_read(self, tmp_path: Path) -> None:
        found = problems(a_table(tmp_path, HEADER, CURRANT, BILBERRY.replace("yes", "very")), check=self.complain)

        assert found == ["berries.csv, row 3, sweet: 'very' is neither yes nor no"]

    def test_a_key_that_is_here_twice_hides_no_check(self, tmp_path: Path) -> None:
        found = problems(a_table(tmp_path, HEADER, CURRANT, CURRANT), check=self.complain)

        assert found == ["berries.csv, row 3, name: 'red currant' is here twice", "berries.csv: 2 are too few"]


class TestFiles:
    @pytest.mark.parametrize("content", [b"name\n\xff\n", b'name\n"open\n', b'name\n"a"b\n'])
    def test_a_file_that_is_no_csv_in_utf_8_is_refused(self, tmp_path: Path, content: bytes) -> None:
        path = tmp_path / "berries.csv"
        path.write_bytes(content)

        with pytest.raises(Invalid, match=r"berries\.csv: cannot be read"):
            Table(path)

    def test_problems_of_all_tables_are_raised_at_once(self, tmp_path: Path) -> None:
        tables = [
            a_table(tmp_path, HEADER, CURRANT.replace(",red,", ",green,"), file="one.csv"),
            a_table(tmp_path, HEADER, CURRANT, file="two.csv"),
            a_table(tmp_path, HEADER, file="three.csv"),
        ]
        for table in tables:
            berries(table)

        with pytest.raises(Invalid) as refused:
            raise_problems(tables)

        assert [each.where.file for each in refused.value.problems] == ["one.csv", "three.csv"]

    def test_without_problems_nothing_is_raised(self, tmp_path: Path) -> None:
        table = a_table(tmp_path, HEADER, CURRANT)
        berries(table)

        raise_problems([table])

    def test_a_column_can_be_had_before_it_is_read(self, tmp_path: Path) -> None:
        table = a_table(tmp_path, HEADER, CURRANT, "short")

        assert table.column("name") == ("red currant", "short")
        assert table.column("colour") == ("red",)
        assert table.column("weight") == ()

    def test_a_digest_is_the_beginning_of_sha_256(self) -> None:
        assert digest("abc") == "ba7816bf8f01"  # the first test vector of FIPS 180-2

    def test_a_digest_of_tables_is_that_of_their_names_and_texts_in_order(self, tmp_path: Path) -> None:
        one, two = a_table(tmp_path, "a", "1", file="one.csv"), a_table(tmp_path, "b", "2", file="two.csv")

        assert digest_of([one, two]) == digest("one.csv\na\n1\n\ntwo.csv\nb\n2\n\n")
        assert digest_of([two, one]) != digest_of([one, two])


def of_catalogue(folder: Path) -> str:
    return read_catalogue(folder=folder).digest


def of_policy(folder: Path) -> str:
    return read_policy(folder=folder).digest


def of_weights(folder: Path) -> str:
    return read_weights(folder / WEIGHTS_FILE.name).digest


def of_occupations(folder: Path) -> str:
    read_occupations(path=folder / "occupation_priors.csv")
    return "has none"


SETS: list[tuple[Callable[[Path], str], tuple[str, ...]]] = [
    (of_catalogue, CATALOGUE_FILES),
    (of_policy, POLICY_FILES),
    (of_weights, (WEIGHTS_FILE.name,)),
    (of_occupations, ("occupation_priors.csv",)),
]
EACH_SET = pytest.mark.parametrize(("digest_in", "files"), SETS)
EACH_FILE = pytest.mark.parametrize(
    ("digest_in", "files", "file"), [(read, files, file) for read, files in SETS for file in files]
)


class TestShippedTables:
    @EACH_FILE
    def test_a_missing_file_is_named(
        self, tmp_path: Path, digest_in: Callable[[Path], str], files: Sequence[str], file: str
    ) -> None:
        (copied(files, to=tmp_path) / file).unlink()

        with pytest.raises(Invalid, match=f"{file}: cannot be read"):
            digest_in(tmp_path)

    @EACH_FILE
    def test_a_file_without_rows_is_named(
        self, tmp_path: Path, digest_in: Callable[[Path], str], files: Sequence[str], file: str
    ) -> None:
        path = copied(files, to=tmp_path) / file
        path.write_text(path.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")

        with pytest.raises(Invalid, match=f"{file}: holds no rows"):
            digest_in(tmp_path)

    @EACH_FILE
    def test_a_column_too_many_is_named(
        self, tmp_path: Path, digest_in: Callable[[Path], str], files: Sequence[str], file: str
    ) -> None:
        path = copied(files, to=tmp_path) / file
        path.write_text(path.read_text(encoding="utf-8").replace("status\n", "status,note\n", 1), encoding="utf-8")

        with pytest.raises(Invalid, match=f"{file}, row 1, note: is one column too many"):
            digest_in(tmp_path)

    @EACH_SET
    def test_a_copy_has_the_same_digest_with_any_kind_of_line_end(
        self, tmp_path: Path, digest_in: Callable[[Path], str], files: Sequence[str]
    ) -> None:
        for name in files:
            (tmp_path / name).write_bytes((DATA / name).read_bytes().replace(b"\n", b"\r\n"))

        assert digest_in(tmp_path) == digest_in(DATA)

    def test_a_weight_is_refused_by_row_and_named_with_its_file(self, tmp_path: Path) -> None:
        path = tmp_path / "ours.csv"
        path.write_text("kind,name,value,why,source,status\nweight,pay.*,1,,,\nweight,pay.*,1e3,,,\n", encoding="utf-8")

        with pytest.raises(Invalid) as refused:
            read_weights(path)

        assert str(refused.value).splitlines() == [
            "ours.csv, row 3, name: 'pay.*' is here twice",
            "ours.csv, row 3, value: '1e3' should be a number from 0 to 1000",
        ]

    def test_a_level_without_its_spread_is_refused_by_occupation_and_dimension(self, tmp_path: Path) -> None:
        path = tmp_path / "ours.csv"
        lines = [
            "onet_code,title,uk_title,family,noise,noise_spread",
            "11-1011.00,Chiefs,,11,1,1",
            "35-2014.00,Cooks,,35,2,",
        ]
        path.write_text("\n".join(lines), encoding="utf-8")

        with pytest.raises(Invalid, match=r"ours\.csv, 35-2014\.00, noise: a level and its spread"):
            read_occupations(path=path)
