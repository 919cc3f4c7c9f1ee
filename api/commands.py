"""The commands that run the service: serve, migrate, back up and restore, look over, keep and forget."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated

import typer

from api.drills import drill, verify
from api.encoding import encoder_app
from api.evaluating import export_app
from api.night import night_run
from api.talk import REFUSED, refuse, say
from api.vectors import vectors_app

if TYPE_CHECKING:
    from matching.settings import Settings
    from matching.store import Database, Store

# Everything heavy is imported inside the command that needs it, so that `--help` answers at once.


def add_commands(app: typer.Typer) -> None:
    """Put the commands under `wellplaced`."""
    for command in (serve, migrate, backup, restore, verify, drill, retention):
        app.command()(command)
    app.command("import")(import_files)
    app.command("night-run")(night_run)
    app.add_typer(user_app, name="user")
    app.add_typer(audit_app, name="audit")
    app.add_typer(encoder_app, name="encoder")
    app.add_typer(vectors_app, name="vectors")


user_app = typer.Typer(no_args_is_help=True, help="Organisations and users, where nobody can sign in yet or any more.")
audit_app = typer.Typer(no_args_is_help=True, help="The audit record.")


def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port to listen on.")] = 8000,
    web_processes: Annotated[int, typer.Option(min=1, max=64, help="How many processes answer requests.")] = 2,
    demo: Annotated[
        bool, typer.Option("--demo", help="Serve an invented county, signed in, from a folder that is then deleted.")
    ] = False,
    signed_in: Annotated[
        str, typer.Option("--as", help="With --demo, who is signed in: robin, hilary, frankie or sasha.")
    ] = "robin",
) -> None:
    """Serve pages and API: web processes, and one worker that keeps the encoder warm."""
    gc.disable()  # what is imported stays: to look it through for garbage takes a sixth of the time until it serves
    from api.serving import serve as run
    from api.serving import settings_environment

    if demo:
        from api.demo import serve_demo
        from fixtures.county import PEOPLE

        if signed_in not in PEOPLE:
            refuse([f"Nobody in the demo is called {signed_in!r}: say {', '.join(PEOPLE)}."])
        raise SystemExit(serve_demo(host=host, port=port, signed_in=signed_in))
    settings = _settings()
    _check_schema(settings)
    say(f"Well Placed listens on http://{host}:{port}")
    raise SystemExit(run(host=host, port=port, web_processes=web_processes, environment=settings_environment()))


def migrate(
    revision: Annotated[str, typer.Option(help="The revision to bring the schema to.")] = "head",
    sql: Annotated[bool, typer.Option("--sql", help="Print the statements for PostgreSQL and run nothing.")] = False,
    down_to: Annotated[str | None, typer.Option(help="Go back to an older revision instead; rows are kept.")] = None,
) -> None:
    """Bring the database to the newest schema, all of it or nothing."""
    from matching.store import open_database
    from matching.store.migrating import downgrade_with_rows, print_sql, upgrade
    from matching.store.revisions import present

    if sql:
        print_sql(revision)
        return
    settings = _settings()
    _make_folder(settings.data_dir)
    if down_to is None:
        upgrade(settings.database_of_owner, revision)
    else:
        downgrade_with_rows(settings.database_of_owner, down_to)
    database = open_database(settings.database_of_owner)
    found = present(database.engine)
    database.close()
    if found is not None:
        say(f"The database is at revision {found.revision}; programs from {found.oldest_program} on may work on it.")


def backup(to: Annotated[Path, typer.Argument(help="The file to write; it must not be there yet.")]) -> None:
    """Write every organisation's rows to one file; the service may go on meanwhile."""
    from matching.store.backup import back_up

    settings = _settings()
    database = _open(settings)
    done = back_up(database, to, at=datetime.now(UTC))
    say(f"{done.total:,} rows of revision {done.revision} are in {to}. Keep the secret key apart from it.")


