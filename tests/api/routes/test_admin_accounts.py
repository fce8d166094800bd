"""/api/v1/admin/accounts and v2: who may, whom they find, what they can do, and that nothing leaks."""

from __future__ import annotations

from typing import Any

import pytest

from stoa import ids
from stoa.core.auth import invites, sessions
from stoa.core.auth import store as users
from stoa.core.house import House
from stoa.core.moderation import report, standing
from stoa.main import Assembled
from tests import contract
from tests.client import Client
from tests.make import Make, Person

ADMIN = "admin:read admin:write"
BASE = "/api/v1/admin/accounts"


async def staff(make: Make, role: Any = "moderator", name: str = "mod") -> tuple[Person, str]:
    mod = await make.account(name, role=role)
    return mod, await make.token(mod, ADMIN)


async def names(client: Client, token: str, query: str, base: str = BASE) -> list[str]:
    return [one["username"] for one in (await client.get(f"{base}?{query}", token=token)).ok()]


async def test_an_account_has_its_fields(client: Client, house: House, make: Make) -> None:
    _, token = await staff(make)
    alice, carl = await make.account("alice", display_name="Alice"), await make.remote("carl@there.example")
    async with house.db.write() as conn:
        await sessions.open_session(conn, alice.id, ip="192.0.2.7", user_agent="x")
        await users.change(
            conn, alice.id, reason="I write.", sign_up_ip="192.0.2.9", invited_by_id=alice.id
        )
    one = (await client.get(f"{BASE}/{alice.id}", token=token)).ok()
    assert contract.problems(one, "Admin::Account") == []
    assert (one["username"], one["domain"], one["email"]) == ("alice", None, "alice@mail.example")
    assert (one["ip"], [place["ip"] for place in one["ips"]]) == ("192.0.2.7", ["192.0.2.7", "192.0.2.9"])
    assert (one["invite_request"], one["invited_by_account_id"]) == ("I write.", str(alice.id))
    assert (one["confirmed"], one["approved"], one["disabled"]) == (True, True, False)
    assert (one["role"]["id"], one["account"]["display_name"]) == ("-99", "Alice")
    other = (await client.get(f"{BASE}/{carl}", token=token)).ok()
    assert contract.problems(other, "Admin::Account") == []
    assert (other["domain"], other["email"], other["ips"]) == ("there.example", "", [])


@pytest.mark.parametrize("path", ["/api/v1/admin/accounts", "/api/v2/admin/accounts"])
async def test_only_moderators_with_the_scope_may_look(client: Client, make: Make, path: str) -> None:
    mod, token = await staff(make)
    alice = await make.account("alice")
    assert (await client.get(path)).status == 401
    assert (await client.get(path, token=mod.token)).status == 403
    assert (await client.get(path, token=await make.token(alice, ADMIN))).status == 403
    found = await client.get(path, token=token)
    assert contract.problems(found.ok(), "[Admin::Account]") == []


async def test_filters_find_whom_they_name(client: Client, house: House, make: Make) -> None:
    anna = await make.account("anna", role="owner")
    token = await make.token(anna, ADMIN)
    alice = await make.account("alice", display_name="Ms 100%")
    await make.account("alfred")
    waits, off = await make.account("waits", approved=False), await make.account("off")
    carl = await make.remote("carl@there.example")
    async with house.db.write() as conn:
        await sessions.open_session(conn, alice.id, ip="192.0.2.7", user_agent="x")
        await users.change(conn, waits.id, sign_up_ip="198.51.100.4", invited_by_id=alice.id)
        await standing.disable(conn, off.id)
        await standing.limit(conn, carl)
        await standing.sensitise(conn, alice.id)
    v2 = "/api/v2/admin/accounts"
    assert await names(client, token, "remote=true") == ["carl"]
    assert await names(client, token, "pending=true") == ["waits"]
    assert await names(client, token, "disabled=1&local=1") == ["off"]
    assert await names(client, token, "silenced=true") == ["carl"]
    assert await names(client, token, "sensitized=true") == ["alice"]
    assert await names(client, token, "staff=true") == ["anna"]
    assert await names(client, token, "active=true") == ["carl", "alfred", "alice", "anna"]
    assert await names(client, token, "username=AL") == ["alfred", "alice"]
    assert await names(client, token, "display_name=ms%20100%25") == ["alice"]
    assert await names(client, token, "display_name=%25") == []
    assert await names(client, token, "by_domain=there.example") == ["carl"]
    assert await names(client, token, "email=alf") == ["alfred"]
    assert await names(client, token, "ip=192.0.2.7") == ["alice"]
    assert await names(client, token, "ip=198.51.100.0/24") == ["waits"]
    assert (await client.get(f"{BASE}?ip=here", token=token)).status == 422
    assert await names(client, token, "origin=remote&status=silenced", v2) == ["carl"]
    assert await names(client, token, "permissions=staff", v2) == ["anna"]
    assert await names(client, token, "role_ids[]=3&role_ids[]=2", v2) == ["anna"]
    assert await names(client, token, f"invited_by={alice.id}", v2) == ["waits"]
    assert (await client.get(f"{v2}?status=odd", token=token)).status == 422


