"""The nouns as JSON: one file a noun."""

from fastapi import APIRouter

from api.routes import (
    alerts,
    audit,
    consents,
    contacts,
    decisions,
    employers,
    exports,
    health,
    imports,
    jobs,
    participants,
    placements,
    profiles,
    questions,
    shortlists,
    sign_in,
    tasters,
    users,
    vacancies,
    webhooks,
)

ROUTERS: tuple[APIRouter, ...] = (
    alerts.router,
    audit.router,
    consents.router,
    contacts.router,
    decisions.router,
    employers.router,
    exports.router,
    health.router,
    imports.router,
    jobs.router,
    participants.router,
    placements.router,
    profiles.router,
    questions.router,
    shortlists.router,
    sign_in.router,
    tasters.router,
    users.router,
    vacancies.router,
    webhooks.router,
)
