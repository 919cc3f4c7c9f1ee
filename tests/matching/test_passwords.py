"""Which passwords are taken, and how they are kept."""

from __future__ import annotations

import pytest

from matching.errors import Invalid
from matching.passwords import check_password, hash_of, is_outdated, matches

OWNER = ("kim.birch@example.org", "Kim Birch")

GOOD = (
    "lantern otter gravel",
    "purple-thursday-canoe-banana",
    "vJ7#kq0Zr!xw",
    "Zwölf blaue Öfen",
    "the cheese and the coffee on monday",
)
REFUSED = {
    "short": "should have at least 12 characters; three words that do not belong together are easy to keep",
    "x" * 201: "should have at most 200 characters",
    "aaaaaaaaaaaa": "should have at least 5 different characters",
    "ababababcdcd": "should have at least 5 different characters",
    "password1234": "is among those that are guessed first",
    "P4$$w0rd2026!": "is among those that are guessed first",
    "Welcome2026!!": "is among those that are guessed first",
    "123456789012": "is among those that are guessed first",
    "987654321098": "is among those that are guessed first",
    "qwertyuiop[]": "is among those that are guessed first",
    "abcdefghijkl": "is among those that are guessed first",
    "1q2w3e4r5t6y": "is among those that are guessed first",
    "liverpool1892": "is among those that are guessed first",
    "adminadminadmin": "is among those that are guessed first",
    "birch lantern otter": "should not hold your own name or address",
    "lantern-KIM.BIRCH": "should not hold your own name or address",
    "example otter gravel": "should not hold your own name or address",
}


@pytest.mark.parametrize("password", GOOD)
def test_a_password_that_is_hard_to_guess_is_taken(password: str) -> None:
    check_password(password, known=OWNER)


@pytest.mark.parametrize(("password", "why"), REFUSED.items())
def test_a_password_that_is_guessed_soon_is_refused(password: str, why: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_password(password, known=OWNER)
    assert [problem.message for problem in refused.value.problems] == [why]


def test_a_password_matches_its_own_hash_alone() -> None:
    stored = hash_of(GOOD[0])
    assert stored.startswith("$argon2id$")
    assert matches(GOOD[0], stored)
    assert not matches(GOOD[1], stored)


def test_nothing_matches_where_no_password_is_stored() -> None:
    assert not matches("the password of nobody", None)


def test_a_hash_of_weaker_parameters_is_outdated() -> None:
    from argon2 import PasswordHasher

    assert is_outdated(PasswordHasher(time_cost=1, memory_cost=1024).hash("x"))
    assert not is_outdated(hash_of("x"))
