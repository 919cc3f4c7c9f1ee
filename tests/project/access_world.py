"""A world for the table of access: one of everything, most of it Ana's, and words that few may read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from time import sleep
from typing import Any
from unittest.mock import patch

from fastapi import Response
from httpx import Response as Answer
from sqlalchemy import select

from api.pages import sheets
from api.transaction import Work
from evaluation.report.files import write_folder
from matching.model.people import Role
from matching.model.vacancy import VacancySource
from matching.permissions import MACHINE_PERMISSIONS
from matching.store import new_id, tables
from matching.store.tables import Alert, Job, VacancyFact
from tests.api.routes.lists import BAKES, drawn
from tests.api.routes.people import write
from tests.reports import report
from tests.service import NORTH, SOUTH, START, TEAM_A, TEAM_B, TEAM_SOUTH, Service, _session, _user

TODAY = "2026-11-22"

#: Who asks besides those of every test: another specialist of Ana's team, the leader of the other team, and somebody
#: of another organisation who may do everything there.
MORE_PEOPLE = {
    "kit": (NORTH, (Role.EMPLOYMENT_SPECIALIST,), (TEAM_A,)),
    "leo": (NORTH, (Role.TEAM_LEADER,), (TEAM_B,)),
    "zoe": (SOUTH, tuple(Role), (TEAM_SOUTH,)),
}
#: Sessions between the steps of signing in, by name: they open nothing.
HALF_WAY = {"half-way": "user-kit"}
ASKERS = ("ana", "kit", "ben", "eve", "lee", "leo", "val", "adam", "aud", "machine", "zoe", "nobody")

#: Words that stand in the world, and who may be told them by any route at all.
CANARIES = {
    "Robin Canary": {"ana", "lee"},
    "P-CANARY": {"ana", "lee"},
    "Confided to Ana alone": {"ana"},
    "Confided to team A": {"ana", "kit", "eve", "lee"},
    "Avoided Canary Works": {"ana"},
    "loves canaries": {"ana", "lee"},
    "serves a canary": {"ana", "lee"},
    "decided for a canary": {"ana", "lee"},
    "found by a canary": {"ana", "lee"},
    "told by a canary": {"ana", "lee"},
    "ended with a canary": {"ana", "lee"},
}


@dataclass
class World:
    """The service with everything in it, and the ids by the name of the parameter that takes them."""

    service: Service
    ids: dict[str, str] = field(default_factory=dict)
    machine_secret: str = ""

    def path(self, path: str) -> str:
        """A path of the table with its ids; `{vacancy_id:team}` names another than the usual one."""
        return re.sub(r"{([^}]+)}", lambda found: self.ids[found[1]], path)

    def ask(self, asker: str, method: str, path: str, **sent: Any) -> Answer:
        """Ask, change nothing, and say what would have been answered."""
        headers = {} if method == "GET" else {"If-Match": f'"{self._version(path)}"'}
        if "/v1/" not in path and method == "POST":  # a page takes the version in its form
            sent["data"] = {"version": str(self._version(path)), **sent.get("data", {})}
        sent["follow_redirects"] = False
        with _nothing_is_kept():
            match asker:
                case "nobody":
                    return self.service.client.request(method, self.path(path), headers=headers, **sent)
                case "machine":
                    headers["Authorization"] = f"Bearer {self.machine_secret}"
                    return self.service.client.request(method, self.path(path), headers=headers, **sent)
                case name:
                    return self.service.as_(name)._ask(method, self.path(path), headers=headers, **sent)

    def _version(self, path: str) -> int:
        """The version of what a path is about, as its reader would have got it."""
        with self.service.database.reading(NORTH) as store:
            if path == "/v1/organisation":
                return store.organisations.get().version
            for name in reversed(re.findall(r"{([^}]+)}", path)):
                table = _VERSIONED.get(name.partition(":")[0])
                if ("/entries/" in path or path.startswith("/lists/")) and table is tables.VacancyRow:
                    continue  # an entry is changed as part of its list
                if table is None:
                    continue
                row = store.session.get_one(table, self.ids[name])
                return int(row.profile_version if "/profile" in path else row.version)
        return 1


_VERSIONED: dict[str, Any] = {
    "allocation_id": tables.Allocation,
    "check_in_id": tables.CheckIn,
    "contact_id": tables.Contact,
    "earnings_id": tables.EarningsRow,
    "employer_id": tables.Employer,
    "participant_id": tables.Participant,
    "placement_id": tables.PlacementRow,
    "shortlist_id": tables.ShortlistRow,
    "taster_id": tables.Taster,
    "team_id": tables.Team,
    "user_id": tables.User,
    "vacancy_id": tables.VacancyRow,
    "webhook_id": tables.Webhook,
}


#: What stands in addresses and is no id.
_IN_ADDRESSES = {"section": "hours", "section:safety": "employers", "dimension": "noise", "place": "1", "step": "smell"}


@contextmanager
def _nothing_is_kept() -> Iterator[None]:
    """Do everything that a request does but the commit, so that each is asked of the same world."""

    def end(work: Work, response: Response) -> None:
        if work._writing is not None and response.status_code < 400:
            work._writing.finish()
        work.abandon(RuntimeError("only asked"))

    # A PDF is packed: what is put on it is looked at instead. So no Pango is needed here.
    with patch.object(Work, "end", end), patch.object(sheets, "pdf_of", str.encode):
        yield


def make_world(service: Service) -> World:
    """Fill the service: employers, roles told in trust, a participant with everything up to a job."""
    world = World(service=service, ids={"digest": "old", "name": "well-placed.css", "form": "csv", **_IN_ADDRESSES})
    _add_people(service)
    for step in (
        _add_administration,
        _add_roles,
        _add_participant,
        _add_work,
        _add_full_profile,
        _add_full_list,
        _add_files,
        _add_report,
    ):
        world.ids.update(step(service, world.ids))
    world.machine_secret = _machine(service)
    _wait_until_ready(service)
    return world


def _add_people(service: Service) -> None:
    for organisation_id in (NORTH, SOUTH):
        with service.database.writing(organisation_id) as store:
            for name, (home, roles, teams) in MORE_PEOPLE.items():
                if home == organisation_id:
                    user = _user(name, roles, teams)
                    store.users.write(user)
                    store.sign_ins.add_session(_session(name, user.id))
    with service.database.writing(NORTH) as store:
        for name, user_id in HALF_WAY.items():
            session = _session(name, user_id)
            session.second_step_at = None
            store.sign_ins.add_session(session)
        store.users.get("user-lee").password_hash = "no password has this hash"  # noqa: S105


def _add_administration(service: Service, _ids: Mapping[str, str]) -> dict[str, str]:
    adam = service.as_("adam")
    token = {"name": "Old", "permissions": ["audit_read"], "expires_at": (START + timedelta(days=30)).isoformat()}
    return {
        "user_id": "user-ben",
        "user_id:closed": _closed(service, "user-leo"),
        "team_id": TEAM_B,
        "token_id": _made(adam.post("/v1/tokens", token))["token"]["id"],
    }


def _closed(service: Service, user_id: str) -> str:
    """A user whom nobody asks as."""
    details = {"email": "gone@example.org", "name": "Gone", "roles": ["auditor"]}
    added = _made(service.as_("adam").post("/v1/users", details))["user"]["id"]
    assert service.as_("adam").change("POST", f"/v1/users/{added}/disable", version=1).status_code == 200
    return str(added)


def _add_roles(service: Service, _ids: Mapping[str, str]) -> dict[str, str]:
    ana = service.as_("ana")

    def role(title: str, visibility: str, **facts: Any) -> dict[str, Any]:
        said = {"title": title, "employer": "Hazel Bakery", "visibility": visibility, **facts}
        return _made(ana.post("/v1/vacancies", said))

    open_to_all = role("Baker", "organisation", tasks=["bake bread", "sweep the floor"])
    ids = {
        "vacancy_id": open_to_all["id"],
        "employer_id": open_to_all["employer_id"],
        "vacancy_id:team": role("Confided to team A", "team")["id"],
        "vacancy_id:own": role("Confided to Ana alone", "own_caseload")["id"],
        "vacancy_id:closed": role("Closed", "organisation")["id"],
        "vacancy_id:late": "",
    }
    closing = ana.change("POST", f"/v1/vacancies/{ids['vacancy_id:closed']}/close", version=1)
    assert closing.status_code == 200, closing.text
    shown = {"source": "visit", "facts": {"sensory": {"noise": {"typical": 2}}}}
    _made(ana.post(f"/v1/vacancies/{ids['vacancy_id']}/facts", shown))
    known = role("Kitchen porter", "organisation", employer="Sorrel House")
    ids |= {"vacancy_id:known": _well_known(service, known["id"]), "employer_id:known": known["employer_id"]}
    with service.database.reading(NORTH) as store:
        visits = select(VacancyFact.id).where(
            VacancyFact.vacancy_id == ids["vacancy_id"], VacancyFact.source == "visit"
        )
        ids["fact_id"] = store.session.scalars(visits).first() or ""
    return ids


def _well_known(service: Service, vacancy_id: str) -> str:
    """Tell much of a role, and of its pay two things."""
    told: dict[str, Any] = {
        "hours": {"min": 16, "max": 20, "negotiable": "maybe"},
        "pattern": {"kind": "rota", "shifts": [{"days": ["mon", "tue", "wed"], "from": "09:00", "to": "14:30"}]},
        "location": {"postcode": "ME14 1", "remote": "no"},
        "pay": {"hourly": 12.6, "period": "weekly"},
        "tasks": ["wash pots", "keep the store tidy"],
        "sensory": {"noise": {"typical": 2, "peak": 3, "peak_share": "under_10"}, "smell": {"typical": 3}},
        "physical": {"lift_kg": 10, "climb": False},
        "requirements": {"dbs": "none", "qualifications": [{"slug": "food_hygiene", "obtainable_weeks": 2}]},
        "adjustments": {"place.quiet_room": "yes", "time.flex_start": "maybe"},
    }
    seen = {"source": "visit", "observed_on": "2026-08-03", "note": "shown round by the chef", "facts": told}
    advert = {"source": "advert", "observed_on": TODAY, "facts": {"pay": {"hourly": 12.21}}}
    for facts in (seen, advert):
        _made(service.as_("ana").post(f"/v1/vacancies/{vacancy_id}/facts", facts))
    return vacancy_id


def _add_participant(service: Service, ids: Mapping[str, str]) -> dict[str, str]:
    ana, lee = service.as_("ana"), service.as_("lee")
    taken_on = {"ref": "P-CANARY", "name": "Robin Canary", "entered_on": "2026-11-02"}
    person = _made(ana.post("/v1/participants", taken_on))["id"]
    path = f"/v1/participants/{person}"
    said = {**BAKES, "employers_avoided": ["Avoided Canary Works"], "interests": ["loves canaries"]}
    assert write(service, person, said, version=0).status_code == 200
    # Lee has read version 1 too, and is second to change the same field: what Lee wrote is kept as a draft.
    assert write(service, person, {"hours.max": 20}, version=1).status_code == 200
    assert write(service, person, {"hours.max": 25}, version=1, by="lee").status_code == 412
    draft = lee.get(f"{path}/profile/drafts").json()["items"][0]["id"]
    shortlist = drawn(service, person)["id"]
    service.run_jobs()
    late = _made(
        ana.post("/v1/vacancies", {"title": "Bread baker", "employer": "Hazel Bakery", "visibility": "organisation"})
    )["id"]
    service.run_jobs()
    with service.database.reading(NORTH) as store:
        alert = store.session.scalars(select(Alert.id).where(Alert.participant_id == person)).first()
        jobs = {job.key: job.id for job in store.session.scalars(select(Job).where(Job.kind.startswith("encode")))}
    consent = {
        "employer_id": ids["employer_id"],
        "choice": "yes",
        "items": ["name", "hours"],
        "method": "in_person",
        "given_on": TODAY,
    }
    decision = {"participant_id": person, "vacancy_id": ids["vacancy_id"], "choice": "not_now", "reason": "other"}
    _made(ana.post("/v1/decisions", {**decision, "words": "decided for a canary"}))
    return {
        "participant_id": person,
        "participant_id:new": _made(ana.post("/v1/participants", {"ref": "P-NEW", "entered_on": TODAY}))["id"],
        "version": "1",
        "draft_id": draft,
        "shortlist_id": shortlist,
        "vacancy_id:late": late,
        "alert_id": alert or "",
        "job_id": jobs[person],
        "job_id:role": jobs[f"vacancy:{ids['vacancy_id']}"],
        "job_id:team": jobs[f"vacancy:{ids['vacancy_id:team']}"],
        "job_id:own": jobs[f"vacancy:{ids['vacancy_id:own']}"],
        "consent_id": _made(ana.post(f"{path}/consents", consent))["id"],
        "allocation_id": _made(lee.post("/v1/allocations", {"team_id": TEAM_A}))["id"],
    }


def _add_work(service: Service, ids: Mapping[str, str]) -> dict[str, str]:
    ana = service.as_("ana")
    person, employer = ids["participant_id"], ids["employer_id"]
    contact = {"employer_id": employer, "mode": "phone", "on": TODAY, "planned": True, "on_behalf_of": [person]}
    contact["serves"] = "serves a canary"
    taster = {"participant_id": person, "employer_id": employer, "kind": "job_taster", "on": TODAY}
    taster["participant_found"] = "found by a canary"
    start = {"participant_id": person, "employer_id": employer, "job_title": "Baker", "started_on": "2026-11-02"}
    placement = _made(ana.post("/v1/placements", start))["id"]
    path = f"/v1/placements/{placement}"
    ended = _made(ana.post("/v1/placements", {**start, "started_on": "2026-10-01"}))["id"]
    end = {"ended_on": "2026-10-20", "reason": "better_job", "said_by": "participant", "words": "ended with a canary"}
    ending = ana.change("PUT", f"/v1/placements/{ended}/end", end, version=1)
    assert ending.status_code == 200, ending.text
    pay = {"from_on": "2026-11-02", "to_on": "2026-11-08", "gross_pence": 10_000, "source": "paye"}
    check_in = {"on": TODAY, "still_in_work": True, "notes": "told by a canary"}
    told = {"about": "hours.weekly_hours", "value": {"min": 16, "max": 20}, "source": "phone", "said_on": TODAY}
    _nobody_confirmed(service, ids["vacancy_id:own"])
    return {
        "answer_id": _made(ana.post(f"/v1/vacancies/{ids['vacancy_id']}/answers", told))["id"],
        # Nobody has asked how this one goes.
        "placement_id:due": _made(ana.post("/v1/placements", {**start, "started_on": "2026-11-18"}))["id"],
        "contact_id": _made(ana.post("/v1/contacts", contact))["id"],
        "taster_id": _made(ana.post("/v1/tasters", taster))["id"],
        "placement_id": placement,
        "placement_id:ended": ended,
        "check_in_id": _made(ana.post(f"{path}/check-ins", check_in))["id"],
        "earnings_id": _made(ana.post(f"{path}/earnings", pay))["id"],
    }


#: A profile in which something stands in every section.
FULL_PROFILE: dict[str, Any] = {
    "goal": {"own_words": "I want to be near animals, and home by tea.", "status": "some_ideas"},
    "wanted_work": [{"label": "looking after dogs", "strength": 3}, {"label": "gardens"}],
    "liked_tasks": ["dogs", "plants"],
    "refused_work": [{"label": "pubs at night", "tags": ["hot_drinks", "serving_food"], "absolute": True}],
    "disliked_tasks": ["phone_calls"],
    "strengths": ["calm with nervous dogs", "never late"],
    "interests": ["allotment"],
    "skills": [{"label": "grooming", "level": 2}, {"label": "maps"}],
    "work_history": [{"title": "Kennel hand", "tasks": ["walked the dogs"], "liked": "being outside"}],
    "hours": {"min": 8, "max": 16},
    "availability": [
        {"days": ["mon", "tue", "wed"], "from": "09:00", "to": "15:00", "kind": "prefer"},
        {"days": ["fri"], "from": "00:00", "to": "24:00", "kind": "cannot"},
    ],
    "shift": {"max_hours": 6, "nights": "no", "weekends": "if_needed"},
    "travel": {"home": "ME14 1", "max_minutes": 45, "modes": ["bus", "walk"]},
    "remote": "no",
    "pay_floor": {"hourly": 12.6},
    "adjustments": [
        {"slug": "time.late_start", "importance": "essential", "alternatives": ["time.flex_start"]},
        {"slug": "sens.headphones"},
    ],
    "sensory": {
        "noise": {"tolerance": 1, "hard": True, "mitigations": ["sens.headphones"]},
        "smell": {"tolerance": 2},
        "crowding": {"tolerance": 4, "direction": "neutral"},
    },
    "physical": {"lift_max_kg": 10, "climb": False},
    "qualifications": ["food_hygiene_l2"],
    "driving": "none",
    "legal": {"minimum_age_met": [18]},
    "checks_to_avoid": [],
    "role_exclusions": ["no_gambling"],
}


def _add_full_profile(service: Service, _ids: Mapping[str, str]) -> dict[str, str]:
    """Another of Ana's participants, of whom much is known; nothing else is done for them."""
    taken_on = {"ref": "P-2", "name": "Jo Finch", "entered_on": "2026-11-09"}
    person = _made(service.as_("ana").post("/v1/participants", taken_on))["id"]
    assert write(service, person, FULL_PROFILE, version=0).status_code == 200
    assert (
        write(service, person, {"hours.max": 20, "goal.longer_term": "a place of my own"}, version=1).status_code == 200
    )
    return {"participant_id:full": person}


