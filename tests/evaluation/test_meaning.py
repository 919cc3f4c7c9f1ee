"""The measurement of the ranking recipe on a labelled set."""

from __future__ import annotations

import json
import math
import warnings
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from random import Random

import bm25s
import numpy as np
import pytest

from embeddings.hashing import HashingEncoder
from embeddings.lexical import LENGTH_WEIGHT, SATURATION, query_words, tokenize
from evaluation.labelled_sets import LabelledSet, read_labelled_folder, read_labelled_set
from evaluation.meaning import (
    BM25,
    DEPTH,
    ENCODER,
    MAPPED,
    MEASURES,
    RECIPE,
    evaluate,
    evaluate_folder,
    evaluate_set,
    json_of_tables,
    markdown_of_tables,
    mean_of_sets,
)
from fixtures.world import load_world
from matching.errors import Invalid
from matching.retrieval import VacancyIndex, rank, rank_by_meaning, shipped_recipe
from matching.taxonomy import load_catalogue

QUERIES = "q1\tdogs and kennels\nq2\tbaking\nq3\tnothing judged\n"
CORPUS = "d1\tKennel assistant\tFeeding dogs.\nd2\tBaker\tBaking bread.\nd3\tClerk\t\n"
QRELS = "q1\td1\t2\nq1\td3\t1\nq2\td2\t1\nq3\td2\t0\n"
HASHING = shipped_recipe(encoder=HashingEncoder())


def files(folder: Path, queries: str = QUERIES, corpus: str = CORPUS, qrels: str = QRELS) -> dict[str, Path]:
    contents = {"queries": queries, "corpus": corpus, "qrels": qrels}
    for name, content in contents.items():
        (folder / f"{name}.tsv").write_text(content, encoding="utf-8")
    return {name: folder / f"{name}.tsv" for name in contents}


def test_every_method_has_a_line(tmp_path: Path):
    table = evaluate(**files(tmp_path), recipe=HASHING)

    assert [line.method for line in table.results] == [RECIPE, MAPPED, ENCODER, BM25]
    assert (table.queries, table.documents) == (2, 3)


def test_the_numbers_are_means_over_queries_with_a_relevant_document(tmp_path: Path):
    recipe = evaluate(**files(tmp_path), recipe=HASHING).result(RECIPE)

    ranked = rank_by_meaning(
        ["dogs and kennels"], [("Kennel assistant", "Feeding dogs."), ("Baker", "Baking bread."), ("Clerk", "")], 3,
        encoder=HashingEncoder(),
    )[0]  # fmt: skip
    third = 1 if ranked[1] == 2 else 2
    assert ranked[0] == 0
    assert recipe.mean_reciprocal_rank == 1.0
    assert recipe.mean_average_precision == pytest.approx((1 + (1 + 2 / (third + 1)) / 2) / 2)
    assert recipe.recall_at_10 == 1.0


def test_the_recipe_is_nowhere_ahead_of_itself(tmp_path: Path):
    recipe = evaluate(**files(tmp_path), recipe=HASHING).result(RECIPE)

    assert (recipe.recipe_ahead, recipe.recipe_ahead_low, recipe.recipe_ahead_high) == (0.0, 0.0, 0.0)


def test_the_same_files_give_the_same_table(tmp_path: Path):
    paths = files(tmp_path)

    assert evaluate(**paths, recipe=HASHING) == evaluate(**paths, recipe=HASHING)


def test_the_table_can_be_written_as_markdown_and_json(tmp_path: Path):
    table = evaluate(**files(tmp_path), recipe=HASHING)

    assert "| BM25 alone " in table.markdown()
    assert [line["method"] for line in json.loads(table.json())["results"]] == [RECIPE, MAPPED, ENCODER, BM25]