def restore(file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A backup.")]) -> None:
    """Fill an empty database from a backup; a damaged backup changes nothing."""
    from matching.store.backup import restore as fill

    settings = _settings()
    _make_folder(settings.data_dir)
    done = fill(file, settings.database_of_owner)
    say(f"{done.total:,} rows are back. The index is made anew when the service starts.")


def retention(
    apply: Annotated[bool, typer.Option("--apply", help="Really forget; without it, only count.")] = False,
) -> None:
    """Count what is past its time, by organisation and kind; with --apply, forget it."""
    from matching.actions.erasure import wipe_log
    from matching.actions.retention import forget, past_their_time

    database = _open(_settings())
    at = datetime.now(UTC)
    with database.directory() as directory:
        organisation_ids = directory.organisation_ids()
    for organisation_id in organisation_ids:
        if apply:
            with database.writing(organisation_id) as store:
                counts = forget(store=store, at=at)
            wipe_log(database)
        else:
            with database.reading(organisation_id) as store:
                counts = past_their_time(store=store, at=at)
        for kind, count in counts.items():
            typer.echo(f"{organisation_id}\t{kind}\t{count}")
    say("Done." if apply else "Nothing was changed. Add --apply to forget these.")


def import_files(
    paths: Annotated[
        list[Path], typer.Argument(exists=True, metavar="FILE|FOLDER...", help="Files, or folders of them.")
    ],
    organisation: Annotated[str, typer.Option(help="The id of the organisation.")],
    user: Annotated[str, typer.Option(help="The id of the user in whose name; see `wellplaced user list`.")],
    kind: Annotated[str, typer.Option(metavar="vacancies|profiles", help="What the files hold.")] = "vacancies",
    apply: Annotated[bool, typer.Option("--apply", help="Have the good rows taken in; without it, only try.")] = False,
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Take a file in although some rows are refused.")
    ] = False,
) -> None:
    """Try files, and with --apply have the running service take them in; the same file twice changes nothing."""
    from matching.actions.imports import take_in, try_file
    from matching.actions.users import actor_of_user
    from matching.feeds import Kind

    if kind not in list(Kind):
        refuse([f"'{kind}' should be one of {', '.join(Kind)}"])
    settings = _settings()
    database = _open(settings)
    at, refused = datetime.now(UTC), 0
    for path in _files(paths):
        with _organisation(database, organisation) as store:
            by = actor_of_user(store.users.get(user))
            most = settings.upload_megabytes * 1_000_000
            content = path.read_bytes()
            tried = try_file(
                content=content, file_name=path.name, kind=Kind(kind), largest_bytes=most, by=by, at=at, store=store
            )
            for problem in tried.problems:
                say(str(problem))
            refused += len(tried.problems)
            good = tried.row.summary["good"]
            typer.echo(f"{path.name}\t{tried.row.id}\t{good} good\t{len(tried.problems)} problems")
            if apply and good and (skip_bad or not tried.problems):
                take_in(import_id=tried.row.id, skip_refused=skip_bad, by=by, at=at, store=store)
    say("The worker of the running service takes them in." if apply else "Nothing was taken in. Add --apply for that.")
    raise SystemExit(REFUSED if refused and not skip_bad else 0)


def _files(paths: list[Path]) -> Iterator[Path]:
    """The files named, and those of the folders named, in the order of their names."""
    for path in paths:
        yield from sorted(each for each in path.rglob("*") if each.is_file()) if path.is_dir() else [path]


@user_app.command("found")
def found(
    organisation: Annotated[str, typer.Argument(help="The name of the organisation.")],
    email: Annotated[str, typer.Option(help="The address of its first administrator.")],
    name: Annotated[str, typer.Option(help="The administrator's name.")],
) -> None:
    """Found an organisation with its first administrator, who adds everybody else."""
    from matching.actions.organisations import found_organisation
    from matching.sealing import open_sealer

    settings = _settings()
    founded = found_organisation(
        name=organisation,
        administrator_email=email,
        administrator_name=name,
        at=datetime.now(UTC),
        database=_open(settings),
        sealer=open_sealer(settings),
    )
    say(f"The organisation has the id {founded.organisation_id}.")
    _tell_link(founded.link)


@user_app.command("list")
def list_users() -> None:
    """List everybody who may sign in: id, organisation, address, roles."""
    database = _open(_settings())
    with database.directory() as directory:
        organisation_ids = directory.organisation_ids()
    for organisation_id in organisation_ids:
        with database.reading(organisation_id) as store:
            for user in store.users.all():
                closed = "closed" if user.disabled_at is not None else "open"
                typer.echo("\t".join((user.id, organisation_id, user.email, ",".join(user.roles), closed)))


