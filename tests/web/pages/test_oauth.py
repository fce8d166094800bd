"""Letting an app in: asked once, answered by the member alone, sent nowhere unregistered."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest

from stoa.core.auth import apps
from stoa.core.house import House
from tests.client import Answer, Client
from tests.make import Make
from tests.web.pages.filling import PAGE, forms_of, query_of, send, sign_in

CALLBACK = "https://app.example/back?kept=1"
NATIVE = "org.example.reader://signed-in"
OOB = "urn:ietf:wg:oauth:2.0:oob"
VERIFIER = "a-verifier-that-is-long-enough-for-rfc-7636-0123"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


async def an_app(client: Client, **changes: Any) -> dict[str, Any]:
    form = {
        "client_name": "Reader & <Writer>", "redirect_uris": f"{CALLBACK}\n{NATIVE}\n{OOB}",
        "scopes": "read write follow push", "website": "https://app.example", **changes,
    }  # fmt: skip
    made: dict[str, Any] = (await client.post("/api/v1/apps", form=form)).ok()
    return made


async def ask(client: Client, app: dict[str, Any], **changes: str) -> Answer:
    query = {
        "response_type": "code", "client_id": app["client_id"], "redirect_uri": CALLBACK,
        "scope": "read write", **changes,
    }  # fmt: skip
    return await client.get("/oauth/authorize", query=query, headers=PAGE)


async def trade(client: Client, app: dict[str, Any], code: str, uri: str, **more: str) -> Answer:
    form = {
        "grant_type": "authorization_code", "client_id": app["client_id"],
        "client_secret": app["client_secret"], "code": code, "redirect_uri": uri, **more,
    }  # fmt: skip
    return await client.post("/oauth/token", form=form)


async def test_a_visitor_signs_in_agrees_and_the_app_gets_its_token(make: Make, client: Client) -> None:
    await make.account("alice")
    app = await an_app(client)
    away = await ask(client, app, state="s p&=é")
    assert away.status == 303
    form = forms_of(await client.get(away.headers["location"], headers=PAGE))[0]
    back = await send(client, form, email="alice@mail.example", password="correct horse battery")
    consent = await client.get(back.headers["location"], headers=PAGE)
    assert consent.status == 200
    assert "Reader &amp; &lt;Writer&gt;" in consent.text
    assert "@alice" in consent.text
    answer = await send(client, forms_of(consent)[0])
    assert answer.status == 303
    location = answer.headers["location"]
    assert location.startswith("https://app.example/back?kept=1&code=")
    told = query_of(location)
    assert told["state"] == "s p&=é"
    token = (await trade(client, app, told["code"], CALLBACK)).ok()
    assert token["scope"] == "read write"
    me = (await client.get("/api/v1/accounts/verify_credentials", token=token["access_token"])).ok()
    assert me["username"] == "alice"


async def test_the_first_form_allows_and_no_header_stops_the_way_back(make: Make, client: Client) -> None:
    await make.account("alice")
    await sign_in(client, "alice@mail.example")
    consent = await ask(client, await an_app(client), redirect_uri=NATIVE)
    policy = consent.headers["content-security-policy"]
    assert "form-action" not in policy
    assert "frame-ancestors 'none'" in policy
    assert all(form.action == "/oauth/authorize" for form in forms_of(consent)[:2])
    answer = await send(client, forms_of(consent)[0])
    assert answer.headers["location"].startswith(f"{NATIVE}?code=")


async def test_without_a_place_to_go_the_code_is_shown(make: Make, client: Client) -> None:
    await make.account("alice")
    await sign_in(client, "alice@mail.example")
    app = await an_app(client)
    answer = await send(client, forms_of(await ask(client, app, redirect_uri=OOB))[0])
    shown = await client.get(answer.headers["location"], headers=PAGE)
    code = query_of(answer.headers["location"])["code"]
    assert f'value="{code}"' in shown.text
    (await trade(client, app, code, OOB)).ok()
    for wrong in ("<b>", "", "a b"):
        page = await client.get("/oauth/authorize/native", query={"code": wrong}, headers=PAGE)
        assert page.status == 404


async def test_a_challenge_is_kept_with_the_code(make: Make, client: Client) -> None:
    await make.account("alice")
    await sign_in(client, "alice@mail.example")
    app = await an_app(client)
    consent = await ask(client, app, code_challenge=CHALLENGE, code_challenge_method="S256")
    code = query_of((await send(client, forms_of(consent)[0])).headers["location"])["code"]
    assert (await trade(client, app, code, CALLBACK)).status == 400
    (await trade(client, app, code, CALLBACK, code_verifier=VERIFIER)).ok()


async def test_who_says_no_is_sent_back_without_a_code(make: Make, client: Client) -> None:
    await make.account("alice")
    await sign_in(client, "alice@mail.example")
    app = await an_app(client)
    told = query_of(
        (await send(client, forms_of(await ask(client, app, state="7"))[1])).headers["location"]
    )
    assert told["error"] == "access_denied"
    assert told["state"] == "7"
    assert "code" not in told
    shown = await send(client, forms_of(await ask(client, app, redirect_uri=OOB))[1])
    assert shown.status == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "nobody"},
        {"redirect_uri": ""},
        {"redirect_uri": "https://evil.example/"},
        {"redirect_uri": "https://app.example/back?kept=1&more"},
        {"redirect_uri": "https://app.example/back"},
        {"redirect_uri": "https://APP.example/back?kept=1"},
        {"redirect_uri": CALLBACK + "\n"},
        {"response_type": "token"},
        {"response_type": ""},
        {"scope": "read admin:write"},
        {"scope": "no:such"},
        {"code_challenge": CHALLENGE, "code_challenge_method": "plain"},
        {"code_challenge": CHALLENGE},
        {"code_challenge": "short", "code_challenge_method": "S256"},
        {"code_challenge_method": "S256"},
        {"client_id": "x" * 9000},
    ],
)
async def test_a_wrong_request_is_answered_here_and_leads_nowhere(
    make: Make, client: Client, changes: dict[str, str]
) -> None:
    await make.account("alice")
    app = await an_app(client)
    for _ in range(2):  # as a visitor, then as a member
        answer = await ask(client, app, **changes)
        assert answer.status == 400
        assert "location" not in answer.headers
        await sign_in(client, "alice@mail.example")
    form = forms_of(await ask(client, app))[0]
    answer = await send(client, form, **changes)
    assert answer.status == 400
    assert "location" not in answer.headers


async def test_a_program_on_ones_own_machine_may_use_any_port(make: Make, client: Client) -> None:
    await make.account("alice")
    await sign_in(client, "alice@mail.example")
    app = await an_app(client, redirect_uris="http://127.0.0.1/cb http://localhost:9/cb")
    assert (await ask(client, app, redirect_uri="http://127.0.0.1:52001/cb")).status == 200
    for wrong in (
        "http://127.0.0.1:52001/other", "http://localhost:10/cb", "https://127.0.0.1/cb",
        "http://127.0.0.1:99999/cb", "http://x@127.0.0.1/cb", "http://[::1]/cb",
    ):  # fmt: skip
        assert (await ask(client, app, redirect_uri=wrong)).status == 400


async def test_force_login_asks_for_the_password_once_more(make: Make, client: Client) -> None:
    await make.account("alice")
    await make.account("bob")
    await sign_in(client, "alice@mail.example")
    app = await an_app(client)
    away = await ask(client, app, force_login="true")
    assert away.status == 303
    form = forms_of(await client.get(away.headers["location"], headers=PAGE))[0]
    back = await send(client, form, email="bob@mail.example", password="correct horse battery")
    consent = await client.get(back.headers["location"], headers=PAGE)
    assert "@bob" in consent.text
    assert "force_login" not in back.headers["location"]


async def test_all_that_may_be_asked_is_taken_and_kept_on_the_way(make: Make, client: Client) -> None:
    await make.account("alice")
    app = await an_app(client)
    away = await ask(
        client, app, state="s", lang="de", force_login="false", redirect_uri=OOB,
        code_challenge=CHALLENGE, code_challenge_method="S256",
    )  # fmt: skip
    form = forms_of(await client.get(away.headers["location"], headers=PAGE))[0]
    back = await send(client, form, email="alice@mail.example", password="correct horse battery")
    kept = query_of(back.headers["location"])
    assert kept.pop("client_id") == app["client_id"]
    assert kept == {
        "response_type": "code", "redirect_uri": OOB, "scope": "read write", "state": "s", "lang": "de",
        "code_challenge": CHALLENGE, "code_challenge_method": "S256",
    }  # fmt: skip
    consent = await client.get(back.headers["location"], headers=PAGE)
    assert (consent.status, consent.headers["content-type"]) == (200, "text/html; charset=utf-8")


async def test_another_site_cannot_agree_for_a_member(house: House, make: Make, client: Client) -> None:
    await make.account("alice")
    await sign_in(client, "alice@mail.example")
    app = await an_app(client)
    form = forms_of(await ask(client, app))[0]
    form.fields.pop("form_token")
    assert (await send(client, form)).status == 403
    async with house.db.read() as conn:
        found = await apps.find(conn, app["client_id"])
    assert found is not None


async def test_an_answer_after_the_session_ended_asks_to_sign_in_again(make: Make, client: Client) -> None:
    await make.account("alice")
    await sign_in(client, "alice@mail.example")
    form = forms_of(await ask(client, await an_app(client), state="7"))[0]
    client.cookies.clear()
    answer = await send(client, form)
    assert answer.status == 303
    assert query_of(answer.headers["location"])["next"].startswith("/oauth/authorize?")


async def test_the_consent_page_is_not_kept(make: Make, client: Client) -> None:
    await make.account("alice")
    await sign_in(client, "alice@mail.example")
    consent = await ask(client, await an_app(client))
    assert consent.headers["cache-control"] == "private, no-store"
    assert consent.headers["referrer-policy"] == "same-origin"
