"""Splits by time and by person: nobody stands on both sides, and nothing is known before its day."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.sustain.features import Placements
from evaluation.sustain.splits import SETTLED_WEEKS, first_starts, parts_of, rolling_splits
from tests.evaluation.made_placements import UNTIL, made_placements

some_placements = st.builds(
    made_placements,
    st.integers(1, 120),
    seed=st.integers(0, 10_000),
    people=st.integers(1, 60),
    months=st.integers(7, 48),
)


def people_in(placements: Placements) -> set[int]:
    return set(placements.people.tolist())


@settings(max_examples=100)
@given(placements=some_placements)
def test_nobody_stands_on_both_sides_of_a_rolling_split(placements: Placements) -> None:
    for split in rolling_splits(placements):
        assert not people_in(split.train) & people_in(split.test)


@settings(max_examples=100)
@given(placements=some_placements)
def test_nobody_is_in_two_parts_and_nobody_in_none(placements: Placements) -> None:
    parts = parts_of(placements)
    learn, stop, calibrate = (people_in(placements.some(each)) for each in (parts.learn, parts.stop, parts.calibrate))

    assert not learn & stop
    assert not learn & calibrate
    assert not stop & calibrate
    assert (parts.learn.astype(int) + parts.stop + parts.calibrate == 1).all()


@settings(max_examples=100)
@given(placements=some_placements)
def test_what_is_calibrated_on_began_after_what_was_learnt_from(placements: Placements) -> None:
    first, parts = first_starts(placements.people, placements.started), parts_of(placements)

    for earlier, later in ((parts.learn, parts.stop), (parts.stop, parts.calibrate)):
        if earlier.any() and later.any():
            assert first[earlier].max() < first[later].min()


@settings(max_examples=100)
@given(placements=some_placements)
def test_training_knows_nothing_of_what_came_after_the_cut(placements: Placements) -> None:
    for split in rolling_splits(placements):
        cut = np.datetime64(split.cut, "D")
        ends = split.train.started + np.round(split.train.weeks * 7).astype("timedelta64[D]")

        assert (split.train.started < cut).all()
        assert (ends <= cut).all()
        assert (split.test.started >= cut).all()


@settings(max_examples=100)
@given(placements=some_placements)
def test_every_test_job_could_be_seen_for_half_a_year(placements: Placements) -> None:
    for split in rolling_splits(placements):
        assert (split.test.weeks_passed() >= SETTLED_WEEKS).all()


def test_a_job_that_ended_after_the_day_was_still_running_on_it() -> None:
    jobs = made_placements(1, seed=0)
    ten_weeks_ago = np.array([np.datetime64(UNTIL, "D") - 70])
    job = replace(jobs, started=ten_weeks_ago, weeks=np.array([6.0]), ended=np.ones(1, bool))

    as_known = job.as_known_on(UNTIL - timedelta(days=35))  # 5 weeks in, a week before its end

    assert as_known.weeks.tolist() == [5.0]
    assert as_known.ended.tolist() == [False]


def test_a_history_too_short_for_any_settled_job_has_no_splits() -> None:
    assert rolling_splits(made_placements(50, seed=1, months=5)) == []
