"""The columns of a CSV file: the interchange format laid flat, each column with what its cells hold."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from matching.feeds import csv_cells as cells
from matching.feeds.csv_cells import Cell
from matching.feeds.draft import Kind
from matching.model.sensory import SensoryDimension

MOST_PAST_JOBS = 9
# The column of a file that came back with its errors; whoever uploads it again need not take it out.
REMARKS = "What to change"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name (the path of the field), how its cells are read, and an example for the template."""

    name: str
    cell: Cell
    example: str = ""
    required: bool = False
    in_template: bool = True

    @property
    def path(self) -> tuple[str, ...]:
        """The names of the field from the outside in."""
        return tuple(self.name.split("."))


@cache
def columns(kind: Kind) -> MappingProxyType[str, Column]:
    """Every column that a file of this kind may have, by name, in the order of the template."""
    listed = _VACANCY if kind is Kind.VACANCIES else _PROFILE
    return MappingProxyType({column.name: column for column in listed})


def _levels() -> tuple[Column, ...]:
    examples = {"noise": "2 peak 3 under_10 can_leave visit", "lighting": "1 visit"}
    short = [Column(f"sensory.{name}", cells.LEVEL, examples.get(name, "")) for name in SensoryDimension]
    parts = {
        "typical": cells.NUMBER,
        "peak": cells.NUMBER,
        "peak_share": cells.WORD,
        "can_leave": cells.YES_NO,
        "source": cells.WORD,
        "observed_on": cells.DATE,
    }
    return (*short, *_apart("sensory", parts))


def _tolerances() -> tuple[Column, ...]:
    examples = {"noise": "1 avoid hard"}
    short = [Column(f"sensory.{name}", cells.TOLERANCE, examples.get(name, "")) for name in SensoryDimension]
    parts = {
        "tolerance": cells.NUMBER,
        "direction": cells.WORD,
        "hard": cells.YES_NO,
        "mitigations": cells.LIST,
    }
    return (*short, *_apart("sensory", parts))


def _apart(field: str, parts: dict[str, Cell]) -> list[Column]:
    """The same facts with a column each; read, but not in the template."""
    names = [(f"{field}.{name}.{part}", cell) for name in SensoryDimension for part, cell in parts.items()]
    return [Column(name, cell, in_template=False) for name, cell in names]


def _past_jobs() -> list[Column]:
    parts = {"title": cells.TEXT, "tasks": cells.LIST, "liked": cells.TEXT, "disliked": cells.TEXT}
    examples = {"title": "Kitchen porter", "tasks": "washing up; sorting deliveries", "liked": "the early start"}
    return [
        Column(
            f"work_history.{number}.{part}",
            cell,
            examples.get(part, "") if number == 1 else "",
            in_template=number == 1,
        )
        for number in range(1, MOST_PAST_JOBS + 1)
        for part, cell in parts.items()
    ]