def test_a_document_may_come_without_a_text(tmp_path: Path):
    labelled = read_labelled_set(**files(tmp_path, corpus="d1\tKennel\nd2\tBaker\t\r\n\nd3\tClerk\tTyping"))

    assert labelled.corpus == {"d1": ("Kennel", ""), "d2": ("Baker", ""), "d3": ("Clerk", "Typing")}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"queries": "q1\tdogs\textra\nq2\tx\nq3\ty\n"}, "queries.tsv, 1: 3 columns instead of 2"),
        ({"queries": QUERIES + "q1\tagain\n"}, "queries.tsv, 4: the id 'q1' was there before"),
        ({"corpus": CORPUS + "d4\n"}, "corpus.tsv, 4: 1 columns instead of 2 or 3"),
        ({"qrels": "q1\td1\tgood\n"}, "qrels.tsv, 1: the grade 'good' is not a whole number from 0"),
        ({"qrels": "q1\td1\t-1\n"}, "the grade '-1' is not"),
        ({"qrels": "q9\td1\t1\n"}, "there is no query 'q9' in queries.tsv"),
        ({"qrels": "\nq1\td9\t1\n"}, "qrels.tsv, 2: there is no document 'd9' in corpus.tsv"),
        ({"qrels": "q1\td1\t0\n"}, "No query has a relevant document"),
        (
            {"qrels": "q1\td1\t1\nq1\td1\t2\n"},
            "qrels.tsv, 2: the grade of 'd1' for 'q1' is 2 here and 1 in a row above",
        ),
        ({"queries": "q1\t \nq2\tx\nq3\ty\n"}, "queries.tsv, 1: the query 'q1' has no text"),
        ({"queries": QUERIES + "\tx\n"}, "queries.tsv, 4: the id is missing"),
        ({"corpus": CORPUS + "d1\tAgain\t\n"}, "corpus.tsv, 4: the id 'd1' was there before"),
        ({"queries": "", "qrels": ""}, "queries.tsv: the file is empty"),
        ({"qrels": "\n\n"}, "qrels.tsv: the file is empty"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, change: dict[str, str], said: str):
    with pytest.raises(Invalid) as refused:
        evaluate(**files(tmp_path, **change), recipe=HASHING)

    assert said in str(refused.value)


def test_all_problems_are_named_at_once(tmp_path: Path):
    paths = files(tmp_path, corpus="d1\n", qrels="q1\td1\tx\n")
    paths["queries"].unlink()

    with pytest.raises(Invalid) as refused:
        read_labelled_set(**paths)

    assert len(refused.value.problems) == 3


def test_a_file_that_is_not_utf_8_is_named_with_its_line(tmp_path: Path):
    paths = files(tmp_path)
    paths["corpus"].write_bytes("d1\tKennel\t\nd2\tCaf\xe9\t\n".encode("latin-1"))

    with pytest.raises(Invalid, match=r"corpus\.tsv, 2: the text is not UTF-8"):
        evaluate(**paths, recipe=HASHING)


def test_a_file_that_is_not_there_is_named(tmp_path: Path):
    files(tmp_path)["qrels"].unlink()

    with pytest.raises(Invalid, match=r"qrels\.tsv: the file cannot be read: No such file"):
        evaluate_folder(tmp_path, HASHING)


@pytest.mark.parametrize(("name", "said"), [("nothing", "there is no such folder"), ("queries.tsv", "is not a folder")])
def test_what_is_no_folder_is_refused(tmp_path: Path, name: str, said: str):
    files(tmp_path)

    with pytest.raises(Invalid, match=said):
        read_labelled_folder(tmp_path / name)


def test_a_judgement_that_is_there_twice_counts_once(tmp_path: Path):
    assert read_labelled_set(**files(tmp_path, qrels=QRELS + "q1\td1\t2\n")) == read_labelled_set(**files(tmp_path))


def test_queries_without_a_relevant_document_are_counted(tmp_path: Path):
    table = evaluate(**files(tmp_path), recipe=HASHING)

    assert table.queries_left_out == 1
    assert table.markdown().startswith("2 queries (1 without a relevant one left out), 3 documents")


# A larger set: the tasks of the catalogue against the invented county's vacancies.


@cache
def county() -> LabelledSet:
    vacancies = load_world().vacancies
    tags = load_catalogue().task_tags
    grades = {
        tag.slug: {
            each["vacancy_ref"]: 2 if each["task_tags"][0] == tag.slug else 1
            for each in vacancies
            if tag.slug in each.get("task_tags", ())
        }
        for tag in tags
    }
    return LabelledSet(
        queries={tag.slug: tag.text for tag in tags},
        corpus={each["vacancy_ref"]: (each["title"], each.get("description", "")) for each in vacancies},
        grades={query: found for query, found in grades.items() if found},
    )


