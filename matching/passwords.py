"""Passwords: kept as argon2id, checked in the same time for everybody, and refused when others would guess them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from matching.errors import Invalid, Problem, TooMany, Where

SHORTEST, LONGEST = 12, 200
_FEWEST_CHARACTERS = 5
_MOST_COMMON_WORDS = 2
_COMMON = Path(__file__).with_name("data") / "common_passwords.txt"
_HASHER = PasswordHasher()
# Each hash takes 64 MiB: few at once, so that many who sign in together do not take the machine down.
_AT_ONCE = BoundedSemaphore(2)
_WAIT_SECONDS = 10
# Spelt with figures and signs for letters: "p4ssw0rd" is as common as "password".
_LETTERS = str.maketrans("013457@$!", "oieastasi")
_ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "qazwsxedc",
    "1q2w3e4r5t6y7u8i9o0p",
)


def hash_of(password: str) -> str:
    """What is stored of a password."""
    with _turn():
        return _HASHER.hash(password)


def matches(password: str, stored: str | None) -> bool:
    """Whether a password is the one that was stored; where nothing is stored it takes as long to say no."""
    with _turn():
        try:
            return _HASHER.verify(stored or _nobodys(), password) and stored is not None
        except (VerificationError, InvalidHashError):
            return False


def is_outdated(stored: str) -> bool:
    """Whether a hash was made with weaker parameters than today's, and should be made again."""
    return _HASHER.check_needs_rehash(stored)


def check_password(password: str, *, known: tuple[str, ...], field: str = "password") -> None:
    """Refuse a password that is short, common, a row of keys, or made of what is known of its owner."""
    problem = _problem(password, known)
    if problem:
        raise Invalid([Problem(Where(field=field), problem)])


def _problem(password: str, known: tuple[str, ...]) -> str:
    if len(password) < SHORTEST:
        return f"should have at least {SHORTEST} characters; three words that do not belong together are easy to keep"
    if len(password) > LONGEST:
        return f"should have at most {LONGEST} characters"
    lowered = password.casefold()
    if len(set(lowered)) < _FEWEST_CHARACTERS:
        return f"should have at least {_FEWEST_CHARACTERS} different characters"
    if _holds_known(lowered, known):
        return "should not hold your own name or address"
    if _is_common(lowered):
        return "is among those that are guessed first"
    return ""


def _holds_known(lowered: str, known: tuple[str, ...]) -> bool:
    parts = (part for each in known for part in re.split(r"[^\w]+|_", each.casefold()))
    return any(len(part) >= 4 and part in lowered for part in parts)


def _is_common(lowered: str) -> bool:
    """Whether a password is one or two common words, or none, and otherwise keys in a row, repetitions and figures."""
    for spelt in (lowered, lowered.translate(_LETTERS)):
        rest, words = spelt, 0
        for word in _common_words():
            if word in rest:
                rest, words = rest.replace(word, " "), words + 1
        rest = _without_rows(rest)
        # What is left must be worth guessing: letters, and not the same few again and again.
        if words <= _MOST_COMMON_WORDS and len(set(re.findall(r"[^\W\d_]", rest))) < _FEWEST_CHARACTERS:
            return True
    return False


def _without_rows(text: str) -> str:
    """Take out stretches of three and more that run along a row of keys or the alphabet, either way."""
    kept, start = [], 0
    while start < len(text):
        end = start + 1
        for row in (*_ROWS, *(row[::-1] for row in _ROWS)):
            length = 1
            while start + length < len(text) and text[start : start + length + 1] in row:
                length += 1
            end = max(end, start + length)
        if end - start < 3:
            kept.append(text[start])
            end = start + 1
        start = end
    return "".join(kept)


@cache
def _common_words() -> tuple[str, ...]:
    words = set(_COMMON.read_text(encoding="utf-8").split())
    return tuple(sorted(words, key=lambda word: (-len(word), word)))


@cache
def _nobodys() -> str:
    return _HASHER.hash("the password of nobody")


@contextmanager
def _turn() -> Iterator[None]:
    if not _AT_ONCE.acquire(timeout=_WAIT_SECONDS):
        raise TooMany("Too many people sign in at this moment. Try again in a few seconds.", seconds=5)
    try:
        yield
    finally:
        _AT_ONCE.release()
