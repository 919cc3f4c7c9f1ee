"""Travel, pay and physical: what matching.md says of distance, minutes, money and effort, exactly."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from math import floor

from tests.oracle.catalogue import OracleCatalogue
from tests.oracle.completion import Expected, Findings, Verdict, complete, when, with_midpoints
from tests.oracle.postcodes import outside, read_postcode
from tests.oracle.stated import Raw, number_at, stated, stated_or
from tests.oracle.times import hours_fillings

Centroid = Callable[[str], tuple[float, float] | None]

REMOTE_STEPS = ("no", "some", "mostly", "only")


def square_metres(profile: Raw, vacancy: Raw, centroid: Centroid) -> Fraction | None:
    """Return the square of the straight line from home to work in metres; None if a place is not known."""
    home, work = stated(profile, "travel", "home"), stated(vacancy, "location", "postcode")
    if home is None or work is None:
        return None
    start, end = centroid(home), centroid(work)
    if start is None or end is None:
        return None
    east, north = Fraction(start[0]) - Fraction(end[0]), Fraction(start[1]) - Fraction(end[1])
    return east * east + north * north


def within_metres(squared: Fraction, metres: Fraction) -> bool:
    """Compare a distance with a limit without taking a root, so that equal is equal."""
    return metres >= 0 and squared <= metres * metres


def travel_findings(profile: Raw, vacancy: Raw, catalogue: OracleCatalogue, centroid: Centroid) -> Findings:
    """Judge the aspect travel."""
    found: Findings = {}
    hard = stated_or(True, profile, "travel", "hard")
    vacancy_remote = stated_or("no", vacancy, "location", "remote")

    def judge(fits: Callable[[Fraction], bool]) -> Verdict:
        if vacancy_remote == "only":
            return "ok"
        squared = square_metres(profile, vacancy, centroid)
        return "unknown" if squared is None else when(fits(squared))

    max_km = number_at(profile, "travel", "max_km")
    if max_km is not None:
        furthest = max_km * 1000
        found["travel", "distance"] = Expected(verdict=judge(lambda d2: within_metres(d2, furthest)), absolute=hard)

    max_minutes = number_at(profile, "travel", "max_minutes")
    if max_minutes is not None:
        modes = stated(profile, "travel", "modes") or ["bus"]

        def in_time(squared: Fraction) -> bool:
            for mode in modes:
                before_and_after, km_an_hour = catalogue.travel_modes[mode]
                left = max_minutes - before_and_after
                if within_metres(squared, left * km_an_hour * 1000 / 60):
                    return True
            return False

        found["travel", "minutes"] = Expected(verdict=judge(in_time), absolute=hard)

    areas = stated(profile, "travel", "no_go") or []
    if areas:
        found["travel", "no_go"] = Expected(verdict=no_go_verdict(areas, vacancy), absolute=True)

    wished = stated(profile, "remote")
    if wished is not None:
        apart = abs(REMOTE_STEPS.index(wished) - REMOTE_STEPS.index(vacancy_remote))
        fits = vacancy_remote == "only" if wished == "only" else apart <= 1
        found["travel", "remote"] = Expected(verdict=when(fits), absolute=wished == "only")
    return found


def no_go_verdict(areas: list[str], vacancy: Raw) -> Verdict:
    """Judge the vacancy's place against the areas by text alone."""
    postcode = stated(vacancy, "location", "postcode")
    if postcode is None:
        return "unknown"
    place = read_postcode(postcode)
    each = [outside(place=place, area=read_postcode(area)) for area in areas]
    if "conflict" in each:
        return "conflict"
    return "unknown" if "unknown" in each else "ok"


def to_penny(pounds: Fraction) -> Fraction:
    """Round to the nearest penny, halves up."""
    return Fraction(floor(pounds * 100 + Fraction(1, 2)), 100)


def weekly_hours_fillings(vacancy: Raw, critical: Fraction) -> Iterator[Fraction]:
    """Yield every number of weekly hours above 0 that the job's range leaves open."""
    for least, most in hours_fillings(vacancy, (critical,)):
        for hours in with_midpoints(v for v in (least, most, critical) if least <= v <= most):
            if hours > 0:
                yield hours


def pay_findings(profile: Raw, vacancy: Raw) -> Findings:
    """Judge the aspect pay."""
    lowest = number_at(profile, "pay_floor", "hourly")
    if lowest is None:
        return {}
    absolute = stated_or(False, profile, "pay_floor", "hard")
    return {("pay", "floor"): Expected(verdict=pay_verdict(lowest, vacancy), absolute=absolute)}


def pay_verdict(lowest: Fraction, vacancy: Raw) -> Verdict:
    """Judge the job's hourly pay, stated or worked out from the year's pay, against the floor."""
    hourly, annual = number_at(vacancy, "pay", "hourly"), number_at(vacancy, "pay", "annual")
    if hourly is not None:
        return when(hourly >= lowest)
    if annual is None:
        return complete(when(any_pay >= lowest) for any_pay in (Fraction(0), lowest, lowest + 1))
    if not number_at(vacancy, "hours", "min") and not number_at(vacancy, "hours", "max"):
        return "unknown"
    # Few enough hours to pay well over the floor: tried where the range of hours runs down to nothing.
    generous = annual / (52 * (lowest + 1))
    return complete(
        when(to_penny(annual / (52 * hours)) >= lowest) for hours in weekly_hours_fillings(vacancy, generous)
    )


def physical_findings(profile: Raw, vacancy: Raw) -> Findings:
    """Judge the aspect physical."""
    found: Findings = {}
    hard = stated_or(True, profile, "physical", "hard")
    for part, limit_field, demand_field in (
        ("lift", "lift_max_kg", "lift_kg"),
        ("stand", "stand_max_minutes", "stand_minutes"),
        ("walk", "walk_max_minutes", "walk_minutes"),
    ):
        limit = number_at(profile, "physical", limit_field)
        if limit is not None:
            demand = number_at(vacancy, "physical", demand_field)
            demands = [Fraction(0), limit, limit + 1] if demand is None else [demand]
            found["physical", part] = Expected(verdict=complete(when(d <= limit) for d in demands), absolute=hard)
    if stated(profile, "physical", "climb") is False:
        climb = stated(vacancy, "physical", "climb")
        climbs = [True, False] if climb is None else [climb]
        found["physical", "climb"] = Expected(verdict=complete(when(not c) for c in climbs), absolute=hard)
    return found
