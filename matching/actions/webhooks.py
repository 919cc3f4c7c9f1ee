"""What is done about webhooks: registered by an administrator, told of alerts, tried again, and given up."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import orjson

from matching.actions.delivering import Refused, Sender, Sent, signature, target_of
from matching.actions.events import record
from matching.actions.jobs import Task, queue
from matching.errors import Conflict, Invalid, Problem, Stale, Where
from matching.model.people import Actor, Permission
from matching.permissions import check
from matching.sealing import Sealer, open_sealer
from matching.store import Page, Store, new_id
from matching.store.tables import Webhook, WebhookDelivery

JOB_KIND = "webhook"
SHORTEST_SECRET = 32
#: How long to wait after the first, second … failure; after the last there is no other attempt.
WAITS = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=3),
    timedelta(hours=6),
    timedelta(hours=12),
)
MOST_ATTEMPTS = len(WAITS) + 1


class WebhookEvent(StrEnum):
    """What another system may be told of."""

    ALERT_MADE = "alert.made"
    TEST = "webhook.test"


class DeliveryState(StrEnum):
    """Whether a message has arrived, may still, or never will."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    DEAD = "dead"


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookDetails:
    """What is said of a webhook; a change without a secret keeps the one that is there."""

    url: str
    events: tuple[WebhookEvent, ...]
    secret: str | None = None
    disabled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookRules:
    """What holds for all webhooks here: the hosts that may be told, and how secrets are sealed and hosts looked up."""

    hosts: Collection[str]
    sealer: Sealer
    sender: Sender = field(default_factory=Sender)


def add_webhook(*, details: WebhookDetails, rules: WebhookRules, by: Actor, at: datetime, store: Store) -> Webhook:
    """Register where another system wants to be told."""
    check(by, Permission.ORGANISATION_MANAGE)
    _check_reachable(details.url, rules)
    webhook_id = new_id(at)
    webhook = Webhook(
        id=webhook_id,
        url=details.url,
        events=[event.value for event in details.events],
        secret=rules.sealer.seal(_checked_secret(details.secret), row_id=webhook_id),
        created_by=by.user_id,
        created_at=at,
        disabled_at=at if details.disabled else None,
        version=1,
    )
    store.webhooks.add(webhook)
    record(store, "webhook.added", by=by, at=at, of=("webhook", webhook.id), events=webhook.events)
    return webhook


def change_webhook(
    *,
    webhook_id: str,
    details: WebhookDetails,
    rules: WebhookRules,
    version: int,
    by: Actor,
    at: datetime,
    store: Store,
) -> Webhook:
    """Change a webhook: its address, what it is told of, its secret, and whether it is in use."""
    check(by, Permission.ORGANISATION_MANAGE)
    webhook = _at_version(store.webhooks.locked(webhook_id), version)
    if details.url != webhook.url:
        _check_reachable(details.url, rules)
    webhook.url, webhook.events = details.url, [event.value for event in details.events]
    if details.secret is not None:
        webhook.secret = rules.sealer.seal(_checked_secret(details.secret), row_id=webhook.id)
    webhook.disabled_at = (webhook.disabled_at or at) if details.disabled else None
    webhook.version += 1
    record(
        store,
        "webhook.changed",
        by=by,
        at=at,
        of=("webhook", webhook.id),
        events=webhook.events,
        disabled=details.disabled,
        secret_changed=details.secret is not None,
    )
    return webhook


def remove_webhook(*, webhook_id: str, version: int, by: Actor, at: datetime, store: Store) -> None:
    """Remove a webhook with its log; what still waits is not sent."""
    check(by, Permission.ORGANISATION_MANAGE)
    webhook = _at_version(store.webhooks.locked(webhook_id), version)
    store.webhooks.remove(webhook)
    record(store, "webhook.removed", by=by, at=at, of=("webhook", webhook.id))


def read_webhook(*, webhook_id: str, by: Actor, store: Store) -> Webhook:
    """A webhook; its secret is never told again."""
    check(by, Permission.ORGANISATION_MANAGE)
    return store.webhooks.get(webhook_id)


def find_webhooks(*, after: str | None, limit: int, by: Actor, store: Store) -> Page[Webhook]:
    """All webhooks."""
    check(by, Permission.ORGANISATION_MANAGE)
    return store.webhooks.page(after=after, limit=limit)


def read_deliveries(
    *, webhook_id: str, after: str | None, limit: int, by: Actor, store: Store
) -> Page[WebhookDelivery]:
    """What was sent to a webhook, how often it was tried, and what came of it."""
    check(by, Permission.ORGANISATION_MANAGE)
    return store.webhooks.deliveries(store.webhooks.get(webhook_id).id, after=after, limit=limit)


