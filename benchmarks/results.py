"""The page of results: tables in plain words, written by the run itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

PAGE: Final = Path(__file__).with_name("RESULTS.md")

LEAST_RATIO: Final = 5.0
MOST_GIGABYTES: Final = 4.0
GOAL_COUNT, GOAL_SHARE = 1_000_000, 0.05
GOAL_MILLISECONDS: Final[Mapping[int, float]] = {1_000_000: 40.0, 10_000: 3.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """What was wanted, what was found, and whether a run must fail that misses it."""

    words: str
    found: str
    reached: bool
    must: bool


def goals(answers: Sequence[Mapping[str, Any]], memory: Sequence[Mapping[str, Any]]) -> list[Goal]:
    """Compare with the goals: ratios and memory must hold, times depend on who else is on the machine."""
    found: list[Goal] = []
    for run in answers:
        share = next(each for each in run["shares"] if each["share"] == GOAL_SHARE)
        where = f"{run['count']:,} vacancies, {GOAL_SHARE:.0%} left"
        if run["count"] == GOAL_COUNT:
            for name, words in (("plain", "plain computation"), ("plain_lean", "plain computation, lean")):
                ratio = share["ratios"][name]
                found.append(
                    Goal(
                        words=f"{where}: at least {LEAST_RATIO:g} times faster than the {words}",
                        found=f"{ratio:.1f} times",
                        reached=ratio >= LEAST_RATIO,
                        must=name == "plain",
                    )
                )
        if run["count"] in GOAL_MILLISECONDS:
            goal, times = GOAL_MILLISECONDS[run["count"]], share["processor_milliseconds"]["ours"]
            found.append(
                Goal(
                    words=f"{where}: {goal:g} ms on a calm core",
                    found=f"{times['p50']:.1f} ms of the core's time",
                    reached=times["p50"] <= goal,
                    must=False,
                )
            )
    for run in memory:
        if run["count"] == GOAL_COUNT:
            peak = run["peak_gigabytes"]
            found.append(
                Goal(
                    words=f"{run['count']:,} vacancies: under {MOST_GIGABYTES:g} GB at most",
                    found=f"{peak:.2f} GB",
                    reached=peak < MOST_GIGABYTES,
                    must=True,
                )
            )
    return found


def page(
    *,
    date: str,
    machine: str,
    load: tuple[float, float],
    answers: Sequence[Mapping[str, Any]],
    memory: Sequence[Mapping[str, Any]],
    feeds: Sequence[Mapping[str, Any]],
    encoding: Sequence[Mapping[str, Any]],
) -> str:
    """Return the whole page as Markdown."""
    sections = [
        "# How fast, and how much memory",
        f"Measured on {date} by `python -m benchmarks --write`, on {machine}. Numbers of processes that wanted a core "
        f"when the run began and when it ended: {load[0]:.1f} and {load[1]:.1f}. Where others use the machine too, "
        "times move by a third from run to run, and more by the clock; ratios are medians of turns taken one after "
        "another in one process, and hold better.",
        "## Goals",
        _table(
            ("goal", "found", ""),
            [
                (goal.words, goal.found, "reached" if goal.reached else "missed" + ("" if goal.must else " here"))
                for goal in goals(answers, memory)
            ],
        )
        if goals(answers, memory)
        else "No run of a size that has a goal.",
        *_answer_sections(answers),
        *_memory_sections(memory),
        *_feed_sections(feeds),
        *_encoding_sections(encoding),
        _NOT_MEASURED,
    ]
    return "\n\n".join(section.rstrip() for section in sections) + "\n"


_HOW = """\
One person with three wants (three texts), hours, windows of the week, a longest shift, no nights, a travel limit,
adjustments, two sensory limits, lifting, pay, qualifications and no driving licence; the travel limit
(and, for the smallest share, stricter limits) is set so that about 1, 5 or 20 % of all vacancies is left, or to 25 km
around home; a vacancy of unknown place passes every travel limit. The vacancies are synthetic: columns are drawn at
once with the shares of unknown facts of `fixtures/generate.py`, and rows stand in order of place, as in the sealed part
of a pool; each row combines a title and a text, so each has a vector and postings of its own. One thread.

- **ours**: `Shortlister.order`, that is members, order and scores; sentences, reasons of exclusions and concessions are
  made when somebody reads them and are not timed.
- **plain**: what one would write first in NumPy. A mask over all rows for each constraint, one float32 matrix product
  with all vectors, BM25 for all rows from the same postings, the same score for all rows, then a sort of those left.
- **plain, lean**: the same, but scores are worked out only for the rows that the masks leave.

The person's texts are encoded once, before; both ways keep the vectors. In every turn the three answers are compared:
the same members, order and scores, bit for bit (`benchmarks/plain.py` is written apart from the engine)."""

_NOT_MEASURED = """\
## What was not measured

