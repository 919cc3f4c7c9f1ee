"""JSON files: what is read, and what is refused with which words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from matching.feeds import Draft
from matching.feeds.limits import LONGEST_ROW_BYTES
from tests.matching.feeds.files import VACANCY, drafts, problems, readings, warnings, write


def test_an_object_alone_is_one_row(tmp_path: Path) -> None:
    (draft,) = drafts(write(tmp_path, "v.json", VACANCY))
    assert (draft.content, draft.where.row) == (VACANCY, "")


def test_a_list_gives_a_row_for_each_item_with_its_place(tmp_path: Path) -> None:
    found = drafts(write(tmp_path, "v.json", [VACANCY, VACANCY | {"vacancy_ref": "V2"}]))
    assert [(draft.where.row, draft.content["vacancy_ref"]) for draft in found] == [("item 1", "V1"), ("item 2", "V2")]


def test_an_empty_list_holds_nothing_and_is_not_wrong(tmp_path: Path) -> None:
    path = write(tmp_path, "v.json", " [ ] \n")
    assert problems(path) == []
    assert warnings(path) == ["v.json: is an empty list: it holds no vacancies"]


def test_a_byte_order_mark_of_utf8_is_no_matter(tmp_path: Path) -> None:
    assert drafts(write(tmp_path, "v.json", b"\xef\xbb\xbf" + json.dumps(VACANCY).encode()))[0].content == VACANCY


def test_numbers_keep_their_kind(tmp_path: Path) -> None:
    (draft,) = drafts(write(tmp_path, "v.json", '{"a": 12, "b": 12.5, "c": -3, "d": true, "e": null}'))
    assert draft.content == {"a": 12, "b": 12.5, "c": -3, "d": True, "e": None}


REFUSED = [
    ("nothing", b"", "v.json: is empty; it should hold one object or a list of objects"),
    ("spaces", b" \n\t ", "v.json: is empty; it should hold one object or a list of objects"),
    ("cut off", b'[{"a": 1}, {"b": ', "v.json, item 2: ends too early at line 1, column 18"),
    ("cut off in a text", b'{"a": "on', "v.json: ends too early at line 1, column 7"),
    ("cut off after an item", b'[{"a": 1}', "v.json, item 1: ends too early"),
    ("a list left open after a comma", b'[{"a": 1},', "v.json, item 2: ends too early"),
    ("no comma", b'[\n{"a": 1}\n{"b": 2}]', "v.json, item 1: is not JSON at line 3, column 1: a comma"),
    ("a comma too many", b"[1,]", "v.json, item 2: is not JSON at line 1, column 4: a value is missing"),
    ("single quotes", b"{'a': 1}", "v.json: is not JSON at line 1, column 2: a field name in double quotes is missing"),
    ("two objects", b'{"a": 1}\n{"b": 2}', "v.json: is not JSON at line 2, column 1: something follows the end"),
    ("a tail after a list", b"[1] x", "v.json: is not JSON at line 1, column 5: something follows the end"),
    ("a line break in a text", b'{"a": "x\ny"}', "v.json: is not JSON at line 1, column 9: a line break"),
    ("a key twice", b'{"a": 1, "a": 1}', "v.json, a: is here twice in one object; give it once"),
    ("a key twice within", b'[{"h": {"min": 1, "min": 2}}]', "v.json, item 1, min: is here twice in one object"),
    ("NaN", b'{"a": NaN}', "v.json: NaN is not a number in JSON; leave out what nobody knows"),
    ("Infinity", b'{"a": -Infinity}', "v.json: -Infinity is not a number in JSON"),
    ("too large", b'{"a": 1e999}', "v.json: 1e999 is too large a number"),
    ("too long", b'{"a": ' + b"1" * 5000 + b"}", "v.json: a number has 5,000 digits; the most is 20"),
    ("nesting", b"[" * 200_000, "v.json, item 1: is nested too deeply to be read"),
    ("nesting of objects", b'{"a":' * 200_000, "v.json: is nested too deeply to be read"),
    ("UTF-16", '{"a": 1}'.encode("utf-16"), "v.json: is UTF-16; save the file as UTF-8"),
    ("UTF-16 unmarked", '{"a": 1}'.encode("utf-16-le"), "v.json: looks like UTF-16; save the file as UTF-8"),
    ("UTF-32", '{"a": 1}'.encode("utf-32"), "v.json: is UTF-32; save the file as UTF-8"),
    ("Latin-1", '\n{"a": "café"}'.encode("latin-1"), "v.json: is not UTF-8: byte 0xE9 at offset 11 (line 2)"),
    ("zeros", b"\0" * 100, "v.json: is nothing but zero bytes"),
]


@pytest.mark.parametrize(("raw", "message"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_what_is_wrong_is_said_with_its_place(raw: bytes, message: str, tmp_path: Path) -> None:
    path = write(tmp_path, "v.json", raw)
    assert problems(path)[0].startswith(message)
    assert len(problems(path)) == 1


def test_a_refused_item_does_not_cost_the_next_one(tmp_path: Path) -> None:
    first, second = readings(write(tmp_path, "v.json", '[{"a": NaN, "b": [1, 2]}, {"a": 1}]'))
    assert not isinstance(first, Draft)
    assert isinstance(second, Draft)
    assert second.where.row == "item 2"


def test_an_item_that_is_too_long_is_refused_alone(tmp_path: Path) -> None:
    path = write(tmp_path, "v.json", [{"a": "x" * LONGEST_ROW_BYTES}, VACANCY])
    assert problems(path) == ["v.json, item 1: is longer than 10 MB; a row should hold one vacancy or profile"]
    assert len(drafts(path)) == 1


def test_one_object_of_200_megabytes_is_refused_without_reading_it(tmp_path: Path) -> None:
    path = write(tmp_path, "v.json", '{"vacancy_ref": "')
    with path.open("r+b") as file:
        file.truncate(200 * 1024 * 1024)
    assert problems(path) == ["v.json: is one object longer than 10 MB; a row should hold one vacancy or profile"]


def test_a_file_beyond_the_limit_should_be_json_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("matching.feeds.json_files.LARGEST_JSON_BYTES", 5000)
    path = write(tmp_path, "v.json", [VACANCY] * 200)
    assert problems(path) == ["v.json: is larger than 0 MB; split it, or write JSON Lines (.jsonl)"]