async def test_pages_follow_each_other(client: Client, make: Make) -> None:
    _, token = await staff(make)
    for number in range(4):
        await make.account(f"person{number}")
    first = await client.get(f"{BASE}?limit=3&username=person", token=token)
    assert [one["username"] for one in first.ok()] == ["person3", "person2", "person1"]
    second = await client.get(first.links["next"].removeprefix("http://localhost:8000"), token=token)
    assert [one["username"] for one in second.ok()] == ["person0"]


async def test_whoever_waits_is_let_in_or_is_not(
    assembled: Assembled, client: Client, house: House, make: Make
) -> None:
    mod, token = await staff(make)
    eve, dave = await make.account("eve", approved=False), await make.account("dave", approved=False)
    assert (await client.get("/api/v1/preferences", token=eve.token)).status == 403
    let_in = (await client.post(f"{BASE}/{eve.id}/approve", token=token)).ok()
    assert contract.problems(let_in, "Admin::Account") == []
    assert let_in["approved"]
    assert (await client.get("/api/v1/preferences", token=eve.token)).status == 200
    assert (await client.post(f"{BASE}/{eve.id}/approve", token=token)).status == 403
    assert (await client.post(f"{BASE}/{eve.id}/reject", token=token)).status == 403
    gone = (await client.post(f"{BASE}/{dave.id}/reject", token=token)).ok()
    assert contract.problems(gone, "Admin::Account") == []
    assert (await client.get(f"{BASE}/{dave.id}", token=token)).status == 404
    await make.account("dave")
    (told,) = (await client.get("/api/v1/notifications", token=mod.token)).ok()
    assert (told["type"], told["account"]["username"]) == ("admin.sign_up", "eve")
    await assembled.worker.drain()
    letters = sorted((house.settings.data / "outbox").glob("*"))
    assert len(letters) == 2


async def test_an_action_is_done_written_down_and_told(
    assembled: Assembled, client: Client, house: House, make: Make
) -> None:
    _, token = await staff(make)
    alice, bob = await make.account("alice"), await make.account("bob")
    post = await make.status(bob)
    async with house.db.write() as conn:
        report_id = await report.report(conn, alice.id, bob.id, status_ids=[post])
        other = await report.report(conn, alice.id, bob.id, comment="Again.")
    said = {"type": "none", "text": "Please be kind.", "report_id": str(report_id)}
    assert (await client.post(f"{BASE}/{bob.id}/action", token=token, json=said)).ok() == {}
    (notice,) = (await client.get("/api/v1/notifications", token=bob.token)).ok()
    assert contract.problems(notice, "Notification") == []
    warning = notice["moderation_warning"]
    assert contract.problems(warning, "AccountWarning") == []
    assert (notice["type"], warning["action"], warning["text"]) == (
        "moderation_warning", "none", "Please be kind.",
    )  # fmt: skip
    assert (warning["status_ids"], warning["target_account"]["username"]) == ([str(post)], "bob")
    grouped = (await client.get("/api/v2/notifications", token=bob.token)).ok()
    assert grouped["notification_groups"][0]["moderation_warning"] == warning
    still_open = (await client.get("/api/v1/admin/reports", token=token)).ok()
    assert [one["id"] for one in still_open] == [str(other)]
    done = {"type": "sensitive", "send_email_notification": False}
    assert (await client.post(f"{BASE}/{bob.id}/action", token=token, json=done)).ok() == {}
    assert (await client.get("/api/v1/admin/reports", token=token)).ok() == []
    assert len((await client.get("/api/v1/notifications", token=bob.token)).ok()) == 1
    await assembled.worker.drain()
    (letter,) = list((house.settings.data / "outbox").glob("*"))
    assert "Please be kind." in letter.read_text()


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({}, 422), ({"type": "shout"}, 422), ({"type": "none", "text": "x" * 2001}, 422),
        ({"type": "none", "report_id": "17"}, 404), ({"type": "none", "warning_preset_id": "1"}, 404),
        ({"type": "none", "report_id": "x"}, 422),
    ],
    ids=str,
)  # fmt: skip
async def test_what_cannot_be_done_is_refused_clearly(
    client: Client, make: Make, said: dict[str, Any], status: int
) -> None:
    _, token = await staff(make)
    bob = await make.account("bob")
    answer = await client.post(f"{BASE}/{bob.id}/action", token=token, json=said)
    assert answer.status == status
    assert answer.json["error"]