@user_app.command("add")
def add(
    organisation: Annotated[str, typer.Option(help="The id of the organisation.")],
    email: Annotated[str, typer.Option(help="The address that they sign in with.")],
    name: Annotated[str, typer.Option(help="Their name.")],
    role: Annotated[list[str], typer.Option(help="A role; repeat the option for several.")],
    team: Annotated[list[str] | None, typer.Option(help="The id of a team; repeat it for several.")] = None,
) -> None:
    """Add a user to an organisation."""
    from matching.actions.users import UserDetails, add_user, operator
    from matching.model.people import Role
    from matching.sealing import open_sealer

    unknown = [each for each in role if each not in list(Role)]
    if unknown:
        refuse([f"'{each}' should be one of {', '.join(Role)}" for each in unknown])
    settings = _settings()
    details = UserDetails(email=email, name=name, roles=tuple(map(Role, role)), team_ids=tuple(team or ()))
    with _organisation(_open(settings), organisation) as store:
        by, sealer = operator(organisation), open_sealer(settings)
        user, link = add_user(details=details, by=by, at=datetime.now(UTC), store=store, sealer=sealer)
    say(f"The user has the id {user.id}.")
    _tell_link(link)


@user_app.command("reset")
def reset(
    organisation: Annotated[str, typer.Option(help="The id of the organisation.")],
    user: Annotated[str, typer.Option(help="The id of the user; see `wellplaced user list`.")],
) -> None:
    """Let somebody in again who lost password or telephone; nothing of before signs in any more."""
    from matching.actions.users import operator, reset_user
    from matching.sealing import open_sealer

    settings = _settings()
    with _organisation(_open(settings), organisation) as store:
        by, sealer = operator(organisation), open_sealer(settings)
        _, link = reset_user(user_id=user, by=by, at=datetime.now(UTC), store=store, sealer=sealer)
    _tell_link(link)


@export_app.command("history")
def export_history(
    organisation: Annotated[str, typer.Option(help="The id of the organisation; see `wellplaced user list`.")],
    out: Annotated[Path, typer.Option(metavar="FILE.zip", help="The file to write; it must not be there yet.")],
) -> None:
    """Write the history for evaluators: pseudonyms alone, and verdicts without sentences. It is noted in the audit."""
    from matching.actions.history import PSEUDONYMS, operator_for_evaluators, write_history
    from matching.sealing import open_sealer

    settings = _settings()
    key = open_sealer(settings).signing_keys(PSEUDONYMS)[0]
    with _new_file(out) as file, _organisation(_open(settings), organisation) as store:
        by = operator_for_evaluators(organisation)
        left_out = write_history(file, key=key, by=by, at=datetime.now(UTC), store=store)
    for what, count in left_out.items():
        say(f"Left out: {count:,} {what}.")
    say(f"The history is in {out}. It tells of people, if under other names: keep it where only evaluators read.")


@contextmanager
def _new_file(path: Path) -> Iterator[IO[bytes]]:
    """A file that only its owner reads; it goes again if what is to be written cannot be."""
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except OSError as error:
        refuse([f"{path}: {error.strerror}"])
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
    except BaseException:
        path.unlink()
        raise


@contextmanager
def _organisation(database: Database, organisation_id: str) -> Iterator[Store]:
    with database.directory() as directory:
        if organisation_id not in directory.organisation_ids():
            refuse([f"'{organisation_id}' is the id of no organisation; see `wellplaced user list`"])
    with database.writing(organisation_id) as store:
        yield store


def _tell_link(token: str) -> None:
    """The token goes to standard output, so that it can be handed on without being read aloud."""
    say("They set their password with this token, once, within three days (POST /v1/sign-in/first-password):")
    typer.echo(token)


@audit_app.command("verify")
def verify_audit() -> None:
    """Check the chain of the audit record; exit status 1 if an event was changed, moved or taken away."""
    database = _open(_settings())
    with database.directory() as directory:
        organisation_ids = directory.organisation_ids()
    broken = False
    for organisation_id in organisation_ids:
        with database.reading(organisation_id) as store:
            first = store.audit.first_break()
        typer.echo(f"{organisation_id}\t{'whole' if first is None else f'breaks at event {first}'}")
        broken |= first is not None
    raise SystemExit(1 if broken else 0)


def _settings() -> Settings:
    from matching.settings import load_settings

    return load_settings()


def _open(settings: Settings) -> Database:
    from matching.store import open_database
    from matching.store.revisions import check_may_work

    database = open_database(settings.database)
    check_may_work(database.engine)
    return database


def _check_schema(settings: Settings) -> None:
    """An embedded database needs no set-up; a server's schema is changed by its owner, on purpose."""
    from matching.store import open_database
    from matching.store.revisions import NEWEST, present

    if not settings.database.startswith("sqlite"):
        _open(settings).close()
        return
    _make_folder(settings.data_dir)
    database = open_database(settings.database)
    found = present(database.engine)
    database.close()
    if found is None or found.revision < NEWEST:
        from matching.store.migrating import upgrade

        upgrade(settings.database)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        refuse([f"{folder}: {error.strerror}"])
