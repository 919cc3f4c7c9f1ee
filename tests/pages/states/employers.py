"""States of the pages on employers."""

from tests.pages.states import State

STATES = [
    State(name="employers, none", path="/employers", world="empty"),
    State(name="employers", path="/employers"),
    State(name="employers, none found", path="/employers?search=nothing+of+this+name"),
    State(name="employer", path="/employers/{employer_id}"),
    State(name="employer of which much is known", path="/employers/{employer_id:known}"),
    State(name="workplace to add", path="/employers/{employer_id}/workplaces/new"),
    State(
        name="workplace refused",
        path="/employers/{employer_id}/workplaces/new",
        typed={"name": "", "postcode": "over there"},
    ),
    State(name="new employer", path="/employers/new"),
    State(name="new employer refused", path="/employers/new", typed={"name": "", "contact_every_days": "often"}),
    State(name="employer to change", path="/employers/{employer_id}/change"),
    State(
        name="employer changed meanwhile",
        path="/employers/{employer_id}/change",
        typed={"name": "Ash", "version": "0"},
        status=412,
    ),
]
