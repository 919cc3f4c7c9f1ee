"""The organisation of who asks: its name and what it has set."""

from __future__ import annotations

from dataclasses import fields
from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import Field, create_model

from api.dependencies import IfMatch, Now, Reading, SignedIn, Writing, answer
from api.routes.shapes import Answer, Shape, Short
from api.transaction import RecordedRoute
from matching.actions import organisations as actions
from matching.model.organisation import LIMITS, OrganisationSettings
from matching.store.tables import Organisation

router = APIRouter(prefix="/v1/organisation", tags=["users"], route_class=RecordedRoute)


def _limited(name: str) -> Any:
    """What a setting takes: days within its limits, or yes and no."""
    if name not in LIMITS:
        return bool
    least, most = LIMITS[name]
    return Annotated[int, Field(ge=least, le=most)]


# One field for each setting of the domain, with its limits and its default.
_FIELDS: dict[str, Any] = {each.name: (_limited(each.name), each.default) for each in fields(OrganisationSettings)}
SettingsSent = create_model(
    "SettingsSent", __base__=Shape, __doc__="What an organisation sets; numbers are of days.", **_FIELDS
)


class OrganisationSent(Shape):
    """What an organisation is called, and what it sets."""

    name: Short
    settings: SettingsSent  # type: ignore[valid-type]


class OrganisationAnswer(Answer):
    """The organisation."""

    id: str
    name: str
    settings: SettingsSent  # type: ignore[valid-type]
    version: int


@router.get("", response_model=OrganisationAnswer)
def show(by: SignedIn, store: Reading) -> Response:
    """Read what the organisation has set."""
    organisation, settings = actions.read_organisation(by=by, store=store)
    return answer(_json(organisation, settings), version=organisation.version)


@router.put("", response_model=OrganisationAnswer)
def change(sent: OrganisationSent, version: IfMatch, by: SignedIn, at: Now, store: Writing) -> Response:
    """Change what the organisation is called and has set."""
    organisation, settings = actions.change_organisation(
        name=sent.name,
        settings=OrganisationSettings(**sent.settings.model_dump()),  # type: ignore[attr-defined]
        version=version,
        by=by,
        at=at,
        store=store,
    )
    return answer(_json(organisation, settings), version=organisation.version)


def _json(organisation: Organisation, settings: OrganisationSettings) -> dict[str, object]:
    return {
        "id": organisation.id,
        "name": organisation.name,
        "settings": settings.to_json(),
        "version": organisation.version,
    }
