"""Where other systems want to be told of alerts; an administrator registers them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import Field, SecretStr

from api.dependencies import Cursor, Id, IfMatch, Now, Reading, SignedIn, TheRunning, Writing, answer, page_json
from api.routes.shapes import Answer, Shape
from api.transaction import RecordedRoute
from matching.actions import webhooks as actions
from matching.actions.delivering import LONGEST_URL
from matching.actions.webhooks import DeliveryState, WebhookDetails, WebhookEvent, WebhookRules
from matching.store.tables import Webhook, WebhookDelivery

router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"], route_class=RecordedRoute)


def webhook_rules(running: TheRunning) -> WebhookRules:
    """What holds for all webhooks of this service."""
    return WebhookRules(hosts=running.settings.webhook_hosts, sealer=running.sealer)


TheRules = Annotated[WebhookRules, Depends(webhook_rules)]


class WebhookSent(Shape):
    """Where to send and what of. The secret signs each message; it is sealed, and never told again."""

    url: Annotated[str, Field(min_length=1, max_length=LONGEST_URL)]
    events: Annotated[tuple[WebhookEvent, ...], Field(min_length=1, max_length=len(WebhookEvent))] = (
        WebhookEvent.ALERT_MADE,
    )
    secret: Annotated[SecretStr, Field(min_length=actions.SHORTEST_SECRET, max_length=200)] | None = None
    disabled: bool = False

    def details(self) -> WebhookDetails:
        """The same for the domain."""
        return WebhookDetails(
            url=self.url,
            events=tuple(dict.fromkeys(self.events)),
            secret=None if self.secret is None else self.secret.get_secret_value(),
            disabled=self.disabled,
        )


class WebhookAnswer(Answer):
    """A webhook without its secret."""

    id: str
    url: str
    events: list[WebhookEvent]
    disabled_at: datetime | None
    version: int


class WebhookPage(Answer):
    """Some webhooks."""

    items: list[WebhookAnswer]
    next_cursor: str | None


class DeliveryAnswer(Answer):
    """One message and what came of it: the last status that was answered, or why there was no answer."""

    id: str
    event: str
    state: DeliveryState
    attempts: int
    last_status: int | None
    last_failure: str | None
    last_tried_at: datetime | None
    made_at: datetime


class DeliveryPage(Answer):
    """Some messages."""

    items: list[DeliveryAnswer]
    next_cursor: str | None


@router.post("", status_code=201, response_model=WebhookAnswer)
def add(sent: WebhookSent, rules: TheRules, by: SignedIn, at: Now, store: Writing) -> Response:
    """Register a webhook on a host that may be told."""
    webhook = actions.add_webhook(details=sent.details(), rules=rules, by=by, at=at, store=store)
    return answer(_json(webhook), status=201, version=webhook.version, location=f"/v1/webhooks/{webhook.id}")


@router.get("", response_model=WebhookPage)
def find(by: SignedIn, store: Reading, page: Cursor) -> Response:
    """Read all webhooks."""
    found = actions.find_webhooks(after=page.after, limit=page.limit, by=by, store=store)
    return answer(page_json(found, [_json(webhook) for webhook in found.items]))


@router.get("/{webhook_id}", response_model=WebhookAnswer)
def show(webhook_id: Id, by: SignedIn, store: Reading) -> Response:
    """Read a webhook."""
    webhook = actions.read_webhook(webhook_id=webhook_id, by=by, store=store)
    return answer(_json(webhook), version=webhook.version)


@router.put("/{webhook_id}", response_model=WebhookAnswer)
def change(
    webhook_id: Id, sent: WebhookSent, version: IfMatch, rules: TheRules, by: SignedIn, at: Now, store: Writing
) -> Response:
    """Change a webhook; without a secret it keeps the one it has."""
    webhook = actions.change_webhook(
        webhook_id=webhook_id, details=sent.details(), rules=rules, version=version, by=by, at=at, store=store
    )
    return answer(_json(webhook), version=webhook.version)


@router.delete("/{webhook_id}", status_code=204)
def remove(webhook_id: Id, version: IfMatch, by: SignedIn, at: Now, store: Writing) -> Response:
    """Remove a webhook with its log."""
    actions.remove_webhook(webhook_id=webhook_id, version=version, by=by, at=at, store=store)
    return Response(status_code=204)


@router.get("/{webhook_id}/deliveries", response_model=DeliveryPage)
def deliveries(webhook_id: Id, by: SignedIn, store: Reading, page: Cursor) -> Response:
    """Read what was sent and what came of it."""
    found = actions.read_deliveries(webhook_id=webhook_id, after=page.after, limit=page.limit, by=by, store=store)
    return answer(page_json(found, [_delivery_json(delivery) for delivery in found.items]))


@router.post("/{webhook_id}/deliveries", status_code=202, response_model=DeliveryAnswer)
def try_out(webhook_id: Id, by: SignedIn, at: Now, store: Writing) -> Response:
    """Send a message that tells of nothing, to see whether messages arrive."""
    return answer(_delivery_json(actions.try_webhook(webhook_id=webhook_id, by=by, at=at, store=store)), status=202)


def _json(webhook: Webhook) -> dict[str, object]:
    return {
        "id": webhook.id,
        "url": webhook.url,
        "events": webhook.events,
        "disabled_at": webhook.disabled_at,
        "version": webhook.version,
    }


def _delivery_json(delivery: WebhookDelivery) -> dict[str, object]:
    return {
        "id": delivery.id,
        "event": delivery.event,
        "state": delivery.state,
        "attempts": delivery.attempts,
        "last_status": delivery.last_status,
        "last_failure": delivery.last_failure,
        "last_tried_at": delivery.last_tried_at,
        "made_at": delivery.made_at,
    }
