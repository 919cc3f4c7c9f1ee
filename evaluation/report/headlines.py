"""The six outcomes that always stand side by side, each with its denominator and never merged with another."""

from __future__ import annotations

import numpy as np

from evaluation.estimates import FEWEST, Estimate
from evaluation.outcomes import days_of, lasting_in_any_job
from evaluation.reaching import share_of_served
from evaluation.report.basis import Basis, curve_of, people_in, told_at
from evaluation.report.parts import Headline
from evaluation.report.saying import in_hundred
from evaluation.report.sections.earnings import TOLD_AT_WEEK, reached_by
from evaluation.tables import Unsaid, Withheld
from matching.policy import ThresholdName

Found = Estimate | Unsaid | Withheld


def headlines(basis: Basis) -> tuple[Headline, ...]:
    """Return the six outcomes in their order."""
    curve = curve_of(basis.listed)
    few = people_in(basis.listed) < FEWEST
    return (
        _told(
            "job_start",
            "Job start",
            _first_job(basis),
            whom="people who came to us",
            did="started a job from a list within a year",
        ),
        *(
            _told(
                f"same_job_{weeks}_weeks",
                f"Same job after {weeks} weeks",
                _enough(told_at(curve, weeks), few=few),
                whom="jobs that started from a list",
                did=f"went on for {weeks} weeks",
            )
            for weeks in (13, 26)
        ),
        _told(
            "any_job_26_weeks",
            "Any job after 26 weeks",
            _enough(lasting_in_any_job(basis.history, basis.listed).cohort, few=few),
            whom="starts from a list at least 26 weeks ago",
            did="were in some job 26 weeks on",
        ),
        _threshold(basis, ThresholdName.LOWER, "Lower threshold"),
        _threshold(basis, ThresholdName.HIGHER, "Higher threshold"),
    )


def _told(name: str, words: str, found: Found, *, whom: str, did: str) -> Headline:
    if isinstance(found, Estimate):
        between = f"{100 * found.low:.0f} to {100 * found.high:.0f}"
        sentence = f"Of {found.count:,} {whom}, about {in_hundred(found.value)} {did} ({between})."
    else:
        sentence = found.why if isinstance(found, Unsaid) else f"There are fewer than {FEWEST}."
    return Headline(name=name, words=words, whom=whom, found=found, sentence=sentence)


def _enough(found: Found, *, few: bool) -> Found:
    """Nothing is told of a few people, nor of a cohort of a few jobs."""
    if isinstance(found, Estimate) and (few or found.count < FEWEST):
        return Withheld()
    return found


def _threshold(basis: Basis, name: ThresholdName, words: str) -> Headline:
    reached = basis.steps.thresholds[name]
    found = reached if isinstance(reached, Unsaid) else reached_by(reached, TOLD_AT_WEEK)
    if not isinstance(reached, Unsaid):
        found = _enough(found, few=len(np.unique(reached.participant)) < FEWEST)
    return _told(
        f"{name.value}_threshold",
        words,
        found,
        whom="people in work with pay on record",
        did=f"had earned the amount within {TOLD_AT_WEEK} weeks",
    )


def _first_job(basis: Basis) -> Found:
    """From the start of the programme to the first job from a list; who left without one is followed no further."""
    found = share_of_served(basis.history, basis.listed["participant"], days_of(basis.listed["started_on"]))
    return _enough(found, few=len(basis.history.participants) < FEWEST)
