"""Write a sustain model: step functions as JSON for the engine, and the estimator itself without pickle."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import skops.io

from evaluation.sustain.fitting import Fitted
from evaluation.sustain.hazard_steps import PERIOD_ENDS, Hazard
from matching.errors import Invalid, Problem, Where
from matching.lasting_features import FEATURES
from matching.lasting_reading import NOT_ENOUGH, model_from

ESTIMATOR_FILE = "estimator.skops"
CARD_FILE = "card.md"

#: What the file of an estimator may hold besides plain values and what skops trusts by itself.
TRUSTED = ("numpy.dtype", "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor")

_MADE_AT = (2000, 1, 1, 0, 0, 0)
_SCHEMA = "schema.json"


def model_bytes(fitted: Fitted, *, name: str) -> bytes:
    """The model as the engine reads it; what is written is read back first, so that no other can leave the house."""
    told = {
        "format": 1,
        "says": "model",
        "name": name,
        "evidence": asdict(fitted.evidence),
        "period_ends_weeks": list(PERIOD_ENDS),
        "baseline": list(fitted.hazard.baseline),
        "fixed_end": list(fitted.hazard.fixed_end),
        "unknown_end": list(fitted.hazard.unknown_end),
        "features": {
            str(feature): {"absent": step.absent, "thresholds": list(step.thresholds), "effects": list(step.effects)}
            for feature, step in zip(FEATURES, fitted.hazard.steps, strict=True)
        },
        "intervals": {name: _as_list(value) for name, value in asdict(fitted.intervals).items()},
    }
    text = _json(told)
    model_from(text)
    return text


def not_enough_bytes(why: str) -> bytes:
    """What stands in place of a model, so that an engine that is pointed at it says why there is none."""
    return _json({"format": 1, "says": NOT_ENOUGH, "why": why})


def _as_list(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _json(told: dict[str, Any]) -> bytes:
    return (json.dumps(told, indent=1, allow_nan=False) + "\n").encode()


# The estimator


def estimator_bytes(hazard: Hazard) -> bytes:
    """The estimator with its recalibration; the same estimator gives the same bytes.

    skops names the parts of its archive by their place in memory, and dates them: both are put in order here.
    """
    held = {name: getattr(hazard, name) for name in ("estimator", "usual", "slope", "contract_slope", "intercept")}
    given = zipfile.ZipFile(io.BytesIO(skops.io.dumps(held)))
    numbers: dict[int, int] = {}
    schema = _renumbered(json.loads(given.read(_SCHEMA)), numbers)
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(
            (_renamed(name, numbers), given.read(name)) for name in given.namelist() if name != _SCHEMA
        ):
            archive.writestr(_entry(name), content)
        archive.writestr(_entry(_SCHEMA), json.dumps(schema, indent=1))
    return written.getvalue()


def read_estimator(file: Path) -> dict[str, Any]:
    """Read what `estimator_bytes` wrote, by name; raises `Invalid` where it holds anything that is not trusted."""
    content = file.read_bytes()
    strange = sorted(set(skops.io.get_untrusted_types(data=content)) - set(TRUSTED))
    if strange:
        problem = Problem(Where(file=str(file)), f"holds what a sustain model does not: {', '.join(strange)}")
        raise Invalid([problem])
    held: dict[str, Any] = skops.io.loads(content, trusted=list(TRUSTED))
    return held


def _renumbered(told: Any, numbers: dict[int, int]) -> Any:
    """The schema with parts numbered in the order in which they come, instead of by address."""
    if isinstance(told, list):
        return [_renumbered(each, numbers) for each in told]
    if not isinstance(told, dict):
        return told
    if "__id__" in told:
        numbers.setdefault(told["__id__"], len(numbers) + 1)
    found = {name: _renumbered(each, numbers) for name, each in told.items()}
    if "__id__" in found:
        found["__id__"] = numbers[told["__id__"]]
    if isinstance(found.get("file"), str):
        found["file"] = _renamed(found["file"], numbers)
    return found


def _renamed(name: str, numbers: dict[int, int]) -> str:
    stem, dot, ending = name.partition(".")
    return f"{numbers[int(stem)]:06d}{dot}{ending}" if stem.isdecimal() else name


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, date_time=_MADE_AT)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry
