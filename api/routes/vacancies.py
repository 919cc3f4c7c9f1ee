"""Vacancies: logged in two minutes, known fact by fact, seen by those to whom they were told."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import ConfigDict, Field, StringConstraints

from api.dependencies import Cursor, Id, IfMatch, Now, Reading, SignedIn, Writing, answer, page_json, today
from api.routes.shapes import Answer, IdText, Shape, Short, Words
from api.transaction import RecordedRoute
from matching.actions import carving, facts
from matching.actions import vacancies as actions
from matching.actions.carving import CarvedDraft, TasksTaken
from matching.actions.facts import Because, Disagreement
from matching.actions.vacancies import Audience, KnownVacancy, VacancyDraft, confirm_by, known_vacancy
from matching.errors import Invalid, Problem, Where
from matching.interchange.vacancies import vacancy_shape
from matching.model.fact import FactSource, JobFact, Standing
from matching.model.vacancy import VacancySource, VacancyStatus, Visibility
from matching.store import Store
from matching.store.tables import VacancyFact, VacancyRow, VacancyVersion
from matching.store.vacancies import VacancyFilter

router = APIRouter(prefix="/v1/vacancies", tags=["vacancies"], route_class=RecordedRoute)


def _describe_facts(schema: dict[str, Any]) -> None:
    """Put the shapes of the interchange format in the place of fields that are read by it."""
    described = vacancy_shape().schema()["properties"]
    for name in list(schema["properties"]):
        if name in described and name not in ("title", "employer", "source", "visibility"):
            schema["properties"][name] = described[name]


class FactsSent(Shape):
    """Fields of a vacancy in the interchange format; what is left out, or null, is not known yet."""

    model_config = ConfigDict(json_schema_extra=_describe_facts)

    title: Annotated[str, StringConstraints(min_length=1, max_length=300)] | None = None
    description: Any = None
    tasks: Any = None
    task_tags: Any = None
    openings: Any = None
    opens_on: Any = None
    closes_on: Any = None
    hours: Any = None
    pattern: Any = None
    location: Any = None
    pay: Any = None
    contract: Any = None
    adjustments: Any = None
    sensory: Any = None
    physical: Any = None
    requirements: Any = None
    disability_confident: Any = None

    def stated(self) -> dict[str, Any]:
        """The facts that were sent, still to be read."""
        sent = {name: getattr(self, name) for name in FactsSent.model_fields}
        return {name: value for name, value in sent.items() if value is not None}


class VacancySent(FactsSent):
    """A role as it is told: a title and an employer are enough.

    Unless stated, the source is `unadvertised`, and it is known by phone; what is advertised is known by its advert.
    """

    title: Annotated[str, StringConstraints(min_length=1, max_length=300)]
    employer: Short | None = None
    employer_id: IdText | None = None
    workplace_id: IdText | None = None
    source: VacancySource = VacancySource.UNADVERTISED
    visibility: Visibility | None = None
    team_id: IdText | None = None
    known_by: FactSource | None = None
    observed_on: date | None = None
    note: Words = ""

    def draft(self, at: datetime) -> VacancyDraft:
        """The same for the domain."""
        document = {**self.stated(), "source": self.source.value}
        if self.employer is not None:
            document["employer"] = self.employer
        if self.visibility is not None:
            document["visibility"] = self.visibility.value
        usual = FactSource.ADVERT if self.source is VacancySource.ADVERTISED else FactSource.PHONE
        return VacancyDraft(
            document=document,
            known_by=self.known_by or usual,
            observed_on=self.observed_on or today(at),
            employer_id=self.employer_id,
            workplace_id=self.workplace_id,
            team_id=self.team_id,
            note=self.note,
        )


class FactsRecorded(Shape):
    """What a visit, a call or an advert showed."""

    source: FactSource
    observed_on: date | None = None
    note: Words = ""
    facts: FactsSent

    def job_facts(self, at: datetime) -> list[JobFact]:
        """The same for the domain."""
        return [
            JobFact(
                field=field,
                value=value,
                source=self.source,
                observed_on=self.observed_on or today(at),
                note=self.note,
            )
            for field, value in self.facts.stated().items()
        ]


class TasksSent(Shape):
    """Tasks of one vacancy, in its words."""

    vacancy_id: IdText
    tasks: Annotated[list[Annotated[str, StringConstraints(max_length=5000)]], Field(min_length=1, max_length=100)]


class CarvedSent(Shape):
    """A role to be made of tasks of one or several vacancies of one employer."""

    title: Annotated[str, StringConstraints(min_length=1, max_length=300)]
    origins: Annotated[list[TasksSent], Field(min_length=1, max_length=20)]
    visibility: Visibility | None = None
    known_by: FactSource = FactSource.VISIT
    observed_on: date | None = None
    note: Words = ""

    def draft(self, at: datetime) -> CarvedDraft:
        """The same for the domain."""
        return CarvedDraft(
            title=self.title,
            origins=tuple(TasksTaken(vacancy_id=each.vacancy_id, tasks=tuple(each.tasks)) for each in self.origins),
            known_by=self.known_by,
            observed_on=self.observed_on or today(at),
            visibility=self.visibility,
            note=self.note,
        )


class AudienceSent(Shape):
    """Who may see a role and whose it is; what is left out stays."""

    visibility: Visibility | None = None
    owner_id: IdText | None = None
    team_id: IdText | None = None

    def audience(self) -> Audience:
        """The same for the domain."""
        if self.visibility is None and self.owner_id is None and self.team_id is None:
            raise Invalid([Problem(Where(field="visibility"), "state what is to change")])
        return Audience(visibility=self.visibility, owner_id=self.owner_id, team_id=self.team_id)


class FactAnswer(Answer):
    """A fact: what, from whom, since when, and whether it holds; `old` after 90 days."""

    id: str
    field: str
    value: Any
    source: FactSource
    observed_on: date
    expires_on: date | None
    old: bool
    note: str
    standing: Standing
    replaced_by: str | None
    recorded_by: str
    recorded_at: datetime


class DisagreementAnswer(Answer):
    """A newer, weaker fact beside the one that holds: a question for the employer."""

    field: str
    sentence: str
    holds: str
    beside: str


class VacancySummary(Answer):
    """A vacancy in a list; `confirm_by` is when it is paused unless somebody says that it is still there."""

    id: str
    ref: str
    external_ref: str | None
    title: str
    employer_id: str
    employer: str
    workplace_id: str | None
    source: VacancySource
    status: VacancyStatus
    paused_because: str | None
    visibility: Visibility
    owner_id: str
    team_id: str | None
    carved_from: list[str]
    confirmed_at: datetime
    confirm_by: datetime | None
    created_by: str
    created_at: datetime
    version: int


class VacancyAnswer(VacancySummary):
    """A vacancy with its document, the facts behind it, and what stands beside them."""

    document: dict[str, Any]
    facts: list[FactAnswer]
    disagreements: list[DisagreementAnswer]


class VacancyPage(Answer):
    """Some vacancies."""

    items: list[VacancySummary]
    next_cursor: str | None


class FactPage(Answer):
    """Some facts, in order of arrival."""

    items: list[FactAnswer]
    next_cursor: str | None


class RecordedAnswer(Answer):
    """The facts as they were written down, one a field, and the version of the vacancy since."""

    version: int
    changed: bool
    facts: list[FactAnswer]


class VersionAnswer(Answer):
    """A vacancy as it stood."""

    version: int
    because: Because
    written_by: str
    written_at: datetime
    document: dict[str, Any]


class VersionPage(Answer):
    """Some versions, the first first."""

    items: list[VersionAnswer]
    next_cursor: str | None


@router.post("", status_code=201, response_model=VacancyAnswer)
def log(sent: VacancySent, by: SignedIn, at: Now, store: Writing) -> Response:
    """Log a role."""
    vacancy = actions.log_vacancy(draft=sent.draft(at), by=by, at=at, store=store)
    return _answer(vacancy, at, store, status=201)


@router.post("/carved", status_code=201, response_model=VacancyAnswer)
def carve(sent: CarvedSent, by: SignedIn, at: Now, store: Writing) -> Response:
    """Carve a role out of the tasks of others."""
    vacancy = carving.carve_role(draft=sent.draft(at), by=by, at=at, store=store)
    return _answer(vacancy, at, store, status=201)


@router.get("", response_model=VacancyPage)
def find(
    by: SignedIn,
    at: Now,
    store: Reading,
    page: Cursor,
    status: VacancyStatus | None = None,
    employer_id: Annotated[str | None, Query(pattern=r"^[A-Za-z0-9_-]{1,64}$")] = None,
    owner_id: Annotated[str | None, Query(pattern=r"^[A-Za-z0-9_-]{1,64}$")] = None,
    source: VacancySource | None = None,
    search: Annotated[str, Query(max_length=100, pattern=r"^[^\x00]*$", description="Words of the title.")] = "",
    unconfirmed_within_days: Annotated[
        int | None, Query(ge=0, le=365, description="Roles that nobody will have confirmed in time in so many days.")
    ] = None,
) -> Response:
    """Find vacancies; those that were not told to who asks are not there."""
    unconfirmed_since = (
        actions.unconfirmed_since(within_days=unconfirmed_within_days, at=at, store=store)
        if unconfirmed_within_days is not None
        else None
    )
    only = VacancyFilter(
        status=status,
        employer_id=employer_id,
        owner_id=owner_id,
        source=source,
        search=search,
        unconfirmed_since=unconfirmed_since,
    )
    listing = actions.find_vacancies(only=only, after=page.after, limit=page.limit, by=by, store=store)
    return answer(
        page_json(
            listing.page,
            [
                _summary(
                    vacancy,
                    listing.employer_names[vacancy.employer_id],
                    confirm_by(vacancy, within=listing.confirm_within),
                )
                for vacancy in listing.page.items
            ],
        )
    )


@router.get("/{vacancy_id}", response_model=VacancyAnswer)
def show(vacancy_id: Id, by: SignedIn, at: Now, store: Reading) -> Response:
    """Read a vacancy: what is known, from whom and since when."""
    known = actions.read_known_vacancy(vacancy_id=vacancy_id, by=by, store=store)
    return answer(_json(known, today(at)), version=known.vacancy.version)


@router.post("/{vacancy_id}/facts", status_code=201, response_model=RecordedAnswer)
def record_facts(vacancy_id: Id, sent: FactsRecorded, by: SignedIn, at: Now, store: Writing) -> Response:
    """Record what was learnt; it replaces what is weaker or older, and never what is stronger.

    No `If-Match` is needed: nothing that others wrote is overwritten.
    """
    recorded = facts.record_fact(vacancy_id=vacancy_id, facts=sent.job_facts(at), by=by, at=at, store=store)
    return answer(
        {
            "version": recorded.vacancy.version,
            "changed": recorded.version is not None,
            "facts": _facts_json(recorded.facts, today(at)),
        },
        status=201,
        version=recorded.vacancy.version,
    )


@router.get("/{vacancy_id}/facts", response_model=FactPage)
def fact_history(
    vacancy_id: Id,
    by: SignedIn,
    at: Now,
    store: Reading,
    page: Cursor,
    field: Annotated[str | None, Query(pattern=r"^[a-z0-9_.]{1,100}$")] = None,
) -> Response:
    """Every fact that was ever recorded, in order of arrival."""
    found = facts.fact_history(
        vacancy_id=vacancy_id, field=field, after=_number(page.after), limit=page.limit, by=by, store=store
    )
    return answer(page_json(found, _facts_json(found.items, today(at))))


@router.delete("/{vacancy_id}/facts/{fact_id}", response_model=VacancyAnswer)
def take_back(vacancy_id: Id, fact_id: Id, version: IfMatch, by: SignedIn, at: Now, store: Writing) -> Response:
    """Take back a fact that was a mistake; it stays in the history."""
    vacancy = facts.take_back_fact(vacancy_id=vacancy_id, fact_id=fact_id, version=version, by=by, at=at, store=store)
    return _answer(vacancy, at, store)


@router.get("/{vacancy_id}/versions", response_model=VersionPage)
def versions(vacancy_id: Id, by: SignedIn, store: Reading, page: Cursor) -> Response:
    """How a vacancy came to be what it is."""
    found = actions.versions(vacancy_id=vacancy_id, after=_number(page.after), limit=page.limit, by=by, store=store)
    return answer(page_json(found, [_version_json(version) for version in found.items]))


@router.post("/{vacancy_id}/confirm", response_model=VacancyAnswer)
def confirm(vacancy_id: Id, by: SignedIn, at: Now, store: Writing) -> Response:
    """Say that a role is still there; one that was paused because nobody did is open again."""
    return _answer(actions.confirm_vacancy(vacancy_id=vacancy_id, by=by, at=at, store=store), at, store)


@router.post("/{vacancy_id}/pause", response_model=VacancyAnswer)
def pause(vacancy_id: Id, version: IfMatch, by: SignedIn, at: Now, store: Writing) -> Response:
    """Take a role off all lists until it is opened again."""
    return _answer(actions.pause_vacancy(vacancy_id=vacancy_id, version=version, by=by, at=at, store=store), at, store)


@router.post("/{vacancy_id}/fill", response_model=VacancyAnswer)
def fill(vacancy_id: Id, version: IfMatch, by: SignedIn, at: Now, store: Writing) -> Response:
    """Note that a role is filled."""
    return _answer(actions.fill_vacancy(vacancy_id=vacancy_id, version=version, by=by, at=at, store=store), at, store)


@router.post("/{vacancy_id}/close", response_model=VacancyAnswer)
def close(vacancy_id: Id, version: IfMatch, by: SignedIn, at: Now, store: Writing) -> Response:
    """Close a role."""
    return _answer(actions.close_vacancy(vacancy_id=vacancy_id, version=version, by=by, at=at, store=store), at, store)


@router.post("/{vacancy_id}/reopen", response_model=VacancyAnswer)
def reopen(vacancy_id: Id, version: IfMatch, by: SignedIn, at: Now, store: Writing) -> Response:
    """Open a role again."""
    return _answer(actions.reopen_vacancy(vacancy_id=vacancy_id, version=version, by=by, at=at, store=store), at, store)


@router.patch("/{vacancy_id}/audience", response_model=VacancyAnswer)
def change_audience(
    vacancy_id: Id, sent: AudienceSent, version: IfMatch, by: SignedIn, at: Now, store: Writing
) -> Response:
    """Change who may see a role, or whose it is."""
    vacancy = actions.change_audience(
        vacancy_id=vacancy_id, audience=sent.audience(), version=version, by=by, at=at, store=store
    )
    return _answer(vacancy, at, store)


def _number(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not cursor.isascii() or not cursor.isdecimal() or len(cursor) > 9:
        raise Invalid([Problem(Where(field="cursor"), "should be the next_cursor of the page before")])
    return int(cursor)


def _answer(vacancy: VacancyRow, at: datetime, store: Store, *, status: int = 200) -> Response:
    known = known_vacancy(vacancy, store=store)
    location = f"/v1/vacancies/{vacancy.id}" if status == 201 else None
    return answer(_json(known, today(at)), status=status, version=vacancy.version, location=location)


def _json(known: KnownVacancy, day: date) -> dict[str, Any]:
    return {
        **_summary(known.vacancy, known.employer_name, known.confirm_by),
        "document": known.document,
        "facts": _facts_json(known.facts, day),
        "disagreements": [_disagreement_json(each) for each in known.disagreements],
    }


def _summary(vacancy: VacancyRow, employer_name: str, paused_at: datetime | None) -> dict[str, Any]:
    return {
        "id": vacancy.id,
        "ref": vacancy.ref,
        "external_ref": vacancy.external_ref,
        "title": vacancy.title,
        "employer_id": vacancy.employer_id,
        "employer": employer_name,
        "workplace_id": vacancy.workplace_id,
        "source": vacancy.source,
        "status": vacancy.status,
        "paused_because": vacancy.paused_because,
        "visibility": vacancy.visibility,
        "owner_id": vacancy.owner_id,
        "team_id": vacancy.team_id,
        "carved_from": vacancy.carved_from,
        "confirmed_at": vacancy.confirmed_at,
        "confirm_by": paused_at,
        "created_by": vacancy.created_by,
        "created_at": vacancy.created_at,
        "version": vacancy.version,
    }


def _facts_json(rows: Iterable[VacancyFact], day: date) -> list[dict[str, Any]]:
    return [
        {
            "id": fact.id,
            "field": fact.field,
            "value": fact.value["value"],
            "source": fact.source,
            "observed_on": fact.observed_on,
            "expires_on": fact.expires_on,
            "old": fact.expires_on is not None and fact.expires_on < day,
            "note": fact.note,
            "standing": fact.standing,
            "replaced_by": fact.replaced_by,
            "recorded_by": fact.recorded_by,
            "recorded_at": fact.recorded_at,
        }
        for fact in rows
    ]


def _disagreement_json(disagreement: Disagreement) -> dict[str, Any]:
    return {
        "field": disagreement.field,
        "sentence": disagreement.sentence,
        "holds": disagreement.holds.id,
        "beside": disagreement.beside.id,
    }


def _version_json(version: VacancyVersion) -> dict[str, Any]:
    return {
        "version": version.version,
        "because": version.because,
        "written_by": version.written_by,
        "written_at": version.written_at,
        "document": version.document,
    }
