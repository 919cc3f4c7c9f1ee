"""States of the pages on files."""

from tests.pages.states import State

STATES = [
    State(name="files, none", path="/files", who="eve", world="empty"),
    State(name="files", path="/files", who="lee"),
    State(name="files for an evaluator", path="/files", who="val"),
    State(
        name="files, take out refused",
        path="/files",
        who="lee",
        form="form[action='/files/exports']",
        typed={"status": ""},
    ),
    State(name="new file", path="/files/imports/new", who="lee"),
    State(name="new file refused", path="/files/imports/new", who="lee", typed={}),
    State(name="file checked", path="/files/imports/{import_id}", who="eve"),
    State(name="file checked by another", path="/files/imports/{import_id}", who="lee"),
    State(name="file taken in", path="/files/imports/{import_id:taken}", who="eve"),
]
