"""The command `wellplaced night-run`, and where its lists are drawn: in processes here, or on a Dask cluster."""

from __future__ import annotations

import gc
import multiprocessing
import os
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.talk import progress_bar, refuse, say

if TYPE_CHECKING:
    from api.running import Running
    from matching.actions.night_drawing import Batch, DrawnBatch
    from matching.settings import Settings

#: Batches under way for each process: one that is drawn, and one that waits so that it need not.
_AHEAD = 2
_CONNECT_SECONDS = 5
_THREADS_OF_LIBRARIES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def night_run(
    organisation: Annotated[
        str | None, typer.Option(metavar="ID", help="The id of one organisation; all of them without it.")
    ] = None,
    cluster: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="The scheduler of a Dask cluster that draws the lists.")
    ] = None,
    workers: Annotated[
        int, typer.Option(min=0, max=256, help="How many processes draw; 0 is as many as there are cores.")
    ] = 0,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what is due and change nothing.")] = False,
) -> None:
    """Draw everybody's list up again, and tell what changed; run again, it goes on where it stopped.

    One line of JSON an organisation, of ids and counts alone. Exit status 1: somebody's list failed, named by id.
    """
    for name in _THREADS_OF_LIBRARIES:
        os.environ.setdefault(name, "1")  # before anything heavy is imported
    from api.running import open_running
    from matching.settings import load_settings

    running = open_running(load_settings())
    try:
        with running.database.directory() as directory:
            every = sorted(directory.organisation_ids())
        if organisation is not None and organisation not in every:
            refuse([f"'{organisation}' is the id of no organisation; see `wellplaced user list`"])
        chosen = every if organisation is None else [organisation]
        at = datetime.now(UTC)
        if dry_run:
            tell_plans(running, chosen, at=at)
            return
        raise SystemExit(
            run_nights(running, chosen, at=at, workers=workers or len(os.sched_getaffinity(0)), cluster=cluster)
        )
    finally:
        running.close()


def tell_plans(running: Running, organisation_ids: list[str], *, at: datetime) -> None:
    """Write what is due in each organisation, a line each."""
    from matching.actions.night import plan_night
    from matching.actions.users import operator

    for organisation_id in organisation_ids:
        with running.database.reading(organisation_id) as store:
            plan = plan_night(by=operator(organisation_id), at=at, method=running.pools.means.method, store=store)
        _write(
            {
                "organisation_id": organisation_id,
                "as_of": plan.as_of.isoformat(),
                "pool_mark": plan.pool_mark,
                "people": plan.people,
                "done_before": plan.done,
                "due": plan.due,
                "proposals_due": list(plan.teams),
            }
        )
    say("Nothing was changed.")


def run_nights(
    running: Running, organisation_ids: list[str], *, at: datetime, workers: int, cluster: str | None = None
) -> int:
    """Run the night of each organisation in turn; returns the exit status."""
    status = 0
    for organisation_id in organisation_ids:
        try:
            summary = run_one(running, organisation_id, at=at, workers=workers, cluster=cluster)
        except Exception as error:
            # Told by kind and place: a message may repeat what somebody wrote.
            from matching.actions.jobs import reason_of
            from matching.errors import MatchingError

            told = str(error) if isinstance(error, MatchingError) else reason_of(error)
            say(f"{organisation_id}: {told} Run it again: it goes on where it stopped.")
            status = 1
            continue
        _write(summary)
        for subject, reason in summary["failed"].items():
            say(f"{organisation_id}: {subject} failed: {reason}")
        if summary["words_unread"]:
            say(f"{organisation_id}: {summary['words_unread']} people wait for their words to be read.")
        if summary["failed"] or summary["words_unread"]:
            status = 1
    return status