async def test_nobody_acts_on_those_beside_or_above_them(client: Client, make: Make) -> None:
    mod, token = await staff(make)
    admin, admin_token = await staff(make, "admin", "admin")
    owner = await make.account("owner", role="owner")
    for target in (mod, admin, owner, await make.account("mod2", role="moderator")):
        answer = await client.post(f"{BASE}/{target.id}/action", token=token, json={"type": "suspend"})
        assert answer.status == 403, target.username
    suspend = {"token": admin_token, "json": {"type": "suspend"}}
    assert (await client.post(f"{BASE}/{owner.id}/action", **suspend)).status == 403
    assert (await client.post(f"{BASE}/{mod.id}/action", **suspend)).ok() == {}
    assert (await client.get(BASE, token=token)).status == 403


async def test_everything_can_be_taken_back(client: Client, house: House, make: Make) -> None:
    _, token = await staff(make)
    bob = await make.account("bob")
    for kind, field, undo in (
        ("disable", "disabled", "enable"), ("silence", "silenced", "unsilence"),
        ("sensitive", "sensitized", "unsensitive"), ("suspend", "suspended", "unsuspend"),
    ):  # fmt: skip
        (await client.post(f"{BASE}/{bob.id}/action", token=token, json={"type": kind})).ok()
        assert (await client.get(f"{BASE}/{bob.id}", token=token)).ok()[field] is True
        back = (await client.post(f"{BASE}/{bob.id}/{undo}", token=token)).ok()
        assert contract.problems(back, "Admin::Account") == []
        assert back[field] is False


async def test_only_who_may_delete_deletes_and_only_the_suspended(
    assembled: Assembled, client: Client, make: Make
) -> None:
    _, mod = await staff(make)
    _, admin = await staff(make, "admin", "admin")
    bob = await make.account("bob")
    assert (await client.delete(f"{BASE}/{bob.id}", token=admin)).status == 403
    (await client.post(f"{BASE}/{bob.id}/action", token=admin, json={"type": "suspend"})).ok()
    assert (await client.delete(f"{BASE}/{bob.id}", token=mod)).status == 403
    gone = (await client.delete(f"{BASE}/{bob.id}", token=admin)).ok()
    assert contract.problems(gone, "Admin::Account") == []
    await assembled.worker.drain()
    left = (await client.get(f"{BASE}/{bob.id}", token=admin)).ok()
    assert (left["suspended"], left["email"]) == (True, "")
    assert (await client.delete(f"{BASE}/{bob.id}", token=admin)).status == 404
    assert (await client.post(f"{BASE}/{bob.id}/unsuspend", token=admin)).status == 403


async def test_an_invitation_is_remembered(client: Client, house: House, make: Make) -> None:
    mod, token = await staff(make)
    async with house.db.write() as conn:
        code = await invites.create(conn, account_id=mod.id, expires_at=ids.now_ms() + 60_000)
    made = {"client_name": "x", "redirect_uris": "urn:ietf:wg:oauth:2.0:oob", "scopes": "read write"}
    app = (await client.post("/api/v1/apps", form=made)).ok()
    asked = {name: app[name] for name in ("client_id", "client_secret")} | {"scope": "read write"}
    asked["grant_type"] = "client_credentials"
    granted = (await client.post("/oauth/token", form=asked)).ok()
    join = {"username": "nina", "email": "nina@mail.example", "password": "correct horse battery",
            "agreement": "true", "locale": "en", "invite_code": code}  # fmt: skip
    (await client.post("/api/v1/accounts", token=granted["access_token"], form=join)).ok()
    (nina,) = (await client.get(f"{BASE}?username=nina", token=token)).ok()
    assert nina["invited_by_account_id"] == str(mod.id)
    assert nina["created_by_application_id"] == app["id"]
