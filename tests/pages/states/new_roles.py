"""States of the page that logs a role."""

from tests.pages.states import State

STATES = [
    State(name="new role", path="/roles/new"),
    State(name="new role, nobody waits", path="/roles/new", world="empty", who="eve"),
    State(name="new role of an employer", path="/roles/new?employer={employer_id}", who="eve"),
    State(
        name="new role refused",
        path="/roles/new",
        typed={"title": "", "employer": "Hazel Bakery", "hours.min": "many", "observed_on-month": "13"},
    ),
    State(name="role logged", path="/roles/{vacancy_id}/logged"),
]
