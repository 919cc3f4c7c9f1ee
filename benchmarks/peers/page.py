"""The page of the comparison: what was compared, what was found, and what was not compared."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks.peers.protocol import Given
from benchmarks.results import Goal, _table

PAGE: Final = Path(__file__).parents[1] / "PEERS.md"

_COMPARED: Final = """\
## What is compared

All are given the same vectors: 384 numbers, of length 1, rounded as `embeddings/rounding.py` says. All are asked the
same questions: the 50 rows nearest to one query vector among those that pass six conditions. The conditions are open,
pay at least, hours at most, lifting at most, and a box of easting and northing. The box is as wide as
leaves 1, 5 or 20 %. An unknown fact is stored as a value that passes; an unknown place is in no box.

There are two kinds of question, and ours is timed for both.

- **Conditions given.** Each product works out which rows are left, from columns that it indexes in its own way.
- **Rows given.** Each was told before which rows are left, in the form that suits it. This is the search alone.

All ways answer in turn, in one process, with one thread each unless the name says otherwise. Each turn has another
order. A ratio is that of one turn, by the clock, and the median of all turns; above 1, ours is faster. In
brackets stands the ratio of the core's own time, which a busy machine changes less. For pgvector both client and server
count.

Recall is the share of the 50 that brute force in double precision finds; as near as the last of them counts as found.
With sqlite-vec, which offers no inner product, rows are ordered by distance and held to brute force by distance.

How each was set up:

- **ours**: columns in NumPy, narrowed one after another, then `VectorIndex.nearest` among the rows left. Each kernel
  that is there is timed; all ratios are to the first, which is the one in use.
- **pgvector**: a table with a B-tree on easting and northing and a partial index a flag. All pages are in shared
  buffers, and the planner is told that (`random_page_cost` 1.1).
  Statements are prepared and vectors travel in binary. One way allows parallel helpers, the others do not.
- **qdrant-edge**: one optimised shard, payload indexes on all columns, all in memory, one search thread.
- **usearch**: its Python index takes no filter, so the rows left are gathered and searched exactly. Its graph is
  asked for a list twice as long as chance would need, at most 50,000, which is then sifted.
- **sqlite-vec**: a `vec0` table with metadata columns, mapped into memory."""

_NOT_COMPARED: Final = """\
## What is not compared

- The lists of the service: reasons, unknown facts, scores and the shared words. No other product makes them.
- Several clients at once, servers on other machines, and products that need one.
- Quantised or half-precision storage: each keeps float32, so that each can be exact.
- Graphs with other settings than those named: a longer search finds more and takes longer."""

_KINDS: Final = ((Given.CONDITIONS, "Conditions given"), (Given.OUTCOME, "Rows given"))


def page(
    *,
    date: str,
    machine: str,
    load: tuple[float, float],
    runs: Sequence[Mapping[str, Any]],
    absent: Mapping[str, Sequence[str]],
    goals: Sequence[Goal],
) -> str:
    """Return the whole page as Markdown."""
    sections = [
        "# Beside others",
        f"Measured on {date} by `python -m benchmarks.peers --write`, on {machine}. Processes that wanted a core when "
        f"the run began and when it ended: {load[0]:.1f} and {load[1]:.1f}. Texts: {runs[0]['source']}. "
        f"Our quickest kernel: {runs[0]['kernel']}.",
        *(f"Not compared: {name}, since {' and '.join(missing)} is not installed." for name, missing in absent.items()),
        "## Goals",
        _table(
            ("goal", "found", ""),
            [
                (each.words, each.found, "reached" if each.reached else "missed" + ("" if each.must else " here"))
                for each in goals
            ],
        ),
        _COMPARED,
        *(section for run in runs for section in _sections(run)),
        *_on_top(runs),
        _NOT_COMPARED,
    ]
    return "\n\n".join(section.rstrip() for section in sections) + "\n"


def _sections(run: Mapping[str, Any]) -> Iterator[str]:
    yield f"## {run['count']:,} vacancies"
    turns = " and ".join(sorted({f"{share['turns']}" for share in run["shares"]}, key=int))
    left = ", ".join(f"{share['left']:,}" for share in run["shares"])
    yield f"Rows left: {left}. Turns a share: {turns}. Milliseconds are medians by the clock."
    for name, problem in run["failed"].items():
        yield f"{name} was left out: {problem}."
    for given, words in _KINDS:
        yield f"### {words}, exact"
        yield _ways(run, lambda way, given=given: way["exact"] and way["given"] == given.value)  # type: ignore[misc]
    if any(not way["exact"] for share in run["shares"] for way in share["ways"]):
        yield "### Approximate"
        yield _ways(run, lambda way: not way["exact"])
    yield "### Building, holding, taking in"
    yield _costs(run)


def _ways(run: Mapping[str, Any], wanted: Callable[[Mapping[str, Any]], bool]) -> str:
    """One line a way; for each share its time, how many times slower than ours it is, and its recall."""
    headings = ["product", "way"]
    for share in run["shares"]:
        headings += [f"{share['share']:.0%}: ms", "times ours (core)", "recall"]
    rows = []
    for number, way in enumerate(run["shares"][0]["ways"]):
        if wanted(way):
            cells = [way["peer"], way["way"]]
            for share in run["shares"]:
                cells += _cells(share["ways"][number])
            rows.append(cells)
    return _table(headings, rows)


def _cells(way: Mapping[str, Any]) -> list[str]:
    ratio = f"{way['ratio']:.1f} ({way['processor_ratio']:.1f})"
    if not way["alone"]:
        ratio = f"{way['ratio']:.1f}"  # the helpers' own time is not counted
    return [f"{way['milliseconds']['p50']:.2f}", ratio, f"{way['recall']:.3f}"]


def _costs(run: Mapping[str, Any]) -> str:
    rows = []
    for name, built in run["built"].items():
        found = run["found"][name]
        steps = [*built["seconds"].items(), *built.get("approximate_seconds", {}).items()]
        rows.append(
            (
                f"{name}, {built['version']}",
                "; ".join(f"{step} {seconds:.1f}" for step, seconds in steps),
                "not told" if built["held_bytes"] is None else _size(built["held_bytes"]),
                _size(built["disk_bytes"]) if built["disk_bytes"] else "",
                f"{built['first_answer_seconds']:.2f}",
                f"{found['found_milliseconds']:.1f} ({found['taken_milliseconds']:.1f})",
                _safe(built["durable"], run["remarks"][name]),
            )
        )
    headings = ("product", "built, s", "held", "on disk", "opened and first answer, s", "new one found, ms (taken in)")
    return _table((*headings, "then it is"), rows)


def _safe(durable: str, remarks: Mapping[str, Any]) -> str:
    if "flush_milliseconds" in remarks:
        return f"{durable}; a flush takes {remarks['flush_milliseconds']:.0f} ms"
    return durable


def _size(count: float) -> str:
    return f"{count / 1e9:.2f} GB" if count >= 1e8 else f"{count / 1e6:.0f} MB"


def _on_top(runs: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield "## What comes on top"
    yield (
        "A shortlist asks for several wants at once and adds a share for words that vacancy and want have in common. "
        "Milliseconds of ours alone, rows given; three wants are combined by maximum."
    )
    yield _table(
        ("vacancies", "left", "one want", "three wants", "one, with words", "three, with words"),
        [
            (
                f"{run['count']:,}",
                f"{each['left']:,}",
                *(f"{each[name]:.2f}" for name in ("one", "three", "one_words", "three_words")),
            )
            for run in runs
            for each in run["on_top"]
        ],
    )
