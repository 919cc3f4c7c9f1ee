"""JSON Schemas of the interchange format, made from the same shapes that read it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from matching.interchange.profiles import profile_shape
from matching.interchange.vacancies import vacancy_shape
from matching.model.finding import Asked, Aspect, Verdict
from matching.model.shortlist import Band

DRAFT = "https://json-schema.org/draft/2020-12/schema"
KINDS = ("profile", "vacancy", "shortlist")


def schema(kind: str) -> dict[str, Any]:
    """Return the JSON Schema of a profile, a vacancy or a shortlist."""
    titles = {"profile": "Vocational profile", "vacancy": "Vacancy", "shortlist": "Shortlist"}
    body = {"profile": lambda: profile_shape().schema(), "vacancy": lambda: vacancy_shape().schema()}.get(
        kind, _shortlist
    )()
    return {"$schema": DRAFT, "title": f"{titles[kind]}, interchange format version 1", **body}


_TEXT = {"type": "string"}
_YES_NO = {"type": "boolean"}
_COUNT = {"type": "integer", "minimum": 0}
_PLACE = {"type": "integer", "minimum": 1}
_SHARE = {"type": "number", "minimum": 0, "maximum": 1}
_ASPECT = {"enum": [aspect.value for aspect in Aspect]}


def _object(*, optional: Collection[str] = (), **properties: object) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in optional],
        "additionalProperties": False,
    }


def _list(items: object) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _shortlist() -> dict[str, Any]:
    finding = _object(
        aspect=_ASPECT,
        part=_TEXT,
        verdict={"enum": [verdict.value for verdict in Verdict]},
        absolute=_YES_NO,
        value=_SHARE,
        sentence=_TEXT,
    )
    question = _object(
        ask=_TEXT, of={"enum": [asked.value for asked in Asked]}, about=_TEXT, worth={"type": "number", "minimum": 0}
    )
    entry = _object(
        position=_PLACE,
        vacancy_ref=_TEXT,
        band={"enum": [band.value for band in Band]},
        score=_SHARE,
        stretch=_YES_NO,
        findings=_list(finding),
        why=_list(_TEXT) | {"maxItems": 3},
        concerns=_list(_TEXT),
        questions=_list(question),
        flags=_list(_object(kind=_TEXT, sentence=_TEXT)),
        propensity={"type": "number", "exclusiveMinimum": 0, "maximum": 1},
        optional=("propensity",),
    )
    near_miss = _object(
        vacancy_ref=_TEXT,
        blocked_by=_list(_object(aspect=_ASPECT, part=_TEXT)) | {"minItems": 1},
        concession=_TEXT,
        would_rank=_PLACE,
        opens_for=_PLACE,
    )
    reason = _object(aspect=_ASPECT, part=_TEXT, sentence=_TEXT)
    return _object(
        shortlist_id=_TEXT,
        participant_ref=_TEXT,
        profile_version=_PLACE,
        as_of={"type": "string", "format": "date"},
        method=_object(
            **dict.fromkeys(("encoder", "weights", "rules", "catalogue", "policy", "model", "shuffle"), _TEXT),
            optional=("model", "shuffle"),
        ),
        counts=_object(open=_COUNT, listed=_COUNT, excluded=_COUNT),
        entries=_list(entry),
        negotiate=_list(near_miss),
        excluded=_list(_object(vacancy_ref=_TEXT, because=_list(reason) | {"minItems": 1})),
    )
