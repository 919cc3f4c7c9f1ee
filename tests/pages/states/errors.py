"""States of the pages of errors that can be looked at without breaking anything."""

from tests.pages.states import State

STATES = [
    State(name="page not found", path="/no-such-page", status=404),
    State(name="page not found, signed out", path="/no-such-page", who="nobody", status=404),
    State(name="page not for everybody", path="/employers", who="val", status=403),
    State(name="address of a button", path="/sign-out", status=405),
]
