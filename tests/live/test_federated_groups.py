"""A group lives on one of three servers; its members write from all of them."""

from __future__ import annotations

from functools import partial

from tests.live.fediverse import Person, Servers, again, arrive, until


def test_what_a_member_writes_to_a_group_reaches_all_members(servers: Servers) -> None:
    alice, bob, carl = (
        arrive(server, name) for server, name in zip(servers, ("alice", "bob", "carl"), strict=True)
    )
    name = f"maths{alice.name}"
    servers[0].command("group", "create", name, "--moderator", alice.name)
    group = Person(servers[0], name, "")
    for member in (alice, bob, carl):
        member.follow(group)
    # Carl does not follow Bob: the group alone brings his words.
    made = bob.post(f"A question for @{group.handle}.")
    again(servers[0])
    for member in (alice, carl):
        seen = until(partial(member.sees, made["uri"]))
        assert seen["reblog"]["uri"] == made["uri"]
        assert seen["account"]["username"] == name
    # Its uri is its own, wherever it is read; the group does not make it another's.
    assert carl.find(made["uri"])["account"]["acct"] == bob.handle
    here = until(lambda: alice.find(made["uri"]))
    answer = alice.post("An answer.", in_reply_to_id=here["id"])
    there = until(lambda: carl.find(made["uri"]))
    until(
        lambda: any(
            one["uri"] == answer["uri"]
            for one in carl.get(f"/api/v1/statuses/{there['id']}/context")["descendants"]
        )
    )
    assert carl.sees(answer["uri"]) is None, "answers stand in the discussion alone"
    servers[0].command("group", "remove", name, made["uri"], "--reason", "Off topic")
    until(lambda: carl.sees(made["uri"]) is None)
    assert bob.find(made["uri"]), "its author keeps it"
