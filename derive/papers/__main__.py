"""Write what the papers tell from the code, and the software bill of materials.

    python -m derive.papers                  # fills the marked blocks of docs/papers/*.md, writes sbom.cdx.json
    python -m derive.papers --bill FILE      # writes the bill alone, with the package URLs by which scanners look up

The pages around the blocks are written by hand. A test says when either is behind the code.
"""

from __future__ import annotations

import sys
from pathlib import Path

from derive.papers import bill, data_map
from derive.papers.blocks import filled
from derive.papers.facts import BLOCKS

PAPERS = bill.TARGET.parent


def main(arguments: list[str]) -> None:
    """Write the papers and say how many there are; stop where a column has no class."""
    match arguments:
        case []:
            _write_papers()
        case ["--bill", file]:
            Path(file).write_text(bill.as_text(bill.bill(with_urls=True)), encoding="utf-8")
        case _:
            sys.exit("usage: python -m derive.papers [--bill FILE]")


def _write_papers() -> None:
    found = data_map.problems()
    if found:
        sys.exit("derive/papers/columns.csv and tables.csv:\n" + "\n".join(found))
    bill.TARGET.write_text(bill.as_text(bill.bill()), encoding="utf-8")
    pages = sorted(PAPERS.glob("*.md"))
    for page in pages:
        page.write_text(filled(page.read_text(encoding="utf-8"), BLOCKS), encoding="utf-8")
    print(f"{len(pages)} papers and {bill.TARGET.name}")


if __name__ == "__main__":
    main(sys.argv[1:])
