"""States of the pages on job tasters and working interviews."""

from tests.pages.states import State

STATES = [
    State(name="taster", path="/tasters/{taster_id}"),
    State(name="new taster", path="/participants/{participant_id}/tasters/new"),
    State(name="new taster refused", path="/participants/{participant_id}/tasters/new", typed={"on-day": "1"}),
    State(name="taster to change", path="/tasters/{taster_id}/change"),
    State(name="taster changed meanwhile", path="/tasters/{taster_id}/change", typed={"version": "0"}, status=412),
]
