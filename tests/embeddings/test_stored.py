"""An encoder that only looks up: what is missing is named, what is needed is not dropped, memory is bounded."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.errors import NotYetEncoded
from embeddings.hashing import HashingEncoder
from embeddings.stored import StoredEncoder

REAL = HashingEncoder(8)
TEXTS = ["baker", "", "kennel assistant", "night porter"]


def stored(texts: list[str], most_texts: int = 100) -> StoredEncoder:
    encoder = StoredEncoder(REAL.name, REAL.dimension, most_texts=most_texts)
    encoder.learn(texts, REAL.encode(texts))
    return encoder


@given(st.lists(st.text(max_size=5), max_size=6))
def test_what_was_learnt_is_given_back_bit_for_bit_the_empty_text_too(texts: list[str]):
    assert np.array_equal(stored([*texts, ""]).encode([*texts, ""]), REAL.encode([*texts, ""]))


def test_it_stands_in_by_name_and_dimension():
    encoder = stored(TEXTS)
    assert (encoder.name, encoder.dimension) == (REAL.name, REAL.dimension)


def test_what_is_missing_is_named_once_and_in_order():
    assert stored(["baker"]).missing(["porter", "", "baker", "porter", "clerk"]) == ["porter", "", "clerk"]


def test_a_text_that_was_not_learnt_is_refused_with_all_that_are_missing_but_not_shown():
    with pytest.raises(NotYetEncoded) as refused:
        stored(["baker"]).encode(["porter", "baker", "clerk", "porter"])
    assert refused.value.texts == ("porter", "clerk")
    assert str(refused.value) == "2 texts have no vector yet."


def test_nothing_asked_is_an_empty_answer():
    assert stored([]).encode([]).shape == (0, REAL.dimension)


def test_what_is_forgotten_is_missing():
    encoder = stored(TEXTS)
    encoder.forget(["baker", "never seen"])
    assert encoder.missing(TEXTS) == ["baker"]


def test_what_was_not_used_for_longest_goes_first():
    encoder = stored(["a", "b", "c"], most_texts=3)
    encoder.encode(["a"])
    encoder.learn(["d"], REAL.encode(["d"]))
    assert encoder.missing(["a", "b", "c", "d"]) == ["b"]
    assert len(encoder) == 3


def test_more_than_is_allowed_for_is_held_until_something_else_is_learnt():
    encoder = stored(["a", "b", "c"], most_texts=2)
    assert encoder.missing(["a", "b", "c"]) == []
    encoder.learn(["d"], REAL.encode(["d"]))
    assert len(encoder) == 2


def test_what_is_being_kept_stays_whatever_is_learnt_meanwhile():
    encoder = stored(["a"], most_texts=2)
    with encoder.keeping(["a", "b"]):
        encoder.learn(["b"], REAL.encode(["b"]))
        for other in ("c", "d", "e"):
            encoder.learn([other], REAL.encode([other]))
            assert encoder.missing(["a", "b", other]) == []
    assert len(encoder) == 2


def test_what_two_are_keeping_stays_until_both_are_done():
    encoder = stored(["a"], most_texts=1)
    with encoder.keeping(["a"]):
        with encoder.keeping(["a"]):
            pass
        encoder.learn(["b"], REAL.encode(["b"]))
        assert encoder.missing(["a"]) == []


@pytest.mark.parametrize(
    "vectors", [np.zeros((1, 8)), np.zeros((2, 7)), np.full((2, 8), np.nan)], ids=["few", "short", "not finite"]
)
def test_vectors_that_do_not_fit_their_texts_are_refused(vectors: np.ndarray):
    encoder = stored([])
    with pytest.raises(ValueError, match="vector"):
        encoder.learn(["a", "b"], vectors)
    assert len(encoder) == 0


def test_threads_that_each_keep_their_own_never_miss_them():
    encoder = StoredEncoder(REAL.name, REAL.dimension, most_texts=3)
    failures: list[Exception] = []

    def work(name: str) -> None:
        try:
            for number in range(100):
                texts = [f"{name} {number}", f"{name} {number + 1}", "shared"]
                with encoder.keeping(texts):
                    missing = encoder.missing(texts)
                    encoder.learn(missing, REAL.encode(missing))
                    assert np.array_equal(encoder.encode(texts), REAL.encode(texts))
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(encoder) <= 3
