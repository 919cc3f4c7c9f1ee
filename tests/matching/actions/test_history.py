"""What the history tells of a finding: nothing about safety, and no part that is named by what somebody said."""

from __future__ import annotations

import pytest

from matching.actions.history import _general, _may_leave


@pytest.mark.parametrize(("aspect", "part"), [("employer", "avoided"), ("travel", "no_go")])
def test_not_even_that_somebody_avoids_something_leaves(aspect: str, part: str) -> None:
    assert not _may_leave({"aspect": aspect, "part": part})


@pytest.mark.parametrize(("aspect", "part"), [("travel", "distance"), ("sensory", "noise"), ("hours", "weekly_hours")])
def test_what_is_general_leaves_as_it_is(aspect: str, part: str) -> None:
    finding = {"aspect": aspect, "part": part}
    assert (_may_leave(finding), _general(finding)) == (True, part)


@pytest.mark.parametrize("aspect", ["refused_work", "adjustments", "exclusions"])
def test_a_part_that_a_person_named_is_left_out(aspect: str) -> None:
    assert _general({"aspect": aspect, "part": "what somebody said"}) == ""
