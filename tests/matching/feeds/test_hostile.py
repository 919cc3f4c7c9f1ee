"""Whatever bytes a file holds, reading it gives rows and problems and never fails."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.errors import Problem
from matching.feeds import Draft, Kind, Warned, read_drafts, read_profiles, read_vacancies, template
from tests.matching.feeds.files import POSTING, VACANCY, page

NAMES = ["a.json", "a.jsonl", "a.csv", "a.html", "a.txt"]

GOOD = {
    "a.json": json.dumps([VACANCY, POSTING], indent=1).encode(),
    "a.jsonl": (json.dumps(VACANCY) + "\n" + json.dumps(POSTING)).encode(),
    "a.csv": template(Kind.VACANCIES).encode(),
    "a.html": page(json.dumps(POSTING)).encode(),
    "a.txt": json.dumps(POSTING).encode(),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hostile")


def read(path: Path, raw: bytes) -> None:
    path.write_bytes(raw)
    for kind in Kind:
        for one in read_drafts(path, kind=kind):
            assert isinstance(one, Draft | Problem | Warned)
            assert one.problem.message if isinstance(one, Warned) else one.where.file == str(path)
    readings = read_vacancies([path])
    read_profiles(path)
    assert all(str(problem).startswith(str(path)) for problem in (*readings.problems, *readings.warnings))
    # Nothing is lost in silence: a file gives vacancies, or says why it does not.
    assert readings.values or readings.problems or readings.warnings


@pytest.mark.parametrize("name", NAMES)
@given(raw=st.binary(max_size=200))
def test_any_bytes_are_read(name: str, folder: Path, raw: bytes) -> None:
    read(folder / name, raw)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=50)
@given(cut=st.floats(0, 1), put=st.binary(max_size=6), skip=st.integers(0, 12))
def test_a_good_file_with_a_few_bytes_changed_is_read(
    name: str, folder: Path, cut: float, put: bytes, skip: int
) -> None:
    at = int(len(GOOD[name]) * cut)
    read(folder / name, GOOD[name][:at] + put + GOOD[name][at + skip :])


@pytest.mark.parametrize("name", NAMES)
def test_a_good_file_cut_off_anywhere_is_read(name: str, folder: Path) -> None:
    for at in range(0, len(GOOD[name]), 29):
        read(folder / name, GOOD[name][:at])


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**15), 10**15)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["@id", "@value", "name", "value", "geo", "address", "unitText"]), inner)
    ),
    max_leaves=8,
)
PROPERTIES = [
    "identifier", "url", "title", "hiringOrganization", "description", "responsibilities", "datePosted", "validThrough",
    "workHours", "employmentType", "jobLocation", "jobLocationType", "baseSalary", "salaryCurrency", "totalJobOpenings",
    "sensoryRequirement", "physicalRequirement", "qualifications", "@graph", "@id",
]  # fmt: skip


@given(properties=st.dictionaries(st.sampled_from(PROPERTIES), JSON))
def test_a_posting_with_any_values_is_read_and_what_is_taken_over_is_valid(
    folder: Path, properties: dict[str, Any]
) -> None:
    path = folder / "posting.json"
    path.write_text(json.dumps(POSTING | properties))
    readings = read_vacancies([path])
    # Only the required properties may refuse a posting; everything else is left unknown.
    assert {problem.where.field for problem in readings.problems} <= {"title", "employer"}
    assert len(readings.values) == (not readings.problems)


@given(record=st.dictionaries(st.sampled_from([*VACANCY, "hours", "sensory", "location", "pay", "tasks"]), JSON))
def test_a_record_with_any_values_is_read(folder: Path, record: dict[str, Any]) -> None:
    read(folder / "record.json", json.dumps(record).encode())


LONG = 120_000
SLOW = [
    ("a.json", b"{" + b",".join(b'"k%d": 1' % number for number in range(LONG)) + b', "k9": 1}'),
    ("a.csv", b",".join(b"titel%d" % number for number in range(LONG)) + b"\n"),
    ("a.csv", b"vacancy_ref,title,employer,pattern.shifts\nV1,B,F,mon" + b" " * LONG + b"x\n"),
    ("a.csv", b"vacancy_ref,title,employer,pattern.shifts\nV1,B,F," + b"mon," * (LONG // 4) + b"\n"),
    ("a.html", page(json.dumps(POSTING | {"workHours": "mon " * (LONG // 4)})).encode()),
    ("a.html", page(json.dumps(POSTING | {"description": "<a " * (LONG // 4)})).encode()),
    ("a.html", page(json.dumps(POSTING | {"jobLocation": "ME14 " * (LONG // 5)})).encode()),
    ("a.html", page("//" + " " * LONG + "x" + "-->" * LONG).encode()),
    ("a.html", page(json.dumps({"@graph": [{"@graph": POSTING | {"identifier": n}} for n in range(500)]})).encode()),
]


@pytest.mark.parametrize(("name", "raw"), SLOW)
def test_no_file_takes_long_for_its_size(name: str, raw: bytes, folder: Path) -> None:
    path = folder / name
    path.write_bytes(raw)
    before = time.process_time()
    assert list(read_drafts(path))
    assert time.process_time() - before < 3
