"""Read one field of a raw interchange record: what is stated, or None when nobody knows yet."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

Raw = Mapping[str, Any]


def stated(record: Any, *path: str) -> Any:
    """Return the value at the path, None when any step is missing, null or "unknown"; never used for free text."""
    value = record
    for field in path:
        value = value.get(field) if isinstance(value, Mapping) else None
        if value is None or value == "unknown":
            return None
    return value


def stated_or(default: Any, record: Any, *path: str) -> Any:
    """Return the value at the path, or the default that section 1 gives in brackets."""
    value = stated(record, *path)
    return default if value is None else value


def exact(number: float | int | None) -> Fraction | None:
    """Return the number as it is written (12.71 is 1271/100), not as the nearest binary fraction."""
    return None if number is None else Fraction(Decimal(str(number)))


def number_at(record: Any, *path: str) -> Fraction | None:
    """Return the stated number at the path exactly, or None."""
    return exact(stated(record, *path))
