"""Propose who is put forward for what this week: nobody left out who need not be, the longest wait first.

It chooses roles for people and compares nobody: the only thing said of a person is how long they have gone without an
opportunity. The answer is exact. Scores are counted in whole billionths, so that no sum is rounded, and what is left
equal is settled by the order of the ids.

The problem is a flow of least cost, solved by shortest augmenting paths over whole numbers. An assignment solver knows
no way to keep one person from taking two places of one role, and a linear programme in floating point cannot tell the
wish to serve from the least of the scores; both are asked only by the tests.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush

import numpy as np
import numpy.typing as npt

Whole = npt.NDArray[np.int64]

SCORE_UNIT = 1_000_000_000
_MOST_COST = 2**58
_NEVER = 2**61  # three times as much still fits, and no path comes near it


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedRole:
    """A role that may be put forward for a person: its score and its place (from 1) in that person's own list."""

    vacancy_id: str
    score: float
    place: int

    def __post_init__(self) -> None:
        if not 0.0 <= self.score <= 1.0:
            raise ValueError("a score runs from 0 to 1")
        if self.place < 1:
            raise ValueError("places are counted from 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A participant: days since their last opportunity (`None`: never had one), and what may be put forward."""

    participant_id: str
    days_since_opportunity: int | None
    roles: tuple[ListedRole, ...]

    def __post_init__(self) -> None:
        if self.days_since_opportunity is not None and self.days_since_opportunity < 0:
            raise ValueError("an opportunity cannot lie in the future")
        if len({role.vacancy_id for role in self.roles}) < len(self.roles):
            raise ValueError("a role stands once in a list")


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """One role put forward for one person, and the sentence that says why."""

    participant_id: str
    vacancy_id: str
    place: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A person for whom nothing can be put forward, and the sentence that says why."""

    participant_id: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """What is proposed, longest wait first and each person's roles in the order of their list; and who gets nothing."""

    proposals: tuple[Proposal, ...]
    left_out: tuple[LeftOut, ...]


def allocate(
    people: Sequence[Waiting],
    *,
    openings: Mapping[str, int],
    people_per_opening: int,
    most_per_person: int,
) -> Allocation:
    """Put roles forward; in this order of importance:

    1. a vacancy has at most `openings` x `people_per_opening` people, and a person at most `most_per_person` roles;
    2. as many people as possible get at least one;
    3. whoever has waited longest is among them first;
    4. the sum of the scores is the largest.

    Raises `ValueError` for a person or a vacancy that cannot be told apart, or a role without a number of openings.
    """
    _check(people, openings, people_per_opening, most_per_person)
    in_order = sorted(people, key=_longest_wait_first)
    vacancy_ids = sorted({role.vacancy_id for person in in_order for role in person.roles})
    columns = {vacancy_id: column for column, vacancy_id in enumerate(vacancy_ids)}
    places_left = [openings[vacancy_id] * people_per_opening for vacancy_id in vacancy_ids]
    flow = _Flow(
        costs=_costs(in_order, columns),
        cost_of_nothing=_costs_of_nothing(in_order, most_per_person),
        places_left=places_left,
        most_per_person=most_per_person,
    )
    taken = flow.solve()
    return Allocation(
        proposals=tuple(
            Proposal(
                participant_id=person.participant_id,
                vacancy_id=role.vacancy_id,
                place=role.place,
                why=_why(person, role),
            )
            for person, chosen in zip(in_order, taken, strict=True)
            for role in sorted(person.roles, key=lambda role: (role.place, role.vacancy_id))
            if columns[role.vacancy_id] in chosen
        ),
        left_out=tuple(
            LeftOut(participant_id=person.participant_id, why=_why_nothing(person, openings))
            for person, chosen in zip(in_order, taken, strict=True)
            if not chosen
        ),
    )


def _check(
    people: Sequence[Waiting], openings: Mapping[str, int], people_per_opening: int, most_per_person: int
) -> None:
    if people_per_opening < 1 or most_per_person < 1:
        raise ValueError("at least one person for an opening, and at least one role for a person")
    if len({person.participant_id for person in people}) < len(people):
        raise ValueError("a participant is here twice")
    if any(number < 0 for number in openings.values()):
        raise ValueError("there are no fewer than 0 openings")
    for person in people:
        for role in person.roles:
            if role.vacancy_id not in openings:
                raise ValueError(f"nobody said how many openings {role.vacancy_id} has")


def _longest_wait_first(person: Waiting) -> tuple[bool, int, str]:
    days = person.days_since_opportunity
    return (days is not None, -(days or 0), person.participant_id)


def _costs(people: Sequence[Waiting], columns: Mapping[str, int]) -> Whole:
    """What a role costs (the less, the higher its score), people x vacancies; what is on no list can never be taken."""
    costs = np.full((len(people), len(columns)), _NEVER, np.int64)
    for row, person in enumerate(people):
        for role in person.roles:
            costs[row, columns[role.vacancy_id]] = -round(role.score * SCORE_UNIT)
    return costs


def _costs_of_nothing(people: Sequence[Waiting], most_per_person: int) -> list[int]:
    """What it costs to leave a person with nothing: more than all scores, and more the longer the wait.

    The sets of people that can be served together form a matroid, so any weights that fall with the wait make the best
    set, and it is as large as any: steps of one do.
    """
    levels = sorted({_longest_wait_first(person)[:2] for person in people}, reverse=True)
    more_than_scores = len(people) * most_per_person * SCORE_UNIT + 1
    if (len(levels) + 1) * more_than_scores > _MOST_COST:
        raise ValueError("there are too many people for one proposal; make one for each team")
    return [(1 + levels.index(_longest_wait_first(person)[:2])) * more_than_scores for person in people]


class _Flow:
    """Least-cost flow from people to vacancies: each person gives away `most_per_person` units, to roles or to nothing.

    Unit after unit goes along the cheapest path; later units may move earlier ones. `_prices` keep every cost that is
    looked at from falling below zero, so that each path is found by looking at the nearest node first.
    """

    def __init__(
        self, *, costs: Whole, cost_of_nothing: Sequence[int], places_left: list[int], most_per_person: int
    ) -> None:
        people, vacancies = costs.shape
        self._costs = costs
        self._cost_of_nothing = cost_of_nothing
        self._most = most_per_person
        self._places_left = places_left
        self._unused = [0] * people
        self._taken: list[set[int]] = [set() for _ in range(people)]
        self._holders: list[set[int]] = [set() for _ in range(vacancies)]
        self._person_prices = np.zeros(people, np.int64)
        self._vacancy_prices = np.zeros(vacancies, np.int64)

    def solve(self) -> list[set[int]]:
        """Return the vacancies that each person is put forward for."""
        for _ in range(self._most):
            for person in range(len(self._taken)):
                self._send(person)
        return self._taken

    def _send(self, start: int) -> None:
        """Send one unit from a person along the cheapest path, and keep the prices right."""
        vacancies = self._costs.shape[1]
        far_to = np.full(vacancies, _NEVER, np.int64)
        prices = self._vacancy_prices.copy()  # of vacancies that are not settled yet; the others are out of reach
        came_from = np.full(vacancies, -1, np.int64)
        reached = {start: 0}
        nearest = [(0, start)]
        left_by: dict[int, int] = {}
        settled_people: dict[int, int] = {}
        settled_vacancies: dict[int, int] = {}
        nothing, nothing_from = _NEVER, -1
        while True:
            # People first, then a role rather than nothing; among equals the first in order.
            while nearest and nearest[0][1] in settled_people:
                heappop(nearest)
            far, person = nearest[0] if nearest else (_NEVER, -1)
            vacancy = int(np.argmin(far_to)) if vacancies else -1
            vacancy_far = int(far_to[vacancy]) if vacancies else _NEVER
            if person >= 0 and far <= min(vacancy_far, nothing):
                settled_people[person] = far
                lengths = self._costs[person] - prices
                lengths += far - self._person_prices[person]
                lengths[list(self._taken[person])] = _NEVER  # a role is put forward to a person once
                nearer = np.flatnonzero(lengths < far_to)
                far_to[nearer] = lengths[nearer]
                came_from[nearer] = person
                end = far + self._next_nothing(person) - int(self._person_prices[person])
                if end < nothing:
                    nothing, nothing_from = end, person
            elif vacancy_far > nothing:
                self._unused[nothing_from] += 1
                length, last, vacancy = nothing, nothing_from, -1
                break
            elif self._places_left[vacancy]:
                self._places_left[vacancy] -= 1
                length, last = vacancy_far, int(came_from[vacancy])
                break
            else:
                far_to[vacancy], prices[vacancy] = _NEVER, -2 * _NEVER
                settled_vacancies[vacancy] = vacancy_far
                for holder in self._holders[vacancy] - settled_people.keys():
                    back = vacancy_far - self._length(holder, vacancy)
                    if back < reached.get(holder, _NEVER):
                        reached[holder] = back
                        left_by[holder] = vacancy
                        heappush(nearest, (back, holder))
        for person, far in settled_people.items():
            self._person_prices[person] += length - far
        for settled_vacancy, far in settled_vacancies.items():
            self._vacancy_prices[settled_vacancy] -= length - far
        self._hand_over(vacancy, last, start, came_from, left_by)

    def _hand_over(self, vacancy: int, person: int, start: int, came_from: Whole, left_by: Mapping[int, int]) -> None:
        """Walk the path back: each person on it takes the next vacancy and leaves the one before."""
        while True:
            if vacancy >= 0:
                self._taken[person].add(vacancy)
                self._holders[vacancy].add(person)
            if person == start:
                return
            vacancy = left_by[person]
            self._taken[person].remove(vacancy)
            self._holders[vacancy].remove(person)
            person = int(came_from[vacancy])

    def _length(self, person: int, vacancy: int) -> int:
        return int(self._costs[person, vacancy] - self._person_prices[person] - self._vacancy_prices[vacancy])

    def _next_nothing(self, person: int) -> int:
        """What it costs to leave one more unit of a person unused: nothing, until it is the last."""
        return self._cost_of_nothing[person] if self._unused[person] == self._most - 1 else 0


def _why(person: Waiting, role: ListedRole) -> str:
    days = person.days_since_opportunity
    if days is None:
        wait = "No opportunity so far"
    elif days == 0:
        wait = "The last opportunity was today"
    else:
        wait = f"{days:,} {'day' if days == 1 else 'days'} since the last opportunity"
    return f"{wait}; this role stands at place {role.place:,} of this person's own list."


def _why_nothing(person: Waiting, openings: Mapping[str, int]) -> str:
    if not any(openings[role.vacancy_id] for role in person.roles):
        return "No role with an opening stands on this person's own list this week."
    return "Every opening on this person's own list goes to somebody who would otherwise get none."
