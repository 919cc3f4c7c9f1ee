"""Uploads: bytes with a name are read as a file of that name would be, and nothing reaches the disk."""

from __future__ import annotations

import json
import os
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixtures.world import load_world
from matching.errors import Problem, Where
from matching.feeds import Kind, Readings, read_profiles, read_upload, read_vacancies, safe_name, template
from matching.feeds.limits import MEGABYTE
from tests.matching.feeds.files import POSTING, VACANCY, page, write

HEADER = b"vacancy_ref,title,employer,description\n"
WORLD = load_world()

CONTENTS = [
    ("v.json", json.dumps([VACANCY, VACANCY | {"vacancy_ref": "V2"}]).encode()),
    ("v.jsonl", json.dumps(VACANCY).encode()),
    ("v.csv", template(Kind.VACANCIES).encode()),
    ("v.xlsx", template(Kind.VACANCIES, "xlsx")),
    ("v.XLSX", template(Kind.VACANCIES, "xlsx")),
    ("v.html", page(json.dumps(POSTING)).encode()),
    ("v.jsonld", json.dumps({"@context": "https://schema.org", "@graph": [POSTING]}).encode()),
    ("v.ndjson", json.dumps(POSTING).encode()),
    ("no suffix", page(json.dumps(POSTING)).encode()),
    ("v.csv", HEADER + b"V1,Caf\xe9,F,d\n"),
    ("v.csv", HEADER.decode().encode("utf-16")),
    ("v.csv", HEADER + b'V1,B,F,"d\n'),
    ("v.csv", HEADER + b"V1,B,F,d\0d\n"),
    ("v.csv", HEADER + b"V1,B,F," + b"x" * 10_000_000 + b"\n"),
    ("v.csv", b"a," * 10_000 + b"\n"),
    ("v.csv", template(Kind.VACANCIES, "xlsx")),
    ("v.csv", b""),
    ("v.json", b'{"vacancy_ref": "V1"'),
    ("v.json", b"\xff\xfe{"),
    ("v.html", b"<html></html>"),
    ("v.html", page(json.dumps(POSTING)).encode()[:-60]),
    ("v.pdf", b"%PDF-1.7"),
    ("v.xls", bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600)),
    ("v.xlsm", template(Kind.VACANCIES, "xlsx")),
]


def with_file(problem: Problem, file: str) -> Problem:
    return Problem(replace(problem.where, file=file), problem.message.replace(problem.where.file, file))


def named(readings: Readings[Any], file: str) -> Readings[Any]:
    return replace(
        readings,
        problems=tuple(with_file(problem, file) for problem in readings.problems),
        warnings=tuple(with_file(problem, file) for problem in readings.warnings),
    )


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize(("name", "content"), CONTENTS)
def test_an_upload_is_read_as_the_same_file_from_the_disk(
    name: str, content: bytes, kind: Kind, tmp_path: Path
) -> None:
    path = write(tmp_path, name, content)
    from_disk: Readings[Any] = read_vacancies([path]) if kind is Kind.VACANCIES else read_profiles(path)
    upload = read_upload(content, name, kind)
    assert upload == named(from_disk, name)
    assert upload.values or upload.problems or upload.warnings


@pytest.mark.parametrize("feed", sorted(WORLD.feeds_path.iterdir()), ids=lambda path: path.name)
def test_the_invented_feeds_can_be_uploaded(feed: Path) -> None:
    readings = read_upload(feed.read_bytes(), feed.name, Kind.VACANCIES)
    assert readings.values == read_vacancies([feed]).values != ()


def test_an_upload_makes_and_opens_no_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    content = template(Kind.VACANCIES).encode()
    monkeypatch.setattr(os, "stat", None)
    monkeypatch.setattr("io.open", None)
    assert len(read_upload(content, "v.csv", Kind.VACANCIES).values) == 1
    monkeypatch.undo()
    assert not list(tmp_path.iterdir())


def test_a_file_on_the_disk_by_the_name_of_an_upload_is_not_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, "v.csv", HEADER + b"V1,On the disk,F,d\n")
    (vacancy,) = read_upload(HEADER + b"V1,Uploaded,F,d\n", "v.csv", Kind.VACANCIES).values
    assert vacancy.title == "Uploaded"


SIZES = [
    (10, "v.csv: is 39 bytes large; the most is 10 bytes; split it"),
    (38, "v.csv: is 39 bytes large; the most is 38 bytes; split it"),
]


@pytest.mark.parametrize(("largest_bytes", "message"), SIZES)
def test_what_is_larger_than_allowed_is_refused(largest_bytes: int, message: str) -> None:
    readings = read_upload(HEADER, "v.csv", Kind.VACANCIES, largest_bytes=largest_bytes)
    assert [str(problem) for problem in readings.problems] == [message]


def test_what_is_just_as_large_as_allowed_is_read() -> None:
    assert not read_upload(HEADER, "v.csv", Kind.VACANCIES, largest_bytes=39).problems


def test_without_a_limit_of_its_own_an_upload_has_20_megabytes() -> None:
    (problem,) = read_upload(bytes(21 * MEGABYTE), "v.csv", Kind.PROFILES).problems
    assert problem == Problem(Where("v.csv"), "is 21.0 MB large; the most is 20.0 MB; split it")


NAMES = [
    ("roles.csv", "roles.csv"),
    ("C:\\Users\\kim\\Desktop\\roles.csv", "roles.csv"),
    ("/some/folder/roles.csv", "roles.csv"),
    ("../../etc/passwd.csv", "passwd.csv"),
    ("..\\..\\x.XLSX", "x.XLSX"),
    ("roles.csv/", "roles.csv"),
    ("", "upload"),
    (".", "upload"),
    ("..", "upload"),
    ("/", "upload"),
    (".csv", "upload.csv"),
    ("...csv", "upload.csv"),
    ("a\0b\nc\r.csv", "abc.csv"),
    ("Rollen Café 😀.csv", "Rollen Café 😀.csv"),
    ("evil\u202evsc.exe", "evilvsc.exe"),
    ("x" * 500 + ".csv", "x" * 120 + ".csv"),
    ("x." + "y" * 500, "x." + "y" * 118),
    ("a.tar.gz", "a.tar.gz"),
    ("half\ud800.csv", "half.csv"),
]


@pytest.mark.parametrize(("name", "safe"), NAMES)
def test_of_a_name_its_last_part_is_kept(name: str, safe: str) -> None:
    assert safe_name(name) == safe


@given(st.text())
def test_a_safe_name_is_short_and_no_path(name: str) -> None:
    safe = safe_name(name)
    assert 0 < len(safe) <= 131
    assert not set(safe) & set("/\\\0\n\r")
    assert safe not in (".", "..")
    assert safe_name(safe) == safe


@given(name=st.text(max_size=10), content=st.binary(max_size=60))
@settings(max_examples=60)
def test_any_bytes_under_any_name_are_answered(name: str, content: bytes) -> None:
    for kind in Kind:
        readings = read_upload(content, name, kind)
        assert readings.values or readings.problems or readings.warnings


def test_a_csv_file_of_ten_thousand_columns_and_a_cell_of_ten_megabytes_take_no_time_worth_telling() -> None:
    before = time.process_time()
    read_upload(b"a," * 10_000 + b"\n", "v.csv", Kind.VACANCIES)
    read_upload(HEADER + b"V1,B,F," + b"x" * 10_000_000 + b"\n", "v.csv", Kind.VACANCIES)
    assert time.process_time() - before < 2
