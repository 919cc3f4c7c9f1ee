"""The last evaluation report of an organisation, as it lies in its folder: its first page, and all of it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from matching.actions.events import record
from matching.errors import Invalid, NotFound
from matching.model.people import Actor, Permission
from matching.permissions import check_any
from matching.store import Store

#: The layout of report.json that is read here.
FORMAT = 1
_LARGEST_BYTES = 50_000_000
_DIGEST = re.compile(r"sha256-[A-Za-z0-9+/]{43}=")
_BROKEN = "The last report cannot be read. Ask whoever made it to make it again."


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportOutcome:
    """One outcome: of `count` so many in a hundred, with its 95 % interval, or why that is not said."""

    words: str
    whom: str
    in_hundred: float | None = None
    low: float | None = None
    high: float | None = None
    count: int | None = None
    why_not: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSummary:
    """What the numbers page tells of a report."""

    first_day: date
    data_until: date
    simulated: bool
    outcomes: tuple[ReportOutcome, ...]
    cannot_say: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPage:
    """The page itself, and the digest of the one style sheet that it may use."""

    html: bytes
    style_digest: str


def read_report_summary(*, folder: Path, by: Actor, store: Store) -> ReportSummary | None:
    """Return what the last report of the organisation says, `None` without one; raises `Invalid` for a broken one.

    A report tells of the whole organisation and of no fewer than ten people, so leaders of any team may read it.
    """
    _check(by)
    try:
        return _summary(_told(folder, store))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise Invalid(_BROKEN) from None


def read_report_page(*, folder: Path, by: Actor, at: datetime, store: Store) -> ReportPage:
    """Return the page of the last report, and note who read it; raises `NotFound` without one."""
    _check(by)
    try:
        digest = _told(folder, store)["style"]
        html = _read(_of(folder, store) / "report.html")
    except FileNotFoundError:
        raise NotFound("There is no evaluation report yet.") from None
    except (OSError, ValueError, KeyError, TypeError):
        raise NotFound(_BROKEN) from None
    if not isinstance(digest, str) or not _DIGEST.fullmatch(digest):
        raise NotFound(_BROKEN)
    record(store, "report.read", by=by, at=at, of=("organisation", store.organisation_id))
    return ReportPage(html=html, style_digest=digest)


def _check(by: Actor) -> None:
    check_any(by, Permission.PARTICIPANTS_READ_TEAM, Permission.HISTORY_READ)


def _of(folder: Path, store: Store) -> Path:
    """Each organisation has a folder of its own: none is ever shown the report of another."""
    name = store.organisation_id
    if not name or name.startswith(".") or Path(name).name != name:
        raise FileNotFoundError(name)
    return folder / name


def _told(folder: Path, store: Store) -> Mapping[str, Any]:
    told = json.loads(_read(_of(folder, store) / "report.json"))
    if not isinstance(told, dict) or told["format"] != FORMAT:
        raise ValueError("another format")
    return told


def _read(path: Path) -> bytes:
    if path.stat().st_size > _LARGEST_BYTES:
        raise ValueError("too large for a report")
    return path.read_bytes()


def _summary(told: Mapping[str, Any]) -> ReportSummary:
    about, page = told["about"], told["first_page"]
    return ReportSummary(
        first_day=date.fromisoformat(about["first_day"]),
        data_until=date.fromisoformat(about["data_until"]),
        simulated=bool(about["simulated"]),
        outcomes=tuple(_outcome(each) for each in page["headlines"]),
        cannot_say=tuple(str(each) for each in page["cannot_say"]),
    )


def _outcome(told: Mapping[str, Any]) -> ReportOutcome:
    words, whom, found = str(told["words"]), str(told["whom"]), told["found"]
    if "value" not in found:
        return ReportOutcome(words=words, whom=whom, why_not=str(found.get("unsaid") or "There are fewer than 10."))
    return ReportOutcome(
        words=words,
        whom=whom,
        in_hundred=100 * float(found["value"]),
        low=100 * float(found["low"]),
        high=100 * float(found["high"]),
        count=int(found["of"]),
    )
