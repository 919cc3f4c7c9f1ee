"""An organisation with rows of every kind: what people made over HTTP, and a row of what they did not."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Table, func, insert, select

from matching.sealing import Sealer
from matching.store.digests import kept_tables
from tests.api.world import changes, one_of_everything
from tests.service import NORTH, Service

AT = datetime(2026, 11, 22, 18, 0, 0, 123456, tzinfo=UTC)
KEY = "k" * 32


def furnish_wholly(service: Service) -> None:
    """Fill every table that is kept; the neighbours have a role too, so that nothing is of one organisation alone."""
    ids = one_of_everything(service)
    sam = service.as_("sam")
    role = {"title": "Gärtner ☘", "employer": "Die Alte Mühle", "hours": {"max": 16}, "tasks": ['prune "the" roses']}
    assert sam.post("/v1/vacancies", role).status_code == 201
    service.run_jobs()
    ana, vacancy = service.as_("ana"), ids["vacancy_id"][0]
    said = {"about": "sensory.noise", "source": "phone", "said_on": "2026-11-22", "value": {"typical": 1}}
    assert ana.post(f"/v1/vacancies/{vacancy}/answers", said).status_code == 201
    kept_away = changes({"travel.no_go": ["ME14"], "employers_avoided": ["Old Mill"]})
    wary = ana.change("PATCH", f"/v1/participants/{ids['participant_id'][1]}/profile", kept_away, version=2)
    assert wary.status_code == 200, wary.text
    again = ana.post("/v1/employers", {"name": "Ash Nursery"}, headers={"Idempotency-Key": "once"})
    assert again.status_code == 201
    person, sealer = ids["participant_id"][0], Sealer(keys=(KEY,))
    with service.database.writing(NORTH) as store:
        for user in store.users.all():
            user.totp_secret = sealer.seal("JBSWY3DPEHPK3PXP", row_id=user.id)
        rows: dict[str, dict[str, Any]] = {
            "standings": {
                "participant_id": person,
                "profile_version": 1,
                "as_of": date(2026, 11, 22),
                "pool_mark": 3,
                "viewer_id": "user-ana",
                "viewer_team_ids": ["team-a"],
                "method": "m" * 64,
                "vacancy_ids": ids["vacancy_id"],
                "depends_on": [],
                "least_score": 0.1 + 0.2,
                "least_nearness": None,
                "families": [["bakery", 2]],
            },
            "shortlist_entry_changes": {
                "id": "change-1",
                "shortlist_id": ids["shortlist_id"][0],
                "vacancy_id": ids["vacancy_id"][0],
                "kind": "moved",
                "from_place": 2,
                "to_place": 1,
                "reason": "other",
                "words": "nearer to home\nand quiet",
                "by": "user-ana",
                "at": AT,
            },
            "outcomes": {
                "id": "outcome-1",
                "participant_id": person,
                "placement_id": ids["placement_id"][0],
                "kind": "job_start",
                "reached_on": date(2026, 11, 2),
                "verified": True,
                "policy": {"weeks": 13, "name": "two words", "share": 0.5},
                "at": AT,
            },
        }
        for table in kept_tables():
            if not _count(store.session, table) and table.name in rows:
                store.session.execute(insert(table).values(organisation_id=NORTH, **rows[table.name]))


def empty_tables(service: Service) -> set[str]:
    """The kept tables in which nothing is."""
    with service.database.reading(NORTH) as store:
        return {table.name for table in kept_tables() if not _count(store.session, table)}


def _count(session: Any, table: Table) -> int:
    owner = table.c.id if table.name == "organisations" else table.c.organisation_id
    return int(session.scalar(select(func.count()).select_from(table).where(owner == NORTH)))
