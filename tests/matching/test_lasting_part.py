"""How long such jobs last, as one more part: what it looks at, what it says, and where it is named."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from matching.bootstrap import assemble, chosen_model
from matching.columns import CONTRACTS as CONTRACT_CODES
from matching.columns import SOURCES as SOURCE_CODES
from matching.errors import Invalid
from matching.fit.lasting import Sustain, part
from matching.interchange import shortlist_json
from matching.lasting_features import CONTRACTS, SOURCES, Feature
from matching.lasting_reading import MODEL_FILE
from matching.model.finding import Code, Finding, Verdict
from matching.scoring import WeightedScorer, load_weights
from matching.settings import Settings
from matching.shortlisting import Shortlister
from tests.builders import AS_OF, pool_of, profile_of, shortlister_of, vacancy_of
from tests.matching.sustain_models import INTERVALS, WISHES, by_chance, model, written, written_not_enough
from tests.specs.row import job, person

Raw = dict[str, Any]
WANTS_BREAD = person(interests=["bread"])


def using(*pool: Raw, by: Any = WISHES) -> Shortlister:
    """A shortlister over some roles with a model switched on."""
    return replace(shortlister_of(pool_of(pool)), scorer=WeightedScorer(weights=load_weights(), model=by))


def found(profile: Raw, vacancy: Raw, by: Any = WISHES) -> list[Finding]:
    """What the model finds of one role, as a reader gets it."""
    explained = using(vacancy, by=by).explain(profile_of(profile), vacancy["vacancy_ref"], as_of=AS_OF)
    return [each for each in explained.findings if each.aspect == "lasting"]


def value(profile: Raw, vacancy: Raw, by: Any) -> float:
    [finding] = found(profile, vacancy, by)
    return finding.value


# What it looks at


def test_without_a_model_nothing_is_found_of_how_long_jobs_last() -> None:
    assert found(WANTS_BREAD, job(), None) == []


def test_it_is_always_ok_never_absolute_and_no_question() -> None:
    [finding] = found(WANTS_BREAD, job())
    assert (finding.verdict, finding.absolute, finding.ask) == (Verdict.OK, False, None)
    assert finding.about == "lasting.sustain"


def test_its_value_is_the_chance_that_the_model_gives_the_match() -> None:
    near, far = (value(WANTS_BREAD, job(title=title), WISHES) for title in ("bread", "xyz"))
    # Log-odds of ending are -2 in each of three periods, and 3 less or more with all or nothing of what is wanted.
    assert near == pytest.approx((1 / (1 + np.exp(-5))) ** 3, abs=1e-6)
    assert far == pytest.approx((1 / (1 + np.exp(1))) ** 3, abs=1e-6)


def test_the_score_is_the_mean_with_the_part_at_its_weight() -> None:
    pool, weights = pool_of([job(title="bread")]), load_weights().by_part
    ordered = using(job(title="bread")).order(profile_of(WANTS_BREAD), as_of=AS_OF)
    [before] = shortlister_of(pool).order(profile_of(WANTS_BREAD), as_of=AS_OF).scores
    others = weights["preferences.wanted_work"] + weights["evidence.checked"]
    own, chance = weights["lasting.sustain"], ordered.judged[-1].values[0]
    assert ordered.scores[0] == pytest.approx((others * before + own * chance) / (others + own))


def test_what_concerns_safety_does_not_reach_it() -> None:
    by = by_chance(2)
    plain = {"home": "ME14 1AA", "max_km": 20}
    role = job(location={"postcode": "ME14"})  # the outcode alone: whether it is in the area to keep from is unknown
    safe = person(travel=plain)
    careful = person(travel=plain | {"no_go": ["ME14 1"], "hard": True}, employers_avoided=["Beech Cafe"])
    assert {each.part for each in explained(careful, role, by)} >= {"no_go", "avoided"}
    assert value(safe, role, by) == value(careful, role, by)


def explained(profile: Raw, vacancy: Raw, by: Any) -> tuple[Finding, ...]:
    return using(vacancy, by=by).explain(profile_of(profile), vacancy["vacancy_ref"], as_of=AS_OF).findings


@pytest.mark.parametrize(
    ("feature", "better", "worse"),
    [
        (Feature.FIXED_END, {"contract": "permanent"}, {"contract": "seasonal"}),
        (Feature.UNADVERTISED, {"source": "carved"}, {"source": "advertised"}),
        (Feature.TRAVEL_VERDICT, {"location": {"postcode": "ME14 1AA"}}, {"location": {}}),
        (Feature.EVIDENCE, {"facts_checked_on": AS_OF.isoformat()}, {"facts_checked_on": "2026-06-01"}),
    ],
)
def test_each_kind_of_feature_reaches_the_model_from_the_columns(feature: Feature, better: Raw, worse: Raw) -> None:
    lengthens = feature in (Feature.UNADVERTISED, Feature.EVIDENCE)
    by = model({feature: ((0.5,), (1.0, -1.0) if lengthens else (-1.0, 1.0))})
    profile = person(travel={"home": "ME14 1AA", "max_km": 5})
    assert value(profile, job(**better), by) > value(profile, job(**worse), by)


def test_the_codes_of_the_columns_are_those_that_the_features_are_read_by() -> None:
    assert (SOURCE_CODES, CONTRACT_CODES) == (SOURCES, CONTRACTS)


# What it says


def said(chance: float, low: float = 0.0, high: float = 0.0) -> str:
    """The sentence about one role with a chance, by a table with one interval."""
    flat = replace(INTERVALS, starts=(0,), low=(low,), high=(high,))
    pool = pool_of([job()])
    made = Sustain(
        name="sustain", model=replace(WISHES, intervals=flat), rows=np.array([0]), chances=np.array([chance])
    )
    finding = made.finding(vacancy_of(job()), pool.jobs(np.array([0])), code=Code.OK, value=chance)
    return finding.sentence.removeprefix("Past jobs that fitted like this went on for half a year in ")


@pytest.mark.parametrize(
    ("chance", "low", "high", "sentence"),
    [
        (0.52, 0.41, 0.63, "about 5 of 10 cases (4 to 6)."),
        (0.52, 0.5, 0.53, "about 5 of 10 cases."),
        (0.97, 0.88, 0.99, "nearly all cases (9 or more of 10)."),
        (0.97, 0.96, 0.99, "nearly all cases."),
        (0.02, 0.0, 0.14, "hardly any case (1 of 10 or fewer)."),
        (0.02, 0.0, 0.03, "hardly any case."),
    ],
)
def test_its_sentence_tells_the_chance_and_its_interval_in_tenths(
    chance: float, low: float, high: float, sentence: str
) -> None:
    assert said(chance, low, high) == sentence


def test_its_sentence_is_of_past_jobs_and_made_from_the_number_that_scored() -> None:
    [finding] = found(WANTS_BREAD, job(title="bread"))
    assert finding.value == pytest.approx(0.98, abs=0.005)
    assert finding.sentence == (
        "Past jobs that fitted like this went on for half a year in nearly all cases (9 or more of 10)."
    )
    assert len(finding.sentence.split()) <= 25


def test_each_role_of_a_list_has_the_sentence_of_its_own_number() -> None:
    over = using(*(job(vacancy_ref=f"V-{at}", title=title) for at, title in enumerate(["xyz", "brea", "bread"])))
    [drawn] = over.shortlists([profile_of(WANTS_BREAD)], as_of=AS_OF)
    told = {
        entry.vacancy_ref: (each.value, each.sentence)
        for entry in drawn.entries
        for each in entry.findings
        if each.aspect == "lasting"
    }
    assert len(told) == 3
    assert told["V-0"][0] < told["V-1"][0] < told["V-2"][0]
    assert "hardly any case" in told["V-0"][1]
    assert "nearly all cases" in told["V-2"][1]


def test_it_is_no_reason_and_no_concern() -> None:
    for title in ("bread", "xyz"):
        [drawn] = using(job(title=title)).shortlists([profile_of(WANTS_BREAD)], as_of=AS_OF)
        told = [*drawn.entries[0].why, *drawn.entries[0].concerns]
        assert not any("Past jobs" in sentence for sentence in told)


# Rows


def test_a_view_of_some_rows_has_their_numbers_and_no_others() -> None:
    pool = pool_of([job(vacancy_ref=f"V-{at}", contract=kind) for at, kind in enumerate(["permanent", "seasonal"] * 2)])
    by = model({Feature.FIXED_END: ((0.5,), (-1.0, 1.0))})
    whole = part(by, codes={}, values={}, jobs=pool.jobs())
    some = np.array([1, 2])
    narrow = part(by, codes={}, values={}, jobs=pool.jobs(some))
    nothing = np.zeros(2, np.int8)
    assert narrow.values(pool.jobs(some), nothing).tolist() == whole.values(pool.jobs(), nothing)[some].tolist()
    assert whole.values(pool.jobs(some), nothing).tolist() == whole.values(pool.jobs(), nothing)[some].tolist()


def test_a_list_of_nothing_is_still_drawn() -> None:
    [drawn] = using(job(status="filled")).shortlists([profile_of(WANTS_BREAD)], as_of=AS_OF)
    assert drawn.entries == ()


# Where it is named


def settings(tmp_path: Path, **more: Any) -> Settings:
    return Settings(encoder="hashing", cache_dir=tmp_path, **more)


def test_the_model_of_the_settings_takes_part_and_is_named_in_the_method(tmp_path: Path) -> None:
    kept = written(WISHES, tmp_path / "model")
    over = assemble(settings(tmp_path, sustain_model=tmp_path / "model")).shortlister([vacancy_of(job())])
    [drawn] = over.shortlists([profile_of(WANTS_BREAD)], as_of=AS_OF)
    named = shortlist_json(drawn, reads_profile=True)["method"]
    assert named["model"] == f"made by hand {kept.digest}"
    assert list(named) == ["encoder", "weights", "rules", "catalogue", "policy", "model"]
    assert "lasting" in {finding.aspect for finding in drawn.entries[0].findings}


def test_without_a_model_the_method_names_none(tmp_path: Path) -> None:
    over = assemble(settings(tmp_path)).shortlister([vacancy_of(job())])
    [drawn] = over.shortlists([profile_of(WANTS_BREAD)], as_of=AS_OF)
    assert "model" not in shortlist_json(drawn, reads_profile=True)["method"]


def test_another_model_makes_another_list() -> None:
    ids = set()
    for name, shuffle in itertools.product((None, "one 1", "two 2"), (None, "one 1")):
        over = using(job())
        method = replace(over.method, model=name, shuffle=shuffle)
        ids.add(replace(over, method=method).drawn(profile_of(WANTS_BREAD), as_of=AS_OF).shortlist_id)
    assert len(ids) == 6


def test_where_the_training_had_too_little_history_the_weights_rule_alone_and_a_line_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = written_not_enough(tmp_path / "model")
    assert chosen_model(settings(tmp_path, sustain_model=folder)) is None
    assert "not enough evidence" in caplog.text


@pytest.mark.parametrize("content", [None, b"", b"{}", b'{"format": 1, "says": "model"}'])
def test_what_is_no_whole_model_is_refused_and_nothing_goes_on_without_it(
    tmp_path: Path, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / MODEL_FILE).write_bytes(content)
    with pytest.raises(Invalid, match=MODEL_FILE):
        assemble(settings(tmp_path, sustain_model=tmp_path))


def test_a_model_that_turns_a_direction_round_is_refused(tmp_path: Path) -> None:
    backwards = model({Feature.ADJUSTMENTS: ((0.5,), (-1.0, 1.0))})
    with pytest.raises(Invalid, match="a better value never shortens a job"):
        written(backwards, tmp_path)
