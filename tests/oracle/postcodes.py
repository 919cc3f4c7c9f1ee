"""Postcodes as text: full, sector or outcode, and whether one lies inside an area."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.oracle.completion import Verdict

_FULL = re.compile(r"([A-Z]{1,2}[0-9][A-Z0-9]?) ?([0-9])([A-Z]{2})")
_SECTOR = re.compile(r"([A-Z]{1,2}[0-9][A-Z0-9]?) ([0-9])")
_OUTCODE = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Postcode:
    """An outcode, and the sector digit when more than the outcode is known."""

    outcode: str
    sector_digit: str | None


def read_postcode(text: str) -> Postcode:
    """Return what the text says; case and extra spaces do not matter."""
    tidy = " ".join(text.upper().split())
    if full := _FULL.fullmatch(tidy):
        return Postcode(outcode=full[1], sector_digit=full[2])
    if sector := _SECTOR.fullmatch(tidy):
        return Postcode(outcode=sector[1], sector_digit=sector[2])
    if _OUTCODE.fullmatch(tidy):
        return Postcode(outcode=tidy, sector_digit=None)
    raise ValueError(f"{text!r} is not a postcode")


def outside(*, place: Postcode, area: Postcode) -> Verdict:
    """Return ok if the place is outside the area, conflict if inside, unknown if only its outcode is known."""
    if place.outcode != area.outcode:
        return "ok"
    if area.sector_digit is None:
        return "conflict"
    if place.sector_digit is None:
        return "unknown"
    return "conflict" if place.sector_digit == area.sector_digit else "ok"
