"""Let the simulated world run: people enter, lists are drawn, roles are put forward, jobs start, last and end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluation.simulation.chances import Chances, Reward, explained, lasting, liking_of, log_hazard_of, look, start_of
from evaluation.simulation.effects import Effects
from evaluation.simulation.fit import Rows
from evaluation.simulation.jobs import Course, Jobs, run
from evaluation.simulation.pages import PAGE, Pages, draw_pages
from evaluation.simulation.people import SUPPORT_DAYS, Days, Mask, Numbers, People, draw_people
from evaluation.simulation.roles import Roles, draw_roles

_PEOPLE_AT_ONCE = 20_000
_WITHOUT_START_INTERVIEWED = 0.35
_OWN_ROLE_KNOWN = 0.3
#: Days from drawing a list to an interview, and from there to the first day in the job; all equally likely.
_DAYS_TO_INTERVIEW = range(7, 21)
_DAYS_TO_START = range(7, 33)

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lists:
    """Columns about lists."""

    person: NDArray[np.int32]
    drawn: Days
    open: Days
    listed: Days


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Entries:
    """Columns about entries; the days are those of a step if it is taken."""

    list_: NDArray[np.int64]
    role: NDArray[np.int32]
    position: NDArray[np.int8]
    score: Numbers
    propensity: Numbers
    stretch: Mask
    band: NDArray[np.int8]
    verdicts: NDArray[np.int8]
    values: Numbers
    opened: Mask
    put_forward: Mask
    met: Mask  # interviewed
    started: Mask  # within the days of the world or after them
    decided_on: Days
    met_on: Days
    liking: Numbers
    start: Numbers
    log_hazard: Numbers


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class World:
    """All that happened up to the last day, seen or not; days count from the first."""

    last_day: int
    people: People
    roles: Roles
    lists: Lists
    entries: Entries
    jobs: Jobs
    course: Course
    effects: Effects

    @property
    def chances(self) -> Chances:
        """The law of outcomes, entry by entry."""
        return Chances(
            liking=self.entries.liking,
            start=self.entries.start,
            log_hazard=self.entries.log_hazard,
            ends_after_weeks=self.roles.ends_after_weeks[self.entries.role],
            effects=self.effects,
        )

    def values(self, reward: Reward, look: NDArray[np.floating] | None = None) -> NDArray[np.float64]:
        """What each list is expected to bring, if its entries were looked at with these chances; else as shown."""
        entries, chances = self.entries, self.chances
        if look is None:
            look = chances.look(entries.position)
        first = np.ones(len(entries.position), np.int8)  # where an entry is looked at for certain
        expected = chances.expected(reward, first) * look
        return np.bincount(entries.list_, expected, minlength=len(self.lists.person)).astype(np.float64)

    def job_lasting(self, weeks: float) -> NDArray[np.float64]:
        """The true chance of each job to last so many weeks."""
        return lasting(self.jobs.log_hazard, self.jobs.ends_after_weeks, weeks=weeks, effects=self.effects)


def run_world(
    *, participants: int, days: int, entry_days: int, seed: int, effects: Effects, progress: Progress | None = None
) -> World:
    """Let a world run for so many days; people enter over the first `entry_days`."""
    people = draw_people(participants, entry_days=entry_days, rng=np.random.default_rng([seed, 0]))
    roles = draw_roles(participants, days=days, effects=effects, rng=np.random.default_rng([seed, 1]))
    parts: list[_Part] = []
    for start in range(0, participants, _PEOPLE_AT_ONCE):
        rng = np.random.default_rng([seed, 2, start])
        who = np.arange(start, min(start + _PEOPLE_AT_ONCE, participants), dtype=np.int32)
        parts += _lives(people, roles, who, last_day=days - 1, effects=effects, rng=rng)
        if progress:
            progress(int(who[-1]) + 1, participants)
    lists, entries, jobs, course = _joined(parts)
    return World(
        last_day=days - 1,
        people=people,
        roles=roles,
        lists=lists,
        entries=entries,
        jobs=jobs,
        course=course,
        effects=effects,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Part:
    """What one round brought: lists and entries, the jobs that came from them, and those that people found alone."""

    lists: Lists
    entries: Entries
    jobs: Jobs
    course: Course


def _lives(
    people: People, roles: Roles, who: Rows, *, last_day: int, effects: Effects, rng: np.random.Generator
) -> Iterator[_Part]:
    """Round by round, draw a list for everybody who still looks for work; a round is one list a person at most."""
    next_day = people.entered[who] + rng.integers(7, 29, len(who))
    until = np.minimum(people.entered[who] + SUPPORT_DAYS, last_day)
    while len(now := np.flatnonzero(next_day <= until)):
        days = next_day[now].astype(np.int32)
        pages = draw_pages(people, roles, who=who[now], days=days, effects=effects, rng=rng)
        lists = Lists(person=who[now], drawn=days, open=pages.open, listed=pages.listed)
        entries, started = _choose(pages, people, roles, who=who[now], days=days, effects=effects, rng=rng)
        wait = np.round(effects.days_between_lists * (0.7 + 0.6 * rng.random(len(now)))).astype(np.int64)
        from_list = _from_lists(pages, entries, roles, who=who[now], started=started)
        alone = ~started.any & (rng.random(len(now)) < effects.own_search)
        own = _own_jobs(people, roles, who=who[now][alone], days=days[alone] + rng.integers(1, wait[alone] + 1),
                        effects=effects, rng=rng)  # fmt: skip
        jobs, of = _join([from_list, own]), np.concatenate([np.flatnonzero(started.any), np.flatnonzero(alone)])
        course = run(jobs, last_day=last_day, effects=effects, rng=rng)
        next_day[now] += wait
        after = jobs.started + np.floor(course.days) + rng.integers(15, 36, len(jobs))
        next_day[now[of]] = np.where(course.lost | (jobs.started > last_day), last_day + 1, after).astype(np.int64)
        seen = jobs.started <= last_day
        yield _Part(lists=lists, entries=entries, jobs=_where(jobs, seen), course=_where(course, seen))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Started:
    """Which lists brought a start, at which place, on which day."""

    any: Mask
    place: NDArray[np.int64]
    on: Days


def _choose(
    pages: Pages, people: People, roles: Roles, *, who: Rows, days: Days, effects: Effects, rng: np.random.Generator
) -> tuple[Entries, _Started]:
    """Draw what is opened, put forward and started, each with exactly the chance that `Chances` states.

    One list brings one start at most. Which, is drawn at once: the chances of the entries stand side by side between
    0 and 1, and what is left brings none. So the chance of each does not depend on the others of its list.
    """
    shape = pages.role.shape
    present = pages.present
    liking = liking_of(pages, roles, effects=effects, rng=rng)
    start = start_of(pages, people, roles, who=who, liking=liking, effects=effects)
    seen = look(np.arange(1, PAGE + 1), effects)[None, :]
    forward = seen * liking * present
    starts = forward * start
    upto = np.cumsum(starts, axis=1, dtype=np.float64)
    drawn = rng.random((len(days), 1))
    started = (drawn < upto) & (drawn >= upto - starts) & present
    started &= np.cumsum(started, axis=1) == 1
    any_start: Mask = np.asarray(started.any(axis=1))
    put = started | ((rng.random(shape) < (forward - starts) / (1 - starts)) & present)
    opened = put | ((rng.random(shape) < (seen - forward) / (1 - forward)) & present)
    met = started | (put & (rng.random(shape) < _WITHOUT_START_INTERVIEWED))
    decided_on = days[:, None] + rng.integers(0, 7, shape)
    met_on = days[:, None] + rng.integers(_DAYS_TO_INTERVIEW.start, _DAYS_TO_INTERVIEW.stop, shape)
    place = started.argmax(axis=1)
    wait = rng.integers(_DAYS_TO_START.start, _DAYS_TO_START.stop, len(days))
    on = met_on[np.arange(len(days)), place] + wait
    at = np.nonzero(present)
    entries = Entries(
        list_=at[0],
        role=pages.role[at],
        position=(at[1] + 1).astype(np.int8),
        score=pages.score[at],
        propensity=pages.propensity[at],
        stretch=pages.stretch[at],
        band=pages.band[at],
        verdicts=pages.verdicts[at],
        values=pages.values[at],
        opened=opened[at],
        put_forward=put[at],
        met=met[at],
        started=started[at],
        decided_on=decided_on[at].astype(np.int32),
        met_on=met_on[at].astype(np.int32),
        liking=liking[at],
        start=start[at],
        log_hazard=log_hazard_of(pages, people, roles, who=who, effects=effects)[at],
    )
    return entries, _Started(any=any_start, place=place, on=on.astype(np.int32))


def _from_lists(pages: Pages, entries: Entries, roles: Roles, *, who: Rows, started: _Started) -> Jobs:
    lists = np.flatnonzero(started.any)
    places = started.place[lists]
    role = pages.role[lists, places]
    rows = np.flatnonzero(entries.started)
    return Jobs(
        person=who[lists],
        entry=rows,
        role=role,
        started=started.on[lists],
        hours=roles.hours[role],
        log_hazard=entries.log_hazard[rows],
        ends_after_weeks=roles.ends_after_weeks[role],
        match=pages.match[lists, places],
        refused=pages.refused[lists, places],
        unmet=pages.unmet[lists, places],
        gap=pages.gap[lists, places],
        over=pages.over[lists, places],
        outside=pages.outside[lists, places],
    )


def _own_jobs(
    people: People, roles: Roles, *, who: Rows, days: NDArray[np.int64], effects: Effects, rng: np.random.Generator
) -> Jobs:
    """Jobs that people found without a list: wanted less, and with what a list would have warned of."""
    count = len(who)
    role = rng.integers(0, len(roles), count)
    match = np.where(rng.random(count) < 0.3, 0.6, 0.1) + 0.3 * rng.random(count)
    facts: dict[str, Any] = {
        "match": match.astype(np.float32),
        "refused": rng.random(count) < 0.06,
        "unmet": (rng.random(count) < 0.25).astype(np.int8),
        "gap": rng.binomial(2, 0.2, count).astype(np.int8),
        "over": rng.random(count) < 0.2,
        "outside": rng.random(count) < 0.2,
    }
    person = effects.person_sd * people.frailty[who] + np.log(effects.group_gap) * people.planted[who]
    hidden = effects.supervisor_sd * roles.hardness[role] + person
    logged = (roles.logged[role] <= days) & (rng.random(count) < _OWN_ROLE_KNOWN)
    return Jobs(
        person=who,
        entry=np.full(count, -1, np.int64),
        role=np.where(logged, role, -1).astype(np.int32),
        started=days.astype(np.int32),
        hours=roles.hours[role],
        log_hazard=(explained(**facts, effects=effects) + hidden).astype(np.float32),
        ends_after_weeks=roles.ends_after_weeks[role],
        **facts,
    )


def chance_of_start_by(days: NDArray[np.integer]) -> NDArray[np.float64]:
    """The chance that a job, if one starts, has started so many days after its list was drawn."""
    waits = np.add.outer(_DAYS_TO_INTERVIEW, _DAYS_TO_START).ravel()
    upto = np.cumsum(np.bincount(waits)) / len(waits)
    return np.where(days < 0, 0.0, upto[np.clip(days, 0, len(upto) - 1)])


# -- joining -----------------------------------------------------------------------------------------------------------


def _joined(parts: list[_Part]) -> tuple[Lists, Entries, Jobs, Course]:
    """All rounds as one, lists in the order of drawing and jobs in that of starting."""
    lists, entries = _join([part.lists for part in parts]), _join([part.entries for part in parts])
    jobs, course = _join([part.jobs for part in parts]), _join([part.course for part in parts])
    list_starts = np.cumsum([0, *(len(part.lists.person) for part in parts)])
    entry_starts = np.cumsum([0, *(len(part.entries.role) for part in parts)])
    list_of = entries.list_ + np.repeat(list_starts[:-1], np.diff(entry_starts))
    entry_of = jobs.entry + np.where(
        jobs.entry >= 0, np.repeat(entry_starts[:-1], [len(part.jobs) for part in parts]), 0
    )
    by_day = np.lexsort((lists.person, lists.drawn))
    place = np.empty(len(by_day), np.int64)
    place[by_day] = np.arange(len(by_day))
    list_of = place[list_of]
    by_list = np.lexsort((entries.position, list_of))
    row = np.empty(len(by_list) + 1, np.int64)
    row[by_list], row[-1] = np.arange(len(by_list)), -1
    entries = _where(_replaced(entries, list_=list_of), by_list)
    by_start = np.lexsort((jobs.person, jobs.started))
    jobs = _where(_replaced(jobs, entry=row[entry_of]), by_start)
    return _where(lists, by_day), entries, jobs, _where(course, by_start)


def _join(parts: list[Any]) -> Any:
    """The same columns of several parts, one after the other."""
    kind = type(parts[0])
    return kind(**{each.name: np.concatenate([getattr(part, each.name) for part in parts]) for each in fields(kind)})


def _where(columns: Any, at: NDArray[Any]) -> Any:
    """The same columns at some places."""
    return type(columns)(**{each.name: getattr(columns, each.name)[at] for each in fields(columns)})


def _replaced(columns: Any, **changed: Mapping[str, NDArray[Any]]) -> Any:
    return type(columns)(**{each.name: changed.get(each.name, getattr(columns, each.name)) for each in fields(columns)})
