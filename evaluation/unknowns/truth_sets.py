"""Truth sets: people and vacancies of which nearly every fact is known, and the same vacancies with facts hidden."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from pathlib import Path
from typing import Any

from embeddings.encoder import Progress
from matching.errors import Invalid, Problem, Where
from matching.feeds import Readings, read_profiles, read_vacancies
from matching.interchange import read_profile, read_vacancy
from matching.model.profile import VocationalProfile
from matching.model.sensory import SensoryLevel
from matching.model.vacancy import PhysicalDemands, Requirements, Vacancy, VacancyStatus
from matching.model.work import Pay, WorkPattern

#: Where a fact stands in a vacancy, such as ("hours", "most") or ("adjustments", "place.quiet_room").
Fact = tuple[str, ...]

PROFILES, VACANCIES = "profiles", "vacancies"


@dataclass(frozen=True, slots=True, kw_only=True)
class TruthSet:
    """People and vacancies as they really are, and the day on which they are looked at."""

    profiles: tuple[VocationalProfile, ...]
    vacancies: tuple[Vacancy, ...]
    as_of: date


def read_truth(paths: Sequence[Path], *, as_of: date | None = None, progress: Progress | None = None) -> TruthSet:
    """Read a folder that holds profiles and vacancies, or a file of each, in any form that feeds may have.

    Without `as_of` every vacancy counts as open, and the day is the last on which any was checked. `progress` is told
    bytes of each file. Raises Invalid with every row that cannot be taken.
    """
    of_people, of_jobs = _sources(paths)

    def meter(*, done_bytes: int, total_bytes: int) -> None:
        if progress is not None:
            progress(done_bytes, total_bytes)

    people, jobs = read_profiles(of_people, progress=meter), read_vacancies([of_jobs], progress=meter)
    if problems := [*people.problems, *jobs.problems]:
        raise Invalid(problems)
    _refuse_none(people, of_people, PROFILES)
    _refuse_none(jobs, of_jobs, VACANCIES)
    if as_of is not None:
        return TruthSet(profiles=people.values, vacancies=jobs.values, as_of=as_of)
    return TruthSet(profiles=people.values, vacancies=tuple(map(_opened, jobs.values)), as_of=_last_day(jobs.values))


def invented_truth(*, people: int, vacancies: int, seed: int) -> TruthSet:
    """Return an invented truth set in which everything is known; the same numbers and seed give the same set."""
    from fixtures.truth import true_profiles, true_vacancies  # what invents loads catalogues, and few need it

    where = Where("invented")
    jobs = tuple(read_vacancy(each, where) for each in true_vacancies(count=vacancies, seed=seed))
    return TruthSet(
        profiles=tuple(read_profile(each, where) for each in true_profiles(count=people, seed=seed)),
        vacancies=jobs,
        as_of=_last_day(jobs),
    )


def _sources(paths: Sequence[Path]) -> tuple[Path, Path]:
    if len(paths) == 2:
        return paths[0], paths[1]
    if len(paths) != 1:
        raise Invalid("A truth set is one folder, or two files: profiles, then vacancies.")
    [folder] = paths
    if not folder.is_dir():
        what = "is not a folder" if folder.exists() else "does not exist"
        raise Invalid([Problem(Where(str(folder)), f"{what}; a truth set is one folder, or profiles, then vacancies")])
    return _named(folder, PROFILES), _named(folder, VACANCIES)


def _named(folder: Path, name: str) -> Path:
    """The one file or folder of that name, whatever its ending."""
    found = sorted(path for path in folder.iterdir() if path.name.partition(".")[0].casefold() == name)
    if len(found) == 1:
        return found[0]
    what = "several" if found else "no file"
    raise Invalid([Problem(Where(str(folder)), f"it holds {what} called {name}, such as {name}.json")])


def _refuse_none(readings: Readings[Any], path: Path, name: str) -> None:
    if not readings.values:
        raise Invalid([Problem(Where(str(path)), f"it holds no {name}")])


def _opened(vacancy: Vacancy) -> Vacancy:
    return replace(vacancy, status=VacancyStatus.OPEN, opens_on=None, closes_on=None)


def _last_day(vacancies: Sequence[Vacancy]) -> date:
    """The last day on which anything was checked; without one any day does, as nothing then depends on it."""
    checked = (vacancy.facts_checked_on for vacancy in vacancies)
    return max((day for day in checked if day is not None), default=date(2000, 1, 1))


# -- facts -------------------------------------------------------------------------------------------------------------


def facts_of(vacancy: Vacancy) -> tuple[Fact, ...]:
    """Return every stated fact on which a verdict can hang and which could as well be unknown (law 7).

    Fields with a default are none, such as `negotiable` or `remote`; pay is one fact, by the hour or the year. What an
    occupation suggests is no fact. Title, tasks and description are left out: they are read, not judged.
    """
    return tuple(_facts(vacancy))


def _facts(vacancy: Vacancy) -> Iterator[Fact]:
    if vacancy.hours.least is not None:
        yield ("hours", "least")
    if vacancy.hours.most is not None:
        yield ("hours", "most")
    if vacancy.pattern.shifts:
        yield ("pattern",)
    if vacancy.place.postcode is not None:
        yield ("place",)
    if vacancy.pay.hourly is not None or vacancy.pay.annual is not None:
        yield ("pay",)
    yield from (("adjustments", slug) for slug in vacancy.adjustments)
    for dimension, level in vacancy.sensory.items():
        if not level.is_prior:
            yield ("sensory", dimension)
            yield from (("sensory", dimension, name) for name in _OF_A_PEAK if getattr(level, name) is not None)
    for group, kind in (("physical", PhysicalDemands), ("requirements", Requirements)):
        stated = getattr(vacancy, group)
        yield from ((group, each.name) for each in fields(kind) if getattr(stated, each.name) is not None)
    for asked in vacancy.requirements.qualifications or ():
        if asked.obtainable_weeks is not None:
            yield ("qualifications", asked.slug)


_OF_A_PEAK = ("peak_share", "can_leave")


def without(vacancy: Vacancy, hidden: Collection[Fact]) -> Vacancy:
    """Return the vacancy as it would be known if nobody knew these facts."""
    if not hidden:
        return vacancy
    gone = frozenset(hidden)
    return replace(
        vacancy,
        hours=_less(vacancy.hours, "hours", gone),
        pattern=WorkPattern(kind=vacancy.pattern.kind) if ("pattern",) in gone else vacancy.pattern,
        place=replace(vacancy.place, postcode=None) if ("place",) in gone else vacancy.place,
        pay=Pay(period=vacancy.pay.period) if ("pay",) in gone else vacancy.pay,
        adjustments={slug: said for slug, said in vacancy.adjustments.items() if ("adjustments", slug) not in gone},
        sensory=_sensory_without(vacancy.sensory, gone),
        physical=_less(vacancy.physical, "physical", gone),
        requirements=_requirements_without(vacancy.requirements, gone),
    )


def _less(group: Any, name: str, gone: frozenset[Fact]) -> Any:
    """One of the groups of facts without some of its fields."""
    unknown: dict[str, Any] = {each.name: None for each in fields(group) if (name, each.name) in gone}
    return replace(group, **unknown)


def _sensory_without(levels: Mapping[Any, SensoryLevel], gone: frozenset[Fact]) -> dict[Any, SensoryLevel]:
    left = {}
    for dimension, level in levels.items():
        if ("sensory", dimension) not in gone:
            unknown: dict[str, Any] = {name: None for name in _OF_A_PEAK if ("sensory", dimension, name) in gone}
            left[dimension] = replace(level, **unknown)
    return left


def _requirements_without(requirements: Requirements, gone: frozenset[Fact]) -> Requirements:
    asked = requirements.qualifications
    if asked is not None:
        asked = tuple(
            replace(each, obtainable_weeks=None) if ("qualifications", each.slug) in gone else each for each in asked
        )
    left: Requirements = _less(replace(requirements, qualifications=asked), "requirements", gone)
    return left