_VACANCY = (
    Column("vacancy_ref", cells.TEXT, "EXAMPLE-1", required=True),
    Column("title", cells.TEXT, "Kitchen assistant", required=True),
    Column("employer", cells.TEXT, "Hazel Farm Cafe", required=True),
    Column("source", cells.WORD, "unadvertised"),
    Column("description", cells.TEXT, "A small team prepares lunch for visitors of the farm."),
    Column("tasks", cells.LIST, "preparing vegetables; washing up"),
    Column("task_tags", cells.LIST, "cooking; cleaning"),
    Column("status", cells.WORD, "open"),
    Column("openings", cells.NUMBER, "1"),
    Column("opens_on", cells.DATE, "2026-11-02"),
    Column("closes_on", cells.DATE, "2026-12-18"),
    Column("hours.min", cells.NUMBER, "12"),
    Column("hours.max", cells.NUMBER, "16"),
    Column("hours.negotiable", cells.WORD, "maybe"),
    Column("pattern.kind", cells.WORD, "rota"),
    Column("pattern.shifts", cells.SHIFTS, "mon-fri 10:00-14:00; sat 09:00-13:00"),
    Column("pattern.notice_days", cells.NUMBER, "14"),
    Column("location.postcode", cells.POSTCODE, "ME14 1"),
    Column("location.remote", cells.WORD, "no"),
    Column("pay.hourly", cells.NUMBER, "13.25"),
    Column("pay.annual", cells.NUMBER),
    Column("pay.period", cells.WORD, "monthly"),
    Column("contract", cells.WORD, "permanent"),
    Column("adjustments", cells.OFFERS, "train.small_steps=yes; sup.buddy=maybe"),
    *_levels(),
    Column("physical.lift_kg", cells.NUMBER, "8"),
    Column("physical.stand_minutes", cells.NUMBER, "120"),
    Column("physical.walk_minutes", cells.NUMBER),
    Column("physical.climb", cells.YES_NO, "false"),
    Column("requirements.dbs", cells.WORD, "none"),
    Column("requirements.driving", cells.WORD, "none"),
    Column("requirements.qualifications", cells.QUALIFICATIONS, "food_hygiene_l2=2"),
    Column("requirements.minimum_age", cells.NUMBER),
    Column("requirements.regulated_activity", cells.LIST, "none"),
    Column("requirements.settings", cells.LIST, "none"),
    Column("visibility", cells.WORD, "team"),
    Column("disability_confident", cells.NUMBER, "2"),
    Column("facts_checked_on", cells.DATE, "2026-11-02"),
)

_PROFILE = (
    Column("participant_ref", cells.TEXT, "EXAMPLE-1", required=True),
    Column("goal.own_words", cells.TEXT, "To cook for people."),
    Column("goal.longer_term", cells.TEXT),
    Column("goal.status", cells.WORD, "some_ideas"),
    Column("wanted_work", cells.WANTED, "kitchen work=3; baking"),
    Column("refused_work", cells.REFUSALS, "phone work=talking"),
    Column("strengths", cells.LIST, "careful; keeps to a routine"),
    Column("interests", cells.LIST, "food; trains"),
    Column("skills", cells.SKILLS, "chopping vegetables=3"),
    *_past_jobs(),
    Column("liked_tasks", cells.LIST, "cooking"),
    Column("disliked_tasks", cells.LIST),
    Column("hours.min", cells.NUMBER, "8"),
    Column("hours.max", cells.NUMBER, "16"),
    Column("hours.ideal", cells.NUMBER, "12"),
    Column("hours.legal_cap", cells.NUMBER),
    Column("hours.hard", cells.YES_NO),
    Column("availability", cells.WINDOWS, "can mon-fri 09:00-15:00; cannot wed 13:00-15:00"),
    Column("availability_hard", cells.YES_NO),
    Column("shift.max_hours", cells.NUMBER, "6"),
    Column("shift.nights", cells.WORD, "no"),
    Column("shift.weekends", cells.WORD, "if_needed"),
    Column("travel.home", cells.POSTCODE, "ME14 1"),
    Column("travel.max_km", cells.NUMBER),
    Column("travel.max_minutes", cells.NUMBER, "45"),
    Column("travel.modes", cells.LIST, "walk; bus"),
    Column("travel.hard", cells.YES_NO),
    Column("travel.no_go", cells.LIST),
    Column("remote", cells.WORD, "no"),
    Column("pay_floor.hourly", cells.NUMBER),
    Column("pay_floor.hard", cells.YES_NO),
    Column("adjustments", cells.NEEDS, "train.small_steps=essential or train.shown_on_job; sup.buddy"),
    *_tolerances(),
    Column("physical.lift_max_kg", cells.NUMBER, "10"),
    Column("physical.stand_max_minutes", cells.NUMBER),
    Column("physical.walk_max_minutes", cells.NUMBER),
    Column("physical.climb", cells.YES_NO),
    Column("physical.hard", cells.YES_NO),
    Column("role_exclusions", cells.LIST),
    Column("checks_to_avoid", cells.LIST),
    Column("qualifications", cells.LIST, "none"),
    Column("driving", cells.WORD, "none"),
    Column("legal.minimum_age_met", cells.NUMBERS, "18"),
    Column("legal.barred_children", cells.YES_NO),
    Column("legal.barred_adults", cells.YES_NO),
    Column("employers_avoided", cells.LIST),
)
