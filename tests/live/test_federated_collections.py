"""Somebody recommends people of two other servers, who agree; servers lose their power meanwhile."""

from __future__ import annotations

from typing import Any

import pytest

from tests.live.fediverse import Person, Refused, Servers, again, arrive, until


def own_id(person: Person) -> str:
    return str(person.get("/api/v1/accounts/verify_credentials")["id"])


def collections(person: Person, of: Person) -> list[Any]:
    """The collections of *of* as *person* sees them."""
    found: list[Any] = person.get(f"/api/v1/accounts/{person.account(of)}/collections")["collections"]
    return found


def members(collection: Any) -> int:
    return len([one for one in collection["items"] if one["state"] == "accepted"])


def test_people_elsewhere_agree_to_be_recommended_and_can_leave(servers: Servers) -> None:
    alice, bob, carl = (
        arrive(server, name) for server, name in zip(servers, ("alice", "bob", "carl"), strict=True)
    )
    for person in (bob, carl):
        person.ask("PATCH", "/api/v1/accounts/update_credentials", discoverable=True)
    carl.follow(alice)
    wanted = [until(lambda one=one: alice.account(one)) for one in (bob, carl)]  # type: ignore[misc]
    made = alice.ask("POST", "/api/v1/collections", name="Good people", account_ids=wanted)["collection"]
    assert [one["state"] for one in made["items"]] == ["pending", "pending"]
    again(servers[0])

    path = f"/api/v1/collections/{made['id']}"
    until(lambda: members(alice.get(path)["collection"]) == 2)
    for person in (bob, carl):
        [notice] = until(lambda person=person: person.told("added_to_collection"))  # type: ignore[misc]
        assert notice["collection"]["uri"] == made["uri"]
        [within] = person.get(f"/api/v1/accounts/{own_id(person)}/in_collections")["collections"]
        assert within["uri"] == made["uri"]
    # Carl's server asks Bob's whether he agreed.
    until(lambda: [members(one) for one in collections(carl, alice)] == [2])

    alice.ask("PATCH", path, description="The best of all")
    again(servers[0])
    [notice] = until(lambda: bob.told("collection_update"))
    assert notice["collection"]["description"] == "The best of all"

    [within] = bob.get(f"/api/v1/accounts/{own_id(bob)}/in_collections")["collections"]
    mine = next(one for one in within["items"] if one["account_id"] == own_id(bob))
    bob.ask("POST", f"/api/v1/collections/{within['id']}/items/{mine['id']}/revoke")
    again(servers[1])
    until(lambda: members(alice.get(path)["collection"]) == 1)
    until(lambda: [members(one) for one in collections(carl, alice)] == [1])
    with pytest.raises(Refused):
        alice.ask("POST", f"{path}/items", account_id=wanted[0])

    alice.ask("DELETE", path)
    again(servers[0])
    until(lambda: collections(carl, alice) == [])
    until(lambda: not carl.told("added_to_collection"))


def test_who_does_not_want_to_be_found_is_not_recommended(servers: Servers) -> None:
    alice, bob = arrive(servers[0], "alice"), arrive(servers[1], "bob")
    wanted = until(lambda: alice.account(bob))
    assert alice.get(f"/api/v1/accounts/{wanted}")["feature_approval"]["current_user"] == "denied"
    with pytest.raises(Refused):
        alice.ask("POST", "/api/v1/collections", name="Good people", account_ids=[wanted])
