"""The story of the journey: from a role heard of on a visit to 26 weeks in it, every answer kept by its name."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from httpx import Response

from api.routes.webhooks import webhook_rules
from matching.actions.delivering import Sender
from matching.actions.webhooks import WebhookRules
from matching.store.holdings import Holdings
from matching.store.tables import AuditRow
from tests.service import NORTH, Service

NAME, REF = "Marigold Invented", "P-17"
EMPLOYER, TITLE = "Hazel Bakery", "Kitchen assistant"
WANT, GOAL = "kitchen assistant", "a kitchen of my own one day"
VISITED_ON, TODAY = "2026-11-20", "2026-11-22"
#: A Monday; pay comes for each week that ends on a Sunday.
STARTED_ON = date(2026, 11, 30)
#: Twenty hours at the wage of the year in which the job begins, £12.71.
WEEKLY_PENCE = 25_420
#: Quiet roles whose facts are a few days older: with everything known the newer one stands before them.
OTHERS = 12
UNKNOWN_ID = "nobody-knows-this-id"

_OTHER_WEBHOOK_HOST = "systems.example.org"


@dataclass
class Story:
    """One telling, over one database."""

    service: Service
    answers: dict[str, Response] = field(default_factory=dict)
    #: By the name of the parameter that takes them, the ids that appeared so far.
    ids: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    #: What the second organisation was told that it should not have been, with the chapter.
    leaks: list[str] = field(default_factory=list)
    asked_by_others: set[str] = field(default_factory=set)
    #: Each reading of the participant: who, where, and how many events it left.
    reads: list[tuple[str, str, int]] = field(default_factory=list)
    states: dict[int, dict[str, str]] = field(default_factory=dict)
    _unknown: dict[tuple[str, str], tuple[int, str]] = field(default_factory=dict)

    def json(self, name: str) -> Any:
        """What was answered."""
        return self.answers[name].json()

    def id_of(self, name: str) -> str:
        """The id of what an answer tells of."""
        return str(self.json(name)["id"])

    @property
    def participant(self) -> str:
        return self.ids["participant_id"][0]

    @property
    def role(self) -> str:
        return self.ids["vacancy_id"][0]

    @property
    def employer(self) -> str:
        return self.ids["employer_id"][0]

    def tell(self) -> None:
        """Tell it from the beginning to the end; the other organisation looks after every chapter."""
        chapters = (
            self._another_organisation_works_too,
            self._a_visit,
            self._a_participant,
            self._a_first_list,
            self._a_call,
            self._news,
            self._a_decision_and_a_consent,
            self._an_introduction,
            self._a_start,
            self._weeks_of_work,
            self._an_end,
            self._much_has_changed,
        )
        for chapter in chapters:
            known = {kind: len(ids) for kind, ids in self.ids.items()}
            chapter()
            new = {kind: ids[known.get(kind, 0) :] for kind, ids in self.ids.items()}
            self._others_look(chapter.__name__, {kind: ids[:2] for kind, ids in new.items() if ids})
        self._others_look("the end", {kind: [ids[0], ids[-1]] for kind, ids in self.ids.items()})

    # Chapters

    def _another_organisation_works_too(self) -> None:
        sam = self.service.as_("sam")
        _good(sam.post("/v1/vacancies", {"title": TITLE, "employer": EMPLOYER, "hours": {"min": 16}}))
        _good(sam.post("/v1/participants", {"ref": REF, "entered_on": "2026-11-02"}))

    def _a_visit(self) -> None:
        logged = {"known_by": "visit", "observed_on": VISITED_ON}
        role = {"title": TITLE, "employer": EMPLOYER, "hours": {"min": 16, "max": 20}, **logged}
        self._do("logged", "eve", "POST", "/v1/vacancies", role, new="vacancy_id")
        self.ids["employer_id"].append(self.json("logged")["employer_id"])
        for number in range(OTHERS):
            quiet = {"noise": {"typical": 1, "peak": 2, "source": "visit", "observed_on": "2026-11-16"}}
            other = {**role, "employer": f"Invented Cafe {number}", "observed_on": "2026-11-16", "sensory": quiet}
            self._do(f"other {number}", "eve", "POST", "/v1/vacancies", other, new="vacancy_id")
        self._do(
            "webhook",
            "adam",
            "POST",
            "/v1/webhooks",
            {"url": f"https://{_OTHER_WEBHOOK_HOST}/alerts", "secret": "s" * 40},
            new="webhook_id",
        )
        files = {"file": ("roles.csv", b"vacancy_ref,title,employer\nx1,Gardener,Old Mill\n")}
        tried = self.service.as_("eve").post("/v1/imports", data={"kind": "vacancies"}, files=files)
        self._keep("tried", tried, new="import_id")

    def _a_participant(self) -> None:
        taken_on = {"ref": REF, "name": NAME, "entered_on": "2026-11-02"}
        self._do("taken on", "ana", "POST", "/v1/participants", taken_on, new="participant_id")
        three_facts = {"wanted_work": [{"label": WANT}], "hours.max": 20, "travel.home": "ME14"}
        self._write_profile("three facts", three_facts, version=0)
        self._read("ana", self._of_participant("/profile"), "profile")

    def _a_first_list(self) -> None:
        wanted = {"participant_id": self.participant, "entries": 20}
        self._do("asked too early", "ana", "POST", "/v1/shortlists", wanted)
        self.ids["job_id"].append(self.json("asked too early")["job_id"])
        self._do("job waits", "ana", "GET", f"/v1/jobs/{self.ids['job_id'][0]}")
        self.service.run_jobs()
        self._do("job done", "ana", "GET", f"/v1/jobs/{self.ids['job_id'][0]}")
        self._do("first list", "ana", "POST", "/v1/shortlists", wanted, new="shortlist_id")
        # More is said of what the person bears, and the list is drawn anew.
        more = {
            "sensory": {"noise": {"tolerance": 2, "direction": "avoid", "hard": True}},
            "goal": {"own_words": GOAL},
            "strengths": ["careful with food"],
        }
        self._write_profile("more facts", more, version=1)
        self.service.run_jobs()
        self._do("list with a question", "ana", "POST", "/v1/shortlists", wanted, new="shortlist_id")
        self._read("ana", f"/v1/shortlists/{self.id_of('list with a question')}", "list with a question, read")
        self._read("ana", f"/v1/shortlists/{self.id_of('list with a question')}/document", "document")

    def _a_call(self) -> None:
        calls = f"/v1/questions?employer_id={self.employer}"
        self._do("call list", "eve", "GET", calls)
        call = {"employer_id": self.employer, "mode": "phone", "on": TODAY, "person_met": "the head baker"}
        self._do("call", "eve", "POST", "/v1/contacts", call, new="contact_id")
        told = {
            "about": "sensory.noise",
            "value": {"typical": 1, "peak": 2},
            "source": "phone",
            "said_on": TODAY,
            "contact_id": self.id_of("call"),
        }
        self._do("answer", "eve", "POST", f"/v1/vacancies/{self.role}/answers", told)
        self._do("call list afterwards", "eve", "GET", calls)

    def _news(self) -> None:
        self.service.run_jobs()
        self._read("ana", "/v1/alerts?unseen=true", "alerts")
        alert = self.json("alerts")["items"][0]["id"]
        self._do("alert seen", "ana", "POST", f"/v1/alerts/{alert}/seen")
        self._do("no alerts", "ana", "GET", "/v1/alerts?unseen=true")
        wanted = {"participant_id": self.participant, "entries": 20}
        self._do("list with the answer", "ana", "POST", "/v1/shortlists", wanted, new="shortlist_id")
        self._read("ana", f"/v1/shortlists/{self.id_of('list with the answer')}", "list with the answer, read")
        self._read("lee", f"/v1/vacancies/{self.role}/suits", "suits")

    def _a_decision_and_a_consent(self) -> None:
        self.service.clock.pass_(minutes=10)
        self._do("allocation", "ana", "POST", "/v1/allocations", {}, new="allocation_id")
        decided = {
            "participant_id": self.participant,
            "vacancy_id": self.role,
            "shortlist_id": self.id_of("list with the answer"),
            "choice": "put_forward",
            "reason": "fits_wish",
        }
        self._do("decision", "ana", "POST", "/v1/decisions", decided)
        self._introduce("introduction without consent")
        consent = {
            "employer_id": self.employer,
            "choice": "yes",
            "items": ["name", "hours"],
            "method": "in_person",
            "given_on": TODAY,
        }
        self._do("consent", "ana", "POST", self._of_participant("/consents"), consent)
        self._introduce("introduction with consent")
        withdrawal = self._of_participant(f"/consents/{self.id_of('consent')}/withdrawal")
        self.service.clock.pass_(minutes=10)
        self._do("withdrawal", "ana", "POST", withdrawal, {})
        self._introduce("introduction after withdrawal")
        self.service.clock.pass_(minutes=10)
        self._do("consent again", "ana", "POST", self._of_participant("/consents"), {**consent, "items": ["hours"]})
        self._introduce("introduction with hours alone")

    def _an_introduction(self) -> None:
        self.service.clock.pass_(days=1)
        visit = {
            "employer_id": self.employer,
            "mode": "visit",
            "on": "2026-11-23",
            "on_behalf_of": [self.participant],
            "serves": WANT,
        }
        self._do("visit on behalf", "ana", "POST", "/v1/contacts", visit, new="contact_id")
        self.service.clock.pass_(days=3)
        tried = {
            "participant_id": self.participant,
            "vacancy_id": self.role,
            "kind": "working_interview",
            "on": "2026-11-26",
            "participant_found": "the ovens are warm and nobody shouts",
            "employer_found": "notices what is missing",
        }
        self._do("working interview", "ana", "POST", "/v1/tasters", tried, new="taster_id")

    def _a_start(self) -> None:
        self.service.clock.pass_(days=4)
        started = {
            "participant_id": self.participant,
            "decision_id": self.id_of("decision"),
            "started_on": STARTED_ON.isoformat(),
            "hours_week": 20,
            "hourly_pence": 1271,
            "permanent": True,
        }
        self._do("start", "ana", "POST", "/v1/placements", started, new="placement_id")
        self._do("role after the start", "ana", "GET", f"/v1/vacancies/{self.role}")

    def _weeks_of_work(self) -> None:
        job = f"/v1/placements/{self.id_of('start')}"
        for week in range(1, 27):
            self.service.clock.pass_(days=7)
            first = STARTED_ON + timedelta(weeks=week - 1)
            pay = {
                "from_on": first.isoformat(),
                "to_on": (first + timedelta(days=6)).isoformat(),
                "gross_pence": WEEKLY_PENCE,
                "source": "payslip",
                "verified": True,
            }
            self._do(f"pay {week}", "ana", "POST", f"{job}/earnings", pay)
            if week in (13, 26):
                self._outcomes(f"outcomes before check-in {week}")
            if week in (1, 2, 4, 13, 26):
                seen = {"on": (STARTED_ON + timedelta(weeks=week)).isoformat(), "still_in_work": True}
                self._do(f"check-in {week}", "ana", "POST", f"{job}/check-ins", {**seen, "satisfaction": 4})
            self._outcomes(f"outcomes {week}")
            self.states[week] = {each["kind"]: each["state"] for each in self.json(f"outcomes {week}")["items"]}

    def _an_end(self) -> None:
        self.service.clock.pass_(days=10)
        self.service.run_jobs()  # on a day so long after the last one nothing is paused yet
        self.service.clock.pass_(days=1)
        end = {
            "ended_on": "2027-06-11",
            "reason": "better_job",
            "said_by": "participant",
            "words": "a bakery nearer home",
        }
        path = f"/v1/placements/{self.id_of('start')}"
        version = self.service.as_("ana").get(path).json()["version"]
        self._do("end", "ana", "PUT", f"{path}/end", end, version=version)
        self._read("ana", path, "placement")
        self._outcomes("outcomes at the end")

    def _much_has_changed(self) -> None:
        self._do("other 1 now", "eve", "GET", f"/v1/vacancies/{self.ids['vacancy_id'][1]}")
        for number, change in enumerate(("close", "fill"), start=1):
            path = f"/v1/vacancies/{self.ids['vacancy_id'][number]}"
            version = self.service.as_("eve").get(path).json()["version"]
            self._do(change, "eve", "POST", f"{path}/{change}", version=version)
        louder = {"source": "visit", "facts": {"sensory": {"noise": {"typical": 4, "peak": 4}}, "hours": {"min": 30}}}
        for number in range(3, 6):
            self._do("changed", "eve", "POST", f"/v1/vacancies/{self.ids['vacancy_id'][number]}/facts", louder)
        for number in range(3):
            added = {"title": TITLE, "employer": f"New Cafe {number}", "hours": {"min": 16, "max": 20}}
            self._do("added", "eve", "POST", "/v1/vacancies", added, new="vacancy_id")
        self._do("import taken", "eve", "POST", f"/v1/imports/{self.id_of('tried')}/take")
        self.ids["job_id"].append(self.json("import taken")["job_id"])
        self._write_profile("learnt", {"wanted_work": [{"label": "baking bread"}], "hours": {"max": 30}}, version=2)
        self.service.run_jobs()
        old = f"/v1/shortlists/{self.id_of('list with a question')}"
        self._read("ana", f"{old}/document", "document again")
        for rest in ("/excluded", "/negotiation", f"/why?vacancy_id={self.role}"):
            self._read("ana", f"{old}{rest}", rest)
        for rest in (
            "",
            "/consents",
            "/contacts",
            "/placements",
            "/tasters",
            "/profile/versions",
            "/profile/versions/1",
            "/profile/comparison?before=1&after=2",
            "/profile/drafts",
            "/export",
        ):
            self._read("ana", self._of_participant(rest), f"participant{rest}")
        for path in (
            f"/v1/shortlists?participant_id={self.participant}",
            f"/v1/decisions?participant_id={self.participant}",
            f"/v1/tasters/{self.id_of('working interview')}",
            f"/v1/contacts/{self.id_of('visit on behalf')}",
            f"/v1/employers/{self.employer}/contacts",
            f"/v1/allocations/{self.id_of('allocation')}",
            "/v1/participants",
        ):
            self._read("ana", path, path)
        self._read("lee", self._of_participant(""), "read by the leader")
        self._do("verified", "aud", "GET", "/v1/audit/verify")

    # What chapters are made of

    def _of_participant(self, rest: str) -> str:
        return f"/v1/participants/{self.participant}{rest}"

    def _introduce(self, name: str) -> None:
        self._read("ana", self._of_participant(f"/consents/introductions/{self.employer}"), name)

    def _outcomes(self, name: str) -> None:
        self._read("ana", self._of_participant("/outcomes"), name)

    def _write_profile(self, name: str, fields: dict[str, Any], *, version: int) -> None:
        said_on = self.service.clock.at.date().isoformat()
        changes = [
            {"field": each, "value": value, "source": "participant", "said_on": said_on}
            for each, value in fields.items()
        ]
        self._do(name, "ana", "PATCH", self._of_participant("/profile"), {"changes": changes}, version=version)

    def _read(self, who: str, path: str, name: str) -> None:
        """Read something of the participant, and count the events that this leaves on the participant."""
        before = len(self.events())
        self._do(name, who, "GET", path)
        self.reads.append((who, path, len([each for each in self.events()[before:] if each.who == f"user-{who}"])))

    def events(self) -> list[AuditRow]:
        """The audit events on the participant, or on a list of people that names them."""
        with self.service.database.reading(NORTH) as store:
            return Holdings(store).audit_events(self.participant)

    def _do(
        self,
        name: str,
        who: str,
        method: str,
        path: str,
        body: Any = None,
        *,
        version: int | None = None,
        new: str | None = None,
    ) -> None:
        headers = {} if version is None else {"If-Match": f'"{version}"'}
        client = self.service.as_(who)
        answer = client._ask(method, path, headers=headers, **({} if body is None else {"json": body}))
        self._keep(name, answer, new=new)

    def _keep(self, name: str, answer: Response, *, new: str | None = None) -> None:
        self.answers[name] = _good(answer)
        if new is not None:
            self.ids[new].append(str(answer.json()["id"]))

    # The other organisation

    def _others_look(self, chapter: str, ids: dict[str, list[str]]) -> None:
        """Ask every route for these ids as people of the other organisation: they must be as if they did not exist."""
        secrets = [*(each for found in self.ids.values() for each in found), NAME]
        for who in ("sam", "sue"):
            for path, kind in routes_that_take_ids(self.service):
                if kind in ids and self._of_unknown(who, path)[0] != 403:
                    self.asked_by_others.add(path)
                    for each in ids[kind]:
                        if self._told(who, path, each) != self._of_unknown(who, path):
                            self.leaks.append(f"{chapter}: {who} at {path}")
            for path in routes_without_ids(self.service):
                if self._of_unknown(who, path)[0] != 403:
                    told = self._told(who, path, "")[1]
                    self.leaks += [f"{chapter}: {who} at {path}: {each}" for each in secrets if each in told]

    def _of_unknown(self, who: str, path: str) -> tuple[int, str]:
        """What is told of an id that nobody has; who is refused by their role is refused always."""
        if (who, path) not in self._unknown:
            self._unknown[who, path] = self._told(who, path, UNKNOWN_ID)
            assert self._unknown[who, path][0] in (200, 403, 404), f"{path}: {self._unknown[who, path]}"
        return self._unknown[who, path]

    def _told(self, who: str, path: str, each: str) -> tuple[int, str]:
        told = self.service.as_(who).get(path.replace("*", each))
        return told.status_code, told.text.replace(each, "*") if each else told.text


def _good(answer: Response) -> Response:
    assert answer.status_code < 300, f"{answer.request.url}: {answer.status_code} {answer.text[:1000]}"
    return answer


#: Query parameters that take an id, and of what.
_QUERIES = {"owner_id": "user_id", "specialist_id": "user_id"}
_PLAIN = {"participant_id", "vacancy_id", "employer_id", "shortlist_id"}


def routes_that_take_ids(service: Service) -> Iterator[tuple[str, str]]:
    """Every GET route that takes an id, with a star in the place of it, and the kind of the id."""
    for path, operation in _gets(service):
        named = [each for each in re.findall(r"{(\w+)}", path) if each.endswith("_id")]
        filled = path.replace("{version}", "1")
        if named:
            # The first id says whose it is; further ones are of things that do not exist in any case.
            first, *rest = named
            for other in rest:
                filled = filled.replace(f"{{{other}}}", UNKNOWN_ID)
            yield filled.replace(f"{{{first}}}", "*") + _needed(operation), first
            continue
        for parameter in operation.get("parameters", ()):
            name = parameter["name"]
            if parameter["in"] == "query" and name.endswith("_id"):
                needed = _needed(operation, but=name)
                yield f"{filled}{needed}{'&' if needed else '?'}{name}=*", _QUERIES.get(name, name)


def routes_without_ids(service: Service) -> Iterator[str]:
    """Every GET route that needs no id: lists and one's own things."""
    for path, operation in _gets(service):
        needs_id = "{" in path or any(
            each.get("required") and each["name"].endswith("_id") for each in operation.get("parameters", ())
        )
        if not needs_id and "single-sign-on" not in path and path != "/readyz":
            yield path + _needed(operation)


def _needed(operation: dict[str, Any], but: str = "") -> str:
    """Values for the parameters that a route cannot do without."""
    values = {"first": "2026-11-02", "last": "2026-11-29", "before": "1", "after": "2", "participant_id": UNKNOWN_ID}
    needed = [
        f"{each['name']}={values[each['name']]}"
        for each in operation.get("parameters", ())
        if each["in"] == "query" and each.get("required") and each["name"] != but
    ]
    return "?" + "&".join(needed) if needed else ""


def _gets(service: Service) -> Iterator[tuple[str, dict[str, Any]]]:
    described = service.client.app.openapi()  # type: ignore[attr-defined]
    for path, operations in described["paths"].items():
        if "get" in operations:
            yield path, operations["get"]


def let_webhooks_be_registered(service: Service) -> None:
    """Say that the host of the other system is known and public, without looking it up."""
    service.client.app.dependency_overrides[webhook_rules] = lambda: WebhookRules(  # type: ignore[attr-defined]
        hosts=(_OTHER_WEBHOOK_HOST,),
        sealer=service.running.sealer,
        sender=Sender(resolve=lambda _host, _port: ["192.0.2.1"], allows=lambda _address: True),
    )
