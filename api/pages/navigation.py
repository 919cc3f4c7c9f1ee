"""The navigation: where somebody may go, by what they may do."""

from __future__ import annotations

from typing import Any

from matching.model.people import Actor, Permission

_PLACES: tuple[tuple[str, str, frozenset[Permission]], ...] = (
    ("/", "My day", frozenset({Permission.PARTICIPANTS_READ_OWN, Permission.QUESTIONS_READ})),
    (
        "/participants",
        "Participants",
        frozenset({Permission.PARTICIPANTS_READ_OWN, Permission.PARTICIPANTS_READ_TEAM}),
    ),
    ("/roles", "Roles", frozenset({Permission.VACANCIES_READ})),
    ("/employers", "Employers", frozenset({Permission.EMPLOYERS_READ})),
    ("/questions", "Questions to ask", frozenset({Permission.QUESTIONS_READ})),
    ("/files", "Files", frozenset({Permission.IMPORTS_RUN, Permission.EXPORTS_RUN, Permission.HISTORY_READ})),
    ("/numbers", "Numbers", frozenset({Permission.PARTICIPANTS_READ_TEAM, Permission.HISTORY_READ})),
    ("/administration", "Administration", frozenset({Permission.USERS_MANAGE, Permission.ORGANISATION_MANAGE})),
    ("/audit", "Audit", frozenset({Permission.AUDIT_READ})),
)


def navigation(by: Actor, path: str) -> list[dict[str, Any]]:
    """The places that somebody may go to; the one they are in is marked."""
    return [
        {
            "href": href,
            "text": text,
            "active": path == href or (href != "/" and path.startswith(href + "/")),
            "current": path == href,
        }
        for href, text, needed in _PLACES
        if by.can_any(needed)
    ]
