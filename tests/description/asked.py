"""What a handler of the API reads of a request, from its own source: the struct it gives to `call.args`,
and the paging it asks `call.page` for.  Runs nothing.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator
from types import FunctionType
from typing import Any

import msgspec

from stoa.api.routing import ApiRoute
from stoa.asgi.multipart import Upload

PAGING = ("max_id", "since_id", "min_id")


class Asked(msgspec.Struct):
    """The structs that the handler decodes, and how long its pages may be; None: no pages."""

    structs: list[type[msgspec.Struct]] = []
    longest_page: int | None = None


def by(route: ApiRoute) -> Asked:
    """What the handler of *route* asks for, itself or by a function of the API that it calls."""
    asked = Asked()
    waiting: list[FunctionType] = [route.handler] if isinstance(route.handler, FunctionType) else []
    seen: set[FunctionType] = set()
    while waiting:
        function = waiting.pop()
        if function in seen or not function.__module__.startswith("stoa.api."):
            continue
        seen.add(function)
        names = _names(function)
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                _note(asked, node, names)
            elif isinstance(node, ast.Name) and isinstance(names.get(node.id), FunctionType):
                waiting.append(names[node.id])
    return asked


def _names(function: FunctionType) -> dict[str, Any]:
    cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
    return {**function.__globals__, **{name: cell.cell_contents for name, cell in cells}}


def _note(asked: Asked, node: ast.Call, names: dict[str, Any]) -> None:
    called = node.func
    if not isinstance(called, ast.Attribute):
        return
    if called.attr == "args" and node.args and isinstance(node.args[0], ast.Name):
        asked.structs.append(names[node.args[0].id])
    elif called.attr == "page" and isinstance(called.value, ast.Name) and called.value.id == "call":
        given = {word.arg: word.value for word in node.keywords}
        most = given.get("most")
        asked.longest_page = most.value if isinstance(most, ast.Constant) else 40  # type: ignore[assignment]


def fields(asked: Asked) -> Iterator[tuple[str, dict[str, Any], bool]]:
    """(name, JSON schema, required) of every parameter that is asked for."""
    for struct in asked.structs:
        _, components = msgspec.json.schema_components([struct], schema_hook=_foreign)
        (top,) = [made for made in components.values() if made.get("title") == struct.__name__]
        whole = _resolved(top, components)
        for name, schema in whole["properties"].items():
            yield name, schema, name in whole.get("required", [])
    if asked.longest_page is not None:
        yield "limit", {"type": "integer", "maximum": asked.longest_page}, False
        for name in PAGING:
            yield name, {"type": "string"}, False


def _foreign(kind: type) -> dict[str, Any]:
    if kind is Upload:
        return {"type": "string", "format": "binary"}
    raise NotImplementedError(kind)


_KEPT = frozenset(
    ("type", "format", "enum", "items", "properties", "required", "anyOf", "minimum", "maximum",
     "minLength", "maxLength", "minItems", "maxItems", "pattern", "additionalProperties")
)  # fmt: skip


def _resolved(schema: Any, components: dict[str, Any], depth: int = 0) -> Any:
    """*schema* with what it refers to put in its place, and without what only Python knows."""
    if isinstance(schema, list):
        return [_resolved(one, components, depth) for one in schema]
    if not isinstance(schema, dict) or depth > 8:
        return schema
    if reference := schema.get("$ref"):
        return _resolved(components[reference.rpartition("/")[2]], components, depth + 1)
    made = {}
    for key, value in schema.items():
        if key == "properties":
            made[key] = {name: _resolved(one, components, depth + 1) for name, one in value.items()}
        elif key in _KEPT:
            made[key] = _resolved(value, components, depth + 1)
    return made
