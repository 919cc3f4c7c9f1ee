"""The simulated world: its rates are those of the field, its law is exact, and each effect moves what it should."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from api.cli import app
from evaluation.columns import value_column, verdict_column
from evaluation.history import History
from evaluation.outcomes import starts
from evaluation.records.reading import history_of, read_history
from evaluation.records.writing import write_history
from evaluation.simulation import (
    PLANTED_GROUP,
    SETTLED_DAYS,
    Effects,
    Reward,
    Simulated,
    described,
    lasting_from_lists,
    read_effects,
    simulate,
    true_policy_value,
    true_rates,
)
from evaluation.simulation.chances import explained
from evaluation.simulation.pages import blocks_of
from evaluation.simulation.simulate import about
from evaluation.simulation.telling import MONTH_DAYS
from evaluation.simulation.world import World, chance_of_start_by, run_world
from matching.errors import Invalid
from matching.model.finding import Aspect
from matching.scoring import load_weights

RATIOS = ("preference_match", "refused_task", "unmet_essential", "sensory_gap", "travel_over", "hours_outside")


@cache
def world(participants: int = 3000, months: int = 24, seed: int = 2, **changed: float) -> Simulated:
    return simulate(participants=participants, months=months, seed=seed, effects=Effects(**changed))


@cache
def lived(participants: int = 2000, months: int = 12, seed: int = 2, **changed: float) -> World:
    """The same world before anything of it is told."""
    days = round(months * MONTH_DAYS)
    return run_world(participants=participants, days=days, entry_days=days, seed=seed, effects=Effects(**changed))


@cache
def history(participants: int = 3000, months: int = 24) -> History:
    made = world(participants, months)
    return history_of(made.tables, made.data_until, simulated=True)


# -- the rates of domain.md, section 8 ---------------------------------------------------------------------------------


def test_start_and_lasting_rates_are_those_of_the_field():
    truth = true_rates(months=12, effects=Effects(), seed=1, participants=5000)

    assert 0.30 <= truth.start_rate.value <= 0.45
    assert 0.60 <= truth.lasting[13].value <= 0.75
    assert 0.45 <= truth.lasting[26].value <= 0.58
    assert max(each.standard_error for each in truth.lasting.values()) < 0.002


def test_days_to_a_job_hours_and_first_meetings_are_those_of_the_field():
    told = history()
    entered = told.participants["entered_on"].to_numpy()
    year_ago = np.datetime64(told.data_until) - np.timedelta64(365, "D")
    who = told.placements["participant"].to_numpy()
    first = np.full(len(entered), np.inf)
    np.minimum.at(first, who, (told.placements["started_on"].to_numpy() - entered[who]) / np.timedelta64(1, "D"))
    first = first[entered <= year_ago]
    met = (told.participants["first_met_on"].to_numpy() - entered) / np.timedelta64(1, "D")

    assert 100 <= np.median(first[first <= 365]) <= 180
    assert 16 <= told.placements["hours_week"].median() <= 20
    assert 16 <= told.participants["hours_wanted"].median() <= 20
    assert 0.5 <= (met[entered <= year_ago] <= 30).mean() <= 0.8


def test_a_fifth_reaches_the_higher_threshold():
    told = history(8000)
    entered = told.participants["entered_on"].to_numpy()
    who = told.placements["participant"].to_numpy()[told.earnings["placement"].to_numpy()]
    pounds = np.bincount(who, weights=told.earnings["gross_pence"], minlength=len(entered)) / 100
    long_ago = entered <= np.datetime64(told.data_until) - np.timedelta64(540, "D")

    assert 0.15 <= (pounds[long_ago] >= 5353.92).mean() <= 0.25


def test_pay_is_hours_at_the_wage_of_the_day_or_a_little_more():
    pay = history().earnings
    hourly = (pay["gross_pence"] / pay["hours"])[pay["hours"] > 5]
    after_april_2025 = (pay["from_on"] >= np.datetime64("2025-04-01"))[pay["hours"] > 5]

    assert hourly[~after_april_2025].between(1143, 1144 * 1.11).all()
    assert hourly[after_april_2025].between(1220, 1221 * 1.11).all()


def test_endings_have_the_shares_of_the_field():
    reasons = history(8000).placements["end_reason"].value_counts(normalize=True)

    assert 0.08 <= reasons["temp_ended"] <= 0.18
    assert 0.07 <= reasons["redundancy"] <= 0.14
    assert 0.12 <= reasons["dismissed_conduct"] + reasons["dismissed_performance"] <= 0.22


def test_people_quit_over_travel_more_often_where_it_is_too_far():
    told, jobs = history(8000), starts(history(8000))
    jobs = jobs[jobs["from_list"] & jobs["ended"]]
    far = (told.entries["travel"] == "conflict").to_numpy()[jobs["entry"].to_numpy()]
    over_travel = (jobs["end_reason"] == "quit_travel").to_numpy()

    assert over_travel[far].mean() > 2 * over_travel[~far].mean()


def test_the_first_weeks_are_the_riskiest():
    chances = lived().chances

    assert 1 - chances.lasting(4).mean() > chances.lasting(4).mean() - chances.lasting(8).mean()


def test_two_thirds_of_the_log_hazards_variance_are_unexplained():
    made = lived(8000)
    jobs, effects = made.jobs, made.effects
    listed = jobs.entry >= 0
    names = ("match", "refused", "unmet", "gap", "over", "outside")
    told = explained(**{name: getattr(jobs, name)[listed] for name in names}, effects=effects)
    support = np.log(effects.support_contact) * made.course.supported[listed]
    unexplained = jobs.log_hazard[listed].var() - told.var() + effects.unexplained_sd**2

    assert 0.60 <= unexplained / (unexplained + (told + support).var()) <= 0.72  # a world is a sample of its law


def test_no_model_of_what_is_known_tells_26_weeks_too_well():
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score

    told = history(8000)
    jobs = starts(told)
    jobs = jobs[jobs["from_list"] & (jobs["followed_weeks"] >= 28) & ((jobs["weeks"] >= 26) | jobs["ended"])]
    entries = told.entries.iloc[jobs["entry"].to_numpy()]
    columns = [np.nan_to_num(entries[value_column(aspect)].to_numpy(), nan=0.5) for aspect in Aspect]
    columns += [(entries[verdict_column(aspect)] == "conflict").to_numpy() for aspect in Aspect]
    columns += [(entries[verdict_column(aspect)] == "unknown").to_numpy() for aspect in Aspect]
    columns.append(told.placements["permanent"].iloc[jobs["placement"].to_numpy()].to_numpy())
    features, lasted = np.column_stack(columns).astype(float), (jobs["weeks"] >= 26).to_numpy()
    half = len(lasted) // 2
    model = LogisticRegression(max_iter=2000).fit(features[:half], lasted[:half])

    assert 0.55 < roc_auc_score(lasted[half:], model.predict_proba(features[half:])[:, 1]) < 0.75


# -- the history -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_what_is_written_is_read_without_a_problem(tmp_path: Path, form: str):
    made = simulate(participants=200, months=9, seed=4)
    write_history(made.tables, tmp_path / "h", form=form, about=about(made, participants=200, months=9, seed=4))  # type: ignore[arg-type]

    read = read_history(tmp_path / "h")

    assert read.simulated
    assert read.data_until == made.data_until
    assert len(read.entries) == len(made.tables["entries"])


def test_the_same_seed_gives_the_same_tables_and_another_seed_others():
    one, same, other = (simulate(participants=100, months=6, seed=seed).tables for seed in (7, 7, 8))

    assert all(one[name].equals(same[name]) for name in one)
    assert not one["entries"].equals(other["entries"])


def test_a_score_is_the_weighted_mean_of_the_values_that_are_told():
    entries = history().entries
    by_part = load_weights().by_part
    total, weight = np.zeros(len(entries)), np.zeros(len(entries))
    for aspect in Aspect:
        own = sum(value for name, value in by_part.items() if name.startswith(f"{aspect}."))
        present = entries[verdict_column(aspect)].notna().to_numpy()
        weight += own * present
        total += own * np.nan_to_num(entries[value_column(aspect)].to_numpy(np.float64)) * present

    assert np.abs(total / weight - entries["score"].to_numpy()).max() < 2e-6


def test_jobs_come_of_lists_and_of_own_search():
    share = starts(history())["from_list"].mean()

    assert 0.6 < share < 0.9


def test_some_start_a_second_job():
    assert (history().placements["participant"].value_counts() > 1).sum() > 20


def test_some_prefer_not_to_say_and_some_were_not_asked():
    groups = history().groups
    assert groups is not None
    of_kind = groups[groups["kind"] == "disability"]

    assert 0.03 < (of_kind["group"] == "prefers_not_to_say").mean() < 0.08
    assert len(of_kind) < len(history().participants)


def test_what_is_last_seen_is_the_end_or_lies_within_the_data():
    jobs = history().placements
    ended = jobs["ended_on"].notna()

    assert (jobs["last_seen_on"][ended] == jobs["ended_on"][ended]).all()
    assert (jobs["last_seen_on"] <= np.datetime64(history().data_until)).all()


# -- the order and its chance ------------------------------------------------------------------------------------------


def blocks_by_hand(scores: Sequence[float], width: float) -> list[int]:
    """The declared rule, entry by entry."""
    blocks: list[int] = []
    for place, score in enumerate(scores):
        if place == 0 or width == 0 or score < first - width:  # noqa: F821
            first = score  # noqa: F841
            blocks.append(blocks[-1] + 1 if blocks else 0)
        else:
            blocks.append(blocks[-1])
    return blocks


@given(
    scores=st.lists(st.integers(0, 64).map(lambda part: part / 64), min_size=10, max_size=10),
    width=st.sampled_from([0.0, 1 / 64, 4 / 64, 1.0]),
)
def test_blocks_are_cut_greedily_from_the_top(scores: list[float], width: float):
    ranked = sorted(scores, reverse=True)
    alone = np.zeros((1, 10), np.bool_)

    found = blocks_of(np.array([ranked], np.float32), np.array([10]), alone=alone, width=width)

    assert found[0].tolist() == blocks_by_hand(ranked, width)


def test_a_propensity_is_one_over_the_size_of_the_block():
    entries = lived().entries
    sizes = np.rint(1 / entries.propensity).astype(int)

    assert np.abs(1 / sizes - entries.propensity).max() < 1e-6
    for size in range(1, 11):  # whole blocks only
        assert (sizes == size).sum() % size == 0


def test_in_a_block_every_place_is_equally_likely():
    entries = lived(shuffle_width=0.1).entries
    pairs = np.flatnonzero((entries.propensity[:-1] == 0.5) & (entries.propensity[1:] == 0.5))
    pairs = pairs[(entries.list_[pairs] == entries.list_[pairs + 1])]
    first = pairs[(entries.position[pairs] == 1)]  # blocks of two at the top
    better_first = (entries.score[first] > entries.score[first + 1]).mean()

    assert len(first) > 300
    assert abs(better_first - 0.5) < 4 * 0.5 / np.sqrt(len(first))


def test_without_a_shuffle_the_order_is_by_score_and_certain():
    entries = lived(shuffle_width=0.0).entries
    same_list = entries.list_[1:] == entries.list_[:-1]

    assert (entries.propensity == 1).all()
    assert (np.diff(entries.score)[same_list] <= 0).all()


# -- the law of outcomes -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reward", [Reward.PUT_FORWARD, Reward.START])
def test_outcomes_come_as_often_as_the_law_says_at_every_position(reward: Reward):
    entries = lived(4000).entries
    expected = lived(4000).chances.expected(reward, entries.position)
    happened = entries.put_forward if reward is Reward.PUT_FORWARD else entries.started

    for position in range(1, 11):
        here = entries.position == position
        error = np.sqrt((expected[here] * (1 - expected[here])).sum())
        assert abs(happened[here].sum() - expected[here].sum()) < 4 * error


def test_a_list_brings_one_start_at_most():
    entries = lived(start_chance=0.3, position_effect=0.0).entries

    assert np.bincount(entries.list_, weights=entries.started).max() == 1


def test_jobs_last_as_often_as_the_law_says():
    made = lived(4000)
    chance = made.job_lasting(26)
    lasted = made.course.days >= 26 * 7

    assert abs(lasted.sum() - chance.sum()) < 4 * np.sqrt((chance * (1 - chance)).sum())


def test_ends_come_to_be_known_as_late_as_that_jobs_go_on():
    """Else the last weeks would tell more of ends than of jobs that go on, and every rate would be too low."""
    made = lived(8000)
    end = made.jobs.started + np.floor(made.course.days)
    just_now = (end > made.last_day - 14) & (end <= made.last_day) & ~made.course.lost

    assert just_now.sum() > 40
    assert 0.25 < made.course.ended[just_now].mean() < 0.75


def test_a_start_comes_within_the_days_in_which_lists_settle():
    jobs, lists, entries = lived().jobs, lived().lists, lived().entries
    listed = jobs.entry >= 0
    days = jobs.started[listed] - lists.drawn[entries.list_[jobs.entry[listed]]]

    assert 14 <= days.min() < days.max() <= SETTLED_DAYS
    assert chance_of_start_by(np.array([-1, 13, 14, 52, 400])) == pytest.approx([0, 0, 1 / (14 * 26), 1, 1])


def test_the_truth_is_the_same_from_fates_as_from_chances():
    made = lived(8000)
    listed = made.jobs.entry >= 0
    fates = (made.course.days >= 13 * 7)[listed]
    truth = lasting_from_lists(made, 13)

    assert abs(fates.mean() - truth.value) < 4 * np.sqrt(0.25 / listed.sum())


def test_a_better_ranking_has_a_higher_value():
    def best_first(made: Simulated) -> np.ndarray:
        entries, chances = made.world.entries, made.chances
        by_list = np.lexsort((-chances.expected(Reward.START, np.ones(len(entries.role), int)), entries.list_))
        position = np.empty(len(by_list), int)
        position[by_list] = entries.position  # rows are by list and position
        return chances.look(position)

    def as_shown(made: Simulated) -> np.ndarray:
        return made.chances.look(made.world.entries.position)

    best, shown = (
        true_policy_value(placed, reward=Reward.START, effects=Effects(), seed=3, participants=500)
        for placed in (best_first, as_shown)
    )

    assert best.value > 1.05 * shown.value


def test_a_block_is_looked_at_as_its_places_are_on_average():
    chances = lived().chances

    assert chances.look_between(np.array([0, 2]), np.array([2, 1])) == pytest.approx(
        [(1 + 2**-0.5) / 2, 3**-0.5], abs=1e-6
    )


# -- effects -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", RATIOS)
def test_a_hazard_ratio_of_one_takes_the_effect_away(name: str):
    facts = {"match": 1.0, "refused": 1, "unmet": 1, "gap": 1, "over": 1, "outside": 1}
    others = Effects(**{each: 1.0 for each in RATIOS if each != name})

    def log_hazard(effects: Effects) -> float:
        return float(explained(**{key: np.array([value]) for key, value in facts.items()}, effects=effects)[0])

    assert log_hazard(others) == pytest.approx(np.log(getattr(Effects(), name)), abs=1e-6)
    assert log_hazard(others.with_(name, 1.0)) == 0


@pytest.mark.parametrize("ratio", [0.3, 1.0])
def test_wanted_work_ends_less_often_by_the_ratio_and_not_where_that_is_one(ratio: float):
    jobs = lived(5000, preference_match=ratio).jobs
    facts = [jobs.match, jobs.refused, jobs.unmet, jobs.gap, jobs.over, jobs.outside, np.ones(len(jobs))]
    listed = jobs.entry >= 0
    table = np.column_stack(facts).astype(float)[listed]
    found = np.linalg.lstsq(table, jobs.log_hazard[listed], rcond=None)[0][0]
    error = 0.52 / (table[:, 0].std() * np.sqrt(len(table)))

    assert abs(found - np.log(ratio)) < 4 * error < 0.5


@pytest.mark.parametrize(
    ("name", "value", "rises"),
    [
        ("preference_match", 0.3, True),
        ("refused_task", 4.0, False),
        ("unmet_essential", 3.0, False),
        ("sensory_gap", 3.0, False),
        ("travel_over", 4.0, False),
        ("hours_outside", 4.0, False),
        ("support_contact", 0.3, True),
        ("tenure_scale_weeks", 80.0, True),
        ("temporary_share", 0.9, False),
        ("group_gap", 5.0, False),
        ("hidden_choice", 2.0, True),
    ],
)
def test_effects_on_staying_move_what_lasts(name: str, value: float, rises: bool):
    before = lasting_from_lists(lived(), 26).value
    after = lasting_from_lists(lived(**{name: value}), 26).value

    assert after - before > 0.002 if rises else before - after > 0.002


def test_a_smaller_shape_makes_the_first_weeks_riskier():
    def first_month(shape: float) -> float:
        return float(lived(500, weibull_shape=shape).chances.lasting(4).mean())

    assert first_month(0.6) < first_month(0.9)


@pytest.mark.parametrize("name", ["supervisor_sd", "unexplained_sd", "person_sd"])
def test_hidden_spreads_widen_how_jobs_differ(name: str):
    def spread(value: float) -> float:
        return float(np.log(np.maximum(lived(**{name: value}).course.days, 0.1)).std())

    assert spread(1.5) > spread(0.0)


@pytest.mark.parametrize(
    ("name", "value", "reward", "rises"),
    [
        ("start_chance", 0.2, Reward.START, True),
        ("position_effect", 1.0, Reward.PUT_FORWARD, False),
        ("taste_sd", 2.0, Reward.PUT_FORWARD, True),
        ("group_start_gap", 0.2, Reward.START, False),
    ],
)
def test_effects_on_choices_move_what_lists_bring(name: str, value: float, reward: Reward, rises: bool):
    before = lived().values(reward).mean()
    after = lived(**{name: value}).values(reward).mean()

    assert after > 1.02 * before if rises else after < 0.98 * before


def test_specialists_who_look_more_at_wishes_put_more_wanted_work_forward():
    def match(choice_fit: float) -> float:
        entries = lived(choice_fit=choice_fit).entries
        wanted = entries.values[:, list(Aspect).index(Aspect.PREFERENCES)]
        return float(wanted[entries.put_forward].mean())

    assert match(5.0) > match(2.5) > match(0.0)


def test_own_search_brings_jobs_of_no_list():
    assert (lived(own_search=0.0).jobs.entry >= 0).all()
    assert (lived(own_search=0.3).jobs.entry < 0).mean() > 0.6


def test_fewer_days_between_lists_make_more_lists():
    assert len(world(500, 12, days_between_lists=30.0).world.lists.person) > 1.5 * len(
        world(500, 12).world.lists.person
    )


def test_a_larger_unknown_share_makes_more_unknown_verdicts():
    def share(value: float) -> float:
        entries = simulate(participants=300, months=6, seed=1, effects=Effects(unknown_share=value)).tables["entries"]
        return float((entries["sensory"] == "unknown").mean())

    assert share(0.0) == 0
    assert share(0.6) > share(0.3) > 0


def test_nobody_is_lost_where_nobody_can_be():
    assert not lived(lost_share=0.0).course.lost.any()
    assert lived(lost_share=0.5).course.lost.any()


def test_specialists_who_know_more_put_better_supervisors_forward():
    def hardness(hidden: float) -> float:
        made = lived(hidden_choice=hidden)
        return float(made.roles.hardness[made.entries.role[made.entries.put_forward]].mean())

    assert abs(hardness(0.0)) < 0.1
    assert hardness(1.0) < -0.4


def test_groups_make_no_difference_unless_it_is_planted():
    made = lived(8000)
    kind, _ = PLANTED_GROUP
    member = made.people.planted[made.lists.person[made.entries.list_]]
    gap = made.entries.log_hazard[member].mean() - made.entries.log_hazard[~member].mean()
    planted = lived(group_gap=1.5)
    planted_member = planted.people.planted[planted.lists.person[planted.entries.list_]]
    hazard = planted.entries.log_hazard

    assert kind in made.people.groups
    assert abs(gap) < 0.03
    assert hazard[planted_member].mean() - hazard[~planted_member].mean() == pytest.approx(np.log(1.5), abs=0.05)


# -- settings ----------------------------------------------------------------------------------------------------------


def test_effects_are_read_from_settings():
    assert read_effects(["preference_match=1", " group_gap = 1.5"]) == Effects(preference_match=1.0, group_gap=1.5)


def test_every_wrong_setting_is_named_at_once():
    with pytest.raises(Invalid) as refused:
        read_effects(["preference_mach=1", "sensory_gap=9", "travel_over", "group_gap=nan"])

    assert [problem.message for problem in refused.value.problems] == [
        "there is no effect 'preference_mach' (did you mean 'preference_match'?)",
        "should be a number from 0.5 to 3, not 9",
        "'travel_over' should be NAME=VALUE, the value a number",
        "should be a number from 0.2 to 5, not nan",
    ]


def test_every_effect_says_what_it_means_and_where_it_comes_from():
    for effect in described():
        assert effect.says
        assert effect.source
        assert effect.least <= effect.default <= effect.most
    assert {effect.name for effect in described()} == set(Effects.__dataclass_fields__)


@pytest.mark.parametrize(("participants", "months", "seed"), [(19, 12, 1), (100, 0, 1), (100, 49, 1), (100, 12, -1)])
def test_sizes_that_make_no_history_are_refused(participants: int, months: int, seed: int):
    with pytest.raises(Invalid, match="should be a whole number from"):
        simulate(participants=participants, months=months, seed=seed)


def test_the_smallest_history_is_one_that_can_be_read():
    made = simulate(participants=20, months=1, seed=1)

    assert len(history_of(made.tables, made.data_until).participants) == 20


# -- the command -------------------------------------------------------------------------------------------------------


def simulated(out: Path, *more: str) -> int:
    command = ["simulate", "--participants", "60", "--months", "4", "--seed", "5", "--out", str(out), *more]
    return CliRunner().invoke(app, command, catch_exceptions=False).exit_code


def test_the_command_writes_the_history_and_its_truth(tmp_path: Path):
    assert simulated(tmp_path / "h", "--effect", "group_gap=1.5", "--form", "parquet") == 0

    assert len(read_history(tmp_path / "h").participants) == 60
    truth = json.loads((tmp_path / "h" / "truth.json").read_text(encoding="utf-8"))
    assert truth["effects"]["group_gap"] == 1.5
    assert 0 < truth["lasting_weeks"]["26"]["value"] < truth["lasting_weeks"]["13"]["value"] < 1
    told = json.loads((tmp_path / "h" / "history.json").read_text(encoding="utf-8"))
    assert told["simulated"] is True
    assert told["made_by"] == {"participants": 60, "months": 4, "seed": 5, "effects": {"group_gap": 1.5}}


def test_the_same_seed_writes_the_same_bytes(tmp_path: Path):
    for name in ("one", "two"):
        made = simulate(participants=60, months=6, seed=5)
        write_history(made.tables, tmp_path / name, form="csv", about={"data_until": made.data_until})
        truth = true_rates(months=6, effects=Effects(), seed=5, participants=60)
        (tmp_path / name / "truth.json").write_text(truth.json(), encoding="utf-8")

    for file in sorted((tmp_path / "one").iterdir()):
        assert file.read_bytes() == (tmp_path / "two" / file.name).read_bytes()


def test_the_command_refuses_an_unknown_effect_and_writes_nothing(tmp_path: Path):
    with pytest.raises(Invalid, match="did you mean 'group_gap'"):
        simulated(tmp_path / "h", "--effect", "group_gab=1.5")

    assert not (tmp_path / "h").exists()
