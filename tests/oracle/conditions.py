"""Requirements, exclusions, employer and refused work: what matching.md says of conditions and refusals."""

from __future__ import annotations

from itertools import product
from typing import Any

from tests.oracle.completion import Expected, Findings, Verdict, complete, when
from tests.oracle.stated import Raw, number_at, stated, stated_or

SOON_WEEKS = 12
LICENCES = ("none", "provisional", "full_manual", "full_auto")
DRIVING_ASKED = ("none", "full_auto", "full_manual")
DBS_LEVELS = ("none", "basic", "standard", "enhanced", "enhanced_barred")
SERVED_BY = {
    "none": set(LICENCES),
    "full_auto": {"full_auto", "full_manual"},
    "full_manual": {"full_manual"},
}
ADDED_BY_ACTIVITY = {"children": "no_regulated_children", "adults": "no_regulated_adults"}


def requirements_findings(profile: Raw, vacancy: Raw) -> Findings:
    """Judge the aspect requirements."""
    asked = stated(vacancy, "requirements")
    found: Findings = {}

    def add(part: str, verdict: Verdict) -> None:
        found["requirements", part] = Expected(verdict=verdict, absolute=True)

    held = stated(profile, "qualifications")
    wanted = stated(asked, "qualifications")
    for one in wanted or []:
        add(one["slug"], qualification_verdict(held, one))
    if wanted is None and held is not None:
        add("qualifications", "unknown")

    licence, driving = stated(profile, "driving"), stated(asked, "driving")
    if licence is not None or driving is not None:
        licences = LICENCES if licence is None else (licence,)
        demands = DRIVING_ASKED if driving is None else (driving,)
        add("driving", complete(when(has in SERVED_BY[need]) for has, need in product(licences, demands)))

    ages, age = stated(profile, "legal", "minimum_age_met"), stated(asked, "minimum_age")
    if ages is not None or age is not None:
        add("minimum_age", age_verdict(ages, age))

    activity = stated(asked, "regulated_activity")
    for group in ("children", "adults"):
        if stated_or(False, profile, "legal", f"barred_{group}"):
            add(f"regulated_{group}", "unknown" if activity is None else when(group not in activity))

    avoided = stated(profile, "checks_to_avoid") or []
    if avoided:
        dbs = stated(asked, "dbs")
        add("dbs", complete(when(level not in avoided) for level in (DBS_LEVELS if dbs is None else (dbs,))))
    return found


def qualification_verdict(held: list[str] | None, asked: Raw) -> Verdict:
    """Judge one qualification; whether it is held and how long it takes may each be unknown."""
    weeks = number_at(asked, "obtainable_weeks")
    held_fillings = [True, False] if held is None else [asked["slug"] in held]
    soon_fillings = [True, False] if weeks is None else [weeks <= SOON_WEEKS]
    return complete(when(has or soon) for has, soon in product(held_fillings, soon_fillings))


def age_verdict(ages: list[int] | None, age: int | None) -> Verdict:
    """Judge the ages met against the least age asked; a job that says nothing may ask none or a very high one."""
    ages_fillings: list[list[int]] = [[], [200]] if ages is None else [ages]
    age_fillings: list[int | None] = [None, 16, 18, 21, 1000] if age is None else [age]
    return complete(
        when(asked is None or any(met >= asked for met in mets)) for mets, asked in product(ages_fillings, age_fillings)
    )


def exclusions_findings(profile: Raw, vacancy: Raw) -> Findings:
    """Judge the aspect exclusions, one part an exclusion of the person."""
    settings = stated(vacancy, "requirements", "settings")
    activity = stated(vacancy, "requirements", "regulated_activity")
    found: Findings = {}
    for exclusion in stated(profile, "role_exclusions") or []:
        verdicts: list[Verdict] = ["unknown" if settings is None else when(exclusion not in settings)]
        for group, added in ADDED_BY_ACTIVITY.items():
            if added == exclusion:
                verdicts.append("unknown" if activity is None else when(group not in activity))
        # Two statements may each put the exclusion in; it is out only when both are there and neither does.
        verdict: Verdict = "ok"
        if "conflict" in verdicts:
            verdict = "conflict"
        elif "unknown" in verdicts:
            verdict = "unknown"
        found["exclusions", exclusion] = Expected(verdict=verdict, absolute=True)
    return found


def plain_name(employer: str) -> str:
    """Return the name as compared: trimmed, spaces joined, case folded, nothing fuzzier."""
    return " ".join(employer.split()).casefold()


def employer_findings(profile: Raw, vacancy: Raw) -> Findings:
    """Judge the aspect employer."""
    avoided = stated(profile, "employers_avoided") or []
    if not avoided:
        return {}
    same = plain_name(vacancy["employer"]) in {plain_name(name) for name in avoided}
    return {("employer", "avoided"): Expected(verdict=when(not same), absolute=True)}


def refused_work_findings(profile: Raw, vacancy: Raw) -> Findings:
    """Judge the aspect refused_work, one part a refusal."""
    tags: set[Any] = set(stated(vacancy, "task_tags") or [])
    return {
        ("refused_work", refusal["label"]): Expected(
            verdict=when(not tags & set(stated(refusal, "tags") or [])),
            absolute=stated_or(False, refusal, "absolute"),
        )
        for refusal in stated(profile, "refused_work") or []
    }
