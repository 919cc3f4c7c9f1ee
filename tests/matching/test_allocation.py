"""Allocation: everybody who can be served is, the longest wait first, and no other choice is worth more."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Sequence
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import LinearConstraint, milp
from scipy.sparse import coo_array

from matching.allocation import SCORE_UNIT, Allocation, ListedRole, Waiting, allocate

Days = int | None
Case = tuple[list[Waiting], dict[str, int], int, int]


def person(name: str, days: Days, /, **scores: float) -> Waiting:
    """A person with a list: roles in the order in which they are written, each with its score."""
    roles = [ListedRole(vacancy_id=role, score=score, place=n) for n, (role, score) in enumerate(scores.items(), 1)]
    return Waiting(participant_id=name, days_since_opportunity=days, roles=tuple(roles))


def pairs(people: Sequence[Waiting], openings: dict[str, int], k: int = 1, most: int = 1) -> set[str]:
    """Who is put forward for what, written `person role`."""
    return {f"{each.participant_id} {each.vacancy_id}" for each in drawn(people, openings, k, most).proposals}


def drawn(people: Sequence[Waiting], openings: dict[str, int], k: int = 1, most: int = 1) -> Allocation:
    return allocate(people, openings=openings, people_per_opening=k, most_per_person=most)


TABLE = [
    ("the best role is put forward", [person("a", 1, x=0.4, y=0.9)], {"x": 1, "y": 1}, 1, 1, {"a y"}),
    ("most suggestions", [person("a", 1, x=0.4, y=0.9, z=0.5)], {"x": 1, "y": 1, "z": 1}, 1, 2, {"a y", "a z"}),
    ("a role is put forward to a person once", [person("a", 1, x=0.4)], {"x": 5}, 3, 4, {"a x"}),
    ("the longer wait is served", [person("a", 3, x=0.9), person("b", 8, x=0.1)], {"x": 1}, 1, 1, {"b x"}),
    ("never having had one is the longest wait", [person("a", 900, x=0.9), person("b", None, x=0)], {"x": 1}, 1, 1,
     {"b x"}),
    ("k people for an opening", [person("a", 3, x=0.9), person("b", 8, x=0.1)], {"x": 1}, 2, 1, {"a x", "b x"}),
    ("two openings", [person("a", 3, x=0.9), person("b", 8, x=0.1)], {"x": 2}, 1, 1, {"a x", "b x"}),
    ("one gives way so that two are served", [person("a", 1, x=0.1), person("b", 9, x=0.9, y=0.2)],
     {"x": 1, "y": 1}, 1, 1, {"a x", "b y"}),
    ("nobody has a second role that would serve another", [person("a", 1, x=0), person("b", 9, x=1, y=1)],
     {"x": 1, "y": 1}, 1, 2, {"a x", "b y"}),
    ("two who wait less are not better than one who waits longest, and serving more comes first",
     [person("a", 99, x=0.5, y=0.1), person("b", 2, x=0.5), person("c", 1, y=0.5)], {"x": 1, "y": 1}, 1, 1,
     {"a y", "b x"}),
    ("the sum of scores decides between equals", [person("a", 5, x=0.9, y=0.8), person("b", 5, x=0.5, y=0.1)],
     {"x": 1, "y": 1}, 1, 1, {"a y", "b x"}),
    ("among equal waits the higher score is served", [person("a", 5, x=0.4), person("b", 5, x=0.5)], {"x": 1}, 1, 1,
     {"b x"}),
    ("equal people go by their ids", [person("b", 5, x=0.5), person("a", 5, x=0.5)], {"x": 1}, 1, 1, {"a x"}),
    ("equal roles go by their ids", [person("a", 5, y=0.5, x=0.5)], {"x": 1, "y": 1}, 1, 1, {"a x"}),
    ("a score of nothing is better than nothing", [person("a", 5, x=0)], {"x": 1}, 1, 1, {"a x"}),
    ("a role without openings is not put forward", [person("a", 5, x=1)], {"x": 0}, 1, 1, set()),
    ("nobody", [], {"x": 1}, 1, 1, set()),
]  # fmt: skip


@pytest.mark.parametrize(
    ("people", "openings", "k", "most", "expected"), [case[1:] for case in TABLE], ids=[case[0] for case in TABLE]
)
def test_who_is_put_forward(
    people: list[Waiting], openings: dict[str, int], k: int, most: int, expected: set[str]
) -> None:
    assert pairs(people, openings, k, most) == expected


def units(score: float) -> int:
    return round(score * SCORE_UNIT)


def worth(people: Sequence[Waiting], chosen: Sequence[Sequence[ListedRole]]) -> tuple[object, ...]:
    """What an allocation is worth, the most important first: people served, by their waits, sum of scores."""
    served = [each.days_since_opportunity for each, roles in zip(people, chosen, strict=True) if roles]
    waits = sorted((10**9 if days is None else days for days in served), reverse=True)
    return (len(served), waits, sum(units(role.score) for roles in chosen for role in roles))


def best_worth(people: Sequence[Waiting], openings: dict[str, int], k: int, most: int) -> tuple[object, ...]:
    """The best by looking at every allocation there is."""
    choices = [[some for number in range(most + 1) for some in combinations(each.roles, number)] for each in people]
    return max(
        worth(people, chosen)
        for chosen in product(*choices)
        if all(
            number <= openings[role] * k
            for role, number in Counter(role.vacancy_id for roles in chosen for role in roles).items()
        )
    )


def worth_of(people: Sequence[Waiting], allocation: Allocation) -> tuple[object, ...]:
    taken = {(each.participant_id, each.vacancy_id) for each in allocation.proposals}
    return worth(
        people, [[role for role in each.roles if (each.participant_id, role.vacancy_id) in taken] for each in people]
    )


@st.composite
def caseloads(draw: st.DrawFn, most_people: int = 4, most_roles: int = 3) -> Case:
    roles = [f"v{number}" for number in range(draw(st.integers(1, most_roles)))]
    openings = {role: draw(st.integers(0, 2)) for role in roles}
    # A few equal scores and waits, so that ties are common; and scores that differ by less than a float sum can tell.
    scores = st.sampled_from([0.0, 0.1, 0.2, 0.3, 0.5, 0.5 + 2e-9, 1.0]) | st.floats(0, 1)
    people = []
    for number in range(draw(st.integers(0, most_people))):
        listed = draw(st.permutations(roles))[: draw(st.integers(0, len(roles)))]
        days = draw(st.none() | st.integers(0, 3))
        people.append(person(f"p{number}", days, **{role: draw(scores) for role in listed}))
    return people, openings, draw(st.integers(1, 2)), draw(st.integers(1, 3))


@settings(max_examples=400)
@given(caseloads())
def test_no_allocation_is_better(case: Case) -> None:
    people, openings, k, most = case
    assert worth_of(people, drawn(*case)) == best_worth(people, openings, k, most)


@given(caseloads(most_people=8, most_roles=6))
def test_no_limit_is_broken(case: Case) -> None:
    people, openings, k, most = case
    found = drawn(*case)
    listed = {(each.participant_id, role.vacancy_id) for each in people for role in each.roles}
    given_ = [(each.participant_id, each.vacancy_id) for each in found.proposals]
    assert set(given_) <= listed
    assert len(set(given_)) == len(given_)
    assert all(number <= openings[role] * k for role, number in Counter(role for _, role in given_).items())
    assert all(number <= most for number in Counter(name for name, _ in given_).values())
    assert {name for name, _ in given_} | {each.participant_id for each in found.left_out} == {
        each.participant_id for each in people
    }
    assert not {name for name, _ in given_} & {each.participant_id for each in found.left_out}


@given(caseloads(most_people=8, most_roles=6), st.randoms(use_true_random=False))
def test_the_order_of_the_input_does_not_matter(case: Case, rng: random.Random) -> None:
    people, openings, k, most = case
    mixed = [
        Waiting(
            participant_id=each.participant_id,
            days_since_opportunity=each.days_since_opportunity,
            roles=tuple(rng.sample(each.roles, len(each.roles))),
        )
        for each in rng.sample(people, len(people))
    ]
    others = dict(rng.sample(list(openings.items()), len(openings)))
    assert drawn(mixed, others, k, most) == drawn(people, openings, k, most)


def county(people: int, roles: int, on_list: int, seed: int = 7) -> tuple[list[Waiting], dict[str, int]]:
    """Many people with lists that want the same roles: some roles score high for everybody."""
    rng = random.Random(seed)
    names = [f"v{number:05}" for number in range(roles)]
    liked = [rng.random() for _ in names]
    listed = []
    for number in range(people):
        taken = sorted(rng.sample(range(roles), on_list))
        scores = {names[index]: round(0.7 * liked[index] + 0.3 * rng.random(), 4) for index in taken}
        ordered = dict(sorted(scores.items(), key=lambda item: (-item[1], item[0])))
        listed.append(person(f"p{number:05}", rng.choice([None, *range(0, 60, 7)]), **ordered))
    return listed, {name: rng.choice([1, 1, 1, 2]) for name in names}


@pytest.mark.parametrize(("people", "roles", "most"), [(30, 12, 2), (40, 60, 3), (25, 300, 3)])
def test_an_integer_programme_finds_no_larger_sum_of_scores(people: int, roles: int, most: int) -> None:
    listed, openings = county(people, roles, min(roles, 10))
    found = drawn(listed, openings, 1, most)
    served = {each.participant_id for each in found.proposals}
    waits = sorted({str(each.days_since_opportunity) for each in listed})
    arcs = [(p, role.vacancy_id, role.score) for p, each in enumerate(listed) for role in each.roles]
    column = {role: len(listed) + n for n, role in enumerate(openings)}
    # One variable an arc, and one a person: whether they are served. As many of each wait are served as we serve.
    rows, cols, values = [], [], []
    lower, upper = [], []

    def constrain(terms: list[tuple[int, float]], least: float, most: float) -> None:
        rows.extend([len(lower)] * len(terms))
        cols.extend(index for index, _ in terms)
        values.extend(value for _, value in terms)
        lower.append(least)
        upper.append(most)

    of_person: dict[int, list[int]] = {p: [] for p in range(len(listed))}
    of_role: dict[str, list[int]] = {role: [] for role in column}
    for number, (p, role, _) in enumerate(arcs):
        of_person[p].append(number)
        of_role[role].append(number)
    for p, numbers in of_person.items():
        constrain([(number, 1) for number in numbers], 0, most)
        constrain([(number, 1) for number in numbers] + [(len(arcs) + p, -1)], 0, np.inf)
    for role, numbers in of_role.items():
        constrain([(number, 1) for number in numbers], 0, openings[role])
    for wait in waits:
        of_wait = [p for p, each in enumerate(listed) if str(each.days_since_opportunity) == wait]
        needed = sum(listed[p].participant_id in served for p in of_wait)
        constrain([(len(arcs) + p, 1) for p in of_wait], needed, np.inf)
    variables = len(arcs) + len(listed)
    solved = milp(
        -np.array([score for _, _, score in arcs] + [0.0] * len(listed)),
        integrality=np.ones(variables),
        bounds=(0, 1),
        constraints=LinearConstraint(
            coo_array((values, (rows, cols)), shape=(len(lower), variables)).tocsr(), lower, upper
        ),
        options={"mip_rel_gap": 0},
    )
    assert solved.success
    (_, _, total) = worth_of(listed, found)
    assert total == round(-solved.fun * 10_000) * (SCORE_UNIT // 10_000)


@pytest.mark.parametrize(("people", "roles", "on_list", "seconds"), [(25, 300, 300, 0.7), (300, 3000, 300, 12)])
def test_a_caseload_takes_less_than_a_second_and_a_county_a_few(
    people: int, roles: int, on_list: int, seconds: float
) -> None:
    listed, openings = county(people, roles, on_list)
    before = time.process_time()
    assert not drawn(listed, openings, 2, 3).left_out
    assert time.process_time() - before < seconds


def test_people_come_by_wait_and_roles_by_place() -> None:
    people = [person("a", 2, x=0.5, y=0.9), person("b", 7, y=0.5), person("c", None, x=0.1)]
    found = drawn(people, {"x": 5, "y": 5}, 1, 2).proposals
    assert [(each.participant_id, each.place) for each in found] == [("c", 1), ("b", 1), ("a", 1), ("a", 2)]


SENTENCES = [
    (None, "No opportunity so far; this role stands at place 1 of this person's own list."),
    (0, "The last opportunity was today; this role stands at place 1 of this person's own list."),
    (1, "1 day since the last opportunity; this role stands at place 1 of this person's own list."),
    (1200, "1,200 days since the last opportunity; this role stands at place 1 of this person's own list."),
]


@pytest.mark.parametrize(("days", "sentence"), SENTENCES)
def test_each_proposal_says_why(days: Days, sentence: str) -> None:
    (proposal,) = drawn([person("a", days, x=0.5)], {"x": 1}).proposals
    assert proposal.why == sentence
    assert len(sentence.split()) <= 25


def test_whoever_gets_nothing_is_told_why() -> None:
    people = [person("a", 9, x=0.5), person("b", 1, x=0.9), person("c", 1), person("d", 1, y=0.4)]
    assert {each.participant_id: each.why for each in drawn(people, {"x": 1, "y": 0}).left_out} == {
        "b": "Every opening on this person's own list goes to somebody who would otherwise get none.",
        "c": "No role with an opening stands on this person's own list this week.",
        "d": "No role with an opening stands on this person's own list this week.",
    }


def twice() -> object:
    return drawn([person("a", 1), person("a", 2)], {})


WRONG = [
    ("a participant twice", twice),
    ("a role without openings", lambda: drawn([person("a", 1, x=0.5)], {})),
    ("fewer than no openings", lambda: drawn([], {"x": -1})),
    ("nobody for an opening", lambda: drawn([], {}, k=0)),
    ("no role for a person", lambda: drawn([], {}, most=0)),
    ("a score above 1", lambda: person("a", 1, x=1.1)),
    ("a score that is no number", lambda: person("a", 1, x=float("nan"))),
    ("an opportunity in the future", lambda: person("a", -1)),
]


@pytest.mark.parametrize("make", [case[1] for case in WRONG], ids=[case[0] for case in WRONG])
def test_what_makes_no_sense_is_refused(make: object) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        make()  # type: ignore[operator]
