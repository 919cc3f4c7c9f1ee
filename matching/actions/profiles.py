"""What is done with a profile: read, written field by field, compared; two who save at once both keep their words."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from matching.actions.days import local_day
from matching.actions.events import record
from matching.actions.index import profile_changed
from matching.actions.profile_changes import (
    LONGEST_DOCUMENT,
    SAFETY,
    Change,
    Difference,
    applied,
    applied_safety,
    checked,
    differences,
    joined,
    overlap,
    read_discreetly,
    split,
    stated,
    value_of,
)
from matching.errors import Conflict, Invalid, NotPermitted, Problem, Stale, Where
from matching.interchange import read_profile
from matching.model.people import Actor
from matching.model.profile import VocationalProfile
from matching.permissions import can_read_safety, check_can_read_participant, check_can_write_participant
from matching.store import Page, Store, new_id
from matching.store.tables import Participant, ProfileDraft, ProfileVersion, SafetyVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileView:
    """A version as the asker may see it; version 0 says nothing yet."""

    participant_id: str
    version: int
    document: Mapping[str, Any]
    statements: Mapping[str, Any]
    shows_safety: bool
    written_by: str | None = None
    written_at: datetime | None = None
    #: Whether somebody else had saved other fields in between, which were kept.
    merged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftView:
    """What a second saver had written, beside what the profile says now."""

    id: str
    participant_id: str
    base_version: int
    present_version: int
    changes: Sequence[Change]
    present: Mapping[str, Any]
    written_by: str
    written_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionView:
    """A version in the history of a profile, and in what it differs from the one before, as the asker may see it.

    `changed` is `None` where the one before is not kept any more.
    """

    row: ProfileVersion
    changed: list[Difference] | None


class StaleProfile(Stale):
    """Somebody else was first with the same fields; `changes` are kept by `keep_draft` in a transaction of its own."""

    def __init__(self, *, version: int, base_version: int, changes: Sequence[Change], clashes: list[dict[str, Any]]):
        self.base_version = base_version
        self.changes = tuple(changes)
        self.clashes = clashes
        super().__init__(_STALE, version=version, current={"clashes": clashes})

    def with_draft(self, draft_id: str) -> Stale:
        """The same, with where the second saver's words are kept."""
        return Stale(_STALE, version=self.version, current={"clashes": self.clashes, "draft_id": draft_id})


_STALE = "Somebody has changed the same fields since. What you wrote is kept as a draft."


def matching_profile(store: Store, participant: Participant, version: int | None = None) -> VocationalProfile:
    """The profile as the matcher reads it, with what concerns safety; the latest unless a version is named.

    The digest is over the joined document. It is for matching alone: show people what `read_profile_version` returns.
    """
    wanted = participant.profile_version if version is None else version
    if wanted == 0:
        raise Conflict("Nothing is written in this profile yet.")
    row = store.profiles.version(participant.id, wanted)
    safety = store.profiles.safety(participant.id, wanted)
    return read_profile(joined(row.document, _safety(safety), ref=participant.ref), Where())


def open_profile(store: Store, participant: Participant) -> VocationalProfile | None:
    """The latest profile without what concerns safety; none if nothing is written yet."""
    if participant.profile_version == 0:
        return None
    return read_profile(store.profiles.version(participant.id, participant.profile_version).document, Where())


def read_profile_version(
    *, participant_id: str, version: int | None = None, by: Actor, at: datetime, store: Store
) -> ProfileView:
    """A version of the profile, the latest unless one is named."""
    participant = store.participants.get(participant_id)
    check_can_read_participant(by, participant)
    wanted = participant.profile_version if version is None else version
    record(store, "profile.read", by=by, at=at, of=("participant", participant.id), version=wanted)
    if wanted == 0 and version is None:
        return ProfileView(
            participant_id=participant.id,
            version=0,
            document={"participant_ref": participant.ref},
            statements={},
            shows_safety=can_read_safety(by, participant),
        )
    return _view(store.profiles.version(participant.id, wanted), participant, by, store)


