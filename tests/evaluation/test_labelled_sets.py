"""The public data sets: cut by occupation, so that nothing is measured on what was trained on."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.labelled_sets import (
    SHARED_DATA,
    esco_occupations,
    in_threes,
    is_for_choosing,
    is_held_out,
    labelled_sets,
    onet_occupations,
    write_set,
)
from derive.linear_map import training_groups
from derive.word_statistics import FEWEST_TEXTS, statistics_of
from embeddings.lexical import WordStatistics
from evaluation.meaning import LabelledSet, read_labelled_set
from matching.retrieval import WORD_STATISTICS


def test_tasks_are_told_in_threes_and_what_is_left_over_is_left_out():
    assert in_threes(["Cook.", "Clean.", "Pack.", "Drive."]) == ["Cook. Clean. Pack."]


def test_no_occupation_is_both_held_out_and_for_choosing():
    codes = [f"code {number}" for number in range(2000)]

    assert not any(is_held_out(code) and is_for_choosing(code) for code in codes)
    assert 0.15 < sum(map(is_held_out, codes)) / len(codes) < 0.25


def test_a_set_that_was_written_is_read_again(tmp_path: Path):
    labelled = LabelledSet(
        queries={"q0": "making bread"},
        corpus={"d1": ("Baker", ""), "d2": ("Cook", "Makes meals.")},
        grades={"q0": {"d1": 1}},
    )

    write_set(labelled, tmp_path)

    assert (
        read_labelled_set(
            queries=tmp_path / "queries.tsv", corpus=tmp_path / "corpus.tsv", qrels=tmp_path / "qrels.tsv"
        )
        == labelled
    )


@pytest.mark.needs_shared_data
class TestSharedData:
    def test_training_without_held_out_occupations_meets_none_of_those_measured(self):
        groups = training_groups(SHARED_DATA, lambda code: not is_held_out(code))
        trained_on = {pair.occupation.code for group in groups for pair in group}
        measured = {
            code
            for name, labelled in labelled_sets(SHARED_DATA).items()
            if "occupation" in name
            for right in labelled.grades.values()
            for code in right
        }

        assert len(trained_on) > 2000
        assert len(measured) > 500
        assert not trained_on & measured

    def test_every_group_to_train_on_has_pairs(self):
        assert all(len(group) > 1000 for group in training_groups(SHARED_DATA, lambda code: True))

    def test_no_other_name_repeats_the_title(self):
        for each in (*esco_occupations(SHARED_DATA), *onet_occupations(SHARED_DATA)):
            assert each.title.casefold() not in {name.casefold() for name in each.other_names}

    def test_the_shipped_word_statistics_are_those_of_the_data(self):
        shipped = WordStatistics.load(WORD_STATISTICS)

        assert shipped == statistics_of(SHARED_DATA, lambda code: True)
        assert min(shipped.document_frequency.values()) >= FEWEST_TEXTS
        assert WORD_STATISTICS.stat().st_size < 400_000
