"""Spoilt copies of good files of every format, made by a seed and read in this process: `python -m` with a number.

Memory is limited by the system and time by a timer, so what takes too much of either fails here as it would there.
"""

from __future__ import annotations

import gc
import io
import json
import random
import resource
import signal
import sys
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from types import FrameType
from typing import Any

from fixtures.generate import generate_profiles, generate_vacancies
from matching.errors import Invalid
from matching.feeds import Kind, drafts_of_upload, error_file, export_vacancies, read_upload, template
from matching.feeds.notes import read_notes

#: Of processor time, for a file of some kilobytes; what is hostile by its size is in the tests of the feeds.
LONGEST_SECONDS = 5.0
#: Above what the process holds before the first file.
MOST_BYTES = 512 << 20
NOTES = (
    "Visited Hazel Bakery on 12 November. Mrs Ash says the oven room is loud in the morning, quiet after 2 pm. "
    "Shifts Mon-Fri 9:00 to 13:00, 16 hours a week, £12.40 an hour. No weekend work. Lifting up to 10 kg. "
    "Two steps at the door; step-free at the back. Bus 71 stops outside. Written instructions are fine. "
    "She would try somebody for a morning. DBS not needed. Start in December, closes on 5/12/2026.\n"
)
_TOKENS = (
    b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\xc3\x28", b'"', b"'", b",", b";", b"\t", b"\r", b"\n", b"\r\n", b"=1+1",
    b"@SUM(A1)", b"[", b"]", b"{", b"}", b"<", b">", b"</script>", b"<!--", b"]]>", b"&#0;", b"&amp;", b"\\u0000",
    b"\\ud800", b"1e999", b"-1", b"NaN", b"9" * 400, b"null", b"true", b"[" * 2000, b'{"a":' * 500, b"<b>" * 500,
    b"2026-02-30", b"24:61", "\u202e".encode(),
    "\U0001f600".encode(), b"mon-sun 25:00-99:00", b"x" * 5000, b'{"@graph":', b"&lol;", b"PK\x03\x04", b" " * 3000,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A good file of a format, by the name and kind under which it is given."""

    form: str
    name: str
    kind: Kind
    content: bytes


class TookTooLong(BaseException):
    """Raised by the timer; not an `Exception`, so that nothing takes it for a fault of the file."""


def samples() -> list[Sample]:
    """Good files of every format that is read, small ones."""
    vacancies = list(generate_vacancies(count=4, seed=11))
    profiles = list(generate_profiles(count=3, seed=11))
    found = []

    def add(form: str, name: str, content: bytes, kind: Kind = Kind.VACANCIES) -> None:
        found.append(Sample(form=form, name=name, kind=kind, content=content))

    add("JSON", "roles.json", json.dumps(vacancies, indent=1).encode())
    add("JSON", "people.json", json.dumps(profiles).encode(), Kind.PROFILES)
    lines = "".join(json.dumps(each) + "\n" for each in vacancies).encode()
    add("JSON lines", "roles.jsonl", lines)
    add("JSON lines", "people.jsonl", "".join(json.dumps(each) + "\n" for each in profiles).encode(), Kind.PROFILES)
    values = read_upload(lines, "roles.jsonl", Kind.VACANCIES).values
    add("CSV", "roles.csv", export_vacancies(values, form="csv")[0])
    add("CSV", "template.csv", template(Kind.VACANCIES).encode())
    add("CSV", "people.csv", template(Kind.PROFILES).encode(), Kind.PROFILES)
    add("XLSX", "roles.xlsx", export_vacancies(values, form="xlsx")[0])
    shipped = files("fixtures").joinpath("data", "feeds")
    for name in ("jobposting-single.json", "jobposting-array.json", "jobposting-graph.json"):
        add("JSON-LD", name, shipped.joinpath(name).read_bytes())
    add("HTML", "vacancy-page.html", shipped.joinpath("vacancy-page.html").read_bytes())
    add("advert", "advert.html", _advert().encode())
    add("notes", "notes.txt", NOTES.encode())
    return found


def spoilt(sample: Sample, others: list[Sample], chance: random.Random) -> tuple[bytes, str]:
    """A file that was spoilt in one to six ways, and the name that it is given under."""
    content = sample.content
    if sample.form == "XLSX" and chance.random() < 0.75:
        content = _spoilt_inside(content, chance)
    else:
        for _ in range(chance.choice((1, 1, 2, 3, 6))):
            content = chance.choice(_WAYS)(content, chance)
    if chance.random() < 0.05:
        content = content[: chance.randrange(len(content) + 1)] + chance.choice(others).content
    name = chance.choice(others).name if chance.random() < 0.05 else sample.name
    return content[:200_000], name


def read_whole(content: bytes, name: str, sample: Sample) -> str:
    """Read a file as an import does, to the file of its errors; returns what came of it."""
    if sample.form == "notes":
        return "read" if read_notes(content.decode("utf-8", "replace")) else "refused"
    readings = read_upload(content, name, sample.kind)
    drafts_of_upload(content, name, sample.kind)
    if readings.problems:
        with suppress(Invalid):  # what is no table has no file of errors
            error_file(content, name=name, kind=sample.kind, problems=readings.problems)
    if not (readings.values or readings.problems or readings.warnings):
        return "silent"
    return "read" if readings.values else "refused"


def run(cases: int, seed: int) -> dict[str, Any]:
    """Read so many spoilt files; what failed is told with its number, by which it is made again."""
    good, chance = samples(), random.Random(seed)
    for sample in good:
        assert read_whole(sample.content, sample.name, sample) == "read", sample.name
    limit = _virtual_bytes() + MOST_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    signal.signal(signal.SIGVTALRM, _stop)
    outcomes: dict[str, Counter[str]] = {sample.form: Counter() for sample in good}
    slowest: list[tuple[float, str, int, int]] = []
    faults: list[dict[str, Any]] = []
    largest = 0
    # The peak starts from here. (`getrusage` would tell that of the process that started this one, if it was larger.)
    Path("/proc/self/clear_refs").write_text("5")
    resident = _resident_bytes()
    for number in range(cases):
        sample = good[number % len(good)]
        content, name = spoilt(sample, good, chance)
        began = time.process_time()
        signal.setitimer(signal.ITIMER_VIRTUAL, LONGEST_SECONDS)
        try:
            came = read_whole(content, name, sample)
        except (Exception, TookTooLong) as error:
            came = type(error).__name__
            faults.append({"number": number, "name": name, "error": f"{came}: {error}"[:300], "bytes": len(content)})
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        if came == "silent":
            faults.append({"number": number, "name": name, "error": "gives nothing and says nothing"})
        slowest.append((time.process_time() - began, sample.form, len(content), number))
        slowest = sorted(slowest, reverse=True)[:5]
        largest = max(largest, len(content))
        outcomes[sample.form][came] += 1
    gc.collect()
    return {
        "cases": cases,
        "seed": seed,
        "outcomes": {form: dict(counted) for form, counted in outcomes.items()},
        "slowest": [
            {"seconds": seconds, "form": form, "bytes": size, "number": number}
            for seconds, form, size, number in slowest
        ],
        "largest_file_bytes": largest,
        "peak_growth_bytes": _peak_resident_bytes() - resident,
        "faults": faults,
    }


def _advert() -> str:
    posting = {
        "@context": "https://schema.org/",
        "@type": "JobPosting",
        "identifier": {"@type": "PropertyValue", "name": "Old Mill", "value": "OM-7"},
        "title": "Gardener (part time)",
        "hiringOrganization": {"@type": "Organization", "name": "Old Mill"},
        "description": "<p>Weeding and watering.</p><ul><li>16 hours a week</li><li>£12.40 an hour</li></ul>",
        "workHours": "Mon-Thu 9:00-13:00",
        "employmentType": ["PART_TIME", "PERMANENT"],
        "jobLocation": {"@type": "Place", "address": {"@type": "PostalAddress", "postalCode": "ME14 1AA"}},
        "baseSalary": {"@type": "MonetaryAmount", "currency": "GBP", "value": {"value": 12.4, "unitText": "HOUR"}},
        "datePosted": "2026-11-01",
        "validThrough": "2026-12-01T23:59:59Z",
    }
    script = f'<script type="application/ld+json">{json.dumps(posting)}</script>'
    return f"<!DOCTYPE html><html><head><title>Gardener</title>{script}</head><body><h1>Gardener</h1></body></html>"


def _flip(content: bytes, chance: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(chance.choice((1, 1, 4, 40))):
        if changed:
            changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _stretch(content: bytes, chance: random.Random) -> tuple[int, int]:
    start = chance.randrange(len(content) + 1)
    return start, min(len(content), start + chance.choice((1, 5, 60, 900)))


def _take_out(content: bytes, chance: random.Random) -> bytes:
    start, end = _stretch(content, chance)
    return content[:start] + content[end:]


def _repeat(content: bytes, chance: random.Random) -> bytes:
    start, end = _stretch(content, chance)
    return content[:end] + content[start:end] * chance.choice((1, 2, 30)) + content[end:]


def _put_in(content: bytes, chance: random.Random) -> bytes:
    start, end = _stretch(content, chance)
    return content[:start] + chance.choice(_TOKENS) + content[chance.choice((start, end)) :]


def _move(content: bytes, chance: random.Random) -> bytes:
    start, end = _stretch(content, chance)
    rest = content[:start] + content[end:]
    place = chance.randrange(len(rest) + 1)
    return rest[:place] + content[start:end] + rest[place:]


def _cut(content: bytes, chance: random.Random) -> bytes:
    return content[: chance.randrange(len(content) + 1)]


def _otherwise_encoded(content: bytes, chance: random.Random) -> bytes:
    encoding = chance.choice(("utf-16", "utf-16-le", "cp1252", "utf-7"))
    return content.decode("utf-8", "replace").encode(encoding, "replace")


_WAYS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    _flip,
    _take_out,
    _repeat,
    _put_in,
    _put_in,
    _move,
    _cut,
    _otherwise_encoded,
)


def _spoilt_inside(content: bytes, chance: random.Random) -> bytes:
    """A sound archive with a spoilt part, so that the spoiling is not seen by its checksum."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts: Mapping[str, bytes] = {name: archive.read(name) for name in archive.namelist()}
    unlucky = chance.choice(sorted(parts))
    changed = io.BytesIO()
    with zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            for _ in range(chance.choice((1, 2, 4)) if name == unlucky else 0):
                part = chance.choice(_WAYS)(part, chance)
            archive.writestr(name, part)
    return changed.getvalue()


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise TookTooLong(f"more than {LONGEST_SECONDS:g} s")


def _virtual_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()


def _resident_bytes() -> int:
    return _status_bytes("VmRSS")


def _peak_resident_bytes() -> int:
    return _status_bytes("VmHWM")


def _status_bytes(name: str) -> int:
    lines = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(lines[name].removesuffix("kB")) * 1024


if __name__ == "__main__":
    print(json.dumps(run(int(sys.argv[1]), int(sys.argv[2]))))
