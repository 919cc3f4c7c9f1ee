"""An earlier report, to say what has changed since."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from evaluation.estimates import Estimate
from evaluation.report.files import FORMAT
from evaluation.report.parts import Headline
from evaluation.report.saying import in_hundred, in_words
from matching.errors import Invalid


@dataclass(frozen=True, slots=True, kw_only=True)
class Previous:
    """The outcomes of an earlier report that could be told then, by name."""

    data_until: date
    simulated: bool
    outcomes: Mapping[str, Estimate]


def read_previous(folder: Path) -> Previous:
    """Read the earlier report in a folder; raises `Invalid` where there is none that can be read."""
    try:
        told = json.loads((folder / "report.json").read_bytes())
        if told["format"] != FORMAT:
            raise ValueError("another format")
        return Previous(
            data_until=date.fromisoformat(told["about"]["data_until"]),
            simulated=bool(told["about"]["simulated"]),
            outcomes={
                each["name"]: _estimate(each["found"])
                for each in told["first_page"]["headlines"]
                if "value" in each["found"]
            },
        )
    except OSError as error:
        raise Invalid(f"{folder / 'report.json'} cannot be read: {error.strerror}.") from None
    except (ValueError, KeyError, TypeError):
        raise Invalid(f"{folder / 'report.json'} is not a report that can be read here.") from None


def _estimate(found: Mapping[str, Any]) -> Estimate:
    return Estimate(
        value=float(found["value"]), low=float(found["low"]), high=float(found["high"]), count=int(found["of"])
    )


def changes(now: tuple[Headline, ...], before: Previous | None, *, data_until: date, simulated: bool) -> Iterator[str]:
    """Say what has changed since an earlier report; what chance may have done is called so."""
    if before is None:
        yield "There is no earlier report to set beside this one."
        return
    if before.simulated != simulated:
        yield "One of the two reports is about invented people, so they cannot be set side by side."
        return
    if before.data_until >= data_until:
        yield f"The other report knows of days up to {in_words(before.data_until)}. It is not an earlier one."
        return
    yield f"The last report knew of days up to {in_words(before.data_until)}. Many of the same jobs are in both."
    for each in now:
        then = before.outcomes.get(each.name)
        if then is not None and isinstance(each.found, Estimate):
            yield _change(each.words, then, each.found)


def _change(words: str, then: Estimate, found: Estimate) -> str:
    told = (
        f"{words}: {in_hundred(found.value)} now, of {found.count:,}. "
        f"Last time it was {in_hundred(then.value)}, of {then.count:,}."
    )
    if then.low <= found.high and found.low <= then.high:
        return f"{told} This may be chance."
    return f"{told} The two ranges do not meet."
