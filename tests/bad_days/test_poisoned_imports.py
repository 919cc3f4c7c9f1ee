"""Files made to hang, fill or end whoever reads them: bounded in time and memory, and everybody else is served."""

from __future__ import annotations

import io
import json
import resource
import subprocess
import sys
import time
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from matching.actions import imports
from matching.actions.jobs import LEASE, MOST_ATTEMPTS, Task, Work, queue, run_due_jobs
from matching.errors import MatchingError
from matching.feeds import Kind, template
from tests.bad_days.trouble import well
from tests.service import NORTH, START, Service, SignedInClient

MEGABYTE = 1024 * 1024
HEADER = b"vacancy_ref,title,employer\n"
GOOD = HEADER + b"".join(b"x%d,Baker,Hazel Bakery\n" % number for number in range(25))
#: Of one process that reads one file: what the program itself takes is some 200 MB.
MOST_MEMORY_BYTES = 1536 * MEGABYTE
MOST_CPU_SECONDS = 30


def _workbook(sheet: bytes) -> bytes:
    """The template with another sheet in it."""
    made = io.BytesIO()
    source = zipfile.ZipFile(io.BytesIO(template(Kind.VACANCIES, "xlsx")))
    with source, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(name, sheet if name.startswith("xl/worksheets/sheet") else source.read(name))
    return made.getvalue()


def _sheet(rows: bytes) -> bytes:
    return (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        + rows
        + b"</sheetData></worksheet>"
    )


def _bomb() -> bytes:
    return _workbook(_sheet(b"<row/>" * (20 * MEGABYTE)))


def _cells() -> bytes:
    cell = b'<c t="inlineStr"><is><t>vacancy_ref</t></is></c>'
    return _workbook(_sheet(b'<row r="1">' + cell * 900_000 + b"</row>"))


def _entities() -> bytes:
    lines = [b'<!ENTITY a0 "aaaaaaaaaa">']
    lines += [b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 12)]
    return _workbook(b"<!DOCTYPE worksheet [" + b"".join(lines) + b"]>" + _sheet(b"<row>&a11;</row>"))


def _formulas() -> bytes:
    row = b'<row r="1"><c r="A1"><f>' + b"SUM(A1:A9)+" * 50_000 + b"1</f><v>1</v></c></row>"
    return _workbook(_sheet(row))


def _wide_ids() -> bytes:
    posting = {"@context": "https://schema.org", "@type": "JobPosting", "title": "Baker", "hiringOrganization": "H"}
    return json.dumps({"@graph": [posting | {"@id": f"#{n}", "identifier": n} for n in range(20_000)]}).encode()


#: Name of the file, and what makes its content; none larger than what may be uploaded.
POISON: Mapping[str, tuple[str, Any]] = {
    "one line of 20 MB": ("a.csv", lambda: HEADER + b"x" * (20 * MEGABYTE)),
    "a cell without an end": ("a.csv", lambda: HEADER + b'x1,"' + b"a\n" * (8 * MEGABYTE)),
    "a million columns": ("a.csv", lambda: b",".join(b"c%d" % n for n in range(1_000_000)) + b"\n"),
    "a million empty rows": ("a.csv", lambda: HEADER + b",,\n" * 1_000_000),
    "nothing but NUL": ("a.csv", lambda: HEADER + b"\0" * (5 * MEGABYTE)),
    "deep JSON": ("a.json", lambda: b"[" * (10 * MEGABYTE)),
    "deep objects": ("a.json", lambda: b'{"a":' * MEGABYTE + b"1" + b"}" * MEGABYTE),
    "deep graphs": ("a.json", lambda: b'{"@graph":' * 900 + b"{}" + b"}" * 900),
    "a number of 5 MB": ("a.json", lambda: b'[{"hours": ' + b"9" * (5 * MEGABYTE) + b"}]"),
    "a million nulls": ("a.json", lambda: b"[" + b"null," * 1_000_000 + b"null]"),
    "a million broken lines": ("a.jsonl", lambda: b"{\n" * 1_000_000),
    "twenty thousand postings": ("a.json", _wide_ids),
    "one reference a hundred thousand times": ("a.csv", lambda: HEADER + b"x1,Baker,Hazel Bakery\n" * 120_000),
    "a million good rows": ("a.csv", lambda: HEADER + b"".join(b"%d,B,H\n" % n for n in range(1_000_000))),
    "half a million warnings": ("a.jsonl", lambda: b'{"@type": "Thing"}\n' * 500_000),
    "a page of open tags": ("a.html", lambda: b"<script type='application/ld+json'>" * 200_000),
    "a zip bomb": ("a.xlsx", _bomb),
    "a million cells in a row": ("a.xlsx", _cells),
    "entities in entities": ("a.xlsx", _entities),
    "a formula without an end": ("a.xlsx", _formulas),
}
_READ = """
import resource, sys
from pathlib import Path
from matching.feeds import Kind, read_upload
name, most = sys.argv[1], int(sys.argv[2])
content = Path(name).read_bytes()
resource.setrlimit(resource.RLIMIT_AS, (most, most))
readings = read_upload(content, Path(name).name, Kind.VACANCIES, largest_bytes=25_000_000)
assert readings.values or readings.problems or readings.warnings
"""


#: All of them are read in `tests/soak/test_bad_days.py`.
QUICK = ("a cell without an end", "deep JSON", "a million nulls", "a zip bomb", "entities in entities")