def run_one(
    running: Running, organisation_id: str, *, at: datetime, workers: int, cluster: str | None = None
) -> dict[str, Any]:
    """Run the night of one organisation; returns its summary."""
    from matching.actions.night import plan_night, run_night
    from matching.actions.night_alone import alone
    from matching.actions.night_words import encode_first
    from matching.actions.users import operator

    by, method = operator(organisation_id), running.pools.means.method
    with alone(running.database, organisation_id, folder=running.settings.data_dir):
        encode_first(running.worker, organisation_id, at=at)
        with running.database.reading(organisation_id) as store:
            plan = plan_night(by=by, at=at, method=method, store=store)
        with _executor(running, workers=workers, cluster=cluster) as (executor, ahead), progress_bar("Drawing") as bar:
            return run_night(
                plan,
                by=by,
                at=at,
                method=method,
                database=running.database,
                pools=running.pools,
                executor=executor,
                draw=draw_here,
                ahead=ahead,
                progress=bar,
            )


def _write(line: dict[str, Any]) -> None:
    import orjson

    typer.echo(orjson.dumps(line).decode())


# -- where lists are drawn ---------------------------------------------------------------------------------------------


@contextmanager
def _executor(running: Running, *, workers: int, cluster: str | None) -> Iterator[tuple[Executor, int]]:
    """Whatever draws, and how many batches may be under way there."""
    if cluster is None:
        with local_processes(running, workers=workers) as executor:
            yield executor, _AHEAD * workers
        return
    with dask_cluster(cluster) as (executor, threads):
        yield executor, _AHEAD * max(1, threads)


@contextmanager
def local_processes(running: Running, *, workers: int) -> Iterator[Executor]:
    """Processes on this machine, which begin with the pools that are loaded here, where that is safe.

    A process that has loaded the encoder has threads that a fork would cut off in the middle of something: then each
    new process begins from nothing and loads the pool itself.
    """
    global _held
    forks = "torch" not in sys.modules
    if forks:
        running.pools.settle()  # so that no thread holds a lock while it is copied
        # A pool is a million small objects that stay: nobody need look them through for garbage, or copy them for it.
        gc.collect()
        gc.freeze()
        _held = running
    executor = ProcessPoolExecutor(
        workers,
        mp_context=multiprocessing.get_context("fork" if forks else "spawn"),
        initializer=_begin_process,
        initargs=(None if forks else running.settings, os.getpid()),
    )
    try:
        # All processes begin here, before anything else in this one starts a thread.
        executor.submit(os.getpid).result()
        yield executor
    finally:
        executor.shutdown(wait=True, cancel_futures=True)
        _held = None
        gc.unfreeze()


@contextmanager
def dask_cluster(address: str) -> Iterator[tuple[Executor, int]]:
    """A Dask cluster as an executor, and its threads. Its workers read the service's settings from their environment.

    Lists tell of people: a cluster on more than one machine needs `tls://` addresses, or a network of its own.
    """
    try:
        from distributed import Client
    except ImportError:
        refuse(["`--cluster` needs the extra `cluster`: pip install 'wellplaced[cluster]'"])
    try:
        client = Client(address, timeout=_CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError):
        refuse([f"No scheduler of a Dask cluster answers at {address}."])
    with client:
        threads = sum(client.nthreads().values())
        if not threads:
            refuse([f"The cluster at {address} has no workers."])
        # Drawing has no effects, but a batch of the night before is not one of tonight: nothing is remembered.
        yield client.get_executor(pure=False), threads


_held: Running | None = None  # what this process draws from
_opening = threading.Lock()


def draw_here(batch: Batch) -> DrawnBatch:
    """Draw a batch in this process, which opens the database and loads the pool when it is first asked."""
    from matching.actions.night_drawing import draw_batch

    running = _opened()
    return draw_batch(batch, database=running.database, pools=running.pools)


def _opened() -> Running:
    global _held
    with _opening:
        if _held is None:
            for name in _THREADS_OF_LIBRARIES:
                os.environ.setdefault(name, "1")
            from api.running import open_running
            from matching.settings import load_settings

            _held = open_running(load_settings())
        return _held


def _begin_process(settings: Settings | None, parent: int) -> None:
    """Begin a process of `local_processes`: connections are its own, and it ends with the process that began it."""
    global _held
    if settings is not None:
        from api.running import open_running

        _held = open_running(settings)
    elif _held is not None:
        # The connections are the parent's; here they are forgotten without a word to the server.
        _held.database.engine.dispose(close=False)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.2)
        os._exit(1)

    threading.Thread(target=watch, daemon=True, name="parent watch").start()