#: Somebody with a wish, needs and limits that the roles below meet, nearly meet, or do not meet.
_KIM: dict[str, Any] = {
    "goal": {"own_words": "I want to work with animals, close to home.", "status": "firm"},
    "wanted_work": [{"label": "looking after animals", "strength": 3}, {"label": "gardening"}],
    "strengths": ["calm with nervous dogs"],
    "hours": {"min": 8, "max": 20},
    "travel": {"home": "ME14 1AA", "max_km": 12},
    "pay_floor": {"hourly": 12, "hard": True},
    "adjustments": [
        {"slug": "place.quiet_room", "importance": "essential"},
        {"slug": "time.flex_start", "importance": "important"},
    ],
    "sensory": {
        "noise": {"tolerance": 2, "hard": True, "mitigations": ["sens.headphones"]},
        "smell": {"tolerance": 1},
        "social_demand": {"tolerance": 2},
        "lighting": {"tolerance": 2, "direction": "neutral"},
        "temperature": {"tolerance": 2, "direction": "seek"},
    },
}
_NEAR_KIM: dict[str, Any] = {
    "tasks": ["looking after animals", "sweep the yard"],
    "hours": {"min": 12, "max": 16},
    "location": {"postcode": "ME14 2", "remote": "no"},
    "pay": {"hourly": 13.1},
    "contract": "permanent",
    "adjustments": {"place.quiet_room": "yes"},
    "sensory": {"noise": {"typical": 1}, "smell": {"typical": 1}, "social_demand": {"typical": 1, "peak": 3}},
}


