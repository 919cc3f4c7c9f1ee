"""Requirements: qualifications, driving, age, regulated activity and checks that a job asks for by law."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np

from matching.columns import DBS_LEVELS, DRIVING_ASKED, Rows
from matching.columns import UNKNOWN as UNKNOWN_BYTE
from matching.fit.part import NO_PRIOR, OK, UNKNOWN, Codes, Part, Said, Setting, Values, coded, graded, number, short
from matching.kinds import Read, Reading
from matching.model.finding import Asked, Aspect, Code
from matching.model.profile import DrivingLicence, VocationalProfile
from matching.model.vacancy import DbsLevel, DrivingAsked, QualificationAsked, Vacancy
from matching.pool import Jobs, VacancyPool

LONGEST_COURSE_WEEKS = 12.0
LAW_READ: Final[Reading] = tuple(
    Read(column)
    for column in (
        "driving",
        "minimum_age",
        "dbs",
        "regulated_children",
        "regulated_adults",
        "settings_known",
        "settings",
    )
)

SERVES = {
    DrivingLicence.FULL_MANUAL: (DrivingAsked.NONE, DrivingAsked.FULL_AUTO, DrivingAsked.FULL_MANUAL),
    DrivingLicence.FULL_AUTO: (DrivingAsked.NONE, DrivingAsked.FULL_AUTO),
    DrivingLicence.PROVISIONAL: (DrivingAsked.NONE,),
    DrivingLicence.NONE: (DrivingAsked.NONE,),
}
LICENCE_WORDS = {
    DrivingAsked.NONE: "no driving licence",
    DrivingAsked.FULL_AUTO: "a full driving licence",
    DrivingAsked.FULL_MANUAL: "a full manual driving licence",
}
DBS_WORDS = {
    DbsLevel.NONE: "no DBS check",
    DbsLevel.BASIC: "a basic DBS check",
    DbsLevel.STANDARD: "a standard DBS check",
    DbsLevel.ENHANCED: "an enhanced DBS check",
    DbsLevel.ENHANCED_BARRED: "an enhanced DBS check with the barred lists",
}


def parts(profile: VocationalProfile, setting: Setting, pool: VacancyPool) -> tuple[Part, ...]:
    """What the profile states, and what any vacancy of the pool asks for."""
    chance = {name: setting.figures[f"prior.{name}"] for name in ("qualifications", "driving", "minimum_age", "dbs")}
    found: list[Part] = [
        Qualification(name=slug, absolute=True, number=number, held=_held(profile, slug))
        for number, slug in enumerate(pool.qualifications.slugs)
    ]
    if profile.qualifications is not None:
        found.append(AnyQualification(name="qualifications", absolute=True, chance=chance["qualifications"]))
    found.append(Driving(name="driving", absolute=True, chance=chance["driving"], licence=profile.driving))
    found.append(
        MinimumAge(
            name="minimum_age", absolute=True, chance=chance["minimum_age"], ages_met=profile.legal.minimum_age_met
        )
    )
    if profile.legal.barred_children:
        found.append(Regulated(name="regulated_children", absolute=True, words="children"))
    if profile.legal.barred_adults:
        found.append(Regulated(name="regulated_adults", absolute=True, words="adults who need care"))
    if profile.checks_to_avoid:
        found.append(Check(name="dbs", absolute=True, chance=chance["dbs"], avoided=profile.checks_to_avoid))
    return tuple(found)


def _held(profile: VocationalProfile, slug: str) -> bool | None:
    return None if profile.qualifications is None else slug in profile.qualifications


def in_words(slug: str) -> str:
    """Write the slug of a qualification as words.

    >>> in_words("food_hygiene_l2")
    'food hygiene l2'
    """
    return short(slug.replace("_", " ").replace(".", " ").replace("-", " "), most_words=6)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Requirement(Part):
    aspect: ClassVar[Aspect] = Aspect.REQUIREMENTS

    chance: float = NO_PRIOR  # of a good answer where nobody knows: a documented judgement

    def values(self, jobs: Jobs, codes: Codes) -> Values:
        return graded(codes, ok=1.0, conflict=0.0, unknown=self.chance)


@dataclass(frozen=True, slots=True, kw_only=True)
class Qualification(_Requirement):
    """One qualification that some vacancies ask for: held, or soon to be had."""

    number: int
    held: bool | None  # None: the profile does not state what is held

    @property
    def can_conflict(self) -> bool:
        return self.held is False

    def _lines(self, jobs: Jobs) -> tuple[Rows, Values]:
        """Positions of the jobs that ask for it, and the weeks in which each says it can be had."""
        return jobs.once(("qualification", self.number), lambda: self._find_lines(jobs))

    def _find_lines(self, jobs: Jobs) -> tuple[Rows, Values]:
        table = jobs.pool.qualifications
        lines = slice(table.first[self.number], table.first[self.number + 1])
        positions, found = jobs.among(table.rows[lines])
        return positions, table.weeks[lines][found]

    def present(self, jobs: Jobs) -> Rows | None:
        return self._lines(jobs)[0]

    def codes(self, jobs: Jobs) -> Codes:
        _, weeks = self._lines(jobs)
        soon = weeks <= LONGEST_COURSE_WEEKS
        if self.held:
            return np.full(len(weeks), OK)
        if self.held is None:
            return np.where(soon, OK, UNKNOWN)
        return coded(conflict=weeks > LONGEST_COURSE_WEEKS, ok=soon)

    def values(self, jobs: Jobs, codes: Codes) -> Values:
        return graded(codes, ok=1.0 if self.held else 0.6, conflict=0.0)

    def say(self, job: Vacancy, code: Code, view: Jobs) -> Said:
        asked = next(each for each in job.requirements.qualifications or () if each.slug == self.name)
        words = in_words(self.name)
        if self.held:
            return Said(sentence=f"They hold what the job asks for: {words}.")
        if code is Code.OK:
            return Said(sentence=f"The job asks for {words}, which can be had in {_weeks(asked)}.")
        if code is Code.CONFLICT:
            return Said(sentence=f"The job asks for {words}, which takes {_weeks(asked)} to get.")
        if self.held is None:
            return Said(
                sentence=f"The job asks for {words}; nobody knows yet whether they hold it.",
                ask=f"Do you hold {words}?",
                asked=Asked.PARTICIPANT,
            )
        return Said(
            sentence=f"The job asks for {words}, which they do not hold; how long it takes is not known.",
            ask=f"How many weeks does it take to get {words}, and could they start before?",
        )


def _weeks(asked: QualificationAsked) -> str:
    return f"{number(asked.obtainable_weeks or 0.0)} weeks"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyQualification(_Requirement):
    """Stands where the person's qualifications are known and the vacancy's are not."""

    @property
    def can_conflict(self) -> bool:
        return False

    def present(self, jobs: Jobs) -> Rows | None:
        return np.flatnonzero(~jobs.column("qualifications_known"))

    def codes(self, jobs: Jobs) -> Codes:
        return np.full(np.count_nonzero(~jobs.column("qualifications_known")), UNKNOWN)

    def say(self, job: Vacancy, code: Code, view: Jobs) -> Said:
        return Said(
            sentence="Nobody knows yet which qualifications the job asks for.",
            ask="Which qualifications must people hold before they start, if any?",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Driving(_Requirement):
    """Whether the person's licence serves the one asked for."""

    licence: DrivingLicence | None

    @property
    def readings(self) -> tuple[Reading, ...]:
        return () if self.licence is None else (LAW_READ,)

    @property
    def can_conflict(self) -> bool:
        return self.licence not in (None, DrivingLicence.FULL_MANUAL)

    def present(self, jobs: Jobs) -> Rows | None:
        return np.flatnonzero(jobs.column("driving") != UNKNOWN_BYTE) if self.licence is None else None

    def codes(self, jobs: Jobs) -> Codes:
        driving = jobs.column("driving")
        if self.licence is None:
            stated = driving[driving != UNKNOWN_BYTE]
            return np.where(stated == DRIVING_ASKED.index(DrivingAsked.NONE), OK, UNKNOWN)
        serves = np.zeros(256, np.bool_)
        serves[[DRIVING_ASKED.index(asked) for asked in SERVES[self.licence]]] = True
        served = serves[driving]
        unknown = driving == UNKNOWN_BYTE
        if self.licence is DrivingLicence.FULL_MANUAL:  # serves whatever may be asked
            served |= unknown
        return coded(conflict=~served & ~unknown, ok=served)

    def say(self, job: Vacancy, code: Code, view: Jobs) -> Said:
        asked = job.requirements.driving
        if asked is None:
            if code is Code.OK:
                return Said(sentence="Their driving licence serves whatever the job may ask for.")
            return Said(
                sentence="Nobody knows yet whether the job needs a driving licence.",
                ask="Does the job need a driving licence, and would an automatic one do?",
            )
        if asked is DrivingAsked.NONE:
            return Said(sentence="The job needs no driving licence.")
        if code is Code.OK:
            return Said(sentence=f"The job needs {LICENCE_WORDS[asked]}, and theirs serves.")
        if code is Code.CONFLICT:
            return Said(sentence=f"The job needs {LICENCE_WORDS[asked]}, which they do not hold.")
        return Said(
            sentence=f"The job needs {LICENCE_WORDS[asked]}; nobody knows yet whether they hold one.",
            ask="Which driving licence do you hold, if any?",
            asked=Asked.PARTICIPANT,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class MinimumAge(_Requirement):
    """Whether the person has reached the least age asked for."""

    ages_met: tuple[int, ...] | None

    @property
    def readings(self) -> tuple[Reading, ...]:
        return () if self.ages_met is None else (LAW_READ,)

    @property
    def can_conflict(self) -> bool:
        return self.ages_met is not None

    def present(self, jobs: Jobs) -> Rows | None:
        return np.flatnonzero(jobs.column("minimum_age") >= 0) if self.ages_met is None else None

    def codes(self, jobs: Jobs) -> Codes:
        age = jobs.column("minimum_age")
        if self.ages_met is None:
            return np.where(age[age >= 0] == 0, OK, UNKNOWN)  # an age of 0 asks for nothing
        oldest = max(self.ages_met, default=0)
        return coded(conflict=age > oldest, ok=(age >= 0) & (age <= oldest))

    def say(self, job: Vacancy, code: Code, view: Jobs) -> Said:
        age = job.requirements.minimum_age
        if age is None:
            return Said(sentence="Nobody knows yet whether there is a minimum age.", ask="Is there a minimum age?")
        if code is Code.OK:
            return Said(sentence=f"They have reached the minimum age of {age}.")
        if code is Code.CONFLICT:
            return Said(sentence=f"The job is for people aged {age} or over, which they have not stated.")
        return Said(
            sentence=f"The job is for people aged {age} or over; nobody knows yet whether they are.",
            ask=f"Are you {age} or over?",
            asked=Asked.PARTICIPANT,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Regulated(_Requirement):
    """Whether the job keeps clear of regulated activity that the law closes to the person."""

    words: str

    @property
    def readings(self) -> tuple[Reading, ...]:
        return (LAW_READ,)

    def codes(self, jobs: Jobs) -> Codes:
        regulated = jobs.column(self.name)
        return coded(conflict=regulated == 1, ok=regulated == 0)

    def say(self, job: Vacancy, code: Code, view: Jobs) -> Said:
        if code is Code.OK:
            return Said(sentence=f"The job is not regulated activity with {self.words}.")
        if code is Code.CONFLICT:
            return Said(sentence=f"The job is regulated activity with {self.words}, which is closed to them.")
        return Said(
            sentence=f"Nobody knows yet whether the job is regulated activity with {self.words}.",
            ask=f"Is any of this work regulated activity with {self.words}?",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Check(_Requirement):
    """Whether the DBS check asked for is none of those to avoid for now."""

    avoided: tuple[DbsLevel, ...]

    @property
    def readings(self) -> tuple[Reading, ...]:
        return (LAW_READ,)

    def codes(self, jobs: Jobs) -> Codes:
        level = jobs.column("dbs")
        inside = np.isin(level, [DBS_LEVELS.index(avoided) for avoided in self.avoided])
        return coded(conflict=inside, ok=~inside & (level != UNKNOWN_BYTE))

    def say(self, job: Vacancy, code: Code, view: Jobs) -> Said:
        level = job.requirements.dbs
        if level is None:
            return Said(
                sentence="Nobody knows yet which DBS check the job asks for.",
                ask="Which DBS check does the job ask for, if any?",
            )
        if code is Code.OK:
            return Said(sentence=f"The job asks for {DBS_WORDS[level]}, which is not one to avoid.")
        return Said(sentence=f"The job asks for {DBS_WORDS[level]}, which is to be avoided for now.")
