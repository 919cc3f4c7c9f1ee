"""States of my day."""

from tests.pages.states import State

STATES = [
    State(name="my day, new specialist", path="/", world="empty"),
    State(name="my day", path="/"),
    State(name="my day of employer engagement, new", path="/", world="empty", who="eve"),
    State(name="my day of employer engagement", path="/", who="eve"),
    State(name="my day of a leader", path="/", who="lee"),
    State(name="my day after a role is confirmed", path="/?done=role-still-there"),
]
