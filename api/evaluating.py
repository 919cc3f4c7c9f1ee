"""The commands that look back: evaluate (report, compare, policy, train, meaning, unknowns), simulate, export."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from api.options import EncoderOption
from api.talk import progress_bar, refuse, say

# Everything heavy is imported inside the command that needs it, so that `--help` answers at once.


class Form(StrEnum):
    """How the tables of a history are written."""

    CSV = "csv"
    PARQUET = "parquet"


class _ReportUnlessNamed(TyperGroup):
    """`evaluate HISTORY` is short for `evaluate report HISTORY`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
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
    app.command()(simulate)


NO_MODEL = 1  # exit status of `train` where the history does not hold enough: nothing is wrong, and there is no model

Out = Annotated[Path, typer.Option(help="The folder to write to; it must be empty or not there yet.")]
AsOf = Annotated[str, typer.Option(metavar="DATE", help="The last day to look at; the last of the data unless stated.")]
Seed = Annotated[int, typer.Option(min=0, help="Where chance starts: same data and seed, same bytes.")]
HistoryOption = Annotated[Path, typer.Option("--history", help="The history: a folder or a ZIP file.")]

_RANKING = (
    "`as-logged`, `random`, `score`, `nearest`, `newest`, `preferences`, `constraints`, `popular`, `weights:FILE` or "
    "`model:FOLDER`; then `,shuffle=0.02`, or `,near-ties` to order only what the log shuffled."
)


@evaluate_app.command()
def report(
    history: Annotated[Path, typer.Argument(help="The history: a folder or a ZIP file.")],
    out: Out,
    as_of: AsOf = "",
    seed: Seed = 1,
    previous: Annotated[Path | None, typer.Option(help="The folder of an earlier report, to say what changed.")] = None,
) -> None:
    """Write the report of a history: a page, its tables as CSV and JSON, and its figures as SVG."""
    from evaluation.records.reading import read_history
    from evaluation.report import read_previous, write_report
    from evaluation.report.files import check_free

    # What would be refused at the end is refused at once: a large history takes minutes.
    check_free(out)
    day, before = _day(as_of), read_previous(previous) if previous else None
    with progress_bar(f"Reading {history.name}") as tell:
        read = read_history(history, as_of=day, progress=tell)
    with progress_bar("Writing the report") as tell:
        write_report(read, out, seed=seed, progress=tell, previous=before)
    say(f"The report is in {out}. Open report.html in a browser.")


