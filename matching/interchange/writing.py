"""Write a shortlist as the interchange format has it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from matching.model.finding import Finding
from matching.model.shortlist import Explanation, Method, NearMiss, Shortlist, ShortlistEntry

# What only those who may read the profile see by its name.
PRIVATE_PARTS = {"travel.no_go": "distance"}


def shortlist_json(shortlist: Shortlist, *, reads_profile: bool) -> dict[str, Any]:
    """Return a shortlist as plain values; `reads_profile`: the reader may see which part a no-go area is."""
    return {
        "shortlist_id": shortlist.shortlist_id,
        "participant_ref": shortlist.participant_ref,
        "profile_version": shortlist.profile_version,
        "as_of": shortlist.as_of.isoformat(),
        "method": method_json(shortlist.method),
        "counts": {
            "open": shortlist.counts.open,
            "listed": shortlist.counts.listed,
            "excluded": shortlist.counts.excluded,
        },
        "entries": [_entry(entry, reads_profile) for entry in shortlist.entries],
        "negotiate": [_near_miss(miss) for miss in shortlist.negotiate],
        "excluded": [
            {
                "vacancy_ref": exclusion.vacancy_ref,
                "because": [
                    {
                        "aspect": finding.aspect.value,
                        "part": _part(finding, reads_profile),
                        "sentence": finding.sentence,
                    }
                    for finding in exclusion.because
                ],
            }
            for exclusion in shortlist.excluded
        ],
    }


def method_json(method: Method) -> dict[str, str]:
    """Return a method as plain values; what took no part is not named."""
    return {name: value for name, value in asdict(method).items() if value is not None}


def explanation_json(explanation: Explanation, *, reads_profile: bool) -> dict[str, Any]:
    """Return why one role is, or is not, on a list as plain values."""
    return {
        "vacancy_ref": explanation.vacancy.vacancy_ref,
        "as_of": explanation.as_of.isoformat(),
        "open": explanation.is_open,
        "position": explanation.position,
        "findings": [_finding(finding, reads_profile) for finding in explanation.findings],
    }


def _entry(entry: ShortlistEntry, reads_profile: bool) -> dict[str, Any]:
    return {
        "position": entry.position,
        "vacancy_ref": entry.vacancy_ref,
        "band": entry.band.value,
        "score": entry.score,
        "stretch": entry.stretch,
        "findings": [_finding(finding, reads_profile) for finding in entry.findings],
        "why": list(entry.why),
        "concerns": list(entry.concerns),
        "questions": [
            {
                "ask": question.ask,
                "of": question.of.value,
                "about": question.about if reads_profile else _public(question.about),
                "worth": question.worth,
            }
            for question in entry.questions
        ],
        "flags": [{"kind": flag.kind, "sentence": flag.sentence} for flag in entry.flags],
        **({} if entry.propensity is None else {"propensity": entry.propensity}),
    }


def _finding(finding: Finding, reads_profile: bool) -> dict[str, Any]:
    return {
        "aspect": finding.aspect.value,
        "part": _part(finding, reads_profile),
        "verdict": finding.verdict.value,
        "absolute": finding.absolute,
        "value": finding.value,
        "sentence": finding.sentence,
    }


def _near_miss(miss: NearMiss) -> dict[str, Any]:
    return {
        "vacancy_ref": miss.vacancy_ref,
        "blocked_by": [{"aspect": aspect.value, "part": part} for aspect, part in miss.blocked_by],
        "concession": miss.concession,
        "would_rank": miss.would_rank,
        "opens_for": miss.opens_for,
    }


def _part(finding: Finding, reads_profile: bool) -> str:
    return finding.part if reads_profile else PRIVATE_PARTS.get(finding.about, finding.part)


def _public(about: str) -> str:
    aspect, _, part = about.partition(".")
    return f"{aspect}.{PRIVATE_PARTS.get(about, part)}"
