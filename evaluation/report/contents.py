"""Which sections a report has, in which order: the one place where a table is added."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from evaluation.columns import TABLES, Kind
from evaluation.comparing.order import ndcg_by_person
from evaluation.fairness import fairness_of
from evaluation.graded import ranking_metrics
from evaluation.off_policy.placing import logged_placing, pages_of
from evaluation.outcomes import days_of
from evaluation.report.basis import Basis
from evaluation.report.first_page import first_page
from evaluation.report.parts import Report, Section
from evaluation.report.previous import Previous
from evaluation.report.saying import tidy
from evaluation.report.sections.appendix import appendix_section
from evaluation.report.sections.breakdowns import breakdown_sections
from evaluation.report.sections.calibration import calibration_section
from evaluation.report.sections.coverage import coverage_section
from evaluation.report.sections.earnings import earnings_section
from evaluation.report.sections.endings import endings_section
from evaluation.report.sections.funnel import funnel_section
from evaluation.report.sections.groups import groups_section
from evaluation.report.sections.lasting import lasting_section
from evaluation.report.sections.policies import METHODS, REWARDS, policies_section
from evaluation.report.sections.process import process_section, questions_section
from evaluation.report.sections.ranking import ranking_section
from matching.errors import Invalid

if TYPE_CHECKING:
    from evaluation.history import History

T = TypeVar("T")
#: Takes how much is done, and of how much.
Progress = Callable[[int, int], None]


def report_of(
    history: History, *, seed: int, progress: Progress = lambda done, total: None, previous: Previous | None = None
) -> Report:
    """Return the report of a history; the same history and seed give the same report."""
    basis = Basis(history=history, seed=seed)
    steps = _Steps(progress, total=13 + (1 + len(METHODS)) * len(REWARDS))
    funnel = steps.after(funnel_section(basis))
    lasting, endings = steps.after(lasting_section(basis)), steps.after(endings_section(basis))
    earnings = steps.after(earnings_section(basis))
    ranking = steps.after(ranking_section(ranking_metrics(history, seed=seed, graded=basis.graded)))
    roles, findings, people = steps.after(breakdown_sections(basis))
    calibration = steps.after(calibration_section(basis))
    coverage, process = steps.after(coverage_section(basis)), steps.after(process_section(basis))
    questions = steps.after(questions_section(basis))
    policies = policies_section(basis, steps.tell)
    fairness = steps.after(fairness_of(history, ranking=_order_by_person(history)))
    made = (
        funnel,
        lasting,
        endings,
        earnings,
        roles,
        findings,
        people,
        ranking,
        calibration,
        coverage,
        process,
        questions,
        policies,
        groups_section(fairness),
        appendix_section(basis),
    )
    sections = tuple(_tidy(section) for section in made)
    return Report(
        about=steps.after(_about(basis)),
        first_page=steps.after(first_page(basis, fairness=fairness, sections=sections, previous=previous)),
        sections=sections,
    )


def _order_by_person(history: History) -> NDArray[np.float64] | None:
    """How well each participant's lists were ordered; nothing where positions or chances are not in order."""
    try:
        pages = pages_of(history)
        return ndcg_by_person(history, pages, logged_placing(history, pages))[0]
    except Invalid:
        return None


class _Steps:
    """Tells how many of the steps are done."""

    def __init__(self, progress: Progress, *, total: int) -> None:
        self._progress, self._done, self._total = progress, 0, total

    def tell(self) -> None:
        self._done += 1
        self._progress(self._done, self._total)

    def after(self, made: T) -> T:
        self.tell()
        return made


def _tidy(section: Section) -> Section:
    return replace(section, parts=tuple(replace(part, table=tidy(part.table)) for part in section.parts))


def _about(basis: Basis) -> dict[str, Any]:
    history = basis.history
    return {
        "first_day": _first_day(history),
        "data_until": history.data_until.isoformat(),
        "simulated": history.simulated,
        "seed": basis.seed,
        "history_digest": digest_of(history),
        "rows": {name: len(frame) for name in TABLES if (frame := history.table(name)) is not None},
    }


def _first_day(history: History) -> str:
    """The first day that the history tells of: of an entry into the programme, a list or a job."""
    days = [
        days_of(frame[column])
        for frame, column in (
            (history.participants, "entered_on"),
            (history.shortlists, "drawn_on"),
            (history.placements, "started_on"),
        )
    ]
    firsts = [each[~np.isnat(each)].min() for each in days if (~np.isnat(each)).any()]
    return str(min(firsts)) if firsts else history.data_until.isoformat()


def digest_of(history: History) -> str:
    """A digest of everything in a history, whatever files it came from."""
    from pandas.util import hash_pandas_object

    told = hashlib.sha256(history.data_until.isoformat().encode())
    for name, table in TABLES.items():
        frame = history.table(name)
        if frame is None:
            continue
        told.update(f"{name} {len(frame)}".encode())
        for column in table.columns:
            values = frame[column.name]
            kept = values.astype(object).where(values.notna(), None) if column.kind is Kind.YES_NO else values
            told.update(column.name.encode() + hash_pandas_object(kept, index=False).to_numpy().tobytes())
    return told.hexdigest()
