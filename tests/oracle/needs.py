"""Adjustments and sensory: what matching.md says of needs and of the senses, trying every filling."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import product

from tests.oracle.catalogue import OracleCatalogue
from tests.oracle.completion import Expected, Findings, Verdict, complete, when
from tests.oracle.stated import Raw, stated, stated_or

LEVELS = range(5)
PEAK_SHARES = ("under_10", "10_to_50", "over_50")
MOST_LEVELS_OFF = 2


def offer_fillings(vacancy: Raw, slugs: list[str]) -> Iterator[frozenset[str]]:
    """Yield every set of the slugs that may turn out to be given; a maybe is as open as an offer nobody asked for."""
    yes_or_no = [
        {"yes": (True,), "no": (False,)}.get(stated(vacancy, "adjustments", slug), (True, False)) for slug in slugs
    ]
    for answers in product(*yes_or_no):
        yield frozenset(slug for slug, given in zip(slugs, answers, strict=True) if given)


def adjustments_findings(profile: Raw, vacancy: Raw) -> Findings:
    """Judge the aspect adjustments, one part a need."""
    found: Findings = {}
    for need in stated(profile, "adjustments") or []:
        slugs = [need["slug"], *(stated(need, "alternatives") or [])]
        found["adjustments", need["slug"]] = Expected(
            verdict=complete(when(len(given) > 0) for given in offer_fillings(vacancy, slugs)),
            absolute=stated_or("important", need, "importance") == "essential",
        )
    return found


def sensory_findings(profile: Raw, vacancy: Raw, catalogue: OracleCatalogue) -> Findings:
    """Judge the aspect sensory, one part a dimension that the person avoids or seeks."""
    found: Findings = {}
    for dimension in stated(profile, "sensory") or {}:
        tolerance = stated(profile, "sensory", dimension)
        if tolerance is None:
            continue
        direction = stated_or("avoid", tolerance, "direction")
        if direction == "neutral":
            continue
        verdict = sensory_verdict(profile, vacancy, dimension, catalogue)
        found["sensory", dimension] = Expected(verdict=verdict, absolute=stated_or(False, tolerance, "hard"))
    return found


def sensory_verdict(profile: Raw, vacancy: Raw, dimension: str, catalogue: OracleCatalogue) -> Verdict:
    """Judge one dimension that the person avoids or seeks."""
    tolerance = stated(profile, "sensory", dimension)
    level = stated(vacancy, "sensory", dimension)
    typical, peak = stated(level, "typical"), stated(level, "peak")
    if typical is not None and peak is None:
        peak = typical
    if stated(level, "source") == "occupation_prior":
        typical = peak = None
    if stated_or("avoid", tolerance, "direction") == "seek":
        return complete(when(filled >= tolerance["tolerance"]) for filled in (LEVELS if typical is None else [typical]))
    mitigations = stated(tolerance, "mitigations") or []
    return _avoid_verdict(
        tolerance["tolerance"],
        typical,
        peak,
        stated(level, "peak_share"),
        stated(level, "can_leave"),
        tuple(offer_fillings(vacancy, mitigations)),
        dimension,
        tuple(catalogue.mitigation_effects.get(slug, {}).get(dimension, 0) for slug in mitigations),
        tuple(slug for slug in mitigations if dimension in catalogue.peak_share_lowered.get(slug, frozenset())),
        tuple(mitigations),
    )


@cache
def _avoid_verdict(
    tolerance: int,
    typical: int | None,
    peak: int | None,
    peak_share: str | None,
    can_leave: bool | None,
    offers: tuple[frozenset[str], ...],
    dimension: str,
    effects: tuple[int, ...],
    lowering: tuple[str, ...],
    mitigations: tuple[str, ...],
) -> Verdict:
    """Try every level, share, way out and answer that the known facts leave open."""
    levels = [
        (usual, worst)
        for usual in (LEVELS if typical is None else [typical])
        for worst in (LEVELS if peak is None else [peak])
        if worst >= usual
    ]
    shares = PEAK_SHARES if peak_share is None else (peak_share,)
    exits = (True, False) if can_leave is None else (can_leave,)
    effect_of = dict(zip(mitigations, effects, strict=True))

    def experienced(usual: int, worst: int, share: str, way_out: bool, given: frozenset[str]) -> int:
        if any(slug in given for slug in lowering):
            share = PEAK_SHARES[max(0, PEAK_SHARES.index(share) - 1)]
        peak_counts = share in ("10_to_50", "over_50") or not way_out
        taken_off = min(MOST_LEVELS_OFF, sum(effect_of[slug] for slug in given))
        return max(0, (worst if peak_counts else usual) - taken_off)

    return complete(
        when(experienced(usual, worst, share, way_out, given) <= tolerance)
        for (usual, worst), share, way_out, given in product(levels, shares, exits, offers)
    )


def liftable_by_one_mitigation(profile: Raw, vacancy: Raw, dimension: str, catalogue: OracleCatalogue) -> bool:
    """Say whether one mitigation of the person's list, offered `no`, would by itself end the conflict if given."""
    tolerance = stated(profile, "sensory", dimension)
    if stated_or("avoid", tolerance, "direction") != "avoid":
        return False
    for slug in stated(tolerance, "mitigations") or []:
        if stated(vacancy, "adjustments", slug) == "no":
            given = {**vacancy, "adjustments": {**vacancy["adjustments"], slug: "yes"}}
            if sensory_verdict(profile, given, dimension, catalogue) != "conflict":
                return True
    return False
