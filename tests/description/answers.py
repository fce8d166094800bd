"""JSON schemas of what is answered, from `tests/contract/entities.json`."""

from __future__ import annotations

import re
from typing import Any

from tests import contract

_PLAIN: dict[str, dict[str, Any]] = {
    "String": {"type": "string"},
    "Integer": {"type": "integer"},
    "Boolean": {"type": "boolean"},
    "Float": {"type": "number"},
    "Number": {"type": "number"},
    "Hash": {"type": "object"},
    "Empty": {"type": "object"},
    "Null": {"type": "null"},
}
_FORMATS = {"datetime": "date-time", "date": "date", "url": "uri", "email": "email"}


def named(entity: str) -> str:
    """The name of *entity* among the schemas: `Admin::Ip` is `Admin.Ip`."""
    return entity.replace("::", ".")


def schema(kind: str) -> dict[str, Any]:
    """The schema of a type of the documentation: `Status`, `[Status]`, `Map<Marker>`, `A|B`."""
    if kind.startswith("["):
        return {"type": "array", "items": schema(kind[1:-1])}
    if match := re.fullmatch(r"(Array|Map)<(.*)>", kind):
        inner = schema(match[2])
        if match[1] == "Array":
            return {"type": "array", "items": inner}
        return {"type": "object", "additionalProperties": inner}
    if "|" in kind:
        return {"anyOf": [schema(one) for one in kind.split("|")]}
    if kind in contract.entities():
        return {"$ref": f"#/components/schemas/{named(kind)}"}
    return dict(_PLAIN.get(kind, {"type": "string"}))


def entities() -> dict[str, dict[str, Any]]:
    """The schema of every entity, by its name."""
    return {named(entity): _entity(rules) for entity, rules in sorted(contract.entities().items())}


def _entity(rules: dict[str, dict[str, Any]]) -> dict[str, Any]:
    root: dict[str, Any] = {"type": "object"}
    for path, rule in rules.items():
        steps = re.findall(r"[^\[\]]+|\[\]", path)
        holder = root
        for step in steps[:-1]:
            holder = _inside(holder, step)
        holder.setdefault("properties", {})[steps[-1]] = _field(rule)
        if not rule.get("optional"):
            holder.setdefault("required", []).append(steps[-1])
    return root


def _inside(holder: dict[str, Any], step: str) -> dict[str, Any]:
    """What *step* leads to: an item of a list, or a field that holds others."""
    if step == "[]":
        return _plain_of(holder.setdefault("items", {"type": "object"}))
    known: dict[str, Any] = holder.setdefault("properties", {}).setdefault(step, {"type": "object"})
    return _plain_of(known)


def _plain_of(made: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = made["anyOf"][0] if "anyOf" in made else made
    return found


def _field(rule: dict[str, Any]) -> dict[str, Any]:
    made = schema(rule["type"])
    if form := _FORMATS.get(rule.get("format", "")):
        made["format"] = form
    if rule.get("enum"):
        (made["items"] if made.get("type") == "array" else made)["enum"] = rule["enum"]
    return {"anyOf": [made, {"type": "null"}]} if rule.get("nullable") else made
