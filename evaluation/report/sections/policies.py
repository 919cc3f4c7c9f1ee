"""What other rankings would have brought, as far as chance in the lists lets us say; else which gate is closed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from evaluation.estimates import Estimate
from evaluation.methods import AS_LOGGED, named
from evaluation.off_policy import Closed, Reward, Value
from evaluation.off_policy.valuing import shuffled_log, value_of
from evaluation.report.basis import Basis, heading
from evaluation.report.parts import Part, Section
from evaluation.tables import Cell, ReportTable, Unit, Unsaid

#: Rankings to set beside our own; those that keep to near-ties move only what was shuffled by chance.
METHODS = {
    "as-logged": "As it was",
    "preferences,near-ties": "By wishes alone, among near-ties",
    "nearest,near-ties": "Nearest first, among near-ties",
    "newest,near-ties": "Newest first, among near-ties",
    "popular,near-ties": "Most shown first, among near-ties",
    "random": "By chance, the whole list",
    "preferences": "By wishes alone, the whole list",
    "nearest": "Nearest first, the whole list",
}
REWARDS = {
    Reward.JOB_START: "Job starts",
    Reward.LASTING_13_WEEKS: "Job starts that last 13 weeks",
}


def policies_section(basis: Basis, tell: Callable[[], None] = lambda: None) -> Section:
    """Return the section; `tell` is called after each estimate, since they take longest."""
    return Section(
        name="policies",
        title="What another order would have brought",
        says=(
            "Some roles stand so close that chance puts them in order, and how likely each order was is noted.",
            "From that we can work out what another order would have brought. Only there may we speak of causes.",
            "Where too little of the lists was left to chance, a gate is closed. Then no number is given.",
        ),
        parts=tuple(Part(table=valued(basis, reward, tell)) for reward in REWARDS),
    )


def valued(basis: Basis, reward: Reward, tell: Callable[[], None]) -> ReportTable:
    """Return for each ranking what it would have brought for each list, or why that is not said."""
    log = shuffled_log(basis.history, reward=reward, seed=basis.seed)
    tell()
    rows = []
    for name, words in METHODS.items():
        rows.append((words, *_cells(log if isinstance(log, Closed) else value_of(log, named(name)), name)))
        tell()
    return ReportTable(
        name=f"policies_{reward.value}",
        title=f"{REWARDS[reward]} for every 100 lists, by another order",
        says="What each list would have brought, had that list alone been in another order.",
        headings=(
            heading("order", "Order"),
            heading("value", "For every 100 lists", Unit.NUMBER),
            heading("gain", "More or less than it was", Unit.NUMBER),
            heading("plain", "By the model alone", Unit.NUMBER),
            heading("lists", "Lists", Unit.COUNT),
            heading("worth", "Worth as many lists", Unit.COUNT),
            heading("outside", "Weight outside the log", Unit.SHARE),
            heading("by_chance", "Decided by chance alone"),
        ),
        rows=tuple(rows),
        notes=(
            "The first number is doubly robust, the third that of the model alone. Intervals by drawing people again.",
            "The model's number has no interval: nobody can tell from these lists how far off it is.",
            "A number is refused under 50 lists' worth, or where one weight is over 20 times the mean. "
            "It is refused too where over 10% of the weight falls where the log has none.",
        ),
    )


def _cells(found: Value | Closed, name: str) -> tuple[Cell, ...]:
    if isinstance(found, Closed):
        overlap = found.overlap
        known: tuple[Cell, ...] = (None, None, None)
        if overlap is not None:
            known = (overlap.lists, round(overlap.effective_lists), overlap.outside)
        return (Unsaid(why=found.why), None, None, *known, "no")
    return (
        _for_100(found.doubly_robust),
        None if name == AS_LOGGED else _for_100(found.gain),
        round(100 * found.direct.value, 2),
        found.overlap.lists,
        round(found.overlap.effective_lists),
        found.overlap.outside,
        "yes" if found.by_chance else "no",
    )


def _for_100(each: Estimate) -> Estimate:
    return replace(each, value=100 * each.value, low=100 * each.low, high=100 * each.high)
