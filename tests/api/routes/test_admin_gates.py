"""Whom administrators do not let in, and which servers they do not speak with."""

from __future__ import annotations

from typing import Any

import pytest

from stoa import ids
from stoa.core.auth import gates
from stoa.core.house import House
from tests.client import Answer, Client
from tests.contract import problems
from tests.make import Make, Person

ADMIN = "/api/v1/admin"
KINDS = {
    "domain_blocks": ({"domain": "evil.example", "severity": "suspend"}, "Admin::DomainBlock"),
    "domain_allows": ({"domain": "good.example"}, "Admin::DomainAllow"),
    "email_domain_blocks": ({"domain": "throwaway.example"}, "Admin::EmailDomainBlock"),
    "ip_blocks": ({"ip": "192.0.2.7", "severity": "sign_up_block"}, "Admin::IpBlock"),
    "canonical_email_blocks": ({"email": "Bad.Guy+x@mail.example"}, "Admin::CanonicalEmailBlock"),
}
JOINING = {
    "username": "newcomer",
    "email": "new@mail.example",
    "password": "correct horse",
    "agreement": True,
}


@pytest.fixture
async def owner(make: Make) -> Person:
    return await make.account("owner", role="owner")


async def _token(make: Make, person: Person) -> Person:
    token = await make.token(person, "admin:read admin:write")
    return Person(person.id, person.username, person.email, token)


@pytest.mark.parametrize("kind", KINDS)
async def test_it_is_made_listed_shown_and_removed(
    client: Client, make: Make, owner: Person, kind: str
) -> None:
    admin = await _token(make, owner)
    wanted, entity = KINDS[kind]
    made = (await client.post(f"{ADMIN}/{kind}", token=admin.token, json=wanted)).ok()
    assert not problems(made, entity)
    assert (await client.get(f"{ADMIN}/{kind}", token=admin.token)).ok() == [made]
    address = f"{ADMIN}/{kind}/{made['id']}"
    assert (await client.get(address, token=admin.token)).ok() == made
    assert (await client.delete(address, token=admin.token)).ok() == made
    assert (await client.get(address, token=admin.token)).status == 404
    assert (await client.delete(address, token=admin.token)).status == 404
    assert (await client.get(f"{ADMIN}/{kind}", token=admin.token)).ok() == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("role", ["user", "moderator"])
async def test_nobody_else_may(client: Client, make: Make, kind: str, role: Any) -> None:
    somebody = await _token(make, await make.account("somebody", role=role))
    wanted, _ = KINDS[kind]
    assert (await client.post(f"{ADMIN}/{kind}", token=somebody.token, json=wanted)).status == 403
    for method, path in (("get", kind), ("get", f"{kind}/1"), ("delete", f"{kind}/1")):
        assert (await getattr(client, method)(f"{ADMIN}/{path}", token=somebody.token)).status == 403


@pytest.mark.parametrize("kind", KINDS)
async def test_a_token_without_the_scope_does_not_do(client: Client, owner: Person, kind: str) -> None:
    assert (await client.get(f"{ADMIN}/{kind}", token=owner.token)).status == 403
    assert (await client.get(f"{ADMIN}/{kind}")).status == 401


@pytest.mark.parametrize("kind", KINDS)
async def test_they_are_paged_by_their_numbers(
    client: Client, make: Make, owner: Person, kind: str
) -> None:
    admin = await _token(make, owner)
    field = {"ip_blocks": "ip", "canonical_email_blocks": "email"}.get(kind, "domain")
    for number in range(3):
        value = {"ip": f"192.0.2.{number}", "email": f"a{number}@b.example"}.get(
            field, f"a{number}.example"
        )
        wanted = {**KINDS[kind][0], field: value}
        (await client.post(f"{ADMIN}/{kind}", token=admin.token, json=wanted)).ok()
    first = await client.get(f"{ADMIN}/{kind}?limit=2", token=admin.token)
    assert len(first.ok()) == 2
    assert 'rel="next"' in first.headers["link"]
    rest = await client.get(f"{ADMIN}/{kind}?max_id={first.json[-1]['id']}", token=admin.token)
    assert len(rest.ok()) == 1


async def test_a_decision_on_a_server_is_changed_and_made_once(
    client: Client, make: Make, owner: Person
) -> None:
    admin = await _token(make, owner)
    wanted = {"domain": "Evil.Example", "private_comment": "see ticket"}
    made = (await client.post(f"{ADMIN}/domain_blocks", token=admin.token, json=wanted)).ok()
    assert (made["domain"], made["severity"], made["private_comment"]) == (
        "evil.example",
        "silence",
        "see ticket",
    )
    again = await client.post(f"{ADMIN}/domain_blocks", token=admin.token, json=wanted)
    assert (again.status, again.json["existing_domain_block"]["id"]) == (422, made["id"])
    change = {"severity": "suspend", "reject_media": True, "obfuscate": True}
    address = f"{ADMIN}/domain_blocks/{made['id']}"
    changed = (await client.put(address, token=admin.token, json=change)).ok()
    assert changed == {**made, **change}
    for domain in ("", "not a name", "localhost:8000"):
        refused = await client.post(
            f"{ADMIN}/domain_blocks", token=admin.token, json={"domain": domain, "severity": "suspend"}
        )
        assert refused.status == 422, domain


