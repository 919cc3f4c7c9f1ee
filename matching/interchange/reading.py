"""Read a profile or a vacancy from parsed JSON: all of it is right, or every problem is named."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import orjson

from matching.errors import Invalid, Where
from matching.interchange.profiles import profile_shape
from matching.interchange.shapes import Reader, Record
from matching.interchange.vacancies import vacancy_shape
from matching.model.profile import VocationalProfile
from matching.model.vacancy import Vacancy


def read_profile(content: object, where: Where) -> VocationalProfile:
    """Read one vocational profile; raises `Invalid` with every problem."""
    profile: VocationalProfile = _read(profile_shape(), content, where)
    return replace(profile, digest=_digest(content))


def read_vacancy(content: object, where: Where, *, derived: Iterable[str] = ()) -> Vacancy:
    """Read one vacancy; `derived` names fields that a feed worked out and nobody stated."""
    vacancy: Vacancy = _read(vacancy_shape(), content, where)
    return replace(vacancy, digest=_digest(content), derived_fields=tuple(derived))


def _read(shape: Record, content: object, where: Where) -> Any:
    reader = Reader(where)
    value = shape.read(content, reader)
    if reader.problems:
        raise Invalid(reader.problems)
    return value


def _digest(content: object) -> str:
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()
