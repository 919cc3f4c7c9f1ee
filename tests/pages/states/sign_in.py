"""States of the pages on the way in."""

from tests.pages.states import State

STATES = [
    State(name="sign in", path="/sign-in", who="nobody"),
    State(name="sign in, there already", path="/sign-in"),
    State(name="sign in, left empty", path="/sign-in", who="nobody", typed={"email": "", "password": ""}),
    State(
        name="sign in refused",
        path="/sign-in",
        who="nobody",
        typed={"email": "sam@example.org", "password": "not the password"},
        status=401,
    ),
    State(name="set a password", path="/set-password", who="nobody"),
    State(
        name="set a password refused",
        path="/set-password",
        who="nobody",
        typed={"token": "made up", "password": "lantern otter gravel"},
    ),
    State(name="set up an app", path="/sign-in/app", who="half-way"),
    State(name="app set up", path="/sign-in/app", who="half-way", typed={}, status=200),
    State(name="type a code", path="/sign-in/code", who="half-way"),
    State(name="type a code, refused", path="/sign-in/code", who="half-way", typed={"code": "12"}),
]
