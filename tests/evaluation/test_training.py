"""The sustain model: learnt, written, read back, and silent where the history does not hold enough."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from api.cli import app
from evaluation.history import History
from evaluation.records.reading import history_of
from evaluation.records.writing import write_history
from evaluation.simulation import Effects, simulate
from evaluation.simulation.simulate import about
from evaluation.sustain.features import entry_features, placements_of
from evaluation.sustain.hazard_steps import PERIOD_ENDS
from evaluation.sustain.model_files import CARD_FILE, ESTIMATOR_FILE, estimator_bytes, read_estimator
from evaluation.sustain.training import Trained, train, write_trained
from evaluation.sustain.validating import Rival
from matching.errors import Invalid
from matching.lasting import SustainModel
from matching.lasting_features import FEATURES, Feature
from matching.lasting_reading import MODEL_FILE, NotEnoughEvidence, model_from, read_model
from tests.evaluation.made_placements import made_placements

#: A world in which matches tell much, so that a small history is enough.
PLAIN = Effects(
    preference_match=0.2,
    sensory_gap=1.5,
    unmet_essential=1.8,
    travel_over=2,
    hours_outside=2,
    supervisor_sd=0,
    unexplained_sd=0,
    person_sd=0,
    start_chance=0.3,
    own_search=0,
    temporary_share=0.35,
)
SEED = 1


@pytest.fixture(scope="module")
def history() -> History:
    made = simulate(participants=4000, months=40, seed=3, effects=PLAIN)
    return history_of(made.tables, made.data_until, simulated=True)


@pytest.fixture(scope="module")
def trained(history: History) -> Trained:
    return train(history, seed=SEED)


@pytest.fixture(scope="module")
def model(trained: Trained) -> SustainModel:
    return model_from(trained.files[MODEL_FILE])


# What is learnt


def test_an_honest_history_gives_a_model_that_beats_one_chance_for_everybody(trained: Trained) -> None:
    assert trained.is_model
    assert trained.validation is not None
    assert trained.validation.gains[Rival.BASE_RATE].low > 0
    assert set(trained.files) == {MODEL_FILE, ESTIMATOR_FILE, CARD_FILE}


def test_what_makes_jobs_last_in_that_world_is_found(model: SustainModel) -> None:
    by_feature = dict(zip(FEATURES, model.steps, strict=True))

    wanted = by_feature[Feature.PREFERENCES].effects
    assert wanted[-1] < wanted[0] - 0.3  # less log-odds of ending
    assert sum(model.fixed_end) > 1


def test_the_estimator_and_the_steps_tell_the_same(
    history: History, trained: Trained, model: SustainModel, tmp_path: Path
) -> None:
    """Worked out a second time from what scikit-learn itself says of each period."""
    write_trained(trained, tmp_path / "model")
    held = read_estimator(tmp_path / "model" / ESTIMATOR_FILE)
    features = entry_features(history, np.arange(3000))

    contract = features[FEATURES.index(Feature.FIXED_END)]
    going_on = np.ones(features.shape[1])
    for period, end in enumerate(PERIOD_ENDS):
        table = np.column_stack([features.T, np.full(len(contract), float(period))])
        open_ended = table.copy()
        open_ended[:, FEATURES.index(Feature.FIXED_END)] = 0.0
        found, without = (held["estimator"].decision_function(each) for each in (table, open_ended))
        usual = held["usual"][period]
        odds = (
            usual + held["contract_slope"] * (found - without) + held["slope"] * (without - usual) + held["intercept"]
        )
        going_on *= 1 - 1 / (1 + np.exp(-odds))
        if end == 13:
            assert model.chances(features, weeks=13) == pytest.approx(going_on, abs=1e-7)
    assert model.chances(features, weeks=52) == pytest.approx(going_on, abs=1e-7)


def test_chances_and_outcomes_agree_on_the_jobs_it_was_calibrated_on(history: History, model: SustainModel) -> None:
    jobs = placements_of(history)
    known = (jobs.weeks_passed() >= 26) & ((jobs.weeks >= 26) | jobs.ended)

    told = model.chances(jobs.features, weeks=26)[known].mean()

    assert told == pytest.approx((jobs.weeks[known] >= 26).mean(), abs=0.03)


# Nothing of the person


def test_nothing_about_the_person_enters(history: History, trained: Trained) -> None:
    """Every person column and every group is filled with other words and numbers: the same bytes come out."""
    lots = np.random.default_rng(7)
    people = history.participants.copy()
    people["route"] = lots.permutation(people["route"].to_numpy())
    people["model"] = lots.permutation(people["model"].to_numpy())
    people["provider"] = lots.permutation(people["provider"].to_numpy())
    people["hours_wanted"] = lots.random(len(people)) * 168
    for day in ("entered_on", "first_met_on", "support_ends_on"):
        people[day] = people[day] - np.timedelta64(1000, "D")
    people["canary"] = "Canary"
    others = replace(
        history, participants=people.iloc[lots.permutation(len(people))].reset_index(drop=True), groups=None
    )

    again = train(others, seed=SEED)

    for name in (MODEL_FILE, ESTIMATOR_FILE):
        assert again.files[name] == trained.files[name]
    assert "Canary" not in again.files[CARD_FILE].decode()


# Not enough


def test_fifty_placements_are_not_enough_and_the_engine_refuses_what_is_written(tmp_path: Path) -> None:
    made = simulate(participants=160, months=30, seed=2)
    small = history_of(made.tables, made.data_until)
    jobs = len(placements_of(small))
    assert 40 <= jobs <= 60

    trained = train(small, seed=SEED)
    write_trained(trained, tmp_path / "model")

    assert not trained.is_model
    assert trained.says.startswith("Not enough evidence: ")
    assert f"holds {jobs} job starts" in trained.says
    assert "documented weights alone" in (tmp_path / "model" / CARD_FILE).read_text()
    assert not (tmp_path / "model" / ESTIMATOR_FILE).exists()
    with pytest.raises(NotEnoughEvidence, match="not enough evidence"):
        read_model(tmp_path / "model")


def test_matches_that_tell_nothing_give_no_model(history: History) -> None:
    """The jobs' lists are dealt out anew, so that no feature has to do with how long its job lasted."""
    lots = np.random.default_rng(4)
    values = [column for column in history.entries if column.endswith("_value")]
    entries = history.entries.copy()
    for column in values:
        entries[column] = lots.permutation(entries[column].to_numpy())
    vacancies = history.vacancies.copy()
    vacancies["contract"] = vacancies["contract"].array[lots.permutation(len(vacancies))]
    for aspect in ("adjustments", "sensory", "travel", "refused_work"):
        entries[aspect] = entries[aspect].array[lots.permutation(len(entries))]

    trained = train(replace(history, entries=entries, vacancies=vacancies), seed=SEED)

    assert not trained.is_model
    assert "not clearly better" in trained.says or "had no meaning" in trained.says


