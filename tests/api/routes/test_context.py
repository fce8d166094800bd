"""GET /api/v1/statuses/:id/context: the conversation around a post."""

from __future__ import annotations

from typing import Any

from stoa.core.house import House
from tests.client import Client
from tests.make import Make, Person


async def context(
    client: Client, status_id: int, viewer: Person | None = None
) -> tuple[list[int], list[int]]:
    found: Any = (
        await client.get(f"/api/v1/statuses/{status_id}/context", token=viewer and viewer.token)
    ).ok()
    above, below = ([int(one["id"]) for one in found[part]] for part in ("ancestors", "descendants"))
    return above, below


async def test_ancestors_come_from_the_first_on_and_answers_after_what_they_answer(
    client: Client, make: Make
) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    root = await make.status(alice, "root")
    first = await make.status(bob, "1", in_reply_to_id=root)
    second = await make.status(bob, "2", in_reply_to_id=root)
    deeper = await make.status(alice, "1.1", in_reply_to_id=first)
    own = await make.status(alice, "goes on", in_reply_to_id=root)
    own_next = await make.status(alice, "and on", in_reply_to_id=own)
    assert await context(client, root) == ([], [own, own_next, first, deeper, second])
    assert await context(client, deeper) == ([root, first], [])
    assert await context(client, own) == ([root], [own_next])


async def test_each_sees_what_they_may_and_want_to(client: Client, make: Make) -> None:
    alice, bob, carl = [await make.account(name) for name in ("alice", "bob", "carl")]
    root = await make.status(alice, "root")
    secret = await make.status(bob, "@alice psst", in_reply_to_id=root, visibility="direct")
    public = await make.status(alice, "what?", in_reply_to_id=secret)
    unwanted = await make.status(carl, "me too", in_reply_to_id=root)
    assert await context(client, root) == ([], [public, unwanted])
    assert await context(client, root, alice) == ([], [secret, public, unwanted])
    assert await context(client, public) == ([root], [])
    await make.block(alice, carl)
    assert await context(client, root, alice) == ([], [secret, public])


async def test_visitors_see_a_part_and_members_all_of_a_long_conversation(
    client: Client, make: Make
) -> None:
    alice = await make.account("alice")
    chain = [await make.status(alice, "0")]
    for n in range(1, 50):
        chain.append(await make.status(alice, str(n), in_reply_to_id=chain[-1]))
    for n in range(70):
        await make.status(alice, f"wide {n}", in_reply_to_id=chain[0])
    assert await context(client, chain[-1]) == (chain[9:49], [])
    assert await context(client, chain[-1], alice) == (chain[:49], [])
    assert await context(client, chain[5]) == (chain[:5], chain[6:26])
    assert len((await context(client, chain[0]))[1]) == 60
    assert len((await context(client, chain[0], alice))[1]) == 119


async def test_a_conversation_costs_the_same_number_of_statements_however_long(
    client: Client, make: Make, house: House
) -> None:
    alice = await make.account("alice")
    root = await make.status(alice, "root")

    async def cost() -> int:
        # Not the latest page again: it would be given from memory (api/kept.py).
        await make.status(alice, "elsewhere")
        before = house.db.statements
        await context(client, root, alice)
        return house.db.statements - before

    middle = await make.status(alice, "reply", in_reply_to_id=root)
    await cost()  # the author's body is made
    few = await cost()
    for n in range(30):
        await make.status(alice, str(n), in_reply_to_id=middle if n % 2 else root)
    assert await cost() == few
    assert few <= 9
