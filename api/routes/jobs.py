"""Work that goes on after an answer, to be asked about."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from fastapi import APIRouter, Response

from api.dependencies import Id, Reading, SignedIn, answer
from api.routes.shapes import Answer
from api.transaction import RecordedRoute
from matching.actions.jobs import read_job

router = APIRouter(prefix="/v1/jobs", tags=["jobs"], route_class=RecordedRoute)

_ASK_AGAIN_SECONDS = "1"


class JobAnswer(Answer):
    """How far some work is; ask again until it is `done` or `failed`."""

    id: str
    kind: str
    state: Literal["waiting", "running", "done", "failed"]
    attempts: int
    made_at: datetime
    finished_at: datetime | None


@router.get("/{job_id}", response_model=JobAnswer)
def show(job_id: Id, by: SignedIn, store: Reading) -> Response:
    """Ask how far some work is; `Retry-After` says when to ask again."""
    job = read_job(job_id=job_id, by=by, store=store)
    told = answer(
        {
            "id": job.id,
            "kind": job.kind,
            "state": job.state,
            "attempts": job.attempts,
            "made_at": job.made_at,
            "finished_at": job.finished_at,
        }
    )
    if job.finished_at is None:
        told.headers["Retry-After"] = _ASK_AGAIN_SECONDS
    return told
