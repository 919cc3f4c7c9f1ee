"""What of a match takes part in learning what lasts: the same numbers for a history and for the engine."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum, StrEnum
from typing import Final

import numpy as np
import numpy.typing as npt

from matching.model.finding import Aspect, Code
from matching.model.vacancy import Contract, VacancySource

Codes = npt.NDArray[np.int8]
Numbers = npt.NDArray[np.float64]

#: In place of a code: the aspect has no finding, or nobody knows the source or the contract.
ABSENT: Final = -1
SOURCES: Final = tuple(VacancySource)
CONTRACTS: Final = tuple(Contract)

_FIXED_END = (Contract.FIXED_TERM, Contract.TEMPORARY, Contract.SEASONAL)


class Feature(StrEnum):
    """A fact of the match between a profile and a vacancy: nothing of the person alone, nor any count of unknowns.

    Values and verdicts are those of an aspect. A verdict is 0 for ok, 1 for unknown and 2 for conflict: offering what
    was unknown can only lower it, as a louder workplace can only raise it.
    """

    PREFERENCES = "preferences_value"
    SKILLS = "skills_value"
    HOURS = "hours_value"
    AVAILABILITY = "availability_value"
    SHIFT = "shift_value"
    ADJUSTMENTS = "adjustments_value"
    ADJUSTMENTS_VERDICT = "adjustments_verdict"
    SENSORY = "sensory_value"
    SENSORY_VERDICT = "sensory_verdict"
    TRAVEL = "travel_value"
    TRAVEL_VERDICT = "travel_verdict"
    PAY = "pay_value"
    PHYSICAL = "physical_value"
    REFUSED_WORK_VERDICT = "refused_work_verdict"
    EVIDENCE = "evidence_value"
    FIXED_END = "contract_fixed_end"
    UNADVERTISED = "source_unadvertised"


FEATURES: Final = tuple(Feature)


class Direction(IntEnum):
    """What more of a feature may do to the chance that a job goes on."""

    NEVER_LONGER = -1
    EITHER = 0
    NEVER_SHORTER = 1


#: Aspects whose value takes part. Where a profile states no limit or need, nothing stands in the way: the value is 1,
#: as if it were met, so that having stated a need never counts by itself. A wish that nobody stated is no number.
_VALUES: Mapping[Feature, Aspect] = {
    Feature.PREFERENCES: Aspect.PREFERENCES,
    Feature.SKILLS: Aspect.SKILLS,
    Feature.HOURS: Aspect.HOURS,
    Feature.AVAILABILITY: Aspect.AVAILABILITY,
    Feature.SHIFT: Aspect.SHIFT,
    Feature.ADJUSTMENTS: Aspect.ADJUSTMENTS,
    Feature.SENSORY: Aspect.SENSORY,
    Feature.TRAVEL: Aspect.TRAVEL,
    Feature.PAY: Aspect.PAY,
    Feature.PHYSICAL: Aspect.PHYSICAL,
    Feature.EVIDENCE: Aspect.EVIDENCE,
}
_VERDICTS: Mapping[Feature, Aspect] = {
    Feature.ADJUSTMENTS_VERDICT: Aspect.ADJUSTMENTS,
    Feature.SENSORY_VERDICT: Aspect.SENSORY,
    Feature.TRAVEL_VERDICT: Aspect.TRAVEL,
    Feature.REFUSED_WORK_VERDICT: Aspect.REFUSED_WORK,
}
_NO_NUMBER_WHERE_ABSENT = frozenset({Feature.PREFERENCES, Feature.SKILLS, Feature.EVIDENCE})

#: The aspects whose codes and values `features_of` looks at.
ASPECTS: Final = tuple(aspect for aspect in Aspect if aspect in {*_VALUES.values(), *_VERDICTS.values()})


def aspect_of(feature: Feature) -> Aspect | None:
    """The aspect of fit that a feature tells of; none for the contract and the source."""
    return _VALUES.get(feature) or _VERDICTS.get(feature)


def direction_of(feature: Feature) -> Direction:
    """A better value never shortens a job; more conflict and a fixed end never lengthen it."""
    if feature in _VALUES:
        return Direction.NEVER_SHORTER
    return Direction.EITHER if feature is Feature.UNADVERTISED else Direction.NEVER_LONGER


def features_of(
    *, codes: Mapping[Aspect, Codes], values: Mapping[Aspect, Numbers], source: Codes, contract: Codes
) -> Numbers:
    """Features x rows, in the order of `FEATURES`, for history and engine alike; NaN where there is no number.

    `codes` are an aspect's verdicts (of `Code`; `ABSENT` where it has no finding, as for an aspect that is left out),
    `values` the mean of its parts' values by their weights (NaN where absent), `source` and `contract` places in
    `SOURCES` and `CONTRACTS`. Values are taken as 32-bit numbers, as a history holds them.
    """
    rows = len(source)
    found = np.full((len(FEATURES), rows), np.nan)
    for number, feature in enumerate(FEATURES):
        if feature in _VERDICTS:
            found[number] = np.maximum(codes.get(_VERDICTS[feature], np.full(rows, ABSENT, np.int8)), Code.OK)
        elif feature in _VALUES:
            value = values.get(_VALUES[feature], np.full(rows, np.nan)).astype(np.float32)
            found[number] = value if feature in _NO_NUMBER_WHERE_ABSENT else np.where(np.isnan(value), 1.0, value)
    found[FEATURES.index(Feature.FIXED_END)] = _one_of(contract, CONTRACTS, _FIXED_END)
    found[FEATURES.index(Feature.UNADVERTISED)] = _one_of(
        source, SOURCES, (VacancySource.UNADVERTISED, VacancySource.CARVED)
    )
    return found


def _one_of(codes: Codes, words: tuple[StrEnum, ...], these: tuple[StrEnum, ...]) -> Numbers:
    """1 where the word is one of these, 0 where it is another, NaN where nobody knows."""
    by_code = np.array([*(float(word in these) for word in words), np.nan])  # -1 takes the last
    found: Numbers = by_code[codes]
    return found
