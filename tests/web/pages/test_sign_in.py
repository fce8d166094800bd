"""Signing in and out with a browser, and what keeps others from doing it for you."""

from __future__ import annotations

from typing import Any

import pytest

from stoa.core.auth import passwords, sessions
from stoa.core.house import House
from stoa.main import application
from tests.client import Client
from tests.make import PASSWORD, Make
from tests.web.pages.filling import PAGE, forms_of, send, sign_in

COOKIE = "stoa_session"


async def is_signed_in(client: Client) -> bool:
    return (await client.get("/settings/sessions", headers=PAGE)).status == 200


async def test_a_member_signs_in_and_is_sent_where_they_wanted(make: Make, client: Client) -> None:
    await make.account("alice")
    assert not await is_signed_in(client)
    answer = await sign_in(client, "Alice@mail.example", next_="/settings/apps?x=1")
    assert (answer.status, answer.headers["location"]) == (303, "/settings/apps?x=1")
    assert await is_signed_in(client)


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(make: Make, client: Client) -> None:
    await make.account("alice")
    cookie = (await sign_in(client, "alice@mail.example")).headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie  # plain http on loopback must work


@pytest.mark.parametrize("settings_given", [{"STOA_BASE_URL": "https://stoa.example"}])
async def test_over_https_the_cookie_insists_on_it(make: Make, client: Client) -> None:
    await make.account("alice")
    assert "; Secure" in (await sign_in(client, "alice@mail.example")).headers["set-cookie"]


async def test_only_a_hash_of_the_cookie_is_kept(house: House, make: Make, client: Client) -> None:
    alice = await make.account("alice")
    await sign_in(client, "alice@mail.example")
    async with house.db.read() as conn:
        (opened,) = await sessions.list_sessions(conn, alice.id)
    assert opened.key != client.cookies[COOKIE]
    client.cookies[COOKIE] = opened.key
    assert not await is_signed_in(client)


async def test_a_wrong_password_and_an_unknown_address_look_the_same(make: Make, client: Client) -> None:
    await make.account("alice")
    wrong = await sign_in(client, "alice@mail.example", "guess")
    unknown = await sign_in(client, "nobody@mail.example", "guess")
    assert wrong.status == unknown.status == 422
    assert COOKIE not in client.cookies

    def body(text: str) -> str:
        lines = text.replace("nobody@", "alice@").splitlines()
        return "\n".join(line for line in lines if "form_token" not in line)

    assert body(wrong.text) == body(unknown.text)
    assert 'role="alert"' in wrong.text


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({"approved": False}, "approve"),
        ({"confirmed": False}, "Confirm your e-mail"),
        ({"suspended_at": 1}, "disabled"),
    ],
)
async def test_who_may_not_act_is_told_why_and_only_with_the_right_password(
    make: Make, client: Client, state: dict[str, Any], words: str
) -> None:
    await make.account("alice", **state)
    assert words in (await sign_in(client, "alice@mail.example")).text
    assert words not in (await sign_in(client, "alice@mail.example", "guess")).text
    assert not await is_signed_in(client)


async def test_a_suspended_member_is_a_visitor_at_once(house: House, make: Make, client: Client) -> None:
    from stoa.core.accounts import store

    alice = await make.account("alice")
    await sign_in(client, "alice@mail.example")
    async with house.db.write() as conn:
        await store.change(conn, alice.id, suspended_at=1)
    assert not await is_signed_in(client)


@pytest.mark.parametrize(
    "elsewhere",
    ["//evil.example", "/\\evil.example", "https://evil.example/", "\\\\evil.example", "javascript:1",
     "/a\r\nx: y", "/ /evil", "", "evil", "/\t/evil.example"],
)  # fmt: skip
async def test_nobody_is_sent_to_another_site(make: Make, client: Client, elsewhere: str) -> None:
    await make.account("alice")
    page = await client.get("/sign-in", headers=PAGE)
    answer = await send(
        client, forms_of(page)[0], email="alice@mail.example", password=PASSWORD, next=elsewhere
    )
    assert (answer.status, answer.headers["location"]) == (303, "/")


async def test_the_session_changes_when_somebody_signs_in(make: Make, client: Client) -> None:
    await make.account("alice")
    await make.account("bob")
    await sign_in(client, "alice@mail.example")
    first = client.cookies[COOKIE]
    await sign_in(client, "bob@mail.example")
    assert client.cookies[COOKIE] != first
    client.cookies[COOKIE] = first
    assert not await is_signed_in(client)