# Files


def test_the_card_says_what_the_model_must_not_be_used_for(trained: Trained) -> None:
    card = trained.files[CARD_FILE].decode()

    assert "must not rank people" in card
    assert "caseloads, targets, pay, funding" in card
    assert "invented" in card
    for feature in FEATURES:
        assert f"`{feature}`" in card


def test_the_card_withholds_groups_of_few_people(history: History, trained: Trained) -> None:
    assert history.groups is not None
    card = trained.files[CARD_FILE].decode()
    rows = [line.split(" | ") for line in card.splitlines() if line.startswith("| ") and line.count("|") == 6]
    counts = [row[1] for row in rows if row[1].replace(",", "").isdecimal()]

    assert "By disability" in card
    assert all(int(count.replace(",", "")) >= 10 for count in counts)


class _Stranger:
    """What no estimator holds."""


def test_an_estimator_with_anything_else_inside_is_refused(tmp_path: Path, trained: Trained) -> None:
    import skops.io

    file = tmp_path / ESTIMATOR_FILE
    file.write_bytes(skops.io.dumps({"estimator": _Stranger(), "usual": ()}))
    with pytest.raises(Invalid, match="holds what a sustain model does not"):
        read_estimator(file)

    file.write_bytes(trained.files[ESTIMATOR_FILE])
    assert estimator_bytes(_as_hazard(read_estimator(file))) == trained.files[ESTIMATOR_FILE]


def _as_hazard(held: Mapping[str, object]) -> object:
    """What `estimator_bytes` looks at."""
    return type("Held", (), dict(held))()


def test_a_folder_is_written_whole_or_not_at_all(tmp_path: Path, trained: Trained) -> None:
    folder = tmp_path / "model"
    write_trained(trained, folder)
    with pytest.raises(Invalid, match="cannot be written"):
        write_trained(trained, folder)

    assert sorted(path.name for path in tmp_path.iterdir()) == ["model"]
    assert read_model(folder).evidence.placements > 2000


# The command


def run(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["evaluate", "train", *map(str, arguments)])
    return result.exit_code, result.stderr


@pytest.fixture(scope="module")
def small_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("train") / "history"
    size = {"participants": 60, "months": 12, "seed": 2}
    made = simulate(**size)
    write_history(made.tables, folder, form="parquet", about=about(made, **size))
    return folder


def test_the_command_says_in_plain_words_that_there_is_no_model(small_folder: Path, tmp_path: Path) -> None:
    status, said = run("--history", small_folder, "--out", tmp_path / "model")

    assert status == 1
    assert "Not enough evidence" in said
    assert json.loads((tmp_path / "model" / MODEL_FILE).read_text())["says"] == "not enough evidence"


def test_the_command_overwrites_nothing(small_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "card.md").write_text("somebody's")

    with pytest.raises(Invalid, match="is not empty"):
        CliRunner().invoke(
            app,
            ["evaluate", "train", "--history", str(small_folder), "--out", str(tmp_path)],
            catch_exceptions=False,
        )


def test_made_placements_are_what_they_say() -> None:
    """The jobs of the other tests: some run on, some ended, some went out of sight."""
    jobs = made_placements(2000, seed=1)
    out_of_sight = ~jobs.ended & (jobs.weeks < jobs.weeks_passed())

    assert 0.4 < jobs.ended.mean() < 0.9
    assert 0.01 < out_of_sight.mean() < 0.1