@evaluate_app.command()
def policy(
    method: Annotated[str, typer.Argument(metavar="METHOD", help=_RANKING)],
    history: HistoryOption,
    seed: Seed = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """What lists would have brought under another ranking, or which gate is closed."""
    from evaluation.methods import named
    from evaluation.off_policy import Reward, estimate
    from evaluation.off_policy.page import json_of, text_of
    from evaluation.records.reading import read_history

    ranking = named(method)
    with progress_bar(f"Reading {history.name}") as tell:
        read = read_history(history, progress=tell)
    answers = {reward: estimate(history=read, method=ranking, reward=reward, seed=seed) for reward in Reward}
    typer.echo((json_of if as_json else text_of)(answers, method=method, simulated=read.simulated), nl=False)


@evaluate_app.command()
def compare(
    old: Annotated[str, typer.Argument(metavar="OLD", help=_RANKING)],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The ranking that would take its place, named alike.")],
    history: HistoryOption,
    seed: Seed = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Two rankings side by side on the same lists, with a verdict: better, not worse, worse or cannot tell."""
    from evaluation.comparing import compare as compare_rankings
    from evaluation.comparing.page import json_of, text_of
    from evaluation.methods import named
    from evaluation.records.reading import read_history

    before, after = named(old), named(new)
    with progress_bar(f"Reading {history.name}") as tell:
        read = read_history(history, progress=tell)
    comparison = compare_rankings(old=before, new=after, history=read, seed=seed)
    typer.echo((json_of if as_json else text_of)(comparison, simulated=read.simulated), nl=False)


@evaluate_app.command()
def train(
    history: HistoryOption,
    out: Out,
    as_of: AsOf = "",
    seed: Seed = 1,
) -> None:
    """Learn from job starts which matches last; writes the model with its card, or says that it cannot."""
    from evaluation.records.reading import read_history
    from evaluation.report.files import check_free
    from evaluation.sustain.training import train as train_model
    from evaluation.sustain.training import write_trained

    check_free(out)
    day = _day(as_of)
    with progress_bar(f"Reading {history.name}") as tell:
        read = read_history(history, as_of=day, progress=tell)
    with progress_bar("Learning what lasts") as tell:
        trained = train_model(read, seed=seed, progress=tell)
    write_trained(trained, out)
    say(trained.says)
    say(f"Read {out / 'card.md'} before the model is used." if trained.is_model else f"The card is {out / 'card.md'}.")
    if not trained.is_model:
        raise typer.Exit(NO_MODEL)


@evaluate_app.command()
def meaning(
    folders: Annotated[
        list[Path], typer.Argument(metavar="FOLDER...", help="Each holds queries.tsv, corpus.tsv and qrels.tsv.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
    encoder: EncoderOption = "",
) -> None:
    """How well nearness in meaning ranks labelled sets, beside the encoder alone and BM25 alone."""
    from evaluation.labelled_sets import read_labelled_folder
    from evaluation.meaning import evaluate_set, json_of_tables, markdown_of_tables
    from matching.bootstrap import chosen_encoder
    from matching.retrieval import shipped_recipe
    from matching.settings import Settings

    labelled = [read_labelled_folder(folder) for folder in folders]  # refuse all before measuring any
    recipe = shipped_recipe(encoder=chosen_encoder(Settings(encoder=encoder) if encoder else Settings()))
    tables = {}
    for folder, each in zip(folders, labelled, strict=True):
        with progress_bar(f"Ranking {folder.name}") as tell:
            tables[str(folder)] = evaluate_set(each, recipe, tell)
    typer.echo((json_of_tables if as_json else markdown_of_tables)(tables), nl=False)


@evaluate_app.command()
def unknowns(
    truth: Annotated[
        list[Path] | None,
        typer.Argument(metavar="TRUTH", help="A folder with profiles and vacancies, or a file of each, in that order."),
    ] = None,
    invented: Annotated[
        bool, typer.Option("--invented", help="Measure an invented truth set, of --people and --vacancies.")
    ] = False,
    people: Annotated[int, typer.Option(min=1, max=10_000, help="How many people to invent.")] = 50,
    vacancies: Annotated[int, typer.Option(min=1, max=100_000, help="How many vacancies to invent.")] = 2000,
    draws: Annotated[int, typer.Option(min=1, max=100, help="How often facts are hidden anew at each share.")] = 5,
    as_of: Annotated[
        str, typer.Option(metavar="DATE", help="Count what is open on that day; everything unless stated.")
    ] = "",
    seed: Seed = 1,
    out: Annotated[Path | None, typer.Option(help="Also write the table as CSV and JSON, and a figure as SVG.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
    encoder: EncoderOption = "",
) -> None:
    """What not knowing costs: who is left out or listed wrongly as facts are hidden, by our rule and three habits."""
    from evaluation.report.files import check_free
    from evaluation.unknowns.measuring import measure
    from evaluation.unknowns.tables import json_of, markdown_of, write_unknowns
    from evaluation.unknowns.truth_sets import invented_truth, read_truth
    from matching.bootstrap import assemble
    from matching.settings import Settings

    if bool(truth) == invented:
        refuse(["Name a truth set, or say --invented for one that is made up: one of the two."])
    if out is not None:
        check_free(out)
    if truth:
        with progress_bar("Reading the truth set") as tell:
            found = read_truth(truth, as_of=_day(as_of), progress=tell)
    else:
        found = invented_truth(people=people, vacancies=vacancies, seed=seed)
    service = assemble(Settings(encoder=encoder) if encoder else Settings())
    with progress_bar("Reading the texts of roles") as tell:
        shortlister = service.shortlister(found.vacancies, progress=tell)
    with progress_bar("Hiding facts") as tell:
        measured = measure(found, shortlister, seed=seed, draws=draws, progress=tell)
    typer.echo((json_of if as_json else markdown_of)(measured), nl=False)
    if out is not None:
        write_unknowns(measured, out)
        say(f"The figures are in {out}.")


def simulate(
    participants: Annotated[int, typer.Option(help="How many people enter.")],
    months: Annotated[int, typer.Option(help="Over how many months they enter; the history ends with them.")],
    seed: Annotated[int, typer.Option(help="Where chance starts: same options, same bytes.")],
    out: Out,
    effect: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="Change a parameter of the world; may be repeated.")
    ] = None,
    form: Annotated[Form, typer.Option(help="How the tables are written.")] = Form.CSV,
) -> None:
    """Make a history of invented people to try evaluations out on; truth.json says what is true of them."""
    from evaluation.records.writing import write_history
    from evaluation.report.files import check_free
    from evaluation.simulation import read_effects, true_rates
    from evaluation.simulation import simulate as simulated_history
    from evaluation.simulation.simulate import about

    effects = read_effects(effect or [])
    check_free(out)
    with progress_bar("Letting people enter") as tell:
        made = simulated_history(participants=participants, months=months, seed=seed, effects=effects, progress=tell)
    told = about(made, participants=participants, months=months, seed=seed)
    write_history(made.tables, out, form=form.value, about=told)
    with progress_bar("Working out the true rates") as tell:
        truth = true_rates(months=months, effects=effects, seed=seed, progress=tell)
    (out / "truth.json").write_text(truth.json(), encoding="utf-8")
    say(f"The history is in {out}, and what is true of it in {out.name}/truth.json.")


def _day(text: str) -> date | None:
    """The day that an option names; raises `Invalid` for what is no day."""
    from matching.errors import Invalid

    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid(f"'{text}' is not a date. Write it like 2026-11-22.") from None
