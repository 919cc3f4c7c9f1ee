"""What of the findings of a stored list may leave, and what is told of it: nothing of safety, and no sentence."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import orjson

from matching.model.finding import BAND_ASPECTS, Aspect, Finding, Verdict
from matching.model.shortlist import Band
from matching.scoring import SHARED, Weights

_METHOD_LETTERS = 12
_NEGOTIATED = "negotiated"


def findings_that_may_leave(findings: Iterable[Mapping[str, Any]]) -> Iterator[Finding]:
    """The findings of a stored entry that are about anything but safety, without their sentences."""
    for each in findings:
        if may_leave(each["aspect"], each["part"]):
            yield Finding(
                aspect=Aspect(each["aspect"]),
                part=each["part"],
                verdict=Verdict(each["verdict"]),
                absolute=each["absolute"],
                value=each["value"],
                sentence="",
            )


def score_of(findings: Sequence[Finding], weights: Weights) -> float:
    """What the findings alone would have scored: the mean of their values by their weights."""
    own = [weights.by_part.get(each.about) for each in findings]
    sharing = Counter(each.aspect for each, weight in zip(findings, own, strict=True) if weight is None)
    by_weight = [
        weights.by_part[f"{each.aspect}.{SHARED}"] / sharing[each.aspect] if weight is None else weight
        for each, weight in zip(findings, own, strict=True)
    ]
    total = sum(each.value * weight for each, weight in zip(findings, by_weight, strict=True))
    return total / (sum(by_weight) or 1.0)


def may_leave(aspect: str, part: str) -> bool:
    """Whether a finding is about anything but safety: even that somebody avoids a place or an employer stays here."""
    return aspect != "employer" and (aspect, part) != ("travel", "no_go")


def band_by_hand(entry: Mapping[str, Any], *, ruled_out: bool) -> str:
    """The band of a role that was added by hand; where safety alone ruled it out, nothing tells that it was."""
    findings = tuple(findings_that_may_leave(entry.get("findings", ())))
    if ruled_out and any(each.absolute and each.verdict is Verdict.CONFLICT for each in findings):
        return _NEGOTIATED
    if "band" in entry:
        return str(entry["band"])
    asks = any(each.verdict is Verdict.UNKNOWN and each.aspect in BAND_ASPECTS for each in findings)
    return Band.ASK_FIRST if asks else Band.FITS_WHAT_WE_KNOW


def method_name(method: Mapping[str, Any]) -> str:
    """A short name for everything that made a list: the same parts, the same name."""
    parts = {name: str(value) for name, value in method.items() if value is not None}
    return hashlib.sha256(orjson.dumps(parts, option=orjson.OPT_SORT_KEYS)).hexdigest()[:_METHOD_LETTERS]
