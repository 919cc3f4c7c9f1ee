"""The words of values."""

from __future__ import annotations

from enum import StrEnum

import pytest

from api.pages.labels import LABELS


@pytest.mark.parametrize("kind", LABELS, ids=lambda kind: kind.__name__)
def test_each_value_has_words_and_no_two_the_same(kind: type[StrEnum]) -> None:
    words = LABELS[kind]
    assert set(words) == set(kind)
    assert len(set(words.values())) == len(words)
