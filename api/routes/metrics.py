"""The numbers of the service, for a scraper on the same network; a proxy keeps this address from the world."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.dependencies import Public, TheRunning
from api.metrics import CONTENT_TYPE, Metrics
from api.running import Running

router = APIRouter(tags=["health"])


@router.get("/metrics", dependencies=[Public], responses={200: {"content": {"text/plain": {}}}})
def metrics(request: Request, running: TheRunning) -> Response:
    """Requests by route and status, their times, and jobs that wait."""
    numbers: Metrics = request.app.state.metrics
    numbers.jobs_waiting.set(_jobs_waiting(running))
    return Response(numbers.written(), media_type=CONTENT_TYPE)


def _jobs_waiting(running: Running) -> int:
    """How many jobs are due now, of all organisations."""
    with running.database.directory() as directory:
        organisation_ids = directory.organisation_ids()
    waiting = 0
    for organisation_id in organisation_ids:
        with running.database.reading(organisation_id) as store:
            waiting += store.jobs.count_due(at=running.clock())
    return waiting
