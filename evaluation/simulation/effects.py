"""The parameters of a simulated world: what makes jobs start and last, with defaults, bounds and sources."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from matching.errors import Invalid, Problem, Where, suggestion

#: The group that `group_gap` and `group_start_gap` single out, as kind and group; nothing else depends on groups.
PLANTED_GROUP = ("disability", "mental_health")


def _effect(default: float, *, least: float, most: float, says: str, source: str) -> Any:
    return field(default=default, metadata={"least": least, "most": most, "says": says, "source": source})


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """Every parameter of the world; `described` gives what each means, its bounds and where the default comes from.

    Hazard ratios multiply the risk that a job ends on any day. Raises Invalid for a value out of its bounds.
    """

    preference_match: float = _effect(
        0.55, least=0.2, most=2, says="hazard ratio of work that is wanted most against work that is not wanted at all",
        source="Becker 1996: tenure twice as long; range 0.45 to 0.85",
    )  # fmt: skip
    refused_task: float = _effect(
        1.5, least=0.5, most=4, says="hazard ratio where the job holds work that the person said no to",
        source="judgement; range 1.2 to 2.0",
    )  # fmt: skip
    unmet_essential: float = _effect(
        1.35, least=0.5, most=3, says="hazard ratio of each essential adjustment that is not made",
        source="judgement; range 1.1 to 1.7",
    )  # fmt: skip
    sensory_gap: float = _effect(
        1.2, least=0.5, most=3, says="hazard ratio of each sensory level above what the person tolerates",
        source="judgement; range 1.05 to 1.4",
    )  # fmt: skip
    travel_over: float = _effect(
        1.4, least=0.5, most=4, says="hazard ratio of travel above the limit that the person stated", source="judgement"
    )  # fmt: skip
    hours_outside: float = _effect(
        1.6, least=0.5, most=4, says="hazard ratio of hours outside those that the person can work", source="judgement"
    )  # fmt: skip
    support_contact: float = _effect(
        0.8, least=0.3, most=2, says="hazard ratio of weekly support with the employer in the first month",
        source="judgement, after Bond and Kukla 2011 (r = .27)",
    )  # fmt: skip
    weibull_shape: float = _effect(
        0.8, least=0.4, most=1.5, says="shape of the time in a job; below 1 the first weeks are the riskiest",
        source="fits to Bond and Kukla 2011: 0.6 to 0.9",
    )  # fmt: skip
    tenure_scale_weeks: float = _effect(
        50, least=5, most=500, says="scale of the time in a job with every hazard ratio at 1",
        source="set so that 60 to 75 % last 13 weeks and 45 to 58 % last 26",
    )  # fmt: skip
    supervisor_sd: float = _effect(
        0.5, least=0, most=2, says="spread of the log hazard by supervisor, which nobody records", source="judgement"
    )  # fmt: skip
    unexplained_sd: float = _effect(
        0.05, least=0, most=2, says="spread of the log hazard that nothing explains, job by job",
        source="set so that 60 to 70 % of the log hazard's variance is unexplained",
    )  # fmt: skip
    person_sd: float = _effect(
        0.1, least=0, most=2, says="spread of the log hazard by person, which nobody records", source="judgement"
    )  # fmt: skip
    temporary_share: float = _effect(
        0.22, least=0, most=1, says="share of roles with an end agreed from the start",
        source="set so that about 14 % of endings are such ends (Cook 2015)",
    )  # fmt: skip
    position_effect: float = _effect(
        0.5, least=0, most=1, says="how fast attention falls: place p is looked at with chance p to the minus this",
        source="judgement",
    )  # fmt: skip
    choice_fit: float = _effect(
        2.5, least=0, most=6, says="log odds of being put forward, wanted work against unwanted", source="judgement"
    )  # fmt: skip
    hidden_choice: float = _effect(
        0, least=0, most=3,
        says="log odds of being put forward by one spread of supervisor quality, if specialists know it",
        source="off unless planted",
    )  # fmt: skip
    taste_sd: float = _effect(
        0.5, least=0, most=2, says="unrecorded spread of the log odds of being put forward", source="judgement"
    )  # fmt: skip
    start_chance: float = _effect(
        0.115, least=0.005, most=0.3, says="chance of a start from a role put forward, where nothing speaks against it",
        source="set so that 30 to 45 % start a job within a year",
    )  # fmt: skip
    own_search: float = _effect(
        0.025, least=0, most=0.3, says="chance of a job that comes from no list, between two lists", source="judgement"
    )  # fmt: skip
    days_between_lists: float = _effect(
        75, least=14, most=365, says="mean days between two lists of a participant", source="judgement"
    )  # fmt: skip
    shuffle_width: float = _effect(
        0.02, least=0, most=1, says="entries at most this much below the first of their block in score are shuffled",
        source="the declared randomisation; 0 for none",
    )  # fmt: skip
    unknown_share: float = _effect(
        0.3, least=0, most=0.9, says="share of an advertised role's facts that nobody knows", source="judgement"
    )  # fmt: skip
    lost_share: float = _effect(
        0.08, least=0, most=0.9, says="share of jobs that nobody can follow for a whole year", source="judgement"
    )  # fmt: skip
    group_gap: float = _effect(
        1, least=0.2, most=5, says="hazard ratio of the planted group", source="1: no difference"
    )  # fmt: skip
    group_start_gap: float = _effect(
        1, least=0, most=1, says="factor on the planted group's chance of a start", source="1: no difference"
    )  # fmt: skip

    def __post_init__(self) -> None:
        problems = [
            Problem(Where(field=each.name), _out_of_bounds(each, value))
            for each in fields(self)
            if not each.metadata["least"] <= (value := getattr(self, each.name)) <= each.metadata["most"]
        ]
        if problems:
            raise Invalid(problems)

    def with_(self, name: str, value: float) -> Effects:
        """Return the same world with one parameter changed; raises Invalid for an unknown name or a bad value."""
        names = [each.name for each in fields(self)]
        if name not in names:
            known = suggestion(name, names) or f"; the effects are {', '.join(names)}"
            raise Invalid([Problem(Where(field="effect"), f"there is no effect '{name}'{known}")])
        return replace(self, **{name: value})


def read_effects(settings: Sequence[str]) -> Effects:
    """Return the default world changed by settings of the form NAME=VALUE; raises Invalid with all that are wrong."""
    effects = Effects()
    problems: list[Problem] = []
    for setting in settings:
        name, _, value = setting.partition("=")
        try:
            effects = effects.with_(name.strip(), float(value))
        except ValueError:
            problems.append(Problem(Where(field="effect"), f"'{setting}' should be NAME=VALUE, the value a number"))
        except Invalid as wrong:
            problems += wrong.problems
    if problems:
        raise Invalid(problems)
    return effects


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What one effect means."""

    name: str
    default: float
    least: float
    most: float
    says: str
    source: str


def described() -> tuple[Described, ...]:
    """Every effect in words, in the order in which the world uses them."""
    return tuple(
        Described(name=each.name, default=getattr(Effects(), each.name), **each.metadata) for each in fields(Effects)
    )


def _out_of_bounds(of: Any, value: float) -> str:
    return f"should be a number from {of.metadata['least']:g} to {of.metadata['most']:g}, not {value:g}"
