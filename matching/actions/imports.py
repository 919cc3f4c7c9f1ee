"""Files given: tried first and nothing changed, then taken in row by row; the same file twice changes nothing more."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from matching.actions.days import local_day
from matching.actions.events import record
from matching.actions.jobs import queue, reason_of
from matching.actions.participants import ParticipantDetails, take_on
from matching.actions.profile_changes import Change
from matching.actions.profiles import write_profile
from matching.actions.tokens import actor_of_token
from matching.actions.users import actor_of_user
from matching.actions.vacancies import TakenAs, VacancyDraft, take_vacancy
from matching.errors import Conflict, Invalid, MatchingError, NotFound, NotPermitted, Problem
from matching.feeds import Draft, Kind, drafts_of_upload, error_file, read_upload, safe_name
from matching.model.fact import FactSource
from matching.model.people import Actor, Permission, StatementSource
from matching.permissions import can_write_participant, check
from matching.store import Page, Store, new_id
from matching.store.outages import outage_of
from matching.store.tables import Import

if TYPE_CHECKING:
    from matching.actions.jobs import Task

_log = logging.getLogger(__name__)

TAKE_IN = "import"
MOST_PROBLEMS_TOLD = 100
_ROWS_A_COMMIT = 10  # others who write wait for a commit
_GIVEN_UP = (
    "Taking this file in failed several times, and was given up. Take it in again, or split it: "
    "then only the part with the row that cannot be read fails."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What a file holds, and what taking it in would do."""

    row: Import
    problems: tuple[Problem, ...]


def try_file(
    *, content: bytes, file_name: str, kind: Kind, largest_bytes: int, by: Actor, at: datetime, store: Store
) -> Tried:
    """Read a file, name everything that is wrong with it, and keep it to be taken in; nothing else is changed."""
    _check(by, kind)
    digest = hashlib.sha256(content).hexdigest()
    readings = read_upload(content, file_name, kind, largest_bytes=largest_bytes)
    refs = [_ref(value, kind) for value in readings.values]
    # Looked up together: the first look begins the transaction, and others who write wait for its end.
    known = (store.files.known_roles if kind is Kind.VACANCIES else store.files.known_participants)(refs)
    told = [_told(problem) for problem in readings.problems]
    row = Import(
        id=new_id(at),
        kind=kind.value,
        file_name=safe_name(file_name),
        content=content if refs else None,
        content_digest=digest,
        state="tried" if refs else "refused",
        summary={
            "good": len(refs),
            "new": len(refs) - known,
            "known": known,
            "problems": len(told),
            "first_problems": told[:MOST_PROBLEMS_TOLD],
            "notes": [str(warning.message) for warning in readings.warnings[:MOST_PROBLEMS_TOLD]],
        },
        error_file=_error_file(content, file_name, kind, readings.problems),
        by=by.user_id,
        at=at,
    )
    store.files.add(row)
    record(
        store,
        "import.tried",
        by=by,
        at=at,
        of=("import", row.id),
        kind=kind.value,
        good=len(refs),
        problems=len(told),
    )
    return Tried(row=row, problems=readings.problems)


def take_in(*, import_id: str, skip_refused: bool, by: Actor, at: datetime, store: Store) -> tuple[Import, str]:
    """Have the good rows of a tried file taken in by the worker; returns the import and the job to ask about."""
    row = store.files.locked_import(import_id)
    _check(by, Kind(row.kind))
    if row.by != by.user_id:
        raise NotPermitted("Whoever tried a file takes it in.")
    if row.state == "taken":
        raise Conflict("This file is taken in already.")
    if row.state == "refused" or row.content is None:
        raise Conflict("There is nothing in this file to take in.")
    if row.state == "taking":  # asked again, since the work may have been given up: it goes on where it stopped
        return row, queue(store, TAKE_IN, row.id, {"import_id": row.id}, at)
    if row.summary["problems"] and not skip_refused:
        raise Conflict("Some rows are refused. Mend them, or say that they are to be skipped.")
    row.state = "taking"
    row.summary = {**row.summary, "done": 0, "taken": {}, "first_failures": []}
    record(store, "import.taken_in", by=by, at=at, of=("import", row.id), kind=row.kind)
    return row, queue(store, TAKE_IN, row.id, {"import_id": row.id}, at)


