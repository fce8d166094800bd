"""The routes against Mastodon's contract, and the page that lists them."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from stoa.api.routes import ROUTES
from stoa.api.routing import ApiRoute
from stoa.core.auth import scopes as oauth_scopes
from tests import compatibility, contract
from tests.description import asked, document

# A token with less than the documentation asks may do what these do, or another one is asked;
# each with its reason.
UNLIKE_THE_DOCUMENTATION = {
    "GET /api/v1/accounts/lookup": "web clients look up the profile in an address before anybody signs in",
}

# Not documented, and yet asked for by apps.
BEYOND = frozenset(
    (
        "GET /api/v1/instance/languages",
        "POST /api/v1/conversations/{}/unread",
        "GET /api/v1/emails/check_confirmation",
        "GET /health",
        "GET /oauth/authorize",
        "POST /oauth/authorize",
        "POST /oauth/userinfo",  # OpenID Connect Core, section 5.3.1
        "DELETE /oauth/authorize",
        "GET /api/v1/peers/search",
        "GET /api/v1/notifications/policy",  # V1::NotificationPolicy
        "PUT /api/v1/notifications/policy",
        "GET /api/v1/trends",  # until 3.5.0 the only one of the trends
        "POST /api/v1/admin/trends/links/{}/approve",
        "POST /api/v1/admin/trends/links/{}/reject",
        "POST /api/v1/admin/trends/tags/{}/approve",
        "POST /api/v1/admin/trends/tags/{}/reject",
        "POST /api/v1/admin/trends/statuses/{}/approve",
        "POST /api/v1/admin/trends/statuses/{}/reject",
        "GET /api/v1/streaming/{}",  # 400 for every stream that there is not
    )
)


def _name(route: ApiRoute) -> str:
    return f"{route.method} {compatibility.neutral(route.path)}"


def test_every_route_is_one_that_mastodon_documents() -> None:
    unknown = [
        _name(route)
        for route in ROUTES
        if (route.method, compatibility.neutral(route.path)) not in contract.by_path()
        and _name(route) not in BEYOND
    ]
    assert unknown == []


def _documented() -> list[ApiRoute]:
    return [r for r in ROUTES if (r.method, compatibility.neutral(r.path)) in contract.by_path()]


@pytest.mark.parametrize("route", _documented(), ids=_name)
def test_the_documented_scope_opens_the_route(route: ApiRoute) -> None:
    endpoint = contract.by_path()[route.method, compatibility.neutral(route.path)]
    if _name(route) in UNLIKE_THE_DOCUMENTATION:
        return
    documented = " ".join(endpoint["scopes"])
    if route.scopes and documented:
        assert any(oauth_scopes.covers(documented, scope) for scope in route.scopes)
    if documented and endpoint["auth"] == "user":
        assert route.scopes, f"{_name(route)} asks for no scope; the documentation names {documented}"


@pytest.mark.parametrize("route", _documented(), ids=_name)
def test_who_may_call_is_as_documented(route: ApiRoute) -> None:
    endpoint = contract.by_path()[route.method, compatibility.neutral(route.path)]
    if _name(route) in UNLIKE_THE_DOCUMENTATION:
        return
    allowed = {
        "none": ("none", "optional"),
        "optional": ("optional", "none"),
        "app": ("app", "optional", "none", "user", "pending"),
        "user": ("user", "pending", "app"),
    }
    assert route.auth in allowed[endpoint["auth"]]


def test_the_compatibility_page_is_that_of_the_routes() -> None:
    said = compatibility.DOCUMENT.read_text(encoding="utf-8")
    assert said == compatibility.page(), "write it anew with `just compatibility`"


def test_the_description_is_that_of_the_routes() -> None:
    said = document.PATH.read_text(encoding="utf-8")
    assert said == document.text(), "write it anew with `just openapi`"


# What is documented, and not decoded by a struct that the description could read.
READ_BY_HAND = frozenset(("access_token", "stream", "list", "tag", "type", "only_media"))


@pytest.mark.parametrize("route", _documented(), ids=_name)
def test_every_documented_parameter_is_taken(route: ApiRoute) -> None:
    known = {name for name, _, _ in asked.fields(asked.by(route))}
    named = {one["name"].partition("[")[0] for one in document.documented().get(_name(route), [])}
    if "/streaming" in route.path:
        named -= READ_BY_HAND
    assert named <= known


def test_what_the_description_refers_to_is_in_it() -> None:
    made = document.document()
    for name in re.findall(r'"#/([^"]+)"', json.dumps(made)):
        found = made
        for step in name.split("/"):
            found = found[step]
    assert len(made["paths"]) == len({document.path_of(route.path) for route in ROUTES})


def test_every_documented_field_of_a_parameter_is_taken() -> None:
    """`source[privacy]`, `poll[options][]` and their like."""
    missing = []
    for route in _documented():
        taken = {name: schema for name, schema, _ in asked.fields(asked.by(route))}
        for parameter in document.documented().get(_name(route), []):
            first, *steps = re.findall(r"[^\[\]]+|\[\]", parameter["name"])
            known = _options(taken[first]) if first in taken else [{}]
            for step in steps:
                known = [inner for one in known for inner in _inside(one, step)]
            if not known:
                missing.append(f"{_name(route)} {parameter['name']}")
    # A list of lists is how the documentation spells a list of what has fields.
    assert missing == ["PUT /api/v1/statuses/{} media_attributes[][]"]


def _options(schema: dict[str, Any]) -> list[dict[str, Any]]:
    return [schema, *(inner for one in schema.get("anyOf", []) for inner in _options(one))]


def _inside(schema: dict[str, Any], step: str) -> list[dict[str, Any]]:
    """What *step* may lead to; `{}` holds everything."""
    if schema == {}:
        return [{}]
    within: list[Any] = [schema.get("additionalProperties")]
    within += [schema.get("items")] if step == "[]" or step.startswith(":") else []
    within += [schema.get("properties", {}).get(step)]
    return [inner for one in within if isinstance(one, dict) for inner in _options(one)]
