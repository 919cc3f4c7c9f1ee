"""A list as it is put on paper: the roles that stand on it, each with what was known of it when it came there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from matching.actions.events import record
from matching.actions.shortlists import Arranged, ShortlistView, readable_shortlist, shortlist_view
from matching.model.people import Actor
from matching.model.shortlist import Choice
from matching.model.vacancy import VacancyStatus, Visibility
from matching.store import Store
from matching.store.tables import VacancyVersion, Workplace

#: What may change without making a role another one for the person.
_BESIDES = frozenset({"facts_checked_on", "status", "visibility", "employer"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedRole:
    """A role that stands on a list and was not set aside, with its findings."""

    arranged: Arranged
    entry: Mapping[str, Any]  # as drawn, or as found when it was added by hand; nothing once the list was emptied

    @property
    def id(self) -> str:
        """The id of the role."""
        return self.arranged.vacancy.id

    @property
    def is_open(self) -> bool:
        """Whether it can still be filled."""
        return self.arranged.vacancy.status is VacancyStatus.OPEN

    @property
    def is_confided(self) -> bool:
        """Whether it was told to its keeper alone."""
        return self.arranged.vacancy.visibility is Visibility.OWN_CASELOAD

    @property
    def choice(self) -> Choice | None:
        """What was decided about it."""
        return self.arranged.decisions[-1].choice if self.arranged.decisions else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOnPaper:
    """A list, and the roles of it that are worth a talk, in their places."""

    view: ShortlistView
    roles: Sequence[ListedRole]


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownThen:
    """What was known of a role when it came onto a list: what its findings were made from."""

    document: Mapping[str, Any]
    workplace: Workplace | None
    has_changed: bool  # whether more, or something else, is known of it by now


def read_list_for_paper(*, shortlist_id: str, by: Actor, reading: Store) -> ListOnPaper:
    """The roles that stand on a list; what was taken off it, or is not wanted, is left out.

    That it was read is noted by `note_paper`, once the paper is written: writing takes time, and on SQLite nobody else
    may write from the first note on.
    """
    row, participant = readable_shortlist(shortlist_id, by=by, store=reading)
    view = shortlist_view(row, participant, by=by, store=reading)
    drawn = {each["vacancy_ref"]: each for each in view.drawn}
    standing = sorted(
        (each for each in view.arranged if each.entry.removed_at is None), key=lambda each: each.entry.place
    )
    listed = (ListedRole(arranged=each, entry=_entry(each, drawn)) for each in standing)
    return ListOnPaper(view=view, roles=[each for each in listed if each.choice is not Choice.NOT_WANTED])


def note_paper(
    paper: ListOnPaper, *, vacancy_ids: Sequence[str], is_file: bool, by: Actor, at: datetime, store: Store
) -> None:
    """Note who read a list for paper and which roles were on it; a file may go anywhere, so it is told apart."""
    record(
        store,
        "shortlist.printed" if is_file else "shortlist.read",
        by=by,
        at=at,
        of=("participant", paper.view.participant.id),
        shortlist=paper.view.row.id,
        vacancies=list(vacancy_ids),
    )


def known_then(role: ListedRole, *, view: ShortlistView, store: Store) -> KnownThen:
    """The facts of a role as its findings have them, so that a page never says one thing and its reasons another."""
    vacancy, added = role.arranged.vacancy, role.arranged.added
    mark = view.row.pool_mark if added is None else added["pool_mark"]
    latest = store.vacancies.latest(vacancy)
    version = store.pool.version_at(vacancy.id, mark=mark) or latest
    workplace = None
    if vacancy.workplace_id is not None:
        workplace = store.employers.workplace(vacancy.workplace_id, employer_id=vacancy.employer_id)
    return KnownThen(
        document=version.document or {},
        workplace=workplace,
        has_changed=_says(version) != _says(latest),
    )


def _entry(arranged: Arranged, drawn: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    if arranged.added is not None:
        found: Mapping[str, Any] = arranged.added["entry"]
        return found
    return drawn.get(arranged.entry.vacancy_ref, {})


def _says(version: VacancyVersion) -> dict[str, Any]:
    return {name: value for name, value in (version.document or {}).items() if name not in _BESIDES}
