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
