"""Read a sustain model strictly: what it says must be whole, be numbers, and keep to the directions of its features."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, cast

from matching.errors import Invalid, Problem, Where, suggestion
from matching.lasting import Evidence, IntervalTable, Steps, SustainModel
from matching.lasting_features import FEATURES, Direction, Feature, direction_of

MODEL_FILE: Final = "model.json"
#: What the file says in place of a model, where the history did not hold enough.
NOT_ENOUGH: Final = "not enough evidence"


class NotEnoughEvidence(Invalid):
    """There is no model, because the history that it was to be learnt from held too little."""


def read_model(folder: Path) -> SustainModel:
    """Read the model that `wellplaced evaluate train` wrote to a folder; raises `Invalid` naming all that is wrong.

    Where the training said that there was too little history, that is `NotEnoughEvidence`.
    """
    file = folder / MODEL_FILE
    try:
        return model_from(file.read_bytes(), file=str(file))
    except OSError as error:
        raise Invalid(
            [Problem(Where(file=str(file)), f"the sustain model cannot be read ({error.strerror})")]
        ) from error


def model_from(text: bytes, *, file: str = MODEL_FILE) -> SustainModel:
    """Check the bytes of a model file and return the model; raises `Invalid` naming all that is wrong."""
    try:
        told = json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Invalid([Problem(Where(file=file), f"this is no JSON of a sustain model ({error})")]) from error
    if isinstance(told, dict) and told.get("says") == NOT_ENOUGH:
        why = told.get("why") if isinstance(told.get("why"), str) else ""
        raise NotEnoughEvidence(
            [Problem(Where(file=file), f"there is no model, the training said: {NOT_ENOUGH}. {why}".rstrip())]
        )
    check = _Check(file)
    model = check.model(told, digest=hashlib.sha256(text).hexdigest()[:12])
    if check.problems:
        raise Invalid(check.problems)
    return model


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name is there twice")
    return found


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no number here")


class _Check:
    """Reads member by member and collects what is wrong; what it returns is of use only if nothing was."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []

    def model(self, told: object, *, digest: str) -> SustainModel:
        names = ("format", "says", "name", "evidence", "period_ends_weeks", "baseline", "features", "intervals")
        member = self.members(told, names, Where(file=self.file), optional=_BY_CONTRACT)
        top = Where(file=self.file)
        self.expect(member["format"] == 1, top.inside("format"), "should be 1")
        self.expect(member["says"] == "model", top.inside("says"), "should be model")
        ends = tuple(map(int, self.numbers(member["period_ends_weeks"], top.inside("period_ends_weeks"))))
        self.ascending((0, *ends), top.inside("period_ends_weeks"))
        baseline = self.numbers(member["baseline"], top.inside("baseline"))
        self.expect(len(baseline) == len(ends), top.inside("baseline"), "should have one number a period")
        added = {name: self.by_period(member[name], top.inside(name), len(ends)) for name in _BY_CONTRACT}
        unknown, fixed = added["unknown_end"], added["fixed_end"]
        self.expect(len(unknown) == len(fixed), top.inside("unknown_end"), "should stand beside fixed_end")
        self.expect(
            all(0 <= less <= more for less, more in zip(unknown, fixed, strict=False)),
            top.inside("unknown_end"),
            "should be from 0 to fixed_end in each period: a fixed end never lengthens a job",
        )
        return SustainModel(
            **added,
            name=self.name(member["name"], top.inside("name")),
            digest=digest,
            evidence=self.evidence(member["evidence"], top.inside("evidence")),
            period_ends=ends,
            baseline=baseline,
            steps=self.steps(member["features"], top.inside("features")),
            intervals=self.intervals(member["intervals"], top.inside("intervals"), last=ends[-1] if ends else 0),
        )

    def expect(self, right: bool, where: Where, otherwise: str) -> None:
        if not right:
            self.problems.append(Problem(where, otherwise))

    def by_period(self, told: object, where: Where, periods: int) -> tuple[float, ...]:
        """A number a period; none where the file has none."""
        if told is None:
            return ()
        found = self.numbers(told, where)
        self.expect(len(found) == periods, where, "should have one number a period")
        return found

    def members(
        self, told: object, names: Sequence[str], where: Where, *, optional: Sequence[str] = ()
    ) -> dict[str, Any]:
        """The members of an object: all of these and no other, save for optional ones."""
        found = cast(dict[str, Any], told) if isinstance(told, dict) else {}
        self.expect(isinstance(told, dict), where, "should be an object")
        for name in found:
            known = (*names, *optional)
            self.expect(name in known, where.inside(name), f"is not known{suggestion(name, known)}")
        for name in names if found else ():
            self.expect(name in found, where.inside(name), "is missing")
        return {name: found.get(name) for name in (*names, *optional)}

    def name(self, told: object, where: Where) -> str:
        right = isinstance(told, str) and re.fullmatch(r"[a-z0-9][a-z0-9 .-]{0,79}", told) is not None
        self.expect(right, where, "should be a short name in small letters and digits")
        return str(told)

    def number(self, told: object, where: Where) -> float:
        right = isinstance(told, int | float) and not isinstance(told, bool) and abs(told) <= _MOST
        self.expect(right, where, f"should be a number from -{_MOST} to {_MOST}")
        return float(cast(float, told)) if right else math.nan

    def count(self, told: object, where: Where) -> int:
        right = isinstance(told, int) and not isinstance(told, bool) and told >= 0
        self.expect(right, where, "should be a whole number from 0")
        return cast(int, told) if right else 0

    def numbers(self, told: object, where: Where) -> tuple[float, ...]:
        """A list of numbers, not empty; whole numbers stay whole in value."""
        if not isinstance(told, list) or not told:
            self.problems.append(Problem(where, "should be a list of numbers"))
            return ()
        before = len(self.problems)
        found = tuple(self.number(each, where.at(index)) for index, each in enumerate(told))
        return found if len(self.problems) == before else ()

    def ascending(self, found: Sequence[float], where: Where) -> None:
        self.expect(all(left < right for left, right in pairwise(found)), where, "should ascend")

    def evidence(self, told: object, where: Where) -> Evidence:
        member = self.members(told, [each.name for each in fields(Evidence)], where)
        for day in ("first_start", "data_until"):
            try:
                date.fromisoformat(member[day])
            except (TypeError, ValueError):
                self.problems.append(Problem(where.inside(day), "should be a day such as 2026-11-22"))
        self.expect(isinstance(member["simulated"], bool), where.inside("simulated"), "should be true or false")
        counts = {
            each.name: self.count(member[each.name], where.inside(each.name))
            for each in fields(Evidence)
            if each.type == "int"
        }
        return Evidence(
            first_start=str(member["first_start"]),
            data_until=str(member["data_until"]),
            simulated=bool(member["simulated"]),
            **counts,
        )

    def steps(self, told: object, where: Where) -> tuple[Steps, ...]:
        member = self.members(told, [str(feature) for feature in FEATURES], where)
        return tuple(self.steps_of(feature, member[feature], where.inside(feature)) for feature in FEATURES)

    def steps_of(self, feature: Feature, told: object, where: Where) -> Steps:
        member = self.members(told, ("absent", "thresholds", "effects"), where)
        thresholds: tuple[float, ...] = ()
        if member["thresholds"] != []:
            thresholds = self.numbers(member["thresholds"], where.inside("thresholds"))
        effects = self.numbers(member["effects"], where.inside("effects"))
        self.ascending(thresholds, where.inside("thresholds"))
        self.expect(
            len(effects) == len(thresholds) + 1, where.inside("effects"), "should have one number more than thresholds"
        )
        # More log-odds of ending is a shorter job, so the sign turns.
        wrong = int(direction_of(feature))
        against = any((right - left) * wrong > 0 for left, right in pairwise(effects))
        self.expect(not against, where.inside("effects"), _AGAINST[direction_of(feature)])
        return Steps(
            feature=feature,
            absent=self.number(member["absent"], where.inside("absent")),
            thresholds=thresholds,
            effects=effects,
        )

    def intervals(self, told: object, where: Where, *, last: int) -> IntervalTable:
        member = self.members(told, [each.name for each in fields(IntervalTable)], where)
        weeks, resolution = (self.count(member[name], where.inside(name)) for name in ("weeks", "resolution"))
        self.expect(1 <= weeks <= last, where.inside("weeks"), "should be a week of the model")
        self.expect(1 <= resolution <= 10_000, where.inside("resolution"), "should be from 1 to 10000")
        starts = self.numbers(member["starts"], where.inside("starts"))
        low, high = (self.numbers(member[name], where.inside(name)) for name in ("low", "high"))
        self.ascending(starts, where.inside("starts"))
        self.expect(starts[:1] == (0.0,), where.inside("starts"), "should begin with 0")
        self.expect(len(starts) == len(low) == len(high), where, "should have as many starts as low and high")
        for name, ends in (("low", low), ("high", high)):
            self.expect(all(0 <= end <= 1 for end in ends), where.inside(name), "should be from 0 to 1")
            self.expect(all(a <= b for a, b in pairwise(ends)), where.inside(name), "should never fall")
        self.expect(all(a <= b for a, b in zip(low, high, strict=False)), where, "low should be at most high")
        return IntervalTable(weeks=weeks, resolution=resolution, starts=tuple(map(int, starts)), low=low, high=high)


_BY_CONTRACT: Final = ("fixed_end", "unknown_end")
_MOST: Final = 1000
_AGAINST: Mapping[Direction, str] = {
    Direction.NEVER_SHORTER: "should never rise: a better value never shortens a job",
    Direction.NEVER_LONGER: "should never fall: more conflict or a fixed end never lengthens a job",
    Direction.EITHER: "",
}
