"""States of the pages about the service: they hold nothing of anybody, so all see the same but for the menu."""

from tests.pages.states import State

STATES = [
    State(name="help", path="/help"),
    State(name="help, signed out", path="/help", who="nobody"),
    State(name="how suggestions are made", path="/how-it-works"),
    State(name="privacy", path="/privacy"),
    State(name="privacy, signed out", path="/privacy", who="nobody"),
    State(name="accessibility statement", path="/accessibility", who="nobody"),
]
