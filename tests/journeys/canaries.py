"""A walk through everything that is done, with a word of its own in every field that could tell of somebody."""

from __future__ import annotations

import io
import json
import logging
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any
from unittest.mock import patch
from urllib.parse import quote

import structlog
from httpx import Response
from sqlalchemy import select

from api.logs import set_up_logs
from matching.actions.delivering import Sent, Target
from matching.actions.webhooks import JOB_KIND, Deliverer
from matching.store.tables import Base
from tests.api.world import TODAY, WEBHOOK_HOST, changes, let_webhooks_be_registered
from tests.service import NORTH, SOUTH, Service, cookie_of

#: Places that nobody here works at or lives in: the first only where somebody must not go, the second at home.
NO_GO, HOME = "KW17", "IV27"
#: A role is in this area, so that it is ruled out by it.
NO_GO_OF_A_ROLE = "ZE2"
AVOIDED = "Quillwort Mills"


class About(StrEnum):
    """Whom a canary tells of, which says who may read it."""

    PERSON = "person"  # a participant: their specialist and their team's leader
    SAFETY = "safety"  # where they must not go and whom they avoid: their own specialist alone
    OFFICE = "office"  # employers and colleagues: those who work here
    NOBODY = "nobody"  # was refused, or only asked with: it is not kept, and told to nobody


