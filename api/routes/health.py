"""Whether the service lives, and whether it is ready."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Response

from api.dependencies import Public, TheRunning, answer
from api.errors import BUSY, problem
from api.routes.shapes import Answer, problems
from api.running import not_ready_because

router = APIRouter(tags=["health"])


class HealthAnswer(Answer):
    """How the service does."""

    status: Literal["alive", "ready"]


@router.get("/livez", response_model=HealthAnswer, dependencies=[Public])
def livez() -> Response:
    """Answer, if the process lives."""
    return answer({"status": "alive"})


@router.get("/readyz", response_model=HealthAnswer, dependencies=[Public], responses=problems(BUSY))
def readyz(running: TheRunning) -> Response:
    """Answer 200 if the service can do its work, or 503 with the reason; the encoder is not waited for."""
    reason = not_ready_because(running)
    if reason is not None:
        return problem(BUSY, reason, headers={"Retry-After": "1"})
    return answer({"status": "ready"})
