"""Travel: how far the work is, how long it takes, where the person does not go, and work from home."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar, Final

import numpy as np

from matching.columns import REMOTE_STEPS
from matching.fit.part import (
    CONFLICT,
    OK,
    UNKNOWN,
    Codes,
    Concession,
    Mask,
    Part,
    Said,
    Setting,
    Values,
    coded,
    graded,
    number,
)
from matching.kinds import Read, Reading
from matching.model.finding import Asked, Aspect, Code
from matching.model.profile import TravelModeName, VocationalProfile
from matching.model.vacancy import Vacancy
from matching.model.work import Remote
from matching.places import Postcode, parse_postcode
from matching.pool import Jobs
from matching.taxonomy import TravelMode
from matching.zones import Metres

ONLY_REMOTE = REMOTE_STEPS.index(Remote.ONLY)
REMOTE_WORDS = {
    Remote.NO: "at the workplace",
    Remote.SOME: "partly at home",
    Remote.MOSTLY: "mostly at home",
    Remote.ONLY: "only at home",
}
ASK_HOME = "Which area do you live in? The first part of the postcode is enough."

# The box is a little wider than it need be, so that its rounding decides nothing.
BOX_MARGIN_METRES = 100.0

PLACE_READ: Final[Reading] = (Read("easting"), Read("northing"), Read("remote"))


def parts(profile: VocationalProfile, setting: Setting) -> tuple[Part, ...]:
    """Distance, minutes, no-go areas and work from home: each only if the profile states it."""
    travel = profile.travel
    home = None if travel.home is None else setting.sectors.centroid(parse_postcode(travel.home))
    found: list[Part] = []
    if travel.max_km is not None:
        found.append(Distance(name="distance", absolute=travel.hard, home=home, max_km=travel.max_km))
    if travel.max_minutes is not None:
        modes = travel.modes or (TravelModeName.BUS,)
        ways = tuple(setting.catalogue.travel_mode(mode) for mode in modes)
        most = travel.max_minutes
        found.append(Minutes(name="minutes", absolute=travel.hard, home=home, ways=ways, max_minutes=most))
    if travel.no_go:
        areas = tuple(parse_postcode(area) for area in travel.no_go)
        found.append(NoGo(name="no_go", absolute=True, areas=areas))
    if profile.remote is not None:
        absolute = profile.remote is Remote.ONLY
        found.append(FromHome(name="remote", absolute=absolute, wanted=profile.remote))
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Journey(Part):
    """What distance and minutes share: a home, and jobs to which nobody travels."""

    aspect: ClassVar[Aspect] = Aspect.TRAVEL
    screening_rank: ClassVar[int] = 0

    home: Metres | None

    @property
    def readings(self) -> tuple[Reading, ...]:
        return (PLACE_READ,)

    @property
    @abstractmethod
    def reach_km(self) -> float:
        """The distance beyond which every journey is too long."""

    @property
    def keeps_near(self) -> tuple[Metres, float] | None:
        return None if self.home is None else (self.home, 1000 * self.reach_km + BOX_MARGIN_METRES)

    def no_journey(self, jobs: Jobs) -> Mask:
        """Jobs that are done only at home."""
        remote: Mask = jobs.column("remote") == ONLY_REMOTE
        return remote

    def km(self, jobs: Jobs) -> Values:
        """Straight-line distance; NaN where either place is not known."""
        return jobs.once(("km", self.home), lambda: self._find_km(jobs.column("easting"), jobs.column("northing")))

    def _find_km(self, easting: Values, northing: Values) -> Values:
        if self.home is None:
            return np.full(len(easting), np.nan)
        east, north = easting - self.home[0], northing - self.home[1]
        metres: Values = np.sqrt(east * east + north * north)
        return metres / 1000

    def reached(self, jobs: Jobs, within: Callable[[Values], Mask]) -> Codes:
        """Judge by a rule about km that holds nowhere beyond `reach_km`: only a box around home is measured."""
        east, north = jobs.column("easting"), jobs.column("northing")
        codes = np.full(len(jobs), UNKNOWN)
        if self.home is not None:
            reach = 1000 * self.reach_km + BOX_MARGIN_METRES
            outside = (east < self.home[0] - reach) | (east > self.home[0] + reach)
            outside |= (north < self.home[1] - reach) | (north > self.home[1] + reach)
            codes += outside.view(np.int8)  # unknown and one more is conflict
            near = np.flatnonzero(~outside)
            km = self._find_km(east[near], north[near])
            codes[near] = np.where(np.isnan(km), UNKNOWN, np.where(within(km), OK, CONFLICT))
        np.copyto(codes, OK, where=jobs.column("remote") == ONLY_REMOTE)
        return codes

    def away(self, view: Jobs) -> str:
        """The distance to the one job of a view, in words."""
        km = float(self.km(view)[0])
        return "less than 1 km" if km < 1 else f"about {km:.0f} km"

    def unknown_place(self, job: Vacancy, what: str) -> Said:
        """Ask the one who can say where home, or the work, is."""
        if self.home is None:
            return Said(
                sentence=f"Where they live is not known well enough to tell the {what}.",
                ask=ASK_HOME,
                asked=Asked.PARTICIPANT,
            )
        return Said(sentence=f"Where the work is done is not known, so nor is the {what}.", ask=ASK_PLACE)


ASK_PLACE = "What is the postcode of the place of work?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Distance(_Journey):
    """Whether the place is within the distance that the person travels, in a straight line."""

    max_km: float

    @property
    def reach_km(self) -> float:
        return self.max_km

    def codes(self, jobs: Jobs) -> Codes:
        return self.reached(jobs, lambda km: km <= self.max_km)

    def values(self, jobs: Jobs, codes: Codes) -> Values:
        share = np.nan_to_num(self.km(jobs)) / max(self.max_km, 1.0)
        near = np.where(self.no_journey(jobs), 1.0, 1.0 - 0.5 * np.minimum(share, 1.0))
        return graded(codes, ok=near, conflict=np.maximum(0.4 - 0.2 * share, 0.0))

    def say(self, job: Vacancy, code: Code, view: Jobs) -> Said:
        if code is Code.UNKNOWN:
            return self.unknown_place(job, "distance")
        if job.place.remote is Remote.ONLY:
            return Said(sentence="The work is done at home, so there is no journey.")
        if code is Code.OK:
            return Said(sentence=f"The place is {self.away(view)} away; they travel up to {number(self.max_km)} km.")
        return Said(
            sentence=f"The place is {self.away(view)} away, further than the {number(self.max_km)} km they travel."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Minutes(_Journey):
    """Whether the estimated journey takes no longer than the person travels, by the quickest of their ways."""

    ways: tuple[TravelMode, ...] = field(repr=False)
    max_minutes: float

    @property
    def reach_km(self) -> float:
        reach = max((self.max_minutes - way.before_and_after_minutes) * way.km_per_hour / 60 for way in self.ways)
        return max(reach, 0.0)

    def minutes(self, km: Values) -> Values:
        """Estimated minutes one way; NaN where either place is not known."""
        estimates = [way.before_and_after_minutes + 60 * km / way.km_per_hour for way in self.ways]
        return np.asarray(np.min(estimates, axis=0), np.float64)

    def codes(self, jobs: Jobs) -> Codes:
        return self.reached(jobs, lambda km: self.minutes(km) <= self.max_minutes)

    def values(self, jobs: Jobs, codes: Codes) -> Values:
        share = np.nan_to_num(self.minutes(self.km(jobs))) / max(self.max_minutes, 1.0)
        near = np.where(self.no_journey(jobs), 1.0, 1.0 - 0.5 * np.minimum(share, 1.0))
        return graded(codes, ok=near, conflict=np.maximum(0.4 - 0.2 * share, 0.0))

    def say(self, job: Vacancy, code: Code, view: Jobs) -> Said:
        if code is Code.UNKNOWN:
            return self.unknown_place(job, "journey")
        if job.place.remote is Remote.ONLY:
            return Said(sentence="The work is done at home, so the journey takes no time.")
        limit = f"{number(self.max_minutes)} minutes"
        km = float(self.km(view)[0])
        estimate = self.minutes(self.km(view))[0]
        quickest = min(self.ways, key=lambda way: way.before_and_after_minutes + 60 * km / way.km_per_hour)
        journey = f"The journey {quickest.label} is about {estimate:.0f} minutes by our estimate"
        if code is Code.OK:
            return Said(sentence=f"{journey}; they travel up to {limit}.")
        return Said(sentence=f"{journey}, longer than the {limit} they travel.")


@dataclass(frozen=True, slots=True, kw_only=True)
class NoGo(Part):
    """Whether the place lies outside every area that the person keeps away from; judged by text."""

    aspect: ClassVar[Aspect] = Aspect.TRAVEL
    screening_rank: ClassVar[int] = 3

    areas: tuple[Postcode, ...]

    def codes(self, jobs: Jobs) -> Codes:
        outcode, sector = jobs.column("outcode"), jobs.column("sector")
        inside = np.zeros(len(jobs), np.bool_)
        perhaps = outcode < 0
        for area in self.areas:
            same_outcode = outcode == jobs.pool.outcodes.get(area.outcode, -2)
            if area.sector is None:
                inside |= same_outcode
            else:
                inside |= sector == jobs.pool.sectors.get(area.sector, -2)
                perhaps |= same_outcode & (sector < 0)
        return coded(conflict=inside, ok=~inside & ~perhaps)

    def say(self, job: Vacancy, code: Code, view: Jobs) -> Said:
        if code is Code.CONFLICT:
            return Said(sentence="The place is outside the area asked for.")
        if code is Code.OK:
            return Said(sentence="The place is within the area asked for.")
        return Said(sentence="Nobody knows yet whether the place is within the area asked for.", ask=ASK_PLACE)


@dataclass(frozen=True, slots=True, kw_only=True)
class FromHome(Part):
    """Whether the work is done at home about as much as the person wants."""

    aspect: ClassVar[Aspect] = Aspect.TRAVEL
    concession: ClassVar[Concession | None] = Concession.REMOTE
    screening_rank: ClassVar[int] = 0

    wanted: Remote

    def codes(self, jobs: Jobs) -> Codes:
        steps_apart = np.abs(jobs.column("remote").astype(np.int8) - REMOTE_STEPS.index(self.wanted))
        ok = steps_apart == 0 if self.wanted is Remote.ONLY else steps_apart <= 1
        return coded(conflict=~ok, ok=ok)

    def values(self, jobs: Jobs, codes: Codes) -> Values:
        steps_apart = np.abs(jobs.column("remote").astype(np.int8) - REMOTE_STEPS.index(self.wanted))
        return graded(codes, ok=1.0 - 0.2 * steps_apart, conflict=0.0)

    def say(self, job: Vacancy, code: Code, view: Jobs) -> Said:
        wanted, offered = REMOTE_WORDS[self.wanted], REMOTE_WORDS[job.place.remote]
        if code is Code.OK:
            return Said(sentence=f"The work is done {offered}; they want to work {wanted}.")
        return Said(sentence=f"The work is done {offered}, but they want to work {wanted}.")

    def concession_asked(self, job: Vacancy, view: Jobs) -> str:
        return f"for work done {REMOTE_WORDS[self.wanted]}"
