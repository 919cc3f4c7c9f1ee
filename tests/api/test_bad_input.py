"""Bad input of every kind, at every route that takes any: a problem names what is wrong, and nothing is changed."""

from __future__ import annotations

import asyncio
import hashlib
import json
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from httpx import Response
from pydantic import SecretStr

from api.running import not_ready_because, open_running
from tests.api.world import TODAY, WEBHOOK_HOST, Ids, changes, one_of_everything
from tests.databases import Databases
from tests.service import Service, start_service

PROBLEM = "application/problem+json"
LARGEST = 1_000_000
#: Where a refusal may leave something: an attempt to sign in, and what is kept for retries.
_MAY_CHANGE = {"sign_in_attempts", "idempotency_keys"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """A route that takes a body, who may ask it, and a body that it takes; a change names a version too."""

    by: str
    method: str
    path: str
    body: dict[str, Any]
    changes: bool = False

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


TERMS = {"started_on": "2026-11-02", "hours_week": 16.5, "permanent": True, "job_title": "Baker"}
CALL = {"employer_id": "{employer_id}", "mode": "phone", "on": TODAY, "notes": "two ovens", "planned": False}
TASTER = {"participant_id": "{participant_id}", "vacancy_id": "{vacancy_id}", "kind": "job_taster", "on": TODAY}
PAY = {"from_on": "2026-11-09", "to_on": "2026-11-15", "gross_pence": 20_000, "source": "payslip", "verified": True}
BECAUSE = {"reason": "fits_wish", "words": "as they said"}
USER = {"email": "other@example.org", "name": "Other", "roles": ["evaluator"], "team_ids": []}
WEBHOOK = {"url": f"https://{WEBHOOK_HOST}/other", "secret": "s" * 40, "events": ["alert.made"], "disabled": False}
PERSON = {"name": "Ines", "entered_on": "2026-11-02", "communication": ["bsl"]}
SETTINGS = {"consent_days": 300}
_P, _J, _S, _V = (
    "/v1/participants/{participant_id}",
    "/v1/placements/{placement_id}",
    "/v1/shortlists/{shortlist_id}",
    "/v1/vacancies/{vacancy_id}",
)
WRITES = (
    Write(by="ana", method="POST", path="/v1/allocations", body={"people_per_opening": 2}),
    Write(
        by="ana",
        method="POST",
        path="/v1/allocations/{allocation_id}/edits",
        body={**BECAUSE, "kind": "add", "participant_id": "{participant_id}", "vacancy_id": "{vacancy_id:last}"},
        changes=True,
    ),
    Write(
        by="eve",
        method="POST",
        path=f"{_V}/answers",
        body={
            "about": "sensory.noise",
            "value": {"typical": 1},
            "source": "phone",
            "said_on": TODAY,
            "note": "the head baker",
        },
    ),
    Write(
        by="ana",
        method="POST",
        path=f"{_P}/consents",
        body={
            "employer_id": "{employer_id}",
            "choice": "yes",
            "items": ["name"],
            "method": "phone",
            "given_on": TODAY,
            "expires_on": "2027-01-01",
        },
    ),
    Write(by="ana", method="POST", path=f"{_P}/consents/{{consent_id}}/withdrawal", body={"withdrawn_on": TODAY}),
    Write(by="ana", method="POST", path="/v1/contacts", body=CALL),
    Write(by="ana", method="PUT", path="/v1/contacts/{contact_id}", body=CALL, changes=True),
    Write(
        by="ana",
        method="POST",
        path="/v1/decisions",
        body={**BECAUSE, "participant_id": "{participant_id}", "vacancy_id": "{vacancy_id}", "choice": "not_now"},
    ),
    Write(
        by="ana",
        method="POST",
        path="/v1/decisions/take-back",
        body={"participant_id": "{participant_id}", "vacancy_id": "{vacancy_id}", "words": "too soon"},
    ),
    Write(
        by="eve",
        method="POST",
        path="/v1/employers",
        body={"name": "Old Mill", "notes": "by the river", "contact_every_days": 7, "no_contact_until": TODAY},
    ),
    Write(by="eve", method="PUT", path="/v1/employers/{employer_id}", body={"name": "Hazel & Co"}, changes=True),
    Write(
        by="eve",
        method="POST",
        path="/v1/employers/{employer_id}/workplaces",
        body={"name": "the shop", "postcode": "ME14 1AA"},
    ),
    Write(by="eve", method="POST", path="/v1/exports", body={"kind": "vacancies", "form": "csv", "search": "baker"}),
    Write(
        by="adam",
        method="PUT",
        path="/v1/organisation",
        body={"name": "North", "settings": SETTINGS},
        changes=True,
    ),
    Write(by="ana", method="POST", path="/v1/participants", body={**PERSON, "ref": "P-9"}),
    Write(by="ana", method="PUT", path=_P, body=PERSON, changes=True),
    Write(by="lee", method="PUT", path=f"{_P}/specialist", body={"specialist_id": "user-lee"}, changes=True),
    Write(by="ana", method="PUT", path=f"{_P}/status", body={"status": "paused"}, changes=True),
    Write(by="ana", method="PUT", path=f"{_P}/objection", body={"objects": True}, changes=True),
    Write(
        by="ana",
        method="POST",
        path="/v1/placements",
        body={**TERMS, "participant_id": "{participant_id}", "vacancy_id": "{vacancy_id}", "hourly_pence": 1300},
    ),
    Write(by="ana", method="PUT", path=_J, body=TERMS, changes=True),
    Write(
        by="ana",
        method="PUT",
        path=f"{_J}/end",
        body={"ended_on": TODAY, "reason": "better_job", "said_by": "participant", "words": "nearer home"},
        changes=True,
    ),
    Write(
        by="ana",
        method="POST",
        path=f"{_J}/check-ins",
        body={"on": TODAY, "still_in_work": True, "satisfaction": 4, "notes": "all is well"},
    ),
    Write(
        by="ana",
        method="PUT",
        path=f"{_J}/check-ins/{{check_in_id}}",
        body={"on": TODAY, "still_in_work": True},
        changes=True,
    ),
    Write(by="ana", method="POST", path=f"{_J}/earnings", body=PAY),
    Write(by="ana", method="PUT", path=f"{_J}/earnings/{{earnings_id}}", body=PAY, changes=True),
    Write(by="ana", method="PATCH", path=f"{_P}/profile", body=changes({"strengths": ["quick"]}), changes=True),
    Write(
        by="ana",
        method="POST",
        path=f"{_P}/profile/drafts/{{draft_id}}/taking-up",
        body={"fields": ["strengths"]},
        changes=True,
    ),
    Write(
        by="ana",
        method="POST",
        path="/v1/shortlists",
        body={"participant_id": "{participant_id}", "entries": 5},
    ),
    Write(
        by="ana",
        method="POST",
        path=f"{_S}/entries",
        body={**BECAUSE, "vacancy_id": "{vacancy_id:last}", "place": 1},
        changes=True,
    ),
    Write(by="ana", method="PATCH", path=f"{_S}/entries/{{vacancy_id}}", body={**BECAUSE, "to": "up"}, changes=True),
    Write(by="ana", method="POST", path=f"{_S}/entries/{{vacancy_id}}/removal", body=BECAUSE, changes=True),
    Write(by="ana", method="POST", path="/v1/tasters", body={**TASTER, "participant_found": "it is warm"}),
    Write(by="ana", method="PUT", path="/v1/tasters/{taster_id}", body=TASTER, changes=True),
    Write(by="adam", method="POST", path="/v1/teams", body={"name": "fourth team"}),
    Write(by="adam", method="PUT", path="/v1/teams/{team_id}", body={"name": "renamed"}, changes=True),
    Write(
        by="adam",
        method="POST",
        path="/v1/tokens",
        body={"name": "another system", "permissions": ["vacancies_read"], "expires_at": "2027-01-01T00:00:00Z"},
    ),
    Write(by="adam", method="POST", path="/v1/users", body=USER),
    Write(by="adam", method="PUT", path="/v1/users/{user_id}", body=USER, changes=True),
    Write(
        by="eve",
        method="POST",
        path="/v1/vacancies",
        body={
            "title": "Baker",
            "employer": "Ash Hotel",
            "hours": {"min": 8},
            "tasks": ["weigh flour"],
            "observed_on": TODAY,
            "note": "on a visit",
        },
    ),
    Write(
        by="eve",
        method="POST",
        path="/v1/vacancies/carved",
        body={"title": "Weigher", "origins": [{"vacancy_id": "{vacancy_id}", "tasks": ["weigh flour"]}], "note": "x"},
    ),
    Write(
        by="eve",
        method="POST",
        path=f"{_V}/facts",
        body={"source": "visit", "observed_on": TODAY, "note": "seen", "facts": {"hours": {"max": 20}}},
    ),
    Write(by="eve", method="PATCH", path=f"{_V}/audience", body={"visibility": "team"}, changes=True),
    Write(by="adam", method="POST", path="/v1/webhooks", body=WEBHOOK),
    Write(by="adam", method="PUT", path="/v1/webhooks/{webhook_id}", body=WEBHOOK, changes=True),
)
#: These are asked without or with one's own password, and have tests of their own.
SIGN_IN = {"/v1/sign-in/password", "/v1/sign-in/code", "/v1/sign-in/first-password"}


@dataclass
class Furnished:
    """A service in which there is one of everything, watched for changes."""

    service: Service
    ids: Ids
    watcher: sqlite3.Connection
    versions: dict[str, dict[str, str]] = field(default_factory=dict)

    def served(self) -> Furnished:
        """Have the application serve this one."""
        app: Any = self.service.client.app
        app.state.running = self.service.running
        return self

    def filled(self, value: Any) -> Any:
        """Put real ids in the places of their names."""
        if isinstance(value, dict):
            return {name: self.filled(each) for name, each in value.items()}
        if isinstance(value, list):
            return [self.filled(each) for each in value]
        if isinstance(value, str):
            for name, found in self.ids.items():
                value = value.replace(f"{{{name}}}", found[0]).replace(f"{{{name}:last}}", found[-1])
        return value

    def send(self, write: Write, **more: Any) -> Response:
        """Ask the route of a write; nothing is sent but what is said."""
        headers = dict(more.pop("headers", {}))
        return self.service.as_(write.by)._ask(write.method, self.filled(write.path), headers=headers, **more)

    def send_json(self, write: Write, body: Any, **more: Any) -> Response:
        """Send a body, as the version that is there."""
        return self.send(write, json=body, headers={**self.version_of(write), **more.pop("headers", {})}, **more)

    def send_bytes(self, write: Write, content: Any, **headers: str) -> Response:
        """Send bytes as if they were JSON."""
        return self.send(
            write, content=content, headers={"Content-Type": "application/json", **self.version_of(write), **headers}
        )

    def version_of(self, write: Write) -> dict[str, str]:
        """The version that a change is made to; asked for once, since nothing changes it."""
        if not write.changes:
            return {}
        if write.path not in self.versions:
            self.versions[write.path] = self._version_of(write)
        return self.versions[write.path]

    def _version_of(self, write: Write) -> dict[str, str]:
        stale = self.send(write, json=self.filled(write.body), headers={"If-Match": '"999999999"'})
        assert stale.status_code == 412, f"{write}: {stale.text}"
        return {"If-Match": f'"{stale.json()["version"]}"'}

    def digest(self) -> str:
        """Of every row of every table but those that a refusal may touch."""
        told = hashlib.sha256()
        for (table,) in self.watcher.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"):
            if table not in _MAY_CHANGE:
                for row in self.watcher.execute(f'SELECT * FROM "{table}" ORDER BY rowid'):  # noqa: S608
                    told.update(repr((table, row)).encode())
        return told.hexdigest()


@pytest.fixture(scope="module")
def template(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Service, Ids, Path]]:
    """The service and a database to copy."""
    folder = tmp_path_factory.mktemp("furnished")
    url = databases.fresh("sqlite", folder)
    service = start_service(url, folder, requests_per_minute=1_000_000, upload_megabytes=1)
    with service.client:
        ids = one_of_everything(service)
        service.database.close()  # everything is in the one file now, which is copied
        yield service, ids, Path(url.removeprefix("sqlite:///"))


