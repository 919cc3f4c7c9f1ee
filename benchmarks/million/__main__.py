"""A large organisation in a kept database, the service over it, and what that costs; see `benchmarks/million`.

Run `python -m benchmarks.million --folder FOLDER`; with `--write` it writes MILLION.md among the benchmarks.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks.million.databases import database_in
from benchmarks.million.measuring import Figures, measure
from benchmarks.million.page import page
from benchmarks.million.writing import Made, make

PAGE = Path(__file__).parent.with_name("MILLION.md")


def main() -> None:
    """Make what is not there yet, and measure each size."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.million", description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="where the databases are kept")
    parser.add_argument("--vacancies", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--participants", type=int, default=300)
    parser.add_argument("--lists", type=int, default=500, help="lists drawn by four clients at once")
    parser.add_argument("--postgresql", action="store_true", help="in PostgreSQL, from a wheel, and not in SQLite")
    parser.add_argument("--make", action="store_true", help="make the databases and measure nothing")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.name} beside the other pages")
    options = parser.parse_args()
    measured: list[tuple[Made, Figures]] = []
    for vacancies in options.vacancies:
        kind = "postgresql" if options.postgresql else "sqlite"
        folder = options.folder.resolve() / f"{kind}-{vacancies}"
        with database_in(folder, postgresql=options.postgresql) as urls:
            made = make(folder, urls=urls, vacancies=vacancies, people=options.participants)
            print(f"{vacancies:,} vacancies in {folder}, written in {made.seconds:.0f} s", flush=True)
            if options.make:
                continue
            figures = measure(folder, urls=urls, people=made.people, vacancies=vacancies, lists=options.lists)
        measured.append((made, figures))
        print(page(measured), flush=True)
    if options.write and measured:
        PAGE.write_text(page(measured) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