def list_profile_versions(
    *, participant_id: str, before: int | None, limit: int, by: Actor, at: datetime, store: Store
) -> Page[ProfileVersion]:
    """Versions, the latest first; who wrote them and when."""
    participant = store.participants.get(participant_id)
    check_can_read_participant(by, participant)
    record(store, "profile.versions_listed", by=by, at=at, of=("participant", participant.id))
    return store.profiles.versions(participant.id, before=before, limit=limit)


def list_profile_history(
    *, participant_id: str, before: int | None, limit: int, by: Actor, at: datetime, store: Store
) -> Page[VersionView]:
    """Versions, the latest first: who wrote them, when, and what each changed."""
    participant = store.participants.get(participant_id)
    check_can_read_participant(by, participant)
    record(store, "profile.versions_listed", by=by, at=at, of=("participant", participant.id))
    found = store.profiles.versions(participant.id, before=before, limit=limit)
    return Page(
        items=[VersionView(row=row, changed=_changed_by(row, participant, by, store)) for row in found.items],
        next_after=found.next_after,
    )


def _changed_by(row: ProfileVersion, participant: Participant, by: Actor, store: Store) -> list[Difference] | None:
    earlier = store.profiles.found_version(participant.id, row.version - 1)
    if earlier is None and row.version > 1:
        return None
    return _between(row.version - 1, row.version, earlier.document if earlier else {}, row, participant, by, store)


def compare_profile_versions(
    *, participant_id: str, before: int, after: int, by: Actor, at: datetime, store: Store
) -> list[Difference]:
    """The fields in which two versions differ, as far as the asker may see them."""
    participant = store.participants.get(participant_id)
    check_can_read_participant(by, participant)
    record(store, "profile.compared", by=by, at=at, of=("participant", participant.id), before=before, version=after)
    earlier, later = (store.profiles.version(participant.id, version) for version in (before, after))
    return _between(before, after, earlier.document, later, participant, by, store)


def _between(
    before: int,
    after: int,
    earlier: Mapping[str, Any],
    later: ProfileVersion,
    participant: Participant,
    by: Actor,
    store: Store,
) -> list[Difference]:
    found = differences(earlier, later.document)
    if can_read_safety(by, participant):
        found += _safety_differences(
            *(_safety(store.profiles.safety(participant.id, each)) for each in (before, after))
        )
    return found


def write_profile(
    *, participant_id: str, changes: Sequence[Change], base_version: int, by: Actor, at: datetime, store: Store
) -> ProfileView:
    """Write a new version with some fields changed.

    `base_version` is what the writer had read. If others saved other fields since, both land; if they saved the same
    fields, `StaleProfile` is raised and nothing is written.
    """
    participant = store.participants.locked(participant_id)
    check_can_write_participant(by, participant)
    apart = checked(changes, today=local_day(at))
    open_changes, safety_changes = split(apart)
    if safety_changes and not can_read_safety(by, participant):
        raise NotPermitted("Only the participant's own specialist changes this.")
    # Each on its own first: what is refused for its shape is refused whoever was faster.
    blank = {"participant_ref": participant.ref}
    read_discreetly(joined(applied(blank, open_changes), applied_safety({}, safety_changes), ref=participant.ref))
    present = participant.profile_version
    if base_version > present:
        raise Stale("This version of the profile does not exist yet.", version=present)
    row = store.profiles.found_version(participant.id, present)
    safety_row = store.profiles.safety(participant.id, present)
    document = row.document if row is not None else blank
    safety = _safety(safety_row)
    if base_version < present:
        clashes = _clashes(apart, base_version, document, safety, participant, store)
        if clashes:
            raise StaleProfile(version=present, base_version=base_version, changes=apart, clashes=clashes)
    new_document, new_safety = applied(document, open_changes), applied_safety(safety, safety_changes)
    whole = joined(new_document, new_safety, ref=participant.ref)
    if len(orjson.dumps(whole)) > LONGEST_DOCUMENT:
        raise Invalid(f"A profile holds at most {LONGEST_DOCUMENT:,} bytes.")
    read_discreetly(whole)
    if row is not None and _says_nothing_new(row, safety_row, new_document, new_safety, apart):
        return _view(row, participant, by, store)
    today = local_day(at)
    written = ProfileVersion(
        id=new_id(at),
        participant_id=participant.id,
        version=present + 1,
        document=new_document,
        statements=stated(
            row.statements if row is not None else {}, open_changes, written_by=by.user_id, written_on=today
        ),
        written_by=by.user_id,
        written_at=at,
    )
    store.profiles.add(written)
    if safety_row is not None or safety_changes:
        store.profiles.add(
            SafetyVersion(
                id=new_id(at),
                participant_id=participant.id,
                version=present + 1,
                **{column: new_safety[field] for field, column in SAFETY.items()},
                statements=stated(
                    safety_row.statements if safety_row is not None else {},
                    safety_changes,
                    written_by=by.user_id,
                    written_on=today,
                ),
            )
        )
    participant.profile_version = present + 1
    record(
        store,
        "profile.written",
        by=by,
        at=at,
        of=("participant", participant.id),
        version=present + 1,
        # Not even that something was said about safety.
        fields=sorted(change.field for change in open_changes),
    )
    profile_changed(store, participant, at)
    return _view(written, participant, by, store, merged=base_version < present)


