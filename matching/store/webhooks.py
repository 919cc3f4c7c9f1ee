"""Where other systems want to be told."""

from __future__ import annotations

from sqlalchemy import delete, select

from matching.store.nouns import Nouns, Page
from matching.store.tables import Webhook, WebhookDelivery


class Webhooks(Nouns):
    """Where other systems want to be told, and what was sent there."""

    def get(self, webhook_id: str) -> Webhook:
        """The webhook with an id; raises `NotFound`."""
        return self._found(Webhook, webhook_id, "webhook")

    def locked(self, webhook_id: str) -> Webhook:
        """The same, kept from changes by others until the transaction ends."""
        return self._locked(Webhook, webhook_id, "webhook")

    def page(self, *, after: str | None, limit: int) -> Page[Webhook]:
        """All webhooks."""
        return self._page(select(Webhook), Webhook, after=after, limit=limit)

    def listening(self) -> list[Webhook]:
        """Webhooks that are in use."""
        return list(self.session.scalars(select(Webhook).where(Webhook.disabled_at.is_(None)).order_by(Webhook.id)))

    def remove(self, webhook: Webhook) -> None:
        """Remove a webhook with its log."""
        self.session.execute(delete(WebhookDelivery).where(WebhookDelivery.webhook_id == webhook.id))
        self.session.delete(webhook)
        self.session.flush()

    def delivery(self, delivery_id: str) -> WebhookDelivery | None:
        """A delivery, if its webhook is still there."""
        return self.session.scalar(select(WebhookDelivery).where(WebhookDelivery.id == delivery_id))

    def delivery_locked(self, delivery_id: str) -> WebhookDelivery | None:
        """The same, kept from changes by others until the transaction ends."""
        return self.session.scalar(
            select(WebhookDelivery)
            .where(WebhookDelivery.id == delivery_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )

    def deliveries(self, webhook_id: str, *, after: str | None, limit: int) -> Page[WebhookDelivery]:
        """What was sent to a webhook."""
        statement = select(WebhookDelivery).where(WebhookDelivery.webhook_id == webhook_id)
        return self._page(statement, WebhookDelivery, after=after, limit=limit)
