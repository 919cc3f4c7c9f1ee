"""Talk to whoever runs a command: sentences and progress on standard error, never on standard output."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import NoReturn

import typer

REFUSED = 2  # exit status for input that cannot be taken


def say(sentence: str) -> None:
    """Write to standard error, without characters that could steer the terminal."""
    from api.terminal import plain

    typer.echo(plain(sentence), err=True)


def refuse(lines: Sequence[str]) -> NoReturn:
    """Say what is wrong and end."""
    for line in lines:
        say(line)
    raise SystemExit(REFUSED)


@contextmanager
def progress_bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on a terminal, and silence elsewhere; the callback takes how much is done, and of how much."""
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
