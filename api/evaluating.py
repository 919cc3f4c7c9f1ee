"""The commands that look back: evaluate (report, compare, policy, train, meaning, unknowns), simulate, export."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer.core import TyperGroup

from api.talk import progress_bar, refuse, say

if TYPE_CHECKING:
    from click import Context

# Everything heavy is imported inside the command that needs it, so that `--help` answers at once.


class _ReportUnlessNamed(TyperGroup):
    """`evaluate HISTORY` is short for `evaluate report HISTORY`."""

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        """Put the command in front of a history, where no other command is named."""
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = ["report", *args]
        return super().parse_args(ctx, args)


evaluate_app = typer.Typer(
    cls=_ReportUnlessNamed,
    no_args_is_help=True,
    help="Whether lists lead to work that lasts: `evaluate HISTORY --out DIR` writes the report.",
)
export_app = typer.Typer(no_args_is_help=True, help="Take records out of the service.")


def add_evaluation_commands(app: typer.Typer) -> None:
    """Put the commands under `wellplaced`."""
    app.add_typer(evaluate_app, name="evaluate")
    app.add_typer(export_app, name="export")


Out = Annotated[Path, typer.Option(help="The folder to write to; it must be empty or not there yet.")]
AsOf = Annotated[str, typer.Option(metavar="DATE", help="The last day to look at; the last of the data unless stated.")]
Seed = Annotated[int, typer.Option(min=0, help="Where chance starts: same data and seed, same bytes.")]
