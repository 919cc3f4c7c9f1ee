"""The folder of a report: the page, the tables as CSV, all of it as JSON, the figures; whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from evaluation.report.page import digest_of, html_of, style_sheet
from evaluation.report.parts import FirstPage, Headline, Report
from evaluation.report.saying import as_json, cell_as_json, csv_rows
from matching.errors import Invalid
from matching.exports import write_csv

#: Changes with every change of report.json that its readers would notice.
FORMAT = 1


def check_free(folder: Path) -> None:
    """Refuse a folder that holds anything: what is there may be an older report that somebody still needs."""
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise Invalid(f"{folder} is not a folder.")
    if folder.is_dir() and any(folder.iterdir()):
        raise Invalid(f"{folder} is not empty. Name a folder that is empty or not there yet.")


def write_folder(report: Report, folder: Path) -> None:
    """Write the report beside `folder` and rename it at the end: who is stopped halfway leaves no half report."""
    check_free(folder)
    contents = contents_of(report)
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        for name, content in contents.items():
            path = beside / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
        beside.chmod(0o755 & ~_umask())
        beside.rename(folder)  # takes the place of an empty folder, and of no other
    except OSError as error:
        raise Invalid(f"The report cannot be written to {folder}: {error.strerror}.") from None
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def contents_of(report: Report) -> Mapping[str, bytes]:
    """Every file of a report by its name."""
    written = {
        "report.html": html_of(report).encode(),
        "report.json": (json.dumps(_json(report), ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode(),
    }
    for table in report.tables():
        header, *rows = csv_rows(table)
        written[f"tables/{table.name}.csv"] = write_csv([str(name) for name in header], rows)
    for figure in report.figures():
        written[f"figures/{figure.name}.svg"] = figure.svg.encode()
    return written


def _json(report: Report) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "about": dict(report.about),
        "style": digest_of(style_sheet()),
        "first_page": _first_page(report.first_page),
        "sections": [
            {
                "name": each.name,
                "title": each.title,
                "says": list(each.says),
                "tables": [p.table.name for p in each.parts],
            }
            for each in report.sections
        ],
        "tables": {table.name: as_json(table) for table in report.tables()},
    }


def _first_page(page: FirstPage) -> dict[str, Any]:
    told = asdict(page)
    told["headlines"] = [_headline(each) for each in page.headlines]
    return told


def _headline(headline: Headline) -> dict[str, Any]:
    return {
        "name": headline.name,
        "words": headline.words,
        "whom": headline.whom,
        "sentence": headline.sentence,
        "found": cell_as_json(headline.found),
    }


def _umask() -> int:
    """The mask of this process; it can only be read by setting it."""
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
