"""States of the alerts."""

from tests.pages.states import State

STATES = [
    State(name="alerts, none", path="/alerts", world="empty"),
    State(name="alerts, none ever", path="/alerts?show=all", world="empty"),
    State(name="alerts", path="/alerts"),
]
