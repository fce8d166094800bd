"""Registering apps: what they may say of themselves, and where they may have people sent."""

from __future__ import annotations

from typing import Any

import pytest

from stoa.core.auth import apps
from stoa.core.house import House
from tests.client import Client
from tests.make import Make

GOOD = {"client_name": "Reader", "redirect_uris": "https://app.example/back"}


async def test_an_app_is_told_everything_once(house: House, client: Client) -> None:
    uris = "https://app.example/back\nurn:ietf:wg:oauth:2.0:oob\norg.example.app:/back"
    form = {**GOOD, "redirect_uris": uris, "scopes": "read write:media", "website": "https://app.example"}
    made = (await client.post("/api/v1/apps", form=form)).ok()
    assert made["redirect_uris"] == uris.split("\n")
    assert made["redirect_uri"] == uris
    assert made["scopes"] == ["read", "write:media"]
    assert (made["name"], made["website"]) == ("Reader", "https://app.example")
    assert made["client_secret_expires_at"] == 0
    assert {type(made[name]) for name in ("id", "client_id", "client_secret", "vapid_key")} == {str}
    async with house.db.read() as conn:
        kept = await apps.find(conn, made["client_id"])
    assert kept is not None
    assert kept.secret_hash != made["client_secret"]
    assert kept.is_proven_by(made["client_secret"])


async def test_apps_may_send_json_with_a_list(client: Client) -> None:
    body = {**GOOD, "redirect_uris": ["https://a.example/", "https://b.example/"], "website": None}
    made = (await client.post("/api/v1/apps", json=body)).ok()
    assert made["redirect_uris"] == ["https://a.example/", "https://b.example/"]
    assert made["website"] is None
    assert made["scopes"] == ["read"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"client_name": ""}, "name"),
        ({"client_name": "x" * 61}, "name"),
        ({"redirect_uris": ""}, "redirect_uri"),
        ({"redirect_uris": "/back"}, "redirect_uri"),
        ({"redirect_uris": "app"}, "redirect_uri"),
        ({"redirect_uris": "javascript:alert(1)"}, "redirect_uri"),
        ({"redirect_uris": "DATA:text/html,x"}, "redirect_uri"),
        ({"redirect_uris": "https://"}, "redirect_uri"),
        ({"redirect_uris": "https://a.example/#x"}, "redirect_uri"),
        ({"redirect_uris": "https://us@evil.example/"}, "redirect_uri"),
        ({"redirect_uris": "https://a.example:0/"}, "redirect_uri"),
        ({"redirect_uris": "https://a.example:99999/"}, "redirect_uri"),
        ({"redirect_uris": "https://a.example/" + "x" * 2000}, "redirect_uri"),
        ({"redirect_uris": " ".join(f"https://a{n}.example/" for n in range(21))}, "redirect_uri"),
        ({"scopes": "read everything"}, "scopes"),
        ({"website": "javascript:alert(1)"}, "website"),
        ({"website": "https://a.example/\x01"}, "website"),
        ({"website": "https://a.example/" + "x" * 2000}, "website"),
    ],
)
async def test_what_does_not_fit_is_named(client: Client, changes: dict[str, Any], field: str) -> None:
    answer = await client.post("/api/v1/apps", form={**GOOD, **changes})
    assert answer.status == 422
    assert list(answer.json["details"]) == [field]
    assert answer.json["error"].startswith("Validation failed: ")


async def test_a_token_knows_its_app(client: Client, make: Make) -> None:
    alice = await make.account("alice")
    shown = (await client.get("/api/v1/apps/verify_credentials", token=alice.token)).ok()
    assert shown["name"] == "Command line"
    assert "client_secret" not in shown
    assert (await client.get("/api/v1/apps/verify_credentials")).status == 401


@pytest.mark.parametrize("settings_given", [{"STOA_RATE_LIMITS": "on"}])
async def test_registering_apps_without_end_is_stopped(client: Client) -> None:
    seen = [(await client.post("/api/v1/apps", form=GOOD)).status for _ in range(61)]
    assert seen == [200] * 60 + [429]
