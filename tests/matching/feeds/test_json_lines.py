"""JSON Lines: a broken line costs only itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.matching.feeds.files import POSTING, VACANCY, drafts, problems, warnings, write

LINE = json.dumps(VACANCY).encode()


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_each_line_is_a_row_and_blank_lines_are_none(end: bytes, tmp_path: Path) -> None:
    found = drafts(write(tmp_path, "v.jsonl", end.join([LINE, b"", b"  ", LINE])))
    assert [draft.where.row for draft in found] == ["line 1", "line 4"]
    assert found[1].content == VACANCY


def test_a_byte_order_mark_of_utf8_is_no_matter(tmp_path: Path) -> None:
    assert drafts(write(tmp_path, "v.jsonl", b"\xef\xbb\xbf" + LINE))[0].content == VACANCY


REFUSED = [
    ("cut off", LINE[:-5], "v.jsonl, line 2: ends too early at column"),
    ("broken", b"{]", "v.jsonl, line 2: is not JSON at column 2: a field name"),
    ("a key twice", b'{"a": 1, "a": 2}', "v.jsonl, line 2, a: is here twice in one object; give it once"),
    ("NaN", b'{"a": NaN}', "v.jsonl, line 2: NaN is not a number in JSON"),
    ("Latin-1", b'{"a": "caf\xe9"}', f"v.jsonl, line 2: is not UTF-8: byte 0xE9 at offset {len(LINE) + 11}; save"),
    ("nesting", b"[" * 200_000, "v.jsonl, line 2: is nested too deeply to be read"),
]


@pytest.mark.parametrize(("raw", "message"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_a_bad_line_is_named_and_the_others_go_on(raw: bytes, message: str, tmp_path: Path) -> None:
    path = write(tmp_path, "v.jsonl", b"\n".join([LINE, raw, LINE]))
    (found,) = problems(path)
    assert found.startswith(message)
    assert [draft.where.row for draft in drafts(path)] == ["line 1", "line 3"]


@pytest.mark.parametrize("raw", [b"", b"\n\n", b"\xef\xbb\xbf"])
def test_a_file_without_lines_is_empty(raw: bytes, tmp_path: Path) -> None:
    (found,) = problems(write(tmp_path, "v.jsonl", raw))
    assert found == "v.jsonl: is empty; it should hold one object a line, each one of the vacancies"


def test_utf16_is_said_once_and_not_line_by_line(tmp_path: Path) -> None:
    path = write(tmp_path, "v.jsonl", "{}\n{}\n{}\n".encode("utf-16"))
    assert problems(path) == ["v.jsonl: is UTF-16; save the file as UTF-8"]


def test_a_line_of_200_megabytes_costs_only_itself(tmp_path: Path) -> None:
    path = write(tmp_path, "v.jsonl", LINE + b"\n")
    with path.open("r+b") as file:
        file.truncate(200 * 1024 * 1024)
        file.seek(0, 2)
        file.write(b"\n" + LINE)
    assert problems(path) == ["v.jsonl, line 2: is longer than 10 MB; a line should hold one vacancy or profile"]
    assert [draft.where.row for draft in drafts(path)] == ["line 1", "line 3"]


def test_a_line_may_be_a_job_posting(tmp_path: Path) -> None:
    nameless = {key: value for key, value in POSTING.items() if key != "identifier"}
    path = write(tmp_path, "v.jsonl", "\n".join(map(json.dumps, [POSTING, nameless])))
    assert [draft.content["vacancy_ref"] for draft in drafts(path)] == ["A1", "v.jsonl#2"]


def test_a_line_of_json_ld_without_a_posting_is_passed_over_with_a_warning(tmp_path: Path) -> None:
    path = write(tmp_path, "v.jsonl", '{"@type": "WebSite"}')
    assert warnings(path) == ["v.jsonl, line 1: holds no JobPosting"]
