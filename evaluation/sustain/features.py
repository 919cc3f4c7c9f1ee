"""The features of matches in a history, and the jobs that came of lists: what the sustain model is learnt from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from evaluation.columns import value_column, verdict_column
from evaluation.outcomes import starts
from matching.lasting_features import ABSENT, ASPECTS, Codes, Numbers, features_of
from matching.model.finding import Code, Verdict

if TYPE_CHECKING:
    from pandas import Series

    from evaluation.history import History

Rows = NDArray[np.int64]
Mask = NDArray[np.bool_]
Days = NDArray[np.datetime64]

_CODE_OF = {Verdict.OK: Code.OK, Verdict.UNKNOWN: Code.UNKNOWN, Verdict.CONFLICT: Code.CONFLICT}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Placements:
    """Jobs that came of list entries, a row each, as far as they are known on the day `known_on`."""

    features: Numbers  # features x rows
    score: Numbers  # documented score of the entry
    people: Rows  # rows of `participants`
    started: Days
    weeks: Numbers  # seen in the job, up to its end, or to the last sight of it
    ended: Mask
    known_on: date

    def __len__(self) -> int:
        return len(self.people)

    def some(self, which: Mask | Rows) -> Placements:
        """Some of the rows."""
        return replace(
            self,
            features=self.features[:, which],
            score=self.score[which],
            people=self.people[which],
            started=self.started[which],
            weeks=self.weeks[which],
            ended=self.ended[which],
        )

    def as_known_on(self, day: date) -> Placements:
        """What was known on an earlier day: jobs that had started, none of which had ended later."""
        cut = np.datetime64(day, "D")
        begun = self.some(self.started < cut)
        seen = (cut - begun.started).astype(np.int64) / 7
        return replace(
            begun, weeks=np.minimum(begun.weeks, seen), ended=begun.ended & (begun.weeks <= seen), known_on=day
        )

    def weeks_passed(self) -> Numbers:
        """The weeks from each start to the day on which this is known, whether or not the job was seen until then."""
        passed: Numbers = (np.datetime64(self.known_on, "D") - self.started).astype(np.int64) / 7
        return passed


def joined(found: Sequence[Placements]) -> Placements:
    """Placements one after the other, as known on the same day."""
    return Placements(
        features=np.concatenate([each.features for each in found], axis=1),
        score=np.concatenate([each.score for each in found]),
        people=np.concatenate([each.people for each in found]),
        started=np.concatenate([each.started for each in found]),
        weeks=np.concatenate([each.weeks for each in found]),
        ended=np.concatenate([each.ended for each in found]),
        known_on=found[0].known_on,
    )


def placements_of(history: History) -> Placements:
    """The job starts that came of a list, with the features of the entry at the time it was drawn."""
    jobs = starts(history)
    jobs = jobs[(jobs["entry"] >= 0).to_numpy()]
    rows = history.placements.iloc[jobs["placement"].to_numpy()]
    entries = jobs["entry"].to_numpy().astype(np.int64)
    return Placements(
        features=entry_features(history, entries),
        score=history.entries["score"].to_numpy(np.float64)[entries],
        people=rows["participant"].to_numpy().astype(np.int64),
        started=rows["started_on"].to_numpy().astype("datetime64[D]"),
        weeks=jobs["weeks"].to_numpy(np.float64),
        ended=jobs["ended"].to_numpy(np.bool_),
        known_on=history.data_until,
    )


def entry_features(history: History, entries: Rows) -> Numbers:
    """Features x entries, of these rows of `entries`."""
    listed = history.entries
    vacancies = listed["vacancy"].to_numpy()[entries]
    return features_of(
        codes={aspect: _codes(listed[verdict_column(aspect)], entries) for aspect in ASPECTS},
        values={aspect: listed[value_column(aspect)].to_numpy()[entries].astype(np.float64) for aspect in ASPECTS},
        source=_places(history.vacancies["source"])[vacancies],
        contract=_places(history.vacancies["contract"])[vacancies],
    )


def _codes(verdicts: Series[Any], entries: Rows) -> Codes:
    words = [Verdict(word) for word in verdicts.cat.categories]
    by_place = np.array([*(_CODE_OF[word] for word in words), ABSENT], np.int8)  # -1 takes the last
    codes: Codes = by_place[verdicts.cat.codes.to_numpy()[entries]]
    return codes


def _places(words: Series[Any]) -> Codes:
    """Places among all the words of the column, which a checked history names in the order of their enumeration."""
    places: Codes = words.cat.codes.to_numpy().astype(np.int8)
    return places
