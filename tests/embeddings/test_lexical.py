"""Shared words: BM25 with frozen statistics, held against bm25s."""

from __future__ import annotations

from pathlib import Path

import bm25s
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import embeddings.lexical as lexical_module
from embeddings.errors import WordStatisticsRefused
from embeddings.lexical import LENGTH_WEIGHT, SATURATION, LexicalIndex, WordStatistics, tokenize

WORDS = ["cook", "clean", "drive", "pack", "stock", "garden", "night", "shop"]
texts = st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join)
corpora = st.lists(texts, min_size=1, max_size=12)
FROZEN = WordStatistics(documents=100, mean_length=5.0, document_frequency={"cook": 40, "clean": 7, "pack": 90})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Kitchen-porter (part time), £12.50", ["kitchen", "porter", "part", "time", "12", "50"]),
        ("Café & CRÊPES", ["cafe", "crepes"]),
        ("C++ and C# developer", ["c++", "and", "c#", "developer"]),
        ("snake_case", ["snake", "case"]),
        ("  \n ", []),
    ],
)
def test_words_of_a_text(text: str, words: list[str]):
    assert tokenize(text) == words


class TestScores:
    @given(corpus=corpora, query=texts)
    def test_equal_those_of_bm25s_but_for_the_scale(self, corpus: list[str], query: str):
        words = sorted(set(tokenize(query)) & {word for text in corpus for word in tokenize(text)})
        if not words:
            return
        statistics = WordStatistics.of(corpus)
        oracle = bm25s.BM25(k1=SATURATION, b=LENGTH_WEIGHT, method="lucene")
        oracle.index([tokenize(text) for text in corpus], show_progress=False)
        most = sum(sorted(map(statistics.weight, words))[-2:])

        scores = LexicalIndex.build(corpus, statistics).scores(" ".join(words))

        assert np.allclose(scores, np.minimum(oracle.get_scores(words) / most, 1), atol=1e-5)

    @given(corpus=corpora, query=texts, data=st.data())
    def test_of_a_row_have_the_same_bits_whatever_else_is_asked_or_held(
        self, corpus: list[str], query: str, data: st.DataObject
    ):
        row = data.draw(st.integers(0, len(corpus) - 1))
        others = data.draw(st.lists(st.integers(0, len(corpus) - 1), max_size=5))
        index = LexicalIndex.build(corpus, FROZEN)

        whole = index.scores(query)[row]

        assert index.scores(query, [row])[0].tobytes() == whole.tobytes()
        assert index.scores(query, [*others, row])[-1].tobytes() == whole.tobytes()
        assert LexicalIndex.build([corpus[row]], FROZEN).scores(query)[0].tobytes() == whole.tobytes()

    @given(corpus=corpora, query=texts, cuts=st.lists(st.integers(1, 3), max_size=12))
    def test_are_the_same_when_texts_are_added_bit_by_bit(self, corpus: list[str], query: str, cuts: list[int]):
        index, start = LexicalIndex(FROZEN), 0
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(lexical_module, "_SEGMENTS_OF_A_SIZE", 2)
            for size in [*cuts, len(corpus)]:
                index.add(corpus[start : start + size])
                start += size
        rows = np.arange(len(corpus))[::-1]

        whole = LexicalIndex.build(corpus, FROZEN).scores(query)

        assert index.scores(query).tobytes() == whole.tobytes()
        assert index.scores(query, rows).tobytes() == whole[rows].tobytes()

    @given(corpus=corpora, query=texts)
    def test_lie_between_nought_and_one(self, corpus: list[str], query: str):
        scores = LexicalIndex.build(corpus, FROZEN).scores(query)

        assert np.all((scores >= 0) & (scores <= 1))

    def test_do_not_depend_on_the_order_or_repetition_of_the_words_of_a_query(self):
        index = LexicalIndex.build(["pack and stock", "cook clean cook"], FROZEN)

        assert index.scores("cook pack drive clean").tobytes() == index.scores("clean cook drive pack COOK").tobytes()

    def test_of_a_query_without_words_are_nought(self):
        assert LexicalIndex.build(["pack", "cook"], FROZEN).scores("…").tolist() == [0.0, 0.0]

    def test_worked_by_hand(self):
        # "cook": 40 of 100 documents; twice in a document of the mean length, so 2 / (2 + 1.2) of its weight.
        # "zebra" is unknown: it weighs as a word of one document and is not in the text.
        cook, zebra = np.log(1 + 60.5 / 40.5), np.log(1 + 99.5 / 1.5)

        scores = LexicalIndex.build(["cook clean cook drive pack"], FROZEN).scores("cook zebra")

        assert scores[0] == pytest.approx(cook * (2 / 3.2) / (cook + zebra), abs=1e-7)

    def test_a_text_that_holds_two_of_many_words_asked_for_matches_as_if_only_they_were_asked_for(self):
        index = LexicalIndex.build(["zebra okapi"], FROZEN)

        assert index.scores("zebra okapi pack cook clean")[0] == index.scores("zebra okapi")[0] > 0.5

    def test_the_number_of_segments_grows_slowly(self):
        index = LexicalIndex(FROZEN)
        for number in range(300):
            index.add([f"cook {WORDS[number % 8]}"])

        assert index.count == 300
        assert len(index._segments) < 25

    @pytest.mark.parametrize("rows", [[2], [-1]])
    def test_of_a_document_that_is_not_there_are_refused(self, rows: list[int]):
        with pytest.raises(IndexError):
            LexicalIndex.build(["pack", "cook"], FROZEN).scores("cook", rows)

    def test_a_slate_is_wiped_after_use(self):
        index = LexicalIndex.build(["pack", "cook"], FROZEN)
        index.scores("cook", [0, 1])

        assert index.scores("pack", [0, 1])[1] == 0.0