def keep_draft(*, participant_id: str, stale: StaleProfile, by: Actor, at: datetime, store: Store) -> ProfileDraft:
    """Keep what a second saver had written; the same sent again is the same draft."""
    participant = store.participants.get(participant_id)
    check_can_write_participant(by, participant)
    open_changes, safety_changes = split(stale.changes)
    kept, kept_safety = ({change.field: change.to_json() for change in part} for part in (open_changes, safety_changes))
    for draft in store.profiles.drafts(participant.id):
        same = draft.base_version == stale.base_version and draft.written_by == by.user_id
        if same and (draft.changes, draft.safety) == (kept, kept_safety):
            return draft
    draft = ProfileDraft(
        id=new_id(at),
        participant_id=participant.id,
        base_version=stale.base_version,
        changes=kept,
        safety=kept_safety,
        written_by=by.user_id,
        written_at=at,
    )
    store.profiles.add(draft)
    record(store, "profile.draft_kept", by=by, at=at, of=("participant", participant.id), draft=draft.id)
    return draft


def list_drafts(*, participant_id: str, by: Actor, at: datetime, store: Store) -> list[DraftView]:
    """What second savers had written and nobody has taken up or thrown away."""
    participant = store.participants.get(participant_id)
    check_can_write_participant(by, participant)
    record(store, "profile.drafts_listed", by=by, at=at, of=("participant", participant.id))
    return [_draft_view(draft, participant, by, store) for draft in store.profiles.drafts(participant.id)]


def take_up_draft(
    *,
    participant_id: str,
    draft_id: str,
    fields: Collection[str] | None = None,
    version: int,
    by: Actor,
    at: datetime,
    store: Store,
) -> ProfileView:
    """Write what a draft says over the present version, all of it or some fields; the rest stays in the draft."""
    participant = store.participants.locked(participant_id)
    check_can_write_participant(by, participant)
    draft = store.profiles.draft(participant.id, draft_id)
    offered = _draft_view(draft, participant, by, store).changes
    taken = [change for change in offered if fields is None or change.field in fields]
    unknown = set(fields or ()) - {change.field for change in taken}
    if unknown or not taken:
        raise Invalid([Problem(Where(field="fields"), "should name fields of the draft")])
    if version != participant.profile_version:
        raise Stale("Somebody has changed this profile since.", version=participant.profile_version)
    view = write_profile(participant_id=participant.id, changes=taken, base_version=version, by=by, at=at, store=store)
    gone = {change.field for change in taken}
    draft.changes = {field: kept for field, kept in draft.changes.items() if field not in gone}
    draft.safety = {field: kept for field, kept in draft.safety.items() if field not in gone}
    if not draft.changes and not draft.safety:
        store.profiles.remove_draft(draft)
    record(store, "profile.draft_taken_up", by=by, at=at, of=("participant", participant.id), draft=draft_id)
    return view


