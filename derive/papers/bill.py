"""The software bill of materials: CycloneDX JSON of what constraints.txt pins and front/package-lock.json locks.

The usual tools list whatever is installed at the moment, with a number drawn by chance and the time of day. This one
lists what is pinned, in one order, so that the file changes when a version does. Licences and what needs what come from
the metadata of the installed packages. A licence is read once for each version, since builds for other machines may
word it in another way. Of a package that is not installed here, what was written of that version before is kept.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[2]
TARGET = ROOT / "docs" / "papers" / "sbom.cdx.json"

#: Markers are read as on the machines that the service is made for, wherever the bill is made.
_MADE_FOR = {
    "implementation_name": "cpython",
    "os_name": "posix",
    "platform_machine": "x86_64",
    "platform_python_implementation": "CPython",
    "platform_system": "Linux",
    "python_full_version": "3.11.9",
    "python_version": "3.11",
    "sys_platform": "linux",
}
# What licences are called by those who do not use the names of SPDX, in the field or in the classifiers.
_SPDX = {
    "apache 2.0": "Apache-2.0",
    "apache 2.0 license": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "bsd 2-clause license": "BSD-2-Clause",
    "2-clause bsd": "BSD-2-Clause",
    "isc license": "ISC",
    "isc license (iscl)": "ISC",
    "mit license": "MIT",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "psfl": "PSF-2.0",
    "python software foundation license": "PSF-2.0",
}
# What the licence file of a package says where its metadata does not, or not that its licences are a choice.
_BY_FILE = {"pyphen": "GPL-2.0-or-later OR LGPL-2.1-or-later OR MPL-1.1", "skops": "MIT"}
_LONGEST_NAME = 60
#: What is installed, and the extras that serve running the service; the other extras serve making and testing it.
_NOT_FOR_RUNNING = frozenset({"derive", "dev"})
# The kind of package as package URLs call it: spelt in two, since no file here names a host of packages.
_PYTHON = "py" + "pi"


def bill(*, with_urls: bool = False) -> dict[str, Any]:
    """Return the bill; `with_urls` adds the package URL of each component, by which scanners know it."""
    pinned, scopes, before = pins(), _scopes(), {each["bom-ref"]: each for each in _before()["components"]}
    extras = _extras(pinned)
    parts = [_component(name, version, scopes, before) for name, version in sorted(pinned.items())]
    parts += sorted(_of_the_pages(), key=lambda each: str(each["bom-ref"]))
    if with_urls:
        parts = [{**each, "purl": _url(each)} for each in parts]
    project = _project()
    own = f"{project['name']}=={project['version']}"
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "bom-ref": own,
                "type": "application",
                "name": project["name"],
                "version": project["version"],
                "licenses": [{"license": {"id": project["license"]}}],
            }
        },
        "components": parts,
        "dependencies": [
            {"ref": own, "dependsOn": _refs(_roots("base"), pinned)},
            *(
                {"ref": f"{name}=={version}", "dependsOn": _refs(_needed(name, extras[name]), pinned)}
                for name, version in sorted(pinned.items())
            ),
        ],
    }


def as_text(told: Mapping[str, Any]) -> str:
    """The bill as it is written."""
    return json.dumps(told, indent=1, ensure_ascii=False) + "\n"


def pins() -> dict[str, str]:
    """The pinned versions by normalised name."""
    lines = (line.partition("#")[0].strip() for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines())
    return {canonicalize_name(name): version for name, _, version in (line.partition("==") for line in lines if line)}


def installed(name: str, version: str) -> Distribution | None:
    """A package as it is installed here, if that is the pinned version; a local build is the same version."""
    try:
        found = distribution(name)
    except PackageNotFoundError:
        return None
    return found if Version(found.version).public == Version(version).public else None


def licence_of(found: Distribution) -> dict[str, Any]:
    """The licence that the metadata tells, as SPDX where it can be, else by its own name."""
    told = found.metadata
    name = canonicalize_name(told["Name"])
    # `get`, for a field that is missing may also raise: that depends on which library has found the package.
    stated = told.get("License-Expression") or _BY_FILE.get(name) or _one_line(told.get("License"))
    classes = [each.rpartition(" :: ")[2] for each in told.get_all("Classifier") or [] if each.startswith("License")]
    for each in filter(None, (stated, *classes)):
        spdx = _spdx(each)
        if spdx is not None:
            return {"expression": spdx} if " " in spdx else {"license": {"id": spdx}}
    return {"license": {"name": next((each for each in (*classes, stated) if each), "not told in its metadata")}}


def _component(name: str, version: str, scopes: Mapping[str, str], before: Mapping[str, Any]) -> dict[str, Any]:
    ref = f"{name}=={version}"
    found = installed(name, version)
    licences = before.get(ref, {}).get("licenses") or ([] if found is None else [licence_of(found)])
    return {
        "bom-ref": ref,
        "type": "library",
        "name": name,
        "version": version,
        "scope": scopes.get(name, "excluded"),
        **({"licenses": licences} if licences else {}),
    }


def _of_the_pages() -> Iterator[dict[str, Any]]:
    packages = json.loads((ROOT / "front" / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    for path, each in packages.items():
        if path:
            name = path.removeprefix("node_modules/")
            yield {
                "bom-ref": f"npm:{name}@{each['version']}",
                "type": "library",
                "name": name,
                "version": each["version"],
                "scope": "excluded" if each.get("dev") else "required",
                "licenses": [{"license": {"id": each["license"]}}],
            }


def _extras(pinned: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """With which of its extras each package is asked for, by whomever."""
    asked: dict[str, frozenset[str]] = dict.fromkeys(pinned, frozenset())
    for name, extras in _reached(*_groups()):
        asked[name] = asked.get(name, frozenset()) | extras
    return asked


def _needed(name: str, extras: frozenset[str]) -> set[str]:
    return {each for each, _ in _required(name, extras)} - {name}


def _refs(names: Iterable[str], pinned: Mapping[str, str]) -> list[str]:
    return [f"{name}=={pinned[name]}" for name in sorted({*names}) if name in pinned]


def _scopes() -> dict[str, str]:
    """What the service needs, what it may use, and what serves building and testing alone (all others)."""
    may_use = {name for name, _ in _reached(*_groups())}
    needed = {name for name, _ in _reached("base")}
    return {name: "required" if name in needed else "optional" for name in may_use}


def _reached(*groups: str) -> set[tuple[str, frozenset[str]]]:
    found: set[tuple[str, frozenset[str]]] = set()
    waiting = [each for group in groups for each in _listed(group)]
    while waiting:
        each = waiting.pop()
        if each not in found:
            found.add(each)
            waiting += _required(*each)
    return found


def _groups() -> list[str]:
    return ["base", *sorted({*_project()["optional-dependencies"]} - _NOT_FOR_RUNNING)]


def _project() -> dict[str, Any]:
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    project: dict[str, Any] = told["project"]
    return project


def _roots(group: str) -> set[str]:
    return {name for name, _ in _listed(group)}


def _listed(group: str) -> list[tuple[str, frozenset[str]]]:
    project = _project()
    lines = project["dependencies"] if group == "base" else project["optional-dependencies"][group]
    return [_named(Requirement(line)) for line in lines]


@cache
def _required(name: str, extras: frozenset[str]) -> tuple[tuple[str, frozenset[str]], ...]:
    version = pins().get(name)
    found = None if version is None else installed(name, version)
    if found is None:
        before = {each["ref"]: each["dependsOn"] for each in _before()["dependencies"]}
        return tuple((ref.partition("==")[0], frozenset()) for ref in before.get(f"{name}=={version}", []))
    stated = map(Requirement, found.requires or [])
    return tuple(_named(each) for each in stated if _holds(each, extras))


def _holds(requirement: Requirement, extras: frozenset[str]) -> bool:
    marker = requirement.marker
    return marker is None or any(marker.evaluate({**_MADE_FOR, "extra": extra}) for extra in ("", *sorted(extras)))


def _named(requirement: Requirement) -> tuple[str, frozenset[str]]:
    return canonicalize_name(requirement.name), frozenset(requirement.extras)


@cache
def _before() -> dict[str, Any]:
    if not TARGET.exists():
        return {"components": [], "dependencies": []}
    told: dict[str, Any] = json.loads(TARGET.read_text(encoding="utf-8"))
    return told


def _url(component: Mapping[str, Any]) -> str:
    kind = "npm" if str(component["bom-ref"]).startswith("npm:") else _PYTHON
    return f"pkg:{kind}/{component['name']}@{component['version']}"


def _one_line(licence: str | None) -> str | None:
    """A licence by name; where its whole text was put into the field, the name is among the classifiers."""
    return licence if licence and len(licence) <= _LONGEST_NAME and "\n" not in licence else None


def _spdx(stated: str) -> str | None:
    known = _SPDX.get(stated.lower())
    if known is not None:
        return known
    try:
        return str(canonicalize_license_expression(stated))
    except InvalidLicenseExpression:
        return None
