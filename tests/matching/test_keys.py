"""Names, keys and growing arrays: what is in a file and what came later are one, and nothing held ever changes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.growing import Growing
from matching.keys import Names, Numbering, Vocabulary, in_order, key_of, keys_of, numbered_words

words = st.text(max_size=12)
many_words = st.lists(words, max_size=12)


@given(sealed=many_words, later=many_words)
def test_names_of_a_file_and_later_ones_read_as_one_list(sealed: list[str], later: list[str]) -> None:
    names = Names.of_arrays(*Names(sealed).arrays()).extended(later)
    assert list(names) == [*sealed, *later]
    assert names == [*sealed, *later]
    assert names[-2:] == [*sealed, *later][-2:]
    assert [names[row - len(names)] for row in range(len(names))] == [*sealed, *later]


@given(first=many_words, one=many_words, two=many_words)
def test_names_that_go_on_in_two_ways_keep_apart(first: list[str], one: list[str], two: list[str]) -> None:
    names = Names(first)
    ours, theirs = names.extended(one), names.extended(two)
    assert (list(names), list(ours), list(theirs)) == (first, [*first, *one], [*first, *two])


def test_a_row_that_is_not_there_is_an_index_error() -> None:
    names = Names(["a"]).extended(["b"])
    for row in (2, -3):
        with pytest.raises(IndexError):
            names[row]
    with pytest.raises(IndexError):
        Names(["a"]).extended(["b"]).extended([])[2]


@given(sealed=st.lists(words, unique=True, max_size=30), later=st.lists(words, unique=True, max_size=10))
def test_every_key_has_its_number_whether_sealed_or_later(sealed: list[str], later: list[str]) -> None:
    later = [word for word in later if word not in sealed]
    numbering = Numbering.of_rows(keys_of(sealed))
    for number, word in enumerate(later, len(sealed)):
        numbering.put(key_of(word), number)
    for number, word in enumerate([*sealed, *later]):
        assert numbering.get(key_of(word)) == number
    assert numbering.get(key_of("a word that is longer than any of those")) is None
    assert len(numbering) == len(sealed) + len(later)


@given(st.lists(words, unique=True, max_size=30))
def test_keys_are_sealed_in_ascending_order(some: list[str]) -> None:
    keys, numbers = in_order(keys_of(some))
    written = [key.tobytes() for key in keys]
    assert written == sorted(written)
    assert [key_of(some[number]) for number in numbers] == written


@given(sealed=st.lists(words, unique=True, max_size=20), new=words)
def test_a_vocabulary_that_was_sealed_numbers_words_as_the_dictionary_did(sealed: list[str], new: str) -> None:
    dictionary = {word: number for number, word in enumerate(sealed)}
    vocabulary = Vocabulary(Numbering.of_arrays(*numbered_words(dictionary)))
    assert {word: vocabulary[word] for word in sealed} == dictionary
    apart = vocabulary.copy()
    if new not in dictionary:
        assert new not in vocabulary
        with pytest.raises(KeyError):
            vocabulary[new]
        vocabulary[new] = len(vocabulary)
        assert (vocabulary.get(new), apart.get(new)) == (len(sealed), -1)
        again = Vocabulary(Numbering.of_arrays(*numbered_words(vocabulary)))
        assert again[new] == len(sealed)


@given(st.lists(st.lists(st.integers(-9, 9), max_size=5), max_size=6), st.lists(st.integers(-9, 9), max_size=4))
def test_a_growing_array_shares_its_memory_and_what_was_held_stays(parts: list[list[int]], other: list[int]) -> None:
    held = [Growing.of(np.zeros(0, np.int32))]
    expected: list[list[int]] = [[]]
    for part in parts:
        held.append(held[-1].extended(np.array(part, np.int32)))
        expected.append([*expected[-1], *part])
    branched = held[len(held) // 2].extended(np.array(other, np.int32))
    assert [each.values.tolist() for each in held] == expected
    assert branched.values.tolist() == [*expected[len(held) // 2], *other]