def throw_draft_away(*, participant_id: str, draft_id: str, by: Actor, at: datetime, store: Store) -> None:
    """Throw a draft away; only who wrote it may."""
    participant = store.participants.locked(participant_id)
    check_can_write_participant(by, participant)
    draft = store.profiles.draft(participant.id, draft_id)
    if draft.written_by != by.user_id:
        raise NotPermitted("Only who wrote a draft throws it away.")
    store.profiles.remove_draft(draft)
    record(store, "profile.draft_thrown_away", by=by, at=at, of=("participant", participant.id), draft=draft_id)


def _safety(row: SafetyVersion | None) -> dict[str, Any]:
    return {field: getattr(row, column) if row is not None else [] for field, column in SAFETY.items()}


def _safety_differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    return [
        Difference(field=field, before=before[field] or None, after=after[field] or None)
        for field in SAFETY
        if before[field] != after[field]
    ]


def _view(
    row: ProfileVersion, participant: Participant, by: Actor, store: Store, *, merged: bool = False
) -> ProfileView:
    document, statements = dict(row.document), dict(row.statements)
    shows_safety = can_read_safety(by, participant)
    if shows_safety:
        safety = store.profiles.safety(participant.id, row.version)
        document = joined(document, _safety(safety), ref=participant.ref)
        statements |= safety.statements if safety is not None else {}
    return ProfileView(
        participant_id=participant.id,
        version=row.version,
        document=document,
        statements=statements,
        shows_safety=shows_safety,
        written_by=row.written_by,
        written_at=row.written_at,
        merged=merged,
    )


def _clashes(
    changes: Sequence[Change],
    base_version: int,
    document: Mapping[str, Any],
    safety: Mapping[str, Any],
    participant: Participant,
    store: Store,
) -> list[dict[str, Any]]:
    """Changed fields that others have changed since to something else: what stands there now, and what was sent."""
    base_row = store.profiles.found_version(participant.id, base_version)
    if base_row is None and base_version > 0:
        # The version is not kept any more, so nobody can say what changed since.
        touched = [change.field for change in changes]
    else:
        touched = [each.field for each in differences(base_row.document if base_row is not None else {}, document)]
        base_safety = _safety(store.profiles.safety(participant.id, base_version))
        touched += [each.field for each in _safety_differences(base_safety, safety)]
    clashes: list[dict[str, Any]] = []
    for change in changes:
        if not any(overlap(change.field, field) for field in touched):
            continue
        if change.field in SAFETY:
            if safety[change.field] != applied_safety({}, [change])[change.field]:
                # Values that concern safety stand in no error; the writer finds them in the draft.
                clashes.append({"field": change.field, "present": None, "yours": None})
        elif value_of(document, change.field) != change.value:
            clashes.append({"field": change.field, "present": value_of(document, change.field), "yours": change.value})
    return clashes


def _says_nothing_new(
    row: ProfileVersion,
    safety_row: SafetyVersion | None,
    document: Mapping[str, Any],
    safety: Mapping[str, Any],
    changes: Sequence[Change],
) -> bool:
    if document != row.document or safety != _safety(safety_row):
        return False
    statements = row.statements | (safety_row.statements if safety_row is not None else {})
    return all(
        (kept := statements.get(change.field)) is not None
        and (kept["source"], kept["said_on"]) == (change.source.value, change.said_on.isoformat())
        for change in changes
    )


def _draft_view(draft: ProfileDraft, participant: Participant, by: Actor, store: Store) -> DraftView:
    kept = dict(draft.changes)
    document: Mapping[str, Any] = {}
    safety: Mapping[str, Any] = {}
    if participant.profile_version:
        row = store.profiles.found_version(participant.id, participant.profile_version)
        document = row.document if row is not None else {}
    if can_read_safety(by, participant):
        kept |= draft.safety
        safety = _safety(store.profiles.safety(participant.id, participant.profile_version))
    changes = [Change.from_json(field, each) for field, each in sorted(kept.items())]
    return DraftView(
        id=draft.id,
        participant_id=participant.id,
        base_version=draft.base_version,
        present_version=participant.profile_version,
        changes=changes,
        present={
            change.field: (safety[change.field] or None) if change.field in SAFETY else value_of(document, change.field)
            for change in changes
        },
        written_by=draft.written_by,
        written_at=draft.written_at,
    )
