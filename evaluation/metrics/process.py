"""How the service works: how soon, how lists are taken, how varied the jobs are, and what questions bring."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from evaluation.estimates import Estimate
from evaluation.metrics.intervals import complement, share_of
from evaluation.metrics.survival import Curve, kaplan_meier
from evaluation.outcomes import Days, days_of, entry_rows
from evaluation.tables import Unsaid
from matching.model.shortlist import Choice

if TYPE_CHECKING:
    from evaluation.history import History

#: Within so many days of the programme start a service means to have met the first employer (IPS fidelity).
FIRST_MEETING_DAYS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """How long participants wait for something, those who wait still counted for as long as they have (Kaplan-Meier).

    `median` is in days; its upper limit is infinite where too few have come to it. `within` is the share that came to
    it in `FIRST_MEETING_DAYS` days.
    """

    median: Estimate | Unsaid
    within: Estimate | Unsaid
    reached: int
    participants: int


def first_list(history: History) -> Wait:
    """Return how long it takes from the programme start to the first list."""
    return _wait(
        history, _earliest(history, history.shortlists["participant"], days_of(history.shortlists["drawn_on"]))
    )


def first_employer_contact(history: History) -> Wait | Unsaid:
    """Return how long it takes to the first face-to-face contact with an employer; unsaid where none is on record."""
    met = days_of(history.participants["first_met_on"])
    if np.isnat(met).all():
        return Unsaid(why="The history does not tell of face-to-face contact with employers.")
    return _wait(history, met)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taking:
    """What is done with lists: `first_accepted` of those with a decision on their first role put that one forward.

    `first_passed_over` of lists on which something was put forward left the first role out. `reasons` counts the
    people for whom a role was set aside, by the reason given, of `people_setting_aside`.
    """

    first_accepted: Estimate | Unsaid
    first_passed_over: Estimate | Unsaid
    reasons: Mapping[str, int]
    without_reason: int
    people_setting_aside: int


def taking(history: History) -> Taking:
    """Return how often the first role is put forward, and why others were set aside."""
    decisions, entries = history.decisions, history.entries
    entry = entry_rows(history, decisions["shortlist"], decisions["vacancy"])
    lists = decisions["shortlist"].to_numpy()
    people = history.shortlists["participant"].to_numpy()[lists]
    forward = (decisions["choice"] == Choice.PUT_FORWARD).to_numpy()
    first = entries["position"].to_numpy()[entry] == 1
    chosen = np.bincount(lists, weights=forward, minlength=len(history.shortlists)) > 0
    first_chosen = np.bincount(lists, weights=forward & first, minlength=len(history.shortlists)) > 0
    aside = decisions["choice"].isin([Choice.NOT_NOW, Choice.NOT_WANTED]).to_numpy()
    reason = decisions["reason"]
    given = aside & reason.notna().to_numpy()
    return Taking(
        first_accepted=share_of(forward[first], people[first]),
        first_passed_over=share_of(~first_chosen[chosen], history.shortlists["participant"].to_numpy()[chosen]),
        reasons={str(each): _people(people[given & (reason == each).to_numpy()]) for each in reason.cat.categories},
        without_reason=_people(people[aside & ~given]),
        people_setting_aside=_people(people[aside]),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Diversity:
    """How varied the jobs that people start are, by family of jobs or by employer.

    `commonest` is the share of starts in the commonest one. `effective_number` is how many equally common ones would be
    as varied (one over the sum of squared shares). `not_stated` starts have none on record and are left out.
    """

    commonest: Estimate | Unsaid
    effective_number: float | Unsaid
    kinds: int
    not_stated: int


def diversity_of_jobs(history: History) -> Diversity:
    """Return how varied the families of started jobs are."""
    vacancy = history.placements["vacancy"].to_numpy()
    codes = np.append(history.vacancies["family"].cat.codes.to_numpy(), -1)[vacancy]
    return _diversity(codes, history.placements["participant"].to_numpy())


def diversity_of_employers(history: History) -> Diversity:
    """Return how varied the employers of started jobs are."""
    return _diversity(history.placements["employer"].cat.codes.to_numpy(), history.placements["participant"].to_numpy())


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Questions asked: the share answered, how many days that takes, and of the answers the share that moved a verdict.

    `days` counts questions that wait still for as long as they have (Kaplan-Meier). `not_told` answers have no record
    of what they changed.
    """

    asked: int
    answered: Estimate
    days: Estimate | Unsaid
    moved: Estimate | Unsaid
    not_told: int


def answers(history: History) -> Answers | Unsaid:
    """Return what became of the questions that were asked."""
    questions = history.questions
    if not len(questions):
        return Unsaid(why="The history does not tell of questions.")
    asked_on, answered_on = days_of(questions["asked_on"]), days_of(questions["answered_on"])
    answered = ~np.isnat(answered_on)
    share = share_of(answered, questions["vacancy"])
    moved = questions["moved_lists"]
    told = answered & moved.notna().to_numpy()
    if isinstance(share, Unsaid):
        return share
    return Answers(
        asked=len(questions),
        answered=share,
        days=_curve_in_days(asked_on, answered_on, history).median(),
        moved=share_of(moved[told].to_numpy(bool), questions["vacancy"].to_numpy()[told]),
        not_told=int((answered & ~told).sum()),
    )


def _wait(history: History, reached_on: Days) -> Wait:
    curve = _curve_in_days(days_of(history.participants["entered_on"]), reached_on, history)
    within = complement(curve.at(FIRST_MEETING_DAYS + 1))  # on the thirtieth day is within thirty days
    if isinstance(within, Unsaid):
        within = Unsaid(why=f"No participant has been followed for {FIRST_MEETING_DAYS} days.")
    return Wait(
        median=curve.median(),
        within=within,
        reached=int((~np.isnat(reached_on)).sum()),
        participants=len(reached_on),
    )


def _curve_in_days(first: Days, reached_on: Days, history: History) -> Curve:
    reached = ~np.isnat(reached_on)
    last = np.where(reached, reached_on, np.datetime64(history.data_until, "D"))
    days = np.maximum((last - first).astype("timedelta64[D]").astype(np.int64), 0)
    return kaplan_meier(days, reached)


def _earliest(history: History, people: Any, days: Days) -> Days:
    never = np.iinfo(np.int64).max
    first = np.full(len(history.participants), never)
    np.minimum.at(first, people.to_numpy(), days.astype(np.int64))
    found: Days = np.where(first == never, 0, first).astype("datetime64[D]")
    found[first == never] = np.datetime64("NaT", "D")
    return found


def _diversity(codes: NDArray[Any], people: NDArray[Any]) -> Diversity:
    stated = codes >= 0
    kinds, counts = np.unique(codes[stated], return_counts=True)
    not_stated = int((~stated).sum())
    if not len(kinds):
        nothing = Unsaid(why="No job start has one on record.")
        return Diversity(commonest=nothing, effective_number=nothing, kinds=0, not_stated=not_stated)
    commonest = kinds[np.argmax(counts)]
    shares = counts / counts.sum()
    return Diversity(
        commonest=share_of(codes[stated] == commonest, people[stated]),
        effective_number=float(1 / (shares @ shares)),
        kinds=len(kinds),
        not_stated=not_stated,
    )


def _people(rows: NDArray[Any]) -> int:
    return len(np.unique(rows))
