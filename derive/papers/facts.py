"""Facts that the papers tell: each is a few lines of Markdown, read from the running code and its tables."""

from __future__ import annotations

import ast
import dataclasses
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from api import auth, middleware, single_sign_on
from api.headers import HEADERS
from api.logs import ALLOWED
from derive.papers import data_map, making
from derive.papers.blocks import Lines, quoted, table
from matching import passwords, permissions, texts
from matching.actions import delivering, exports, history_tables, retention, sign_in, webhooks
from matching.model.organisation import LIMITS, OrganisationSettings, settings_from_json
from matching.model.people import ConsentItem, Permission, Role
from matching.model.profile import VocationalProfile
from matching.settings import Settings

ROOT = Path(__file__).parents[2]
_EVENT = re.compile(r"[a-z_]+\.[a-z_]+")
#: What the actions call to put an event on record.
_NOTE = frozenset({"record", "_record", "_changed"})
_NO_FACTS_OF_A_PERSON = frozenset({"participant_ref", "digest"})


def _tree(module: Any) -> ast.Module:
    return ast.parse(Path(module.__file__).read_text(encoding="utf-8"))


# People and what they may do


def roles() -> Iterator[str]:
    """What each role may do, and what a machine's token may be given at most."""
    of = permissions.permissions_by_role()
    columns = {**{role.value.replace("_", " "): of[role] for role in Role}, "machine": permissions.MACHINE_PERMISSIONS}
    rows = ([f"`{each}`", *("yes" if each in held else "" for held in columns.values())] for each in Permission)
    return table(["may", *columns], rows)


def access() -> Iterator[str]:
    """How much of who is answered what is written down and tested."""
    lines = (ROOT / "tests" / "project" / "access.txt").read_text(encoding="utf-8").splitlines()
    rows = [line.split() for line in lines if line and not line.startswith("#")]
    heading = next(line.split() for line in lines if line.startswith("# method"))
    askers = heading[3:]
    routes = {(row[0], re.split("[?#]", re.sub(r":[a-z]+}", "}", row[1]))[0]) for row in rows}
    yield f"- {len(routes)} routes, each in the table; a test fails for a route that is not."
    asked = len(rows) * len(askers)
    yield f"- {len(rows)} lines and {len(askers)} askers: {asked:,} answers, each asked for in a test."


# What is kept


def periods() -> Iterator[str]:
    """How long each kind is kept by default, and what an organisation may set."""
    defaults = OrganisationSettings()
    told = {
        **{name: f"`{_period_of(name)}`" for name in retention._KINDS},
        retention.PARTICIPANTS: "`keep_participants_days`",
        data_map.TRACES: "`keep_traces_days`",
    }
    rows = []
    for name, setting in told.items():
        own = setting.strip("`")
        if own in LIMITS:
            least, most = LIMITS[own]
            rows.append([name.replace("_", " "), f"{getattr(defaults, own)} days", setting, f"{least} to {most} days"])
        else:
            rows.append([name.replace("_", " "), f"{retention.KEEP_ANSWERS_HOURS} hours", "none", "fixed"])
    yield from table(["period", "by default", "setting", "may be set to"], rows)
    yield ""
    daily = "every day" if defaults.forget_daily else "only when somebody says so"
    yield f"By default what is past its time is erased {daily} (`forget_daily`)."


def _period_of(kind: str) -> str:
    """The setting of a kind: asked of its rule with settings that differ, one after the other."""
    rule = retention._KINDS[kind].before
    at = datetime(2026, 1, 1, tzinfo=UTC)
    plain = rule(OrganisationSettings(), at)
    for name, (least, _) in LIMITS.items():
        if rule(settings_from_json({name: least}), at) != plain:
            return name
    return ""


def audit_actions() -> Iterator[str]:
    """Every kind of event that the code records, by noun."""
    trees = (ast.parse(path.read_text("utf-8")) for path in sorted((ROOT / "matching" / "actions").glob("*.py")))
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    noting = [each for each in calls if isinstance(each.func, ast.Name) and each.func.id in _NOTE]
    events = sorted({event for call in noting for argument in call.args for event in _events(argument)})
    yield f"{len(events)} kinds of event. Where one ends with three points, what was done follows."
    yield ""
    for noun, some in groupby(events, key=lambda event: event.partition(".")[0]):
        yield f"- {noun}: {', '.join(event.partition('.')[2].replace('_', ' ') for event in some)}"


def _events(argument: ast.expr) -> Iterator[str]:
    """The names of events in an argument; of one that is put together, the part that is written in the code."""
    match argument:
        case ast.Constant(value=str(name)) if _EVENT.fullmatch(name):
            yield name
        case ast.JoinedStr(values=[ast.Constant(value=str(begin)), *_]) if "." in begin:
            yield f"{begin}…"
        case ast.IfExp(body=one, orelse=other):
            yield from _events(one)
            yield from _events(other)


# What leaves


