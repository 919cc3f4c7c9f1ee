"""What ranks and what it is made of, as the papers tell it: names, digests, weights, measured quality, licences."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from derive.papers import bill
from derive.papers.blocks import quoted, table
from matching.bootstrap import RULES, assemble
from matching.lasting_features import FEATURES
from matching.places import load_sectors
from matching.policy import policy_digest
from matching.scoring import load_weights
from matching.settings import Settings
from matching.taxonomy import load_catalogue

ROOT = Path(__file__).parents[2]


def method() -> Iterator[str]:
    """By what a list is made: each list stores these names and digests."""
    weights, catalogue, sectors = load_weights(), load_catalogue(), load_sectors()
    told = json.loads((ROOT / "embeddings" / "data" / "linear_map.json").read_text(encoding="utf-8"))
    rows = [
        ["Recipe of meaning", assemble(Settings(encoder="shipped")).recipe.name],
        ["Linear map", f"sha256 {told['sha256'][:12]}"],
        ["Weights", weights.digest],
        ["Catalogue and places", f"{catalogue.digest}-{sectors.digest}"],
        ["Rates and rules of outcomes", policy_digest()],
        ["Rules", RULES],
    ]
    return table(["part", "name and digest"], ([name, f"`{value}`"] for name, value in rows))


def weights_table() -> Iterator[str]:
    """How much each part counts, and on what ground."""
    with (ROOT / "matching" / "data" / "weights.csv").open(encoding="utf-8", newline="") as file:
        every = list(csv.DictReader(file))
    rows = [row for row in every if row["kind"] == "weight"]
    yield from table(
        ["part", "weight", "why", "status"], ([f"`{r['name']}`", r["value"], r["why"], r["status"]] for r in rows)
    )
    yield ""
    counted = Counter(row["status"] for row in every)
    yield f"By status, figures included: {', '.join(f'{name} {count}' for name, count in sorted(counted.items()))}."


def lasting_features() -> Iterator[str]:
    """What the optional model of how long jobs last looks at."""
    yield quoted(each.value for each in FEATURES)


def quality() -> Iterator[str]:
    """The table of docs/meaning.md that says how well texts are ranked."""
    return _copied("meaning.md", "nDCG@10:")


def left_out_wrongly() -> Iterator[str]:
    """The table of docs/unknowns.md that says what not knowing costs by our rule and by others."""
    return _copied("unknowns.md", "**Left out, though it fits.**")


def _copied(page: str, after: str) -> Iterator[str]:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8").partition(after)[2]
    lines = iter(text.splitlines())
    for line in lines:
        if line.startswith("|"):
            yield line
            break
    for line in lines:
        if not line.startswith("|"):
            return
        yield line


# What it is made of


def licences() -> Iterator[str]:
    """How many packages are under which licence, of those that the service needs or may use."""
    told = json.loads(bill.TARGET.read_text(encoding="utf-8")) if bill.TARGET.exists() else bill.bill()
    parts = [part for part in told["components"] if part["scope"] != "excluded"]
    counted = Counter(_licence(part) for part in parts)
    rows = ([name, count] for name, count in sorted(counted.items(), key=lambda each: (-each[1], each[0])))
    yield from table(["licence", "packages"], rows)
    yield ""
    others = len(told["components"]) - len(parts)
    yield f"{len(parts)} packages serve the running service, and {others} serve making and testing it alone."


def _licence(part: Mapping[str, Any]) -> str:
    first: Mapping[str, Any] = part["licenses"][0] if part.get("licenses") else {"expression": "not known here"}
    return str(first.get("expression") or first["license"].get("id") or first["license"]["name"])


def states() -> Iterator[str]:
    """How much of the pages a program tests for accessibility."""
    from tests.pages.browsing import WIDTHS
    from tests.pages.looks import _TAGS
    from tests.pages.states import all_states

    widths = ", ".join(map(str, WIDTHS))
    yield f"- {len(all_states())} states of pages: full, empty and with errors."
    yield f"- Each at {len(WIDTHS)} widths: {widths} pixels."
    yield f"- Each by axe against the rules marked {quoted(_TAGS)}, with no finding allowed."
