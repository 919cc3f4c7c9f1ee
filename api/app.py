"""The web application: routers, middleware and error handlers over what a process holds."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api import errors
from api.errors import BY_STATUS
from api.metrics import Metrics
from api.middleware import add_middleware
from api.pages import assets
from api.pages.errors import page_of
from api.pages.routers import ROUTERS as PAGES
from api.routes import ROUTERS
from api.routes.shapes import ProblemDocument, problems
from api.running import Running

# What any route may answer with besides its own.
_EVERYWHERE = problems(
    errors.MALFORMED,
    errors.NOT_SIGNED_IN,
    errors.NOT_PERMITTED,
    errors.NOT_FOUND,
    errors.CONFLICT,
    errors.STALE,
    errors.TOO_LARGE,
    errors.NO_ROOM,
    errors.UNSUPPORTED,
    errors.INVALID,
    errors.VERSION_NEEDED,
    errors.TOO_MANY,
    errors.BUSY,
)


def create_app(running: Running) -> FastAPI:
    """Make the application around what this process holds."""
    app = FastAPI(
        title="Well Placed",
        version="1",
        description="Shortlists of vacancies worth talking about, with reasons, for UK supported employment.",
        docs_url=None,
        redoc_url=None,
        openapi_url="/v1/openapi.json",
        responses=_EVERYWHERE,
        # A redirect would repeat what was asked, words of a search among it, in an address.
        redirect_slashes=False,
    )
    app.state.running = running
    errors.add_handlers(app, page_of)
    for router in ROUTERS:
        app.include_router(router)
    assets.assets()  # that the files of the pages are there is found out now, and not by the first visitor
    for page in PAGES:
        app.include_router(page)
    app.state.metrics = Metrics()
    add_middleware(app, running.settings, app.state.metrics)
    app.openapi = lambda: _described(app)  # type: ignore[method-assign]
    return app


def _share_problems(described: dict[str, Any]) -> None:
    """Say each problem once and refer to it: the same dozen under every operation would be most of the description."""
    shared = described["components"].setdefault("responses", {})
    names = {status: BY_STATUS[int(status)] for status in map(str, _EVERYWHERE)}
    for operations in described["paths"].values():
        for operation in operations.values():
            for status, kind in names.items():
                if operation["responses"].get(status) == _EVERYWHERE[int(status)]:
                    shared[kind.slug] = operation["responses"][status]
                    operation["responses"][status] = {"$ref": f"#/components/responses/{kind.slug}"}


def _described(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI description, with the shape of problems in the place of the framework's own."""
    if app.openapi_schema is None:
        described = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
        schemas = described.setdefault("components", {}).setdefault("schemas", {})
        schemas["ProblemDocument"] = ProblemDocument.model_json_schema()
        for unused in ("HTTPValidationError", "ValidationError"):
            schemas.pop(unused, None)
        _share_problems(described)
        app.openapi_schema = described
    return app.openapi_schema
