"""States of the questions to ask."""

from tests.pages.states import State

STATES = [
    State(name="questions to ask, none", path="/questions", world="empty"),
    State(name="questions to ask", path="/questions"),
    State(name="questions to one employer", path="/questions?employer={employer_id}"),
]
