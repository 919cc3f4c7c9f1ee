"""What the engine reads of the sustain model: its features, its chances, and what it refuses to read."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.errors import Invalid
from matching.lasting import SustainModel
from matching.lasting_features import (
    ABSENT,
    ASPECTS,
    CONTRACTS,
    FEATURES,
    SOURCES,
    Direction,
    Feature,
    direction_of,
    features_of,
)
from matching.lasting_reading import MODEL_FILE, NotEnoughEvidence, model_from, read_model
from matching.model.finding import Aspect, Code
from matching.model.vacancy import Contract, VacancySource
from matching.scoring import load_weights, mean_of_findings
from tests.matching.sustain_models import WISHES, by_chance, model, written, written_not_enough

# Features


def features_with(
    *,
    codes: dict[Aspect, int] | None = None,
    values: dict[Aspect, float] | None = None,
    source: VacancySource = VacancySource.ADVERTISED,
    contract: Contract | None = Contract.PERMANENT,
) -> dict[Feature, float]:
    """The features of one match in which only these findings are present."""
    found = features_of(
        codes={aspect: np.array([code], np.int8) for aspect, code in (codes or {}).items()},
        values={aspect: np.array([value]) for aspect, value in (values or {}).items()},
        source=np.array([SOURCES.index(source)], np.int8),
        contract=np.array([ABSENT if contract is None else CONTRACTS.index(contract)], np.int8),
    )
    return dict(zip(FEATURES, found[:, 0].tolist(), strict=True))


def exactly(features: dict[Feature, float]) -> Any:
    """Equal to these to the bit, what is no number included."""
    return pytest.approx(features, rel=0, abs=0, nan_ok=True)


@pytest.mark.parametrize("aspect", [Aspect.HOURS, Aspect.ADJUSTMENTS, Aspect.SENSORY, Aspect.TRAVEL, Aspect.PAY])
def test_whoever_states_no_need_counts_as_one_whose_need_is_met(aspect: Aspect) -> None:
    """Otherwise having stated a need would itself count, which is about the person and not about the match."""
    assert features_with() == exactly(features_with(codes={aspect: Code.OK}, values={aspect: 1.0}))


@pytest.mark.parametrize("feature", [Feature.PREFERENCES, Feature.SKILLS, Feature.EVIDENCE])
def test_a_wish_that_nobody_stated_is_no_number(feature: Feature) -> None:
    assert np.isnan(features_with()[feature])


@pytest.mark.parametrize(("code", "number"), [(Code.OK, 0.0), (Code.UNKNOWN, 1.0), (Code.CONFLICT, 2.0)])
def test_unknown_stands_between_ok_and_conflict(code: Code, number: float) -> None:
    assert features_with(codes={Aspect.ADJUSTMENTS: code})[Feature.ADJUSTMENTS_VERDICT] == number


@pytest.mark.parametrize("contract", list(Contract))
def test_only_three_contracts_have_a_fixed_end(contract: Contract) -> None:
    ends = contract in {Contract.FIXED_TERM, Contract.TEMPORARY, Contract.SEASONAL}

    assert features_with(contract=contract)[Feature.FIXED_END] == float(ends)


def test_a_contract_that_nobody_knows_is_no_number() -> None:
    assert np.isnan(features_with(contract=None)[Feature.FIXED_END])


@pytest.mark.parametrize("source", list(VacancySource))
def test_carved_and_unadvertised_roles_are_one(source: VacancySource) -> None:
    assert features_with(source=source)[Feature.UNADVERTISED] == float(source is not VacancySource.ADVERTISED)


@given(value=st.floats(0, 1))
def test_a_value_counts_the_same_before_and_after_a_history_has_held_it(value: float) -> None:
    """A history holds 32-bit numbers, the engine 64-bit ones: a step must not fall between the two."""
    as_held = float(np.float32(value))

    in_the_engine, in_history = (features_with(values={Aspect.TRAVEL: each}) for each in (value, as_held))

    assert in_the_engine == exactly(in_history)


def test_no_feature_tells_of_anything_but_aspects_contract_and_source() -> None:
    told = {feature.value.removesuffix("_value").removesuffix("_verdict") for feature in FEATURES}

    assert told == {*map(str, ASPECTS), "contract_fixed_end", "source_unadvertised"}


def test_an_aspects_value_is_the_mean_of_its_parts_by_their_weights() -> None:
    findings = [
        (Aspect.PREFERENCES, "wanted_work", 1.0),  # weight 8
        (Aspect.PREFERENCES, "tasks", 0.5),  # weight 2
        (Aspect.SENSORY, "noise", 0.2),
        (Aspect.SENSORY, "smell", 0.6),
    ]

    means = mean_of_findings(findings, load_weights())

    assert means[Aspect.PREFERENCES] == pytest.approx(0.9)
    assert means[Aspect.SENSORY] == pytest.approx(0.4)


# Chances


def rows(**numbers: float) -> np.ndarray:
    """Features of one row in which all is well but what is named."""
    found = np.array([[0.0 if feature.endswith("verdict") else 1.0] for feature in FEATURES])
    found[FEATURES.index(Feature.FIXED_END)] = found[FEATURES.index(Feature.UNADVERTISED)] = 0.0
    for name, number in numbers.items():
        found[FEATURES.index(Feature(name))] = number
    return found


def test_the_chance_is_that_no_period_ends_the_job() -> None:
    one_step = model({Feature.TRAVEL: ((0.5,), (0.7, -0.1))}, end=-2.0)  # periods end after 4, 13 and 26 weeks
    near, far = 1 / (1 + np.exp(-2.1)), 1 / (1 + np.exp(-1.3))

    assert one_step.chances(rows(), weeks=26)[0] == pytest.approx(near**3, abs=1e-8)
    assert one_step.chances(rows(travel_value=0.4), weeks=13)[0] == pytest.approx(far**2, abs=1e-8)


def test_a_threshold_belongs_to_the_step_below_it() -> None:
    one_step = model({Feature.TRAVEL: ((0.5,), (0.7, -0.1))})

    effects = [one_step.strain(rows(travel_value=value))[0] for value in (0.5, np.nextafter(0.5, 1))]

    assert effects == [0.7, -0.1]


def test_inside_a_period_jobs_end_evenly() -> None:
    whole = WISHES.chances(rows(), weeks=4)[0]

    assert WISHES.chances(rows(), weeks=1)[0] == pytest.approx(whole**0.25, abs=1e-8)


def test_what_is_absent_takes_the_number_that_the_model_names() -> None:
    stated = WISHES.chances(rows(preferences_value=0.5), weeks=26)

    assert WISHES.chances(rows(preferences_value=np.nan), weeks=26) == stated


def test_a_fixed_end_adds_to_each_period_its_own_and_an_unknown_one_less() -> None:
    by_contract = replace(WISHES, unknown_end=(0.0, 0.1, 0.2, 0.0), fixed_end=(0.0, 0.5, 1.0, 0.0))

    open_end, unknown, fixed = (
        by_contract.chances(rows(contract_fixed_end=contract), weeks=13)[0] for contract in (0.0, np.nan, 1.0)
    )

    strain = WISHES.strain(rows())[0]
    first, second = (1 / (1 + np.exp(-2.0 + added + strain)) for added in (0.0, 0.5))
    assert open_end == WISHES.chances(rows(), weeks=13)[0]
    assert fixed == pytest.approx(first * second, abs=1e-8)
    assert fixed < unknown < open_end


matches = st.lists(st.floats(0, 1), min_size=len(FEATURES), max_size=len(FEATURES))


def as_features(match: list[float]) -> np.ndarray:
    """A row of any features; verdicts and yes-or-no ones are whole numbers."""
    whole = {feature: 2 if feature.endswith("verdict") else 1 for feature in FEATURES}
    return np.array(
        [
            [value if feature.endswith("value") else round(value * whole[feature])]
            for feature, value in zip(FEATURES, match, strict=True)
        ],
        dtype=np.float64,
    )


def with_contracts(seed: int) -> SustainModel:
    """A model by chance that tells contracts apart by period."""
    lots = np.random.default_rng(seed)
    fixed = lots.exponential(0.3, 4)
    return replace(by_chance(seed), fixed_end=tuple(fixed.tolist()), unknown_end=tuple((fixed * 0.4).tolist()))


@settings(max_examples=300)
@given(match=matches, number=st.integers(0, len(FEATURES) - 1), more=st.floats(0, 1), seed=st.integers(0, 20))
def test_a_better_match_never_has_a_lower_chance(match: list[float], number: int, more: float, seed: int) -> None:
    """Not even by one bit, whatever the model: so no law of the order can break by it."""
    direction = direction_of(FEATURES[number])
    better = [*match]
    better[number] = min(match[number] + more, 1.0)
    if direction is Direction.NEVER_LONGER:
        better[number] = max(match[number] - more, 0.0)
    if direction is Direction.EITHER:
        better[number] = match[number]

    learnt = with_contracts(seed)

    assert learnt.chances(as_features(better), weeks=26) >= learnt.chances(as_features(match), weeks=26)


def test_rounding_never_turns_two_chances_round() -> None:
    """Strains that lie a last bit apart, on both sides of the points between which chances are looked up."""
    lowest, highest = -1.001, 1.001  # of effects from -1 to 1
    points = lowest + (highest - lowest) * np.arange(8, 8185) / 8192
    strains = np.unique(np.concatenate([[-1.0, 1.0], *(np.nextafter(points, to) for to in (-2, 2)), points]))
    steps = tuple(float(number) for number in range(len(strains) - 1))
    close = model({Feature.PREFERENCES: (steps, tuple(strains[::-1].tolist()))})
    found = np.repeat(rows(), len(strains), axis=1)
    found[FEATURES.index(Feature.PREFERENCES)] = np.arange(len(strains))

    assert (np.diff(close.chances(found, weeks=26)) >= 0).all()


@settings(max_examples=50)
@given(
    found=st.lists(matches, min_size=1, max_size=40),
    seed=st.integers(0, 20),
)
def test_the_same_match_has_the_same_chance_to_the_bit_whatever_stands_beside_it(
    found: list[list[float]], seed: int
) -> None:
    learnt = with_contracts(seed)
    together = np.concatenate([as_features(match) for match in found], axis=1)

    alone = [learnt.chances(as_features(match), weeks=26)[0] for match in found]

    assert learnt.chances(together, weeks=26).tolist() == alone


@given(match=matches, seed=st.integers(0, 20))
def test_a_longer_time_is_never_more_likely_and_the_interval_holds_the_chance(match: list[float], seed: int) -> None:
    learnt, found = with_contracts(seed), as_features(match)

    chances = [learnt.chances(found, weeks=week) for week in (1, 4, 13, 26, 52)]
    low, high = learnt.interval(chances[3])

    assert all(later <= earlier for earlier, later in pairwise(chances))
    assert 0 <= low <= chances[3] <= high <= 1


def test_what_counts_for_and_against_is_told_feature_by_feature() -> None:
    learnt = with_contracts(3)
    found = rows(contract_fixed_end=1.0, travel_value=0.2)

    effects = learnt.effects(found)[:, 0]

    in_all = effects.sum() - np.mean(learnt.fixed_end)
    assert in_all == pytest.approx(learnt.strain(found)[0])
    assert effects[FEATURES.index(Feature.FIXED_END)] >= np.mean(learnt.fixed_end)


def test_a_model_does_not_tell_of_weeks_beyond_its_last_period() -> None:
    with pytest.raises(ValueError, match="52 weeks cannot tell"):
        WISHES.chances(rows(), weeks=53)


# Reading


def told(folder: Path) -> dict[str, Any]:
    """What a sound model file says."""
    written(replace(WISHES, name="sustain 2026-11-22"), folder)
    found = json.loads((folder / MODEL_FILE).read_text())
    found["fixed_end"], found["unknown_end"] = [0.5] * 4, [0.1] * 4
    return dict(found)


def test_what_was_written_is_read_with_a_digest_of_its_bytes(tmp_path: Path) -> None:
    content = json.dumps(told(tmp_path)).encode()
    (tmp_path / MODEL_FILE).write_bytes(content)

    read = read_model(tmp_path)

    assert read.name == "sustain 2026-11-22"
    assert read.steps == WISHES.steps
    assert read.fixed_end == (0.5,) * 4
    assert read.digest == model_from(content).digest
    assert read.digest != model_from(content + b"\n").digest


def _set(path: str, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(found: dict[str, Any]) -> None:
        *way, last = path.split(".")
        for name in way:
            found = found[name]
        if value is None:
            del found[last]
        else:
            found[last] = value

    return change


PREFERENCES = "features.preferences_value"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (_set("format", 2), "format: should be 1"),
        (_set("name", "<b>"), "name: should be a short name"),
        (_set("baselime", [1]), "baselime: is not known (did you mean 'baseline'?)"),
        (_set("baseline", None), "baseline: is missing"),
        (_set("baseline", [0.1, 0.1]), "baseline: should have one number a period"),
        (_set("baseline", [0.1, True, 0.1, 0.1]), "baseline[2]: should be a number"),
        (_set("period_ends_weeks", [4, 4, 26, 52]), "period_ends_weeks: should ascend"),
        (_set("features.age_value", {}), "features.age_value: is not known"),
        (_set("features.travel_value", None), "features.travel_value: is missing"),
        (_set(f"{PREFERENCES}.thresholds", [0.2, 0.1]), "thresholds: should ascend"),
        (_set(f"{PREFERENCES}.effects", [0.1]), "effects: should have one number more than thresholds"),
        (_set("features.travel_value", {"absent": 1, "thresholds": [0.5], "effects": [0.1, 0.2]}), "never shortens"),
        (_set("features.travel_verdict", {"absent": 0, "thresholds": [1], "effects": [0.2, 0.1]}), "never lengthens"),
        (_set("fixed_end", [0.5, 0.5, 0.05, 0.5]), "unknown_end: should be from 0 to fixed_end"),
        (_set("unknown_end", None), "unknown_end: should stand beside fixed_end"),
        (_set("intervals.low", [0.9] * 11), "intervals: low should be at most high"),
        (_set("intervals.starts", list(range(1, 12))), "intervals.starts: should begin with 0"),
        (_set("intervals.weeks", 60), "intervals.weeks: should be a week of the model"),
        (_set("evidence.placements", -1), "evidence.placements: should be a whole number from 0"),
        (_set("evidence.data_until", "soon"), "evidence.data_until: should be a day"),
    ],
)
def test_a_model_that_is_not_whole_and_sound_is_refused(
    change: Callable[[dict[str, Any]], None], says: str, tmp_path: Path
) -> None:
    found = told(tmp_path)
    change(found)

    with pytest.raises(Invalid) as refused:
        model_from(json.dumps(found).encode())

    assert says in str(refused.value)


@pytest.mark.parametrize("text", [b"", b"[1]", b"\xff", b'{"format": NaN}', b'{"format": 1, "format": 1}', b"[" * 9999])
def test_what_is_no_json_of_a_model_is_refused(text: bytes) -> None:
    with pytest.raises(Invalid):
        model_from(text)


def test_a_folder_without_a_model_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=MODEL_FILE):
        read_model(tmp_path)


def test_a_folder_of_too_little_history_says_so(tmp_path: Path) -> None:
    with pytest.raises(NotEnoughEvidence, match="50 placements are too few"):
        read_model(written_not_enough(tmp_path / "model"))
