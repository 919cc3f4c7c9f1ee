"""Derive what an occupation suggests about the senses from O*NET Work Context: `matching/data/occupation_priors.csv`.

The ratings are averages over United States workers of how often something occurs. They stand in, marked as a
prior, for what nobody has looked at; they are never a fact about a workplace. `docs/priors.md` explains the choices.

`python -m derive.occupation_priors` writes the table; `python -m derive.occupation_priors measure` prints how well it
foretells occupations that it has not seen.
"""

from __future__ import annotations

import csv
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum, sqrt
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matching.fit.levels import triangular_share_below
from matching.priors import (
    DIMENSIONS,
    OccupationTable,
    PriorColumns,
    load_occupations,
    occupation_vectors,
    prior_columns,
)

REPOSITORY = Path(__file__).resolve().parent.parent
OUTPUT = REPOSITORY / "matching" / "data" / "occupation_priors.csv"
SOURCE = "O*NET 18.1 Work Context, adapted"
STATUS = "derived"

HIGHEST_LEVEL = 4.0
# With less than half of a dimension's weight rated, what is left measures something else.
LEAST_WEIGHT_SHARE = 0.5
# Workplaces of one occupation differ, and O*NET publishes no measure of it here. An estimate: a quarter of the most
# variance that a level between 0 and 4 with this mean can have, so at most one level, and never under half a level.
SHARE_OF_MOST_VARIANCE = 0.25
LEAST_SPREAD_LEVELS = 0.5
# The parts of unpredictability hardly go together (see docs/priors.md), so their mean says less than it seems to.
LEAST_SPREAD_WEAK_LEVELS = 1.0
PARTS = 10
SHARED_EVENLY = 0.04


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One Work Context rating as part of a dimension: how much it counts, and how its scale becomes 0 to 4."""

    column: str
    weight: float = 1.0
    highest_rating: float = 5.0
    is_reversed: bool = False

    def level(self, rating: float) -> float:
        """Return the rating as a level; the lowest rating is always 1."""
        level = (rating - 1.0) * HIGHEST_LEVEL / (self.highest_rating - 1.0)
        return HIGHEST_LEVEL - level if self.is_reversed else level


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """Which ratings tell of a dimension. `strongest` takes the mean of that many, for ways that exclude each other."""

    elements: tuple[Element, ...]
    strongest: int | None = None
    least_spread_levels: float = LEAST_SPREAD_LEVELS

    def level(self, ratings: Mapping[str, float]) -> float | None:
        """Return the expected level, or nothing where too few of the parts are rated."""
        known = [(part.level(ratings[part.column]), part.weight) for part in self.elements if part.column in ratings]
        if fsum(weight for _, weight in known) < LEAST_WEIGHT_SHARE * fsum(part.weight for part in self.elements):
            return None
        kept = sorted(known, reverse=True)[: self.strongest]
        return fsum(level * weight for level, weight in kept) / fsum(weight for _, weight in kept)

    def spread(self, level: float) -> float:
        """Return how far workplaces of one occupation lie apart, as a standard deviation in levels."""
        most_variance = level * (HIGHEST_LEVEL - level)
        return max(sqrt(SHARE_OF_MOST_VARIANCE * most_variance), self.least_spread_levels)


COMMON_PROTECTION = (
    "Wear_Common_Protective_or_Safety_Equipment_such_as_Safety_Shoes,_Glasses,_Gloves,_Hearing_Protection,"
    "_Hard_Hats,_or_Life_Jackets"
)
SPECIAL_PROTECTION = (
    "Wear_Specialized_Protective_or_Safety_Equipment_such_as_Breathing_Apparatus,_Safety_Harness,"
    "_Full_Protection_Suits,_or_Radiation_Protection"
)

# Dimensions in the order of the catalogue. Visual clutter is missing: nothing in Work Context tells of it.
RECIPES: dict[str, Recipe] = {
    "noise": Recipe(elements=(Element(column="Sounds,_Noise_Levels_Are_Distracting_or_Uncomfortable"),)),
    "lighting": Recipe(elements=(Element(column="Extremely_Bright_or_Inadequate_Lighting"),)),
    # The steps of Physical Proximity are nearly our own anchors; contact may also be by telephone, so it counts less.
    "crowding": Recipe(
        elements=(Element(column="Physical_Proximity", weight=3), Element(column="Contact_With_Others", weight=1))
    ),
    "smell": Recipe(elements=(Element(column="Exposed_to_Contaminants"),)),
    # A hot kitchen is indoors and controlled, so heat and cold count most.
    "temperature": Recipe(
        elements=(
            Element(column="Very_Hot_or_Cold_Temperatures", weight=3),
            Element(column="Outdoors,_Exposed_to_Weather", weight=1),
            Element(column="Indoors,_Not_Environmentally_Controlled", weight=1),
        )
    ),
    "touch": Recipe(
        elements=(
            Element(column=COMMON_PROTECTION, weight=3),
            Element(column=SPECIAL_PROTECTION, weight=2),
            Element(column="Exposed_to_Minor_Burns,_Cuts,_Bites,_or_Stings", weight=1),
            Element(column="Exposed_to_Disease_or_Infections", weight=1),
        )
    ),
    # A driver rides and a cleaner bends: no job does all nine, and their mean would call every job still.
    "movement": Recipe(
        elements=(
            Element(column="Exposed_to_Whole_Body_Vibration"),
            Element(column="Spend_Time_Climbing_Ladders,_Scaffolds,_or_Poles"),
            Element(column="Spend_Time_Walking_and_Running"),
            Element(column="Spend_Time_Kneeling,_Crouching,_Stooping,_or_Crawling"),
            Element(column="Spend_Time_Keeping_or_Regaining_Balance"),
            Element(column="Spend_Time_Bending_or_Twisting_the_Body"),
            Element(column="In_an_Open_Vehicle_or_Equipment"),
            Element(column="In_an_Enclosed_Vehicle_or_Equipment"),
        ),
        strongest=3,
    ),
    "unpredictability": Recipe(
        elements=(
            Element(column="Time_Pressure"),
            Element(column="Pace_Determined_by_Speed_of_Equipment"),
            Element(column="Work_Schedules", highest_rating=3.0),
            Element(column="Importance_of_Repeating_Same_Tasks", is_reversed=True),
        ),
        least_spread_levels=LEAST_SPREAD_WEAK_LEVELS,
    ),
    "social_demand": Recipe(
        elements=(
            Element(column="Deal_With_External_Customers", weight=4),
            Element(column="Face-to-Face_Discussions", weight=2),
            Element(column="Telephone", weight=2),
            Element(column="Frequency_of_Conflict_Situations", weight=2),
            Element(column="Deal_With_Unpleasant_or_Angry_People", weight=2),
            Element(column="Deal_With_Physically_Aggressive_People", weight=1),
            Element(column="Public_Speaking", weight=1),
            Element(column="Work_With_Work_Group_or_Team", weight=1),
        )
    ),
}

# Slashes and dashes that the source has lost.
REPAIRED_TITLES = {
    "15-1199.02": "Computer Systems Engineers/Architects",
    "25-2022.00": "Middle School Teachers, Except Special and Career/Technical Education",
    "41-4011.07": "Solar Sales Representatives and Assessors",
    "53-3031.00": "Driver/Sales Workers",
}

# Written here, only where the British name is sure: the encoder knows "kitchen porter" better by its own name.
UK_TITLES = {
    "11-3111.00": "Pay and Benefits Manager",
    "11-9141.00": "Property Manager",
    "13-2011.01": "Accountant",
    "15-1134.00": "Web Developer",
    "15-1151.00": "IT Support Technician",
    "21-1021.00": "Children and Families Social Worker",
    "21-1092.00": "Probation Officer",
    "21-1093.00": "Social Work Assistant",
    "23-1011.00": "Solicitor",
    "25-2011.00": "Nursery Teacher",
    "25-2021.00": "Primary School Teacher",
    "25-2031.00": "Secondary School Teacher",
    "25-4021.00": "Librarian",
    "25-4031.00": "Library Technician",
    "25-9041.00": "Teaching Assistant",
    "27-1023.00": "Florist",
    "27-1024.00": "Graphic Designer",
    "29-1051.00": "Pharmacist",
    "29-1061.00": "Anaesthetist",
    "29-1062.00": "General Practitioner",
    "29-1065.00": "Paediatrician",
    "29-1123.00": "Physiotherapist",
    "29-1127.00": "Speech and Language Therapist",
    "29-1131.00": "Veterinary Surgeon",
    "29-2056.00": "Veterinary Nurse",
    "31-1011.00": "Home Care Worker",
    "31-1014.00": "Healthcare Assistant",
    "31-2012.00": "Occupational Therapy Assistant",
    "31-2022.00": "Physiotherapy Assistant",
    "31-9091.00": "Dental Nurse",
    "31-9093.00": "Sterile Services Technician",
    "31-9095.00": "Pharmacy Assistant",
    "31-9097.00": "Phlebotomist",
    "33-2011.01": "Firefighter",
    "33-3012.00": "Prison Officer",
    "33-3041.00": "Civil Enforcement Officer (Parking)",
    "33-3051.01": "Police Constable",
    "33-9032.00": "Security Officer",
    "33-9091.00": "School Crossing Patrol",
    "33-9092.00": "Lifeguard",
    "33-9093.00": "Airport Security Officer",
    "35-1011.00": "Head Chef",
    "35-1012.00": "Catering Supervisor",
    "35-2011.00": "Fast Food Cook",
    "35-2014.00": "Restaurant Chef",
    "35-3011.00": "Bar Staff",
    "35-3021.00": "Fast Food Crew Member",
    "35-3022.00": "Cafe Assistant",
    "35-3031.00": "Waiting Staff",
    "35-9021.00": "Kitchen Porter",
    "35-9031.00": "Restaurant Host",
    "37-1011.00": "Cleaning Supervisor",
    "37-2011.00": "Cleaner",
    "37-2012.00": "Housekeeping Room Attendant",
    "37-2021.00": "Pest Controller",
    "37-3011.00": "Gardener and Groundskeeper",
    "39-3031.00": "Usher and Ticket Attendant",
    "39-3091.00": "Leisure Attendant",
    "39-4031.00": "Funeral Director",
    "39-5011.00": "Barber",
    "39-5092.00": "Nail Technician",
    "39-5094.00": "Beauty Therapist",
    "39-6012.00": "Concierge",
    "39-9011.00": "Nursery Assistant",
    "39-9011.01": "Nanny",
    "39-9031.00": "Fitness Instructor",
    "41-1011.00": "Retail Supervisor",
    "41-2021.00": "Hire Shop Assistant",
    "41-2031.00": "Sales Assistant (Shop)",
    "41-3041.00": "Travel Agent",
    "41-9022.00": "Estate Agent",
    "43-1011.00": "Office Manager",
    "43-2011.00": "Switchboard Operator",
    "43-3011.00": "Debt Collector",
    "43-3031.00": "Accounts Clerk",
    "43-3051.00": "Payroll Clerk",
    "43-3071.00": "Bank Counter Assistant",
    "43-4031.01": "Court Clerk",
    "43-4051.00": "Customer Service Adviser",
    "43-4081.00": "Hotel Receptionist",
    "43-4121.00": "Library Assistant",
    "43-4171.00": "Receptionist",
    "43-5031.00": "Emergency Call Handler",
    "43-5041.00": "Meter Reader",
    "43-5051.00": "Post Office Counter Assistant",
    "43-5053.00": "Mail Sorter",
    "43-5071.00": "Goods In and Despatch Clerk",
    "43-5081.01": "Shelf Stacker",
    "43-5081.03": "Stockroom Assistant",
    "43-5081.04": "Order Picker",
    "43-6011.00": "Executive Assistant",
    "43-6012.00": "Legal Secretary",
    "43-6013.00": "Medical Secretary",
    "43-6014.00": "Administrative Assistant",
    "43-9021.00": "Data Entry Clerk",
    "43-9051.00": "Post Room Assistant",
    "43-9061.00": "Office Clerk",
    "45-2092.01": "Plant Nursery Worker",
    "45-2092.02": "Farm Worker (Crops)",
    "45-2093.00": "Farm Worker (Livestock)",
    "45-4021.00": "Tree Feller",
    "47-2021.00": "Bricklayer",
    "47-2031.01": "Carpenter",
    "47-2041.00": "Carpet Fitter",
    "47-2044.00": "Wall and Floor Tiler",
    "47-2061.00": "Construction Labourer",
    "47-2081.00": "Dryliner",
    "47-2111.00": "Electrician",
    "47-2121.00": "Glazier",
    "47-2141.00": "Painter and Decorator",
    "47-2152.01": "Pipe Fitter",
    "47-2152.02": "Plumber",
    "47-2161.00": "Plasterer",
    "47-2181.00": "Roofer",
    "47-4031.00": "Fencer",
    "49-3021.00": "Vehicle Body Repairer",
    "49-3023.02": "Car Mechanic",
    "49-3031.00": "Lorry and Bus Mechanic",
    "49-3091.00": "Bicycle Mechanic",
    "49-3093.00": "Tyre Fitter",
    "49-9071.00": "Maintenance Worker and Caretaker",
    "49-9094.00": "Locksmith",
    "51-3011.00": "Baker",
    "51-3021.00": "Butcher",
    "51-6031.00": "Sewing Machinist",
    "51-9061.00": "Quality Inspector",
    "51-9071.01": "Jeweller",
    "51-9111.00": "Packing Machine Operator",
    "51-9198.00": "Factory Operative",
    "51-9199.01": "Recycling Operative",
    "53-3021.00": "Bus Driver",
    "53-3022.00": "School Bus Driver",
    "53-3032.00": "HGV Driver",
    "53-3033.00": "Delivery Driver",
    "53-3041.00": "Taxi Driver",
    "53-4011.00": "Train Driver",
    "53-4041.00": "Underground and Tram Driver",
    "53-6021.00": "Car Park Attendant",
    "53-7051.00": "Forklift Driver",
    "53-7062.00": "Warehouse Operative",
    "53-7064.00": "Packer",
    "53-7081.00": "Refuse Collector",
}


def derive() -> None:
    """Write the table."""
    rows = read_ratings(path=shared_data() / "onet-work-context" / "work_context.csv")
    write_table(rows=[occupation_row(row=row) for row in rows], path=OUTPUT)
    print(f"{len(rows)} occupations written to {OUTPUT.relative_to(REPOSITORY)}")


def shared_data() -> Path:
    """Return the folder of public data sets."""
    return Path(os.environ.get("WELLPLACED_SHARED_DATA", REPOSITORY.parent / "shared" / "data"))


def read_ratings(*, path: Path) -> list[dict[str, str]]:
    """Return the rows in the order of their codes, having checked that no column that a recipe needs is missing."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: row["onet_soc_code"])
    wanted = {part.column for recipe in RECIPES.values() for part in recipe.elements}
    if missing := wanted.difference(rows[0]):
        raise SystemExit(f"{path} lacks the columns {sorted(missing)}")
    if unknown := UK_TITLES.keys() - {row["onet_soc_code"] for row in rows}:
        raise SystemExit(f"British titles for occupations that are not there: {sorted(unknown)}")
    return rows


