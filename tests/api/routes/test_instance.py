"""What the server says of itself."""

from __future__ import annotations

import pytest

from stoa import ids
from stoa.core.auth import presence
from stoa.core.house import House
from stoa.core.instances import domains, rules
from stoa.core.instances.domains import Decision
from tests import contract
from tests.client import Client
from tests.make import Make


@pytest.mark.parametrize(
    ("path", "entity"), [("/api/v2/instance", "Instance"), ("/api/v1/instance", "V1::Instance")]
)
async def test_the_instance_is_complete(
    client: Client, house: House, make: Make, path: str, entity: str
) -> None:
    owner = await make.account("root", role="owner")
    await make.status(owner, "Welcome")
    async with house.db.write() as conn:
        await rules.add(conn, "Be kind.", "To strangers, too.")
    found = (await client.get(path)).ok()
    assert contract.problems(found, entity) == []
    assert found["version"].startswith("4.6.0 (compatible; Stoa ")
    assert [rule["text"] for rule in found["rules"]] == ["Be kind."]
    assert found["configuration"]["statuses"]["max_characters"] == 65535


async def test_apps_are_told_that_all_of_4_6_is_served(client: Client) -> None:
    found = (await client.get("/api/v2/instance")).ok()
    # By this number they ask for collections, which came with it.
    assert found["api_versions"] == {"mastodon": 10}


async def test_addresses_are_those_of_the_trial_on_this_machine(client: Client, make: Make) -> None:
    owner = await make.account("root", role="owner")
    new, old = [(await client.get(f"/api/{v}/instance")).ok() for v in ("v2", "v1")]
    assert new["domain"] == old["uri"] == "localhost:8000"
    assert new["configuration"]["urls"]["streaming"] == "ws://localhost:8000"
    assert old["urls"]["streaming_api"] == "ws://localhost:8000"
    assert new["contact"]["account"]["id"] == old["contact_account"]["id"] == str(owner.id)
    assert old["stats"]["user_count"] == 1


@pytest.mark.parametrize(
    ("choice", "enabled", "approval"),
    [("open", True, False), ("approval", True, True), ("invite", False, False), ("closed", False, False)],
)
class TestRegistrations:
    @pytest.fixture
    def settings_given(self, choice: str) -> dict[str, str]:
        return {"STOA_REGISTRATIONS": choice}

    async def test_they_are_said_as_they_are(
        self, client: Client, choice: str, enabled: bool, approval: bool
    ) -> None:
        new, old = [(await client.get(f"/api/{v}/instance")).ok() for v in ("v2", "v1")]
        assert new["registrations"]["enabled"] is old["registrations"] is enabled
        assert new["registrations"]["approval_required"] is old["approval_required"] is approval


async def test_rules_come_in_order_and_go(client: Client, house: House) -> None:
    async with house.db.write() as conn:
        first = await rules.add(conn, "One")
        await rules.add(conn, "Two")
    found = (await client.get("/api/v1/instance/rules")).ok()
    assert contract.problems(found, "[Rule]") == []
    assert [rule["text"] for rule in found] == ["One", "Two"]
    async with house.db.write() as conn:
        await rules.remove(conn, first.id)
    found = (await client.get("/api/v1/instance/rules")).ok()
    assert [rule["text"] for rule in found] == ["Two"]


async def test_what_it_did_and_whom_it_knows(client: Client, make: Make) -> None:
    alice = await make.account("alice")
    await make.remote("carl@there.example")
    await make.status(alice, "Hello")
    assert (await client.get("/api/v1/instance/peers")).ok() == ["there.example"]
    weeks = (await client.get("/api/v1/instance/activity")).ok()
    assert len(weeks) == 12
    assert {name: weeks[0][name] for name in ("statuses", "logins", "registrations")} == {
        "statuses": "1", "logins": "1", "registrations": "1",
    }  # fmt: skip


async def test_who_came_by_in_a_week_counts_in_it_for_good(
    client: Client, house: House, make: Make
) -> None:
    people = [await make.account(name) for name in ("alice", "bob")]
    now = ids.now_ms()
    async with house.db.write() as conn:
        for who in people:
            for back in (0, 8, 15):  # weeks apart, whatever day it is
                await presence.came_by(conn, who.id, now - back * presence.DAY_MS)
    weeks = (await client.get("/api/v1/instance/activity")).ok()
    assert sum(int(week["logins"]) for week in weeks) == 6
    assert max(int(week["logins"]) for week in weeks) == 2


async def test_nothing_is_said_where_nothing_was_written(client: Client) -> None:
    found = (await client.get("/api/v1/instance/extended_description")).ok()
    assert found == {"content": "", "updated_at": None}
    assert (await client.get("/api/v1/instance/translation_languages")).ok() == {}
    assert (await client.get("/api/v1/custom_emojis")).ok() == []


async def test_what_was_decided_on_other_servers_is_public_but_for_what_is_private(
    client: Client, house: House
) -> None:
    async with house.db.write() as conn:
        for decision in (
            Decision(domain="bad.example", public_comment="Spam", private_comment="told by dora"),
            Decision(domain="loud.example", severity="silence", obfuscate=True),
            Decision(domain="noted.example", severity="noop"),
        ):
            await domains.put(conn, decision)
    answer = await client.get("/api/v1/instance/domain_blocks")
    found = answer.ok()
    assert contract.problems(found, "[DomainBlock]") == []
    assert [(one["domain"], one["severity"], one["comment"]) for one in found] == [
        ("bad.example", "suspend", "Spam"),
        ("lou*.****ple", "silence", ""),
    ]
    assert "dora" not in answer.text
    assert "loud" not in answer.text


async def test_peers_are_the_servers_of_those_we_know(client: Client, make: Make) -> None:
    for acct in ("carol@there.example", "dora@there.example", "erin@another.example"):
        await make.remote(acct)
    found = (await client.get("/api/v1/instance/peers")).ok()
    assert contract.problems(found, "[String]") == []
    assert found == ["another.example", "there.example"]
