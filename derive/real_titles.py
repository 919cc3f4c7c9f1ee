"""Write a pool of vacancies from real titles, each with its occupation's description, to look at real results.

Nothing but title and text is real: the employers are invented, and everything else stays unknown.

    python -m derive.real_titles SHARED_DATA --out pool.jsonl
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from fixtures.generate import read_real_titles

EMPLOYERS = 400


def vacancies(titles: Sequence[tuple[str, str]]) -> Iterator[dict[str, Any]]:
    """One vacancy a title, in the interchange format, spread over invented employers."""
    for number, (title, text) in enumerate(titles, start=1):
        employer = f"Invented Employer {number % EMPLOYERS + 1}"
        yield {"vacancy_ref": f"t{number:05d}", "title": title, "employer": employer, "description": text or None}


def main() -> None:
    """Read the titles and write one vacancy a line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared_data", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    with arguments.out.open("w", encoding="utf-8") as file:
        for vacancy in vacancies(read_real_titles(arguments.shared_data)):
            file.write(json.dumps(vacancy, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
