"""How many vacancies a second are read from files, validated, and laid out in columns."""

from __future__ import annotations

import html
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from fixtures.generate import generate_vacancies
from matching.feeds import read_vacancies
from matching.laying_out import build_pool
from matching.places import load_sectors
from matching.taxonomy import load_catalogue

SEED: Final = 11
VACANCIES: Final = 5000
PAGES: Final = 1000
RUNS: Final = 3

Document = dict[str, Any]


def measure_feeds() -> list[dict[str, Any]]:
    """Time each way in over the same invented vacancies; the best of a few runs."""
    documents = list(generate_vacancies(count=VACANCIES, seed=SEED))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        array, lines, pages = folder / "vacancies.json", folder / "vacancies.jsonl", folder / "pages"
        array.write_text(json.dumps(documents), encoding="utf-8")
        lines.write_text("".join(json.dumps(each) + "\n" for each in documents), encoding="utf-8")
        pages.mkdir()
        for number, document in enumerate(documents[:PAGES]):
            (pages / f"{number:05}.html").write_text(_page(document), encoding="utf-8")
        found = [
            _read("one JSON file", [array], expected=VACANCIES),
            _read("one file of JSON lines", [lines], expected=VACANCIES),
            _read("a folder of pages with JSON-LD, one vacancy each", [pages], expected=PAGES),
        ]
        vacancies = read_vacancies([array]).values
    catalogue, sectors = load_catalogue(), load_sectors()
    seconds = _best(lambda: build_pool(vacancies, catalogue=catalogue, sectors=sectors))
    columns = {"way": "from values to columns, without texts", "vacancies": len(vacancies), "megabytes": None}
    return [*found, {**columns, "a_second": len(vacancies) / seconds}]


def _read(way: str, paths: list[Path], *, expected: int) -> dict[str, Any]:
    readings = read_vacancies(paths)
    assert len(readings.values) == expected, f"{way}: {len(readings.values)} of {expected} were read"
    files = [file for path in paths for file in (path.iterdir() if path.is_dir() else [path])]
    return {
        "way": way,
        "vacancies": expected,
        "megabytes": sum(file.stat().st_size for file in files) / 1e6,
        "a_second": expected / _best(lambda: read_vacancies(paths)),
    }


def _best(work: Callable[[], object]) -> float:
    times = []
    for _ in range(RUNS):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return min(times)


def _page(document: Document) -> str:
    """A page as job boards write them: much else, and the vacancy as JSON-LD."""
    location = document.get("location", {})
    posting: Document = {
        "@context": "https://schema.org/",
        "@type": "JobPosting",
        "identifier": {"@type": "PropertyValue", "name": "board", "value": document["vacancy_ref"]},
        "title": document["title"],
        "description": f"<p>{html.escape(document.get('description') or document['title'])}</p>",
        "hiringOrganization": {"@type": "Organization", "name": document["employer"]},
        "datePosted": "2026-11-01",
        "employmentType": "PART_TIME",
        "jobLocation": {
            "@type": "Place",
            "address": {"@type": "PostalAddress", "postalCode": location.get("postcode"), "addressCountry": "GB"},
        },
    }
    hourly = document.get("pay", {}).get("hourly")
    if hourly is not None:
        value = {"@type": "QuantitativeValue", "value": hourly, "unitText": "HOUR"}
        posting["baseSalary"] = {"@type": "MonetaryAmount", "currency": "GBP", "value": value}
    rest = "".join(f"<li><a href='/jobs/{number}'>Another job</a></li>" for number in range(60))
    script = json.dumps(posting).replace("</", "<\\/")
    return (
        f"<!doctype html><html lang='en'><head><title>{html.escape(document['title'])}</title>"
        f"<script type='application/ld+json'>{script}</script></head><body><ul>{rest}</ul></body></html>"
    )