class TestStatistics:
    def test_a_table_survives_being_written_and_read(self, tmp_path: Path):
        FROZEN.save(tmp_path / "words.csv.gz")

        assert WordStatistics.load(tmp_path / "words.csv.gz") == FROZEN

    def test_the_same_statistics_give_the_same_bytes(self, tmp_path: Path):
        FROZEN.save(tmp_path / "one")
        FROZEN.save(tmp_path / "two")

        assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()

    def test_words_are_counted_once_a_text(self):
        counted = WordStatistics.of(["cook cook pack", "Cook", ""])

        assert counted == WordStatistics(documents=3, mean_length=4 / 3, document_frequency={"cook": 2, "pack": 1})

    def test_a_word_that_is_not_in_the_table_weighs_as_a_rare_one(self):
        assert FROZEN.weight("zebra") > FROZEN.weight("clean") > FROZEN.weight("cook") > FROZEN.weight("pack") > 0

    def test_the_digest_changes_with_any_number(self):
        other = WordStatistics(
            documents=100, mean_length=5.0, document_frequency={**FROZEN.document_frequency, "pack": 89}
        )

        assert other.digest != FROZEN.digest

    @pytest.mark.parametrize("content", [b"", b"no gzip", b"\x1f\x8b cut"])
    def test_a_table_that_cannot_be_read_is_refused(self, tmp_path: Path, content: bytes):
        (tmp_path / "words").write_bytes(content)

        with pytest.raises(WordStatisticsRefused):
            WordStatistics.load(tmp_path / "words")

    def test_a_table_that_is_not_there_is_refused(self, tmp_path: Path):
        with pytest.raises(WordStatisticsRefused):
            WordStatistics.load(tmp_path / "words")


class TestSome:
    @given(corpus=corpora, query=texts, cut=st.integers(0, 12), data=st.data())
    def test_documents_that_are_kept_alone_have_the_same_bits(
        self, corpus: list[str], query: str, cut: int, data: st.DataObject
    ):
        kept = data.draw(st.permutations(range(len(corpus))))[: data.draw(st.integers(0, len(corpus)))]
        index = LexicalIndex.build(corpus[:cut], FROZEN)
        index.add(corpus[cut:])
        alone = index.kept(np.array(kept, np.int64))
        assert alone.count == len(kept)
        assert np.array_equal(alone.scores(query), index.scores(query)[kept])

    @given(corpus=corpora, query=texts, cut=st.integers(0, 12))
    def test_arrays_make_an_equal_index_that_can_grow(self, corpus: list[str], query: str, cut: int):
        index = LexicalIndex.build(corpus[:cut], FROZEN)
        again = LexicalIndex.of_arrays(index.arrays(), FROZEN)
        assert np.array_equal(again.scores(query), index.scores(query))
        again.add(corpus[cut:])
        assert np.array_equal(again.scores(query), LexicalIndex.build(corpus, FROZEN).scores(query))
