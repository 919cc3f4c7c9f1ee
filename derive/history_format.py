"""Write the page on the format of a history from the columns that the evaluation reads.

    python -m derive.history_format        # writes docs/history.md

The tables are those of evaluation/columns.py, so the page cannot promise a column that is not read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from evaluation.columns import TABLES, Column, Kind, Table
from matching.model.finding import Aspect

TARGET = Path(__file__).parents[1] / "docs" / "history.md"

BEGINNING = """\
# The history that is evaluated

The evaluation reads a history: what was listed for whom, what was chosen, which jobs started, and how long they
lasted. This page says what its files hold. `python -m derive.history_format` writes the page from the columns that
are read.

A history is a folder, or a ZIP with the same files at its top. It holds `history.json` and a file for each table,
CSV or Parquet: `entries.csv` or `entries.parquet`. Other files beside them do not matter.

```json
{"format": 1, "data_until": "2026-11-22", "simulated": false}
```

`data_until` is the last day that the history tells of. `simulated` is true for an invented history.

## Where it comes from

- `wellplaced export history --organisation ID --out history.zip` takes it out of the service. An evaluator can also
  take it out under Files, and machines at `GET /v1/exports/history`.
- `wellplaced simulate` makes one of invented people, with a known truth.
- Any other system can write the files.

The service exports pseudonyms alone. A pseudonym is a keyed digest of an id, so it is the same in every export and
tells nothing without the key. Sentences, words and names stay behind. So does everything about safety: that
somebody avoids an employer or a place is not told, not even as a verdict. Whoever was erased does not appear.

The service leaves some of its rows out, and `history.json` counts them under `left_out`. Examples are a job from
before the participant entered, and pay for a period that is not over. A decision about a role that was on no list
is left out too.

## What the service does not know

- Groups for equality monitoring are not held by the service, so its export has no such table.
- Nobody notes when a role on a list is opened, so the only step it exports is a working interview.
- Only the day of an answer is kept, so a question counts as asked on that day. Whether a verdict moved is not told.
- The job family of a role is left empty.
- A role counts as negotiated if it was ruled out and then added to the list by hand. Where answers alone opened it, it
  counts as any other.
- The end of support is told once somebody has left.

## How cells are written

| kind | in a CSV file |
| --- | --- |
| id | Any text of at most 200 characters. It is the same wherever the same thing is meant. |
| day | `2026-11-22` |
| number | `16` or `16.5`, without a thousands separator |
| share | A number from 0 to 1. |
| yes or no | `true` or `false` |
| word | One of those named, or any text of at most 200 characters. |

Files are in UTF-8, their cells apart by commas, one row to a line. The first line names the columns, in any order.
A cell that nobody knows is empty. Columns that may be empty may also be left out. Parquet files may hold the same
as text or in types of their own.

## What is refused

A history is read whole before anything is said. Then every problem is named by file, line and column. Of each kind
the first twenty rows are named and the others counted. Nothing is dropped in silence: the report prints how many
rows of each table it used.

These are refused, besides cells that do not hold what their column takes:

- a table or column that is missing, not known or there twice, and a table both as CSV and as Parquet;
- bytes that are not UTF-8, a NUL, and a quotation mark that is not closed on its line;
- a line with too many or too few cells;
- the same key twice, and the same position twice on one list;
- an id that names nothing: a list without its participant, an entry without its list;
- an end before its start, pay that ends before the job starts, pay for the same days twice from one source;
- a list drawn before its participant entered, and a job that started before its participant entered;
- a decision, a step or a job before the list that it is said to come from, or from the list of somebody else;
- a reason for an end where there is no end, and an answer's effect where there is no answer;
- two methods on one list, and a propensity of 0;
- a day after `data_until`, but for a planned end of support.

## As of a day

With `--as-of` a day, the history is read as it stood then. Rows of later days go. An end or an answer after that
day is none. A job that went on after that day counts as seen up to it. Pay is known once its period is over.

## The tables

