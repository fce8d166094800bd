"""Joining through an app: who comes in, when, and what is said to whoever does not."""

from __future__ import annotations

import re
from typing import Any

import pytest

from stoa.core.auth import invites
from stoa.core.house import House
from stoa.jobs.worker import Worker
from stoa.main import handlers
from tests.client import Answer, Client
from tests.make import Make
from tests.web.pages.filling import PAGE, forms_of, send

SCOPES = "read write follow push"
CAROL = {
    "username": "carol", "email": "carol@mail.example", "password": "correct horse", "agreement": "true",
    "locale": "en",
}  # fmt: skip


async def app_token(client: Client, scopes: str = SCOPES) -> str:
    form = {"client_name": "Reader", "redirect_uris": "urn:ietf:wg:oauth:2.0:oob", "scopes": SCOPES}
    app = (await client.post("/api/v1/apps", form=form)).ok()
    grant = {
        "grant_type": "client_credentials", "client_id": app["client_id"],
        "client_secret": app["client_secret"], "scope": scopes,
    }  # fmt: skip
    token: str = (await client.post("/oauth/token", form=grant)).ok()["access_token"]
    return token


async def join(client: Client, **changes: Any) -> Answer:
    return await client.post("/api/v1/accounts", token=await app_token(client), form={**CAROL, **changes})


async def me(client: Client, token: str) -> Answer:
    return await client.get("/api/v1/accounts/verify_credentials", token=token)


async def letters(house: House) -> list[str]:
    await Worker(house.db, handlers.of(house)).drain()
    folder = house.settings.data / "outbox"
    return [path.read_text() for path in sorted(folder.glob("*.eml"))] if folder.exists() else []


def link_in(letter: str) -> str:
    found = re.search(r"http://localhost:8000(/\S+)", letter.replace("=\n", "").replace("=3D", "="))
    assert found
    return found[1]


@pytest.mark.parametrize("as_json", [True, False])
async def test_where_registrations_are_open_the_token_works_at_once(client: Client, as_json: bool) -> None:
    body = {**CAROL, "date_of_birth": "2000-01-01", "reason": "because"}
    token = await app_token(client)
    answer = await client.post("/api/v1/accounts", token=token, **{"json" if as_json else "form": body})
    made = answer.ok()
    assert (made["token_type"], made["scope"]) == ("Bearer", SCOPES)
    own = (await me(client, made["access_token"])).ok()
    assert (own["username"], own["locked"], own["source"]["privacy"]) == ("carol", False, "public")


async def test_a_member_s_token_may_register_too(make: Make, client: Client) -> None:
    alice = await make.account("alice")
    (await client.post("/api/v1/accounts", token=alice.token, form=CAROL)).ok()


async def test_an_app_needs_the_scope(client: Client) -> None:
    token = await app_token(client, "read")
    assert (await client.post("/api/v1/accounts", token=token, form=CAROL)).status == 403
    assert (await client.post("/api/v1/accounts", form=CAROL)).status == 401


@pytest.mark.parametrize(
    ("changes", "details"),
    [
        ({"username": ""}, {"username": "ERR_BLANK"}),
        ({"username": "Alice"}, {"username": "ERR_TAKEN"}),
        ({"username": "a b"}, {"username": "ERR_INVALID"}),
        ({"username": "x" * 31}, {"username": "ERR_TOO_LONG"}),
        ({"username": "admin"}, {"username": "ERR_RESERVED"}),
        ({"email": ""}, {"email": "ERR_BLANK"}),
        ({"email": "ALICE@mail.example"}, {"email": "ERR_TAKEN"}),
        ({"email": "a%b@c.example"}, {"email": "ERR_INVALID"}),
        ({"password": ""}, {"password": "ERR_BLANK"}),
        ({"password": "short"}, {"password": "ERR_TOO_SHORT"}),
        ({"password": "x" * 257}, {"password": "ERR_TOO_LONG"}),
        ({"agreement": "false"}, {"agreement": "ERR_ACCEPTED"}),
        ({"reason": "x" * 2001}, {"reason": "ERR_TOO_LONG"}),
        (
            {"username": "", "email": "x", "agreement": ""},
            {"username": "ERR_BLANK", "email": "ERR_INVALID", "agreement": "ERR_ACCEPTED"},
        ),
    ],
)
async def test_everything_wrong_is_said_at_once_and_nothing_is_stored(
    make: Make, client: Client, changes: dict[str, str], details: dict[str, str]
) -> None:
    await make.account("alice")
    answer = await join(client, **changes)
    assert answer.status == 422
    told = {field: problems[0]["error"] for field, problems in answer.json["details"].items()}
    assert told == details
    assert all(problem[0]["description"] for problem in answer.json["details"].values())
    assert answer.json["error"].startswith("Validation failed: ")
    (await join(client)).ok()