async def test_signing_out_ends_the_session_itself(make: Make, client: Client) -> None:
    await make.account("alice")
    await sign_in(client, "alice@mail.example")
    cookie = client.cookies[COOKIE]
    page = await client.get("/sign-out", headers=PAGE)
    assert (await send(client, forms_of(page)[0])).status == 303
    assert COOKIE not in client.cookies
    client.cookies[COOKIE] = cookie
    assert not await is_signed_in(client)


async def test_a_form_without_its_token_is_refused(make: Make, client: Client) -> None:
    await make.account("alice")
    form = {"email": "alice@mail.example", "password": PASSWORD}
    for token in (None, "", "x" * 1000, "visitor.abc.def"):
        sent = form if token is None else {**form, "form_token": token}
        assert (await client.post("/sign-in", form=sent, headers=PAGE)).status == 403
    await sign_in(client, "alice@mail.example")
    assert (await client.post("/sign-out", form={}, headers=PAGE)).status == 403
    assert await is_signed_in(client)


async def test_the_token_of_another_session_is_refused(house: House, make: Make, client: Client) -> None:
    await make.account("alice")
    await make.account("mallory")
    await sign_in(client, "alice@mail.example")
    other = Client(application(house))
    visitors = forms_of(await other.get("/sign-in", headers=PAGE))[0].fields["form_token"]
    await sign_in(other, "mallory@mail.example")
    theirs = forms_of(await other.get("/sign-out", headers=PAGE))[0].fields["form_token"]
    for token in (visitors, theirs):
        answer = await client.post("/sign-out", form={"form_token": token}, headers=PAGE)
        assert answer.status == 403
    assert await is_signed_in(client)


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://localhost:8000.evil.example", "x"]
)
async def test_a_form_from_another_site_is_refused(make: Make, client: Client, origin: str) -> None:
    await make.account("alice")
    form = forms_of(await client.get("/sign-in", headers=PAGE))[0]
    filled = {**form.fields, "email": "alice@mail.example", "password": PASSWORD}
    answer = await client.post("/sign-in", form=filled, headers={**PAGE, "origin": origin})
    assert answer.status == 403
    ours = {**PAGE, "origin": "http://localhost:8000"}
    assert (await client.post("/sign-in", form=filled, headers=ours)).status == 303


async def test_the_api_does_not_take_the_cookie(make: Make, client: Client) -> None:
    await make.account("alice")
    await sign_in(client, "alice@mail.example")
    assert (await client.get("/api/v1/accounts/verify_credentials")).status == 401


async def test_an_outdated_hash_is_made_anew(house: House, make: Make, client: Client) -> None:
    from stoa.core.auth import users

    alice = await make.account("alice")  # the village hashes cheaply
    await sign_in(client, "alice@mail.example")
    async with house.db.read() as conn:
        fresh = (await users.get(conn, alice.id)).password_hash
    assert await passwords.check(fresh, PASSWORD) == "right"
    assert (await sign_in(client, "alice@mail.example")).status == 303


async def test_the_form_can_be_filled_in_by_a_password_manager(client: Client) -> None:
    page = await client.get("/sign-in", headers=PAGE)
    form = forms_of(page)[0]
    assert form.types["email"] == "email"
    assert form.types["password"] == "password"
    assert form.action == "/sign-in"
    assert 'autocomplete="username"' in page.text
    assert 'autocomplete="current-password"' in page.text
    assert page.headers["cache-control"] == "private, no-store"


async def test_the_address_mastodon_has_leads_here(client: Client) -> None:
    assert (await client.get("/auth/sign_in")).headers["location"].startswith("/sign-in")
    assert (await client.get("/auth/sign_up")).headers["location"] == "/sign-up"


@pytest.mark.parametrize("settings_given", [{"STOA_RATE_LIMITS": "on"}])
async def test_guessing_is_stopped_even_from_many_places(house: House, make: Make) -> None:
    await make.account("alice")
    app = application(house)
    seen = []
    for number in range(11):
        seen.append(
            (await sign_in(Client(app, ip=f"203.0.113.{number}"), "alice@mail.example", "guess")).status
        )
    assert seen == [422] * 10 + [429]
    assert (await sign_in(Client(app, ip="198.51.100.1"), "alice@mail.example")).status == 429


async def test_a_lock_outlives_the_process(house: House, make: Make, client: Client) -> None:
    from stoa import ids
    from stoa.core.auth import sign_in as core
    from stoa.core.auth import store
    from stoa.core.errors import TooMany

    alice = await make.account("alice")
    async with house.db.write() as conn:
        await store.change(conn, alice.id, locked_until=ids.now_ms() + 60_000)
    with pytest.raises(TooMany):
        await core.sign_in(house.db, "alice@mail.example", PASSWORD, ip="192.0.2.1", throttled=True)
    await core.sign_in(house.db, "alice@mail.example", PASSWORD, ip="192.0.2.1", throttled=False)
