"""Tokens: traded for codes, for the app itself, for a password; revoked; never guessed."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest

from stoa.core.auth import apps, grants, tokens
from stoa.core.auth.apps import App
from stoa.core.house import House
from tests.client import Answer, Client
from tests.core.auth.test_second_factor import turned_on
from tests.make import PASSWORD, Make, Person

CALLBACK = "https://app.example/back"
VERIFIER = "a-verifier-that-is-long-enough-for-rfc-7636-0123"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


async def an_app(
    house: House, *, name: str = "Reader", scopes: str = "read write follow"
) -> tuple[App, str]:
    async with house.db.write() as conn:
        return await apps.register(conn, name=name, redirect_uris=[CALLBACK], scopes=scopes, website=None)


async def a_code(
    house: House, app: App, person: Person, *, scopes: str = "read", challenge: str | None = None
) -> str:
    async with house.db.write() as conn:
        return await grants.issue(
            conn, app=app, account_id=person.id, redirect_uri=CALLBACK, scopes=scopes, challenge=challenge
        )


async def trade(client: Client, app: App, secret: str, code: str, /, **changes: Any) -> Answer:
    form = {
        "grant_type": "authorization_code", "client_id": app.client_id, "client_secret": secret,
        "code": code, "redirect_uri": CALLBACK, **changes,
    }  # fmt: skip
    return await client.post("/oauth/token", form=form)


def refusal(answer: Answer) -> tuple[int, str]:
    assert answer.json["error_description"]
    return answer.status, answer.json["error"]


async def test_a_code_is_traded_for_a_token_once(house: House, make: Make, client: Client) -> None:
    alice = await make.account("alice")
    app, secret = await an_app(house)
    code = await a_code(house, app, alice, scopes="read write")
    token = (await trade(client, app, secret, code)).ok()
    assert token["token_type"] == "Bearer"
    assert token["scope"] == "read write"
    assert isinstance(token["created_at"], int)
    me = (await client.get("/api/v1/accounts/verify_credentials", token=token["access_token"])).ok()
    assert me["username"] == "alice"
    # The second time the code is somebody else's who overheard it: the first token ends too.
    assert refusal(await trade(client, app, secret, code)) == (400, "invalid_grant")
    gone = await client.get("/api/v1/accounts/verify_credentials", token=token["access_token"])
    assert gone.status == 401


@pytest.mark.parametrize(
    "changes",
    [
        {"redirect_uri": "https://app.example/back/"},
        {"redirect_uri": ""},
        {"code": "of-my-own-making"},
        {"code_verifier": VERIFIER},
    ],
)
async def test_a_code_that_does_not_match_is_refused(
    house: House, make: Make, client: Client, changes: dict[str, str]
) -> None:
    app, secret = await an_app(house)
    code = await a_code(house, app, await make.account("alice"))
    assert refusal(await trade(client, app, secret, code, **changes)) == (400, "invalid_grant")
    (await trade(client, app, secret, code)).ok()


async def test_a_code_of_one_app_is_worth_nothing_to_another(
    house: House, make: Make, client: Client
) -> None:
    app, _ = await an_app(house)
    other, other_secret = await an_app(house, name="Other")
    code = await a_code(house, app, await make.account("alice"))
    assert refusal(await trade(client, other, other_secret, code)) == (400, "invalid_grant")


async def test_a_code_ends_after_ten_minutes(
    house: House, make: Make, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, secret = await an_app(house)
    monkeypatch.setattr(grants, "LIFE_MS", -1)
    code = await a_code(house, app, await make.account("alice"))
    assert refusal(await trade(client, app, secret, code)) == (400, "invalid_grant")


async def test_the_verifier_must_fit_the_challenge(house: House, make: Make, client: Client) -> None:
    app, secret = await an_app(house)
    alice = await make.account("alice")
    code = await a_code(house, app, alice, challenge=CHALLENGE)
    assert refusal(await trade(client, app, secret, code)) == (400, "invalid_grant")
    for wrong in (CHALLENGE, VERIFIER[:-1], VERIFIER + "x", "short"):
        answer = await trade(client, app, secret, code, code_verifier=wrong)
        assert refusal(answer) == (400, "invalid_grant")
    (await trade(client, app, secret, code, code_verifier=VERIFIER)).ok()


async def test_an_app_proves_itself_in_the_body_or_by_basic(house: House, client: Client) -> None:
    app, secret = await an_app(house)
    form = {"grant_type": "client_credentials", "scope": "read"}
    pair = base64.b64encode(f"{app.client_id}:{secret}".encode()).decode()
    basic = {"authorization": f"Basic {pair}"}
    (await client.post("/oauth/token", form=form, headers=basic)).ok()
    body = {**form, "client_id": app.client_id, "client_secret": secret}
    (await client.post("/oauth/token", json=body)).ok()
    for changes in ({"client_secret": "wrong"}, {"client_secret": ""}, {"client_id": "nobody"}):
        answer = await client.post("/oauth/token", form={**body, **changes})
        assert refusal(answer) == (401, "invalid_client")
    for header in ("Basic !!!", "Basic " + base64.b64encode(b"\xff\xfe").decode()):
        answer = await client.post("/oauth/token", form=form, headers={"authorization": header})
        assert refusal(answer) == (401, "invalid_client")


async def test_an_app_alone_has_no_more_than_it_registered(house: House, client: Client) -> None:
    app, secret = await an_app(house, scopes="read")
    form = {"grant_type": "client_credentials", "client_id": app.client_id, "client_secret": secret}
    token = (await client.post("/oauth/token", form=form)).ok()
    assert token["scope"] == "read"
    for scope in ("write", "read write", "no:such"):
        answer = await client.post("/oauth/token", form={**form, "scope": scope})
        assert refusal(answer) == (400, "invalid_scope")
    me = await client.get("/api/v1/accounts/verify_credentials", token=token["access_token"])
    assert (me.status, me.json["error"]) == (422, "This method requires an authenticated user")
    shown = (await client.get("/api/v1/apps/verify_credentials", token=token["access_token"])).ok()
    assert shown["name"] == "Reader"


async def test_a_password_is_traded_on_loopback(house: House, make: Make, client: Client) -> None:
    await make.account("alice")
    app, secret = await an_app(house)
    form = {
        "grant_type": "password", "client_id": app.client_id, "client_secret": secret,
        "username": "Alice@mail.example", "password": PASSWORD, "scope": "read write",
    }  # fmt: skip
    token = (await client.post("/oauth/token", form=form)).ok()
    assert token["scope"] == "read write"
    wrong = await client.post("/oauth/token", form={**form, "password": "guess"})
    stranger = await client.post("/oauth/token", form={**form, "username": "nobody@mail.example"})
    assert refusal(wrong) == refusal(stranger) == (400, "invalid_grant")
    assert wrong.body == stranger.body


async def test_a_password_is_not_enough_where_two_factors_are_asked_for(
    house: House, make: Make, client: Client
) -> None:
    await turned_on(house, await make.account("alice"))
    app, secret = await an_app(house)
    form = {
        "grant_type": "password", "client_id": app.client_id, "client_secret": secret,
        "username": "alice@mail.example", "password": PASSWORD,
    }  # fmt: skip
    assert refusal(await client.post("/oauth/token", form=form)) == (400, "invalid_grant")


@pytest.mark.parametrize("settings_given", [{"STOA_PASSWORD_GRANT": "off"}])
async def test_passwords_are_not_traded_where_it_is_off(house: House, make: Make, client: Client) -> None:
    await make.account("alice")
    app, secret = await an_app(house)
    form = {
        "grant_type": "password", "client_id": app.client_id, "client_secret": secret,
        "username": "alice@mail.example", "password": PASSWORD,
    }  # fmt: skip
    assert refusal(await client.post("/oauth/token", form=form)) == (400, "unsupported_grant_type")


@pytest.mark.parametrize("state", [{"approved": False}, {"confirmed": False}, {"suspended_at": 1}])
async def test_who_may_not_act_gets_no_token(
    house: House, make: Make, client: Client, state: dict[str, Any]
) -> None:
    await make.account("alice", **state)
    app, secret = await an_app(house)
    form = {
        "grant_type": "password", "client_id": app.client_id, "client_secret": secret,
        "username": "alice@mail.example", "password": PASSWORD,
    }  # fmt: skip
    assert refusal(await client.post("/oauth/token", form=form)) == (400, "invalid_grant")


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"grant_type": "implicit"}, "unsupported_grant_type"),
        ({}, "invalid_request"),
        ({"grant_type": "authorization_code"}, "invalid_request"),
    ],
)
async def test_other_grants_are_refused_by_name(
    house: House, client: Client, form: dict[str, str], error: str
) -> None:
    app, secret = await an_app(house)
    form = {**form, "client_id": app.client_id, "client_secret": secret}
    assert refusal(await client.post("/oauth/token", form=form)) == (400, error)


async def test_an_app_revokes_its_own_tokens_only(house: House, make: Make, client: Client) -> None:
    alice = await make.account("alice")
    app, secret = await an_app(house)
    other, other_secret = await an_app(house, name="Other")
    async with house.db.write() as conn:
        token = await tokens.create(conn, scopes="read", app_id=app.id, account_id=alice.id)
    form = {"client_id": other.client_id, "client_secret": other_secret, "token": token}
    assert refusal(await client.post("/oauth/revoke", form=form)) == (403, "unauthorized_client")
    (await client.get("/api/v1/accounts/verify_credentials", token=token)).ok()
    form = {"client_id": app.client_id, "client_secret": "wrong", "token": token}
    assert refusal(await client.post("/oauth/revoke", form=form)) == (403, "unauthorized_client")
    form["client_secret"] = secret
    assert (await client.post("/oauth/revoke", form=form)).ok() == {}
    assert (await client.get("/api/v1/accounts/verify_credentials", token=token)).status == 401
    assert (await client.post("/oauth/revoke", form=form)).ok() == {}


async def test_userinfo_says_who_it_is(house: House, make: Make, client: Client) -> None:
    alice = await make.account("alice", display_name="Alice A.")
    token = await make.token(alice, "profile")
    info = (await client.get("/oauth/userinfo", token=token)).ok()
    base = house.settings.base_url
    assert info["sub"] == f"{base}/ap/users/{alice.id}"
    assert (info["name"], info["preferred_username"]) == ("Alice A.", "alice")
    assert info["iss"] == f"{base}/"
    narrow = await make.token(alice, "write")
    assert (await client.get("/oauth/userinfo", token=narrow)).status == 403


async def test_the_metadata_names_what_there_is(house: House, client: Client) -> None:
    told = (await client.get("/.well-known/oauth-authorization-server")).ok()
    base = house.settings.base_url
    assert told["issuer"] == f"{base}/"
    assert told["token_endpoint"] == f"{base}/oauth/token"
    assert told["code_challenge_methods_supported"] == ["S256"]
    assert "password" in told["grant_types_supported"]
    assert {"read", "write:statuses", "profile", "push"} <= set(told["scopes_supported"])


async def test_a_token_may_stand_in_the_query(make: Make, client: Client) -> None:
    alice = await make.account("alice")
    url = "/api/v1/accounts/verify_credentials"
    assert (await client.get(url, query={"access_token": alice.token})).ok()["username"] == "alice"
    assert (await client.get(url, query={"access_token": "wrong"})).status == 401
    assert (await client.get(url, query={"access_token": ""})).status == 401


async def test_text_of_any_length_is_a_plain_refusal(house: House, client: Client) -> None:
    for name in ("client_id", "client_secret", "code", "username", "password", "scope", "grant_type"):
        answer = await client.post("/oauth/token", form={name: "x" * 100_000})
        assert 400 <= answer.status < 500


@pytest.mark.parametrize("settings_given", [{"STOA_RATE_LIMITS": "on"}])
async def test_guessing_passwords_is_stopped_for_known_and_unknown_alike(
    house: House, make: Make, client: Client
) -> None:
    await make.account("alice")
    app, secret = await an_app(house)
    form = {
        "grant_type": "password", "client_id": app.client_id, "client_secret": secret, "password": "guess",
    }  # fmt: skip
    for who in ("alice", "nobody"):
        form["username"] = f"{who}@mail.example"
        seen = [(await client.post("/oauth/token", form=form)).status for _ in range(11)]
        assert seen == [400] * 10 + [429], who
    form |= {"username": "alice@mail.example", "password": PASSWORD}
    assert (await client.post("/oauth/token", form=form)).status == 429
