"""States of one's own account."""

from tests.pages.states import State

STATES = [
    State(name="account", path="/account"),
    State(name="account of everything", path="/account", who="zoe"),
    State(name="password to change, none", path="/account/password"),
    State(name="password to change", path="/account/password", who="lee"),
    State(
        name="password refused",
        path="/account/password",
        who="lee",
        typed={"present_password": "not the password", "new_password": ""},
    ),
]
