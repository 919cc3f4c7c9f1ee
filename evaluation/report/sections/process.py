"""How the service works: how soon, what is done with lists, how varied the jobs are, and what questions bring."""

from __future__ import annotations

from evaluation.estimates import FEWEST
from evaluation.metrics.process import (
    FIRST_MEETING_DAYS,
    Answers,
    Wait,
    answers,
    diversity_of_employers,
    diversity_of_jobs,
    first_employer_contact,
    first_list,
    taking,
)
from evaluation.report.basis import Basis, count_of, heading, of_enough
from evaluation.report.parts import Part, Section
from evaluation.tables import Cell, ReportTable, Unit, Unsaid, Withheld
from evaluation.withholding import withhold
from matching.model.shortlist import DecisionReason

#: What pages call the reasons; a reason of a history that is not among them stands as it is.
REASON_WORDS = {each.value: each.value.replace("_", " ").capitalize() for each in DecisionReason}


def process_section(basis: Basis) -> Section:
    """Return the section on how soon and how lists are used."""
    return Section(
        name="process",
        title="How soon, and what is done with lists",
        says=(
            "These tell of the service and not of any one person who works in it.",
            "Who waits still counts for as long as they have waited.",
        ),
        parts=(
            Part(table=_waits(basis)),
            Part(table=_taking(basis)),
            Part(table=_reasons(basis)),
            Part(table=_diversity(basis)),
        ),
    )


def questions_section(basis: Basis) -> Section:
    """Return the section on what nobody knew and was asked."""
    return Section(
        name="questions",
        title="What nobody knew, and what asking brought",
        says=(
            "What is not known is neither yes nor no. It becomes a question to the employer.",
            "How many roles are left out or listed wrongly as facts go missing is measured apart, on facts that are "
            "known in full.",
        ),
        parts=(Part(table=_questions(basis)),),
    )


def _waits(basis: Basis) -> ReportTable:
    rows = [
        ("First list", *_wait(first_list(basis.history))),
        ("First meeting with an employer, face to face", *_wait(first_employer_contact(basis.history))),
    ]
    return ReportTable(
        name="waits",
        title="How long people wait",
        says="Days from the start of the programme, for half of the people.",
        headings=(
            heading("until", "Until"),
            heading("people", "People", Unit.COUNT),
            heading("reached", "Came to it so far", Unit.COUNT),
            heading("median", "Half within (days)", Unit.DAYS),
            heading("within", f"Within {FIRST_MEETING_DAYS} days", Unit.SHARE),
        ),
        rows=tuple(rows),
    )


def _wait(found: Wait | Unsaid) -> tuple[Cell, ...]:
    if isinstance(found, Unsaid):
        return (None, None, found, None)
    if found.participants < FEWEST:
        return (count_of(found.participants), *[Withheld()] * 3)
    waiting = found.participants - found.reached
    told = Withheld(complement=True) if 0 < waiting < FEWEST else count_of(found.reached)
    return (found.participants, told, found.median, found.within)


def _taking(basis: Basis) -> ReportTable:
    found = taking(basis.history)
    decisions, lists = basis.history.decisions, basis.history.shortlists
    people = lists["participant"].to_numpy()[decisions["shortlist"].to_numpy()]
    return ReportTable(
        name="taking",
        title="What is done with the first role",
        says="How often the role in first place is put forward.",
        headings=(heading("measure", "Measure"), heading("share", "Share", Unit.SHARE)),
        rows=(
            ("Of first roles with a decision, put forward", of_enough(found.first_accepted, people)),
            ("Of lists with a role put forward, without the first one", of_enough(found.first_passed_over, people)),
        ),
        notes=("A specialist and the person decide together. Passing the first role over is no mistake.",),
    )


def _reasons(basis: Basis) -> ReportTable:
    found = taking(basis.history)
    told = {reason: people for reason, people in found.reasons.items() if people}
    rows: list[tuple[Cell, ...]] = [
        (REASON_WORDS.get(reason, reason), people)
        for reason, people in sorted(told.items(), key=lambda each: (-each[1], each[0]))
    ]
    rows.append(("No reason given", found.without_reason))
    table = ReportTable(
        name="reasons",
        title="Why roles were set aside",
        says="For how many people a role was set aside for each reason. One person may have several.",
        headings=(heading("reason", "Reason"), heading("people", "People", Unit.COUNT)),
        rows=tuple(rows),
        notes=(f"Roles were set aside for {_said(found.people_setting_aside)} people in all.",),
    )
    return withhold(table, parts_of_a_whole=False)


def _diversity(basis: Basis) -> ReportTable:
    rows: list[tuple[Cell, ...]] = []
    for words, found in (
        ("Kinds of jobs", diversity_of_jobs(basis.history)),
        ("Employers", diversity_of_employers(basis.history)),
    ):
        cells = (found.kinds, found.commonest, found.effective_number)
        rows.append((words, *(of_enough(cell, basis.jobs["participant"]) for cell in cells)))
    return ReportTable(
        name="diversity",
        title="How varied the jobs are",
        says="Of job starts: how many kinds there are, and what share falls to the most common one.",
        headings=(
            heading("of", "Of"),
            heading("kinds", "How many", Unit.COUNT),
            heading("commonest", "Share of the most common", Unit.SHARE),
            heading("effective", "As varied as so many alike", Unit.NUMBER),
        ),
        rows=tuple(rows),
    )


def _questions(basis: Basis) -> ReportTable:
    found = answers(basis.history)
    rows: tuple[tuple[Cell, ...], ...] = (
        ((_row(found)),) if isinstance(found, Answers) else (("All questions", None, found, None, None),)
    )
    return ReportTable(
        name="questions",
        title="Questions to employers",
        says="How many questions were asked and answered, how long that took, and how many answers changed a list.",
        headings=(
            heading("questions", "Questions"),
            heading("asked", "Asked", Unit.COUNT),
            heading("answered", "Answered", Unit.SHARE),
            heading("days", "Half answered within (days)", Unit.DAYS),
            heading("moved", "Of answers, changed what a list says", Unit.SHARE),
        ),
        rows=rows,
    )


def _row(found: Answers) -> tuple[Cell, ...]:
    return ("All questions", found.asked, found.answered, found.days, found.moved)


def _said(count: int) -> str:
    return f"{count:,}" if count == 0 or count >= FEWEST else f"fewer than {FEWEST}"
