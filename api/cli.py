"""The `wellplaced` command: data goes to standard output, talk to standard error."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from api.commands import add_commands
from api.evaluating import add_evaluation_commands
from api.options import EncoderOption
from api.talk import progress_bar, refuse, say

if TYPE_CHECKING:
    from matching.errors import Problem
    from matching.feeds import Progress, Readings
    from matching.model.profile import VocationalProfile
    from matching.model.vacancy import Vacancy
    from matching.shortlisting import Shortlister

Value = TypeVar("Value")

# Everything heavy is imported inside the command that needs it, so that `--help` answers at once.

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Shortlists of vacancies worth talking about, with reasons, for UK supported employment.",
)


def main() -> None:
    """Run the command; what is wrong with the input is said in sentences, never as a traceback."""
    from embeddings.errors import EmbeddingsError
    from matching.errors import MatchingError

    _open_what_is_closed()
    try:
        app()
    except (MatchingError, EmbeddingsError) as error:
        refuse(str(error).splitlines())
    except BrokenPipeError:
        sys.stderr.close()
        raise SystemExit(1) from None
    except OSError as error:
        say(f"{error.filename or 'output'}: {error.strerror}")
        raise SystemExit(1) from None


def _open_what_is_closed() -> None:
    """A stream that was closed from the start is `None`: talk then goes nowhere, and an answer has nowhere to go."""
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115  (open as long as the process)
    if sys.stdout is None:
        say("output: standard output is closed")
        raise SystemExit(1)


add_commands(app)
add_evaluation_commands(app)


@app.command()
def match(
    profile: Annotated[Path, typer.Option(help="A vocational profile, or a file of several.")],
    vacancies: Annotated[list[Path], typer.Option(help="Files or folders of vacancies, in any feed format.")],
    more: Annotated[list[Path] | None, typer.Argument(metavar="[FILE]...", help="Further files of vacancies.")] = None,
    as_of: Annotated[str, typer.Option(metavar="DATE", help="The day to answer for; today unless stated.")] = "",
    limit: Annotated[str, typer.Option(metavar="N|all", help="How many entries to show.")] = "10",
    as_json: Annotated[bool, typer.Option("--json", help="Print the shortlist in the interchange format.")] = False,
    explain: Annotated[
        str, typer.Option(metavar="VACANCY_REF", help="Say why a role is, or is not, on the list.")
    ] = "",
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="Go on with the good rows of a file.")] = False,
    encoder: EncoderOption = "",
    model: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="A model of how long jobs last, to take a small part.")
    ] = None,
) -> None:
    """Draw up a shortlist for each profile, with reasons, questions and what one change would open."""
    day, most = _day(as_of), _limit(limit)
    from matching.feeds import read_profiles, read_vacancies

    paths = [*vacancies, *(more or [])]
    read_people = _read("Reading profiles", lambda meter: read_profiles(profile, progress=meter))
    read_jobs = _read("Reading vacancies", lambda meter: read_vacancies(paths, progress=meter))
    if not skip_bad:  # name what is wrong with either before refusing both
        _refuse_problems([*read_people.problems, *read_jobs.problems])
    people, jobs = _taken(read_people), _taken(read_jobs)
    if not people:
        refuse([f"{profile}: no profile could be read"])
    enquiry = Enquiry(people=people, jobs=jobs, notes=read_jobs.notes, day=day, single=_is_one(profile))
    shortlister = _shortlister(jobs, encoder, model)
    if explain:
        print_explanations(enquiry, shortlister, explain, as_json=as_json)
    else:
        print_shortlists(enquiry, shortlister, limit=most, as_json=as_json)


@dataclass(frozen=True, slots=True, kw_only=True)
class Enquiry:
    """Whom and what an answer is about; `single`: one person was given alone, and not in a list."""

    people: Sequence[VocationalProfile]
    jobs: Sequence[Vacancy]
    notes: Mapping[str, Sequence[str]]
    day: date
    single: bool = False


def print_shortlists(enquiry: Enquiry, shortlister: Shortlister, *, limit: int | None, as_json: bool) -> None:
    """Print a shortlist for each person."""
    from api import terminal
    from matching.interchange import shortlist_json

    drawn = shortlister.shortlists(enquiry.people, as_of=enquiry.day, limit=limit)
    if as_json:
        _print_json([shortlist_json(each, reads_profile=True) for each in drawn], single=enquiry.single)
        return
    by_ref = {job.vacancy_ref: job for job in enquiry.jobs}
    for person, shortlist in zip(enquiry.people, drawn, strict=True):
        terminal.print_lines(terminal.shortlist_page(person, shortlist, by_ref, enquiry.notes))


def print_explanations(enquiry: Enquiry, shortlister: Shortlister, vacancy_ref: str, *, as_json: bool) -> None:
    """Print why one role is, or is not, on the list of each person."""
    from api import terminal
    from matching.interchange import explanation_json

    explained = [shortlister.explain(person, vacancy_ref, as_of=enquiry.day) for person in enquiry.people]
    if as_json:
        _print_json([explanation_json(each, reads_profile=True) for each in explained], single=enquiry.single)
        return
    for person, explanation in zip(enquiry.people, explained, strict=True):
        terminal.print_lines(terminal.explanation_page(person, explanation))


def _print_json(answers: Sequence[object], *, single: bool) -> None:
    import orjson

    sys.stdout.buffer.write(orjson.dumps(answers[0] if single else answers, option=orjson.OPT_INDENT_2) + b"\n")
    sys.stdout.buffer.flush()


def _shortlister(jobs: Sequence[Vacancy], encoder: str, model: Path | None = None) -> Shortlister:
    from matching.bootstrap import assemble
    from matching.settings import load_settings

    given = {"encoder": encoder or None, "sustain_model": model}
    settings = load_settings(**{name: value for name, value in given.items() if value is not None})
    service = assemble(settings)
    with progress_bar("Reading the texts of new roles") as tell:
        return service.shortlister(jobs, progress=tell)


@app.command()
def demo(
    encoder: EncoderOption = "",
) -> None:
    """Draw up shortlists for three invented people in an invented county."""
    from fixtures.world import AS_OF, DEMO_PARTICIPANTS, load_world
    from matching.feeds import read_profiles, read_vacancies

    world = load_world()
    everyone = {person.participant_ref: person for person in read_profiles(world.profiles_path).values}
    jobs = read_vacancies([world.vacancies_path]).values
    typer.echo("Everyone here, and every employer, is invented.\n")
    for ref, reason in DEMO_PARTICIPANTS.items():
        typer.echo(f"{ref}  {reason}")
    typer.echo("")
    people = [everyone[ref] for ref in DEMO_PARTICIPANTS]
    enquiry = Enquiry(people=people, jobs=jobs, notes={}, day=AS_OF)
    print_shortlists(enquiry, _shortlister(jobs, encoder), limit=5, as_json=False)


@app.command()
def schema(kind: Annotated[str, typer.Argument(metavar="profile|vacancy|shortlist")]) -> None:
    """Print the JSON Schema of the interchange format."""
    from matching.interchange import schema as schema_of
    from matching.interchange.schemas import KINDS

    _one_of(kind, KINDS)
    _print_json([schema_of(kind)], single=True)


@app.command()
def template(kind: Annotated[str, typer.Argument(metavar="vacancies|profiles")]) -> None:
    """Print a CSV header with one invented row, to fill in."""
    from matching.feeds import Kind
    from matching.feeds import template as template_of

    _one_of(kind, [each.value for each in Kind])
    typer.echo(template_of(Kind(kind)), nl=False)


def _day(text: str) -> date:
    if not text:
        return date.today()
    try:
        return date.fromisoformat(text)
    except ValueError:
        refuse([f"--as-of: '{text}' should be a date such as 2026-11-22"])


def _limit(text: str) -> int | None:
    if text == "all":
        return None
    if not text.isdecimal():
        refuse([f"--limit: '{text}' should be a whole number from 0 up, or all"])
    return int(text)


def _one_of(kind: str, kinds: Sequence[str]) -> None:
    if kind not in kinds:
        refuse([f"'{kind}' should be one of {', '.join(kinds)}"])


def _is_one(profile: Path) -> bool:
    """Whether a profile file holds one object, and not a list: the answer then is one object too."""
    if profile.is_dir():
        return False
    with profile.open("rb") as file:
        start = file.read(4096).removeprefix(b"\xef\xbb\xbf").lstrip()
    return profile.suffix.lower() not in (".jsonl", ".ndjson", ".csv") and start.startswith(b"{")


def _taken(readings: Readings[Value]) -> Sequence[Value]:
    """The good rows; what was skipped, and what is merely worth saying, goes to standard error."""
    for warning in readings.warnings:
        say(f"Note: {warning}")
    for problem in readings.problems:
        say(f"Skipped: {problem}")
    return readings.values


def _refuse_problems(problems: Sequence[Problem]) -> None:
    if problems:
        refuse([str(problem) for problem in problems])


def _read(what: str, read: Callable[[Progress], Readings[Value]]) -> Readings[Value]:
    with progress_bar(what) as tell:
        return read(lambda *, done_bytes, total_bytes: tell(done_bytes, total_bytes))
