"""States of the pages for who administers, manages and audits."""

from tests.pages.states import State

_LONG = {"name": "", "email": "", "roles": []}

STATES = [
    State(name="administration", path="/administration", who="adam"),
    State(name="settings of the organisation", path="/administration/settings", who="adam"),
    State(
        name="settings refused",
        path="/administration/settings",
        who="adam",
        typed={"name": "", "consent_days": "many", "keep_drafts_days": "0"},
    ),
    State(
        name="settings changed meanwhile",
        path="/administration/settings",
        who="adam",
        typed={"version": "9"},
        status=412,
    ),
    State(name="teams", path="/administration/teams", who="adam"),
    State(name="team refused", path="/administration/teams", who="adam", typed={"name": ""}),
    State(name="team to rename", path="/administration/teams/{team_id}", who="adam"),
    State(name="team of a taken name", path="/administration/teams", who="adam", typed={"name": "team-a"}, status=409),
    State(name="users", path="/administration/users", who="adam"),
    State(name="new user", path="/administration/users/new", who="adam"),
    State(name="new user refused", path="/administration/users/new", who="adam", typed=_LONG),
    State(name="user", path="/administration/users/{user_id}", who="adam"),
    State(name="user, closed", path="/administration/users/{user_id:closed}", who="adam"),
    State(name="user to change", path="/administration/users/{user_id}/change", who="adam"),
    State(
        name="user invited",
        path="/administration/users/new",
        who="adam",
        typed={"name": "Kim", "email": "kim@example.org", "roles": ["auditor"]},
        status=200,
    ),
    State(name="proposals, none", path="/allocations", world="empty"),
    State(name="proposals", path="/allocations", who="lee"),
    State(name="proposal refused", path="/allocations", typed={"people_per_opening": "many"}),
    State(name="proposal", path="/allocations/{allocation_id}", who="lee"),
    State(
        name="role to take out of a proposal",
        path="/allocations/{allocation_id}/take-out/{participant_id}/{vacancy_id:late}",
        who="lee",
    ),
    State(
        name="taking out refused",
        path="/allocations/{allocation_id}/take-out/{participant_id}/{vacancy_id:late}",
        who="lee",
        typed={"reason": []},
    ),
    State(name="audit record", path="/audit", who="aud"),
    State(name="audit record, no such event", path="/audit?kind=import&subject=none", who="aud"),
    State(name="audit check", path="/audit/check", who="aud"),
    State(name="numbers of nobody", path="/numbers", who="lee", world="empty"),
    State(name="numbers", path="/numbers", who="lee"),
    State(name="evaluation report", path="/numbers/report", who="lee"),
    State(name="evaluation report, none", path="/numbers/report", who="lee", world="empty", status=404),
]
