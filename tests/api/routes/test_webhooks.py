"""Webhooks over HTTP: registered by an administrator, told of alerts by ids alone, tried again and given up."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from httpx import Response

from api.routes.webhooks import webhook_rules
from matching.actions.delivering import Sender
from matching.actions.jobs import Work, run_due_jobs
from matching.actions.webhooks import MOST_ATTEMPTS, WAITS, Deliverer, WebhookRules, announce_alert
from tests.api.routes.test_contacts import fields
from tests.databases import Databases
from tests.receiver import HOST, Receiver
from tests.service import NORTH, Service, start_service

SECRET = "only-for-tests-" + "s" * 32
PUBLIC, PRIVATE = "93.184.215.14", "10.0.0.1"


def started(url: str, folder: Path, addresses: list[str]) -> Service:
    """A service that may tell one host, which its resolver leads to some addresses."""
    service = start_service(url, folder, webhook_hosts=(HOST,))
    rules = WebhookRules(
        hosts=service.running.settings.webhook_hosts,
        sealer=service.running.sealer,
        sender=Sender(resolve=lambda host, port: addresses),
    )
    service.client.app.dependency_overrides[webhook_rules] = lambda: rules  # type: ignore[attr-defined]
    return service


@pytest.fixture
def telling(database_url: str, tmp_path: Path) -> Iterator[Service]:
    """Such a service on each kind of database."""
    service = started(database_url, tmp_path, [PUBLIC])
    yield service
    service.client.close()
    service.running.close()


@pytest.fixture
def sqlite_telling(databases: Databases, tmp_path: Path) -> Iterator[Service]:
    """Such a service on SQLite."""
    service = started(databases.fresh("sqlite", tmp_path), tmp_path, [PUBLIC])
    yield service
    service.client.close()
    service.running.close()


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[Receiver]:
    with Receiver(tmp_path) as running:
        yield running


def add(service: Service, url: str = f"https://{HOST}/hook", *, of: str = "adam", **more: Any) -> Response:
    return service.as_(of).post("/v1/webhooks", {"url": url, "secret": SECRET, **more})


def announce(service: Service, organisation: str = NORTH) -> None:
    with service.database.writing(organisation) as store:
        announce_alert(alert_id="alert-1", vacancy_id="vac-1", at=service.clock.at, store=store)


def work(service: Service, receiver: Receiver, **more: Any) -> None:
    """Do what is due, with the receiver in the place of the host."""
    sender = Sender(
        **{
            "resolve": lambda host, port: ["127.0.0.1"],
            "allows": lambda address: address == "127.0.0.1",
            "tls": receiver.trusting,
            "timeout_seconds": 1.0,
            **more,
        }
    )
    works = {**service.running.worker.works, "webhook": Work(handler=Deliverer(sender=sender))}
    run_due_jobs(replace(service.running.worker, works=works), at=service.clock.at)


def deliveries(service: Service, webhook: Response) -> list[dict[str, Any]]:
    found = service.as_("adam").get(f"{webhook.headers['Location']}/deliveries")
    assert found.status_code == 200, found.text
    return list(found.json()["items"])


class TestRegister:
    def test_the_secret_is_sealed_and_never_told(self, telling: Service) -> None:
        added = add(telling)
        assert added.status_code == 201, added.text
        assert SECRET not in added.text
        assert SECRET not in telling.as_("adam").get(added.headers["Location"]).text
        with telling.database.reading(NORTH) as store:
            row = store.webhooks.get(added.json()["id"])
        assert SECRET.encode() not in row.secret
        assert telling.running.sealer.open(row.secret, row_id=row.id) == SECRET

    @pytest.mark.parametrize(
        ("said", "field"),
        [
            ({"url": f"http://{HOST}/"}, "url"),
            ({"url": "https://elsewhere.example.org/"}, "url"),
            ({"secret": "short"}, "secret"),
            ({"secret": None}, "secret"),
            ({"events": []}, "events"),
            ({"events": ["participant.changed"]}, "events.0"),
        ],
    )
    def test_what_is_wrong_is_named(self, sqlite_telling: Service, said: dict[str, Any], field: str) -> None:
        refused = sqlite_telling.as_("adam").post(
            "/v1/webhooks", {"url": f"https://{HOST}/hook", "secret": SECRET, **said}
        )
        assert field in fields(refused)

    def test_a_host_that_leads_inwards_is_refused(self, databases: Databases, tmp_path: Path) -> None:
        service = started(databases.fresh("sqlite", tmp_path), tmp_path, [PUBLIC, PRIVATE])
        refused = add(service)
        assert fields(refused) == ["url"]
        assert PRIVATE not in refused.text
        service.client.close()
        service.running.close()

    def test_only_an_administrator_has_to_do_with_them(self, sqlite_telling: Service) -> None:
        added = add(sqlite_telling)
        for name in ("ana", "eve", "lee", "val", "aud"):
            assert add(sqlite_telling, of=name).status_code == 403
            assert sqlite_telling.as_(name).get("/v1/webhooks").status_code == 403
            assert sqlite_telling.as_(name).get(added.headers["Location"]).status_code == 403

    def test_a_change_without_a_secret_keeps_it_and_a_removal_ends_it(self, sqlite_telling: Service) -> None:
        added = add(sqlite_telling)
        path = added.headers["Location"]
        said = {"url": f"https://{HOST}/other", "disabled": True}
        changed = sqlite_telling.as_("adam").change("PUT", path, said, version=1)
        assert (changed.status_code, changed.json()["url"]) == (200, said["url"])
        with sqlite_telling.database.reading(NORTH) as store:
            row = store.webhooks.get(added.json()["id"])
        assert sqlite_telling.running.sealer.open(row.secret, row_id=row.id) == SECRET
        assert sqlite_telling.as_("adam").change("PUT", path, said, version=1).status_code == 412
        assert sqlite_telling.as_("adam").change("DELETE", path, version=2).status_code == 204
        assert sqlite_telling.as_("adam").get(path).status_code == 404


class TestDeliver:
    def test_an_alert_is_told_by_ids_and_time_and_signed(self, telling: Service, receiver: Receiver) -> None:
        webhook = add(telling, receiver.url)
        announce(telling)
        work(telling, receiver)
        (got,) = receiver.got
        (delivery,) = deliveries(telling, webhook)
        assert orjson.loads(got.body) == {
            "event": "alert.made",
            "delivery_id": delivery["id"],
            "alert_id": "alert-1",
            "vacancy_id": "vac-1",
            "at": telling.clock.at.isoformat(),
        }
        signed = got.headers["wellplaced-timestamp"].encode() + b"." + got.body
        expected = hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
        assert got.headers["wellplaced-signature"] == f"sha256={expected}"
        assert (delivery["state"], delivery["attempts"], delivery["last_status"]) == ("delivered", 1, 204)

    def test_a_failure_is_tried_again_after_a_wait_that_grows(
        self, sqlite_telling: Service, receiver: Receiver
    ) -> None:
        webhook = add(sqlite_telling, receiver.url)
        announce(sqlite_telling)
        receiver.status = 500
        work(sqlite_telling, receiver)
        work(sqlite_telling, receiver)
        assert len(receiver.got) == 1
        sqlite_telling.clock.at += WAITS[0]
        receiver.status = 200
        work(sqlite_telling, receiver)
        (delivery,) = deliveries(sqlite_telling, webhook)
        assert (delivery["state"], delivery["attempts"], len(receiver.got)) == ("delivered", 2, 2)
        assert receiver.got[0].headers["wellplaced-delivery"] == receiver.got[1].headers["wellplaced-delivery"]
        assert receiver.got[0].headers["wellplaced-signature"] != receiver.got[1].headers["wellplaced-signature"]

    def test_after_the_last_attempt_a_message_is_dead(self, sqlite_telling: Service, receiver: Receiver) -> None:
        webhook = add(sqlite_telling, receiver.url)
        announce(sqlite_telling)
        receiver.status = 410
        for wait in (*WAITS, *WAITS):
            work(sqlite_telling, receiver)
            sqlite_telling.clock.at += wait
        (delivery,) = deliveries(sqlite_telling, webhook)
        assert (delivery["state"], delivery["attempts"], len(receiver.got)) == ("dead", MOST_ATTEMPTS, MOST_ATTEMPTS)

    def test_a_name_that_leads_inwards_by_now_is_not_followed(
        self, sqlite_telling: Service, receiver: Receiver
    ) -> None:
        webhook = add(sqlite_telling, receiver.url)
        announce(sqlite_telling)
        work(sqlite_telling, receiver, resolve=lambda host, port: [PRIVATE])
        (delivery,) = deliveries(sqlite_telling, webhook)
        assert (delivery["state"], delivery["last_failure"]) == ("waiting", "not_public")

    def test_a_webhook_that_was_removed_or_switched_off_is_told_nothing(
        self, sqlite_telling: Service, receiver: Receiver
    ) -> None:
        removed, off = add(sqlite_telling, receiver.url), add(sqlite_telling, receiver.url)
        announce(sqlite_telling)
        sqlite_telling.as_("adam").change("DELETE", removed.headers["Location"], version=1)
        said = {"url": receiver.url, "disabled": True}
        sqlite_telling.as_("adam").change("PUT", off.headers["Location"], said, version=1)
        work(sqlite_telling, receiver)
        assert receiver.got == []
        announce(sqlite_telling)
        assert len(deliveries(sqlite_telling, off)) == 1

    def test_another_organisation_is_not_told(self, telling: Service, receiver: Receiver) -> None:
        add(telling, receiver.url)
        announce(telling, "south")
        work(telling, receiver)
        assert receiver.got == []

    def test_a_webhook_can_be_tried_out(self, sqlite_telling: Service, receiver: Receiver) -> None:
        webhook = add(sqlite_telling, receiver.url)
        tried = sqlite_telling.as_("adam").post(f"{webhook.headers['Location']}/deliveries")
        assert tried.status_code == 202
        work(sqlite_telling, receiver)
        assert receiver.got[0].headers["wellplaced-event"] == "webhook.test"
