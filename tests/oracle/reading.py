"""An independent, plain and slow reading of matching.md: what the findings of one profile and one vacancy must be.

It works on raw interchange records, one pair at a time, tries every filling of the unknown facts where the
completion rule applies, and shares no code with the engine that it judges.

    findings(profile, vacancy, centroid=...)   {(aspect, part): Expected(verdict, absolute)}
    because(found), excluded(found), band(found)
    concession(profile, vacancy, found)        the key of the one concession, or None
    opens_for(profiles, vacancy, centroid=...) {concession: number of profiles}
    is_open(vacancy, as_of), spread([(ref, employer), ...]), weekly_pay(vacancy), limits_crossed(vacancy, limits)

Where the page left room, this reading chose:

 1. Hours that nobody knows lie between 0 and 168 with the least at most the most. So a person whose only limit is a
    least of 0 hours, or a most of 168, is `ok` with any job; usable time of all 168 hours is `ok` whatever the least.
 2. `negotiable: yes` or `maybe` makes the case where the ranges do not meet `unknown`, also inside a filling.
 3. Hours, shifts and pay are separate facts: listed shifts never tell the weekly hours, nor the other way round.
 4. In `rota` and `flexible` the sum for availability is compared with `hours.min` even when every shift is usable;
    for a shift part, no listed shift beyond the limit is `ok` before any sum is made.
 5. A flexible window has no length, so `shift.length` is `ok` for every flexible pattern that lists a window.
 6. `minimum_age` missing while the person states ages (even an empty list) is `unknown`: the job may ask none.
 7. `driving` missing is `ok` for a full manual licence, which serves whatever may be asked. A profile without
    `driving` is `ok` where `none` is asked, since nothing is held up.
 8. `dbs` compares names only: avoiding `enhanced` says nothing of `enhanced_barred`. A missing level is `unknown`
    even when all three levels are avoided, since `none` and `basic` remain.
 9. `barred_children` looks at `regulated_activity` alone; `no_regulated_children` in `settings` is not activity.
10. `modes: []` counts as none stated, so bus.
11. A missing `remote` of the vacancy is `no`, also when the whole `location` is missing; the missing place makes only
    distance, minutes and no_go `unknown`.
12. `no_go`: each area is judged, one inside is a conflict, else one that cannot be told is unknown. (All ten sectors
    of an outcode listed one by one, and only the outcode known, is therefore `unknown`.)
13. Pay with neither hourly nor annual is `unknown`, except against a floor of 0, which any pay meets.
14. Annual pay with hours `{min: 0}` alone or `{min: 0, max: 0}` counts as without hours. With `{min: 0, max: 20}`
    every number above 0 up to 20 is tried, so it is `ok` or `unknown` and not a conflict (unless the pay is 0).
    Missing most: up to 168. A stated hourly is not rounded.
15. An unknown demand of lifting, standing or walking has no upper bound, so it is `unknown` under any limit.
16. `sens.clothing_alt` and `sens.glove_alt` take one level each, two together; so do all rows of 5.3 that name
    several slugs (`sens.natural_light` is the slug meant by "natural_light").
17. For a level known only from a prior, `typical` and `peak` are both unknown. Mitigations still count, so
    two levels off make tolerance 2 `ok` at any level. `peak_share` and `can_leave` of a prior are taken as said.
18. A mitigation listed under one dimension counts for that dimension only.
19. A sensory conflict is on the negotiation list only by a mitigation offered `no` (not by `maybe` or unknown ones,
    which are in the best level already). One adjustment or dimension is one part.
20. The same concession for `opens_for` is the same kind (hours, availability and shift, pay, remote) or the same
    need or dimension, whatever the person's own figures and whichever mitigation it takes; the profile itself counts.
21. A benefit limit "can be crossed" if the most weekly pay is above it. A missing end of the hours is taken as the
    stated one; without hours an hourly rate raises no flag.
22. Distances are compared without rounding: the square of the distance with the square of the limit.
23. A spaceless sector ("ME141") is not a form of section 1 and is not read here.
24. An entry of `refused_work` without tags is present and `ok`; missing `task_tags` are known to be none.
25. An unresolvable place is `unknown` for distance and minutes even if both places are the same text.
26. "Spaces joined" in an employer's name: each run of white space counts as one space; "Birch&Co" is another name.
27. Levels and tolerances are whole numbers 0 to 4.
28. Law 7 is tried on fields, not on a whole `hours` or `location`, which hold a default that would go with them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from tests.oracle.bounds import Centroid, pay_findings, physical_findings, travel_findings
from tests.oracle.catalogue import OWN_CATALOGUE, OracleCatalogue
from tests.oracle.completion import Expected, Findings, Part, Verdict
from tests.oracle.conditions import (
    employer_findings,
    exclusions_findings,
    plain_name,
    refused_work_findings,
    requirements_findings,
)
from tests.oracle.lists import (
    Concession,
    band,
    because,
    count_opened,
    excluded,
    is_open,
    limits_crossed,
    spread,
    weekly_pay,
)
from tests.oracle.lists import concession as _concession
from tests.oracle.needs import adjustments_findings, sensory_findings
from tests.oracle.stated import Raw
from tests.oracle.times import availability_findings, hours_findings, shift_findings

__all__ = [
    "Concession",
    "Expected",
    "Findings",
    "OracleCatalogue",
    "Part",
    "Verdict",
    "band",
    "because",
    "concession",
    "excluded",
    "findings",
    "is_open",
    "limits_crossed",
    "opens_for",
    "plain_name",
    "spread",
    "weekly_pay",
]


def findings(profile: Raw, vacancy: Raw, catalogue: OracleCatalogue = OWN_CATALOGUE, *, centroid: Centroid) -> Findings:
    """Return every part that is present, with its verdict and whether it is absolute."""
    return {
        **hours_findings(profile, vacancy),
        **availability_findings(profile, vacancy),
        **shift_findings(profile, vacancy),
        **adjustments_findings(profile, vacancy),
        **sensory_findings(profile, vacancy, catalogue),
        **travel_findings(profile, vacancy, catalogue, centroid),
        **pay_findings(profile, vacancy),
        **physical_findings(profile, vacancy),
        **requirements_findings(profile, vacancy),
        **exclusions_findings(profile, vacancy),
        **employer_findings(profile, vacancy),
        **refused_work_findings(profile, vacancy),
    }


def concession(
    profile: Raw, vacancy: Raw, found: Findings, catalogue: OracleCatalogue = OWN_CATALOGUE
) -> Concession | None:
    """Return the one concession that opens an excluded vacancy, or None when it is not on the negotiation list."""
    return _concession(profile, vacancy, found, catalogue)


def opens_for(
    profiles: Iterable[Raw], vacancy: Raw, catalogue: OracleCatalogue = OWN_CATALOGUE, *, centroid: Centroid
) -> Counter[Concession]:
    """Count for each concession the profiles for which the vacancy opens by it."""
    return count_opened(
        concession(profile, vacancy, findings(profile, vacancy, catalogue, centroid=centroid), catalogue)
        for profile in profiles
    )