def read_import(*, import_id: str, by: Actor, store: Store) -> Import:
    """An import, with how far it is."""
    row = store.files.get_import(import_id)
    _check(by, Kind(row.kind))
    return row


def error_file_of(*, import_id: str, by: Actor, at: datetime, store: Store) -> tuple[str, bytes]:
    """The refused rows as a file to mend and send again, and its name."""
    row = read_import(import_id=import_id, by=by, store=store)
    if row.error_file is None:
        raise NotFound("No row of this file came back.")
    record(store, "import.errors_read", by=by, at=at, of=("import", row.id))
    return f"to-mend-{row.file_name}", row.error_file


def list_imports(*, after: str | None, limit: int, by: Actor, store: Store) -> Page[Import]:
    """Files that were given, of the kinds that the asker may give."""
    check(by, Permission.IMPORTS_RUN)
    kinds = [kind.value for kind in Kind if _may(by, kind)]
    return store.files.imports(kinds=kinds, after=after, limit=limit)


def take_rows_in(task: Task) -> None:
    """Take a file in, some rows a commit: killed half-way, the next attempt goes on where the last commit ended."""
    import_id = str(task.payload["import_id"])
    with task.database.reading(task.organisation_id) as store:
        row = store.files.get_import(import_id)
        content, name, kind, done = row.content, row.file_name, Kind(row.kind), int(row.summary.get("done", 0))
        by = _giver(row, store)
    if content is None or row.state != "taking":
        return
    _check(by, kind)
    good = {_ref(value, kind) for value in read_upload(content, name, kind, largest_bytes=len(content)).values}
    drafts = [draft for draft in drafts_of_upload(content, name, kind) if _stated_ref(draft, kind) in good]
    for start in range(done, len(drafts), _ROWS_A_COMMIT):
        _take_some(task, import_id, drafts[start : start + _ROWS_A_COMMIT], kind=kind, by=by)
        task.pulse.beat()
    with task.database.writing(task.organisation_id) as store:
        row = store.files.locked_import(import_id)
        row.state, row.taken_at, row.content = "taken", task.at, None


def tell_given_up(store: Store, payload: Mapping[str, Any]) -> None:
    """Say on a file that its work was given up, and let it be taken in again: what is in already changes nothing."""
    row = store.files.locked_import(str(payload["import_id"]))
    if row.state == "taking":
        done, good = int(row.summary.get("done", 0)), int(row.summary["good"])
        told = f"{_GIVEN_UP} {done:,} of {good:,} rows were looked at."
        row.state = "tried"
        row.summary = {**row.summary, "notes": [told, *row.summary["notes"]][:MOST_PROBLEMS_TOLD]}


def _giver(row: Import, store: Store) -> Actor:
    """Whoever gave a file, with what they may do by now: somebody who signs in, or another system."""
    user = store.users.find(row.by)
    return actor_of_user(user) if user is not None else actor_of_token(store.users.token(row.by))


def _take_some(task: Task, import_id: str, drafts: Sequence[Draft], *, kind: Kind, by: Actor) -> None:
    with task.database.writing(task.organisation_id) as store:
        row = store.files.locked_import(import_id)
        taken, failures = dict(row.summary["taken"]), list(row.summary["first_failures"])
        for draft in drafts:
            try:
                with store.session.begin_nested():
                    outcome = _take(draft, import_id=import_id, kind=kind, by=by, at=task.at, store=store)
            except Exception as error:
                # One row that nobody foresaw must not hold the others back. A full disk is no fault of the row.
                if outage_of(error) is not None:
                    raise
                outcome = "failed"
                failures.append({"row": draft.where.row, "message": _failure(error)})
            taken[outcome] = taken.get(outcome, 0) + 1
        row.summary = {
            **row.summary,
            "done": int(row.summary["done"]) + len(drafts),
            "taken": taken,
            "first_failures": failures[:MOST_PROBLEMS_TOLD],
        }