@dataclass(frozen=True, slots=True, kw_only=True)
class Canary:
    """A word that stands in one field."""

    field: str
    text: str
    about: About


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A request and its answer, as they went over the wire."""

    who: str
    request: str
    headers: str
    response: Response

    @property
    def answer(self) -> str:
        """What was answered; files are told by what is in them."""
        content = self.response.content
        if content[:2] == b"PK":
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                content = b"\n".join(archive.read(name) for name in archive.namelist())
        return content.decode("utf-8", "replace")


@dataclass
class Walk:
    """One walk over one database: every canary, every exchange, and every place where words could end."""

    service: Service
    canaries: list[Canary] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)
    logs: str = ""
    metrics: str = ""
    webhooks: list[str] = field(default_factory=list)
    introductions: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    #: Written to the log on purpose, to see that what is written there is found.
    control: str = "zqxcontrol"

    def word(self, name: str, about: About = About.PERSON) -> str:
        """A new canary for a field."""
        text = f"zqx{len(self.canaries):03d}canary"
        self.canaries.append(Canary(field=name, text=text, about=about))
        return text

    def tell(self) -> None:
        """Walk, with logs at their most talkative caught."""
        self.canaries += [
            Canary(field="travel.no_go", text=NO_GO, about=About.SAFETY),
            Canary(field="employers_avoided", text=AVOIDED, about=About.SAFETY),
            Canary(field="travel.home", text=HOME, about=About.PERSON),
        ]
        let_webhooks_be_registered(self.service)
        works = {**self.service.running.worker.works}
        works[JOB_KIND] = replace(works[JOB_KIND], handler=Deliverer(sender=_Listening(self.webhooks)))
        running = replace(self.service.running, worker=replace(self.service.running.worker, works=works))
        app: Any = self.service.client.app
        app.state.running = self.service.running = replace(
            running, worker=replace(running.worker, settings=_with_webhooks(running.worker.settings))
        )
        self.service.client.event_hooks["response"].append(self._overheard)
        with _logs() as lines:
            self._employers_and_roles()
            self._people()
            self._lists()
            self._meetings()
            self._work()
            self._files()
            self._refusals()
            self._errors_of_ours()
            self._everybody_looks()
            structlog.get_logger().info("the end", reason=self.control)
            self.metrics = self.service.client.get("/metrics").text
            self.logs = lines.getvalue()

    # The walk

    def _employers_and_roles(self) -> None:
        word = self.word
        hook = {"url": f"https://{WEBHOOK_HOST}/alerts", "secret": word("webhook secret", About.NOBODY) + "s" * 32}
        self._do("webhook", "adam", "POST", "/v1/webhooks", hook)
        colleague = {
            "email": f"{word('email of a user', About.OFFICE)}@example.org",
            "name": word("name of a user", About.OFFICE),
            "roles": ["evaluator"],
            "team_ids": [],
        }
        self._do("user", "adam", "POST", "/v1/users", colleague)
        notes = {"name": "Hazel Bakery", "notes": word("notes on an employer", About.OFFICE)}
        self._do("employer", "eve", "POST", "/v1/employers", notes)
        seen = {"known_by": "visit", "visibility": "organisation", "note": word("note on a fact", About.OFFICE)}
        role = {"title": "Baker", "employer_id": self.ids["employer"], "hours": {"min": 8, "max": 16}, **seen}
        self._do("role", "eve", "POST", "/v1/vacancies", {**role, "location": {"postcode": "ME14 1AA"}})
        self._do("role out of bounds", "eve", "POST", "/v1/vacancies", {**role, "location": {"postcode": "ZE2 9AA"}})
        avoided = {**role, "employer": "Quillwort Other", "location": {"postcode": "ME14 1AA"}}
        del avoided["employer_id"]
        self._do("role of somebody avoided", "eve", "POST", "/v1/vacancies", avoided)

    def _people(self) -> None:
        word = self.word
        person = {"ref": word("reference"), "name": word("name"), "entered_on": "2026-11-02"}
        self._do(
            "person", "ana", "POST", "/v1/participants", person, headers={"Idempotency-Key": word("key", About.NOBODY)}
        )
        self._do("change", "ana", "PUT", self._path(), {"name": word("name, corrected"), "entered_on": "2026-11-02"}, 1)
        said = {
            "goal": {"own_words": word("goal"), "longer_term": word("longer-term goal")},
            "wanted_work": [{"label": word("wanted work")}, {"label": "baking bread"}],
            "refused_work": [{"label": word("refused work")}],
            "strengths": [word("strength")],
            "interests": [word("interest")],
            "skills": [{"label": word("skill")}],
            "work_history": [
                {
                    "title": word("past job"),
                    "tasks": [word("past task")],
                    "liked": word("liked"),
                    "disliked": word("disliked"),
                }
            ],
            "qualifications": [word("qualification")],
            "employers_avoided": [AVOIDED, "Quillwort Other"],
            "travel.home": f"{HOME} 4",
            "travel.no_go": [NO_GO, NO_GO_OF_A_ROLE],
            "hours.max": 16,
            "sensory.noise": {"tolerance": 2, "hard": True},
        }
        profile = self._path("/profile")
        self._do("profile", "ana", "PATCH", profile, changes(said), 0)
        self._do("profile again", "ana", "PATCH", profile, changes({"strengths": ["patient", word("new strength")]}), 1)
        draft = changes({"strengths": [word("strength by a second saver")], "travel.no_go": [NO_GO, "KW16"]})
        self._do("second saver", "ana", "PATCH", profile, draft, 1, status=412)
        late = self.service.as_("ana").get(f"{profile}/drafts").json()["items"][0]["id"]
        self._do("taken up", "ana", "POST", f"{profile}/drafts/{late}/taking-up", {"fields": ["strengths"]}, 2)

    def _lists(self) -> None:
        word = self.word
        wanted = {"participant_id": self.ids["person"]}
        self._do("waiting", "ana", "POST", "/v1/shortlists", wanted, status=202)
        with patch.object(type(self.service.running.worker.encoder), "encode", side_effect=ValueError(NO_GO)):
            self.service.run_jobs()  # a job that fails says no more than its kind
        self.service.clock.pass_(minutes=30)
        self.service.run_jobs()
        self._do("list", "ana", "POST", "/v1/shortlists", wanted)
        entries = f"/v1/shortlists/{self.ids['list']}/entries"
        because = {"reason": "other", "words": word("why a role was added")}
        self._do("added", "ana", "POST", entries, {**because, "vacancy_id": self.ids["role out of bounds"]}, 1)
        moved = {"reason": "other", "words": word("why a role was moved"), "to": "up"}
        self._do("moved", "ana", "PATCH", f"{entries}/{self.ids['role out of bounds']}", moved, 2)
        gone = {"reason": "other", "words": word("why a role was removed")}
        self._do("removed", "ana", "POST", f"{entries}/{self.ids['role out of bounds']}/removal", gone, 3)
        both = {"participant_id": self.ids["person"], "vacancy_id": self.ids["role"]}
        decided = {**both, "choice": "put_forward", "words": word("words of a decision")}
        self._do("decision", "ana", "POST", "/v1/decisions", decided)
        self._do("back", "ana", "POST", "/v1/decisions/take-back", {**both, "words": word("words of taking back")})
        self._do("proposal", "ana", "POST", "/v1/allocations", {})
        edit = {**both, "kind": "add", "vacancy_id": self.ids["role out of bounds"], "reason": "other"}
        edit["words"] = word("words of an edit")
        self._do("edit", "ana", "POST", f"/v1/allocations/{self.ids['proposal']}/edits", edit, 1)
        new = {"title": "Baker of bread", "employer_id": self.ids["employer"], "visibility": "organisation"}
        self._do("new role", "eve", "POST", "/v1/vacancies", {**new, "known_by": "visit", "hours": {"max": 12}})
        self.service.run_jobs()

    def _meetings(self) -> None:
        word = self.word
        call = {
            "employer_id": self.ids["employer"],
            "mode": "visit",
            "on": TODAY,
            "on_behalf_of": [self.ids["person"]],
            "person_met": word("person met", About.OFFICE),
            "serves": word("what a contact serves"),
            "notes": word("notes of a contact", About.OFFICE),
            "over_limit_because": word("why so soon", About.OFFICE),
        }
        self._do("contact", "ana", "POST", "/v1/contacts", call)
        answered = {"about": "sensory.noise", "value": {"typical": 1}, "source": "phone", "said_on": TODAY}
        answered["note"] = word("note on an answer", About.OFFICE)
        self._do("answer", "eve", "POST", f"/v1/vacancies/{self.ids['role']}/answers", answered)
        tried = {
            "participant_id": self.ids["person"],
            "vacancy_id": self.ids["role"],
            "kind": "job_taster",
            "on": TODAY,
            "participant_found": word("what the participant found"),
            "employer_found": word("what the employer found"),
        }
        self._do("taster", "ana", "POST", "/v1/tasters", tried)
        self._introduce("without consent")
        for items in (["hours"], ["name", "strengths"]):
            self.service.clock.pass_(minutes=1)
            yes = {"employer_id": self.ids["employer"], "choice": "yes", "method": "phone", "given_on": TODAY}
            self._do("consent", "ana", "POST", self._path("/consents"), {**yes, "items": items})
            self._introduce(f"with consent to {' and '.join(items)}")
        self.service.clock.pass_(minutes=1)
        self._do("no", "ana", "POST", self._path(f"/consents/{self.ids['consent']}/withdrawal"), {})
        self._introduce("after withdrawal")

    def _work(self) -> None:
        word = self.word
        job = {"participant_id": self.ids["person"], "employer_id": self.ids["employer"], "started_on": "2026-11-02"}
        self._do("start", "ana", "POST", "/v1/placements", {**job, "job_title": word("title of a job")})
        placement = f"/v1/placements/{self.ids['start']}"
        seen = {"on": "2026-11-16", "still_in_work": True, "notes": word("notes of a check-in")}
        self._do("check-in", "ana", "POST", f"{placement}/check-ins", seen)
        pay = {"from_on": "2026-11-02", "to_on": "2026-11-08", "gross_pence": 20_000, "source": "payslip"}
        self._do("pay", "ana", "POST", f"{placement}/earnings", pay)
        end = {"ended_on": "2026-11-20", "reason": "quit_people", "said_by": "participant", "words": word("end words")}
        self._do("end", "ana", "PUT", f"{placement}/end", end, 1)

    def _files(self) -> None:
        word = self.word
        good = {"participant_ref": word("reference in a file"), "strengths": [word("strength in a file")]}
        bad = {"participant_ref": word("reference in a refused row"), "hours": {"max": word("hours in a refused row")}}
        for name, rows in (("mixed", [good, bad]), ("refused", [bad])):
            content = "\n".join(map(json.dumps, rows)).encode()
            upload = {"file": (f"{word('name of a file')}.jsonl", content)}
            given = self.service.as_("lee").post("/v1/imports", data={"kind": "profiles"}, files=upload)
            assert given.status_code == 201, given.text
            self.ids[f"file {name}"] = given.json()["id"]
        self._do("taken in", "lee", "POST", f"/v1/imports/{self.ids['file mixed']}/take?skip_refused=true", status=202)
        self.service.run_jobs()
        for kind in ("vacancies", "employers", "placements"):
            for form in ("csv", "xlsx"):
                sent = {"kind": kind, "form": form, "search": word("search of an export", About.NOBODY)}
                self._do("export", "lee", "POST", "/v1/exports", sent)
                self._do("export", "eve", "POST", "/v1/exports", {"kind": kind, "form": form}, status=None)

    # What goes wrong

    def _refusals(self) -> None:
        """Each refused for another reason, with a canary in what was sent."""

        def word(name: str) -> str:
            return self.word(name, About.NOBODY)

        for field_name, value in (
            ("hours.max", word("hours that are none")),
            ("travel.home", word("postcode that is none")),
            ("travel.no_go", [word("area that is none")]),
            ("sensory.noise", {"tolerance": word("tolerance that is none")}),
            ("sensory", {word("sense that is none"): {"tolerance": 1}}),
            ("adjustments", [{"slug": word("adjustment that is none")}]),
            ("wanted_work", [{"label": {"text": word("label that is no text")}}]),
            ("wanted_work", [{"label": "x", "strength": word("strength that is no number")}]),
            ("availability", [{"days": [word("day that is none")]}]),
            ("driving", word("licence that is none")),
        ):
            self._do("bad", "ana", "PATCH", self._path("/profile"), changes({field_name: value}), 3, status=422)
        person = {"ref": "P-2", "entered_on": "2026-11-02"}
        for wrong in (
            {**person, "route": word("route that is none")},
            {**person, "entered_on": word("day that is no day")},
            {**person, "name": {"first": word("name that is no text")}},
            {**person, "ref": f"<{word('reference that is none')}>"},
            {**person, "specialist_id": f"{word('id that is none')} "},
            {**person, "name": word("name that is too long") * 30},
        ):
            self._do("bad", "ana", "POST", "/v1/participants", wrong, status=422)
        both = {"participant_id": self.ids["person"], "vacancy_id": self.ids["role"]}
        for path, wrong in (
            ("/v1/decisions", {**both, "choice": word("choice that is none")}),
            ("/v1/decisions", {**both, "choice": "not_now", "words": word("words without a reason")}),
            (
                "/v1/tasters",
                {**both, "kind": "job_taster", "on": "2099-01-01", "participant_found": word("found later")},
            ),
            ("/v1/contacts", {"mode": "visit", "on": TODAY, "notes": word("notes without an employer")}),
            ("/v1/placements", {**both, "started_on": "1900-01-01", "job_title": word("title of long ago")}),
            (self._path("/consents"), {"choice": "yes", "items": [word("item that is none")]}),
        ):
            self._do("bad", "ana", "POST", path, wrong, status=422)
        self._do("bad", "ana", "PUT", self._path(), {**person, "name": word("name of too late")}, 99, status=422)
        late = {"name": word("name that was overtaken"), "entered_on": "2026-11-02"}
        self._do("bad", "ana", "PUT", self._path(), late, 1, status=412)
        self._do("bad", "ben", "PUT", self._path(), {**late, "name": word("name by another")}, 1, status=403)
        self._do("bad", "sam", "PUT", self._path(), {**late, "name": word("name by a stranger")}, 1, status=404)
        self._do("bad", "eve", "POST", "/v1/employers", {"name": "Hazel Bakery", "notes": word("twice")}, status=409)
        place = {"name": "shop", "postcode": word("postcode of a shop")}
        self._do("bad", "eve", "POST", f"/v1/employers/{self.ids['employer']}/workplaces", place, status=422)
        client = self.service.as_("ana")
        raw: tuple[tuple[bytes, str], ...] = (
            (f'{{"name": "{word("cut off")}'.encode(), "application/json"),
            (f'{{"name": "{word("with a NUL")}\\u0000"}}'.encode(), "application/json"),
            (f'{{"name": "{word("twice said")}", "name": "x"}}'.encode(), "application/json"),
            (word("of another kind").encode(), "text/plain"),
            (f'{{"name": "{word("too large")}{"x" * 1_000_000}"}}'.encode(), "application/json"),
            (word("in UTF-16").encode("utf-16"), "application/json"),
        )
        for content, kind in raw:
            client._ask("POST", "/v1/participants", content=content, headers={"Content-Type": kind})
        # In what is asked rather than sent: these were answered, and are nobody's to keep.
        for path in ("/v1/employers?search={}", "/v1/vacancies?search={}", "/v1/participants?status={}", "/v1/{}"):
            client.get(path.format(quote(word(f"in {path}"))))
            client.get(path.replace("?", "/?").format(quote(word(f"in {path}, with a slash too many"))))
        client.get(f"/v1/shortlists/{self.ids['list']}/why?vacancy_ref={word('in a question why')}")
        client.get(f"/v1/participants/{word('in a path')}")
        client.get(f"/v1/participants?cursor={word('cursor')}")
        for header in ("Authorization", "If-Match", "User-Agent", "Referer", "Origin", "X-Request-ID", "Cookie"):
            value = word(f"header {header}")
            sent = {header: f"Bearer {value}" if header == "Authorization" else value}
            client._ask("PUT", self._path(), json=late, headers=sent)
        stranger = self.service.client
        for body in (
            {"email": f"{word('email of nobody')}@example.org", "password": word("password of nobody")},
            {"email": "ana@example.org", "password": word("password that is wrong")},
        ):
            assert stranger.post("/v1/sign-in/password", json=body).status_code == 401
        token = {"token": word("link that is none"), "password": word("password to be") * 2}
        assert stranger.post("/v1/sign-in/first-password", json=token).status_code >= 400
        reused = {"Idempotency-Key": next(each.text for each in self.canaries if each.field == "key")}
        other = {"ref": "P-3", "name": word("name under a used key"), "entered_on": "2026-11-02"}
        self._do("bad", "ana", "POST", "/v1/participants", other, headers=reused, status=409)

    def _errors_of_ours(self) -> None:
        """Something breaks, with a canary in the message of the exception."""
        secret = self.word("in an exception", About.NOBODY)

        def breaks(*_: object, **__: object) -> None:
            raise RuntimeError(f"could not read {secret}")

        with patch("matching.store.participants.Participants.get", breaks):
            path = self._path()
            answer = self.service.as_("ana").get(f"{path}?note={secret}")
            assert answer.status_code == 500, answer.text
        # The database's own errors repeat the values of the statement.
        with patch("api.routes.tasters.actions.read_taster", self._same_reference_twice):
            answer = self.service.as_("ana").get(f"/v1/tasters/{self.ids['taster']}")
            assert answer.status_code == 500, answer.text
        logging.getLogger("sqlalchemy.engine").warning("parameters %s", secret)

    def _same_reference_twice(self, *, store: Any, **_: object) -> None:
        store.session.execute(
            Base.metadata.tables["participants"].insert(),
            {"id": self.ids["person"], "organisation_id": NORTH, "ref": self.canaries[-1].text, "name": "x"},
        )

    # Who looks where

    def _everybody_looks(self) -> None:
        """Everybody reads everything that they may read, and tries the rest."""
        person, role, found = self.ids["person"], self.ids["role"], self.ids["list"]
        paths = [
            *(
                self._path(rest)
                for rest in (
                    "",
                    "/profile",
                    "/profile/versions",
                    "/profile/versions/1",
                    "/profile/comparison?before=1&after=2",
                    "/profile/drafts",
                    "/consents",
                    "/contacts",
                    "/placements",
                    "/tasters",
                    "/outcomes",
                    "/export",
                )
            ),
            *(f"/v1/shortlists/{found}{rest}" for rest in ("", "/document", "/excluded", "/negotiation")),
            *(
                f"/v1/shortlists/{found}/why?vacancy_id={self.ids[name]}"
                for name in ("role", "role out of bounds", "role of somebody avoided")
            ),
            f"/v1/shortlists?participant_id={person}",
            f"/v1/decisions?participant_id={person}",
            *(f"/v1/vacancies/{role}{rest}" for rest in ("", "/suits", "/facts", "/versions", "/answers")),
            f"/v1/vacancies/{self.ids['role out of bounds']}/suits",
            f"/v1/vacancies/{self.ids['role of somebody avoided']}/suits",
            f"/v1/employers/{self.ids['employer']}",
            f"/v1/employers/{self.ids['employer']}/contacts",
            f"/v1/contacts/{self.ids['contact']}",
            f"/v1/tasters/{self.ids['taster']}",
            f"/v1/placements/{self.ids['start']}",
            f"/v1/allocations/{self.ids['proposal']}",
            f"/v1/imports/{self.ids['file mixed']}",
            f"/v1/imports/{self.ids['file mixed']}/errors",
            *(
                f"/v1/{each}"
                for each in (
                    "participants?of=team",
                    "participants",
                    "vacancies",
                    "employers",
                    "questions",
                    "alerts",
                    "allocations",
                    "imports",
                    "exports",
                    "exports/history",
                    "audit?limit=500",
                    f"audit?subject_kind=participant&subject_id={person}",
                    "users",
                    "tokens",
                    "webhooks",
                    f"webhooks/{self.ids['webhook']}/deliveries",
                    "organisation",
                )
            ),
        ]
        for who in self.service.users:
            for path in paths:
                self.service.as_(who).get(path)

    def _introduce(self, name: str) -> None:
        path = self._path(f"/consents/introductions/{self.ids['employer']}")
        self.introductions[name] = self.service.as_("ana").get(path).text

    # Around it

    def _path(self, rest: str = "") -> str:
        return f"/v1/participants/{self.ids['person']}{rest}"

    def _do(
        self,
        name: str,
        who: str,
        method: str,
        path: str,
        body: Any = None,
        version: int | None = None,
        *,
        headers: dict[str, str] | None = None,
        status: int | None = 0,
    ) -> None:
        sent = {**(headers or {}), **({} if version is None else {"If-Match": f'"{version}"'})}
        told = self.service.as_(who)._ask(method, path, headers=sent, **({} if body is None else {"json": body}))
        as_meant = status is None or (told.status_code in (200, 201) if status == 0 else told.status_code == status)
        assert as_meant, f"{name}: {told.status_code} {told.text[:600]}"
        if told.status_code < 300 and told.headers.get("Content-Type") == "application/json":
            answer = told.json()
            self.ids[name] = str(answer.get("id", answer.get("user", {}).get("id", "")))

    def _overheard(self, response: Any) -> None:
        response.read()
        request = response.request
        cookie = request.headers.get("Cookie", "")
        who = next((name for name in self.service.users if f"={cookie_of(name)}" in cookie), "nobody")
        sent = f"{request.url} {dict(request.headers)} {request.read().decode('utf-8', 'replace')}"
        sent += request.content.decode("utf-16", "ignore")
        told = "\n".join(f"{name}: {value}" for name, value in response.headers.items())
        self.exchanges.append(Exchange(who=who, request=sent, headers=told, response=response))

    # Where words could end

    def kept(self) -> Iterator[tuple[str, str]]:
        """Every row of every table as words, with the name of the table."""
        for organisation_id in (NORTH, SOUTH):
            with self.service.database.reading(organisation_id) as store:
                for mapper in Base.registry.mappers:
                    for row in store.session.execute(select(*mapper.local_table.columns)):
                        yield mapper.local_table.name, _words(row)

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Every file that the service wrote besides its database."""
        settings = self.service.running.settings
        for folder in (settings.data_dir, settings.cache_dir):
            for path in folder.rglob("*"):
                if path.is_file():
                    yield path.name, path.read_bytes()


def _words(row: Any) -> str:
    return " ".join(value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value) for value in row)


def _with_webhooks(settings: Any) -> Any:
    return settings.model_copy(update={"webhook_hosts": (WEBHOOK_HOST,)})


@dataclass(frozen=True, slots=True)
class _Listening:
    """In the place of what sends messages to other systems: notes everything that would travel."""

    heard: list[str]

    def send(self, target: Target, *, body: bytes, headers: dict[str, str]) -> Sent:
        self.heard.append(f"{target} {headers} {body.decode()}")
        return Sent(status=200)


@contextmanager
def _logs() -> Iterator[io.StringIO]:
    """Everything that is logged, at the most talkative level."""
    held = io.StringIO()
    handlers, level = logging.root.handlers, logging.root.level
    with patch("sys.stderr", held):
        set_up_logs("debug")
        try:
            yield held
        finally:
            structlog.reset_defaults()
            logging.root.handlers, logging.root.level = handlers, level
