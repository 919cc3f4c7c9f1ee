"""States of the forms for what is known of a role."""

from tests.pages.states import State

STATES = [
    State(name="facts of a role to add", path="/roles/{vacancy_id}/facts"),
    State(name="facts of a role, nothing learnt", path="/roles/{vacancy_id}/facts", typed={"note": "Sam told me"}),
    State(
        name="facts of a role refused",
        path="/roles/{vacancy_id}/facts",
        typed={"source": "phone", "hours.min": "30", "hours.max": "16", "pay.hourly": "plenty", "offer.1": "yes"},
    ),
    State(name="fact of a role to change", path="/roles/{vacancy_id}/facts?about=sensory.noise"),
    State(name="fact of a role that nobody knows", path="/roles/{vacancy_id}/facts?about=pay"),
    State(
        name="fact of a role refused",
        path="/roles/{vacancy_id}/facts?about=pay",
        typed={"source": "visit", "pay.hourly": "lots"},
    ),
    State(name="fact of a role to take back", path="/roles/{vacancy_id}/facts/{fact_id}/take-back"),
    State(
        name="fact of a role, changed meanwhile",
        path="/roles/{vacancy_id}/facts/{fact_id}/take-back",
        typed={"version": "0"},
        status=412,
    ),
]
