"""States of the pages that make a role of tasks."""

from tests.pages.states import State

STATES = [
    State(name="role carved of a role", path="/roles/{vacancy_id}/carve"),
    State(name="role carved, no tasks known", path="/roles/{vacancy_id:team}/carve"),
    State(name="role carved, refused", path="/roles/{vacancy_id}/carve", typed={"title": ""}),
    State(name="role carved of an employer", path="/employers/{employer_id}/carve", who="eve"),
]