A star marks a column that must be filled. Together, the columns of the key make a row unlike any other.
"""

PURPOSES: Mapping[str, str] = {
    "participants": "One row a person who was served.",
    "vacancies": "One row a role.",
    "shortlists": "One row a list that was drawn for somebody.",
    "entries": "One row a role on a list, with what was found at the time. Entries may be cut after any position.",
    "decisions": "One row a role on a list that was decided on: the decision that holds.",
    "steps": "One row a step between the list and the job.",
    "questions": "One row a question to an employer.",
    "contacts": "One row a contact with an employer and a participant on whose behalf it was made.",
    "placements": "One row a job that was started.",
    "earnings": "One row a period that was paid.",
    "groups": "What people said of themselves for equality monitoring. Only the fairness tables use it.",
}
MEANINGS: Mapping[str, Mapping[str, str]] = {
    "participants": {
        "participant": "who",
        "entered_on": "the day of entering the programme",
        "support_ends_on": "the end of support, planned or past; thresholds reached after it do not count",
        "first_met_on": "the first face-to-face contact with an employer on their behalf",
        "route": "the route into the programme",
        "model": "the model of support",
        "provider": "the team or provider",
        "hours_wanted": "the hours a week that they want",
    },
    "vacancies": {
        "vacancy": "which role",
        "employer": "with whom",
        "source": "how the role is known",
        "contract": "what is offered",
        "family": "the family of jobs, such as the first two figures of an occupation code",
        "openings": "how many are wanted",
        "logged_on": "since when the role is known",
    },
    "shortlists": {
        "shortlist": "which list",
        "participant": "for whom",
        "drawn_on": "when",
        "open": "how many roles were open",
        "listed": "how many of them were on the whole list",
        "excluded": "how many of them were ruled out",
        "method": "the name of the version that drew it",
    },
    "entries": {
        "shortlist": "on which list",
        "vacancy": "which role",
        "position": "the place as it was shown",
        "band": "the band at the time",
        "score": "the score at the time",
        "stretch": "whether it was the stretch suggestion",
        "propensity": "how likely it was to stand there; 1 where nothing was shuffled, and never 0",
        "method": "that of its list",
    },
    "decisions": {
        "shortlist": "on which list",
        "vacancy": "about which role",
        "choice": "what was chosen",
        "reason": "why",
        "decided_on": "when",
    },
    "steps": {"shortlist": "from which list", "vacancy": "about which role", "step": "what was done", "on": "when"},
    "questions": {
        "question": "which question",
        "vacancy": "about which role",
        "about": "about which aspect",
        "asked_on": "when it was asked",
        "answered_on": "when it was answered",
        "moved_lists": "whether a verdict changed by the answer",
    },
    "contacts": {
        "contact": "which contact",
        "participant": "on whose behalf",
        "employer": "with whom",
        "mode": "how, such as `visit` or `phone`",
        "on": "when",
    },
    "placements": {
        "placement": "which job",
        "participant": "whose",
        "employer": "with whom",
        "vacancy": "the role that it was, if it was logged",
        "shortlist": "the list that it came from; empty if it came from none",
        "started_on": "the first day",
        "hours_week": "the hours a week that were agreed",
        "permanent": "whether it is meant to last",
        "ended_on": "the last day; empty while it goes on, or where nobody knows",
        "end_reason": "why it ended; may be unknown",
        "who_says": "who says so",
        "last_seen_on": "the last day on which the job was known to go on",
    },
    "earnings": {
        "placement": "from which job",
        "from_on": "the first day of the period",
        "to_on": "the last day of the period",
        "hours": "the hours that were worked",
        "gross_pence": "gross pay in pence",
        "source": "what shows it",
        "verified": "whether it was verified",
    },
    "groups": {
        "participant": "who",
        "kind": "what was asked, such as `age`",
        "group": "what they said",
    },
}
_KINDS: Mapping[Kind, str] = {
    Kind.DAY: "day",
    Kind.WHOLE: "whole number",
    Kind.NUMBER: "number",
    Kind.SHARE: "share",
    Kind.YES_NO: "yes or no",
    Kind.WORD: "word",
}


def main() -> None:
    """Write the page and say how many tables it tells of."""
    TARGET.write_text(page(), encoding="utf-8")
    print(f"{TARGET.name}: {len(TABLES)} tables")


def page() -> str:
    """Return the whole page: how a history is written, and one section for each table."""
    return "\n".join([BEGINNING, *(line for table in TABLES.values() for line in _section(table))])


def _section(table: Table) -> Iterator[str]:
    yield f"### {table.name}\n"
    may_lack = " A history may lack this table." if table.optional else ""
    key = ", ".join(f"`{name}`" for name in table.key)
    yield f"{PURPOSES[table.name]}{may_lack} Key: {key}.\n"
    yield "| column | holds | what it says |"
    yield "| --- | --- | --- |"
    of_aspects = {name for aspect in Aspect for name in (f"{aspect}", f"{aspect}_value")}
    for column in table.columns:
        if table.name != "entries" or column.name not in of_aspects:
            star = " *" if column.required else ""
            yield f"| `{column.name}`{star} | {_holds(column)} | {MEANINGS[table.name][column.name]} |"
    yield ""
    if table.name == "entries":
        yield from _aspects()


ASPECTS = """\
Each aspect of fit has two columns more, such as `travel` and `travel_value`. Both are empty where it had no finding.
The first holds `ok`, `conflict` or `unknown`. Of several parts a conflict outweighs an unknown, and an unknown an ok.
The second is a share, the value of the aspect as it scored: the mean of its parts by their weights.
"""


def _aspects() -> Iterator[str]:
    yield ASPECTS
    yield f"The aspects: {', '.join(f'`{aspect}`' for aspect in Aspect)}.\n"


def _holds(column: Column) -> str:
    if column.kind is Kind.ID:
        return f"id ({column.names})"
    if column.words:
        return ", ".join(f"`{word}`" for word in column.words)
    return _KINDS[column.kind]


if __name__ == "__main__":
    main()
