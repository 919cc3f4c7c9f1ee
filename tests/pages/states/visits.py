"""States of the walk through a workplace."""

from tests.pages.states import State

STATES = [
    State(name="visit begins", path="/roles/{vacancy_id}/visit"),
    State(name="visit begins, refused", path="/roles/{vacancy_id}/visit", typed={"on-day": "31", "on-month": "2"}),
    State(name="visit, noise", path="/roles/{vacancy_id}/visit/noise", who="eve"),
    State(name="visit, noise again", path="/roles/{vacancy_id}/visit/noise?on=2026-11-22"),
    State(
        name="visit, noise refused",
        path="/roles/{vacancy_id}/visit/noise",
        typed={"sensory.noise.typical": "3", "sensory.noise.peak": "1"},
    ),
    State(name="visit, the building", path="/roles/{vacancy_id}/visit/place"),
    State(name="visit, the work", path="/roles/{vacancy_id}/visit/work"),
    State(name="visit to check", path="/roles/{vacancy_id}/visit/check"),
    State(name="visit to check, nothing seen", path="/roles/{vacancy_id}/visit/check?on=2026-10-01"),
]