- Sentences, the list of exclusions with reasons, the negotiation list, and anything over HTTP.
- Other products: [PEERS.md](PEERS.md) has them, on vectors alone. The service itself is in [MILLION.md](MILLION.md).
- Approximate indexes: the answer is exact, and nothing here is a sample.
- Reading a million vacancies from files into a pool: the columns of the large pools are drawn, not read.
- Two cores at once: all times are those of one thread. Without `OMP_NUM_THREADS=1` the threads of OpenMP wait for each
  other on a busy machine, and the same answers can take many times as long; `python -m benchmarks` sets it."""


def _answer_sections(answers: Sequence[Mapping[str, Any]]) -> Iterable[str]:
    if not answers:
        return
    yield "## Answers"
    yield _HOW
    yield f"Texts: {answers[0]['wording']}. Recipe: {answers[0]['recipe']}."
    rows = []
    for run in answers:
        for share in run["shares"]:
            times, core = share["milliseconds"], share["processor_milliseconds"]["ours"]
            rows.append(
                (
                    f"{run['count']:,}",
                    share["named"],
                    f"{share['left']:,} ({share['left'] / run['count']:.1%})",
                    f"{core['p50']:.1f}",
                    _times(times["ours"]),
                    _times(times["plain"]),
                    _times(times["plain_lean"]),
                    f"{share['ratios']['plain']:.1f}",
                    f"{share['ratios']['plain_lean']:.1f}",
                    str(share["runs"]),
                )
            )
    yield (
        "Milliseconds by the clock, median (95th of a hundred); the first column is the core's own time, without "
        "waiting for others to leave it."
    )
    yield _table(
        (
            "vacancies",
            "limit",
            "left",
            "ours, core",
            "ours",
            "plain",
            "plain, lean",
            "times faster",
            "than lean",
            "turns",
        ),
        rows,
    )
    yield "### Where our time goes"
    yield "Milliseconds of the core's own time for one answer, as Python's profiler sees it (it slows each call)."
    yield _steps(answers, "our_steps")
    yield "### Where the plain computation's time goes"
    yield _steps(answers, "plain_steps")
    yield "### Making a pool ready"
    names = list(dict.fromkeys(name for run in answers for name in run["build_seconds"]))
    yield _table(
        ("seconds", *(f"{run['count']:,}" for run in answers)),
        [(name, *(f"{run['build_seconds'].get(name, 0.0):.1f}" for run in answers)) for name in names],
    )


def _steps(answers: Sequence[Mapping[str, Any]], key: str) -> str:
    columns = [(f"{run['count']:,}, {share['named']}", share[key]) for run in answers for share in run["shares"]]
    names = list(dict.fromkeys(name for _, steps in columns for name in steps))
    return _table(
        ("step", *(heading for heading, _ in columns)),
        [(name, *(f"{steps.get(name, 0.0):.1f}" for _, steps in columns)) for name in names],
    )


def _times(times: Mapping[str, float]) -> str:
    return f"{times['p50']:.1f} ({times['p95']:.1f})"


def _memory_sections(memory: Sequence[Mapping[str, Any]]) -> Iterable[str]:
    if not memory:
        return
    yield "## Memory"
    yield "Taken in a process of its own that builds the pool, its vectors (float32) and its postings and then answers."
    yield _table(
        ("vacancies", "at most", "at most while building", "at the end"),
        [
            (
                f"{run['count']:,}",
                f"{run['peak_gigabytes']:.2f} GB",
                f"{run['after_building_gigabytes']:.2f} GB",
                f"{run['now_gigabytes']:.2f} GB",
            )
            for run in memory
        ],
    )


def _feed_sections(feeds: Sequence[Mapping[str, Any]]) -> Iterable[str]:
    if not feeds:
        return
    yield "## Feeds"
    yield "Invented vacancies, read and validated row by row; the best of three runs on one core."
    yield _table(
        ("way", "vacancies", "MB", "vacancies a second"),
        [
            (
                each["way"],
                f"{each['vacancies']:,}",
                "" if each["megabytes"] is None else f"{each['megabytes']:.1f}",
                f"{each['a_second']:,.0f}",
            )
            for each in feeds
        ],
    )


def _encoding_sections(encoding: Sequence[Mapping[str, Any]]) -> Iterable[str]:
    if not encoding:
        return
    yield "## Encoding"
    yield (
        "One thread, texts never seen before: short ones are vacancy titles, long ones 160 words (about 200 tokens). "
        "Known texts come from the cache and cost next to nothing."
    )
    rows = []
    for each in encoding:
        if "refused" in each:
            rows.append((f"`{each['name']}`", "not there", "", "", ""))
            continue
        rows.append(
            (
                f"`{each['name']}`",
                f"{each['short_a_second']:,.0f}",
                f"{each['long_a_second']:,.1f}",
                f"{each['one_short_milliseconds']:.1f} ms",
                f"{each['loading_seconds']:.1f} s",
            )
        )
    yield _table(("back end", "short texts a second", "long texts a second", "one short text", "first text"), rows)


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
