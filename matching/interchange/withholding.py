"""What of a shortlist only the participant's own specialist reads: which place or employer somebody keeps away from.

These work on what was written, so that a stored list is shown by the same rule as one that was drawn a moment ago.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from matching.interchange.writing import PRIVATE_PARTS
from matching.model.finding import Aspect, Verdict

#: In the place of a reason that concerns safety.
WITHHELD_SENTENCE: Final = "Left out for a reason that their specialist can see."
#: In the place of its aspect and of its part.
WITHHELD: Final = "withheld"


def without_safety(written: Mapping[str, Any]) -> dict[str, Any]:
    """A shortlist, an entry, an exclusion or an explanation as who may not read what concerns safety sees it.

    A no-go area is written as a distance. That an employer is avoided is not told; neither is that one is not, since
    only those who avoid somebody have such a finding.
    """
    shown = dict(written)
    for name in ("findings", "because"):
        if name in shown:
            shown[name] = _findings(shown[name])
    if "questions" in shown:
        shown["questions"] = [{**each, "about": _public(each["about"])} for each in shown["questions"]]
    for name in ("entries", "excluded"):
        if name in shown:
            shown[name] = [without_safety(each) for each in shown[name]]
    return shown


def public_about(about: str) -> str:
    """What a question is about, as everybody may read it.

    >>> public_about("travel.no_go"), public_about("sensory.noise")
    ('travel.distance', 'sensory.noise')
    """
    return _public(about)


def _findings(findings: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    shown = []
    for finding in findings:
        if finding["aspect"] != Aspect.EMPLOYER:
            about = f"{finding['aspect']}.{finding['part']}"
            shown.append({**finding, "part": PRIVATE_PARTS.get(about, finding["part"])})
        # Among reasons for leaving a role out no verdict is written: they are all conflicts.
        elif finding.get("verdict", Verdict.CONFLICT) == Verdict.CONFLICT:
            shown.append({**finding, "aspect": WITHHELD, "part": WITHHELD, "sentence": WITHHELD_SENTENCE})
    return shown


def _public(about: str) -> str:
    aspect, _, part = about.partition(".")
    return f"{aspect}.{PRIVATE_PARTS.get(about, part)}"