def by_oracle(ranked: Mapping[str, list[str]]) -> dict[str, float]:
    """The five measures by ir-measures, over the queries with a relevant document."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import ir_measures
        from ir_measures import AP, RR, R, nDCG

        run = {query: {each: float(-place) for place, each in enumerate(found)} for query, found in ranked.items()}
        measures = [nDCG @ 10, AP, RR, R @ 1, R @ 10]
        found = ir_measures.calc_aggregate(measures, county().grades, run)
    return dict(zip(MEASURES, (found[each] for each in measures), strict=True))


def ranked_by_recipe() -> dict[str, list[str]]:
    documents = sorted(county().corpus)
    index = VacancyIndex.build([county().corpus[each] for each in documents], HASHING)
    found = rank(index, [county().queries[query] for query in county().grades], DEPTH)
    return {query: [documents[row] for row in rows] for query, rows in zip(county().grades, found, strict=True)}


def ranked_by_bm25s() -> dict[str, list[str]]:
    documents = sorted(county().corpus)
    oracle = bm25s.BM25(k1=SATURATION, b=LENGTH_WEIGHT, method="lucene", dtype="float64")
    oracle.index([tokenize("\n".join(county().corpus[each])) for each in documents], show_progress=False)
    found = {}
    for query in county().grades:
        words = [word for word in query_words(county().queries[query]) if word in oracle.vocab_dict]
        scores = oracle.get_scores(words) if words else np.zeros(len(documents))
        found[query] = [documents[row] for row in np.lexsort((np.arange(len(documents)), -np.round(scores, 6)))]
    return found


@pytest.mark.parametrize(("method", "ranked"), [(RECIPE, ranked_by_recipe), (BM25, ranked_by_bm25s)])
def test_the_figures_of_a_whole_run_equal_those_of_ir_measures(
    method: str, ranked: Callable[[], Mapping[str, list[str]]]
):
    line = evaluate_set(county(), HASHING).result(method)

    for name, expected in by_oracle(ranked()).items():
        assert getattr(line, name) == pytest.approx(expected, abs=1e-9), name


def test_the_order_of_the_rows_changes_nothing():
    shuffled = {}
    for name in ("queries", "corpus", "grades"):
        rows = list(getattr(county(), name).items())
        Random(1).shuffle(rows)
        shuffled[name] = dict(rows)

    assert evaluate_set(LabelledSet(**shuffled), HASHING) == evaluate_set(county(), HASHING)


def test_documents_of_the_same_words_stand_in_order_of_their_ids():
    twins = LabelledSet(queries={"q": "baking"}, corpus=dict.fromkeys("cab", ("Baker", "")), grades={"q": {"b": 1}})

    assert [line.mean_reciprocal_rank for line in evaluate_set(twins, HASHING).results] == [1 / 2] * 4


def test_a_document_without_a_title_or_any_word_is_ranked_all_the_same():
    bare = LabelledSet(
        queries={"q": "baking"}, corpus={"a": ("", "Baking bread"), "b": ("", "")}, grades={"q": {"a": 1}}
    )

    assert [line.recall_at_1 for line in evaluate_set(bare, HASHING).results] == [1.0] * 4


def test_progress_is_told_to_the_end():
    told: list[tuple[int, int]] = []
    evaluate_set(county(), HASHING, lambda done, total: told.append((done, total)))

    assert all(0 < done <= total for done, total in told)
    assert told[-1] == (len(county().grades),) * 2


# Several sets


def test_the_mean_counts_every_set_alike(tmp_path: Path):
    tables = [evaluate(**files(tmp_path), recipe=HASHING), evaluate_set(county(), HASHING)]

    for line in mean_of_sets(tables):
        for name in MEASURES:
            expected = math.fsum(getattr(table.result(line.method), name) for table in tables) / 2
            assert getattr(line, name) == pytest.approx(expected, abs=1e-12)


def test_several_sets_have_a_table_each_and_a_mean(tmp_path: Path):
    tables = {"one": evaluate(**files(tmp_path), recipe=HASHING), "two": evaluate_set(county(), HASHING)}

    assert [line for line in markdown_of_tables(tables).splitlines() if line.startswith("#")] == [
        "# one",
        "# two",
        "# Mean of 2 sets",
    ]
    told = json.loads(json_of_tables(tables))
    assert [each["name"] for each in told["sets"]] == ["one", "two"]
    assert [line["method"] for line in told["mean"]] == [RECIPE, MAPPED, ENCODER, BM25]


def test_one_set_has_no_mean(tmp_path: Path):
    tables = {"one": evaluate(**files(tmp_path), recipe=HASHING)}

    assert "Mean" not in markdown_of_tables(tables)
    assert json.loads(json_of_tables(tables))["mean"] == []
