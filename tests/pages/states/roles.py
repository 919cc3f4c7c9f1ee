"""States of the pages on roles."""

from tests.pages.states import State

STATES = [
    State(name="roles, none", path="/roles", world="empty"),
    State(name="roles", path="/roles?show=all"),
    State(name="roles, none found", path="/roles?search=nothing+of+this+name"),
    State(name="roles near a place", path="/roles?near=ME14"),
    State(name="roles near no place", path="/roles?near=over+there", status=422),
    State(name="roles to check", path="/roles?show=check"),
    State(name="role", path="/roles/{vacancy_id}"),
    State(name="role of which much is known", path="/roles/{vacancy_id:known}"),
    State(name="role of an employer engagement officer", path="/roles/{vacancy_id}", who="eve"),
    State(name="role told in trust", path="/roles/{vacancy_id:team}"),
    State(name="role that is closed", path="/roles/{vacancy_id:closed}"),
    State(name="role, questions and answers", path="/roles/{vacancy_id}/questions"),
    State(name="role, no questions", path="/roles/{vacancy_id:closed}/questions"),
    State(name="role, what became of it", path="/roles/{vacancy_id}/status"),
    State(name="role, nothing chosen", path="/roles/{vacancy_id}/status", typed={}, form="main form.wp-form"),
    State(
        name="role changed meanwhile",
        path="/roles/{vacancy_id}/status",
        typed={"becomes": "paused", "version": "0"},
        status=412,
    ),
    State(name="role, who may see it", path="/roles/{vacancy_id}/audience"),
    State(
        name="role, who may see it refused",
        path="/roles/{vacancy_id}/audience",
        typed={"visibility": "team", "team_id": "team-b"},
    ),
    State(name="role, how it has changed", path="/roles/{vacancy_id}/versions"),
    State(name="role as it stood at first", path="/roles/{vacancy_id}/versions/1"),
    State(name="role as it stood later", path="/roles/{vacancy_id}/versions/2"),
]
