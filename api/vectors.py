"""The commands for vectors that all processes share in PostgreSQL: make the table, fill it, look it over, drop it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from api.talk import progress_bar, say

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.running import Running
    from matching.store.shared_vectors import SharedVectors

Found = TypeVar("Found")

# Everything heavy is imported inside the command that needs it, so that `--help` answers at once.

vectors_app = typer.Typer(no_args_is_help=True, help="Vectors of roles in PostgreSQL, for WELLPLACED_VECTORS=pgvector.")


@vectors_app.command()
def create() -> None:
    """Make the table, as the owner of the database; pgvector must be installed on the server."""
    from matching.bootstrap import computing_encoder
    from matching.settings import load_settings
    from matching.store.shared_vectors_table import create_table

    settings = load_settings()
    made = create_table(settings.database_of_owner, dimension=computing_encoder(settings).dimension)
    say("The table is made. Fill it by `wellplaced vectors fill`." if made else "The table is there already.")


@vectors_app.command()
def fill() -> None:
    """Put in the vector of every role in the pools that has none yet; the service may go on meanwhile."""
    from matching.actions.shared_documents import fill as fill_one

    for organisation_id, kept in _of_each(fill_one, "Keeping vectors"):
        typer.echo(
            f"{organisation_id}\t{kept.documents} documents\t{kept.known} known\t{kept.added} added\t"
            f"{kept.waiting} waiting"
        )
        if kept.waiting:
            say(f"{organisation_id}: {kept.waiting:,} wait for the worker to read their words. Fill again then.")


@vectors_app.command()
def verify() -> None:
    """Make every vector again and compare; exit status 1 if one is missing or another than it should be."""
    from matching.actions.shared_documents import look_over

    sound = True
    for organisation_id, found in _of_each(look_over, "Looking over vectors"):
        typer.echo(
            f"{organisation_id}\t{found.documents} documents\t{found.lacking} lacking\t"
            f"{found.different} different\t{found.waiting} waiting\t{found.unused} unused"
        )
        sound &= found.is_sound
    raise SystemExit(0 if sound else 1)


@vectors_app.command()
def drop(
    superseded: Annotated[
        bool, typer.Option("--superseded", help="Only what other encoders and versions left; the table stays.")
    ] = False,
) -> None:
    """Drop the table, as the owner of the database; it can be made and filled again at any time."""
    if superseded:
        with _opened() as (running, shared_of):
            for organisation_id in _organisations(running):
                typer.echo(f"{organisation_id}\t{shared_of(organisation_id).delete_superseded()} deleted")
        return
    from matching.settings import load_settings
    from matching.store.shared_vectors_table import drop_table

    dropped = drop_table(load_settings().database_of_owner)
    say("The table is dropped." if dropped else "There is no such table.")


def _of_each(done: Callable[..., Found], saying: str) -> Iterator[tuple[str, Found]]:
    """What comes of doing something with the vectors of each organisation in turn."""
    with _opened() as (running, shared_of):
        for organisation_id in _organisations(running):
            with progress_bar(saying) as bar:
                found = done(
                    organisation_id,
                    shared=shared_of(organisation_id),
                    pools=running.pools,
                    database=running.database,
                    progress=bar,
                )
            yield organisation_id, found


@contextmanager
def _opened() -> Iterator[tuple[Running, Callable[[str], SharedVectors]]]:
    """What a process of the service holds, and the vectors of an organisation, whatever the setting says of serving."""
    from api.running import open_running
    from matching.bootstrap import shared_vectors
    from matching.settings import load_settings

    running = open_running(load_settings())
    try:
        yield running, shared_vectors(running.database, running.pools.means.recipe)
    finally:
        running.close()


def _organisations(running: Running) -> list[str]:
    with running.database.directory() as directory:
        return sorted(directory.organisation_ids())