def _take(draft: Draft, *, import_id: str, kind: Kind, by: Actor, at: datetime, store: Store) -> str:
    content = dict(draft.content) if isinstance(draft.content, dict) else {}
    if kind is Kind.VACANCIES:
        return _take_vacancy(content, draft, by=by, at=at, store=store).value
    return _take_profile(content, by=by, at=at, store=store)


def _take_vacancy(content: dict[str, Any], draft: Draft, *, by: Actor, at: datetime, store: Store) -> TakenAs:
    ref = str(content.pop("vacancy_ref"))
    role = VacancyDraft(
        document=content, known_by=FactSource.ADVERT, observed_on=_checked_on(content, at), derived=draft.derived
    )
    return take_vacancy(external_ref=ref, draft=role, by=by, at=at, store=store).taken_as


def _checked_on(content: Mapping[str, Any], at: datetime) -> date:
    """The day on which the file says its facts were checked; without one they are as new as the file."""
    stated = content.get("facts_checked_on")
    return date.fromisoformat(stated) if isinstance(stated, str) and stated != "unknown" else local_day(at)


def _take_profile(content: dict[str, Any], *, by: Actor, at: datetime, store: Store) -> str:
    """Write a profile; who is not known yet is taken on to the caseload of whoever gives the file."""
    ref = str(content.pop("participant_ref"))
    known = store.participants.with_ref(ref)
    if known is not None and not can_write_participant(by, known):
        raise NotPermitted("This reference belongs to another caseload.")
    person = known or take_on(ref=ref, details=ParticipantDetails(entered_on=local_day(at)), by=by, at=at, store=store)
    changes = [
        Change(field=field, value=value, source=StatementSource.IMPORT, said_on=local_day(at))
        for field, value in content.items()
    ]
    before = person.profile_version
    view = write_profile(participant_id=person.id, changes=changes, base_version=before, by=by, at=at, store=store)
    if known is None:
        return TakenAs.NEW.value
    return (TakenAs.CHANGED if view.version != before else TakenAs.UNCHANGED).value


def _check(by: Actor, kind: Kind) -> None:
    check(by, Permission.IMPORTS_RUN)
    if not _may(by, kind):
        raise NotPermitted("Your role does not import profiles.")


def _may(by: Actor, kind: Kind) -> bool:
    needed = Permission.VACANCIES_WRITE if kind is Kind.VACANCIES else Permission.PARTICIPANTS_TAKE_ON
    return by.can(needed)


def _ref(value: Any, kind: Kind) -> str:
    return str(getattr(value, kind.ref))


def _stated_ref(draft: Draft, kind: Kind) -> str:
    return str(draft.content.get(kind.ref)) if isinstance(draft.content, dict) else ""


def _told(problem: Problem) -> dict[str, str]:
    """A problem by its place alone: what stood there may be a person's, and the file that comes back shows it."""
    return {"row": problem.where.row, "field": problem.where.field, "message": problem.message}


def _failure(error: Exception) -> str:
    if isinstance(error, Invalid):
        return "; ".join(f"{problem.where.field} cannot be taken" for problem in error.problems[:5])
    if isinstance(error, MatchingError):
        return str(error)
    _log.error("a row could not be taken in", extra={"reason": reason_of(error)})
    return "could not be taken in; this is a fault of the service, and it was noted"


def _error_file(content: bytes, name: str, kind: Kind, problems: Iterable[Problem]) -> bytes | None:
    found = tuple(problems)
    if not found:
        return None
    try:
        return error_file(content, name=name, kind=kind, problems=found)
    except Invalid:
        return None
