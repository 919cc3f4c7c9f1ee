"""Patterns as arrays: some of them, or more of them, are the same as if they had been laid out so."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from matching.patterns import Patterns, Stretches
from tests import strategies
from tests.builders import vacancy_of

many = st.lists(strategies.vacancies("V"), max_size=6).map(
    lambda records: list(dict.fromkeys(pattern for each in records if (pattern := vacancy_of(each).pattern).shifts))
)


def assert_same(found: Patterns, expected: Patterns) -> None:
    for each in fields(Patterns):
        if each.name != "stretches":
            np.testing.assert_array_equal(getattr(found, each.name), getattr(expected, each.name), err_msg=each.name)
    for each in fields(Stretches):
        ours, theirs = getattr(found.stretches, each.name), getattr(expected.stretches, each.name)
        np.testing.assert_array_equal(ours, theirs, err_msg=f"stretches.{each.name}")


@given(one=many, two=many)
def test_joined_patterns_are_those_laid_out_at_once(one: list, two: list) -> None:
    assert_same(Patterns.of(one).joined(Patterns.of(two)), Patterns.of([*one, *two]))


@given(patterns=many, data=st.data())
def test_kept_patterns_are_those_laid_out_alone(patterns: list, data: st.DataObject) -> None:
    numbers = data.draw(st.permutations(range(len(patterns))))[: data.draw(st.integers(0, len(patterns)))]
    kept = Patterns.of(patterns).kept(np.array(numbers, np.int64))
    assert_same(kept, Patterns.of([patterns[number] for number in numbers]))
