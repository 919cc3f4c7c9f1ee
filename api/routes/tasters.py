"""Job tasters and working interviews: what both sides found."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter, Response

from api.dependencies import Cursor, Id, IfMatch, Now, SignedIn, Writing, answer, page_json
from api.routes.shapes import Answer, Day, IdText, Shape, Words
from api.transaction import RecordedRoute
from matching.actions import tasters as actions
from matching.actions.tasters import TasterDetails
from matching.model.placement import TasterKind
from matching.store.tables import Taster

router = APIRouter(prefix="/v1", tags=["tasters"], route_class=RecordedRoute)


class TasterSent(Shape):
    """A taster with an employer, for one of its roles or for none; what was found is told in words."""

    participant_id: IdText
    employer_id: IdText | None = None
    vacancy_id: IdText | None = None
    kind: TasterKind
    on: Day
    participant_found: Words = ""
    employer_found: Words = ""

    def details(self) -> TasterDetails:
        """The same for the domain."""
        return TasterDetails(**self.model_dump())


class TasterAnswer(Answer):
    """A taster."""

    id: str
    participant_id: str
    employer_id: str
    vacancy_id: str | None
    kind: TasterKind
    on: date
    participant_found: str
    employer_found: str
    version: int


class TasterPage(Answer):
    """Some tasters."""

    items: list[TasterAnswer]
    next_cursor: str | None


@router.post("/tasters", status_code=201, response_model=TasterAnswer)
def log(sent: TasterSent, by: SignedIn, at: Now, store: Writing) -> Response:
    """Log a job taster or working interview that took place or is arranged."""
    taster = actions.log_taster(details=sent.details(), by=by, at=at, store=store)
    return answer(_json(taster), status=201, version=taster.version, location=f"/v1/tasters/{taster.id}")


@router.get("/tasters/{taster_id}", response_model=TasterAnswer)
def show(taster_id: Id, by: SignedIn, at: Now, store: Writing) -> Response:
    """Read a taster."""
    taster = actions.read_taster(taster_id=taster_id, by=by, at=at, store=store)
    return answer(_json(taster), version=taster.version)


@router.put("/tasters/{taster_id}", response_model=TasterAnswer)
def change(taster_id: Id, sent: TasterSent, version: IfMatch, by: SignedIn, at: Now, store: Writing) -> Response:
    """Write down what both sides found, or correct it."""
    taster = actions.change_taster(
        taster_id=taster_id, details=sent.details(), version=version, by=by, at=at, store=store
    )
    return answer(_json(taster), version=taster.version)


@router.get("/participants/{participant_id}/tasters", response_model=TasterPage)
def of_participant(participant_id: Id, by: SignedIn, at: Now, store: Writing, page: Cursor) -> Response:
    """Read a participant's tasters and working interviews."""
    found = actions.tasters_of(
        participant_id=participant_id, after=page.after, limit=page.limit, by=by, at=at, store=store
    )
    return answer(page_json(found, [_json(taster) for taster in found.items]))


def _json(taster: Taster) -> dict[str, object]:
    return {
        "id": taster.id,
        "participant_id": taster.participant_id,
        "employer_id": taster.employer_id,
        "vacancy_id": taster.vacancy_id,
        "kind": taster.kind,
        "on": taster.on,
        "participant_found": taster.participant_found,
        "employer_found": taster.employer_found,
        "version": taster.version,
    }