async def join(client: Client, make: Make, **said: Any) -> Answer:
    token = await make.token(await make.account(f"app{ids.new_id()}"), "read write")
    return await client.post("/api/v1/accounts", token=token, json={**JOINING, **said})


async def test_nobody_joins_with_an_address_of_a_blocked_domain_and_it_is_counted(
    client: Client, make: Make, house: House
) -> None:
    async with house.db.write() as conn:
        block = await gates.add_email_domain(conn, "throwaway.example")
    for email in ("a@throwaway.example", "b@mail.throwaway.example", "c@THROWAWAY.example"):
        refused = await join(client, make, email=email)
        assert refused.status == 422
        assert refused.json["details"]["email"][0]["error"] == "ERR_BLOCKED"
    async with house.db.read() as conn:
        today, *before = (await gates.get_email_domain(conn, block.id)).history
    assert today[1:] == (1, 3)
    assert len(before) == 6
    assert (await join(client, make, email="d@notthrowaway.example")).status == 200


async def test_an_address_is_known_in_all_its_spellings(client: Client, make: Make, house: House) -> None:
    async with house.db.write() as conn:
        await gates.add_canonical(conn, email="bad.guy@mail.example")
    for email in ("badguy@mail.example", "B.adGuy+more@Mail.Example"):
        assert (await join(client, make, email=email)).status == 422
    assert (await join(client, make, email="badguys@mail.example")).status == 200


@pytest.mark.parametrize(
    ("ip", "network"),
    [
        ("192.0.2.7", "192.0.2.7/32"), ("192.0.2.7/24", "192.0.2.0/24"), ("2001:db8::1", "2001:db8::1/128"),
        ("2001:db8:1:2:3::/64", "2001:db8:1:2::/64"),
    ],
)  # fmt: skip
def test_places_have_one_spelling(ip: str, network: str) -> None:
    assert gates.checked_network(ip) == network


@pytest.mark.parametrize("ip", ["", "x", "0.0.0.0/0", "::/0", "192.0.2.7/33", "300.1.1.1", "1" * 500])
async def test_what_is_no_place_is_refused(client: Client, make: Make, owner: Person, ip: str) -> None:
    admin = await _token(make, owner)
    asked = {"ip": ip, "severity": "no_access"}
    assert (await client.post(f"{ADMIN}/ip_blocks", token=admin.token, json=asked)).status == 422


async def test_a_block_of_a_place_is_changed(client: Client, make: Make, owner: Person) -> None:
    admin = await _token(make, owner)
    asked = {"ip": "192.0.2.7", "severity": "no_access", "comment": "x", "expires_in": 60}
    made = (await client.post(f"{ADMIN}/ip_blocks", token=admin.token, json=asked)).ok()
    assert made["expires_at"] is not None
    address = f"{ADMIN}/ip_blocks/{made['id']}"
    change = {"ip": "198.51.100.0/24", "severity": "sign_up_block", "expires_in": ""}
    changed = (await client.put(address, token=admin.token, json=change)).ok()
    assert changed == {**made, "ip": "198.51.100.0/24", "severity": "sign_up_block", "expires_at": None}
    (await client.post(f"{ADMIN}/ip_blocks", token=admin.token, json=asked)).ok()
    taken = await client.put(address, token=admin.token, json={"ip": "192.0.2.7"})
    assert taken.status == 422


async def _block(house: House, ip: str, severity: gates.Severity, ends: int | None = None) -> None:
    async with house.db.write() as conn:
        await gates.put_ip(conn, ip, severity, expires_at=ends)


async def test_who_is_shut_out_sees_nothing_from_then_on(client: Client, make: Make, house: House) -> None:
    assert (await client.get("/about")).status == 200
    await _block(house, "127.0.0.0/8", "no_access")
    for path in ("/", "/about", "/api/v2/instance", "/api/v1/timelines/public", "/.well-known/nodeinfo"):
        assert (await client.get(path)).status == 403, path


async def test_a_block_that_has_expired_shuts_out_nobody(client: Client, house: House) -> None:
    await _block(house, "127.0.0.0/8", "no_access", ids.now_ms() - 1)
    await _block(house, "192.0.2.0/24", "no_access")
    assert (await client.get("/about")).status == 200


async def test_from_some_places_nobody_joins_and_from_others_not_at_once(
    client: Client, make: Make, house: House
) -> None:
    await _block(house, "127.0.0.0/16", "sign_up_requires_approval")
    assert (await join(client, make)).ok()
    asked = await client.get("/api/v1/accounts/lookup?acct=newcomer")
    assert asked.status == 404, "they wait to be let in"
    await _block(house, "127.0.0.1", "sign_up_block")
    refused = await join(client, make, username="another", email="another@mail.example")
    assert refused.status == 403