def try_webhook(*, webhook_id: str, by: Actor, at: datetime, store: Store) -> WebhookDelivery:
    """Send a message that tells of nothing, to see whether messages arrive."""
    check(by, Permission.ORGANISATION_MANAGE)
    webhook = store.webhooks.get(webhook_id)
    if webhook.disabled_at is not None:
        raise Conflict("This webhook is not in use.")
    record(store, "webhook.tried", by=by, at=at, of=("webhook", webhook.id))
    return _deliver_later(webhook, WebhookEvent.TEST, {}, at=at, store=store)


def announce_alert(*, alert_id: str, vacancy_id: str, at: datetime, store: Store) -> None:
    """Tell every webhook that listens that there is an alert: ids and the time, nothing of anybody."""
    for webhook in store.webhooks.listening():
        if WebhookEvent.ALERT_MADE in webhook.events:
            ids = {"alert_id": alert_id, "vacancy_id": vacancy_id}
            _deliver_later(webhook, WebhookEvent.ALERT_MADE, ids, at=at, store=store)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliverer:
    """The work of a worker on one message: send it outside every transaction, then write down what came of it."""

    sender: Sender = field(default_factory=Sender)

    def __call__(self, task: Task) -> None:
        """Try a delivery once; another attempt is a job of its own."""
        delivery_id = str(task.payload["delivery_id"])
        with task.database.reading(task.organisation_id) as store:
            delivery = store.webhooks.delivery(delivery_id)
            webhook = None if delivery is None else store.webhooks.get(delivery.webhook_id)
        if delivery is None or webhook is None or delivery.state != DeliveryState.WAITING:
            return
        sent = self._send(task, webhook, delivery)
        with task.database.writing(task.organisation_id) as store:
            held = store.webhooks.delivery_locked(delivery_id)
            if held is not None:
                _note(held, sent, at=task.at, store=store)

    def _send(self, task: Task, webhook: Webhook, delivery: WebhookDelivery) -> Sent:
        if webhook.disabled_at is not None:
            return Sent(failure="disabled")
        try:
            # Hosts are taken off the list while messages wait, so they are looked at again.
            target = target_of(webhook.url, hosts=task.settings.webhook_hosts)
        except Invalid:
            return Sent(failure="not_listed")
        try:
            secret = open_sealer(task.settings).open(webhook.secret, row_id=webhook.id)
        except Invalid:
            return Sent(failure="secret_lost")
        body = orjson.dumps({"delivery_id": delivery.id, **delivery.payload}, option=orjson.OPT_SORT_KEYS)
        timestamp = int(task.at.timestamp())
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "wellplaced",
            "Wellplaced-Delivery": delivery.id,
            "Wellplaced-Event": delivery.event,
            "Wellplaced-Timestamp": str(timestamp),
            "Wellplaced-Signature": f"sha256={signature(secret, timestamp=timestamp, body=body)}",
        }
        return self.sender.send(target, body=body, headers=headers)


#: The work on jobs of the kind `webhook`.
deliver = Deliverer()


def _note(delivery: WebhookDelivery, sent: Sent, *, at: datetime, store: Store) -> None:
    delivery.attempts += 1
    delivery.last_tried_at, delivery.last_status, delivery.last_failure = at, sent.status, sent.failure
    if sent.arrived:
        delivery.state = DeliveryState.DELIVERED
    elif delivery.attempts >= MOST_ATTEMPTS:
        delivery.state = DeliveryState.DEAD
    else:
        _queue(delivery, at=at, store=store, run_after=at + WAITS[delivery.attempts - 1])


def _deliver_later(
    webhook: Webhook, event: WebhookEvent, ids: Mapping[str, str], *, at: datetime, store: Store
) -> WebhookDelivery:
    payload: dict[str, Any] = {"event": event.value, "at": at.isoformat(), **ids}
    delivery = WebhookDelivery(
        id=new_id(at),
        webhook_id=webhook.id,
        event=event.value,
        payload=payload,
        state=DeliveryState.WAITING,
        attempts=0,
        made_at=at,
    )
    store.webhooks.add(delivery)
    _queue(delivery, at=at, store=store, run_after=at)
    return delivery


def _queue(delivery: WebhookDelivery, *, at: datetime, store: Store, run_after: datetime) -> None:
    queue(store, JOB_KIND, delivery.id, {"delivery_id": delivery.id}, at, run_after)


def _check_reachable(url: str, rules: WebhookRules) -> None:
    target = target_of(url, hosts=rules.hosts)
    try:
        rules.sender.checked_addresses(target)
    except Refused as refused:
        told = {"not_public": "leads to an address that is not public", "not_resolved": "leads to no address"}
        raise Invalid([Problem(Where(field="url"), told[refused.code])]) from None


def _checked_secret(secret: str | None) -> str:
    if secret is None or len(secret) < SHORTEST_SECRET:
        raise Invalid([Problem(Where(field="secret"), f"should be at least {SHORTEST_SECRET} characters long")])
    return secret


def _at_version(webhook: Webhook, version: int) -> Webhook:
    if webhook.version != version:
        raise Stale("This webhook has changed since it was read.", version=webhook.version)
    return webhook