def opened(template: tuple[Service, Ids, Path], copy: Path) -> Iterator[Furnished]:
    """A fresh copy, whose every change is noticed."""
    service, ids, original = template
    shutil.copyfile(original, copy)
    running = open_running(
        service.running.settings.model_copy(update={"database_url": SecretStr(f"sqlite:///{copy}")}),
        clock=service.clock,
    )
    while not_ready_because(running) is not None:
        time.sleep(0.01)
    watcher = sqlite3.connect(copy)
    yield Furnished(service=replace(service, running=running), ids=ids, watcher=watcher).served()
    watcher.close()
    running.database.close()


@pytest.fixture
def furnished(template: tuple[Service, Ids, Path], tmp_path: Path) -> Iterator[Furnished]:
    """A service in which there is one of everything, for one test alone."""
    yield from opened(template, tmp_path / "own.sqlite")


@pytest.fixture(scope="module")
def shared(template: tuple[Service, Ids, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Furnished]:
    """The same for all tests that change nothing."""
    yield from opened(template, tmp_path_factory.mktemp("shared") / "shared.sqlite")


@pytest.fixture
def unchanged(shared: Furnished) -> Iterator[Furnished]:
    """A service to which whatever a test sends must change nothing."""
    before = shared.digest()
    yield shared.served()
    assert shared.digest() == before


def problem(answered: Response, *statuses: int) -> dict[str, Any]:
    """What a problem document says."""
    asked = f"{answered.request.method} {answered.request.url}"
    assert answered.status_code in statuses, f"{asked}: {answered.status_code} {answered.text[:500]}"
    assert answered.headers["Content-Type"] == PROBLEM
    told: dict[str, Any] = answered.json()
    assert told["status"] == answered.status_code
    assert len(answered.content) < 20_000
    return told


class TestTheTable:
    def test_it_holds_every_route_that_takes_a_body(self, unchanged: Furnished) -> None:
        app: Any = unchanged.service.client.app
        taken = {
            f"{method.upper()} {path}"
            for path, operations in app.openapi()["paths"].items()
            for method, operation in operations.items()
            if "application/json" in operation.get("requestBody", {}).get("content", {}) and path not in SIGN_IN
        }
        assert taken - {str(each) for each in WRITES} == set()

    @pytest.mark.parametrize("write", WRITES, ids=str)
    def test_without_a_fault_each_is_taken(self, furnished: Furnished, write: Write) -> None:
        answered = furnished.send_json(write, furnished.filled(write.body))
        assert answered.status_code in (200, 201, 202), answered.text


def _nested(opening: bytes, closing: bytes) -> bytes:
    return b'{"name": ' + opening * 10_000 + closing * 10_000 + b"}"


def _with_first_text(body: dict[str, Any], text: str) -> bytes:
    """The body with something inside its first text, written as it is."""
    written = json.dumps(body)
    place = written.index(': "') + 3 if ': "' in written else written.index("{") + 1
    return (written[:place] + text + written[place:]).encode()


#: Bytes that are no JSON as we take it, made of a body that is.
NO_JSON: dict[str, Callable[[dict[str, Any]], bytes]] = {
    "nothing": lambda _body: b"",
    "cut off": lambda body: json.dumps(body).encode()[:-1],
    "UTF-16": lambda body: json.dumps(body).encode("utf-16"),
    "UTF-16 without a mark": lambda body: json.dumps(body).encode("utf-16-le"),
    "Latin-1": lambda body: _with_first_text(body, "cafX").replace(b"cafX", b"caf\xe9"),
    "a byte order mark": lambda body: b"\xef\xbb\xbf" + json.dumps(body).encode(),
    "an encoded surrogate": lambda body: _with_first_text(body, "X").replace(b"X", b"\xed\xa0\x80"),
    "half a surrogate pair": lambda body: _with_first_text(body, "\\ud800"),
    "a NUL": lambda body: _with_first_text(body, "\\u0000"),
    "a raw control character": lambda body: _with_first_text(body, "\x01"),
    "not a number": lambda body: json.dumps({**body, next(iter(body)): float("nan")}).encode(),
    "infinity": lambda body: json.dumps({**body, next(iter(body)): float("inf")}).encode(),
    "a number beyond all": lambda body: json.dumps({**body, next(iter(body)): 0}).replace(": 0", ": 1e999").encode(),
    "ten thousand lists": lambda _body: _nested(b"[", b"]"),
    "ten thousand objects": lambda _body: _nested(b'{"a":', b"}").replace(b":}", b":1}"),
    "a name said twice": lambda body: b'{"a": 1, "a": 2, ' + json.dumps(body).encode()[1:],
    "two documents": lambda body: json.dumps(body).encode() * 2,
    "single quotes": lambda body: repr(body).encode(),
}
NO_OBJECT = {"a list": [], "a text": "x", "a number": 1, "null": None, "true": True}


class TestNoBody:
    @pytest.mark.parametrize("kind", NO_JSON)
    def test_what_is_no_json_in_utf8_is_refused_everywhere(self, unchanged: Furnished, kind: str) -> None:
        for write in WRITES:
            body = NO_JSON[kind](unchanged.filled(write.body))
            told = problem(unchanged.send_bytes(write, body), 422)
            assert {each["message"] for each in told["errors"]} <= {"is not JSON in UTF-8", "is missing"}

    @pytest.mark.parametrize("kind", NO_OBJECT)
    def test_what_is_no_object_is_refused_everywhere(self, unchanged: Furnished, kind: str) -> None:
        for write in WRITES:
            told = problem(unchanged.send_json(write, NO_OBJECT[kind]), 422)
            assert [each["field"] for each in told["errors"]] == [""]

    @pytest.mark.parametrize(
        "content_type",
        ["text/plain", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""],
    )
    def test_another_kind_of_content_is_refused_everywhere(self, unchanged: Furnished, content_type: str) -> None:
        for write in WRITES:
            body = json.dumps(unchanged.filled(write.body)).encode()
            problem(unchanged.send_bytes(write, body, **{"Content-Type": content_type}), 415)

    def test_what_is_too_large_is_refused_everywhere(self, unchanged: Furnished) -> None:
        for write in WRITES:
            large = json.dumps(unchanged.filled(write.body)).encode() + b" " * LARGEST
            problem(unchanged.send_bytes(write, large), 413)
            # Without saying beforehand how much it will be.
            problem(unchanged.send_bytes(write, iter([large[:1000], large[1000:]])), 413)

    @pytest.mark.parametrize("length", ["-1", "+5", "1e3", "abc", "9" * 30, "0x10", " "])
    def test_a_length_that_is_none_is_refused(self, unchanged: Furnished, length: str) -> None:
        body = json.dumps(unchanged.filled(WRITES[9].body)).encode()
        problem(unchanged.send_bytes(WRITES[9], body, **{"Content-Length": length}), 400, 413)


#: What is put in the place of a value of a kind; the framework must read none of them as the other.
_WRONG: dict[type, tuple[Any, ...]] = {
    str: (12.5, {"a": 1}, ["x"], True),
    bool: ("maybe", "yes", 2, 1, [], {}),
    int: ("many", "12", 1.5, True, [1], {"a": 1}),
    float: ("many", "12", True, [1], {"a": 1}),
    list: ("x", 1, {"a": 1}, True),
    dict: ("x", 1, [1], True),
}
_HOSTILE = ("\u202eevil", "zero\u200bwidth", "e\u0301" * 30, "a" * 65, "../../etc", "'; --", "")


def faults_of(body: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Each field with each value that is wrong for it."""
    for name, value in body.items():
        for wrong in _WRONG[type(value)]:
            # Any value of the interchange format may stand in these.
            if name not in ("value", "to"):
                yield name, wrong
        if isinstance(value, str):
            yield name, "x" * 20_000


class TestWrongFields:
    def test_a_value_of_the_wrong_kind_is_refused_by_its_field_everywhere(self, unchanged: Furnished) -> None:
        taken = []
        for write in WRITES:
            body = unchanged.filled(write.body)
            for name, wrong in faults_of(body):
                answered = unchanged.send_json(write, {**body, name: wrong})
                if answered.status_code != 422 or not _names(answered, name):
                    taken.append(f"{write}: {name}: {wrong!r:.60}: {answered.status_code} {answered.text[:300]}")
        assert taken == []

    def test_what_is_no_id_code_or_day_is_refused_by_its_field_everywhere(self, unchanged: Furnished) -> None:
        taken = []
        for write in WRITES:
            body = unchanged.filled(write.body)
            for name in [each for each in body if each.endswith(("_id", "_on")) or each in _CODES]:
                for hostile in _HOSTILE:
                    answered = unchanged.send_json(write, {**body, name: hostile})
                    if answered.status_code != 422 or not _names(answered, name):
                        taken.append(f"{write}: {name}: {hostile!r:.60}: {answered.status_code} {answered.text[:300]}")
        assert taken == []

    def test_a_field_that_is_not_ours_is_refused_by_its_name_everywhere(self, unchanged: Furnished) -> None:
        for write in WRITES:
            told = problem(unchanged.send_json(write, {**unchanged.filled(write.body), "colour": "red"}), 422)
            assert [each["field"] for each in told["errors"]] == ["colour"]
            problem(unchanged.send_json(write, {**unchanged.filled(write.body), "x" * 900_000: 1}), 422)

    def test_hostile_text_in_words_is_kept_as_it_was_sent(self, furnished: Furnished) -> None:
        for text in (
            "\u202eevil",
            "zero\u200bwidth",
            "e\u0301" * 30,
            "\u0000".join([]) or "𝕫",
            "<script>alert(1)</script>",
        ):
            made = furnished.service.as_("eve").post("/v1/employers", {"name": f"Mill {text}", "notes": text})
            assert (made.status_code, made.json()["notes"]) == (201, text)


_CODES = {"mode", "kind", "source", "choice", "method", "reason", "said_by", "status", "visibility", "form"}


def _names(answered: Response, field: str) -> bool:
    errors = answered.json().get("errors", [])
    return any(each["field"] == field or each["field"].startswith((f"{field}.", f"{field}[")) for each in errors)


class TestVersions:
    def test_a_change_without_a_version_is_refused_everywhere(self, unchanged: Furnished) -> None:
        for write in WRITES:
            if write.changes:
                problem(unchanged.send(write, json=unchanged.filled(write.body)), 428)

    def test_a_stale_version_is_refused_everywhere_and_the_present_one_named(self, unchanged: Furnished) -> None:
        for write in WRITES:
            # What a second saver of a profile wrote is kept beside it, as a draft.
            if write.changes and not write.path.endswith("/profile"):
                for stale in ('"0"', '"77"', 'W/"999999999"'):
                    answered = unchanged.send(write, json=unchanged.filled(write.body), headers={"If-Match": stale})
                    assert problem(answered, 412)["version"] >= 1

    @pytest.mark.parametrize(
        "stated", ["*", "abc", '"1', '"-1"', '"1.0"', '"1", "2"', '"' + "9" * 40 + '"', '"\u00b2"', ""]
    )
    def test_what_is_no_version_is_refused_everywhere(self, unchanged: Furnished, stated: str) -> None:
        for write in WRITES:
            if write.changes:
                headers = {"If-Match": stated.encode("latin-1")}
                told = problem(unchanged.send(write, json=unchanged.filled(write.body), headers=headers), 422)
                assert [each["field"] for each in told["errors"]] == ["If-Match"]


class TestKeys:
    def test_a_replayed_key_does_nothing_twice_and_takes_no_other_body(self, furnished: Furnished) -> None:
        for number, write in enumerate(each for each in WRITES if each.method == "POST"):
            body, key = furnished.filled(write.body), {"Idempotency-Key": f"key {number}"}
            headers = {**furnished.version_of(write), **key}
            first = furnished.send(write, json=body, headers=headers)
            if first.status_code >= 400:  # what was done before stands in the way of this
                continue
            before = furnished.digest()
            again = furnished.send(write, json=body, headers=headers)
            kept = {} if write.path in _SHOWN_ONCE else {"content": first.content}
            assert again.status_code == first.status_code, f"{write}: {again.text}"
            assert kept.items() <= {"content": again.content}.items(), write
            assert again.headers["Idempotency-Replayed"] == "true"
            for other in ({**body, "colour": "red"}, {}, [body]):
                problem(furnished.send(write, json=other, headers=headers), 409)
            # Nobody else is answered by this key.
            assert furnished.digest() == before, write

    @pytest.mark.parametrize("key", ["", "x" * 201, "caf\u00e9", "two\tparts", "\x7f"])
    def test_what_is_no_key_is_refused_everywhere(self, unchanged: Furnished, key: str) -> None:
        for write in WRITES:
            if write.method == "POST":
                headers = {"Idempotency-Key": key.encode("latin-1")}
                told = problem(unchanged.send(write, json=unchanged.filled(write.body), headers=headers), 422)
                assert [each["field"] for each in told["errors"]] == ["Idempotency-Key"]


#: Their first answer shows a secret, which is not kept.
_SHOWN_ONCE = {"/v1/tokens", "/v1/users"}


class TestAddresses:
    @pytest.mark.parametrize("method", ["BREW", "TRACE", "PROPFIND", "PATCH", "DELETE", "PUT", "POST"])
    def test_a_method_that_a_route_does_not_know_is_refused(self, unchanged: Furnished, method: str) -> None:
        for path, operations in described_paths(unchanged).items():
            if method.lower() not in operations:
                filled = unchanged.filled(path).replace("{kind}", "vacancies")
                # Where the last part may also be an id, a change of that is meant.
                problem(
                    unchanged.service.as_("lee")._ask(method, filled), *((404, 405, 428) if filled == path else (405,))
                )

    @pytest.mark.parametrize("cursor", ["9" * 200, "-1", "0", "z" * 64, "...", "1.5", "a" * 201, "%00", "' OR 1=1"])
    def test_a_cursor_that_is_none_is_no_error_of_ours(self, shared: Furnished, cursor: str) -> None:
        asked = 0
        for path, operations in described_paths(shared.served()).items():
            takes = {each["name"] for each in operations.get("get", {}).get("parameters", ())}
            if "cursor" in takes:
                asked += 1
                address = shared.filled(path + _NEEDED.get(path, "?"))
                answered = shared.service.as_(_reader(path)).get(f"{address}cursor={cursor}")
                if answered.status_code != 200:  # a page behind the last one is empty
                    problem(answered, 422)
                    assert _names(answered, "cursor") or _names(answered, "query.cursor"), answered.text
        assert asked > 20

    @pytest.mark.parametrize(
        "address",
        [
            "/v1/employers/..%2f..%2fetc%2fpasswd",
            "/v1/employers/%2e%2e/%2e%2e/etc/passwd",
            "/v1/imports/templates/..%2f..%2f..%2fetc%2fpasswd",
            "/v1/imports/templates/vacancies%00.csv",
            "/v1/participants/%00",
            "/v1/participants/%ff%fe",
            "/v1/participants/%u202e",
            "/v1/participants/" + "a" * 5000,
            "/v1/vacancies/%E2%80%AE/facts",
            "/v1//employers",
            "/v1/employers/",
            "/v1/employers;jsessionid=1",
            "/v1/employers%3flimit=1",
        ],
    )
    def test_an_address_that_leads_nowhere_is_a_problem(self, unchanged: Furnished, address: str) -> None:
        problem(unchanged.service.as_("lee").get(address), 404, 405, 422)

    @pytest.mark.parametrize(
        "address", ["/V1/employers", "/v2/employers", "/../v1/employers/x/../..", "/.env", "/static/../../settings"]
    )
    def test_any_other_address_that_leads_nowhere_is_a_page(self, unchanged: Furnished, address: str) -> None:
        answer = unchanged.service.as_("lee").get(address)
        assert answer.status_code == 404
        assert "Page not found" in answer.text

    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ("limit=0", "limit"),
            ("limit=101", "limit"),
            ("limit=9" + "9" * 100, "limit"),
            ("limit=ten", "limit"),
            ("limit=", "limit"),
            ("limit=1.5", "limit"),
            ("status=lost", "status"),
            ("search=%00", "search"),
            ("search=" + "a" * 101, "search"),
            ("employer_id=..%2f..", "employer_id"),
            ("unconfirmed_within_days=1e3", "unconfirmed_within_days"),
        ],
    )
    def test_a_question_that_makes_no_sense_is_refused_by_its_field(
        self, unchanged: Furnished, query: str, field: str
    ) -> None:
        told = problem(unchanged.service.as_("eve").get(f"/v1/vacancies?{query}"), 422)
        assert [each["field"] for each in told["errors"]] == [f"query.{field}"]


#: What a list cannot be asked without.
_NEEDED = {
    "/v1/shortlists": "?participant_id={participant_id}&",
    "/v1/decisions": "?participant_id={participant_id}&",
}


def _reader(path: str) -> str:
    """Somebody who may read what a path lists."""
    if path.startswith(("/v1/users", "/v1/tokens", "/v1/teams", "/v1/webhooks")):
        return "adam"
    return {"/v1/audit": "aud", "/v1/imports": "eve", "/v1/exports": "eve"}.get(path, "ana")


def described_paths(furnished: Furnished) -> dict[str, Any]:
    app: Any = furnished.service.client.app
    found: dict[str, Any] = app.openapi()["paths"]
    return {path: operations for path, operations in found.items() if "single-sign-on" not in path}


FORM_START = (
    b'--x\r\nContent-Disposition: form-data; name="kind"\r\n\r\nvacancies\r\n'
    b'--x\r\nContent-Disposition: form-data; name="file"; filename="roles.csv"\r\nContent-Type: text/csv\r\n\r\n'
)
ROWS = b"vacancy_ref,title,employer\r\nx1,Baker,Old Mill\r\n"
FORM_END = b"\r\n--x--\r\n"


class TestUploads:
    def upload(
        self, furnished: Furnished, content: Any, content_type: str = "multipart/form-data; boundary=x"
    ) -> Response:
        return furnished.service.as_("eve")._ask(
            "POST", "/v1/imports", content=content, headers={"Content-Type": content_type}
        )

    def test_without_a_fault_it_is_taken(self, furnished: Furnished) -> None:
        assert self.upload(furnished, FORM_START + ROWS + FORM_END).status_code == 201

    @pytest.mark.parametrize(
        ("content", "status"),
        [
            (b"", 422),
            (FORM_START[:50], 422),
            (FORM_START, 422),
            (FORM_START + ROWS, 422),
            (FORM_START + ROWS + b"\r\n--", 422),
            (FORM_START.replace(b'name="file"', b'name="other"') + ROWS + FORM_END, 422),
            (FORM_START.replace(b"vacancies", b"secrets") + ROWS + FORM_END, 422),
            (FORM_START.replace(b"vacancies", b"\xff\xfe") + ROWS + FORM_END, 422),
            (FORM_START.replace(b"--x", b"--y") + ROWS + FORM_END, 400),
            (FORM_START.replace(b"Content-Disposition", b"Content\x00Disposition") + ROWS + FORM_END, 400),
            (FORM_START + b"a" * 1_100_000 + FORM_END, 413),
            (iter([FORM_START, b"a" * 600_000, b"a" * 600_000, FORM_END]), 413),
            (b"".join(FORM_START[:-2] + b"x" * 9 + b"\r\n" for _ in range(2000)) + FORM_END, 400),
            (b'{"kind": "vacancies"}', 400),
        ],
        ids=range(14),
    )
    def test_a_form_that_is_cut_off_broken_or_too_large_is_a_problem(
        self, unchanged: Furnished, content: Any, status: int
    ) -> None:
        problem(self.upload(unchanged, content), status)

    @pytest.mark.parametrize(
        "name", ["../../etc/passwd", "a\u202efdp.exe", "x" * 5000 + ".csv", "nul\x00.csv", "\ud800"]
    )
    def test_a_hostile_file_name_goes_nowhere(self, furnished: Furnished, name: str) -> None:
        written = FORM_START.replace(b"roles.csv", name.encode("utf-8", "surrogatepass"))
        answered = self.upload(furnished, written + ROWS + FORM_END)
        if answered.status_code != 201:
            problem(answered, 400, 422)
            return
        assert "/" not in answered.json()["file_name"]
        assert "\0" not in answered.json()["file_name"]
        assert len(answered.json()["file_name"]) <= 200

    @pytest.mark.parametrize("path", ["/v1/imports", "/v1/employers"])
    @pytest.mark.parametrize("cut", [0, 10, 60])
    def test_somebody_who_goes_away_in_the_middle_has_changed_nothing(
        self, unchanged: Furnished, path: str, cut: int
    ) -> None:
        content = FORM_START + ROWS + FORM_END if path == "/v1/imports" else b'{"name": "' + b"a" * 100 + b'"}'
        kind = b"multipart/form-data; boundary=x" if path == "/v1/imports" else b"application/json"
        headers = [(b"content-type", kind), (b"content-length", str(len(content)).encode())]
        told = half_sent(unchanged, path, content[:cut], headers)
        assert all(each < 500 for each in told)


def half_sent(furnished: Furnished, path: str, half: bytes, headers: list[tuple[bytes, bytes]]) -> list[int]:
    """Send the first half of a body and go away; returns the statuses that were answered to nobody."""
    app: Any = furnished.service.client.app
    messages = [
        {"type": "http.request", "body": half, "more_body": True},
        {"type": "http.disconnect"},
    ]
    statuses: list[int] = []

    async def receive() -> dict[str, Any]:
        return messages.pop(0) if len(messages) > 1 else messages[0]

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    own = [(name.lower().encode(), value.encode()) for name, value in furnished.service.as_("eve").headers.items()]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "https",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"testserver"), *own, *headers],
        "client": ("test", 1),
        "server": ("testserver", 443),
        "state": {},
    }
    asyncio.run(app(scope, receive, send))
    return statuses


class TestSignIn:
    @pytest.mark.parametrize(
        ("path", "body"),
        [
            ("password", {"email": "ana@example.org"}),
            ("password", {"email": "ana@example.org", "password": ["x"]}),
            ("password", {"email": "a" * 400, "password": "x"}),
            ("password", {"email": "ana@example.org", "password": "x" * 1001}),
            ("code", {"code": "12345"}),
            ("code", {"code": "\u0661\u0662\u0663\u0664\u0665\u0666"}),
            ("code", {"code": 123456}),
            ("first-password", {"token": "", "password": "x"}),
            ("first-password", {"token": "x" * 1001, "password": "x" * 20}),
        ],
    )
    def test_what_cannot_be_taken_is_a_problem(self, unchanged: Furnished, path: str, body: dict[str, Any]) -> None:
        answered = unchanged.service.client.post(f"/v1/sign-in/{path}", json=body)
        problem(answered, 401, 422)
        assert str(body.get("password")) not in answered.text or len(str(body.get("password"))) < 5

    @pytest.mark.parametrize("kind", NO_JSON)
    def test_what_is_no_json_is_a_problem(self, unchanged: Furnished, kind: str) -> None:
        body = NO_JSON[kind]({"email": "ana@example.org", "password": "not this one"})
        headers = {"Content-Type": "application/json"}
        problem(unchanged.service.client.post("/v1/sign-in/password", content=body, headers=headers), 422)

    @pytest.mark.parametrize(
        "header", ["Bearer", "Bearer ", "Bearer " + "x" * 10_000, "Basic YTpi", "bearer \u00e9", "\u00ff", "Bearer a b"]
    )
    def test_a_token_that_is_none_signs_nobody_in(self, unchanged: Furnished, header: str) -> None:
        headers = {"Authorization": header.encode("latin-1")}
        problem(unchanged.service.client.get("/v1/vacancies", headers=headers), 401)

    @pytest.mark.parametrize(
        "cookie", ["", "x" * 5000, "a=b; c", "\u00e9", "%00", "__Host-wellplaced=1; __Host-wellplaced=2"]
    )
    def test_a_cookie_that_is_none_signs_nobody_in(self, unchanged: Furnished, cookie: str) -> None:
        headers = {"Cookie": f"__Host-wellplaced={cookie}".encode("latin-1")}
        problem(unchanged.service.client.get("/v1/vacancies", headers=headers), 401)