def _add_full_list(service: Service, _ids: Mapping[str, str]) -> dict[str, str]:
    """A list with something in each of its places: wishes met, questions, a role by hand, one taken off."""
    ana = service.as_("ana")
    quiet = {"place.quiet_room": "no"}
    roles = {
        "shop": ("Pet shop assistant", "Finch Pets", {}),
        "kennel": ("Kennel assistant", "Larch Kennels", {"adjustments": {}, "sensory": {"noise": {"typical": 3}}}),
        "garden": ("Garden helper", "Rowan Gardens", {"contract": "seasonal", "pay": None, "sensory": None}),
        "cattery": ("Cattery cleaner", "Larch Kennels", {"sensory": {"smell": {"typical": 3}}}),
        "stable": ("Stable hand", "Thorn Riding School", {"adjustments": quiet}),
        "groomer": ("Dog groomer", "Finch Pets", {"hours": {"min": 30, "max": 37}}),
        "farm": (
            "Farm worker",
            "Alder Farm",
            {"location": {"postcode": "CT1 1", "remote": "no"}, "adjustments": quiet},
        ),
    }
    ids = {}
    for name, (title, employer, more) in roles.items():
        told = {"title": title, "employer": employer, "visibility": "organisation", **_NEAR_KIM, **more}
        ids[f"vacancy_id:{name}"] = _made(ana.post("/v1/vacancies", told))["id"]
    person = _made(ana.post("/v1/participants", {"ref": "P-KIM", "name": "Kim Heron", "entered_on": "2026-11-09"}))[
        "id"
    ]
    assert write(service, person, _KIM, version=0).status_code == 200
    shortlist = drawn(service, person)["id"]
    service.run_jobs()
    path = f"/v1/shortlists/{shortlist}/entries"
    steps = (
        ("POST", path, {"vacancy_id": ids["vacancy_id:stable"], "reason": "fits_wish", "words": "Kim rides there."}),
        ("PATCH", f"{path}/{ids['vacancy_id:kennel']}", {"to": 1, "reason": "fits_wish"}),
        ("POST", f"{path}/{ids['vacancy_id:cattery']}/removal", {"reason": "other", "words": "Kim is afraid of cats."}),
    )
    for version, (method, where, sent) in enumerate(steps, start=1):
        answered = ana.change(method, where, sent, version=version)
        assert answered.status_code in (200, 201), answered.text
    for name, choice, reason in (("kennel", "put_forward", "fits_wish"), ("garden", "not_now", "hours")):
        chosen = {"participant_id": person, "vacancy_id": ids[f"vacancy_id:{name}"], "shortlist_id": shortlist}
        _made(ana.post("/v1/decisions", {**chosen, "choice": choice, "reason": reason}))
    # Written after the last job was run: the words of this one are still to be read.
    new = _made(ana.post("/v1/participants", {"ref": "P-WORDS", "name": "Lou Wren", "entered_on": TODAY}))["id"]
    assert write(service, new, {"wanted_work": [{"label": "mending bicycles"}]}, version=0).status_code == 200
    objecting = _made(ana.post("/v1/participants", {"ref": "P-BY-HAND", "name": "Max Lark", "entered_on": TODAY}))["id"]
    objection = ana.change("PUT", f"/v1/participants/{objecting}/objection", {"objects": True}, version=1)
    assert objection.status_code == 200, objection.text
    with service.database.reading(NORTH) as store:
        job = store.session.scalars(select(Job.id).where(Job.key == new)).first()
    return {
        **ids,
        "participant_id:listed": person,
        "shortlist_id:full": shortlist,
        "participant_id:waiting": new,
        "job_id:waiting": job or "",
        "participant_id:objecting": objecting,
    }


