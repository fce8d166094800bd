"""Editing and deleting: PUT and DELETE /api/v1/statuses/:id, history, quotes and who may quote."""

from __future__ import annotations

from typing import Any

from stoa.core import events
from stoa.core.house import House
from stoa.core.statuses import delete as deleting
from tests.client import Client
from tests.make import Make, Person

POST = "/api/v1/statuses"


async def write(client: Client, author: Person, status: str = "Hello.", **params: Any) -> Any:
    answer = await client.post(POST, token=author.token, json={"status": status, **params})
    return answer.ok()


async def shown(client: Client, status_id: str, viewer: Person | None = None) -> Any:
    return (await client.get(f"{POST}/{status_id}", token=viewer and viewer.token)).ok()


async def count_of(client: Client, person: Person) -> int:
    account = (await client.get("/api/v1/accounts/verify_credentials", token=person.token)).ok()
    count: int = account["statuses_count"]
    return count


async def test_an_edit_is_read_at_once_and_what_was_there_before_is_kept(
    client: Client, make: Make
) -> None:
    alice, bob, carl = [await make.account(name) for name in ("alice", "bob", "carl")]
    made = await write(client, alice, "first @bob #one", spoiler_text="old")
    body = {"status": "**second** @carl #two", "content_type": "text/markdown", "language": "fr"}
    edited = (await client.put(f"{POST}/{made['id']}", token=alice.token, json=body)).ok()
    assert "<strong>second</strong>" in edited["content"]
    assert edited["spoiler_text"] == ""
    assert edited["sensitive"] is False
    assert edited["edited_at"] is not None
    assert edited["language"] == "fr"
    assert [one["name"] for one in edited["tags"]] == ["two"]
    assert [one["id"] for one in edited["mentions"]] == [str(carl.id)]
    assert edited["created_at"] == made["created_at"]
    assert (await shown(client, made["id"], bob))["content"] == edited["content"]
    history = (await client.get(f"{POST}/{made['id']}/history")).ok()
    assert [one["spoiler_text"] for one in history] == ["old", ""]
    assert "first" in history[0]["content"]
    assert history[0]["created_at"] == made["created_at"]
    assert history[1]["created_at"] == edited["edited_at"]
    assert history[0]["account"]["id"] == str(alice.id)
    assert history[0]["media_attachments"] == history[0]["emojis"] == []


async def test_an_edit_that_changes_nothing_makes_no_version(client: Client, make: Make) -> None:
    alice = await make.account("alice")
    made = await write(client, alice, "the same")
    body = {"status": "the same"}
    again = (await client.put(f"{POST}/{made['id']}", token=alice.token, json=body)).ok()
    assert again["edited_at"] is None
    assert len((await client.get(f"{POST}/{made['id']}/history")).ok()) == 1


