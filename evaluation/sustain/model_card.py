"""The card of a sustain model: what it was learnt from, how good it is, for whom, and what it must not be used for."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from evaluation.estimates import Estimate
from evaluation.history import History
from evaluation.metrics.calibration import Recalibration
from evaluation.metrics.intervals import share_of
from evaluation.sustain.features import Mask
from evaluation.sustain.fitting import LEAST_ENDED_TO_CALIBRATE, LEAST_ENDED_TO_LEARN, Fitted
from evaluation.sustain.hazard import outcomes
from evaluation.sustain.hazard_steps import Hazard
from evaluation.sustain.leaks import MOST_AUC, SOURCES, known_on
from evaluation.sustain.splits import SETTLED_WEEKS
from evaluation.sustain.validating import HeldOut, Rival, Validation
from evaluation.tables import Cell, Heading, ReportTable, Unit, Unsaid, Withheld
from evaluation.withholding import withhold
from matching.lasting import Steps
from matching.lasting_features import FEATURES, Direction, Feature, direction_of

WORDS: Mapping[Feature, str] = {
    Feature.PREFERENCES: "how near the role is to what the person wants",
    Feature.SKILLS: "how near the role is to what the person can do",
    Feature.HOURS: "hours on offer against hours wanted",
    Feature.AVAILABILITY: "times of work against times that suit",
    Feature.SHIFT: "length of shifts, nights and weekends",
    Feature.ADJUSTMENTS: "adjustments offered against adjustments needed",
    Feature.ADJUSTMENTS_VERDICT: "verdict on adjustments: agreed, unknown, refused",
    Feature.SENSORY: "sensory levels against what the person tolerates",
    Feature.SENSORY_VERDICT: "verdict on sensory levels",
    Feature.TRAVEL: "journey against the journey that the person makes",
    Feature.TRAVEL_VERDICT: "verdict on travel",
    Feature.PAY: "pay against the floor that the person set",
    Feature.PHYSICAL: "physical demands against the person's limits",
    Feature.REFUSED_WORK_VERDICT: "work that the person said no to",
    Feature.EVIDENCE: "how lately the facts were checked",
    Feature.FIXED_END: "a contract with a fixed end",
    Feature.UNADVERTISED: "not advertised, or carved",
}
_DIRECTIONS = {
    Direction.NEVER_SHORTER: "more never shortens",
    Direction.NEVER_LONGER: "more never lengthens",
    Direction.EITHER: "either way",
}
_PURPOSE = (
    "The model says how likely a job like this is to go on for 13 or 26 weeks, from the match between a profile and a "
    "vacancy. It may shift the order of one person's list, by no more than one aspect may.",
)
_LIMITS = (
    "Only jobs that were taken have outcomes, and people chose which to take. The model tells what went with lasting "
    "jobs, not what made them last.",
    "Every end counts as an end, a better job and a planned move too.",
    "Most of what makes a job last is not in a match: the supervisor, the team, health, life. The intervals tell of "
    "jobs like this on average, not of one job.",
    "Where a profile states no limit or need, the match counts as if it were met: having stated a need never counts "
    "by itself.",
    "Work, employers and support change. Train again at least once a year, and compare before it goes live.",
)
_NOT_FOR = (
    "It must not rank people, compare them, or decide who is served, put forward, hired or dismissed.",
    "It must not be used for caseloads, targets, pay, funding, or to judge a specialist or a provider.",
    "It must not be shown as a forecast about a person, nor be sent to employers.",
    "It must not exclude a role, hide one, or lift one over an absolute limit.",
    "It must not be trained on people, groups, health, benefits or past work history.",
)


def card_of(fitted: Fitted, validation: Validation, groups: Sequence[ReportTable], *, name: str, model: bytes) -> str:
    """The card of a model, as Markdown."""
    evidence = fitted.evidence
    invented = ["**The people and jobs of this history are invented.** The model must not be used for real lists.", ""]
    return _page(
        f"# Model card: {name}",
        "",
        *(invented if evidence.simulated else []),
        *_PURPOSE,
        "",
        "## What it was learnt from",
        "",
        f"- Job starts from lists, from {evidence.first_start} to {evidence.data_until}.",
        f"- {evidence.placements:,} job starts of {evidence.people:,} people; {evidence.ended:,} had ended.",
        f"- {evidence.calibration_placements:,} of them, the latest and of other people, were kept to calibrate it; "
        f"{evidence.calibration_ended:,} of these had ended.",
        f"- File `model.json`, SHA-256 {hashlib.sha256(model).hexdigest()[:12]}.",
        "",
        "## What takes part",
        "",
        "Nothing about the person enters: no group, route, provider, benefit, diagnosis or work history. Effects are "
        "factors on the odds that a job ends in a period, against a usual match; that of a fixed end differs by period "
        "and is against a contract without one.",
        "",
        *_table(
            ("feature", "what it tells", "comes from", "known on", "direction", "factor, least to most"),
            (
                _feature_row(feature, step, fitted.hazard)
                for feature, step in zip(FEATURES, fitted.hazard.steps, strict=True)
            ),
        ),
        "",
        "## How good it is",
        "",
        *_goodness(validation),
        "",
        "## For whom",
        "",
        *_groups(groups),
        "## Limits",
        "",
        *(f"- {line}" for line in _LIMITS),
        "",
        "## What it must not be used for",
        "",
        *(f"- {line}" for line in _NOT_FOR),
    )


def card_without_model(history: History, says: str) -> str:
    """The card where there is not enough evidence for a model."""
    return _page(
        "# Model card: no model",
        "",
        says,
        "",
        "## What it would take",
        "",
        f"- At least {LEAST_ENDED_TO_LEARN} ended jobs to learn from, and {LEAST_ENDED_TO_CALIBRATE} more, later and "
        "of other people, to calibrate on.",
        "- On people whom it has not seen, clearly better than one chance for everybody.",
        "",
        f"The history ends on {history.data_until}. Only job starts that came from a list count.",
    )


def _feature_row(feature: Feature, step: Steps, hazard: Hazard) -> tuple[str, ...]:
    source = SOURCES[feature]
    effects = (0.0, *hazard.fixed_end) if feature is Feature.FIXED_END else step.effects
    least, most = np.exp(min(effects)), np.exp(max(effects))
    factor = "none found" if least == most else f"{least:.2f} to {most:.2f}"
    direction = _DIRECTIONS[direction_of(feature)]
    return (f"`{feature}`", WORDS[feature], f"`{source}`", f"`{known_on(source)}`", direction, factor)


def _goodness(validation: Validation) -> Iterator[str]:
    cuts = ", ".join(map(str, validation.cuts))
    yield (
        f"Tested on {validation.jobs:,} jobs of {validation.people:,} people whom it had not seen, who first started a "
        f"job after {cuts}; for each of these days a model was learnt from what was known then. Of those of whom it is "
        f"known, {_percent(validation.lasted)} lasted {SETTLED_WEEKS} weeks."
    )
    yield ""
    yield from _table(
        ("figure", "value (95 % interval)"),
        (
            ("integrated Brier score over 26 weeks, of the model", _number(validation.brier[""], 4)),
            *((f"the same, of {rival}", _number(validation.brier[rival], 4)) for rival in Rival),
            *((f"how much lower than {rival}", _number(validation.gains[rival], 4)) for rival in Rival),
            ("share of pairs told apart at 26 weeks (AUC)", _number(validation.auc, 3)),
            *_calibration(validation.line),
        ),
    )
    yield ""
    yield f"Lower Brier scores are better. An AUC above {MOST_AUC} would have been refused as a leak."
    yield ""
    yield "The held-out jobs in fifths by their chance of lasting 26 weeks:"
    yield ""
    yield from _table(
        ("jobs", "mean chance", "mean interval", "lasted (95 % interval)"),
        (
            (
                f"{fifth.lasted.count:,}",
                f"{fifth.chance:.1%}",
                f"{fifth.low:.1%} to {fifth.high:.1%}",
                _percent(fifth.lasted),
            )
            for fifth in validation.fifths
        ),
    )


def _calibration(line: Recalibration | Unsaid) -> tuple[tuple[str, str], ...]:
    if isinstance(line, Unsaid):
        return (("calibration at 26 weeks", line.why),)
    return (
        ("calibration slope at 26 weeks (1 is right)", _number(line.slope, 2)),
        ("calibration in the large at 26 weeks (0 is right)", _number(line.in_the_large, 2)),
    )


# Groups


def group_table(history: History, held: HeldOut) -> list[ReportTable]:
    """For each kind of group that people were asked about: the chance told and what came, withheld where few."""
    if history.groups is None:
        return []
    lasted, known, _ = outcomes(held.placements, SETTLED_WEEKS)
    people = held.placements.people
    tables = []
    for kind, answers in history.groups.groupby("kind", observed=True, sort=True):
        group_of = np.full(len(history.participants), -1)
        group_of[answers["participant"].to_numpy()] = answers["group"].cat.codes.to_numpy()
        cells: list[tuple[Cell, ...]] = []
        for code, group in enumerate(answers["group"].cat.categories):
            of_group = known & (group_of[people] == code)
            if of_group.any():
                cells.append(_group_row(str(group), of_group, lasted, held))
        if cells:
            tables.append(withhold(_group_report(str(kind), cells), told_of=_TOLD_OF))
    return tables


_TOLD_OF = {"chance": ["people"], "lasted": ["people"], "jobs": ["people"]}


def _group_row(group: str, which: Mask, lasted: Mask, held: HeldOut) -> tuple[Cell, ...]:
    people = held.placements.people[which]
    return (
        group,
        len(np.unique(people)),
        len(people),
        float(held.at_26_weeks[which].mean()),
        share_of(lasted[which], people),
    )


def _group_report(kind: str, rows: Sequence[tuple[Cell, ...]]) -> ReportTable:
    return ReportTable(
        name=f"sustain_{kind}",
        title=f"By {kind}",
        says="The mean chance told beside the share that lasted: the model never saw the groups.",
        headings=(
            Heading(name="group", words=kind, unit=Unit.WORDS),
            Heading(name="people", words="people", unit=Unit.COUNT),
            Heading(name="jobs", words="held-out jobs", unit=Unit.COUNT),
            Heading(name="chance", words="mean chance", unit=Unit.SHARE),
            Heading(name="lasted", words="lasted 26 weeks", unit=Unit.SHARE),
        ),
        rows=tuple(rows),
    )


def _groups(tables: Sequence[ReportTable]) -> Iterator[str]:
    if not tables:
        yield "Nobody was asked about groups, so the card cannot say."
        yield ""
    for table in tables:
        yield f"### {table.title}"
        yield ""
        yield table.says
        yield ""
        yield from _table(
            tuple(heading.words for heading in table.headings), (tuple(map(_said, row)) for row in table.rows)
        )
        yield ""


# Words


def _said(cell: Cell) -> str:
    match cell:
        case Withheld():
            return "withheld"
        case Unsaid():
            return cell.why
        case Estimate():
            return _percent(cell)
        case float():
            return f"{cell:.1%}"
        case int():
            return f"{cell:,}"
        case None:
            return ""
    return str(cell)


def _number(estimate: Estimate | Unsaid, places: int) -> str:
    if isinstance(estimate, Unsaid):
        return estimate.why
    return f"{estimate.value:.{places}f} ({estimate.low:.{places}f} to {estimate.high:.{places}f})"


def _percent(estimate: Estimate) -> str:
    return f"{estimate.value:.1%} ({estimate.low:.1%} to {estimate.high:.1%})"


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield _row(headings)
    yield _row(["---"] * len(headings))
    for row in rows:
        yield _row(row)


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _page(*lines: str) -> str:
    return "\n".join(lines).rstrip() + "\n"
