"""The page on the format of a history tells of every column that is read, in plain sentences."""

from __future__ import annotations

import pytest

from derive import history_format
from evaluation.columns import TABLES
from matching.model.finding import Aspect
from tests.project.test_prose import MOST_WORDS, sentences, words

PAGE = history_format.TARGET.read_text(encoding="utf-8") if history_format.TARGET.exists() else ""


def test_the_page_is_up_to_date() -> None:
    assert history_format.page() == PAGE, "run: python -m derive.history_format"


@pytest.mark.parametrize("table", TABLES)
def test_it_says_what_each_column_means_and_no_more(table: str) -> None:
    of_aspects = {name for aspect in Aspect for name in (str(aspect), f"{aspect}_value")}
    known = {column.name for column in TABLES[table].columns}
    told = set(history_format.MEANINGS[table])
    assert told == (known - of_aspects if table == "entries" else known)


def test_each_aspect_is_named() -> None:
    assert [aspect for aspect in Aspect if f"`{aspect}`" not in PAGE] == []


def test_no_sentence_is_longer_than_25_words() -> None:
    assert [each for each in sentences(PAGE) if words(each) > MOST_WORDS] == []
