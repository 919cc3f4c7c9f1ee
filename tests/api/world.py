"""One of everything, made over HTTP: something to find for tests that ask every route."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from httpx import Response

from api.routes.webhooks import webhook_rules
from matching.actions.delivering import Sender
from matching.actions.webhooks import WebhookRules
from matching.permissions import MACHINE_PERMISSIONS
from tests.service import Service, SignedInClient

WEBHOOK_HOST = "systems.example.org"
TODAY = "2026-11-22"

#: By the name of the parameter or field that takes them: ids of what there is.
Ids = dict[str, list[str]]


def let_webhooks_be_registered(service: Service) -> None:
    """Say that the host of the other system is known and public, without looking it up."""
    service.client.app.dependency_overrides[webhook_rules] = lambda: WebhookRules(  # type: ignore[attr-defined]
        hosts=(WEBHOOK_HOST,),
        sealer=service.running.sealer,
        sender=Sender(resolve=lambda _host, _port: ["192.0.2.1"], allows=lambda _address: True),
    )


def machine(service: Service) -> SignedInClient:
    """Another system with every right that a machine may have."""
    sent = {"name": "case records", "permissions": sorted(MACHINE_PERMISSIONS), "expires_at": "2027-06-01T00:00:00Z"}
    made = good(service.as_("adam").post("/v1/tokens", sent)).json()
    return SignedInClient(service.client, {"Authorization": f"Bearer {made['secret']}"})


def one_of_everything(service: Service) -> Ids:
    """Make it, and return the ids."""
    let_webhooks_be_registered(service)
    ids: Ids = defaultdict(list)
    ana, eve, adam = service.as_("ana"), service.as_("eve"), service.as_("adam")

    def keep(kind: str, answered: Response) -> dict[str, Any]:
        body: dict[str, Any] = good(answered).json()
        ids[kind].append(str(body["id"]))
        return body

    # Employers and roles
    employer = keep("employer_id", eve.post("/v1/employers", {"name": "Hazel Bakery"}))["id"]
    workplace = {"name": "the big ovens", "postcode": "ME14 1AA"}
    keep("workplace_id", eve.post(f"/v1/employers/{employer}/workplaces", workplace))
    for number, title in enumerate(("Baker", "Kitchen assistant", "Packer")):
        role = {
            "title": title,
            "employer_id": employer,
            "known_by": "visit",
            "visibility": "organisation",
            "tasks": ["weigh flour", f"task {number}"],
            "hours": {"min": 8 + number, "max": 16},
        }
        logged = keep("vacancy_id", eve.post("/v1/vacancies", role))
        ids["vacancy_ref"].append(logged["ref"])
        ids["fact_id"].append(logged["facts"][0]["id"])
    # Participants and profiles
    for ref in ("P-1", "P-2"):
        keep("participant_id", ana.post("/v1/participants", {"ref": ref, "name": "Ines", "entered_on": "2026-11-02"}))
    person = ids["participant_id"][0]
    for each in ids["participant_id"]:
        path = f"/v1/participants/{each}/profile"
        wants = {"wanted_work": [{"label": "baking bread"}], "hours.max": 16, "sensory.noise": {"tolerance": 2}}
        good(ana.change("PATCH", path, changes(wants), version=0))
        good(ana.change("PATCH", path, changes({"strengths": ["patient"]}), version=1))
        too_late = ana.change("PATCH", path, changes({"strengths": ["quick"]}), version=1)
        assert too_late.status_code == 412, too_late.text
        ids["draft_id"].append(ana.get(f"{path}/drafts").json()["items"][0]["id"])
    service.run_jobs()
    # Lists and what is made of them
    for each in ids["participant_id"]:
        keep("shortlist_id", ana.post("/v1/shortlists", {"participant_id": each}))
    service.clock.pass_(minutes=1)
    late = {"title": "Baker at night", "employer_id": employer, "known_by": "visit", "hours": {"min": 8, "max": 12}}
    keep("vacancy_id", eve.post("/v1/vacancies", {**late, "visibility": "organisation"}))
    service.run_jobs()
    ids["alert_id"] += [each["id"] for each in good(ana.get("/v1/alerts")).json()["items"]]
    role_id = ids["vacancy_id"][0]
    decided = {"participant_id": person, "vacancy_id": role_id, "choice": "put_forward", "words": "their wish"}
    keep("decision_id", ana.post("/v1/decisions", decided))
    keep("allocation_id", ana.post("/v1/allocations", {}))
    consent = {"employer_id": employer, "choice": "yes", "items": ["hours"], "method": "phone", "given_on": TODAY}
    keep("consent_id", ana.post(f"/v1/participants/{person}/consents", consent))
    # Employers are met
    call = {"employer_id": employer, "mode": "phone", "on": TODAY, "on_behalf_of": [person], "serves": "their wish"}
    keep("contact_id", ana.post("/v1/contacts", call))
    keep("contact_id", ana.post("/v1/contacts", {**call, "on": "2026-12-24", "planned": True}))
    tried = {"participant_id": person, "vacancy_id": role_id, "kind": "job_taster", "on": TODAY}
    keep("taster_id", ana.post("/v1/tasters", tried))
    # Work
    started = {"participant_id": person, "employer_id": employer, "job_title": "Baker", "started_on": "2026-11-02"}
    job = keep("placement_id", ana.post("/v1/placements", started))["id"]
    seen = {"on": "2026-11-16", "still_in_work": True}
    keep("check_in_id", ana.post(f"/v1/placements/{job}/check-ins", seen))
    pay = {"from_on": "2026-11-02", "to_on": "2026-11-08", "gross_pence": 20_000, "source": "payslip"}
    keep("earnings_id", ana.post(f"/v1/placements/{job}/earnings", pay))
    # Files, other systems, users
    files = {"file": ("roles.csv", b"vacancy_ref,title,employer\nx1,Gardener,Old Mill\nx2,,Old Mill\n")}
    keep("import_id", eve.post("/v1/imports", data={"kind": "vacancies"}, files=files))
    taken = eve.post(f"/v1/imports/{ids['import_id'][0]}/take?skip_refused=true")
    ids["job_id"].append(good(taken).json()["job_id"])
    good(eve.post("/v1/exports", {"kind": "vacancies"}))
    webhook = {"url": f"https://{WEBHOOK_HOST}/alerts", "secret": "s" * 40}
    hook = keep("webhook_id", adam.post("/v1/webhooks", webhook))["id"]
    good(adam.post(f"/v1/webhooks/{hook}/deliveries"))
    keep("team_id", adam.post("/v1/teams", {"name": "third team"}))
    ids["team_id"] += ["team-a", "team-b"]
    new = {"email": "new@example.org", "name": "New", "roles": ["evaluator"], "team_ids": []}
    ids["user_id"].append(good(adam.post("/v1/users", new)).json()["user"]["id"])
    ids["user_id"] += ["user-ben", "user-val"]
    ids["specialist_id"] += ["user-ana", "user-ben"]
    ids["owner_id"] += ["user-ana", "user-eve"]
    token = {"name": "old system", "permissions": ["vacancies_read"], "expires_at": "2027-01-01T00:00:00Z"}
    ids["token_id"].append(good(adam.post("/v1/tokens", token)).json()["token"]["id"])
    ids["version"] += ["1", "2"]
    return dict(ids)


def changes(fields: dict[str, Any]) -> dict[str, Any]:
    """A body that changes fields of a profile."""
    told = [
        {"field": name, "value": value, "source": "participant", "said_on": TODAY} for name, value in fields.items()
    ]
    return {"changes": told}


def good(answered: Response) -> Response:
    """An answer that must not be a problem."""
    assert answered.status_code < 300, f"{answered.request.url}: {answered.status_code} {answered.text[:1000]}"
    return answered
