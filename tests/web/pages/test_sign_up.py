"""Joining with a browser."""

from __future__ import annotations

import pytest

from stoa.core.auth import invites
from stoa.core.house import House
from tests.client import Answer, Client
from tests.make import Make
from tests.web.pages.filling import PAGE, forms_of, send

CAROL = {
    "username": "carol", "email": "carol@mail.example", "password": "correct horse", "agreement": "1",
}  # fmt: skip


async def join(client: Client, path: str = "/sign-up", **changes: str) -> Answer:
    form = forms_of(await client.get(path, headers=PAGE))[0]
    return await send(client, form, **{**CAROL, **changes})


async def is_signed_in(client: Client) -> bool:
    return (await client.get("/settings/sessions", headers=PAGE)).status == 200


async def test_where_it_is_open_a_person_is_in_at_once(client: Client) -> None:
    answer = await join(client)
    assert (answer.status, answer.headers["location"]) == (303, "/")
    assert await is_signed_in(client)
    assert (await client.get("/sign-up", headers=PAGE)).headers["location"] == "/"


async def test_errors_stand_at_their_fields_and_what_was_typed_stays(make: Make, client: Client) -> None:
    await make.account("carol")
    page = await join(client, password="short", agreement="", email='"><script>@x.example')
    assert page.status == 422
    assert 'aria-describedby="username-error username-hint"' in page.text
    assert "User name has already been taken." in page.text
    assert "Password is too short (minimum is 8 characters)." in page.text
    assert "The rules must be accepted." in page.text
    assert 'value="carol"' in page.text
    assert "<script>" not in page.text
    assert "short" not in [form.fields.get("password") for form in forms_of(page)]
    assert not await is_signed_in(client)


@pytest.mark.parametrize("settings_given", [{"STOA_RATE_LIMITS": "off"}])
async def test_where_people_are_approved_one_waits(client: Client) -> None:
    page = await join(client, reason="I like to write")
    assert page.status == 200
    assert "approved" in page.text
    assert not await is_signed_in(client)


@pytest.mark.parametrize("settings_given", [{"STOA_RATE_LIMITS": "off"}])
async def test_an_invitation_spares_the_wait(house: House, client: Client) -> None:
    async with house.db.write() as conn:
        code = await invites.create(conn)
    answer = await join(client, f"/sign-up?invite={code}")
    assert answer.status == 303
    assert await is_signed_in(client)


@pytest.mark.parametrize("settings_given", [{"STOA_REGISTRATIONS": "closed"}])
async def test_where_it_is_closed_there_is_no_form(client: Client) -> None:
    page = await client.get("/sign-up", headers=PAGE)
    assert page.status == 200
    assert forms_of(page) == []


@pytest.mark.parametrize(
    "settings_given",
    [{"STOA_REGISTRATIONS": "open", "STOA_EMAIL_CONFIRMATION": "on", "STOA_RATE_LIMITS": "off"}],
)
async def test_where_mail_is_confirmed_one_is_told_of_the_letter(client: Client) -> None:
    page = await join(client)
    assert "letter" in page.text
    assert not await is_signed_in(client)
