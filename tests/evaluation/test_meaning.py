"""The measurement of the ranking recipe on a labelled set."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from embeddings.hashing import HashingEncoder
from evaluation.meaning import BM25, ENCODER, MAPPED, RECIPE, evaluate, read_labelled_set
from matching.errors import Invalid
from matching.retrieval import rank_by_meaning, shipped_recipe

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

    assert "| BM25 alone | " in table.markdown()
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
