"""The history that evaluators read: pseudonyms for everybody and everything, verdicts without sentences, no words."""

from __future__ import annotations

import hashlib
import hmac
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson
from sqlalchemy import Select, select

from matching.actions.events import record
from matching.exports import CellValue, write_csv
from matching.model.people import Actor, ParticipantStatus, Permission
from matching.permissions import check
from matching.store import Store
from matching.store.tables import (
    Contact,
    ContactBehalf,
    DecisionRow,
    EarningsRow,
    OutcomeRow,
    Participant,
    PlacementRow,
    ShortlistRow,
    VacancyRow,
)

Row = tuple[CellValue, ...]
Pseudonym = Callable[[str | None], str]
_ROWS_AT_ONCE = 500
_MADE_AT = (2000, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """One file of the history: its columns, what is asked for, and how a row is told."""

    columns: tuple[str, ...]
    rows: Iterable[Row]


def history(*, key: bytes, by: Actor, at: datetime, store: Store) -> bytes:
    """Return a ZIP of CSV files; the same database and key give the same bytes.

    A pseudonym is a keyed digest of an id: the same in every file and every year, and told by nobody without the key.
    """
    check(by, Permission.HISTORY_READ)
    pseudonym = _pseudonym(key)
    tables = _tables(pseudonym, store)
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, table in tables.items():
            entry = zipfile.ZipInfo(f"{name}.csv", date_time=_MADE_AT)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, write_csv(table.columns, table.rows))
    record(store, "history.read", by=by, at=at, of=("organisation", store.organisation_id))
    return held.getvalue()


def _pseudonym(key: bytes) -> Pseudonym:
    def told(row_id: str | None) -> str:
        return "" if row_id is None else hmac.new(key, row_id.encode(), hashlib.sha256).hexdigest()[:24]

    return told


def _tables(name: Pseudonym, store: Store) -> Mapping[str, _Table]:
    return {
        "participants": _Table(
            columns=("participant", "entered_on", "route", "model", "status"),
            rows=(
                (name(row.id), row.entered_on, row.route, row.model, row.status)
                for row in _all(store, select(Participant).where(Participant.status != ParticipantStatus.ERASED))
            ),
        ),
        "vacancies": _Table(
            columns=("vacancy", "employer", "source", "status", "logged_on"),
            rows=(
                (name(row.id), name(row.employer_id), row.source, row.status, row.created_at.date())
                for row in _all(store, select(VacancyRow))
            ),
        ),
        "shortlists": _Table(
            columns=("shortlist", "participant", "drawn_on", "as_of", "open", "listed", "excluded", *_METHOD),
            rows=(
                (
                    name(row.id),
                    name(row.participant_id),
                    row.drawn_at.date(),
                    row.as_of,
                    *(row.counts.get(count) for count in ("open", "listed", "excluded")),
                    *(row.method.get(part) for part in _METHOD),
                )
                for row in _all(store, select(ShortlistRow))
            ),
        ),
        "entries": _Table(
            columns=("shortlist", "position", "vacancy", "band", "score", "stretch", "aspect", "part", *_FINDING),
            rows=_entries(name, store),
        ),
        "decisions": _Table(
            columns=("participant", "shortlist", "vacancy", "choice", "reason", "decided_on"),
            rows=(
                (
                    name(row.participant_id),
                    name(row.shortlist_id),
                    name(row.vacancy_id),
                    row.choice,
                    row.reason,
                    row.at.date(),
                )
                for row in _all(store, select(DecisionRow))
            ),
        ),
        "contacts": _Table(
            columns=("participant", "employer", "mode", "on"),
            rows=(
                (name(behalf.participant_id), name(contact.employer_id), contact.mode, contact.on)
                for contact, behalf in _pairs(store)
            ),
        ),
        "placements": _Table(
            columns=(
                "placement",
                "participant",
                "employer",
                "vacancy",
                "shortlist",
                "started_on",
                "hours_week",
                "permanent",
                "ended_on",
                "end_reason",
                "who_says",
            ),
            rows=(
                (
                    name(row.id),
                    name(row.participant_id),
                    name(row.employer_id),
                    name(row.vacancy_id),
                    name(row.shortlist_id),
                    row.started_on,
                    row.hours_week,
                    row.permanent,
                    row.ended_on,
                    row.end_reason,
                    row.end_said_by,
                )
                for row in _all(store, select(PlacementRow))
            ),
        ),
        "earnings": _Table(
            columns=("placement", "from_on", "to_on", "gross_pence", "source", "verified"),
            rows=(
                (name(row.placement_id), row.from_on, row.to_on, row.gross_pence, row.source, row.verified)
                for row in _all(store, select(EarningsRow))
            ),
        ),
        "outcomes": _Table(
            columns=("participant", "placement", "kind", "reached_on"),
            rows=(
                (name(row.participant_id), name(row.placement_id), row.kind, row.reached_on)
                for row in _all(store, select(OutcomeRow))
            ),
        ),
    }


_METHOD = ("encoder", "weights", "rules", "catalogue", "policy")
_FINDING = ("verdict", "absolute", "value")


def _entries(name: Pseudonym, store: Store) -> Iterator[Row]:
    """One line a finding: what scored, without the sentence that speaks of somebody's needs."""
    ids = dict(store.session.execute(select(VacancyRow.ref, VacancyRow.id)).all())
    for row in _all(store, select(ShortlistRow)):
        for entry in orjson.loads(row.entries) if row.entries else ():
            role = (entry["position"], name(ids.get(entry["vacancy_ref"])), entry["band"], entry["score"])
            for finding in filter(_may_leave, entry["findings"]):
                told = (finding["aspect"], _general(finding), *(finding[field] for field in _FINDING))
                yield (name(row.id), *role, entry["stretch"], *told)


#: Parts that are named by what a person said or needs: the evaluation looks at aspects alone.
_NAMED_BY_PEOPLE = frozenset({"refused_work", "adjustments", "exclusions"})


def _may_leave(finding: Mapping[str, str]) -> bool:
    """Whether a finding is about anything but safety: even that somebody avoids a place or an employer stays here."""
    return finding["aspect"] != "employer" and (finding["aspect"], finding["part"]) != ("travel", "no_go")


def _general(finding: Mapping[str, str]) -> str:
    if finding["aspect"] in _NAMED_BY_PEOPLE:
        return ""
    return finding["part"]


def _all(store: Store, statement: Select[tuple[Row]] | Select) -> Iterator:  # type: ignore[type-arg]
    table = statement.column_descriptions[0]["entity"]
    return iter(store.session.scalars(statement.order_by(table.id).execution_options(yield_per=_ROWS_AT_ONCE)))


def _pairs(store: Store) -> Sequence[tuple[Contact, ContactBehalf]]:
    statement = (
        select(Contact, ContactBehalf)
        .join(ContactBehalf, ContactBehalf.contact_id == Contact.id)
        .order_by(Contact.id, ContactBehalf.participant_id)
    )
    return list(store.session.execute(statement))
