"""Job starts and what became of them: worked by hand, and held to the rule of `matching.outcomes`."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.estimates import Estimate
from evaluation.outcomes import any_job, entry_rows, lasting, lasting_in_any_job, same_job, starts
from evaluation.tables import Unsaid
from matching.model.placement import CheckIn, OutcomeKind, OutcomeState, Placement
from matching.outcomes import outcomes_of
from tests.evaluation.made_histories import DAY_0, MadeHistory


def started(**job: object) -> pd.DataFrame:
    made = MadeHistory()
    made.job(made.participant(), **job)  # type: ignore[arg-type]
    return starts(made.history())


def test_a_job_that_ended_was_seen_up_to_its_last_day():
    jobs = started(start=10, weeks=13, reason="caring")
    assert (jobs["weeks"][0], jobs["ended"][0], jobs["end_reason"][0]) == (13.0, True, "caring")


def test_a_job_that_was_last_seen_on_a_day_is_censored_there():
    jobs = started(start=10, seen=20)
    assert (jobs["weeks"][0], jobs["ended"][0]) == (20.0, False)


def test_a_job_of_which_no_end_and_no_sight_is_told_runs_to_the_last_day_of_the_history():
    jobs = started(start=10)
    assert (jobs["weeks"][0], jobs["followed_weeks"][0]) == (94.0, 94.0)
    assert not jobs["ended"][0]


def test_a_start_names_the_entry_that_it_came_of():
    made = MadeHistory()
    person, roles = made.participant(), [made.vacancy() for _ in range(3)]
    made.shortlist(person, [roles[2]])
    second = made.shortlist(person, [roles[1], roles[0]], drawn=2)
    made.job(person, start=4, shortlist=second, vacancy=roles[0])
    made.job(person, start=5)
    jobs = starts(made.history())
    assert jobs["entry"].tolist() == [2, -1]
    assert jobs["from_list"].tolist() == [True, False]


def test_a_role_that_is_not_on_the_list_has_no_entry():
    made = MadeHistory()
    person, roles = made.participant(), [made.vacancy() for _ in range(3)]
    made.shortlist(person, roles[:2])
    assert entry_rows(made.history(), [0, 0, -1, 0], [1, 2, 1, -1]).tolist() == [1, -1, -1, -1]


def test_nothing_started_is_an_empty_table():
    jobs = starts(MadeHistory().history())
    assert len(jobs) == 0
    assert isinstance(lasting(jobs, 13).curve, Unsaid)
    assert isinstance(lasting(jobs, 13).cohort, Unsaid)
    assert len(any_job(MadeHistory().history(), jobs)) == 0


@pytest.mark.parametrize(("weeks", "state"), [(12.9, 0), (13, 1), (40, 1)])
def test_a_job_that_ends_on_the_day_has_lasted(weeks: float, state: int):
    assert same_job(started(start=0, weeks=weeks), 13).tolist() == [state]


def test_a_job_out_of_sight_is_neither_lasting_nor_not():
    assert same_job(started(start=0, seen=12), 13).tolist() == [-1]


def test_the_cohort_is_of_those_whose_weeks_have_passed_and_counts_whom_nobody_saw():
    made = MadeHistory()
    for start, job in [
        (0, {"weeks": 30}),
        (1, {"weeks": 12}),
        (2, {"seen": 10}),  # its weeks have passed, and nobody knows
        (95, {}),  # its weeks have not passed
        (96, {"weeks": 3}),  # nor have those of this one, though it has ended
    ]:
        made.job(made.participant(), start=start, **job)  # type: ignore[arg-type]
    found = lasting(starts(made.history()), 13)
    assert isinstance(found.cohort, Estimate)
    assert (found.cohort.value, found.cohort.count, found.out_of_sight) == (0.5, 2, 1)
    assert isinstance(found.curve, Estimate)
    assert found.curve.count == 5
    # 5 at risk when one ends at 3 weeks; 2 when one ends at 12.
    assert found.curve.value == pytest.approx(4 / 5 * 1 / 2)


def test_who_was_seen_as_long_counts_for_who_went_out_of_sight():
    """By hand: of four, one ends at 2 weeks; sight of one is lost at 5; of the other two one ends at 8, one lasts.

    After 5 weeks each of the two counts for one and a half: 1.5 of 1 + 1.5 + 1.5.
    """
    made = MadeHistory()
    for job in ({"weeks": 2}, {"seen": 5}, {"weeks": 8}, {"weeks": 30}):
        made.job(made.participant(), start=0, **job)  # type: ignore[arg-type]
    found = lasting(starts(made.history()), 13)
    assert isinstance(found.cohort, Estimate)
    assert found.cohort.value == pytest.approx(1.5 / 4)
    assert isinstance(found.curve, Estimate)
    assert found.cohort.value == pytest.approx(found.curve.value)


def test_another_job_counts_for_any_job_and_a_gap_at_the_day_does_not():
    made = MadeHistory()
    moved, left, unseen = (made.participant() for _ in range(3))
    made.job(moved, start=0, weeks=10)
    made.job(moved, start=20, weeks=10)
    made.job(left, start=0, weeks=10)
    made.job(left, start=27, weeks=30)
    made.job(unseen, start=0, weeks=10)
    made.job(unseen, start=12, seen=2)
    history = made.history()
    assert any_job(history, starts(history)).tolist() == [1, 0, 0, 1, -1, -1]


def test_any_job_is_told_of_the_starts_that_are_asked_for_but_looks_at_every_job():
    made = MadeHistory()
    person, role = made.participant(), made.vacancy()
    shortlist = made.shortlist(person, [role])
    made.job(person, start=1, weeks=10, shortlist=shortlist, vacancy=role)
    made.job(person, start=12, weeks=52)
    history = made.history()
    jobs = starts(history)
    found = lasting_in_any_job(history, jobs[jobs["from_list"]])
    assert isinstance(found.cohort, Estimate)
    assert (found.cohort.value, found.cohort.count) == (1.0, 1)
    assert isinstance(found.curve, Unsaid)


JOBS = st.lists(
    st.tuples(
        st.integers(0, 2),  # the person
        st.integers(0, 60 * 7),  # the day of the start
        st.sampled_from([0, 1, 90, 91, 92, 181, 182, 183, 250]),  # days to the end or the last sight
        st.booleans(),
    ),
    max_size=7,
)
STATES = {OutcomeState.REACHED: 1, OutcomeState.NOT_REACHED: 0, OutcomeState.NOT_YET: -1, OutcomeState.CANNOT_SAY: -1}


@settings(max_examples=60, deadline=None)
@given(JOBS, st.integers(60, 90))
def test_states_are_those_of_the_rule(jobs: list[tuple[int, int, int, bool]], weeks: int):
    until = DAY_0 + timedelta(weeks=weeks)
    made = MadeHistory()
    people = [made.participant() for _ in range(3)]
    placements: dict[int, list[Placement]] = {person: [] for person in people}
    for number, (person, start, days, ended) in enumerate(jobs):
        first = DAY_0 + timedelta(days=start)
        last = min(first + timedelta(days=days), until)
        made.job(person, start=start / 7, **{"weeks" if ended else "seen": (last - first).days / 7})  # type: ignore[arg-type]
        placements[person].append(
            Placement(
                placement_id=str(number),
                started_on=first,
                ended_on=last if ended else None,
                check_ins=() if ended else (CheckIn(on=last, still_in_work=True),),
            )
        )
    history = made.history(until)
    found = starts(history)
    told = {
        (outcome.kind, int(outcome.placement_id)): STATES[outcome.state]
        for person in people
        for outcome in outcomes_of(placements=placements[person], earnings=[], on=until, policy=None)
    }
    for kind, states in [
        (OutcomeKind.SAME_JOB_13_WEEKS, same_job(found, 13)),
        (OutcomeKind.SAME_JOB_26_WEEKS, same_job(found, 26)),
        (OutcomeKind.ANY_JOB_26_WEEKS, any_job(history, found)),
    ]:
        assert states.tolist() == [told[kind, number] for number in range(len(jobs))]
