"""Nearness in meaning over a pool: every number stands for itself."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import matching.retrieval as retrieval
from embeddings.encoder import Progress, SentenceTransformerEncoder
from embeddings.errors import NotYetEncoded
from embeddings.hashing import HashingEncoder
from embeddings.index import VectorIndex
from embeddings.lexical import LexicalIndex, WordStatistics
from embeddings.linear_map import LinearMap
from embeddings.rounding import rounded
from embeddings.stored import StoredEncoder
from matching.keys import keys_of
from matching.retrieval import (
    LEXICAL_SHARE,
    DocumentRows,
    Recipe,
    VacancyIndex,
    rank_by_meaning,
    shipped_recipe,
)

ENCODER = HashingEncoder(64)
STATISTICS = WordStatistics(documents=1000, mean_length=20.0, document_frequency={"and": 900, "night": 30})
NOISE = np.random.default_rng(1).standard_normal((64, 64)) * 0.05
MAP = LinearMap(name="test", encoder_name=ENCODER.name, matrix=(np.eye(64) + NOISE).astype(np.float32))
RECIPE = Recipe(encoder=ENCODER, linear_map=MAP, statistics=STATISTICS)

VACANCIES = [
    ("Kitchen porter", "Washing up and putting deliveries away."),
    ("Kennel assistant", "Feeding dogs and cleaning kennels."),
    ("Night porter", ""),
    ("Kitchen porter", "Washing up and putting deliveries away."),
    ("", "Sorting parcels at night."),
    ("Baker", "Baking bread at night and cleaning ovens."),
]
words = st.sampled_from(["kitchen", "porter", "night", "dogs", "baking", "and", "parcels", "office"])
wishes = st.lists(st.lists(words, max_size=4).map(" ".join), min_size=1, max_size=3)
pools = st.lists(
    st.tuples(st.lists(words, max_size=3).map(" ".join), st.lists(words, max_size=6).map(" ".join)),
    min_size=1,
    max_size=10,
)


@pytest.fixture(scope="module")
def index() -> VacancyIndex:
    return VacancyIndex.build(VACANCIES, RECIPE)


class TestSimilarities:
    def test_are_the_weighted_sum_of_meaning_and_shared_words(self, index: VacancyIndex):
        title, text = VACANCIES[0]
        wish = "washing up"
        asked, of_title, of_text = (rounded(MAP.apply(ENCODER.encode([part])))[0] for part in (wish, title, text))
        unrounded_title, unrounded_text = MAP.apply(ENCODER.encode([title, text]))
        middle = rounded((unrounded_title + unrounded_text) * np.float32(0.5))
        shared = LexicalIndex.build([f"{title}\n{text}"], STATISTICS).scores(wish)[0]

        found = index.similarities([wish], [0])[0, 0]

        assert found == (1 - LEXICAL_SHARE) * float(asked @ middle) + LEXICAL_SHARE * shared
        assert float(asked @ middle) == pytest.approx(float(asked @ of_title + asked @ of_text) / 2, abs=2e-3)

    @given(pool=pools, texts=wishes, data=st.data())
    @settings(max_examples=60)
    def test_of_a_vacancy_have_the_same_bits_whatever_else_is_in_the_pool_or_asked(
        self, pool: list[tuple[str, str]], texts: list[str], data: st.DataObject
    ):
        row = data.draw(st.integers(0, len(pool) - 1))
        others = data.draw(st.lists(st.integers(0, len(pool) - 1), max_size=4))
        whole = VacancyIndex.build(pool, RECIPE)

        expected = whole.similarities(texts)[:, row]

        assert np.array_equal(whole.similarities(texts, [*others, row])[:, -1], expected)
        assert np.array_equal(VacancyIndex.build([pool[row]], RECIPE).similarities(texts)[:, 0], expected)
        assert np.array_equal(whole.similarities(texts[::-1], [row])[::-1, 0], expected)
        assert whole.similarities(texts[:1], [row])[0, 0] == expected[0]

    @given(pool=pools, texts=wishes, cut=st.integers(0, 10))
    @settings(max_examples=60)
    def test_are_the_same_when_vacancies_are_added_later(self, pool: list[tuple[str, str]], texts: list[str], cut: int):
        grown = VacancyIndex.build(pool[:cut], RECIPE)
        rows = grown.add(pool[cut:])

        assert rows.tolist() == list(range(min(cut, len(pool)), len(pool)))
        assert np.array_equal(grown.similarities(texts), VacancyIndex.build(pool, RECIPE).similarities(texts))

    def test_one_thread_may_add_while_others_ask(self):
        index = VacancyIndex.build(VACANCIES[:1], RECIPE)
        expected = index.similarities(["porter at night"])[0, 0]
        added = threading.Event()

        def ask() -> set[float]:
            found = set()
            while not added.is_set():
                found.add(float(index.similarities(["porter at night"])[0, 0]))
            return found

        with ThreadPoolExecutor(3) as askers:
            asked = [askers.submit(ask) for _ in range(3)]
            try:
                for number in range(150):
                    index.add([(f"Porter {number % 70}", "Nights."), VACANCIES[number % 6]])
            finally:
                added.set()

        assert index.count == 301
        assert set().union(*(each.result() for each in asked)) <= {expected}

    def test_equal_vacancies_have_equal_numbers_and_one_document(self, index: VacancyIndex):
        similarities = index.similarities(["kitchen work"])[0]

        assert similarities[0] == similarities[3]
        assert index.document_count == 5

    def test_a_vacancy_without_a_text_is_judged_by_its_title_alone(self, index: VacancyIndex):
        assert index.similarities(["night porter"], [2])[0, 0] > 0.9

    def test_a_vacancy_without_a_title_is_judged_by_its_text_alone(self, index: VacancyIndex):
        wish = "Sorting parcels at night."

        assert index.similarities([wish], [4])[0, 0] > 0.9

    def test_nothing_asked_and_nothing_left_give_empty_answers(self, index: VacancyIndex):
        assert index.similarities([], [1, 2]).shape == (0, 2)
        assert index.similarities([]).shape == (0, len(VACANCIES))
        assert index.similarities(["porter"], []).shape == (1, 0)
        assert VacancyIndex.build([], RECIPE).similarities(["porter"]).shape == (1, 0)

    def test_more_queries_than_are_kept_are_answered_all_the_same(
        self, index: VacancyIndex, monkeypatch: pytest.MonkeyPatch
    ):
        expected = index.similarities(["porter", "dogs", "baking"])
        monkeypatch.setattr(retrieval, "_QUERIES_KEPT", 2)
        small = VacancyIndex.build(VACANCIES, RECIPE)

        small.similarities(["porter", "night"])

        assert np.array_equal(small.similarities(["porter", "dogs", "baking"]), expected)

    def test_each_distinct_title_and_text_is_encoded_once(self):
        asked: list[str] = []

        class Counting(HashingEncoder):
            def encode(self, texts: Sequence[str], progress: Progress | None = None) -> np.ndarray:
                asked.extend(texts)
                return super().encode(texts, progress)

        recipe = Recipe(encoder=Counting(64), linear_map=MAP, statistics=STATISTICS)

        VacancyIndex.build(VACANCIES, recipe)

        assert len(asked) == len(set(asked))


class TestRecipe:
    def test_a_map_for_another_encoder_is_refused(self):
        with pytest.raises(ValueError, match="the linear map is for"):
            Recipe(encoder=HashingEncoder(16), linear_map=MAP, statistics=STATISTICS)

    def test_the_name_changes_with_every_part(self):
        identity = LinearMap.identity(ENCODER.name, 64)
        other_words = WordStatistics(documents=2, mean_length=1.0, document_frequency={})
        recipes = [
            RECIPE,
            Recipe(encoder=ENCODER, linear_map=identity, statistics=STATISTICS),
            Recipe(encoder=ENCODER, linear_map=MAP, statistics=other_words),
            Recipe(encoder=ENCODER, linear_map=MAP, statistics=STATISTICS, lexical_share=0.2),
        ]

        assert len({recipe.name for recipe in recipes}) == 4

    def test_the_shipped_encoder_gets_the_shipped_map_and_another_none(self):
        assert shipped_recipe().linear_map.name.startswith("linear_map-")
        assert shipped_recipe(encoder=ENCODER).linear_map.name == "none"
        assert shipped_recipe().encoder.name == SentenceTransformerEncoder().name


class TestRankByMeaning:
    def test_positions_come_best_first(self):
        ranked = rank_by_meaning(["dogs", "bread"], VACANCIES, 2, encoder=HashingEncoder())

        assert [row[0] for row in ranked] == [1, 5]
        assert [len(row) for row in ranked] == [2, 2]

    def test_equal_documents_come_in_their_order(self):
        assert rank_by_meaning(["porter"], ["porter", "dogs", "porter", "porter"], 3, encoder=ENCODER) == [[0, 2, 3]]

    def test_a_text_and_a_title_without_a_text_are_ranked_alike(self):
        texts = [title for title, _ in VACANCIES if title]

        assert rank_by_meaning(["night work"], texts, 9, encoder=ENCODER) == rank_by_meaning(
            ["night work"], [(text, "") for text in texts], 9, encoder=ENCODER
        )

    def test_many_queries_are_ranked_as_each_alone(self, monkeypatch: pytest.MonkeyPatch):
        queries = ["porter", "dogs", "night", "parcels", "bread"]
        alone = [rank_by_meaning([query], VACANCIES, 6, encoder=ENCODER)[0] for query in queries]
        monkeypatch.setattr(retrieval, "_QUERIES_AT_ONCE", 2)

        assert rank_by_meaning(queries, VACANCIES, 6, encoder=ENCODER) == alone

    def test_no_documents_give_empty_lists(self):
        assert rank_by_meaning(["porter"], [], 3, encoder=ENCODER) == [[]]

    @pytest.mark.real_encoder
    def test_the_shipped_recipe_finds_work_that_shares_no_word_with_the_wish(self):
        ranked = rank_by_meaning(["looking after animals", "making cakes"], VACANCIES, 1)

        assert ranked == [[1], [5]]


class TestDocuments:
    @given(pool=pools, texts=wishes, data=st.data())
    def test_of_an_index_that_is_kept_in_part_have_the_same_bits(
        self, pool: list[tuple[str, str]], texts: list[str], data: st.DataObject
    ):
        whole = VacancyIndex.build(pool, RECIPE)
        count = whole.document_count
        numbers = np.array(data.draw(st.permutations(range(count)))[: data.draw(st.integers(0, count))], np.int64)
        kept = whole.kept(numbers)
        assert np.array_equal(whole.keys[numbers], kept.keys)
        found = kept.document_similarities(texts, np.arange(len(numbers)))
        assert np.array_equal(found, whole.document_similarities(texts, numbers))

    @given(pool=pools, texts=wishes)
    def test_rows_of_documents_are_as_near_as_the_rows_of_an_index(self, pool: list[tuple[str, str]], texts: list[str]):
        index = VacancyIndex(RECIPE)
        rows = DocumentRows(index=index, document_of_row=index.add_documents(pool))
        everything = np.arange(len(pool))
        expected = VacancyIndex.build(pool, RECIPE).similarities(texts, everything)
        assert np.array_equal(rows.similarities(texts, everything), expected)

    def test_nothing_changes_where_a_text_has_no_vector(self):
        stored = StoredEncoder(ENCODER.name, ENCODER.dimension)
        index = VacancyIndex(Recipe(encoder=stored, linear_map=MAP, statistics=STATISTICS))
        with pytest.raises(NotYetEncoded):
            index.add_documents(VACANCIES)
        assert (index.document_count, index.words.count, index.without_vectors(VACANCIES[:1])) == (0, 0, VACANCIES[:1])

    def test_a_document_needs_its_vector_and_its_words(self):
        with pytest.raises(ValueError, match="one vector and its words"):
            VacancyIndex.of_documents(keys_of(["one"]), VectorIndex(64), LexicalIndex(STATISTICS), RECIPE)
