"""States of a list on paper."""

from tests.pages.states import State

STATES = [
    State(name="easy-read sheet", path="/lists/{shortlist_id}/sheet"),
    State(name="easy-read sheet as its leader sees it", path="/lists/{shortlist_id}/sheet", who="lee"),
    State(name="list to print", path="/lists/{shortlist_id}/print"),
]
