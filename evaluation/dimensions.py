"""By what outcomes are broken down: what was known of an entry, a person or a start at the time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from evaluation.columns import HistoryBand, value_column, verdict_column
from evaluation.outcomes import Rows
from matching.model.finding import Aspect, Verdict
from matching.model.people import ParticipantRoute, SupportModel
from matching.model.vacancy import VacancySource

if TYPE_CHECKING:
    from evaluation.history import History

Codes = NDArray[np.int64]

NOT_STATED = "Not stated"
NO_FINDING = "No finding"

#: Positions on the list, each from and up to.
POSITIONS: Mapping[str, tuple[float, float]] = {
    "1": (1, 1),
    "2 to 3": (2, 3),
    "4 to 10": (4, 10),
    "11 and later": (11, np.inf),
}
#: How much of what a person prefers a role has, each from and below.
PREFERENCE_MATCH: Mapping[str, tuple[float, float]] = {
    "Strong (0.67 and more)": (2 / 3, np.inf),
    "Some (0.33 to 0.67)": (1 / 3, 2 / 3),
    "Little (under 0.33)": (0, 1 / 3),
}
#: Weekly hours that people wanted, each from and below.
HOURS_WANTED: Mapping[str, tuple[float, float]] = {
    "Under 16 hours": (0, 16),
    "16 to 24 hours": (16, 25),
    "25 hours or more": (25, np.inf),
}
_WORDS: Mapping[str, str] = {
    VacancySource.ADVERTISED: "Advertised",
    VacancySource.UNADVERTISED: "Not advertised",
    VacancySource.CARVED: "Carved",
    HistoryBand.FITS_WHAT_WE_KNOW: "Fits what we know",
    HistoryBand.ASK_FIRST: "Ask first",
    HistoryBand.NEGOTIATED: "Negotiated",
    Verdict.OK: "Fits",
    Verdict.UNKNOWN: "Not known",
    Verdict.CONFLICT: "Does not fit",
    SupportModel.IPS: "IPS",
    SupportModel.SEQF: "SEQF",
    ParticipantRoute.OUT_OF_WORK: "Out of work",
    ParticipantRoute.IN_WORK_RETENTION: "In work",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimension:
    """Groups by name, in the order of the table, and which group each entry, or each participant, belongs to.

    The last label is that of those for whom nothing is stated.
    """

    name: str
    title: str
    labels: tuple[str, ...]
    of_entries: Callable[[Rows], Codes] | None = None
    of_participants: Callable[[Rows], Codes] | None = None

    def codes(self, *, entries: Rows, participants: Rows) -> Codes:
        """The group of each row, which has both an entry and a participant."""
        if self.of_entries is not None:
            return self.of_entries(entries)
        assert self.of_participants is not None  # noqa: S101  one of the two is there
        return self.of_participants(participants)


def dimensions(history: History) -> tuple[Dimension, ...]:
    """Return every dimension of this history, but for the month, which belongs to starts alone."""
    entries, people = history.entries, history.participants
    source = history.vacancies["source"].cat.codes.to_numpy()[entries["vacancy"].to_numpy()]
    return (
        _of_codes("source", "How the role came to be known", history.vacancies["source"], source),
        _of_words("band", "Band at the time", entries["band"]),
        _of_numbers("position", "Position on the list", POSITIONS, entries["position"], including=True),
        _of_numbers(
            "preference_match",
            "Preference match",
            PREFERENCE_MATCH,
            entries[value_column(Aspect.PREFERENCES)],
        ),
        *(
            _of_verdicts(aspect, entries[verdict_column(aspect)])
            for aspect in Aspect
            if entries[verdict_column(aspect)].notna().any()
        ),
        _of_words("method", "Version of the method", entries["method"]),
        _of_numbers("hours_wanted", "Hours wanted a week", HOURS_WANTED, people["hours_wanted"], by_person=True),
        _of_words("provider", "Provider", people["provider"], by_person=True),
        _of_words("model", "Model of support", people["model"], by_person=True),
        _of_words("route", "Route", people["route"], by_person=True),
    )


def _of_words(name: str, title: str, words: Any, *, by_person: bool = False) -> Dimension:
    return _of_codes(name, title, words, words.cat.codes.to_numpy(), by_person=by_person)


def _of_verdicts(aspect: Aspect, verdicts: Any) -> Dimension:
    title = f"Finding at the time: {aspect.replace('_', ' ')}"
    return _of_codes(f"verdict_{aspect}", title, verdicts, verdicts.cat.codes.to_numpy(), without=NO_FINDING)


def _of_codes(
    name: str,
    title: str,
    words: Any,
    codes: NDArray[Any],
    *,
    by_person: bool = False,
    without: str = NOT_STATED,
) -> Dimension:
    labels = tuple(_WORDS.get(word, word) for word in words.cat.categories)
    return _made(name, title, (*labels, without), lambda rows: _last(codes[rows], len(labels)), by_person)


def _of_numbers(
    name: str,
    title: str,
    ranges: Mapping[str, tuple[float, float]],
    numbers: Any,
    *,
    including: bool = False,
    by_person: bool = False,
) -> Dimension:
    values = numbers.to_numpy()

    def codes(rows: Rows) -> Codes:
        of = values[rows].astype(np.float64)
        within = [(of >= low) & ((of <= high) if including else (of < high)) for low, high in ranges.values()]
        return np.select(within, range(len(ranges)), len(ranges)).astype(np.int64)

    return _made(name, title, (*ranges, NOT_STATED), codes, by_person)


def _made(name: str, title: str, labels: tuple[str, ...], codes: Callable[[Rows], Codes], by_person: bool) -> Dimension:
    if by_person:
        return Dimension(name=name, title=title, labels=labels, of_participants=codes)
    return Dimension(name=name, title=title, labels=labels, of_entries=codes)


def _last(codes: NDArray[Any], last: int) -> Codes:
    found: Codes = np.where(codes < 0, last, codes).astype(np.int64)
    return found