async def test_a_name_taken_between_the_look_and_the_leap_is_refused(house: House, make: Make) -> None:
    from stoa.core.auth.register import Joining, register
    from stoa.core.errors import Invalid

    await make.account("alice")
    for joining in (
        Joining(username="ALICE", email="x@mail.example", password="-", agreement=True),
        Joining(username="other", email="Alice@mail.example", password="-", agreement=True),
    ):
        with pytest.raises(Invalid) as refused:
            async with house.db.write() as conn:
                await register(conn, joining, "hash", house.settings, house.addresses)
        assert next(iter(refused.value.details.values()))[0].code == "ERR_TAKEN"


@pytest.mark.parametrize("settings_given", [{"STOA_REGISTRATIONS": "closed", "STOA_RATE_LIMITS": "off"}])
async def test_where_registrations_are_closed_nobody_comes_in(client: Client) -> None:
    assert (await join(client)).status == 403


@pytest.mark.parametrize("settings_given", [{"STOA_RATE_LIMITS": "off"}])
async def test_who_waits_for_approval_may_do_nothing(client: Client) -> None:
    token = (await join(client, reason="I write")).ok()["access_token"]
    answer = await me(client, token)
    assert (answer.status, answer.json["error"]) == (403, "Your login is currently pending approval")


@pytest.mark.parametrize("settings_given", [{"STOA_REGISTRATIONS": "invite", "STOA_RATE_LIMITS": "off"}])
async def test_an_invitation_lets_in_as_many_as_it_says(house: House, client: Client) -> None:
    assert "invite_code" in (await join(client)).json["details"]
    assert "invite_code" in (await join(client, invite_code="guess")).json["details"]
    async with house.db.write() as conn:
        code = await invites.create(conn, max_uses=1)
        stale = await invites.create(conn, expires_at=1)
    assert "invite_code" in (await join(client, invite_code=stale)).json["details"]
    token = (await join(client, invite_code=code)).ok()["access_token"]
    (await me(client, token)).ok()
    again = await join(client, username="dave", email="dave@mail.example", invite_code=code)
    assert "invite_code" in again.json["details"]


@pytest.mark.parametrize(
    "settings_given",
    [{"STOA_REGISTRATIONS": "open", "STOA_EMAIL_CONFIRMATION": "on", "STOA_RATE_LIMITS": "off"}],
)
async def test_an_address_is_confirmed_by_its_own_letter_only(house: House, client: Client) -> None:
    token = (await join(client)).ok()["access_token"]
    assert (await me(client, token)).status == 403
    assert (await client.get("/api/v1/emails/check_confirmation", token=token)).json is False
    (first,) = await letters(house)
    assert "carol@mail.example" in first
    (await client.post("/api/v1/emails/confirmations", token=token, form={"email": "c@mail.example"})).ok()
    second = (await letters(house))[-1]
    assert "To: c@mail.example" in second
    stale = forms_of(await client.get(link_in(first), headers=PAGE))[0]
    assert (await send(client, stale)).status == 422
    form = forms_of(await client.get(link_in(second), headers=PAGE))[0]
    assert (await me(client, token)).status == 403  # reading the letter is not enough
    answer = await send(client, form)
    assert (answer.status, answer.headers["location"]) == (303, "/sign-in?done=confirmed")
    (await me(client, token)).ok()
    assert (await send(client, form)).status == 422
    assert (await client.post("/api/v1/emails/confirmations", token=token)).status == 403
    assert (await client.get("/api/v1/emails/check_confirmation", token=token)).json is True


@pytest.mark.parametrize(
    "settings_given",
    [{"STOA_REGISTRATIONS": "open", "STOA_EMAIL_CONFIRMATION": "on", "STOA_RATE_LIMITS": "on"}],
)
async def test_letters_are_not_sent_without_end(client: Client) -> None:
    token = (await join(client)).ok()["access_token"]
    url = "/api/v1/emails/confirmations"
    seen = [(await client.post(url, token=token)).status for _ in range(6)]
    assert seen == [200] * 5 + [429]


@pytest.mark.parametrize("settings_given", [{"STOA_REGISTRATIONS": "open", "STOA_RATE_LIMITS": "on"}])
async def test_joining_without_end_is_stopped(client: Client) -> None:
    token = await app_token(client)
    seen = []
    for number in range(11):
        form = {**CAROL, "username": f"u{number}", "email": f"u{number}@mail.example"}
        seen.append((await client.post("/api/v1/accounts", token=token, form=form)).status)
    assert seen == [200] * 10 + [429]


async def test_text_of_any_length_is_a_plain_refusal(client: Client) -> None:
    for name in (*CAROL, "reason", "invite_code"):
        answer = await join(client, **{name: "x" * 500_000})
        assert answer.status == 422, name