@pytest.mark.parametrize("name", QUICK)
def test_a_poisoned_file_is_read_within_bounds(name: str, tmp_path: Path) -> None:
    assert_read_within_bounds(name, tmp_path)


def assert_read_within_bounds(name: str, tmp_path: Path) -> None:
    """Read a poisoned file in a process that is ended at its bounds."""
    file_name, make = POISON[name]
    path = tmp_path / file_name
    path.write_bytes(make())
    assert path.stat().st_size <= 25_000_000

    def bound() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (MOST_CPU_SECONDS, MOST_CPU_SECONDS))

    read = subprocess.run(
        [sys.executable, "-c", _READ, str(path), str(MOST_MEMORY_BYTES)],
        capture_output=True, text=True, check=False, timeout=300, preexec_fn=bound,
    )  # fmt: skip
    assert read.returncode == 0, read.stderr[-1000:]


def given(service: Service, who: SignedInClient, content: bytes = GOOD) -> str:
    """A file that was tried and is being taken in."""
    sent = {"data": {"kind": "vacancies"}, "files": {"file": ("roles.csv", content)}}
    tried = well(who.post("/v1/imports", **sent)).json()["id"]
    well(who.post(f"/v1/imports/{tried}/take"))
    return str(tried)


def hang(_task: Task) -> None:
    time.sleep(3)


class TestWorker:
    def test_a_row_that_nobody_foresaw_fails_alone_and_in_words(
        self, sqlite_service: Service, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        take = imports._take

        def fail(draft: Any, **more: Any) -> str:
            if draft.content["vacancy_ref"] == "x7":
                raise RecursionError("what somebody wrote")
            return take(draft, **more)

        monkeypatch.setattr(imports, "_take", fail)
        eve = sqlite_service.as_("eve")
        file_id = given(sqlite_service, eve)
        sqlite_service.run_jobs()
        told = eve.get(f"/v1/imports/{file_id}").json()
        assert (told["state"], told["taken"]) == ("taken", {"new": 24, "failed": 1})
        assert told["first_failures"][0]["row"] == "row 9"
        assert "fault of the service" in told["first_failures"][0]["message"]
        assert "somebody" not in told["first_failures"][0]["message"]

    def test_a_file_that_ends_its_worker_every_time_is_given_up_in_words_and_the_next_one_is_taken_in(
        self, sqlite_service: Service, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        eve = sqlite_service.as_("eve")
        poisoned, good = given(sqlite_service, eve), given(sqlite_service, eve, GOOD.replace(b"x", b"y"))
        read = imports.read_upload

        def end(content: bytes, *rest: Any, **more: Any) -> Any:
            if content == GOOD:
                raise KeyboardInterrupt  # as little as a kill is it caught by anything
            return read(content, *rest, **more)

        monkeypatch.setattr(imports, "read_upload", end)
        ends = 0
        for _ in range(MOST_ATTEMPTS + 1):
            try:
                sqlite_service.run_jobs()
            except KeyboardInterrupt:
                ends += 1
            sqlite_service.clock.at += LEASE
        assert ends == MOST_ATTEMPTS
        assert eve.get(f"/v1/imports/{good}").json()["state"] == "taken"
        told = eve.get(f"/v1/imports/{poisoned}").json()
        assert told["state"] == "tried"
        assert told["notes"][0].startswith("Taking this file in failed several times")

    def test_what_was_given_up_can_be_taken_in_again(
        self, sqlite_service: Service, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        eve = sqlite_service.as_("eve")
        file_id = given(sqlite_service, eve)

        def fail(*_rest: Any, **_more: Any) -> Any:
            raise MemoryError

        with monkeypatch.context() as broken:
            broken.setattr(imports, "read_upload", fail)
            for _ in range(MOST_ATTEMPTS):
                sqlite_service.run_jobs()
                sqlite_service.clock.pass_(hours=1)
        assert eve.get(f"/v1/imports/{file_id}").json()["state"] == "tried"
        well(eve.post(f"/v1/imports/{file_id}/take"))
        sqlite_service.run_jobs()
        assert eve.get(f"/v1/imports/{file_id}").json()["taken"] == {"new": 25}

    def test_a_job_that_hangs_ends_its_worker(self, sqlite_service: Service) -> None:
        ended: list[int] = []
        work = Work(handler=hang, longest_still=timedelta(seconds=0.2))
        worker = replace(sqlite_service.running.worker, works={"hang": work}, daily=(), end=lambda: ended.append(1))
        with sqlite_service.database.writing(NORTH) as store:
            queue(store, "hang", "A", {}, START)
        run_due_jobs(worker, START)
        assert ended == [1]

    def test_a_job_that_gets_somewhere_may_take_long(self, sqlite_service: Service) -> None:
        ended: list[int] = []

        def work(task: Task) -> None:
            for _ in range(10):
                time.sleep(0.1)
                task.pulse.beat()

        worker = replace(
            sqlite_service.running.worker,
            works={"long": Work(handler=work, longest_still=timedelta(seconds=0.5))},
            daily=(),
            end=lambda: ended.append(1),
        )
        with sqlite_service.database.writing(NORTH) as store:
            queue(store, "long", "A", {}, START)
        run_due_jobs(worker, START)
        assert ended == []


def test_a_failure_of_a_row_never_repeats_what_was_written() -> None:
    assert "secret" not in imports._failure(ValueError("secret"))
    assert imports._failure(MatchingError("This role is closed.")) == "This role is closed."
