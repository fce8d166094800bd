"""What surrounds a post, for many at once."""

from __future__ import annotations

from typing import Any

from stoa.core.accounts import store as accounts
from stoa.core.house import House
from stoa.core.statuses import store
from stoa.core.statuses import views as status_views
from stoa.db import insert
from stoa.db.tables import status_origins
from stoa.federation import views
from stoa.federation.render.note import Around
from tests.make import Make

BASE = "http://localhost:8000"
_origin = insert(status_origins, "status_id", "context", "conversation", "audience", "quote_authorization")


async def around(house: House, *status_ids: int, **options: Any) -> dict[int, Around]:
    async with house.db.read() as conn:
        found = await status_views.load(conn, status_ids)
        return await views.around(
            conn, house.addresses, house.settings.domain, found.values(),
            formulas=house.settings.formulas, **options,
        )  # fmt: skip


async def test_those_who_are_mentioned_are_named(house: House, make: Make) -> None:
    alice = await make.account("alice")
    await make.account("bob")
    carl = await make.remote("carl@there.example")
    one = await make.status(alice, "@bob and @carl@there.example")
    two = await make.status(alice, "nobody")
    found = await around(house, one, two)
    assert {person.handle for person in found[one].people.values()} == {
        "bob@localhost:8000",
        "carl@there.example",
    }
    assert found[one].people[carl].actor == "https://there.example/users/carl"
    assert found[two].people == {}


async def test_context_and_conversation_are_those_of_what_is_answered(house: House, make: Make) -> None:
    alice = await make.account("alice")
    carl = await make.remote("carl@there.example")
    theirs = await make.status(carl, "", uri="https://there.example/notes/1", content="<p>x</p>")
    context, conversation = "https://there.example/contexts/1", "tag:there.example:1"
    async with house.db.write() as conn:
        await conn.run(
            _origin, status_id=theirs, context=context, conversation=conversation,
            audience="https://there.example/c/books", quote_authorization=None,
        )  # fmt: skip
    mine = await make.status(alice, "Answer", in_reply_to_id=theirs)
    further = await make.status(alice, "Answer to that", in_reply_to_id=mine)
    root = await make.status(alice, "Own")
    reply = await make.status(alice, "Own answer", in_reply_to_id=root)
    found = await around(house, mine, further, root, reply)
    for one in (mine, further):
        assert (found[one].context, found[one].conversation) == (context, conversation)
    assert found[mine].in_reply_to == "https://there.example/notes/1"
    assert found[mine].group == "https://there.example/c/books"
    for one in (root, reply):
        assert found[one].context == found[one].conversation == f"{BASE}/contexts/{root}"
    assert found[reply].in_reply_to == f"{BASE}/ap/users/{alice.id}/statuses/{root}"


async def test_a_group_that_is_mentioned_is_who_a_public_post_is_for(house: House, make: Make) -> None:
    alice = await make.account("alice")
    group = await make.remote("books@there.example")
    async with house.db.write() as conn:
        await accounts.change(conn, group, actor_type="Group")
    public = await make.status(alice, "@books@there.example Read this")
    private = await make.status(alice, "@books@there.example Psst", visibility="private")
    found = await around(house, public, private)
    assert found[public].group == "https://there.example/users/books"
    assert found[private].group is None


async def test_a_quote_that_is_not_wanted_is_not_told(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    carl = await make.remote("carl@there.example")
    theirs = await make.status(carl, "", uri="https://there.example/notes/1", content="<p>x</p>")
    own = await make.status(alice, "Mine")
    others = await make.status(bob, "His")
    waiting = await make.status(alice, "Look", quote_of_id=theirs)
    of_own = await make.status(alice, "Again", quote_of_id=own)
    of_others = await make.status(alice, "Well said", quote_of_id=others)
    found = await around(house, waiting, of_own, of_others)
    quoted = found[waiting].quoted
    assert quoted is not None
    assert (quoted.id, quoted.authorization) == ("https://there.example/notes/1", None)
    assert found[of_own].quoted.authorization is None  # type: ignore[union-attr]
    stamp = f"{BASE}/ap/users/{bob.id}/quote_authorizations/{of_others}"
    assert found[of_others].quoted.authorization == stamp  # type: ignore[union-attr]
    async with house.db.write() as conn:
        await store.change(conn, waiting, quote_state="rejected")
    assert (await around(house, waiting))[waiting].quoted is None


async def test_many_posts_ask_no_more_than_one(house: House, make: Make) -> None:
    alice = await make.account("alice")
    await make.account("bob")
    made = []
    root = await make.status(alice, "@bob Root")
    for place in range(10):
        made.append(await make.status(alice, f"{place} @bob", in_reply_to_id=root))
    async with house.db.read() as conn:
        found = await status_views.load(conn, [root, *made])
        counts = []
        for some in ([found[root]], list(found.values())):
            before = house.db.statements
            await views.around(
                conn, house.addresses, house.settings.domain, some, formulas="mathml", with_replies=True
            )
            counts.append(house.db.statements - before)
    assert counts == [3, 3]


async def test_own_answers_stand_in_the_post(house: House, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    root = await make.status(alice, "Root")
    own = [await make.status(alice, f"{place}", in_reply_to_id=root) for place in range(6)]
    await make.status(bob, "Not own", in_reply_to_id=root)
    await make.status(alice, "Not public", in_reply_to_id=root, visibility="private")
    found = (await around(house, root, with_replies=True))[root]
    assert found.replies == [f"{BASE}/ap/users/{alice.id}/statuses/{one}" for one in own[:5]]
    assert (await around(house, root))[root].replies is None
