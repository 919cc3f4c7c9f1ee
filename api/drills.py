"""The commands that look a database over and rehearse its restoration: verify, drill."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.talk import progress_bar, refuse, say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matching.sealing import Sealer
    from matching.store.digests import TableDigest


def verify(
    digests: Annotated[
        bool, typer.Option("--digests", help="Also print each table with its rows and their digest.")
    ] = False,
) -> None:
    """Look the whole database over; exit status 1 if anything is wrong."""
    from matching.settings import load_settings
    from matching.store import open_database
    from matching.store.digests import digests as digests_of
    from matching.store.revisions import check_exactly
    from matching.store.verifying import faults

    database = open_database(load_settings().database)
    check_exactly(database.engine)
    with progress_bar("Looking over the database"):
        found = [str(fault) for fault in faults(database)]
        tables = digests_of(database) if digests else {}
    for name, digest in tables.items():
        typer.echo(_line(name, digest))
    for fault in found:
        typer.echo(fault)
    if found:
        say(f"{len(found)} things are wrong.")
        raise SystemExit(1)
    say("Nothing is wrong.")


def drill(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A backup.")],
    into: Annotated[
        str, typer.Option(metavar="URL", help="An empty database, as its owner; without it, a file that then goes.")
    ] = "",
    with_key: Annotated[
        bool, typer.Option("--with-key", help="Also try whether the key of the settings opens the stored secrets.")
    ] = False,
) -> None:
    """Restore a backup on the side, look it over, and compare every table; exit status 1 if anything is wrong."""
    from matching.store.drilling import drill as rehearse

    sealer = _sealer() if with_key else None
    with _somewhere(into) as url, progress_bar("Restoring and comparing"):
        found = rehearse(file, url, sealer=sealer)
    for name, digest in found.after.items():
        typer.echo(f"{_line(name, digest)}\t{'differs' if name in found.differing else 'equal'}")
    for fault in found.faults:
        typer.echo(fault)
    if found.differing or found.faults:
        say(f"{len(found.differing)} tables differ, and {len(found.faults)} things are wrong.")
        raise SystemExit(1)
    rows = sum(digest.rows for digest in found.after.values())
    say(f"{rows:,} rows in {len(found.after)} tables are back as they were, and nothing is wrong.")


def _line(name: str, digest: TableDigest) -> str:
    return f"{name}\t{digest.rows}\t{digest.sha256}"


@contextmanager
def _somewhere(url: str) -> Iterator[str]:
    """The database that was named, or one in a folder that goes at the end."""
    if url:
        yield url
        return
    with tempfile.TemporaryDirectory(prefix="wellplaced-drill-") as folder:
        yield f"sqlite:///{folder}/drill.sqlite"


def _sealer() -> Sealer:
    """The key as it is: a drill with a key that was made just now would tell nothing."""
    from matching.sealing import KEY_FILE, open_sealer
    from matching.settings import load_settings

    settings = load_settings()
    path = settings.data_dir / KEY_FILE
    if not settings.secret_key.get_secret_value() and not path.is_file():
        refuse([f"There is no key: WELLPLACED_SECRET_KEY is not set, and {path} is not there."])
    return open_sealer(settings)
