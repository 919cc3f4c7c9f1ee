"""What a history tells of a simulated world: its tables, with nothing in them that nobody could have known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evaluation.columns import HistoryBand, Step, value_column, verdict_column
from evaluation.simulation.fit import NONE
from evaluation.simulation.jobs import REASONS, reasons
from evaluation.simulation.pages import ASPECTS
from evaluation.simulation.people import GROUPS, PREFERS_NOT_TO_SAY, SUPPORT_DAYS, Mask
from evaluation.simulation.roles import CONTRACTS, MAYBE, SOURCES, Roles
from evaluation.simulation.world import World
from matching.model.finding import Aspect, Code
from matching.model.people import ParticipantRoute, SupportModel
from matching.model.placement import ContactMode, EarningsSource, WhoSays
from matching.model.shortlist import Choice, DecisionReason
from matching.policy import NATIONAL_LIVING_WAGE, load_policy

METHOD = "simulated-1"
PROVIDERS = ("Alder House", "Birch Lane", "Cedar Works", "Dunnock Yard")
#: Sub-major groups of occupations, for the families of jobs.
FAMILIES = (
    "21", "24", "31", "35", "41", "42", "51", "52", "53", "54",
    "61", "62", "71", "72", "81", "82", "91", "92", "93", "94",
)  # fmt: skip
MONTH_DAYS = 30.4375

Days = NDArray[np.int32]
Tables = Mapping[str, pd.DataFrame]


def tell(world: World, *, first_day: date, seed: int) -> Tables:
    """Return the tables that a service would have written, as frames of file values."""
    rng = np.random.default_rng([seed, 3])
    ids = {
        "participants": _ids("p", len(world.people)),
        "vacancies": _ids("v", len(world.roles)),
        "shortlists": _ids("s", len(world.lists.person)),
        "placements": _ids("j", len(world.jobs)),
    }
    teller = _Teller(world, first_day, ids, rng)
    placements = teller.placements()
    return {
        "participants": teller.participants(),
        "vacancies": teller.vacancies(),
        "shortlists": teller.shortlists(),
        "entries": teller.entries(),
        "decisions": teller.decisions(),
        "steps": teller.steps(),
        "questions": teller.questions(),
        "contacts": teller.contacts(),
        "placements": placements,
        "earnings": teller.earnings(placements),
        "groups": teller.groups(),
    }


class _Teller:
    """Writes one world down, table by table."""

    def __init__(self, world: World, first_day: date, ids: Mapping[str, pd.Series], rng: np.random.Generator) -> None:
        self._world, self._ids, self._rng = world, ids, rng
        self._first = np.datetime64(first_day, "s")
        people = len(world.people)
        self._met = world.people.entered + np.floor(rng.exponential(27, people)).astype(np.int32)

    def participants(self) -> pd.DataFrame:
        people, last = self._world.people, self._world.last_day
        return pd.DataFrame(
            {
                "participant": self._ids["participants"],
                "entered_on": self._days(people.entered),
                "support_ends_on": self._days(people.entered + SUPPORT_DAYS),
                "first_met_on": self._days(self._met, self._met <= last),
                "route": _words(people.route, [each.value for each in ParticipantRoute]),
                "model": _words(people.model, [each.value for each in SupportModel]),
                "provider": _words(people.provider, PROVIDERS),
                "hours_wanted": people.hours_wanted.astype(np.float64),
            }
        )

    def vacancies(self) -> pd.DataFrame:
        roles = self._world.roles
        started = np.bincount(self._world.jobs.role[self._world.jobs.role >= 0], minlength=len(roles))
        return pd.DataFrame(
            {
                "vacancy": self._ids["vacancies"],
                "employer": self._employers(roles.employer),
                "source": _words(roles.source, SOURCES),
                "contract": _words(roles.contract, CONTRACTS),
                "family": _words(roles.family, FAMILIES),
                # Nobody starts where no place is free: an employer with several starts had as many openings.
                "openings": np.maximum(roles.openings, started).astype(np.int32),
                "logged_on": self._days(roles.logged),
            }
        )

    def shortlists(self) -> pd.DataFrame:
        lists = self._world.lists
        return pd.DataFrame(
            {
                "shortlist": self._ids["shortlists"],
                "participant": self._take("participants", lists.person),
                "drawn_on": self._days(lists.drawn),
                "open": lists.open,
                "listed": lists.listed,
                "excluded": lists.open - lists.listed,
                "method": _words(np.zeros(len(lists.person), np.int8), [METHOD]),
            }
        )

    def entries(self) -> pd.DataFrame:
        entries = self._world.entries
        columns: dict[str, Any] = {
            **self._listed(np.arange(len(entries.role))),
            "position": entries.position.astype(np.int32),
            "band": _words(entries.band, [each.value for each in HistoryBand]),
            # Through text, so that the file holds 0.62 and not the nearest single-precision number.
            "score": np.round(entries.score.astype(np.float64), 6),
            "stretch": entries.stretch,
            "propensity": entries.propensity.astype(np.float64),
            "method": _words(np.zeros(len(entries.role), np.int8), [METHOD]),
        }
        words = [Code(code).verdict.value for code in Code]
        for place, aspect in enumerate(ASPECTS):
            verdict = entries.verdicts[:, place]
            columns[verdict_column(aspect)] = _words(verdict, words)
            columns[value_column(aspect)] = np.where(verdict == NONE, np.float32(np.nan), entries.values[:, place])
        return pd.DataFrame(columns, copy=False)

    def decisions(self) -> pd.DataFrame:
        """What was put forward, and for some of what was looked at what was said of it."""
        entries, rng = self._world.entries, self._rng
        drawn = rng.random(len(entries.role))
        said = np.select([entries.put_forward, drawn < 0.15, drawn < 0.3, drawn < 0.55], [0, 1, 2, 3], -1)
        rows = np.flatnonzero((said >= 0) & entries.opened & (entries.decided_on <= self._world.last_day))
        choices = [Choice.PUT_FORWARD, Choice.TALK_ABOUT_IT, Choice.NOT_NOW, Choice.NOT_WANTED]
        frame = pd.DataFrame(
            {
                **self._listed(rows),
                "choice": _words(said[rows], [each.value for each in choices]),
                "reason": self._reasons(rows, said[rows] == choices.index(Choice.NOT_WANTED)),
                "decided_on": self._days(entries.decided_on[rows]),
            }
        )
        return frame

    def steps(self) -> pd.DataFrame:
        entries, last = self._world.entries, self._world.last_day
        drawn = self._world.lists.drawn[entries.list_]
        opened = np.flatnonzero(entries.opened)
        met = np.flatnonzero(entries.met & (entries.met_on <= last))
        rows = np.concatenate([opened, met])
        step = np.repeat(np.array([0, 1], np.int8), [len(opened), len(met)])
        on = np.concatenate([drawn[opened], entries.met_on[met]])
        order = np.lexsort((step, rows))
        rows, step, on = rows[order], step[order], on[order]
        words = [Step.OPENED.value, Step.INTERVIEW.value]
        return pd.DataFrame({**self._listed(rows), "step": _words(step, words), "on": self._days(on)})

    def questions(self) -> pd.DataFrame:
        """One question in three about what is not known is asked."""
        roles, rng, last = self._world.roles, self._rng, self._world.last_day
        asks = {aspect: unknown & (rng.random(len(roles)) < 0.35) for aspect, unknown in _unknown(roles).items()}
        about = np.stack(list(asks.values()), axis=1)
        role, aspect = np.nonzero(about)
        asked = roles.logged[role] + rng.integers(1, 20, len(role))
        answered = asked + rng.integers(0, 15, len(role))
        is_answered = (rng.random(len(role)) < 0.7) & (answered <= last)
        moved = is_answered & (rng.random(len(role)) < 0.5)
        kept = asked <= last
        return pd.DataFrame(
            {
                "question": _ids("q", int(kept.sum())),
                "vacancy": self._take("vacancies", role[kept]),
                "about": _words(aspect[kept], [each.value for each in asks]),
                "asked_on": self._days(asked[kept]),
                "answered_on": self._days(answered[kept], is_answered[kept]),
                "moved_lists": pd.arrays.BooleanArray(moved[kept], ~is_answered[kept]),
            }
        )

    def contacts(self) -> pd.DataFrame:
        """Contacts with employers: the first, some later ones, and those of the first month in a job."""
        world, rng, last = self._world, self._rng, self._world.last_day
        first = np.flatnonzero(self._met <= last)
        again = np.repeat(first, rng.poisson(2.0, len(first)))
        later = self._met[again] + rng.integers(1, 180, len(again))
        job = np.repeat(np.flatnonzero(world.course.supported), 4)
        week = np.tile(np.arange(1, 5, dtype=np.int32), len(job) // 4)
        in_job = world.jobs.started[job] + 7 * week
        person = np.concatenate([first, again, world.jobs.person[job]])
        on = np.concatenate([self._met[first], later, in_job])
        employer = rng.integers(0, int(world.roles.employer.max()) + 1, len(person))
        employer[len(first) + len(again) :] = self._employer_of_job[job]
        kept = on <= np.concatenate([np.full(len(first) + len(again), last), world.course.seen_until[job]])
        mode = rng.choice(5, len(person), p=[0.45, 0.3, 0.05, 0.15, 0.05])
        return pd.DataFrame(
            {
                "contact": _ids("c", int(kept.sum())),
                "participant": self._take("participants", person[kept]),
                "employer": self._employers(employer[kept]),
                "mode": _words(mode[kept], [each.value for each in ContactMode]),
                "on": self._days(on[kept]),
            }
        )

    def placements(self) -> pd.DataFrame:
        jobs, course, rng = self._world.jobs, self._world.course, self._rng
        roles, entries = self._world.roles, self._world.entries
        self._employer_of_job = np.where(
            jobs.role >= 0, roles.employer[jobs.role], rng.integers(0, int(roles.employer.max()) + 1, len(jobs))
        )
        reason = reasons(jobs, course, rng)
        who_says = rng.choice(3, len(jobs), p=[0.5, 0.3, 0.2])
        listed = jobs.entry >= 0
        return pd.DataFrame(
            {
                "placement": self._ids["placements"],
                "participant": self._take("participants", jobs.person),
                "employer": self._employers(self._employer_of_job),
                "vacancy": self._take("vacancies", jobs.role, jobs.role >= 0),
                "shortlist": self._take("shortlists", entries.list_[np.where(listed, jobs.entry, 0)], listed),
                "started_on": self._days(jobs.started),
                "hours_week": jobs.hours.astype(np.float64),
                "permanent": np.isinf(jobs.ends_after_weeks),
                "ended_on": self._days(course.seen_until, course.ended),
                "end_reason": _words(np.where(course.ended, reason, -1), [each.value for each in REASONS]),
                "who_says": _words(np.where(course.ended, who_says, -1), [each.value for each in WhoSays]),
                "last_seen_on": self._days(course.seen_until),
            }
        )

    def earnings(self, placements: pd.DataFrame) -> pd.DataFrame:
        """Pay by months of the job, at the wage of the day and a little more, as long as somebody looks."""
        jobs, course, rng = self._world.jobs, self._world.course, self._rng
        worked = course.seen_until - jobs.started + 1
        periods = np.ceil(worked / MONTH_DAYS).astype(np.int64)
        job = np.repeat(np.arange(len(jobs)), periods)
        month = np.arange(len(job)) - np.repeat(np.cumsum(periods) - periods, periods)
        begin = np.ceil(month * MONTH_DAYS).astype(np.int32)
        end = np.minimum(np.ceil((month + 1) * MONTH_DAYS).astype(np.int32) - 1, worked[job] - 1)
        from_day = jobs.started[job] + begin
        attended = 0.93 + 0.07 * rng.random(len(job))
        hours = np.round(jobs.hours[job] * (end - begin + 1) / 7 * attended, 1)
        pence = _wage_in_pence(self._first + from_day.astype("timedelta64[D]"))
        uplift = 1 + 0.1 * rng.random(len(jobs)) ** 2
        source = (rng.random(len(jobs)) < 0.25).astype(np.int8)
        kept = end >= begin
        return pd.DataFrame(
            {
                "placement": self._take("placements", job[kept]),
                "from_on": self._days(from_day[kept]),
                "to_on": self._days((jobs.started[job] + end)[kept]),
                "hours": hours[kept],
                "gross_pence": np.round(hours * pence * uplift[job]).astype(np.int64)[kept],
                "source": _words(source[job][kept], [EarningsSource.PAYE.value, EarningsSource.PAYSLIP.value]),
                "verified": ((source[job] == 0) | (rng.random(len(job)) < 0.6))[kept],
            }
        )

    def groups(self) -> pd.DataFrame:
        """What people say of themselves: some prefer not to, and some were not asked."""
        people = self._world.people
        parts = []
        for kind, shares in GROUPS.items():
            words = [*shares, PREFERS_NOT_TO_SAY]
            code = np.where(people.said[kind] == 1, len(shares), people.groups[kind])
            asked = np.flatnonzero(people.said[kind] != 2)
            parts.append(
                {
                    "participant": self._take("participants", asked),
                    "kind": [kind] * len(asked),
                    "group": np.array(words, dtype=object)[code[asked]],
                }
            )
        frames = [pd.DataFrame(part).astype({"kind": "str", "group": "str"}) for part in parts]
        return pd.concat(frames, ignore_index=True)

    # -- cells --

    def _days(self, days: NDArray[np.integer], known: Mask | None = None) -> NDArray[np.datetime64]:
        found = self._first + np.asarray(days).astype("timedelta64[D]")
        return found if known is None else np.where(known, found, np.datetime64("NaT", "s"))

    def _take(self, table: str, rows: NDArray[np.integer], known: Mask | None = None) -> pd.Series:
        found = self._ids[table].take(np.where(rows < 0, 0, rows)).reset_index(drop=True)
        return found if known is None else found.where(known)

    def _listed(self, rows: NDArray[np.integer]) -> dict[str, pd.Series]:
        entries = self._world.entries
        return {
            "shortlist": self._take("shortlists", entries.list_[rows]),
            "vacancy": self._take("vacancies", entries.role[rows]),
        }

    def _employers(self, employer: NDArray[np.integer]) -> pd.Categorical:
        return _words(employer, _ids("e", int(self._world.roles.employer.max()) + 1))

    def _reasons(self, rows: NDArray[np.integer], against: Mask) -> pd.Categorical:
        """Why something was not wanted: what speaks against it, if anything does."""
        verdicts = self._world.entries.verdicts[rows]
        causes = {
            DecisionReason.TOO_FAR: Aspect.TRAVEL, DecisionReason.HOURS: Aspect.HOURS, DecisionReason.PAY: Aspect.PAY,
            DecisionReason.TASKS: Aspect.REFUSED_WORK, DecisionReason.ENVIRONMENT: Aspect.SENSORY,
        }  # fmt: skip
        words = [*causes, DecisionReason.NOT_WANTED]
        held = [verdicts[:, ASPECTS.index(aspect)] == Code.CONFLICT for aspect in causes.values()]
        code = np.select(held, list(range(len(causes))), len(causes))
        return _words(np.where(against, code, -1), [each.value for each in words])


def _unknown(roles: Roles) -> Mapping[Aspect, Mask]:
    return {
        Aspect.HOURS: ~roles.hours_known,
        Aspect.AVAILABILITY: ~roles.times_known,
        Aspect.ADJUSTMENTS: (roles.offers == MAYBE).any(axis=1),
        Aspect.SENSORY: ~roles.levels_known.all(axis=1),
        Aspect.PHYSICAL: ~roles.physical_known,
    }


def _ids(letter: str, count: int) -> pd.Series:
    width = max(6, len(str(count)))
    return pd.Series([f"{letter}{number:0{width}d}" for number in range(1, count + 1)], dtype="str")


def _words(codes: NDArray[np.integer], words: Sequence[str]) -> pd.Categorical:
    return pd.Categorical.from_codes(codes, categories=list(words))


@cache
def _wages() -> tuple[NDArray[np.datetime64], NDArray[np.float64]]:
    """From which day on which wage holds, in pence an hour."""
    rates = sorted((rate.valid_from, rate.value) for rate in load_policy().rates if rate.series == NATIONAL_LIVING_WAGE)
    return np.array([start for start, _ in rates], "datetime64[s]"), np.array([100 * value for _, value in rates])


def _wage_in_pence(on: NDArray[np.datetime64]) -> NDArray[np.float64]:
    starts, wages = _wages()
    return wages[np.searchsorted(starts, on, side="right") - 1]


def last_day_of(first_day: date, days: int) -> date:
    """The last of so many days."""
    return first_day + timedelta(days=days - 1)
