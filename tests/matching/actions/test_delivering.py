"""Messages to other systems: only to public addresses of listed hosts, signed, and never further than that."""

from __future__ import annotations

import hashlib
import hmac
import socket
import ssl
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from matching.actions.delivering import Refused, Sender, Target, is_public, signature, target_of
from matching.errors import Invalid
from tests.receiver import HOST, Receiver


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[Receiver]:
    with Receiver(tmp_path) as running:
        yield running


def sender(receiver: Receiver, **more: object) -> Sender:
    """A sender that may reach the loopback and trusts the receiver's certificate."""
    return Sender(
        **{  # type: ignore[arg-type]
            "resolve": lambda host, port: ["127.0.0.1"],
            "allows": lambda address: address == "127.0.0.1",
            "tls": receiver.trusting,
            "timeout_seconds": 1.0,
            **more,
        }
    )


def to(receiver: Receiver, path: str = "/hook") -> Target:
    return Target(host=HOST, port=receiver.port, path=path)


class TestAddresses:
    @pytest.mark.parametrize(
        ("address", "public"),
        [
            ("93.184.215.14", True),
            ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True),
            ("127.0.0.1", False),
            ("127.8.8.8", False),
            ("0.0.0.0", False),  # noqa: S104 - looked at, not bound
            ("10.0.0.1", False),
            ("172.16.5.5", False),
            ("192.168.1.1", False),
            ("169.254.169.254", False),
            ("100.64.0.1", False),
            ("224.0.0.1", False),
            ("255.255.255.255", False),
            ("::1", False),
            ("::", False),
            ("fe80::1", False),
            ("fe80::1%eth0", False),
            ("fc00::1", False),
            ("ff02::1", False),
            ("::ffff:127.0.0.1", False),
            ("::ffff:93.184.215.14", True),
            ("64:ff9b::7f00:1", False),
            ("2002:7f00:1::", False),
            ("localhost", False),
            ("", False),
        ],
    )
    def test_only_addresses_of_the_public_internet_may_be_reached(self, address: str, public: bool) -> None:
        assert is_public(address) is public

    def test_one_private_address_among_public_ones_refuses_them_all(self) -> None:
        mixed = Sender(resolve=lambda host, port: ["93.184.215.14", "10.0.0.1"])
        with pytest.raises(Refused, match="not_public"):
            mixed.checked_addresses(Target(host=HOST, port=443, path="/"))

    def test_a_host_without_an_address_is_refused(self) -> None:
        with pytest.raises(Refused, match="not_resolved"):
            Sender(resolve=lambda host, port: []).checked_addresses(Target(host=HOST, port=443, path="/"))


class TestUrls:
    @pytest.mark.parametrize(
        "url",
        [
            "http://hooks.example.org/",
            "https://other.example.org/",
            "https://hooks.example.org.evil.example/",
            "https://hooks.example.org@evil.example/",
            "https://user:word@hooks.example.org/",
            "https://hooks.example.org/?token=1",
            "https://hooks.example.org/#here",
            "https://hooks.example.org:99999/",
            "https://hooks.example.org/a b",
            "https://hooks.example.org\\@evil.example/",
            "https:///hook",
            "https://[::1",
            "ftp://hooks.example.org/",
            "hooks.example.org",
            "https://höoks.example.org/",
            "https://hooks.example.org/" + "a" * 500,
        ],
    )
    def test_what_is_not_https_to_a_listed_host_is_refused(self, url: str) -> None:
        with pytest.raises(Invalid):
            target_of(url, hosts=[HOST])

    def test_a_listed_host_is_compared_without_regard_to_case(self) -> None:
        assert target_of("https://HOOKS.example.org:8443/x", hosts=["Hooks.Example.Org"]) == Target(
            host=HOST, port=8443, path="/x"
        )


class TestSend:
    def test_a_message_arrives_at_the_checked_address_with_its_headers(self, receiver: Receiver) -> None:
        sent = sender(receiver).send(to(receiver), body=b"{}", headers={"Wellplaced-Event": "alert.made"})
        assert sent.arrived
        (got,) = receiver.got
        assert (got.path, got.body, got.headers["wellplaced-event"]) == ("/hook", b"{}", "alert.made")
        assert got.headers["host"].startswith(HOST)

    def test_the_name_is_looked_up_once_so_that_a_second_answer_leads_nowhere(self, receiver: Receiver) -> None:
        answers = iter([["127.0.0.1"], ["10.0.0.1"]])
        once = sender(receiver, resolve=lambda host, port: next(answers))
        assert once.send(to(receiver), body=b"{}", headers={}).arrived
        assert len(receiver.got) == 1

    def test_nothing_is_sent_to_an_address_that_is_not_public(self, receiver: Receiver) -> None:
        strict = sender(receiver, allows=is_public)
        assert strict.send(to(receiver), body=b"{}", headers={}).failure == "not_public"
        assert receiver.got == []

    def test_a_certificate_of_another_name_is_refused(self, receiver: Receiver) -> None:
        other = Target(host="other.example.org", port=receiver.port, path="/")
        assert sender(receiver).send(other, body=b"{}", headers={}).failure == "certificate"
        assert receiver.got == []

    def test_a_certificate_that_nobody_vouches_for_is_refused(self, receiver: Receiver) -> None:
        plain = sender(receiver, tls=ssl.create_default_context)
        assert plain.send(to(receiver), body=b"{}", headers={}).failure == "certificate"

    def test_redirects_are_not_followed(self, receiver: Receiver) -> None:
        receiver.status, receiver.location = 302, f"https://{HOST}:{receiver.port}/elsewhere"
        sent = sender(receiver).send(to(receiver), body=b"{}", headers={})
        assert (sent.status, sent.arrived) == (302, False)
        assert [each.path for each in receiver.got] == ["/hook"]

    def test_nobody_listening_is_no_answer(self, receiver: Receiver) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            closed = Target(host=HOST, port=free.getsockname()[1], path="/")
            assert sender(receiver).send(closed, body=b"{}", headers={}).failure == "no_answer"

    def test_a_receiver_that_never_answers_is_left(self, receiver: Receiver) -> None:
        receiver.delay_seconds = 5.0
        began = time.monotonic()
        sent = sender(receiver, timeout_seconds=0.3).send(to(receiver), body=b"{}", headers={})
        assert sent.failure == "timeout"
        assert time.monotonic() - began < 2.0

    def test_a_receiver_that_answers_a_byte_at_a_time_is_cut_off(self, receiver: Receiver) -> None:
        receiver.drip_seconds = 0.2
        began = time.monotonic()
        sent = sender(receiver, timeout_seconds=0.5).send(to(receiver), body=b"{}", headers={})
        assert sent.failure is not None
        assert time.monotonic() - began < 4.0


def test_a_signature_is_over_the_second_and_the_body() -> None:
    expected = hmac.new(b"s" * 32, b"1700000000.{}", hashlib.sha256).hexdigest()
    assert signature("s" * 32, timestamp=1_700_000_000, body=b"{}") == expected
    assert signature("s" * 32, timestamp=1_700_000_001, body=b"{}") != expected
