"""From being listed to work that lasts: how many came how far, and match-to-sustain rates over three denominators."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from evaluation.columns import Step
from evaluation.estimates import Estimate
from evaluation.metrics.intervals import rate_interval
from evaluation.outcomes import (
    ANY_JOB_WEEKS,
    HELD,
    NOT_KNOWN,
    SAME_JOB_WEEKS,
    Days,
    States,
    any_job,
    days_of,
    lasting,
    lasting_in_any_job,
    same_job,
    starts,
)
from evaluation.reaching import (
    WITHIN_WEEKS,
    PutForward,
    any_job_settled_on,
    day_reached,
    last_sight,
    lasting_of_put_forward,
    put_forward,
    same_job_settled_on,
    share_of_served,
    starts_of_put_forward,
)
from evaluation.tables import Cell, Heading, ReportTable, Unit, Unsaid
from evaluation.thresholds import Policies, Reached, shipped_policy, thresholds
from evaluation.withholding import count_in_words, withhold
from matching.policy import ThresholdName

if TYPE_CHECKING:
    from pandas import DataFrame

    from evaluation.history import History

#: Support often ends a year after the programme start, so few can be followed for longer from their first job.
THRESHOLD_WITHIN_WEEKS = 39
_THRESHOLDS = {ThresholdName.LOWER: "Lower threshold", ThresholdName.HIGHER: "Higher threshold"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Steps:
    """A history with what both tables need of it, made once."""

    history: History
    jobs: DataFrame
    forward: PutForward
    any_job: States
    thresholds: dict[ThresholdName, Reached | Unsaid]

    @property
    def listed_jobs(self) -> DataFrame:
        """The job starts that came from a list."""
        return self.jobs[self.jobs["from_list"].to_numpy()]


def steps_of(history: History, *, policies: Policies = shipped_policy) -> Steps:
    """Look up what the tables of the funnel are made of."""
    jobs = starts(history)
    return Steps(
        history=history,
        jobs=jobs,
        forward=put_forward(history, jobs),
        any_job=any_job(history, jobs),
        thresholds={name: thresholds(history, name, policies=policies) for name in ThresholdName},
    )


# How far entries came


def funnel_table(steps: Steps) -> ReportTable:
    """Return each step with how many entries and people came to it so far, and how long after the list."""
    served = len(steps.history.participants)
    rows: list[tuple[Cell, ...]] = []
    for words, step in _steps(steps):
        if isinstance(step, Unsaid):
            rows.append((words, step, None, None, None))
            continue
        people = len(np.unique(step.people))
        share = rate_interval(people, served) if served else None
        entries = len(step.people) if step.counts_entries else None
        rows.append((words, entries, people, share, _median_days(step)))
    table = ReportTable(
        name="funnel",
        title="From the list to lasting work",
        says="How many list entries, and how many people, have come to each step so far.",
        headings=(
            Heading(name="step", words="Step", unit=Unit.WORDS),
            Heading(name="entries", words="List entries", unit=Unit.COUNT),
            Heading(name="people", words="People", unit=Unit.COUNT),
            Heading(name="share_of_served", words="Share of all participants", unit=Unit.SHARE),
            Heading(name="days", words="Median days after the list", unit=Unit.DAYS),
        ),
        rows=tuple(rows),
        notes=(
            f"Participants served: {served:,}.",
            "Jobs that still run may come to further steps. So these counts are no rates of lasting.",
            "From the job start on, these are jobs that came from a list. The thresholds count all pay of a person.",
        ),
    )
    told_of = {name: ["people"] for name in ("entries", "share_of_served", "days")}
    return withhold(table, told_of=told_of, parts_of_a_whole=False)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Step:
    people: Any
    days: Any = None  # after the list was drawn
    counts_entries: bool = True


def _steps(steps: Steps) -> Iterator[tuple[str, _Step | Unsaid]]:
    history, jobs, forward = steps.history, steps.listed_jobs, steps.forward
    drawn, people_of = days_of(history.shortlists["drawn_on"]), history.shortlists["participant"].to_numpy()
    list_of = history.entries["shortlist"].to_numpy()
    yield "Listed", _Step(people=people_of[list_of])
    yield "Opened", _told_step(history, Step.OPENED, drawn, people_of)
    days = (forward.decided_on - drawn[list_of[forward.entry]]).astype(np.int64)
    yield "Put forward", _Step(people=forward.participant, days=days)
    yield "Interview", _told_step(history, Step.INTERVIEW, drawn, people_of)
    lists = drawn[list_of[jobs["entry"].to_numpy()]]
    people = jobs["participant"].to_numpy()
    started = (days_of(jobs["started_on"]) - lists).astype(np.int64)
    yield "Job start", _Step(people=people, days=started)
    for weeks in SAME_JOB_WEEKS:
        held = same_job(jobs, weeks) == HELD
        yield f"Same job at {weeks} weeks", _Step(people=people[held], days=started[held] + weeks * 7)
    held = steps.any_job[jobs["placement"].to_numpy()] == HELD
    yield f"Any job at {ANY_JOB_WEEKS} weeks", _Step(people=people[held], days=started[held] + ANY_JOB_WEEKS * 7)
    for name, words in _THRESHOLDS.items():
        found = steps.thresholds[name]
        if isinstance(found, Reached):
            yield words, _Step(people=found.participant[found.reached], counts_entries=False)
        else:
            yield words, found


def _told_step(history: History, step: Step, drawn: Days, people_of: Any) -> _Step | Unsaid:
    told = history.steps[(history.steps["step"] == step).to_numpy()]
    if not len(told):
        return Unsaid(why="The history does not tell of this step.")
    lists = told["shortlist"].to_numpy()
    return _Step(people=people_of[lists], days=(days_of(told["on"]) - drawn[lists]).astype(np.int64))


def _median_days(step: _Step) -> Cell:
    return float(np.median(step.days)) if step.days is not None and len(step.days) else None


# Match-to-sustain


def match_to_sustain_table(steps: Steps) -> ReportTable:
    """Return the rates at 13 and 26 weeks and of the thresholds, over job starts, entries put forward, and people."""
    table = ReportTable(
        name="match_to_sustain",
        title="From match to lasting work",
        says="Of jobs that came from a list, how many last; the same of roles put forward and of all participants.",
        headings=(
            Heading(name="outcome", words="Outcome", unit=Unit.WORDS),
            Heading(name="of_starts", words="Of job starts", unit=Unit.SHARE),
            Heading(name="of_old_starts", words="Of job starts long enough ago", unit=Unit.SHARE),
            Heading(name="of_put_forward", words="Of roles put forward, within a year", unit=Unit.SHARE),
            Heading(name="of_served", words="Of participants, within a year of programme start", unit=Unit.SHARE),
        ),
        rows=tuple(_rates(steps)),
        notes=(
            "Job starts count for as long as they were seen (Kaplan-Meier). Beside it stand those whose weeks have "
            "fully passed; both should agree.",
            f"A year is {WITHIN_WEEKS} weeks. Roles put forward and participants are followed for as long as they are "
            "known, and what may still come is not counted as missing.",
            *_out_of_sight(steps),
            "Thresholds: of people who started a job, those who earned the amount within "
            f"{THRESHOLD_WITHIN_WEEKS} weeks of their first start. All pay counts up to the end of support.",
        ),
    )
    return withhold(table, parts_of_a_whole=False)


def _rates(steps: Steps) -> Iterator[tuple[Cell, ...]]:
    history, jobs, listed = steps.history, steps.jobs, steps.listed_jobs
    sight = last_sight(history, jobs)
    served = share_of_served(history, listed["participant"], days_of(listed["started_on"]))
    yield "Job start", None, None, starts_of_put_forward(history, jobs, steps.forward), served
    for weeks in SAME_JOB_WEEKS:
        states, found = same_job(jobs, weeks), lasting(listed, weeks)
        settled = same_job_settled_on(jobs, states, weeks)
        yield (
            f"Same job at {weeks} weeks",
            found.curve,
            found.cohort,
            lasting_of_put_forward(history, jobs, steps.forward, states, settled),
            _served(steps, states, weeks, sight),
        )
    states = steps.any_job
    settled = any_job_settled_on(history, jobs, states, ANY_JOB_WEEKS)
    yield (
        f"Any job at {ANY_JOB_WEEKS} weeks",
        None,
        lasting_in_any_job(history, listed, ANY_JOB_WEEKS).cohort,
        lasting_of_put_forward(history, jobs, steps.forward, states, settled),
        _served(steps, states, ANY_JOB_WEEKS, sight),
    )
    for name, words in _THRESHOLDS.items():
        found_threshold = steps.thresholds[name]
        if isinstance(found_threshold, Unsaid):
            yield words, found_threshold, None, None, None
        else:
            within = found_threshold.within(THRESHOLD_WITHIN_WEEKS)
            yield words, within, None, None, _threshold_of_served(steps, found_threshold)


def _served(steps: Steps, states: States, weeks: float, sight: Days) -> Estimate | Unsaid:
    held = (states == HELD) & steps.jobs["from_list"].to_numpy()
    people, days = steps.jobs["participant"].to_numpy()[held], day_reached(steps.jobs, weeks)[held]
    return share_of_served(steps.history, people, days, sight)


def _threshold_of_served(steps: Steps, found: Reached) -> Estimate | Unsaid:
    """Of all participants; those who have a job and no pay on record are followed up to their first start."""
    history = steps.history
    known_until = days_of(history.participants["support_ends_on"])
    people, started = steps.jobs["participant"].to_numpy(), days_of(steps.jobs["started_on"])
    unknown = ~np.isin(people, found.participant)
    first = np.full(len(known_until), np.datetime64("2262-01-01", "D"))
    np.minimum.at(first, people[unknown], started[unknown])
    reached = found.reached
    days = days_of(history.placements["started_on"])[found.first[reached]] + np.round(found.weeks[reached] * 7).astype(
        "timedelta64[D]"
    )
    return share_of_served(history, found.participant[reached], days, np.fmin(known_until, first))


def _out_of_sight(steps: Steps) -> Iterator[str]:
    jobs = steps.listed_jobs
    for weeks in SAME_JOB_WEEKS:
        passed = jobs["followed_weeks"].to_numpy() >= weeks
        lost = int((passed & (same_job(jobs, weeks) == NOT_KNOWN)).sum())
        yield f"Of jobs that began {weeks} weeks ago or earlier, lost from sight before: {count_in_words(lost)}."
