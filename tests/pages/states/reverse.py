"""States of the page on whom a role might suit."""

from tests.pages.states import State

STATES = [
    State(name="people for a role", path="/roles/{vacancy_id}/people"),
    State(name="people for a role, none", path="/roles/{vacancy_id:closed}/people"),
    State(name="people for a role, counts alone", path="/roles/{vacancy_id}/people", who="eve"),
    State(name="people for a role, of colleagues", path="/roles/{vacancy_id}/people", who="kit"),
    State(name="people for a role, counts of nobody", path="/roles/{vacancy_id:closed}/people", who="eve"),
]
