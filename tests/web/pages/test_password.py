"""Passwords forgotten and changed, and what ends with the old one."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest

from stoa.core.auth import one_time, sessions
from stoa.core.house import House
from stoa.jobs.worker import Worker
from stoa.main import application, handlers
from tests.client import Answer, Client
from tests.make import PASSWORD, Make, Person
from tests.web.pages.filling import PAGE, forms_of, send, sign_in

NEW = "battery staple horse"
ME = "/api/v1/accounts/verify_credentials"


async def letters(house: House) -> list[str]:
    await Worker(house.db, handlers.of(house)).drain()
    folder = house.settings.data / "outbox"
    return [path.read_text() for path in sorted(folder.glob("*.eml"))] if folder.exists() else []


async def ask_for_letter(client: Client, email: str) -> Answer:
    form = forms_of(await client.get("/password/forgot", headers=PAGE))[0]
    return await send(client, form, email=email)


def link_in(letter: str) -> str:
    found = re.search(
        r"http://localhost:8000(/password/reset\S+)", letter.replace("=\n", "").replace("=3D", "=")
    )
    assert found
    return found[1]


async def can_sign_in(house: House, email: str, password: str) -> bool:
    return (await sign_in(Client(application(house)), email, password)).status == 303


async def sessions_of(house: House, person: Person) -> int:
    async with house.db.read() as conn:
        return len(await sessions.list_sessions(conn, person.id))


async def test_a_letter_leads_to_a_new_password_once(house: House, make: Make, client: Client) -> None:
    alice = await make.account("alice")
    await sign_in(client, alice.email)
    client.cookies.clear()
    await ask_for_letter(client, "Alice@mail.example")
    (letter,) = await letters(house)
    page = await client.get(link_in(letter), headers=PAGE)
    form = forms_of(page)[0]
    assert (await send(client, form, password="short")).status == 422
    answer = await send(client, form, password=NEW)
    assert (answer.status, answer.headers["location"]) == (303, "/sign-in?done=reset")
    assert not await can_sign_in(house, alice.email, PASSWORD)
    # Whoever knew the old password may have used it: no browser and no app stays in.
    assert (await client.get(ME, token=alice.token)).status == 401
    assert await sessions_of(house, alice) == 0
    assert await can_sign_in(house, alice.email, NEW)
    assert (await send(client, form, password="another password")).status == 422
    assert "was just changed" in (await letters(house))[-1]


async def test_nobody_learns_who_has_an_account(house: House, make: Make, client: Client) -> None:
    await make.account("alice")
    known = await ask_for_letter(client, "alice@mail.example")
    unknown = await ask_for_letter(client, "nobody@mail.example")
    assert (known.status, known.body) == (unknown.status, unknown.body) == (200, known.body)
    assert len(await letters(house)) == 1


async def test_the_link_is_ours_whatever_host_was_asked(house: House, make: Make, client: Client) -> None:
    await make.account("alice")
    form = forms_of(await client.get("/password/forgot", headers=PAGE))[0]
    headers = {**PAGE, "host": "evil.example"}
    await client.post(form.action, form={**form.fields, "email": "alice@mail.example"}, headers=headers)
    assert "evil.example" not in (await letters(house))[0]


async def test_a_link_ends_by_time_and_by_another_s_use(
    house: House, make: Make, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = await make.account("alice")
    async with house.db.write() as conn:
        first = await one_time.issue(conn, alice.id, "reset_password")
        second = await one_time.issue(conn, alice.id, "reset_password")
        wrong_purpose = await one_time.issue(conn, alice.id, "confirm_email")
    monkeypatch.setitem(one_time.LIFE_MS, "reset_password", -1)
    async with house.db.write() as conn:
        stale = await one_time.issue(conn, alice.id, "reset_password")
    seen = []
    for token in (stale, wrong_purpose, "guess", first, second):
        form = forms_of(await client.get("/password/reset", query={"token": token}, headers=PAGE))[0]
        seen.append((await send(client, form, password=NEW)).status)
    assert seen == [422, 422, 422, 303, 422]


async def test_a_suspended_member_gets_no_letter(house: House, make: Make, client: Client) -> None:
    await make.account("alice", suspended_at=1)
    await ask_for_letter(client, "alice@mail.example")
    assert await letters(house) == []


@pytest.mark.parametrize("settings_given", [{"STOA_RATE_LIMITS": "on"}])
async def test_letters_to_one_address_are_few(house: House, make: Make, client: Client) -> None:
    await make.account("alice")
    sent = 0
    for _ in range(7):
        assert (await ask_for_letter(client, "alice@mail.example")).status == 200
        sent = len(await letters(house))
    assert sent == 5


@pytest.mark.parametrize("end_tokens", [True, False])
async def test_changing_it_ends_other_browsers_and_apps_if_wished(
    house: House, make: Make, client: Client, end_tokens: bool
) -> None:
    alice = await make.account("alice")
    other = Client(application(house))
    await sign_in(other, alice.email)
    await sign_in(client, alice.email)
    form = forms_of(await client.get("/settings/password", headers=PAGE))[0]
    filled = {"current": PASSWORD, "password": NEW} | ({"end_tokens": "1"} if end_tokens else {})
    page = await send(client, form, **filled)
    assert page.status == 200
    assert "Your password is changed." in page.text
    assert (await client.get("/settings/password", headers=PAGE)).status == 200
    assert (await other.get("/settings/password", headers=PAGE)).status == 303
    assert (await client.get(ME, token=alice.token)).status == (401 if end_tokens else 200)
    assert await can_sign_in(house, alice.email, NEW)
    assert not await can_sign_in(house, alice.email, PASSWORD)


async def test_the_old_password_is_asked_for(house: House, make: Make, client: Client) -> None:
    alice = await make.account("alice")
    await sign_in(client, alice.email)
    form = forms_of(await client.get("/settings/password", headers=PAGE))[0]
    wrong = await send(client, form, current="guess", password=NEW)
    assert wrong.status == 422
    assert "Current password is wrong." in wrong.text
    short = await send(client, form, current=PASSWORD, password="short")
    assert short.status == 422
    assert await can_sign_in(house, alice.email, PASSWORD)


@pytest.mark.parametrize("settings_given", [{"STOA_RATE_LIMITS": "on"}])
async def test_the_old_password_cannot_be_guessed_here_either(make: Make, client: Client) -> None:
    alice = await make.account("alice")
    await sign_in(client, alice.email)
    form = forms_of(await client.get("/settings/password", headers=PAGE))[0]
    seen = [(await send(client, form, current="guess", password=NEW)).status for _ in range(11)]
    assert seen == [422] * 10 + [429]


@pytest.mark.parametrize("path", ["/settings/password", "/settings/sessions", "/settings/apps"])
async def test_visitors_are_asked_to_sign_in_and_come_back(client: Client, path: str) -> None:
    answer = await client.get(path, headers=PAGE)
    assert answer.status == 303
    assert urlsplit(answer.headers["location"]).path == "/sign-in"
    assert path.replace("/", "%2F") in answer.headers["location"]
    assert (await client.post(path, form={}, headers=PAGE)).status == 303