def encoder_fields() -> Iterator[str]:
    """Which fields of a profile and of a role become text for the encoder, and which fields of a profile do not."""
    read: dict[str, list[str]] = {"profile": [], "vacancy": []}
    for node in ast.walk(_tree(texts)):
        match node:
            case ast.Attribute(value=ast.Name(id=of), attr=field) if field not in read.get(of, [field]):
                read[of].append(field)
    every = [each.name for each in dataclasses.fields(VocationalProfile) if each.name not in _NO_FACTS_OF_A_PERSON]
    yield f"- Of a profile it reads: {quoted(name for name in every if name in read['profile'])}."
    yield f"- Of a profile it never reads: {quoted(name for name in every if name not in read['profile'])}."
    yield f"- Of a role it reads: {quoted(read['vacancy'])}."


def outgoing() -> Iterator[str]:
    """What a webhook is told, and which files can be taken out."""
    told = [key for function in ("_send", "_deliver_later", "announce_alert") for key in _dict_keys(function)]
    yield f"- A webhook is told: {quoted(told)}. Nothing else is in the message."
    kinds = {"employers": exports._EMPLOYER_COLUMNS, "placements": exports._PLACEMENT_COLUMNS}
    for kind in exports.ExportKind:
        columns = quoted(kinds[kind.value]) if kind.value in kinds else "the columns of [feeds.md](../feeds.md)"
        yield f"- Export of {kind.value}: {columns}."
    for name, names in history_tables.COLUMNS.items():
        yield f"- Pseudonymised history, file `{name}.csv`: {quoted(names)}."


def _dict_keys(function: str) -> list[str]:
    """The names in the objects that a function of the webhooks puts together; names of HTTP headers hold a hyphen."""
    functions = (node for node in ast.walk(_tree(webhooks)) if isinstance(node, ast.FunctionDef))
    body = next(each for each in functions if each.name == function)
    keys = [key for node in ast.walk(body) if isinstance(node, ast.Dict) for key in node.keys]
    names = [key.value for key in keys if isinstance(key, ast.Constant)]
    return [name for name in names if isinstance(name, str) and name.isidentifier()]


def consent_items() -> Iterator[str]:
    """What a participant may let an employer know, item by item."""
    yield quoted(item.value for item in ConsentItem)


def log_keys() -> Iterator[str]:
    """Everything that a line of the log may hold."""
    yield quoted(sorted(ALLOWED))


# How it is guarded


def headers() -> Iterator[str]:
    """What every answer says to browsers."""
    return table(["header", "value"], ([f"`{name}`", f"`{value}`"] for name, value in HEADERS.items()))


def cookies() -> Iterator[str]:
    """The cookies that the service sets."""
    settings = Settings.model_fields
    minutes, hours = settings["session_minutes"].default, settings["session_hours"].default
    rows = [
        [f"`{auth.COOKIE}`", "keeps a user signed in", f"{minutes} minutes without a request, {hours} hours at most"],
        [f"`{single_sign_on.COOKIE}`", "holds a single sign-on together while it is under way", "10 minutes"],
    ]
    return table(["cookie", "for", "lasts, by default"], rows)


def limits() -> Iterator[str]:
    """Numbers by which the service refuses, waits or gives up."""
    settings = Settings.model_fields
    seconds = int(sign_in.FAILURES_WITHIN.total_seconds())
    rows: list[list[object]] = [
        ["Shortest password", f"{passwords.SHORTEST} characters"],
        ["Failed sign-ins before an address must wait", f"{sign_in.MOST_FAILURES} within {seconds // 60} minutes"],
        ["Time for the second step", f"{int(sign_in.HALF_WAY_LASTS.total_seconds()) // 60} minutes"],
        ["Requests a minute for one user, by default", settings["requests_per_minute"].default],
        ["Requests at once for one process", middleware.MOST_AT_ONCE],
        ["Largest request that is no file", f"{middleware.LARGEST_BODY:,} bytes"],
        ["Largest file, by default", f"{settings['upload_megabytes'].default} MB"],
        ["Most rows of one export", f"{exports.MOST_ROWS:,}"],
        ["Time that a receiver of webhooks has", f"{delivering.TIMEOUT_SECONDS:g} seconds"],
    ]
    return table(["what", "limit"], rows)


#: Every block that a paper may hold, by the name in its mark.
BLOCKS: Mapping[str, Lines] = {
    "access": access,
    "audit-actions": audit_actions,
    "classes": data_map.classes_table,
    "columns": data_map.columns_table,
    "consent-items": consent_items,
    "cookies": cookies,
    "encoder-fields": encoder_fields,
    "headers": headers,
    "lasting-features": making.lasting_features,
    "left-out-wrongly": making.left_out_wrongly,
    "licences": making.licences,
    "limits": limits,
    "log-keys": log_keys,
    "method": making.method,
    "outgoing": outgoing,
    "periods": periods,
    "quality": making.quality,
    "roles": roles,
    "safety-columns": lambda: data_map.listed_as("safety"),
    "sealed-columns": lambda: data_map.listed_as("sealed"),
    "special-columns": lambda: data_map.listed_as("special", "words"),
    "states": making.states,
    "tables": data_map.tables_table,
    "weights": making.weights_table,
}