async def test_nobody_edits_or_deletes_what_is_not_theirs(client: Client, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    made = await write(client, alice, "mine")
    boost = (await client.post(f"{POST}/{made['id']}/reblog", token=bob.token)).ok()
    for status_id in (made["id"], boost["id"], "1"):
        body = {"status": "yours"}
        assert (await client.put(f"{POST}/{status_id}", token=bob.token, json=body)).status == 404
    assert (await client.delete(f"{POST}/{made['id']}", token=bob.token)).status == 404
    assert (await client.delete(f"{POST}/{boost['id']}", token=alice.token)).status == 404
    now = await shown(client, made["id"])
    assert (now["content"], now["reblogs_count"]) == ("<p>mine</p>", 1)


async def test_an_edit_keeps_the_rules(client: Client, make: Make) -> None:
    alice = await make.account("alice")
    made = await write(client, alice, "short")
    for status in ("", "x" * 65_536):
        answer = await client.put(f"{POST}/{made['id']}", token=alice.token, json={"status": status})
        assert answer.status == 422
    assert (await shown(client, made["id"]))["content"] == "<p>short</p>"


async def test_a_direct_post_stays_readable_for_whom_it_named_before(client: Client, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    made = await write(client, alice, "@bob hello", visibility="direct")
    (await client.put(f"{POST}/{made['id']}", token=alice.token, json={"status": "no name"})).ok()
    assert (await shown(client, made["id"], bob))["content"] == "<p>no name</p>"


async def test_other_options_begin_the_poll_anew_and_the_same_ones_do_not(
    client: Client, make: Make
) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    poll = {"options": ["a", "b"], "expires_in": 600}
    made = await write(client, alice, "Which?", poll=poll)
    vote = f"/api/v1/polls/{made['poll']['id']}/votes"
    (await client.post(vote, token=bob.token, json={"choices": [0]})).ok()
    body: dict[str, Any] = {"status": "Which then?", "poll": {**poll, "expires_in": 900}}
    same = (await client.put(f"{POST}/{made['id']}", token=alice.token, json=body)).ok()
    assert same["poll"]["votes_count"] == 1
    assert same["poll"]["expires_at"] > made["poll"]["expires_at"]
    body["poll"] = {"options": ["a", "c"], "expires_in": 600}
    other = (await client.put(f"{POST}/{made['id']}", token=alice.token, json=body)).ok()
    assert other["poll"]["votes_count"] == 0
    assert [one["title"] for one in other["poll"]["options"]] == ["a", "c"]
    gone = await client.put(f"{POST}/{made['id']}", token=alice.token, json={"status": "None."})
    assert gone.ok()["poll"] is None
    history = (await client.get(f"{POST}/{made['id']}/history")).ok()
    assert [one.get("poll") and len(one["poll"]["options"]) for one in history] == [2, 2, 2, None]


async def test_deleting_gives_the_text_back_and_counts_fall(client: Client, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    root = await write(client, bob)
    made = await write(client, alice, "*draft*", content_type="text/markdown", in_reply_to_id=root["id"])
    (await client.post(f"{POST}/{made['id']}/reblog", token=bob.token)).ok()
    assert await count_of(client, bob) == 2
    reply = await write(client, bob, in_reply_to_id=made["id"])
    gone = (await client.delete(f"{POST}/{made['id']}", token=alice.token)).ok()
    assert (gone["text"], gone["content_type"], gone["id"]) == ("*draft*", "text/markdown", made["id"])
    assert (await client.get(f"{POST}/{made['id']}")).status == 404
    assert (await client.delete(f"{POST}/{made['id']}", token=alice.token)).status == 404
    assert (await shown(client, root["id"]))["replies_count"] == 0
    assert (await shown(client, reply["id"]))["in_reply_to_id"] is None
    assert await count_of(client, alice) == 0
    assert await count_of(client, bob) == 2  # root and reply; the boost is gone


async def test_what_is_deleted_twice_at_once_is_counted_once(house: House, make: Make) -> None:
    alice = await make.account("alice")
    await make.status(alice)
    made = await make.status(alice)
    async with house.db.write() as conn:
        await deleting.delete(conn, alice.id, made)
        await deleting.remove(conn, made)
        deleted = [event for event in conn.events if isinstance(event, events.StatusDeleted)]
        assert len(deleted) == 1
        assert deleted[0].uri.endswith(f"/statuses/{made}")


async def test_a_quote_is_counted_and_says_so_when_its_source_is_gone(client: Client, make: Make) -> None:
    alice, bob = await make.account("alice"), await make.account("bob")
    root = await write(client, alice, "wise")
    quote = await write(client, bob, "indeed", quoted_status_id=root["id"])
    assert quote["quote"]["state"] == "accepted"
    assert quote["quote"]["quoted_status"]["id"] == root["id"]
    assert (await shown(client, root["id"]))["quotes_count"] == 1
    listed = await client.get(f"{POST}/{root['id']}/quotes", token=alice.token)
    assert [one["id"] for one in listed.ok()] == [quote["id"]]
    second = await write(client, bob, "again", quoted_status_id=root["id"])
    (await client.delete(f"{POST}/{second['id']}", token=bob.token)).ok()
    assert (await shown(client, root["id"]))["quotes_count"] == 1
    (await client.delete(f"{POST}/{root['id']}", token=alice.token)).ok()
    left = (await shown(client, quote["id"]))["quote"]
    assert left == {"state": "deleted", "quoted_status": None}


async def test_who_may_quote_is_the_authors_to_say(client: Client, make: Make) -> None:
    alice, bob, eve = [await make.account(name) for name in ("alice", "bob", "eve")]
    await make.follow(bob, alice)
    root = await write(client, alice, quote_approval_policy="followers")

    async def quote_status(person: Person, status_id: str) -> int:
        body = {"status": "see", "quoted_status_id": status_id}
        return (await client.post(POST, token=person.token, json=body)).status

    assert await quote_status(bob, root["id"]) == 200
    assert await quote_status(eve, root["id"]) == 422
    policy = f"{POST}/{root['id']}/interaction_policy"
    nobody = {"quote_approval_policy": "nobody"}
    assert (await client.put(policy, token=bob.token, json=nobody)).status == 404
    changed = (await client.put(policy, token=alice.token, json=nobody)).ok()
    assert changed["quote_approval"]["automatic"] == []
    assert await quote_status(bob, root["id"]) == 422
    assert await quote_status(alice, root["id"]) == 200
    private = await write(client, alice, visibility="private")
    assert await quote_status(bob, private["id"]) == 422
    own = await write(client, alice, quoted_status_id=private["id"], visibility="public")
    assert own["visibility"] == "private"


async def test_the_quoted_author_takes_a_quote_back(client: Client, make: Make) -> None:
    alice, bob, eve = [await make.account(name) for name in ("alice", "bob", "eve")]
    root = await write(client, alice)
    quote = await write(client, bob, quoted_status_id=root["id"])
    revoke = f"{POST}/{root['id']}/quotes/{quote['id']}/revoke"
    assert (await client.post(revoke, token=eve.token)).status == 403
    assert (await client.post(f"{POST}/{root['id']}/quotes/1/revoke", token=alice.token)).status == 404
    assert (await client.post(revoke, token=alice.token)).ok()["quote"]["state"] == "revoked"
    assert (await client.post(revoke, token=alice.token)).status == 200
    assert (await shown(client, root["id"]))["quotes_count"] == 0
