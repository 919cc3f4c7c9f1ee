"""The CSV header to start from, with one invented row that shows what each cell holds."""

from __future__ import annotations

import csv
import io

from matching.feeds.csv_columns import columns
from matching.feeds.draft import Kind


def template(kind: Kind) -> str:
    """Return a CSV file with the header and one example row; our reader accepts it as it is."""
    shown = [column for column in columns(kind).values() if column.in_template]
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(column.name for column in shown)
    writer.writerow(column.example for column in shown)
    return file.getvalue()


def describe_columns(kind: Kind) -> str:
    """Return a Markdown table of what cells may hold and in which columns; docs/feeds.md carries it."""
    names: dict[str, list[str]] = {}
    for column in columns(kind).values():
        if column.in_template:
            star = " *" if column.required else ""
            names.setdefault(column.cell.holds, []).append(f"`{column.name}`{star}")
    rows = [f"| {holds} | {', '.join(listed)} |" for holds, listed in names.items()]
    return "\n".join(["| a cell holds | columns |", "| --- | --- |", *rows])