def _nobody_confirmed(service: Service, vacancy_id: str) -> None:
    """Let a role come near the day on which it leaves the lists unless somebody says that it is still there."""
    with service.database.writing(NORTH) as store:
        vacancy = store.vacancies.get(vacancy_id)
        vacancy.source = VacancySource.UNADVERTISED
        vacancy.confirmed_at -= timedelta(days=20)


def _add_report(service: Service, _ids: Mapping[str, str]) -> dict[str, str]:
    """An evaluation report of Ana's organisation, and none of the other."""
    write_folder(report(), service.running.settings.reports / NORTH)
    return {}


def _add_files(service: Service, _ids: Mapping[str, str]) -> dict[str, str]:
    made = service.as_("eve").post("/v1/imports", **roles_file())
    assert made.status_code == 201, made.text
    # Last of all, when no job is run any more: nothing is to be sent there.
    webhook = {"url": "https://1.1.1.1/told", "secret": "s" * 40}
    told = _made(service.as_("adam").post("/v1/webhooks", webhook))["id"]
    taken_in = _taken_in(service, made.json()["id"])
    return {"kind": "vacancies", "import_id": made.json()["id"], "import_id:taken": taken_in, "webhook_id": told}


def _taken_in(service: Service, import_id: str) -> str:
    """Another file, as one is when its rows are in."""
    with service.database.writing(NORTH) as store:
        tried = store.files.get_import(import_id)
        failed = [{"row": "row 4", "message": "This reference belongs to another caseload."}]
        summary = {**tried.summary, "done": 3, "taken": {"new": 1, "failed": 1}, "first_failures": failed}
        row = tables.Import(
            id=new_id(START),
            kind=tried.kind,
            file_name="older.csv",
            content_digest="0" * 64,
            state="taken",
            summary=summary,
            by=tried.by,
            at=tried.at,
            taken_at=START,
        )
        store.files.add(row)
        return row.id


def roles_file() -> dict[str, Any]:
    """A file of roles, one of them wanting."""
    content = b"vacancy_ref,title,employer,hours.min,hours.max\nx1,Baker,Hazel Bakery,8,16\nx3,,Ash Hotel,10,20\n"
    return {"data": {"kind": "vacancies"}, "files": {"file": ("roles.csv", content)}}


def _wait_until_ready(service: Service) -> None:
    for _ in range(200):
        if service.client.get("/readyz").status_code == 200:
            return
        sleep(0.05)


def _machine(service: Service) -> str:
    """A machine with everything that a machine may be given."""
    sent = {
        "name": "Dashboard",
        "permissions": sorted(MACHINE_PERMISSIONS),
        "expires_at": (START + timedelta(days=30)).isoformat(),
    }
    return str(_made(service.as_("adam").post("/v1/tokens", sent))["secret"])


def _made(answer: Answer) -> dict[str, Any]:
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made