def occupation_row(*, row: Mapping[str, str]) -> dict[str, str]:
    """Return one row of the table."""
    code = row["onet_soc_code"]
    ratings = {column: float(row[column]) for column in row if column not in ("onet_soc_code", "title") and row[column]}
    cells = {
        "onet_code": code,
        "title": REPAIRED_TITLES.get(code, readable_title(row["title"])),
        "uk_title": UK_TITLES.get(code, ""),
        "family": code[:2],
    }
    for dimension, recipe in RECIPES.items():
        level = recipe.level(ratings)
        cells[dimension] = "" if level is None else f"{level:.2f}"
        cells[f"{dimension}_spread"] = "" if level is None else f"{recipe.spread(level):.2f}"
    return {**cells, "source": SOURCE, "status": STATUS}


def readable_title(title: str) -> str:
    """Put back the commas and spaces that the source writes as underscores."""
    return title.replace("--", ", ").replace("-_", ", ").replace("__", ", ").replace("_", " ").strip()


def write_table(*, rows: Sequence[Mapping[str, str]], path: Path) -> None:
    """Write the rows as CSV with line feeds, so that the same data give the same bytes everywhere."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def measure() -> None:
    """Print the error of the prior for occupations left out, beside that of the mean of all, as Markdown."""
    # Writing the table needs no encoder, so only measuring asks for it.
    from embeddings.encoder import SentenceTransformerEncoder

    encoder = SentenceTransformerEncoder()
    table = load_occupations()
    names = occupation_vectors(encoder, table)
    own = names[table.name_starts]
    row_of = {code: row for row, code in enumerate(table.codes)}
    reported = [(row_of[code], title) for code, title in read_reported_titles(path=shared_data()) if code in row_of]
    reported_rows = np.array([row for row, _ in reported])
    reported_vectors = encoder.encode([title for _, title in reported])
    everyone = np.arange(len(table.codes))
    for heading, letters, rows, vectors in (
        ("Occupations left out (one of 10 parts at a time), by title", 7, everyone, own),
        ("Whole minor groups left out, by title", 4, everyone, own),
        ("Occupations left out, by titles that workers gave", 7, reported_rows, reported_vectors),
    ):
        groups = sorted({code[:letters] for code in table.codes})
        part = np.array([groups.index(code[:letters]) % PARTS for code in table.codes])
        prior, of_all = predictions(table=table, names=names, part=part, rows=rows, vectors=vectors)
        print(f"\n{heading} ({len(rows)} titles)\n")
        print(comparison(truth=table.level[rows], prior=prior, of_all=of_all))


def read_reported_titles(*, path: Path) -> list[tuple[str, str]]:
    """Return code and title, as people in the occupation reported it."""
    with (path / "onet-27.0" / "Sample of Reported Titles.txt").open(encoding="utf-8", newline="") as file:
        return [(row["O*NET-SOC Code"], row["Reported Job Title"]) for row in csv.DictReader(file, delimiter="\t")]


def predictions(
    *,
    table: OccupationTable,
    names: NDArray[np.float32],
    part: NDArray[np.int64],
    rows: NDArray[np.int64],
    vectors: NDArray[np.float32],
) -> tuple[PriorColumns, PriorColumns]:
    """Return what each title suggests when its own part of the table is left out, and what the mean of all says."""
    shape = (len(rows), len(DIMENSIONS))
    prior, of_all = (
        PriorColumns(
            mean=np.empty(shape, dtype=np.float32),
            spread=np.empty(shape, dtype=np.float32),
            family=np.empty(len(rows), dtype=np.int16),
        )
        for _ in range(2)
    )
    occupation_of_name = np.searchsorted(table.name_starts, np.arange(len(names)), side="right") - 1
    for left_out in range(PARTS):
        kept = np.flatnonzero(part != left_out)
        seen = only(table=table, rows=kept)
        seen_names = names[part[occupation_of_name] != left_out]
        asked = part[rows] == left_out
        # A vector of zeros is near nothing, so it gets the mean of all, with the spread that goes with it.
        for columns, titles in ((prior, vectors[asked]), (of_all, np.zeros_like(vectors[asked]))):
            found = prior_columns(titles, seen_names, seen)
            columns.mean[asked], columns.spread[asked], columns.family[asked] = found.mean, found.spread, found.family
    return prior, of_all


def only(*, table: OccupationTable, rows: NDArray[np.int64]) -> OccupationTable:
    """Return the table with these occupations alone."""
    return OccupationTable(
        codes=tuple(table.codes[row] for row in rows),
        titles=tuple(table.titles[row] for row in rows),
        uk_titles=tuple(table.uk_titles[row] for row in rows),
        family=table.family[rows],
        level=table.level[rows],
        spread=table.spread[rows],
    )


def comparison(*, truth: NDArray[np.float64], prior: PriorColumns, of_all: PriorColumns) -> str:
    """Return a table of mean absolute error and log-loss by dimension."""
    lines = [
        "| dimension | error, prior | error, mean of all | log-loss, prior | log-loss, mean of all |",
        "| --- | --- | --- | --- | --- |",
    ]
    measured = []
    for column, dimension in enumerate(DIMENSIONS):
        known = ~np.isnan(truth[:, column])
        if not known.any():
            continue
        level = truth[known, column]
        by_method = [(method.mean[known, column], method.spread[known, column]) for method in (prior, of_all)]
        errors = [float(np.abs(mean - level).mean()) for mean, _ in by_method]
        losses = [log_loss(level=level, mean=mean, spread=spread) for mean, spread in by_method]
        measured.append([*errors, *losses])
        lines.append(f"| {dimension} | " + " | ".join(f"{figure:.3f}" for figure in measured[-1]) + " |")
    means = np.mean(measured, axis=0)
    lines.append("| mean | " + " | ".join(f"{figure:.3f}" for figure in means) + " |")
    return "\n".join(lines)


def log_loss(*, level: NDArray[np.float64], mean: NDArray[np.float32], spread: NDArray[np.float32]) -> float:
    """Return the mean of minus the log of the chance given to the nearest whole level.

    The chances are the triangle of `matching.priors` cut at the half levels, with 4% shared out evenly, so that no
    level is thought impossible.
    """
    middle, width = mean.astype(np.float64), spread.astype(np.float64)
    cuts = np.arange(HIGHEST_LEVEL) + 0.5
    below = triangular_share_below(middle[:, np.newaxis], width[:, np.newaxis], cuts[np.newaxis, :])
    chances = np.diff(below, axis=1, prepend=0.0, append=1.0)
    softened = (1.0 - SHARED_EVENLY) * chances + SHARED_EVENLY / chances.shape[1]
    nearest = np.floor(level + 0.5).astype(np.int64)
    return float(-np.log(softened[np.arange(len(level)), nearest]).mean())


if __name__ == "__main__":
    if sys.argv[1:] == ["measure"]:
        measure()
    else:
        derive()
