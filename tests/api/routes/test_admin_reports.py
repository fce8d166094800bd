"""/api/v1/admin/reports: what moderators read of them and do with them."""

from __future__ import annotations

from typing import Any

import pytest

from stoa.core.house import House
from stoa.core.instances import rules
from stoa.core.moderation import report, standing
from tests import contract
from tests.client import Client
from tests.make import Make, Person

ADMIN = "admin:read admin:write"
BASE = "/api/v1/admin/reports"


async def mod_token(make: Make, name: str = "mod") -> str:
    return await make.token(await make.account(name, role="moderator"), ADMIN)


async def file(house: House, who: Person, target: Person, **said: Any) -> int:
    async with house.db.write() as conn:
        return await report.report(conn, who.id, target.id, **said)


async def test_a_report_has_its_fields(client: Client, house: House, make: Make) -> None:
    token = await mod_token(make)
    alice, bob = await make.account("alice"), await make.account("bob")
    public, private = await make.status(bob), await make.status(bob, visibility="private")
    await make.follow(alice, bob)
    async with house.db.write() as conn:
        rule = await rules.add(conn, "Be kind.")
    made = await file(house, alice, bob, status_ids=[public, private], comment="No.", rule_ids=[rule.id])
    async with house.db.write() as conn:
        await standing.suspend(conn, bob.id)
    one = (await client.get(f"{BASE}/{made}", token=token)).ok()
    assert contract.problems(one, "Admin::Report") == []
    assert (one["account"]["username"], one["target_account"]["username"]) == ("alice", "bob")
    assert (one["category"], one["comment"], one["action_taken"]) == ("violation", "No.", False)
    assert [status["id"] for status in one["statuses"]] == [str(public), str(private)]
    assert [rule["text"] for rule in one["rules"]] == ["Be kind."]
    assert (one["assigned_account"], one["action_taken_by_account"]) == (None, None)
    assert (await client.get(BASE, token=token)).ok() == [one]


async def test_only_moderators_with_the_scope_may_look(client: Client, house: House, make: Make) -> None:
    token = await mod_token(make)
    alice, bob = await make.account("alice"), await make.account("bob")
    made = await file(house, alice, bob)
    for path in (BASE, f"{BASE}/{made}"):
        assert (await client.get(path)).status == 401
        assert (await client.get(path, token=await make.token(alice, ADMIN))).status == 403
        assert (await client.get(path, token=token)).status == 200
    assert (await client.get(f"{BASE}/17", token=token)).status == 404


async def test_a_report_is_taken_on_dealt_with_and_opened_again(
    client: Client, house: House, make: Make
) -> None:
    token = await mod_token(make)
    alice, bob = await make.account("alice"), await make.account("bob")
    made = await file(house, alice, bob)
    taken = (await client.post(f"{BASE}/{made}/assign_to_self", token=token)).ok()
    assert contract.problems(taken, "Admin::Report") == []
    assert taken["assigned_account"]["username"] == "mod"
    left = (await client.post(f"{BASE}/{made}/unassign", token=token)).ok()
    assert left["assigned_account"] is None
    done = (await client.post(f"{BASE}/{made}/resolve", token=token)).ok()
    assert contract.problems(done, "Admin::Report") == []
    assert (done["action_taken"], done["action_taken_by_account"]["username"]) == (True, "mod")
    assert (await client.get(BASE, token=token)).ok() == []
    assert [one["id"] for one in (await client.get(f"{BASE}?resolved=true", token=token)).ok()] == [
        str(made)
    ]
    again = (await client.post(f"{BASE}/{made}/reopen", token=token)).ok()
    assert (again["action_taken"], again["action_taken_at"]) == (False, None)
    assert (await client.get("/api/v1/notifications", token=alice.token)).ok() == []


async def test_reports_are_found_by_who_and_whom(client: Client, house: House, make: Make) -> None:
    token = await mod_token(make)
    alice, bob, carol = [await make.account(name) for name in ("alice", "bob", "carol")]
    first, second, third = (
        await file(house, alice, bob), await file(house, alice, carol), await file(house, bob, carol),
    )  # fmt: skip
    for query, wanted in (
        (f"account_id={alice.id}", [second, first]),
        (f"target_account_id={carol.id}", [third, second]),
        (f"account_id={alice.id}&target_account_id={carol.id}", [second]),
    ):
        found = (await client.get(f"{BASE}?{query}", token=token)).ok()
        assert [one["id"] for one in found] == [str(one) for one in wanted]
    page = await client.get(f"{BASE}?limit=2", token=token)
    rest = await client.get(page.links["next"].removeprefix("http://localhost:8000"), token=token)
    assert [one["id"] for one in page.ok() + rest.ok()] == [str(third), str(second), str(first)]


async def test_a_report_can_be_put_elsewhere(client: Client, house: House, make: Make) -> None:
    token = await mod_token(make)
    alice, bob = await make.account("alice"), await make.account("bob")
    made = await file(house, alice, bob)
    async with house.db.write() as conn:
        rule = await rules.add(conn, "Be kind.")
    spam = (await client.put(f"{BASE}/{made}", token=token, json={"category": "spam"})).ok()
    assert spam["category"] == "spam"
    broken = {"category": "violation", "rule_ids": [str(rule.id)]}
    violation = (await client.put(f"{BASE}/{made}", token=token, json=broken)).ok()
    assert contract.problems(violation, "Admin::Report") == []
    assert (violation["category"], [one["id"] for one in violation["rules"]]) == (
        "violation", [str(rule.id)],
    )  # fmt: skip
    other = (await client.put(f"{BASE}/{made}", token=token, json={"category": "other"})).ok()
    assert other["rules"] == []


@pytest.mark.parametrize("said", [{"category": "odd"}, {"rule_ids": ["17"]}, {"rule_ids": "x"}], ids=str)
async def test_what_does_not_fit_is_refused(
    client: Client, house: House, make: Make, said: dict[str, Any]
) -> None:
    token = await mod_token(make)
    made = await file(house, await make.account("alice"), await make.account("bob"))
    assert (await client.put(f"{BASE}/{made}", token=token, json=said)).status == 422


async def test_a_report_of_somebody_gone_is_still_to_be_read(
    client: Client, house: House, make: Make
) -> None:
    token = await mod_token(make)
    alice, bob = await make.account("alice"), await make.account("bob")
    post = await make.status(bob)
    made = await file(house, alice, bob, status_ids=[post])
    assert (await client.delete(f"/api/v1/statuses/{post}", token=bob.token)).status == 200
    assert (await client.get(f"{BASE}/{made}", token=token)).ok()["statuses"] == []
