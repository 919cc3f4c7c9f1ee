"""Places in Great Britain: postcodes, the centroids of their sectors, and straight-line distance."""

from __future__ import annotations

import gzip
import hashlib
import math
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from itertools import accumulate
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from matching.errors import Invalid, Problem, Where

SECTORS_FILE = Path(__file__).with_name("data") / "postcode_sectors.csv.gz"

# ASCII keeps letters such as a long s from counting as S.
_OUTCODE = re.compile(r"[A-Z]{1,2}(?:[0-9]{1,2}|[0-9][A-Z])", re.ASCII | re.IGNORECASE)
_INWARD = re.compile(r"[0-9][A-Z]{2}", re.ASCII | re.IGNORECASE)
_SECTOR_DIGIT = re.compile(r"[0-9]", re.ASCII)


class PostcodeLevel(StrEnum):
    """How exactly a postcode tells a place; a full one is taken as its sector."""

    SECTOR = "sector"
    OUTCODE = "outcode"


@dataclass(frozen=True, slots=True, kw_only=True)
class Postcode:
    """A well-formed postcode, sector or outcode, in capitals with at most one space; it need not exist."""

    text: str
    outcode: str
    sector: str | None

    @property
    def level(self) -> PostcodeLevel:
        return PostcodeLevel.OUTCODE if self.sector is None else PostcodeLevel.SECTOR

    def is_within(self, area: Postcode) -> bool | None:
        """Say, by text alone, whether this place lies in an outcode or sector; None if only its outcode is known."""
        if self.outcode != area.outcode:
            return False
        if area.sector is None:
            return True
        return None if self.sector is None else self.sector == area.sector


def parse_postcode(text: str) -> Postcode:
    """Read a postcode, sector or outcode; raise ValueError for anything else.

    Case and extra spaces do not matter, but the space before a sector's digit does: `ME14 1`, never `ME141`.
    """
    words = text.split()
    whole = "".join(words)
    # Where a space is written it must fit: ME14 XQ lacks a digit and is not ME1 4XQ.
    breaks = [len(whole) - 3] if len(words) == 1 else accumulate(map(len, words[:-1]))
    for place in breaks:
        outcode, rest = whole[:place].upper(), whole[place:].upper()
        if _OUTCODE.fullmatch(whole[:place]) and _INWARD.fullmatch(whole[place:]):
            return Postcode(text=f"{outcode} {rest}", outcode=outcode, sector=f"{outcode} {rest[0]}")
        if _OUTCODE.fullmatch(whole[:place]) and _SECTOR_DIGIT.fullmatch(whole[place:]):
            return Postcode(text=f"{outcode} {rest}", outcode=outcode, sector=f"{outcode} {rest}")
    if _OUTCODE.fullmatch(whole):
        return Postcode(text=whole.upper(), outcode=whole.upper(), sector=None)
    raise ValueError(f"{text!r} is not a UK postcode, sector or outcode such as ME14 1XQ, ME14 1 or ME14")


def distance_km(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Return the straight-line distance in km between two places given as easting and northing in metres."""
    return math.hypot(a[0] - b[0], a[1] - b[1]) / 1000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SectorTable:
    """The centroids of the postcode sectors of Great Britain, in metres on the British National Grid."""

    sectors: tuple[str, ...]
    eastings: NDArray[np.float64]
    northings: NDArray[np.float64]
    digest: str
    _centroids: Mapping[str, tuple[float, float]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        metres = zip(self.eastings.tolist(), self.northings.tolist(), strict=True)
        centroids = dict(zip(self.sectors, metres, strict=True))
        members: dict[str, list[tuple[float, float]]] = {}
        for sector, centroid in centroids.items():
            members.setdefault(sector[:-2], []).append(centroid)
        means = {
            outcode: (sum(e for e, _ in each) / len(each), sum(n for _, n in each) / len(each))
            for outcode, each in members.items()
        }
        object.__setattr__(self, "_centroids", MappingProxyType(centroids | means))

    def centroid(self, postcode: Postcode) -> tuple[float, float] | None:
        """Return easting and northing of a sector, or the mean of an outcode's sectors; None if not in the table."""
        return self._centroids.get(postcode.sector or postcode.outcode)

    def nearest_sector(self, *, easting: float, northing: float, within_km: float = 3.0) -> str | None:
        """Return the sector with the nearest centroid, the first by name among equals; None if none is that near."""
        distances_m = np.hypot(self.eastings - easting, self.northings - northing)
        nearest = int(np.argmin(distances_m))
        return self.sectors[nearest] if distances_m[nearest] <= within_km * 1000 else None


@cache
def load_sectors() -> SectorTable:
    """Return the shipped table of sectors, read and checked once."""
    return read_sectors(file=SECTORS_FILE)


def read_sectors(*, file: Path) -> SectorTable:
    """Read a packed table of sector, easting and northing; raise Invalid if it is damaged or out of order."""
    try:
        text = gzip.decompress(file.read_bytes())
        attribution, header, *rows = text.decode("ascii").splitlines()
        sectors, eastings, northings = zip(*(row.split(",") for row in rows), strict=True)
        table = SectorTable(
            sectors=sectors,
            eastings=np.array(eastings, dtype=np.float64),
            northings=np.array(northings, dtype=np.float64),
            digest=hashlib.sha256(text).hexdigest()[:12],
        )
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise Invalid([Problem(Where(file.name), f"cannot be read: {error}")]) from error
    if not attribution.startswith("# ") or header != "sector,easting,northing":
        raise Invalid([Problem(Where(file.name), "must begin with its attribution and sector,easting,northing")])
    if list(sectors) != sorted(set(sectors)):
        raise Invalid([Problem(Where(file.name), "must list each sector once, in order of name")])
    return table
