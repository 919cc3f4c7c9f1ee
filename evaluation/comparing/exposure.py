"""How a ranking deals out the first places: among vacancies, employers, and people of different groups."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from evaluation.comparing.verdict import Line, Part, Role
from evaluation.estimates import Estimate
from evaluation.fairness.comparing_groups import kinds_of, may_be_shown
from evaluation.fairness.measures import NO_GROUP, Codes
from evaluation.metrics.coverage import gini
from evaluation.off_policy.placing import Numbers, Pages, Placing
from evaluation.tables import Unit, Unsaid
from matching.model.vacancy import VacancySource

if TYPE_CHECKING:
    from evaluation.history import History

FIRST_PLACES = 10
FIRST_THREE = 3
RESAMPLES = 200
#: How much worse the new ranking may be, in the units of the measures.
GINI_MARGIN = 0.02
SHARE_MARGIN = 0.02
FIT_GAP_MARGIN = 0.01

#: How much each person counts, to figures.
Figures: TypeAlias = Callable[[Numbers], Numbers]


def attention(placing: Placing, *, places: int = FIRST_PLACES) -> Numbers:
    """The mean of 1 / log2(1 + position) over the places of each entry; nothing beyond the first `places`."""
    return _mean_over(placing, 1 / np.log2(np.arange(2, places + 2)))


def chance_of_first(placing: Placing, places: int = FIRST_THREE) -> Numbers:
    """The chance of each entry to stand among the first places."""
    return _mean_over(placing, np.ones(places))


def _mean_over(placing: Placing, by_place: Numbers) -> Numbers:
    upto = np.concatenate([[0.0], np.cumsum(by_place)])
    ends = np.minimum(placing.first + placing.places, len(by_place))
    starts = np.minimum(placing.first, len(by_place))
    mean: Numbers = (upto[ends] - upto[starts]) / placing.places
    return mean


def coverage_lines(history: History, pages: Pages, old: Placing, new: Placing, *, seed: int) -> Iterator[Line]:
    """How the first places are dealt out among the roles; no line where nothing was listed."""
    if not len(history.entries):
        return
    vacancy = history.entries["vacancy"].to_numpy()
    roles = len(history.vacancies)
    employers, employer_of = np.unique(history.vacancies["employer"].cat.codes.to_numpy(), return_inverse=True)
    employer = employer_of[vacancy]
    hidden = history.vacancies["source"].isin([VacancySource.UNADVERTISED.value, VacancySource.CARVED.value])
    not_advertised = hidden.to_numpy(np.float64)[vacancy]
    _, listed = np.unique(vacancy, return_inverse=True)
    person = history.shortlists["participant"].to_numpy()[pages.list_of]
    dealt = [(attention(placing), chance_of_first(placing)) for placing in (old, new)]

    def figures(counts: Numbers) -> Numbers:
        both = []
        for all_seen, all_first in dealt:
            seen, first = counts[person] * all_seen, counts[person] * all_first
            both.append(
                [
                    _unevenness(np.bincount(vacancy, weights=seen, minlength=roles)),
                    _unevenness(np.bincount(employer, weights=seen, minlength=len(employers))),
                    (seen * not_advertised).sum() / seen.sum(),
                    (np.bincount(listed, weights=first) >= 1).mean(),
                ]
            )
        return np.array(both)

    figured = _resampled(figures, people=len(history.participants), seed=seed, count=len(history.shortlists))
    told = (
        ("exposure_gini_vacancies", "unevenness of exposure among roles (Gini)", GINI_MARGIN, -1),
        ("exposure_gini_employers", "unevenness of exposure among employers (Gini)", GINI_MARGIN, -1),
        ("unadvertised_share", "share of exposure for roles that are not advertised", SHARE_MARGIN, 1),
        ("among_first_three", "share of listed roles that stand among the first three at least once", SHARE_MARGIN, 1),
    )
    for (name, words, margin, more_is), (before, after, difference) in zip(told, figured, strict=True):
        yield Line(
            part=Part.COVERAGE,
            name=name,
            words=words,
            unit=Unit.NUMBER,
            role=Role.GUARD,
            old=before,
            new=after,
            difference=difference,
            margin=margin,
            more_is=more_is,
        )


def _unevenness(exposure: npt.NDArray[Any]) -> float:
    found = gini(exposure)
    return np.nan if isinstance(found, Unsaid) else found


def fit_gap_lines(history: History, pages: Pages, old: Placing, new: Placing, *, seed: int) -> Iterator[Line]:
    """For each kind of group, the gap between groups in how well what stands first fits, by the logged score."""
    score = history.entries["score"].to_numpy(np.float64)
    person = history.shortlists["participant"].to_numpy()[pages.list_of]
    people = len(history.participants)
    fits = []
    for placing in (old, new):
        seen = np.bincount(person, weights=attention(placing), minlength=people)
        fit = np.bincount(person, weights=attention(placing) * score, minlength=people)
        fits.append(np.divide(fit, seen, out=np.full(people, np.nan), where=seen > 0))
    told = np.isfinite(fits[0])
    sums = [np.nan_to_num(fit) for fit in fits]
    for kind in kinds_of(history):
        group = shown_groups(np.where(told, kind.of, NO_GROUP), count=len(kind.groups))
        lines = by_group(sums, told.astype(np.float64), group=group, summary=_gap, seed=seed)
        yield Line(
            part=Part.FAIRNESS,
            name=f"fit_gap_{kind.name}",
            words=f"gap between groups by {worded(kind.name)} in the score of what stands first",
            unit=Unit.NUMBER,
            role=Role.GUARD,
            old=lines[0][0] if lines else _ONE_GROUP,
            new=lines[0][1] if lines else _ONE_GROUP,
            difference=lines[0][2] if lines else _ONE_GROUP,
            margin=FIT_GAP_MARGIN,
            more_is=-1,
        )


def group_start_lines(
    history: History, *, sums: Sequence[npt.NDArray[Any]], lists: Numbers, margin: float, seed: int
) -> Iterator[Line]:
    """For each group that may be told of, job starts for each list under both rankings.

    `sums` holds each person's total over lists under the old and the new ranking, `lists` how many they are. There is
    no line for the gap between groups: the less a log tells of a ranking, the wider apart chance alone puts them.
    """
    for kind in kinds_of(history):
        group = shown_groups(np.where(lists > 0, kind.of, NO_GROUP), count=len(kind.groups))
        figured = by_group(sums, lists, group=group, summary=lambda means: means, seed=seed)
        names = [kind.groups[number] for number in np.unique(group[group != NO_GROUP])]
        for name, (before, after, difference) in zip(names, figured, strict=len(figured) > 0):
            yield Line(
                part=Part.FAIRNESS,
                name=f"job_start_{kind.name}_{name}",
                words=f"job starts for each list, {worded(kind.name)}: {worded(name)}",
                unit=Unit.NUMBER,
                role=Role.GUARD,
                old=before,
                new=after,
                difference=difference,
                margin=margin,
            )


def shown_groups(group: Codes, *, count: int) -> Codes:
    """The group of each person, without those groups that are withheld."""
    people = np.bincount(group[group != NO_GROUP], minlength=count)
    return np.where(np.isin(group, np.flatnonzero(may_be_shown(people))), group, NO_GROUP)


def worded(word: str) -> str:
    """A word of a history as it stands in a sentence."""
    return word.replace("_", " ")


_ONE_GROUP = Unsaid(why="Fewer than two groups can be told of.")


def _gap(means: Numbers) -> Numbers:
    return np.array([np.nanmax(means) - np.nanmin(means)])


def by_group(
    sums: Sequence[npt.NDArray[Any]], weights: Numbers, *, group: Codes, summary: Figures, seed: int
) -> list[tuple[Estimate, Estimate, Estimate]]:
    """Figures of the groups' means under the old and the new ranking; nothing where fewer than two groups are there.

    `sums` holds each person's total under both, `weights` of how many it is the total.
    """
    told = group != NO_GROUP
    names, code = np.unique(group[told], return_inverse=True)
    if len(names) < 2:
        return []
    totals = np.stack([*sums, weights])[:, told]

    def figures(counts: Numbers) -> Numbers:
        groups = [np.bincount(code, weights=counts[told] * row, minlength=len(names)) for row in totals]
        among = np.where(groups[-1] > 0, groups[-1], np.nan)
        return np.array([summary(row / among) for row in groups[:-1]])

    return _resampled(figures, people=len(group), seed=seed, count=int(weights[told].sum()))


def _resampled(figures: Figures, *, people: int, seed: int, count: int) -> list[tuple[Estimate, Estimate, Estimate]]:
    """Each figure under the old and the new ranking and their difference, with intervals by drawing people again."""
    rng = np.random.default_rng(seed)
    here = figures(np.ones(people))
    drawn = np.array(
        [
            figures(np.bincount(rng.integers(0, people, people), minlength=people).astype(np.float64))
            for _ in range(RESAMPLES)
        ]
    )
    with_difference = [np.vstack([each, each[1] - each[0]]) for each in (here, *drawn)]
    values, draws = with_difference[0], np.array(with_difference[1:])
    return [
        (
            _estimate(values[0, number], draws[:, 0, number], count),
            _estimate(values[1, number], draws[:, 1, number], count),
            _estimate(values[2, number], draws[:, 2, number], count),
        )
        for number in range(values.shape[1])
    ]


def _estimate(value: float, drawn: Numbers, count: int) -> Estimate:
    # Drawing people again makes exposure less even than it is. So only the spread of the draws is taken.
    low, high = np.nanquantile(drawn, [0.025, 0.975]) - np.nanmean(drawn)
    return Estimate(
        value=float(value),
        low=float(value + low),
        high=float(value + high),
        count=count,
        standard_error=float(np.nanstd(drawn, ddof=1)),
    )
