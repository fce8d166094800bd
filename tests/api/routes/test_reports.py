"""/api/v1/reports, and what moderators are sent of it."""

from __future__ import annotations

from typing import Any

import pytest

from tests import contract
from tests.client import Answer, Client
from tests.make import Make, Person


async def file(client: Client, who: Person, **said: Any) -> Answer:
    return await client.post("/api/v1/reports", token=who.token, json=said)


async def test_a_report_has_its_fields(client: Client, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    post = await make.status(bob)
    made = (
        await file(
            client, alice, account_id=str(bob.id), status_ids=[str(post)], comment="No.", forward=True
        )
    ).ok()
    assert contract.problems(made, "Report") == []
    assert made["status_ids"] == [str(post)]
    assert made["target_account"]["username"] == "bob"
    assert (made["category"], made["forwarded"], made["action_taken"]) == ("other", False, False)


async def test_a_moderator_reads_the_report_in_the_notification(client: Client, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    mod = await make.account("mod", role="moderator")
    made = (await file(client, alice, account_id=bob.id, comment="No.", category="spam")).ok()
    (notice,) = (await client.get("/api/v1/notifications", token=mod.token)).ok()
    assert contract.problems(notice, "Notification") == []
    assert (notice["type"], notice["account"]["username"]) == ("admin.report", "alice")
    assert notice["report"] == made
    assert (await client.get(f"/api/v1/notifications/{notice['id']}", token=mod.token)).ok() == notice
    only = await client.get("/api/v1/notifications?types[]=admin.report", token=mod.token)
    assert only.ok() == [notice]


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({}, 422), ({"account_id": "x"}, 422), ({"account_id": "17"}, 404),
        ({"comment": "x" * 1001}, 422), ({"category": "boring"}, 422), ({"status_ids": ["17"]}, 404),
        ({"status_ids": list(range(101))}, 422), ({"rule_ids": ["1"]}, 422),
    ],
    ids=str,
)  # fmt: skip
async def test_what_cannot_be_reported_is_refused_clearly(
    client: Client, make: Make, said: dict[str, Any], status: int
) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    given = {"account_id": str(bob.id), **said} if said else {}
    answer = await file(client, alice, **given)
    assert answer.status == status
    assert answer.json["error"]


async def test_reports_need_their_scope(client: Client, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    for scopes, status in (("write:reports", 200), ("write", 200), ("write:statuses", 403)):
        token = await make.token(alice, scopes)
        answer = await client.post("/api/v1/reports", token=token, json={"account_id": bob.id})
        assert answer.status == status
