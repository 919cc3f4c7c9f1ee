"""The oracle's own copy of the tables it needs, typed in from the pages so that the shipped tables are checked too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

DIMENSIONS = (
    "noise",
    "lighting",
    "crowding",
    "smell",
    "temperature",
    "touch",
    "movement",
    "visual_clutter",
    "unpredictability",
    "social_demand",
)

# domain.md 5.3 with the version 1 effects that matching.md fixes: levels taken off each dimension.
MITIGATION_EFFECTS: Mapping[str, Mapping[str, int]] = {
    "sens.headphones": {"noise": 1},
    "sens.hearing_defenders": {"noise": 2},
    "place.seat_low_traffic": {"noise": 1, "crowding": 1, "visual_clutter": 1},
    "place.quiet_room": {},
    "sens.quiet_hours_task": {"noise": 1, "crowding": 1, "unpredictability": 1},
    "sens.lights_dim": {"lighting": 1},
    "sens.natural_light": {"lighting": 1},
    "sens.lights_replace": {"lighting": 2},
    "sens.tinted_screen": {"lighting": 1},
    "sens.scent_free": {"smell": 1},
    "sens.clothing_alt": {"touch": 1},
    "sens.glove_alt": {"touch": 1},
    "sens.temp_control": {"temperature": 1},
    "sens.low_clutter": {"visual_clutter": 1},
    "place.avoid_public_area": {"social_demand": 2, "crowding": 1},
    "comm.no_phone": {"social_demand": 1},
    "task.fixed_sequence": {"unpredictability": 1},
    "sup.change_notice": {"unpredictability": 1},
    "time.fixed_shifts": {"unpredictability": 1},
    "task.self_pace": {"unpredictability": 1},
    "sup.named_person": {"social_demand": 1},
    "break.extra_short": {},
}

# Which mitigations lower a peak_share by one band, and for which dimensions.
PEAK_SHARE_LOWERED: Mapping[str, frozenset[str]] = {
    "place.quiet_room": frozenset({"noise", "crowding", "social_demand"})
}

# Minutes before and after the journey, and straight-line km an hour.
TRAVEL_MODES: Mapping[str, tuple[int, int]] = {
    "walk": (0, 4),
    "wheelchair": (0, 4),
    "cycle": (5, 12),
    "bus": (15, 14),
    "train": (25, 45),
    "car_driver": (5, 32),
    "car_passenger": (5, 32),
    "taxi_atw": (10, 32),
    "works_transport": (15, 25),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OracleCatalogue:
    """The tables that the reading looks things up in."""

    mitigation_effects: Mapping[str, Mapping[str, int]]
    peak_share_lowered: Mapping[str, frozenset[str]]
    travel_modes: Mapping[str, tuple[int, int]]


OWN_CATALOGUE = OracleCatalogue(
    mitigation_effects=MITIGATION_EFFECTS,
    peak_share_lowered=PEAK_SHARE_LOWERED,
    travel_modes=TRAVEL_MODES,
)
