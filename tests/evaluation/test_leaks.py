"""What became known after the decision, or tells of the person, is caught before anything is learnt from it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from evaluation.columns import value_column
from evaluation.estimates import Estimate
from evaluation.history import History
from evaluation.outcomes import starts
from evaluation.records.reading import history_of
from evaluation.simulation import simulate
from evaluation.sustain.leaks import MOST_AUC, SOURCES, Source, check_auc, check_days, check_sources
from evaluation.sustain.training import train
from matching.errors import Invalid
from matching.lasting_features import FEATURES, Feature
from matching.model.finding import Aspect


@pytest.fixture(scope="module")
def honest() -> History:
    made = simulate(participants=3000, months=36, seed=5)
    return history_of(made.tables, made.data_until, simulated=True)


def test_every_feature_comes_from_before_the_decision_and_from_the_match() -> None:
    check_sources()

    assert set(SOURCES) == set(FEATURES)


@pytest.mark.parametrize(
    ("table", "column", "why"),
    [
        ("placements", "hours_week", "known only after the decision"),
        ("earnings", "gross_pence", "known only after the decision"),
        ("decisions", "choice", "known only after the decision"),
        ("steps", "step", "known only after the decision"),
        ("questions", "moved_lists", "known only after the decision"),
        ("participants", "route", "tells of the person"),
        ("participants", "provider", "tells of the person"),
        ("groups", "group", "tells of the person"),
        ("entries", "position", "tells of the list"),
        ("entries", "score", "tells of the list"),
        ("entries", "outcome", "no history has"),
    ],
)
def test_a_feature_from_anywhere_else_is_refused(table: str, column: str, why: str) -> None:
    sources = {**SOURCES, Feature.SKILLS: Source(table=table, column=column)}

    with pytest.raises(Invalid) as refused:
        check_sources(sources)

    assert str(refused.value).startswith(f"skills_value: leak: comes from {table}.{column}")
    assert why in str(refused.value)


@pytest.mark.parametrize(
    ("table", "column", "what"),
    [("shortlists", "drawn_on", "list was drawn"), ("vacancies", "logged_on", "role was logged")],
)
def test_a_list_or_role_from_after_the_start_is_refused_by_row(
    honest: History, table: str, column: str, what: str
) -> None:
    job = int(np.flatnonzero(starts(honest)["from_list"])[0])
    row = honest.placements[table.removesuffix("s").replace("vacancie", "vacancy")].to_numpy()[job]
    frame = honest.table(table)
    assert frame is not None
    frame = frame.copy()
    frame.loc[row, column] = honest.placements["started_on"].iloc[job] + np.timedelta64(1, "D")

    with pytest.raises(Invalid, match=f"placements, {job + 1}: leak: the {what} after the job began"):
        check_days(replace(honest, **{table: frame}))


def test_an_honest_history_passes(honest: History) -> None:
    check_days(honest)


def test_a_value_that_was_rewritten_from_the_outcome_fails_the_training(honest: History) -> None:
    """Somebody judged the journey again after the job ended: most of the values now tell the answer."""
    jobs = starts(honest)
    jobs = jobs[jobs["from_list"]]
    rewritten = np.random.default_rng(1).random(len(jobs)) < 0.7
    column = value_column(Aspect.TRAVEL)
    entries = honest.entries.copy()
    lasted = np.clip(jobs["weeks"].to_numpy() / 52, 0, 1).astype(np.float32)
    entries.loc[jobs["entry"].to_numpy()[rewritten], column] = lasted[rewritten]

    with pytest.raises(Invalid, match=r"travel_value: leak: .*entries\.travel_value was written after"):
        train(replace(honest, entries=entries), seed=1)


def _auc(value: float) -> Estimate:
    return Estimate(value=value, low=value - 0.02, high=value + 0.02, count=1000)


def test_the_feature_that_tells_most_is_named() -> None:
    alone = {**dict.fromkeys(FEATURES, 0.52), Feature.PAY: 0.7}

    with pytest.raises(Invalid, match="pay_value: leak"):
        check_auc(_auc(MOST_AUC + 0.01), alone)


def test_a_feature_that_tells_the_answer_the_wrong_way_round_is_a_leak_too() -> None:
    """The model is held to its direction and cannot use it; it was written after the job began all the same."""
    with pytest.raises(Invalid, match="pay_value: leak"):
        check_auc(_auc(0.6), {**dict.fromkeys(FEATURES, 0.52), Feature.PAY: 0.9})


def test_as_much_as_a_match_may_tell_is_no_leak() -> None:
    check_auc(_auc(MOST_AUC), dict.fromkeys(FEATURES, 0.6))
