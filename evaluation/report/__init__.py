"""The report of an evaluation: a page for people, the same tables for programs, and figures drawn from them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from evaluation.report.previous import Previous, read_previous

if TYPE_CHECKING:
    from evaluation.history import History
    from evaluation.report.contents import Progress

__all__ = ["Previous", "read_previous", "write_report"]


def write_report(
    history: History,
    folder: Path,
    *,
    seed: int,
    progress: Progress = lambda done, total: None,
    previous: Previous | None = None,
) -> None:
    """Write the report of a history to a folder that is empty or not there yet; raises `Invalid` for any other.

    The same history and seed give the same bytes. `previous` is an earlier report, to say what has changed.
    """
    from evaluation.report.contents import report_of
    from evaluation.report.files import check_free, write_folder

    check_free(folder)
    write_folder(report_of(history, seed=seed, progress=progress, previous=previous), folder)
