"""What participants decided about telling employers."""

from __future__ import annotations

from datetime import date, datetime

from fastapi import APIRouter, Response
from pydantic import Field

from api.dependencies import Cursor, Id, Now, SignedIn, Writing, answer, page_json
from api.routes.shapes import Answer, IdText, Shape
from api.transaction import RecordedRoute
from matching.actions import consents as actions
from matching.actions.consents import ConsentDetails
from matching.model.people import ConsentChoice, ConsentItem, ConsentMethod
from matching.store.tables import Consent

router = APIRouter(prefix="/v1/participants/{participant_id}/consents", tags=["consents"], route_class=RecordedRoute)


class ConsentSent(Shape):
    """What a participant chose about one employer: a yes names what may be told, a no may name what may not."""

    employer_id: IdText
    choice: ConsentChoice
    items: list[ConsentItem] = Field(default_factory=list, max_length=len(ConsentItem))
    method: ConsentMethod
    given_on: date
    expires_on: date | None = None

    def details(self) -> ConsentDetails:
        """The same for the domain."""
        return ConsentDetails(
            employer_id=self.employer_id,
            choice=self.choice,
            items=frozenset(self.items),
            method=self.method,
            given_on=self.given_on,
            expires_on=self.expires_on,
        )


class WithdrawalSent(Shape):
    """From which day on a yes no longer holds; today unless it is said."""

    withdrawn_on: date | None = None


class ConsentAnswer(Answer):
    """A choice."""

    id: str
    employer_id: str
    choice: ConsentChoice
    items: list[ConsentItem]
    method: ConsentMethod
    given_on: date
    expires_on: date | None
    recorded_by: str
    recorded_at: datetime
    withdrawn_on: date | None
    withdrawn_by: str | None


class ConsentPage(Answer):
    """Some choices."""

    items: list[ConsentAnswer]
    next_cursor: str | None


class IntroductionAnswer(Answer):
    """What one employer may be told today; no sentence at all without a live consent."""

    employer_id: str
    items: list[ConsentItem]
    sentences: list[str]


@router.post("", status_code=201, response_model=ConsentAnswer)
def add(participant_id: Id, sent: ConsentSent, by: SignedIn, at: Now, store: Writing) -> Response:
    """Record a choice."""
    consent = actions.record_consent(participant_id=participant_id, details=sent.details(), by=by, at=at, store=store)
    return answer(_json(consent), status=201)


@router.get("", response_model=ConsentPage)
def find(participant_id: Id, by: SignedIn, at: Now, store: Writing, page: Cursor) -> Response:
    """List a participant's choices."""
    found = actions.list_consents(
        participant_id=participant_id, after=page.after, limit=page.limit, by=by, at=at, store=store
    )
    return answer(page_json(found, [_json(consent) for consent in found.items]))


@router.post("/{consent_id}/withdrawal", response_model=ConsentAnswer)
def withdraw(
    participant_id: Id, consent_id: Id, sent: WithdrawalSent, by: SignedIn, at: Now, store: Writing
) -> Response:
    """Withdraw a yes; it stays in the record."""
    consent = actions.withdraw_consent(
        participant_id=participant_id,
        consent_id=consent_id,
        withdrawn_on=sent.withdrawn_on,
        by=by,
        at=at,
        store=store,
    )
    return answer(_json(consent))


@router.get("/introductions/{employer_id}", response_model=IntroductionAnswer)
def introduce(participant_id: Id, employer_id: Id, by: SignedIn, at: Now, store: Writing) -> Response:
    """Read what we may tell an employer about a participant, in sentences about work."""
    told = actions.introduce(participant_id=participant_id, employer_id=employer_id, by=by, at=at, store=store)
    return answer({"employer_id": told.employer_id, "items": sorted(told.items), "sentences": list(told.sentences)})


def _json(consent: Consent) -> dict[str, object]:
    return {
        "id": consent.id,
        "employer_id": consent.employer_id,
        "choice": consent.choice,
        "items": consent.items,
        "method": consent.method,
        "given_on": consent.given_on,
        "expires_on": consent.expires_on,
        "recorded_by": consent.recorded_by,
        "recorded_at": consent.recorded_at,
        "withdrawn_on": consent.withdrawn_on,
        "withdrawn_by": consent.withdrawn_by,
    }
