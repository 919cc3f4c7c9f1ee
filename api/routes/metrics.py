"""The numbers of the service, for a scraper on the same network; a proxy keeps this address from the world."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.dependencies import Public
from api.metrics import CONTENT_TYPE

router = APIRouter(tags=["health"])


@router.get("/metrics", dependencies=[Public], responses={200: {"content": {"text/plain": {}}}})
def metrics(request: Request) -> Response:
    """Requests by route and status, their times, and jobs that wait."""
    return Response(request.app.state.metrics.written(), media_type=CONTENT_TYPE)
