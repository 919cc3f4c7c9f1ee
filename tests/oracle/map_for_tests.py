"""A tiny map of invented but plausible positions, for tests that need no shipped table of postcodes."""

from __future__ import annotations

from tests.oracle.postcodes import read_postcode

# Eastings and northings in metres. Whole kilometres and 3-4-5 triangles, so that limits can be met exactly.
SECTOR_CENTROIDS: dict[tuple[str, str], tuple[float, float]] = {
    ("ME14", "1"): (576_000, 156_000),
    ("ME14", "2"): (576_000, 158_000),
    ("ME15", "6"): (579_000, 152_000),
    ("ME1", "1"): (570_000, 164_000),
    ("CT1", "1"): (616_000, 156_000),
    ("M1", "1"): (384_000, 398_000),
}


def small_map(text: str) -> tuple[float, float] | None:
    """Return the centroid of the sector, of an outcode the mean of its sectors, or None if not on the map."""
    postcode = read_postcode(text)
    if postcode.sector_digit is not None:
        return SECTOR_CENTROIDS.get((postcode.outcode, postcode.sector_digit))
    inside = [place for (outcode, _), place in SECTOR_CENTROIDS.items() if outcode == postcode.outcode]
    if not inside:
        return None
    return (sum(east for east, _ in inside) / len(inside), sum(north for _, north in inside) / len(inside))
