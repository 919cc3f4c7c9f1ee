"""JSON-LD as pages use it: where the job postings are in a document, and what a value plainly says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeGuard

Node = Mapping[str, object]

_MARKS = ("@type", "@context", "@graph")
# Where a posting may stand. Elsewhere (a person who seeks a job, say) it is no offer.
_HOLDERS = ("@graph", "itemListElement", "item", "mainEntity", "mainEntityOfPage", "@list", "@set")


def is_json_ld(content: object) -> bool:
    """Whether an object is JSON-LD and not the interchange format, which has no `@` fields."""
    return isinstance(content, dict) and any(mark in content for mark in _MARKS)


def is_a(node: object, name: str) -> TypeGuard[Node]:
    """Whether a node has a schema.org type; types may be a list, and may be written as addresses."""
    types = node.get("@type") if isinstance(node, dict) else None
    listed = types if isinstance(types, list) else [types]
    return any(isinstance(one, str) and one.replace(":", "/").rsplit("/", 1)[-1] == name for one in listed)


def postings(document: object) -> Iterator[Node]:
    """Yield the job postings of a document in the order in which they stand."""
    waiting: list[object] = [document]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting += reversed(node)
        elif is_a(node, "JobPosting"):
            yield node
        elif isinstance(node, dict):
            waiting += [node[name] for name in reversed(_HOLDERS) if isinstance(node.get(name), dict | list)]


def nodes_by_id(documents: Iterable[object]) -> dict[str, Node]:
    """Return the nodes that others may point at by `@id`: those at the top of a document and in its graph."""
    found: dict[str, Node] = {}
    for document in documents:
        top = document if isinstance(document, list) else [document]
        for outer in top:
            graph = outer.get("@graph") if isinstance(outer, dict) else None
            for node in [outer, *(graph if isinstance(graph, list) else [graph])]:
                if isinstance(node, dict) and isinstance(node.get("@id"), str) and len(node) > 1:
                    found.setdefault(node["@id"], node)
    return found


def plain(value: object) -> object:
    """Take a value out of `{"@value": …}` and out of a list of one.

    >>> plain([{"@value": "Cleaner", "@language": "en"}])
    'Cleaner'
    """
    for _ in range(4):
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        elif isinstance(value, dict) and "@value" in value:
            value = value["@value"]
        else:
            break
    return value


def members(value: object) -> list[object]:
    """Return a value as a list of plain values; a missing one is empty."""
    listed = value if isinstance(value, list) else [value]
    return [one for one in map(plain, listed) if one is not None and one != ""]
