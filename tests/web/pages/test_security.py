"""Browsers and apps that act for a member, seen and sent away."""

from __future__ import annotations

import pytest

from stoa.core.auth import apps, sessions, tokens
from stoa.core.house import House
from stoa.main import application
from stoa.web.pages.security import browser_in_words
from tests.client import Client
from tests.make import Make
from tests.web.pages.filling import PAGE, forms_of, send, sign_in

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"
ME = "/api/v1/accounts/verify_credentials"


async def is_signed_in(client: Client) -> bool:
    return (await client.get("/settings/sessions", headers=PAGE)).status == 200


async def test_one_browser_is_sent_away_from_another(house: House, make: Make, client: Client) -> None:
    alice = await make.account("alice")
    app = application(house)
    lost, kept = Client(app, ip="203.0.113.7"), Client(app)
    for one in (lost, kept, client):
        await sign_in(one, alice.email)
    page = await client.get("/settings/sessions", headers=PAGE)
    assert "203.0.113.7" in page.text
    async with house.db.read() as conn:
        (theirs,) = [one for one in await sessions.list_sessions(conn, alice.id) if one.ip == "203.0.113.7"]
    (form,) = [form for form in forms_of(page) if form.fields.get("session") == theirs.key]
    assert (await send(client, form)).status == 303
    assert not await is_signed_in(lost)
    assert await is_signed_in(kept)
    others = forms_of(await client.get("/settings/sessions", headers=PAGE))
    (all_form,) = [form for form in others if form.fields.get("session") == "others"]
    await send(client, all_form)
    assert not await is_signed_in(kept)
    assert await is_signed_in(client)


async def test_nobody_ends_another_s_session(house: House, make: Make, client: Client) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    alices = Client(application(house))
    await sign_in(alices, alice.email)
    await sign_in(client, bob.email)
    async with house.db.read() as conn:
        (theirs,) = await sessions.list_sessions(conn, alice.id)
    token = forms_of(await client.get("/sign-out", headers=PAGE))[0].fields["form_token"]
    await client.post("/settings/sessions", form={"form_token": token, "session": theirs.key}, headers=PAGE)
    await client.post("/settings/sessions", form={"form_token": token, "session": "others"}, headers=PAGE)
    assert await is_signed_in(alices)


async def test_an_app_is_sent_away_with_all_its_tokens(house: House, make: Make, client: Client) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    made = []
    async with house.db.write() as conn:
        app, _ = await apps.register(
            conn, name="Reader <b>", redirect_uris=["https://a.example/"], scopes="read write", website=None
        )
        for owner in (alice, alice, bob):
            made.append(await tokens.create(conn, scopes="read", app_id=app.id, account_id=owner.id))
    await sign_in(client, alice.email)
    page = await client.get("/settings/apps", headers=PAGE)
    assert "Reader &lt;b&gt;" in page.text
    assert "Command line" in page.text
    (form,) = [form for form in forms_of(page) if form.fields.get("app") == str(app.id)]
    await send(client, form)
    statuses = [(await client.get(ME, token=token)).status for token in (*made, alice.token)]
    assert statuses == [401, 401, 200, 200]
    (form,) = [
        form for form in forms_of(await client.get("/settings/apps", headers=PAGE)) if "app" in form.fields
    ]
    await send(client, form)
    assert [(await client.get(ME, token=one)).status for one in (alice.token, bob.token)] == [401, 200]
    for wrong in ("x", "", "9" * 50):
        assert (await send(client, form, app=wrong)).status == 303


async def test_sessions_do_not_pile_up(house: House, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "MAX_SESSIONS", 3)
    alice = await make.account("alice")
    for _ in range(5):
        async with house.db.write() as conn:
            newest = await sessions.open_session(conn, alice.id, ip="", user_agent=FIREFOX * 100)
    async with house.db.read() as conn:
        opened = await sessions.list_sessions(conn, alice.id)
        assert await sessions.find(conn, newest) is not None
    assert len(opened) == 3
    assert all(len(one.user_agent) <= 300 for one in opened)


async def test_a_session_long_unused_is_over(
    house: House, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = await make.account("alice")
    async with house.db.write() as conn:
        cookie = await sessions.open_session(conn, alice.id, ip="", user_agent="")
        found = await sessions.find(conn, cookie)
        assert found is not None
        await sessions.mark_used(conn, found.key, alice.id, 1)
        assert await sessions.find(conn, cookie) is None


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (FIREFOX, "Firefox on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/120 Safari/537.36 Edg/120", "Edge on Windows"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Safari/604.1",
            "Safari on iPhone",
        ),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/120 Mobile Safari/537.36", "Chrome on Android"),
        ("", "A browser"),
    ],
)
def test_a_browser_is_named_in_words(user_agent: str, words: str) -> None:
    assert browser_in_words(user_agent) == words
