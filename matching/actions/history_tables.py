"""What the history tells, row by row: pseudonyms for everybody and everything, verdicts without sentences, no words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import orjson
from sqlalchemy import Select, and_, func, select

from matching.actions.days import local_day
from matching.actions.history_findings import band_by_hand, findings_that_may_leave, may_leave, method_name, score_of
from matching.exports import CellValue
from matching.fidelity import FACE_TO_FACE
from matching.model.finding import Aspect, verdict_of
from matching.model.people import ParticipantStatus
from matching.model.placement import TasterKind
from matching.scoring import Weights, mean_of_findings
from matching.store import Store
from matching.store.tables import (
    Answer,
    CheckIn,
    Contact,
    ContactBehalf,
    DecisionRow,
    EarningsRow,
    EntryRow,
    Participant,
    PlacementRow,
    ProfileVersion,
    ShortlistRow,
    Taster,
    VacancyRow,
    VacancyVersion,
)

Row = tuple[CellValue, ...]
Pseudonym = Callable[[str | None], str]
_ROWS_AT_ONCE = 500
_DECIMALS = 9  # of a score: the last ones would tell whether it was worked out anew

#: The files and their columns, as `evaluation.columns` reads them; a test holds the two together.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "participants": (
        *("participant", "entered_on", "support_ends_on", "first_met_on", "route", "model", "provider"),
        "hours_wanted",
    ),
    "vacancies": ("vacancy", "employer", "source", "contract", "openings", "logged_on"),
    "shortlists": ("shortlist", "participant", "drawn_on", "open", "listed", "excluded", "method"),
    "entries": (
        *("shortlist", "vacancy", "position", "band", "score", "stretch", "propensity", "method"),
        *(name for aspect in Aspect for name in (f"{aspect}", f"{aspect}_value")),
    ),
    "decisions": ("shortlist", "vacancy", "choice", "reason", "decided_on"),
    "steps": ("shortlist", "vacancy", "step", "on"),
    "questions": ("question", "vacancy", "about", "asked_on", "answered_on"),
    "contacts": ("contact", "participant", "employer", "mode", "on"),
    "placements": (
        *("placement", "participant", "employer", "vacancy", "shortlist", "started_on", "hours_week", "permanent"),
        *("ended_on", "end_reason", "who_says", "last_seen_on"),
    ),
    "earnings": ("placement", "from_on", "to_on", "gross_pence", "source", "verified"),
}
_INTERVIEW = "interview"


@dataclass(frozen=True, slots=True, kw_only=True)
class _List:
    """A list, as far as other rows lean on it."""

    participant_id: str
    drawn_on: date
    method: str


class HistoryTables:
    """The rows of every file, as an organisation stands at the end of a day.

    A row that cannot be told truly, since another that it leans on is gone or is dated after it, is left out and
    counted in `left_out` by what it is.
    """

    def __init__(self, *, name: Pseudonym, last: date, weights: Weights, store: Store) -> None:
        self._name, self._last, self._weights, self._store = name, last, weights, store
        self.left_out: Counter[str] = Counter()

    def rows(self, table: str) -> Iterator[Row]:
        """The rows of a file, in the order of `COLUMNS`; the tables are asked for in that order too."""
        told: Mapping[str, Callable[[], Iterator[Row]]] = {
            "participants": self._participants,
            "vacancies": self._vacancies,
            "shortlists": self._shortlists,
            "entries": self._entries,
            "decisions": self._decisions,
            "steps": self._steps,
            "questions": self._questions,
            "contacts": self._contacts,
            "placements": self._placements,
            "earnings": self._earnings,
        }
        return told[table]()

    # Whom and what other rows may name

    @cached_property
    def _people(self) -> Mapping[str, date]:
        """Everybody who was not erased, with the day on which they entered."""
        people = select(Participant.id, Participant.entered_on)
        rows = self._all(people.where(Participant.status != ParticipantStatus.ERASED))
        return {row_id: entered_on for row_id, entered_on in rows if entered_on <= self._last}

    @cached_property
    def _lists(self) -> Mapping[str, _List]:
        """The lists of those people, by id."""
        found = {}
        columns = (ShortlistRow.id, ShortlistRow.participant_id, ShortlistRow.drawn_at, ShortlistRow.method)
        for row_id, participant_id, drawn_at, method in self._all(select(*columns)):
            if participant_id not in self._people:
                continue
            drawn_on = local_day(drawn_at)
            if drawn_on < self._people[participant_id]:
                self.left_out["lists drawn before the participant entered"] += 1
            else:
                found[row_id] = _List(participant_id=participant_id, drawn_on=drawn_on, method=method_name(method))
        return found

    @cached_property
    def _jobs(self) -> Mapping[str, date]:
        """The jobs that are told of, with the day on which they started."""
        found = {}
        columns = (PlacementRow.id, PlacementRow.participant_id, PlacementRow.started_on)
        for row_id, participant_id, started_on in self._all(select(*columns)):
            if participant_id not in self._people:
                continue
            if started_on < self._people[participant_id]:
                self.left_out["jobs that started before the participant entered"] += 1
            else:
                found[row_id] = started_on
        return found

    # The files

    def _participants(self) -> Iterator[Row]:
        met, wanted = self._first_meetings(), self._hours_wanted()
        for row in self._each(select(Participant)):
            if row.id in self._people:
                left_on = row.left_on if row.left_on is not None and row.left_on >= row.entered_on else None
                told = (self._name(row.id), row.entered_on, left_on, met.get(row.id), row.route, row.model)
                yield (*told, self._name(row.team_id), wanted.get(row.id))

    def _first_meetings(self) -> Mapping[str, date]:
        """The first face-to-face contact with an employer on behalf of each, since they entered."""
        rows = self._store.session.execute(
            select(ContactBehalf.participant_id, func.min(Contact.on))
            .join(Contact, Contact.id == ContactBehalf.contact_id)
            .join(Participant, Participant.id == ContactBehalf.participant_id)
            .where(Contact.mode.in_(FACE_TO_FACE), Contact.planned.is_(False))
            .where(Contact.on >= Participant.entered_on, Contact.on <= self._last)
            .group_by(ContactBehalf.participant_id)
        )
        return {row[0]: row[1] for row in rows}

    def _hours_wanted(self) -> Mapping[str, float]:
        """The hours a week that the present profile calls best, or else the most that it takes."""
        of_now = and_(
            ProfileVersion.participant_id == Participant.id, ProfileVersion.version == Participant.profile_version
        )
        found = {}
        for row_id, document in self._all(select(Participant.id, ProfileVersion.document).join(ProfileVersion, of_now)):
            hours = document.get("hours") or {}
            wanted = hours.get("ideal") if hours.get("ideal") is not None else hours.get("max")
            if wanted is not None:
                found[row_id] = wanted
        return found

    def _vacancies(self) -> Iterator[Row]:
        of_now = and_(VacancyVersion.vacancy_id == VacancyRow.id, VacancyVersion.version == VacancyRow.version)
        columns = (VacancyRow.id, VacancyRow.employer_id, VacancyRow.source, VacancyRow.created_at)
        rows = select(*columns, VacancyVersion.document).outerjoin(VacancyVersion, of_now)
        for row_id, employer_id, source, created_at, document in self._all(rows):
            known = document or {}
            told = (self._name(row_id), self._name(employer_id), source, known.get("contract"))
            yield (*told, known.get("openings", 1), local_day(created_at))

    def _shortlists(self) -> Iterator[Row]:
        for row in self._each(select(ShortlistRow)):
            found = self._lists.get(row.id)
            if found is not None:
                counts = (row.counts[name] for name in ("open", "listed", "excluded"))
                yield (self._name(row.id), self._name(row.participant_id), found.drawn_on, *counts, found.method)

    def _entries(self) -> Iterator[Row]:
        ids: dict[str, str] = {ref: row_id for row_id, ref in self._all(select(VacancyRow.id, VacancyRow.ref))}
        added = self._added_by_hand()
        for row in self._each(select(ShortlistRow)):
            if row.id not in self._lists:
                continue
            drawn = orjson.loads(row.entries) if row.entries else []
            for entry in drawn:
                yield from self._entry(row.id, ids.get(entry["vacancy_ref"]), entry["position"], entry, entry["band"])
            last = max((entry["position"] for entry in drawn), default=0)
            for position, by_hand in enumerate(added.get(row.id, ()), start=last + 1):
                known = by_hand.finding or {}
                band = band_by_hand(known.get("entry", {}), ruled_out=known.get("ruled_out", False))
                yield from self._entry(row.id, by_hand.vacancy_id, position, known.get("entry", {}), band)

    def _added_by_hand(self) -> Mapping[str, Sequence[EntryRow]]:
        found: dict[str, list[EntryRow]] = {}
        for row in self._each(select(EntryRow).where(EntryRow.position.is_(None))):
            found.setdefault(row.shortlist_id, []).append(row)
        return found

    def _entry(
        self, list_id: str, vacancy_id: str | None, position: int, entry: Mapping[str, Any], band: str
    ) -> Iterator[Row]:
        if vacancy_id is None or "findings" not in entry:
            self.left_out["entries whose role or findings are gone"] += 1
            return
        findings = tuple(findings_that_may_leave(entry["findings"]))
        values = mean_of_findings(((each.aspect, each.part, each.value) for each in findings), self._weights)
        score = entry.get("score")
        if score is None or len(findings) < len(entry["findings"]):
            # It was ruled out, so it was not scored; or the score tells of a finding that stays here.
            score = score_of(findings, self._weights)
        cells: list[CellValue] = []
        for aspect in Aspect:
            of_aspect = [each for each in findings if each.aspect is aspect]
            cells += [verdict_of(of_aspect), values.get(aspect)] if of_aspect else [None, None]
        told = (self._name(list_id), self._name(vacancy_id), position, band, round(score, _DECIMALS))
        drawn = (entry.get("stretch", False), entry.get("propensity", 1.0), self._lists[list_id].method)
        yield (*told, *drawn, *cells)

    def _decisions(self) -> Iterator[Row]:
        """What holds for each role on each list: the latest decision, if it was not taken back."""
        held: dict[tuple[str, str], DecisionRow] = {}
        for row in self._each(select(DecisionRow)):
            if row.participant_id not in self._people:
                continue
            found = None if row.shortlist_id is None else self._lists.get(row.shortlist_id)
            if row.shortlist_id is None or found is None:
                self.left_out["decisions without a list"] += 1
            elif local_day(row.at) < found.drawn_on:
                self.left_out["decisions before their list"] += 1
            else:
                held[row.shortlist_id, row.vacancy_id] = row
        for (list_id, vacancy_id), row in held.items():
            if row.choice is not None:
                yield (self._name(list_id), self._name(vacancy_id), row.choice, row.reason, local_day(row.at))

    def _steps(self) -> Iterator[Row]:
        """Working interviews, each told of the last list before it that held the role."""
        of_person = and_(ShortlistRow.id == EntryRow.shortlist_id, ShortlistRow.participant_id == Taster.participant_id)
        rows = (
            select(Taster.id, Taster.on, EntryRow.shortlist_id, EntryRow.vacancy_id)
            .join(EntryRow, EntryRow.vacancy_id == Taster.vacancy_id)
            .join(ShortlistRow, of_person)
            .where(Taster.kind == TasterKind.WORKING_INTERVIEW, Taster.on <= self._last)
        )
        latest: dict[str, tuple[date, str, date, str]] = {}
        for taster_id, on, list_id, vacancy_id in self._all(rows):
            found = self._lists.get(list_id)
            if found is not None and found.drawn_on <= on:
                told = (found.drawn_on, list_id, on, vacancy_id)
                latest[taster_id] = max(latest.get(taster_id, told), told)
        first: dict[tuple[str, str], date] = {}
        for _, list_id, on, vacancy_id in latest.values():
            first[list_id, vacancy_id] = min(first.get((list_id, vacancy_id), on), on)
        for (list_id, vacancy_id), on in sorted(first.items()):
            yield (self._name(list_id), self._name(vacancy_id), _INTERVIEW, on)

    def _questions(self) -> Iterator[Row]:
        """Questions that employers were asked; the day of asking is not kept, so it is that of the answer."""
        for row in self._each(select(Answer)):
            aspect, _, part = row.about.partition(".")
            if aspect in set(Aspect) and may_leave(aspect, part) and row.said_on <= self._last:
                told = (self._name(row.id), self._name(row.vacancy_id), aspect, row.said_on)
                yield (*told, None if row.refused else row.said_on)

    def _contacts(self) -> Iterator[Row]:
        made = (
            select(Contact.id, ContactBehalf.participant_id, Contact.employer_id, Contact.mode, Contact.on)
            .join(ContactBehalf, ContactBehalf.contact_id == Contact.id)
            .where(Contact.planned.is_(False), Contact.on <= self._last)
        )
        for contact_id, participant_id, employer_id, mode, on in self._all(made, ContactBehalf.participant_id):
            if participant_id in self._people:
                yield (self._name(contact_id), self._name(participant_id), self._name(employer_id), mode, on)

    def _placements(self) -> Iterator[Row]:
        seen = self._last_seen()
        for row in self._each(select(PlacementRow)):
            if row.id not in self._jobs:
                continue
            told = (self._name(row.id), self._name(row.participant_id), self._name(row.employer_id))
            terms = (row.started_on, row.hours_week, row.permanent)
            ended = (row.ended_on, row.end_reason, row.end_said_by)
            last_seen_on = min((day for day in (seen.get(row.id), row.ended_on) if day is not None), default=None)
            in_work = last_seen_on if row.id in seen else None
            yield (*told, self._name(row.vacancy_id), self._name(self._list_of(row)), *terms, *ended, in_work)

    def _list_of(self, row: PlacementRow) -> str | None:
        """The list that a job came from; one that was drawn after the start was not it."""
        if row.shortlist_id is None:
            return None
        found = self._lists.get(row.shortlist_id)
        if found is None or found.participant_id != row.participant_id or found.drawn_on > row.started_on:
            self.left_out["lists of jobs that had started before"] += 1
            return None
        return row.shortlist_id

    def _last_seen(self) -> Mapping[str, date]:
        """The last day on which each job was known to go on: by a check-in, or by paid days."""
        seen: dict[str, date] = {}
        check_ins = select(CheckIn.placement_id, CheckIn.on).where(CheckIn.still_in_work.is_(True))
        for rows in (self._all(check_ins, CheckIn.id), self._all(select(EarningsRow.placement_id, EarningsRow.to_on))):
            for placement_id, on in rows:
                day = min(on, self._last)
                if day >= self._jobs.get(placement_id, date.max):
                    seen[placement_id] = max(seen.get(placement_id, day), day)
        return seen

    def _earnings(self) -> Iterator[Row]:
        for row in self._each(select(EarningsRow)):
            if row.placement_id not in self._jobs:
                continue
            if row.to_on > self._last:
                self.left_out["pay for a period that is not over"] += 1
                continue
            told = (self._name(row.placement_id), row.from_on, row.to_on, row.gross_pence)
            yield (*told, row.source, row.verified)

    # Reading

    def _each(self, statement: Select[Any]) -> Iterator[Any]:
        """Whole rows, the first one first."""
        table = statement.column_descriptions[0]["entity"]
        some = statement.order_by(table.id).execution_options(yield_per=_ROWS_AT_ONCE)
        return iter(self._store.session.scalars(some))

    def _all(self, statement: Select[*tuple[Any, ...]], *then: Any) -> Iterator[Any]:
        """Columns of rows, in the order of the ids of the first."""
        table = statement.column_descriptions[0]["entity"]
        return iter(self._store.session.execute(statement.order_by(table.id, *then)))
