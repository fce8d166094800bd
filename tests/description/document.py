"""The document itself: every route with its parameters, its scopes and its answers."""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from stoa.api.routes import ROUTES
from stoa.api.routing import ApiRoute
from stoa.core.auth import scopes as oauth_scopes
from tests import contract
from tests.compatibility import neutral
from tests.description import answers, asked

PATH: Path = Path(__file__).parents[2] / "docs" / "openapi.json"
BODIES = ("application/json", "application/x-www-form-urlencoded", "multipart/form-data")
REFUSED = (
    "401: no token, or one that opens nothing. 403: other scopes are needed, or the person may not do "
    "that. 404: there is no such thing, or not for the one who asks. 422: what was sent does not fit; "
    "the sentence says why. 429: too many calls."
)


@cache
def documented() -> dict[str, list[dict[str, Any]]]:
    """`METHOD path` (parameters as `{}`) → the parameters that the documentation names."""
    found = json.loads((contract.HERE / "parameters.json").read_text(encoding="utf-8"))
    return {neutral(name): parameters for name, parameters in found.items()}


def document() -> dict[str, Any]:
    """The description, as OpenAPI 3.1."""
    paths: dict[str, dict[str, Any]] = {}
    for route in sorted(ROUTES, key=lambda one: (one.path, one.method)):
        paths.setdefault(path_of(route.path), {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Stoa",
            "version": version("stoa"),
            "description": "The Mastodon client API (4.6), as Stoa serves it. Made from the routes.",
            "license": {"name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later"},
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "securitySchemes": {"oauth2": _oauth()},
            "responses": {
                "Refused": {
                    "description": REFUSED,
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
                }
            },
            "schemas": {"Error": _ERROR, **answers.entities()},
        },
    }


_ERROR: dict[str, Any] = {
    "type": "object",
    "properties": {"error": {"type": "string"}, "error_description": {"type": "string"}},
    "required": ["error"],
}


def _oauth() -> dict[str, Any]:
    scopes = dict.fromkeys(sorted(oauth_scopes.ALL), "")
    flow = {"tokenUrl": "/oauth/token", "scopes": scopes}
    return {
        "type": "oauth2",
        "flows": {
            "authorizationCode": {"authorizationUrl": "/oauth/authorize", **flow},
            "clientCredentials": flow,
        },
    }


def path_of(path: str) -> str:
    """The path of a route as OpenAPI writes it."""
    return re.sub(r"\{(\w+)[^}]*\}", r"{\1}", path)


def _operation(route: ApiRoute) -> dict[str, Any]:
    endpoint = contract.by_path().get((route.method, neutral(route.path)), {})
    made: dict[str, Any] = {
        "operationId": re.sub(r"\W+", "_", f"{route.method.lower()} {path_of(route.path)}").strip("_"),
        "tags": [endpoint.get("section", "beyond")],
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
            for name in re.findall(r"\{(\w+)", route.path)
        ],
    }
    if endpoint.get("deprecated"):
        made["deprecated"] = True
    known = _parameters(route)
    if route.method in ("GET", "DELETE"):
        made["parameters"] += [_in_query(name, *about) for name, about in known.items()]
    elif known:
        schema: dict[str, Any] = {"type": "object", "properties": {n: s for n, (s, _) in known.items()}}
        if required := [name for name, (_, needed) in known.items() if needed]:
            schema["required"] = required
        made["requestBody"] = {"content": {kind: {"schema": schema} for kind in BODIES}}
    made["responses"] = _responses(endpoint.get("returns", "Hash"))
    made["security"] = _security(route)
    return made


def _parameters(route: ApiRoute) -> dict[str, tuple[dict[str, Any], bool]]:
    """name → (schema, required): those the program knows, then those only the documentation names."""
    found: dict[str, tuple[dict[str, Any], bool]] = {}
    for name, schema, required in asked.fields(asked.by(route)):
        found.setdefault(name, (schema, required))
    for parameter in documented().get(f"{route.method} {neutral(route.path)}", []):
        # `poll[options][]` is a field of `poll`, which the program knows whole.
        name = parameter["name"].partition("[")[0]
        if name not in found and name != "access_token":
            found[name] = _documented_schema(parameter), False
    return found


def _documented_schema(parameter: dict[str, Any]) -> dict[str, Any]:
    name, schema = parameter["name"], answers.schema(parameter["type"])
    if parameter["type"] == "File":
        schema = {"type": "string", "format": "binary"}
    if parameter.get("enum"):
        (schema["items"] if schema.get("type") == "array" else schema)["enum"] = parameter["enum"]
    for step in reversed(re.findall(r"\[(\w*)\]", name)):
        if step:
            schema = {"type": "object", "properties": {step: schema}}
        elif schema.get("type") != "array":
            schema = {"type": "array", "items": schema}
    return schema


def _in_query(name: str, schema: dict[str, Any], required: bool) -> dict[str, Any]:
    made: dict[str, Any] = {"name": name, "in": "query", "schema": schema}
    if schema.get("type") == "array":
        made["name"] = f"{name}[]"
    elif schema.get("type") == "object":
        made["style"] = "deepObject"
    if required:
        made["required"] = True
    return made


def _responses(returns: str) -> dict[str, Any]:
    kind = {"Text": "text/plain", "HTML": "text/html", "EventStream": "text/event-stream"}.get(returns)
    schema = {"type": "string"} if kind else answers.schema(returns)
    return {
        "200": {"description": "As asked.", "content": {kind or "application/json": {"schema": schema}}},
        "4XX": {"$ref": "#/components/responses/Refused"},
    }


def _security(route: ApiRoute) -> list[dict[str, list[str]]]:
    """Any of the scopes is enough; `{}` where no token is needed."""
    if route.auth == "none":
        return [{}]
    opened: list[dict[str, list[str]]] = [{"oauth2": [scope]} for scope in route.scopes] or [{"oauth2": []}]
    return [*opened, {}] if route.auth == "optional" else opened


def text() -> str:
    """The document as it stands in the file: a line for each operation and each schema, so that a change
    shows what it changes.
    """
    return _lines(document(), 0) + "\n"


def _lines(value: Any, depth: int) -> str:
    if not isinstance(value, dict) or not value or depth > 2:
        return json.dumps(value, ensure_ascii=False)
    indent = " " * depth
    inside = ",\n".join(
        f"{indent} {json.dumps(key)}: {_lines(one, depth + 1)}" for key, one in value.items()
    )
    return f"{{\n{inside}\n{indent}}}"
