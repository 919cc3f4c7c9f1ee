"""Write the manual of the matching rules from the worked examples that test them.

    python -m derive.rules_page        # writes docs/rules.md

The examples are the tables in tests/specs, so the manual cannot say anything that the engine does not do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.specs import TABLES
from tests.specs.row import Row

TARGET = Path(__file__).parents[1] / "docs" / "rules.md"

BEGINNING = """\
# The matching rules by example

This page shows how a job is judged against what a person wants, needs and can do. Every line is a worked example: a
rule in one sentence, what the profile says, what the vacancy says, and the verdict. The same lines test the program,
so what stands here is what it does. `python -m derive.rules_page` writes the page; nobody edits it by hand.

| verdict | what it means |
| --- | --- |
| ok | This part fits. |
| unknown | Nobody knows yet, so there is a question to ask. An unknown never takes a job off the list. |
| conflict | This part does not fit. The job stays on the list, lower down, and the conflict is shown. |
| **conflict, off the list** | This part does not fit, and the person or the law allows no exception. The job is \
left out, and the reason is shown. |
| nothing said | The rule does not apply here, so nothing is said. |

One conflict that allows no exception is enough to take a job off the list; nothing else does. Where a fact is missing,
the verdict is ok or conflict only if it would be so however the missing fact turned out.
"""

HEADINGS: Mapping[str, tuple[str, str]] = {
    "hours": ("Hours", "The hours a week that the person wants, and the most that the law lets them work."),
    "availability": ("Days and times", "When the person can work, and when they cannot."),
    "shift": ("Shifts", "How long shifts may be, and whether nights and weekends are ruled out."),
    "adjustments": ("Adjustments", "What the person needs changed at work, and what the employer has said about it."),
    "sensory": ("Senses", "What the workplace is like, from 0 to 4, and what the person can bear or looks for."),
    "travel": ("Travel", "How far the work is, places to keep away from, and work at home."),
    "pay": ("Pay", "The least pay by the hour."),
    "physical": ("Physical demands", "What the job asks of the body, and the person's limits."),
    "requirements": ("Requirements", "What the law asks for the job: qualifications, licences, ages and checks."),
    "exclusions": ("Settings to keep away from", "Kinds of work and places that are ruled out; no reason is kept."),
    "employer": ("Employers to keep away from", "Employers that the person does not want to work for."),
    "refused_work": ("Work that is refused", "Work that the person said no to, judged by shared tasks."),
}

# What every example holds only because a record must; shown where it matters.
NAMES_OF_RECORDS = frozenset({"participant_ref", "vacancy_ref", "title"})
SPAN = {"days", "from", "to"}


def main() -> None:
    """Write the page and say how many rules it holds."""
    TARGET.write_text(page(), encoding="utf-8")
    print(f"{TARGET.name}: {sum(len(rows) for rows in TABLES.values())} examples in {len(TABLES)} sections")


def page() -> str:
    """Return the whole manual: one section for each aspect, in the order of the rules."""
    return "\n".join([BEGINNING, *(line for aspect in TABLES for line in _section(aspect))])


def _section(aspect: str) -> Iterator[str]:
    heading, purpose = HEADINGS[aspect]
    yield f"## {heading}\n"
    yield f"{purpose} In files: `{aspect}`.\n"
    yield "| rule | the profile says | the vacancy says | part | verdict |"
    yield "| --- | --- | --- | --- | --- |"
    for row in TABLES[aspect]:
        cells = (row.name, _record(row.profile, aspect), _record(row.vacancy, aspect), row.part, verdict(row))
        yield f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"
    yield ""


def verdict(row: Row) -> str:
    """Return the verdict of an example as a reader of the list would meet it."""
    if row.verdict is None:
        return "nothing said"
    return "**conflict, off the list**" if row.verdict == "conflict" and row.absolute else row.verdict


def _record(record: Mapping[str, Any], aspect: str) -> str:
    hidden = NAMES_OF_RECORDS | (frozenset() if aspect == "employer" else frozenset({"employer"}))
    stated = [f"{_words(name)}: {said(value)}" for name, value in record.items() if name not in hidden]
    return "; ".join(stated) or "nothing"


def said(value: object) -> str:
    """Write a value of a record as a reader would say it.

    >>> said({"min": 10, "max": None}), said([]), said({"days": ["mon", "tue"], "from": "09:00", "to": "13:00"})
    ('min 10, max not known', 'none', 'mon tue 09:00 to 13:00')
    """
    if value is None or value == "unknown":
        return "not known"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value if value == " ".join(value.split()) else f"`{value}`"
    if isinstance(value, dict):
        return _object(value)
    if isinstance(value, list):
        return " and ".join(map(said, value)) or "none"
    return f"{value:,g}" if isinstance(value, float) and value.is_integer() else str(value)


def _object(value: Mapping[str, Any]) -> str:
    if value.keys() >= SPAN:
        when = f"{' '.join(value['days'])} {value['from']} to {value['to']}"
        more = ", ".join(said(inner) for name, inner in value.items() if name not in SPAN)
        return f"{when} ({more})" if more else when
    return ", ".join(f"{_words(name)} {said(inner)}" for name, inner in value.items()) or "nothing"


def _words(name: str) -> str:
    """Write a field's name as words; slugs, which hold a full stop, stay as they are."""
    return name if "." in name else name.replace("_", " ")


if __name__ == "__main__":
    main()
